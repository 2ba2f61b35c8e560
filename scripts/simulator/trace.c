/* trace.c: see trace.h. */
#include "trace.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/policy/prefetch/bytes.h"

#define MAGIC "BOWERTR" /* and a digit: 1, plus what it has */
#define MAGIC_SIZE 8
#define HAS_TIMES 1
#define HAS_PLAN 2

static int fail(char *error, size_t size, const char *what, unsigned long where)
{
    snprintf(error, size, "%s (%lu)", what, where);
    return -1;
}

static bool grow(struct trace *t, bool timed)
{
    t->capacity = t->capacity ? 2 * t->capacity : 4096;
    uint32_t *accesses = realloc(t->accesses, t->capacity * sizeof *accesses);
    uint32_t *gaps = timed ? realloc(t->gaps, t->capacity * sizeof *gaps) : NULL;
    t->accesses = accesses ? accesses : t->accesses;
    t->gaps = gaps ? gaps : t->gaps;
    return accesses && (gaps || !timed);
}

/* gap: nanoseconds before it, or negative: the trace says nothing of time. */
static bool add(struct trace *t, uint64_t page, bool write, int64_t gap)
{
    if (page >= TRACE_WRITE || gap > UINT32_MAX || (t->count > 0 && (gap >= 0) != (t->gaps != NULL)))
        return false;
    if (t->count == t->capacity && !grow(t, gap >= 0))
        return false;
    if (gap >= 0)
        t->gaps[t->count] = (uint32_t)gap;
    t->accesses[t->count++] = (uint32_t)page | (write ? TRACE_WRITE : 0);
    if (page >= t->npages)
        t->npages = (uint32_t)page + 1;
    return true;
}

static bool add_line(struct trace *t, const char *line)
{
    unsigned long long page, gap;
    char kind, rest;
    int end = 0, n = sscanf(line, "%c %llu%n %llu %c", &kind, &page, &end, &gap, &rest);
    bool is_whole = n == 3 || (n == 2 && line[end + (int)strspn(line + end, " \t\r\n")] == '\0');
    return is_whole && (kind == 'r' || kind == 'w') && strchr(line, '-') == NULL &&
           add(t, page, kind == 'w', n == 2 ? -1 : gap < UINT32_MAX ? (int64_t)gap
                                                                    : UINT32_MAX);
}

static int read_text(FILE *in, struct trace *t, char *error, size_t size)
{
    char line[128];
    for (unsigned long number = 1; fgets(line, sizeof line, in); number++) {
        unsigned long long value;
        if (line[0] == '#') {
            if (sscanf(line, "# pages %llu", &value) == 1 && value < TRACE_WRITE && value > t->npages)
                t->npages = (uint32_t)value;
            while (!strchr(line, '\n') && fgets(line, sizeof line, in))
                ; /* a long remark */
            continue;
        }
        int event = line[0] == '\n' ? 1 : events_add_line(&t->plan, line, t->count);
        if (event < 0)
            return fail(error, size, "no event of a plan, as docs/policies.md describes them", number);
        if (event == 0 && !add_line(t, line))
            return fail(error, size, "'r PAGE' or 'w PAGE' is needed in this line (or 'r PAGE NS' in all)", number);
    }
    return 0;
}

/* The whole rest of a file; NULL if memory is short. */
static uint8_t *slurp(FILE *in, size_t *n)
{
    size_t room = 1 << 16;
    uint8_t *bytes = malloc(room);
    *n = 0;
    for (size_t got; bytes && (got = fread(bytes + *n, 1, room - *n, in)) > 0;) {
        *n += got;
        if (*n < room)
            continue;
        uint8_t *grown = realloc(bytes, room *= 2);
        if (!grown)
            free(bytes);
        bytes = grown;
    }
    return bytes;
}

/* The plan's events, if the form has them. */
static void read_events(struct bytes_in *b, struct trace *t)
{
    uint64_t length = get_number(b);
    if (b->bad || length > (uint64_t)(b->end - b->at) || events_read(&t->plan, b->at, length) != 0)
        b->bad = true;
    else
        b->at += length;
}

static int read_bytes(FILE *in, struct trace *t, int has, char *error, size_t size)
{
    bool timed = has & HAS_TIMES;
    size_t n;
    uint8_t *bytes = slurp(in, &n);
    if (!bytes)
        return fail(error, size, "out of memory for so many bytes", n);
    struct bytes_in b = { bytes, bytes + n, false };
    uint64_t declared = get_number(&b);
    if (declared < TRACE_WRITE)
        t->npages = (uint32_t)declared;
    else
        b.bad = true;
    if (has & HAS_PLAN)
        read_events(&b, t);
    int64_t page = 0;
    while (!b.bad && b.at < b.end) {
        uint64_t value = get_number(&b), zigzag = value >> 1;
        page += (int64_t)(zigzag >> 1) ^ -(int64_t)(zigzag & 1);
        uint64_t gap = timed ? get_number(&b) : 0;
        if (gap > UINT32_MAX)
            gap = UINT32_MAX;
        if (b.bad || page < 0 || !add(t, (uint64_t)page, value & 1, timed ? (int64_t)gap : -1))
            b.bad = true;
    }
    int result = b.bad ? fail(error, size, "not a trace from this byte on", MAGIC_SIZE + (size_t)(b.at - bytes)) : 0;
    free(bytes);
    return result;
}

