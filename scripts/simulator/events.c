/* events.c: see events.h. */
#include "events.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/policy/prefetch/bytes.h"

#define PAGES_MOST 0x80000000u
#define EVENT_BYTES 40 /* of one event at most: four numbers */

static bool add(struct events *e, enum event_kind kind, uint64_t before, int64_t first, uint64_t n)
{
    bool names_pages = kind != EVENT_PLAN && kind != EVENT_END;
    if (first < 0 || first >= PAGES_MOST || n > PAGES_MOST - (uint64_t)first || (names_pages && n == 0) ||
        (kind == EVENT_PLAN && first > (EVENT_CYCLIC | EVENT_CURSOR)))
        return false;
    if (e->count == e->capacity) {
        e->capacity = e->capacity ? 2 * e->capacity : 256;
        struct event *list = realloc(e->list, e->capacity * sizeof *list);
        if (!list)
            return false;
        e->list = list;
    }
    e->list[e->count++] = (struct event){ before, kind, (uint32_t)first, (uint32_t)n };
    if (names_pages && first + (int64_t)n > e->npages)
        e->npages = (uint32_t)(first + (int64_t)n);
    return true;
}

/* May an extent follow here? */
static bool in_plan(const struct events *e)
{
    return e->count > 0 && (e->list[e->count - 1].kind == EVENT_PLAN || e->list[e->count - 1].kind >= EVENT_EXTENT);
}

int events_add_line(struct events *e, const char *line, uint64_t accesses)
{
    static const struct {
        const char *name;
        enum event_kind kind;
        int numbers;
    } words[] = {
        { "plan", EVENT_PLAN, 2 },
        { "extent", EVENT_EXTENT, 2 },
        { "some", EVENT_SOME, 2 },
        { "at", EVENT_AT, 1 },
        { "choose", EVENT_CHOOSE, 2 },
        { "end", EVENT_END, 0 },
    };
    char name[8], rest;
    unsigned long long first = 0, n = 1;
    int got = sscanf(line, "%7s %llu %llu %c", name, &first, &n, &rest);
    for (size_t i = 0; got > 0 && i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i].name, name) != 0)
            continue;
        bool good = got == 1 + words[i].numbers && !strchr(line, '-') && first < PAGES_MOST &&
                    (words[i].kind < EVENT_EXTENT || in_plan(e)) &&
                    add(e, words[i].kind, accesses, (int64_t)first, n);
        return good ? 1 : -1;
    }
    return 0;
}

/* A plan's extents. The page behind the last one. */
static int64_t read_extents(struct events *e, struct bytes_in *b, uint64_t before, int64_t page, uint64_t n)
{
    for (; n > 0 && !b->bad; n--) {
        page += get_signed(b);
        uint64_t pages = get_number(b);
        if (b->bad || !add(e, pages & 1 ? EVENT_SOME : EVENT_EXTENT, before, page, pages >> 1))
            b->bad = true;
        page += (int64_t)(pages >> 1);
    }
    return page;
}

int events_read(struct events *e, const uint8_t *bytes, size_t n)
{
    struct bytes_in b = { bytes, bytes + n, false };
    uint64_t before = 0;
    int64_t page = 0;
    while (!b.bad && b.at < b.end) {
        uint64_t value = get_number(&b);
        enum event_kind kind = (enum event_kind)(value & 3);
        before += value >> 2;
        if (kind == EVENT_PLAN) {
            uint64_t flags = get_number(&b), width = get_number(&b), extents = get_number(&b);
            b.bad |= !add(e, kind, before, (int64_t)flags, width);
            page = read_extents(e, &b, before, page, extents);
            continue;
        }
        page += kind == EVENT_END ? 0 : get_signed(&b);
        uint64_t pages = kind == EVENT_CHOOSE ? get_number(&b) : 1;
        b.bad |= b.bad || !add(e, kind, before, kind == EVENT_END ? 0 : page, pages);
    }
    return b.bad ? -1 : 0;
}

size_t events_extents(const struct events *e, size_t plan)
{
    size_t n = 0;
    while (plan + 1 + n < e->count && e->list[plan + 1 + n].kind >= EVENT_EXTENT)
        n++;
    return n;
}

/* One event, or one extent. *before and *page: of the one before it. */
static void put_event(struct bytes_out *out, const struct events *e, size_t i, uint64_t *before, int64_t *page)
{
    const struct event *event = &e->list[i];
    bool extent = event->kind >= EVENT_EXTENT;
    if (!extent)
        put_number(out, (event->before - *before) << 2 | event->kind);
    *before = event->before;
    if (event->kind == EVENT_PLAN) {
        put_number(out, event->first);
        put_number(out, event->n);
        put_number(out, events_extents(e, i));
    } else if (event->kind != EVENT_END) {
        put_signed(out, event->first - *page);
        *page = event->first + (extent ? event->n : 0);
    }
    if (extent)
        put_number(out, (uint64_t)event->n << 1 | (event->kind == EVENT_SOME));
    else if (event->kind == EVENT_CHOOSE)
        put_number(out, event->n);
}

/* To a file, or nowhere. Returns how many bytes. */
static size_t put_all(FILE *out, const struct events *e)
{
    uint64_t before = 0;
    int64_t page = 0;
    size_t size = 0;
    for (size_t i = 0; i < e->count; i++) {
        uint8_t bytes[EVENT_BYTES];
        struct bytes_out b = { bytes, bytes + sizeof bytes, false };
        put_event(&b, e, i, &before, &page);
        size += (size_t)(b.at - bytes);
        if (out)
            fwrite(bytes, 1, (size_t)(b.at - bytes), out);
    }
    return size;
}

size_t events_size(const struct events *e)
{
    return put_all(NULL, e);
}

void events_write(FILE *out, const struct events *e)
{
    put_all(out, e);
}

void events_free(struct events *e)
{
    free(e->list);
}
