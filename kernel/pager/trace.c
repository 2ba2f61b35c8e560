#include "kernel/pager/trace.h"

#include "kernel/pager/fault.h"
#include "kernel/file/file.h"
#include "kernel/log.h"
#include "kernel/mem.h"
#include "kernel/policy/prefetch/bytes.h"
#include "kernel/pager/windows.h"

#include <fcntl.h>
#include <string.h>

#define TRACE_FOLDER "/.bower"
#define TRACE_FILE TRACE_FOLDER "/trace"
#define TRACE_MAX ((size_t)16 << 20) /* bytes; most accesses take one or two, */
#define PLAN_MAX ((size_t)2 << 20)   /* ... most moves of the cursor three */
#define NUMBER_MAX 10                /* bytes */
#define HEADER_MAX (8 + 2 * NUMBER_MAX)
#define TURNS_MOST 16

enum plan_event { PLAN_DECLARED,
                  PLAN_AT,
                  PLAN_CHOSEN,
                  PLAN_ENDED };

/* Protected by pager_lock. */
static struct bytes_out pages, events;     /* at is NULL: nothing is recorded */
static uint8_t *start;                     /* of pages, behind them of events */
static uint32_t nplans, plan;              /* declared so far; the number of the last one, or 0: it has ended; */
static bool comes_back;                    /* ... it is cyclic */
static uint32_t npages, last, before_last; /* pages numbered so far; the two latest */
static uint32_t last_event;                /* page that the event before named */
static uint64_t since;                     /* accesses since that event */
static uint32_t turns;                     /* to pages that were here, since one that was not */

bool trace_on;

int trace_begin(void)
{
    start = kalloc(TRACE_MAX + PLAN_MAX);
    if (!start)
        return -ENOMEM;
    pages = (struct bytes_out){ start, start + TRACE_MAX, false };
    events = (struct bytes_out){ start + TRACE_MAX, start + TRACE_MAX + PLAN_MAX, false };
    trace_on = fault_tells_soft = true;
    return 0;
}

/* Room for one more access, or n numbers of an event? A trace that ends early ends in both of its parts. */
static bool has_room(size_t n)
{
    pages.full |= pages.end - pages.at < NUMBER_MAX || (size_t)(events.end - events.at) < n * NUMBER_MAX;
    return !pages.full;
}

static uint32_t number_of(struct region *r, uint32_t page)
{
    if (r->traced == 0) {
        r->traced = npages + 1;
        npages += r->npages;
    }
    return r->traced - 1 + page;
}

/* Pages that are here, but for these two, fault once more when they are touched next. */
static void hide_pages(uint32_t but, uint32_t and)
{
    struct page_ref refs[BATCH_MAX];
    size_t n = 0;
    for (uint32_t i = 0; i < llm_pool.nframes && n < BATCH_MAX; i++) {
        const struct frame *f = &llm_pool.frames[i];
        if (f->use != FRAME_USED)
            continue;
        uint32_t number = number_of(f->region, f->page);
        if (number != but && number != and)
            refs[n++] = (struct page_ref){ f->region, f->page };
    }
    windows_unmap(refs, n);
}

/*
 * Any other page that the program turns to is to fault, too, also one that is here. But an instruction that needs two neighbours gets
 * both in the end; and who turns to and fro between pages that are here is believed after a while to do so until another one comes.
 */
void trace_record_page(struct region *r, uint32_t page, bool here)
{
    if (!pages.at || !r->pool || !has_room(0))
        return;
    uint32_t named = number_of(r, page);
    int64_t step = (int64_t)named - last;
    put_number(&pages, ((uint64_t)step << 1 ^ (uint64_t)(step >> 63)) << 1);
    since++;
    turns = here ? turns + 1 : 0;
    bool to_and_fro = named == before_last && (step == 1 || step == -1);
    if (turns < TURNS_MOST)
        hide_pages(named, to_and_fro ? last : named);
    before_last = last;
    last = named;
}

/* An event begins: how many accesses came before it, and what it is. A page that is touched behind it may have left by then. */
static void put_event(enum plan_event event)
{
    put_number(&events, since << 2 | event);
    since = turns = 0;
    hide_pages(UINT32_MAX, UINT32_MAX);
}

/* A page, as a step from that of the event before. */
static void put_page(struct region *r, uint32_t page)
{
    uint32_t named = number_of(r, page);
    put_signed(&events, (int64_t)named - last_event);
    last_event = named;
}

int trace_plan(const struct plan_options *options, size_t n)
{
    if (plan != 0 && comes_back)
        return -EBUSY;
    plan = ++nplans;
    comes_back = options->cyclic;
    if (!pages.at || !has_room(4 + 2 * n))
        return 0;
    put_event(PLAN_DECLARED);
    put_number(&events, (options->cyclic ? 1 : 0) | (options->cursor ? 2 : 0));
    put_number(&events, options->width);
    put_number(&events, n);
    return 0;
}

void trace_plan_extent(const struct plan_extent *e, bool some)
{
    e->region->traced_plan = plan;
    if (!pages.at || pages.full)
        return;
    put_page(e->region, e->first);
    put_number(&events, (uint64_t)e->n << 1 | some);
    last_event += e->n;
}

void trace_plan_at(struct region *r, uint32_t page)
{
    if (!pages.at || !has_room(2))
        return;
    put_event(PLAN_AT);
    put_page(r, page);
}

void trace_plan_choose(const struct plan_extent *chosen)
{
    if (!pages.at || !has_room(3))
        return;
    put_event(PLAN_CHOSEN);
    put_page(chosen->region, chosen->first);
    put_number(&events, chosen->n);
}

bool trace_plan_end(void)
{
    bool on = plan != 0;
    if (on && pages.at && has_room(1))
        put_event(PLAN_ENDED);
    plan = 0;
    return on;
}

void trace_plan_unmapped(const struct region *r)
{
    if (plan != 0 && r->traced_plan == plan)
        trace_plan_end();
}

/* 0 or -errno. */
static int write_all(struct file *f, const uint8_t *from, const uint8_t *end)
{
    for (int64_t written; from < end; from += written) {
        written = file_write(f, from, MIN((size_t)(end - from), (size_t)1 << 18));
        if (written <= 0)
            return written < 0 ? (int)written : -EIO;
    }
    return 0;
}

void trace_save(void)
{
    struct file *f;
    if (!pages.at)
        return;
    const uint8_t *first_event = start + TRACE_MAX;
    uint8_t header[HEADER_MAX];
    struct bytes_out h = { header + 8, header + HEADER_MAX, false };
    memcpy(header, events.at > first_event ? "BOWERTR3" : "BOWERTR1", 8);
    put_number(&h, npages);
    if (events.at > first_event)
        put_number(&h, (uint64_t)(events.at - first_event));
    path_mkdir(TRACE_FOLDER, 0777);
    int error = file_open(TRACE_FILE, O_WRONLY | O_CREAT | O_TRUNC, 0666, &f);
    bool opened = !error;
    error = error ? error : write_all(f, header, h.at);
    error = error ? error : write_all(f, first_event, events.at);
    error = error ? error : write_all(f, start, pages.at);
    if (error)
        log_printf("bower: " TRACE_FILE ": error %d%s\n", -error, log_errno(-error));
    if (opened)
        file_put(f);
    if (pages.full)
        log_printf("bower: " TRACE_FILE ": ends early, after %lu bytes of accesses and %lu of the plan\n",
                   (unsigned long)(pages.at - start), (unsigned long)(events.at - first_event));
    pages.at = NULL;
}