int trace_read(FILE *in, struct trace *t, char *error, size_t size)
{
    char magic[MAGIC_SIZE];
    *t = (struct trace){ 0 };
    int c = getc(in), has = 0;
    ungetc(c, in);
    if (c == MAGIC[0]) {
        bool whole = fread(magic, 1, MAGIC_SIZE, in) == MAGIC_SIZE && memcmp(magic, MAGIC, MAGIC_SIZE - 1) == 0;
        has = whole ? magic[MAGIC_SIZE - 1] - '1' : -1;
        if (has < 0 || has > (HAS_TIMES | HAS_PLAN))
            return fail(error, size, "not a trace from this byte on", 0);
    }
    int result = c == MAGIC[0] ? read_bytes(in, t, has, error, size) : read_text(in, t, error, size);
    if (t->plan.npages > t->npages)
        t->npages = t->plan.npages;
    return result;
}

static void write_number(FILE *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        putc((int)(value | 0x80) & 0xff, out);
    putc((int)value, out);
}

int trace_write(FILE *out, const struct trace *t)
{
    int64_t before = 0;
    int has = (t->gaps ? HAS_TIMES : 0) | (t->plan.count ? HAS_PLAN : 0);
    fprintf(out, MAGIC "%d", 1 + has);
    write_number(out, t->npages);
    if (t->plan.count) {
        write_number(out, events_size(&t->plan));
        events_write(out, &t->plan);
    }
    for (size_t i = 0; i < t->count; i++) {
        int64_t page = t->accesses[i] & ~TRACE_WRITE, step = page - before;
        uint64_t zigzag = (uint64_t)step << 1 ^ (uint64_t)(step >> 63);
        write_number(out, zigzag << 1 | (t->accesses[i] & TRACE_WRITE ? 1 : 0));
        if (t->gaps)
            write_number(out, t->gaps[i]);
        before = page;
    }
    return ferror(out) || fflush(out) ? -1 : 0;
}

void trace_free(struct trace *t)
{
    free(t->accesses);
    free(t->gaps);
    events_free(&t->plan);
}

/* A heap of (next use, slot), the furthest on top; entries of pages used since are stale and skipped. */
struct use {
    size_t next;
    uint32_t page;
};

static void push(struct use *heap, size_t n, struct use u)
{
    for (; n > 0 && heap[(n - 1) / 2].next < u.next; n = (n - 1) / 2)
        heap[n] = heap[(n - 1) / 2];
    heap[n] = u;
}

static void pop(struct use *heap, size_t n)
{
    struct use u = heap[n - 1];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) + 1 < n; at = child) {
        if (child + 2 < n && heap[child + 1].next > heap[child].next)
            child++;
        if (heap[child].next <= u.next)
            break;
        heap[at] = heap[child];
    }
    heap[at] = u;
}

uint64_t trace_min_misses(const struct trace *t, uint32_t frames)
{
    size_t *next = malloc((t->count + 1) * sizeof *next), *when = malloc(t->npages * sizeof *when);
    struct use *heap = malloc((t->count + 1) * sizeof *heap);
    size_t nheap = 0;
    uint64_t misses = 0;
    uint32_t resident = 0;
    for (uint32_t p = 0; p < t->npages; p++)
        when[p] = t->count;
    for (size_t i = t->count; i-- > 0;) {
        next[i] = when[t->accesses[i] & ~TRACE_WRITE];
        when[t->accesses[i] & ~TRACE_WRITE] = i;
    }
    /* when[page]: next use while resident, SIZE_MAX while not */
    for (uint32_t p = 0; p < t->npages; p++)
        when[p] = SIZE_MAX;
    for (size_t i = 0; i < t->count; i++) {
        uint32_t page = t->accesses[i] & ~TRACE_WRITE;
        if (when[page] == SIZE_MAX) {
            misses++;
            while (resident == frames) {
                struct use top = heap[0];
                pop(heap, nheap--);
                if (when[top.page] == top.next) {
                    when[top.page] = SIZE_MAX;
                    resident--;
                }
            }
            resident++;
        }
        when[page] = next[i];
        push(heap, nheap++, (struct use){ next[i], page });
    }
    free(next);
    free(when);
    free(heap);
    return misses;
}
