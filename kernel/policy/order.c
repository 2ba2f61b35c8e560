#include "kernel/policy/order.h"

#define SHORT_PIECE 4 /* pages: a shorter piece is a request not worth its while, every turn */
#define CELLS_LEAST 4 /* one in use, one next, two on their way */
#define STRETCH 16    /* runs, among which those that are streamed may be chosen with a view to what is here */

/* ---- pieces: what lies between two borders of extents belongs together */

struct border {
    uint32_t source, page;
};

static bool border_before(struct border a, struct border b)
{
    return a.source != b.source ? a.source < b.source : a.page < b.page;
}

static void sink(struct border *heap, size_t at, size_t n)
{
    struct border moved = heap[at];
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && border_before(heap[child], heap[child + 1]))
            child++;
        if (!border_before(moved, heap[child]))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

static void sort_borders(struct border *b, size_t n)
{
    for (size_t i = n / 2; i-- > 0;)
        sink(b, i, n);
    for (size_t end = n; end-- > 1;) {
        struct border last = b[end];
        b[end] = b[0];
        b[0] = last;
        sink(b, 0, end);
    }
}

static size_t most_pieces(size_t n)
{
    return 2 * n; /* as many borders */
}

size_t order_size(size_t n)
{
    return most_pieces(n) * (sizeof(struct order_piece) + sizeof(struct border) + sizeof(uint32_t));
}

/* Index of the first piece that is not before this page of this source. */
static uint32_t piece_from(const struct order *o, uint32_t source, uint32_t page)
{
    uint32_t low = 0, high = o->npieces;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct order_extent *p = &o->pieces[middle].pages;
        if (p->source < source || (p->source == source && p->first + p->n <= page))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Between neighbouring borders of one source, if any extent covers it; run counts the extents that do. */
static void make_pieces(struct order *o, const struct border *borders, const struct order_extent *extents, size_t n)
{
    o->npieces = 0;
    for (size_t i = 0; i + 1 < 2 * n; i++) {
        if (borders[i].source != borders[i + 1].source || borders[i].page == borders[i + 1].page)
            continue;
        struct order_extent pages = { borders[i].source, borders[i].page, borders[i + 1].page - borders[i].page };
        o->pieces[o->npieces++] = (struct order_piece){ pages, 0, 0 };
    }
    for (const struct order_extent *e = extents; e < extents + n; e++)
        for (uint32_t i = piece_from(o, e->source, e->first); i < o->npieces; i++) {
            const struct order_extent *p = &o->pieces[i].pages;
            if (p->source != e->source || p->first >= e->first + e->n)
                break;
            o->pieces[i].run++;
        }
    uint32_t covered = 0;
    for (uint32_t i = 0; i < o->npieces; i++)
        if (o->pieces[i].run > 0)
            o->pieces[covered++] = o->pieces[i];
    o->npieces = covered;
}

/* Cold pieces in the order of their first extent, then the hot ones. */
static void order_pieces(struct order *o, const struct order_extent *extents, size_t n)
{
    uint32_t cold = 0, hot = 0;
    for (int pass = 0; pass < 2; pass++)
        for (const struct order_extent *e = extents; e < extents + n; e++)
            for (uint32_t i = piece_from(o, e->source, e->first); i < o->npieces; i++) {
                struct order_piece *p = &o->pieces[i];
                if (p->pages.source != e->source || p->pages.first >= e->first + e->n)
                    break;
                if (p->runs != 0 || (p->run != ORDER_NONE) != (pass == 0))
                    continue;
                p->runs = 1;
                o->turn[cold + hot] = i;
                if (pass == 0)
                    cold++;
                else
                    hot++;
            }
    o->ncold = cold;
}

void order_init(struct order *o, void *memory, const struct order_extent *extents, size_t n, uint32_t most_hot)
{
    struct border *borders = (struct border *)((struct order_piece *)memory + most_pieces(n));
    *o = (struct order){ .pieces = memory, .turn = (uint32_t *)(borders + most_pieces(n)) };
    for (size_t i = 0; i < n; i++) {
        borders[2 * i] = (struct border){ extents[i].source, extents[i].first };
        borders[2 * i + 1] = (struct border){ extents[i].source, extents[i].first + extents[i].n };
    }
    sort_borders(borders, 2 * n);
    make_pieces(o, borders, extents, n);
    for (uint32_t i = 0; i < o->npieces; i++) {
        struct order_piece *p = &o->pieces[i];
        bool hot = p->run > 1 || p->pages.n < SHORT_PIECE;
        p->run = hot ? ORDER_NONE : 0;
        o->npages += p->pages.n;
        o->nhot += hot ? p->pages.n : 0;
    }
    for (uint32_t i = 0; o->nhot > most_hot && i < o->npieces; i++)
        o->pieces[i].run = 0;
    o->nhot = o->nhot > most_hot ? 0 : o->nhot;
    order_pieces(o, extents, n);
}

/* ---- what is kept and what passes */

static void cut_runs(struct order *o, uint32_t run)
{
    o->run = run;
    o->nruns = 0;
    for (uint32_t i = 0; i < o->ncold; i++) {
        struct order_piece *p = &o->pieces[o->turn[i]];
        p->run = o->nruns;
        p->runs = (p->pages.first + p->pages.n - 1) / run - p->pages.first / run + 1;
        o->nruns += p->runs;
    }
}

void order_cut(struct order *o, uint32_t frames, uint32_t slack)
{
    /* As long as runs are this short, the ring and what rounding costs stay within the slack. */
    uint32_t room = slack < frames - o->nhot ? slack : frames - o->nhot;
    uint32_t run = room / (CELLS_LEAST + 1);
    run = run < 1 ? 1 : run > ORDER_RUN_MAX ? ORDER_RUN_MAX
                                            : run;
    cut_runs(o, run);
    uint32_t cells = room / run;
    o->cells = cells > 1 ? cells - 1 : 1;
}

size_t order_choice_size(const struct order *o)
{
    return (o->nruns + 63) / 64 * sizeof *o->streams;
}

/* One stretch of runs, and how much of each is here: nothing, some, all. */
enum presence { ABSENT,
                PARTLY_HERE,
                HERE,
                PRESENCES };

struct stretch {
    uint32_t first, n, pages[STRETCH];
    uint8_t presence[STRETCH];
    uint32_t total[PRESENCES]; /* pages */
};

/* Streams at least `due` of the pages that are present like that, if there are so many, as evenly as can be. Returns how many. */
static uint32_t stream_some(struct order *o, const struct stretch *s, enum presence presence, uint32_t due)
{
    uint64_t passed = 0, streamed = 0, total = s->total[presence];
    for (uint32_t i = 0; i < s->n; i++) {
        uint32_t run = s->first + i, n = s->pages[i];
        if (s->presence[i] != presence)
            continue;
        passed += n;
        bool in_turn = (streamed + n) * total <= passed * due, last_chance = streamed + (total - passed) < due;
        if (!in_turn && !last_chance)
            continue;
        o->streams[run / 64] |= (uint64_t)1 << run % 64;
        o->nstreamed++;
        streamed += n;
    }
    return (uint32_t)streamed;
}

void order_choose(struct order *o, void *memory, uint32_t frames, order_resident resident, void *context)
{
    uint32_t ring = o->cells * o->run, pinned = frames - o->nhot > ring ? frames - o->nhot - ring : 0, hint = 0;
    uint64_t cold = o->npages - o->nhot, must = o->npages > frames && cold > pinned ? cold - pinned : 0, passed = 0, streamed = 0;
    o->streams = memory;
    o->nstreamed = 0;
    for (uint32_t word = 0; word < (o->nruns + 63) / 64; word++)
        o->streams[word] = 0;
    for (uint32_t run = 0; must > 0 && run < o->nruns; run += STRETCH) {
        struct stretch s = { .first = run, .n = o->nruns - run < STRETCH ? o->nruns - run : STRETCH };
        for (uint32_t i = 0; i < s.n; i++) {
            struct order_extent pages = order_run(o, run + i, &hint);
            uint32_t here = resident ? resident(context, &pages) : 0;
            s.pages[i] = pages.n;
            s.presence[i] = here == 0 ? ABSENT : here < pages.n ? PARTLY_HERE
                                                                : HERE;
            s.total[s.presence[i]] += pages.n;
            passed += pages.n;
        }
        uint64_t due = passed * must / cold;
        if (resident && must - due > 2 * o->run)
            due += o->run; /* what is not here goes, rather than something else soon */
        if (cold - passed > o->run && due < streamed + o->run)
            continue; /* not even a run is due */
        for (enum presence p = ABSENT; p < PRESENCES && streamed < due; p++)
            streamed += stream_some(o, &s, p, (uint32_t)(due - streamed));
    }
}

void order_stream_all(struct order *o, void *memory)
{
    o->streams = memory;
    o->nstreamed = o->nruns;
    for (uint32_t word = 0; word < (o->nruns + 63) / 64; word++)
        o->streams[word] = UINT64_MAX;
}

/* ---- from runs to pages and back */

/* Page at which run k of a piece begins. */
static uint32_t cut_at(const struct order *o, const struct order_piece *p, uint32_t k)
{
    if (k == 0)
        return p->pages.first;
    return k == p->runs ? p->pages.first + p->pages.n : (p->pages.first / o->run + k) * o->run;
}

/* The piece of a run; *hint is its place in turn. */
static const struct order_piece *piece_of(const struct order *o, uint32_t run, uint32_t *hint)
{
    uint32_t at = *hint < o->ncold ? *hint : 0;
    const struct order_piece *p = &o->pieces[o->turn[at]];
    if (run - p->run < p->runs)
        return p;
    uint32_t low = 0, high = o->ncold - 1;
    while (low < high) {
        uint32_t middle = low + (high - low + 1) / 2;
        if (o->pieces[o->turn[middle]].run <= run)
            low = middle;
        else
            high = middle - 1;
    }
    *hint = low;
    return &o->pieces[o->turn[low]];
}

struct order_extent order_run(const struct order *o, uint32_t run, uint32_t *hint)
{
    const struct order_piece *p = piece_of(o, run, hint);
    uint32_t first = cut_at(o, p, run - p->run);
    return (struct order_extent){ p->pages.source, first, cut_at(o, p, run - p->run + 1) - first };
}

uint32_t order_quiet_end(const struct order *o, uint32_t piece, uint32_t run, const struct order_extent *oldest, uint32_t page)
{
    const struct order_piece *p = &o->pieces[piece];
    if (oldest && oldest->source == p->pages.source && oldest->first > page && oldest->first - p->pages.first < p->pages.n)
        return oldest->first + oldest->n;
    return cut_at(o, p, run - p->run + 1);
}

static inline bool piece_has(const struct order_piece *p, uint32_t source, uint32_t page)
{
    return p->pages.source == source && page - p->pages.first < p->pages.n;
}

bool order_find(const struct order *o, uint32_t source, uint32_t page, uint32_t *piece, uint32_t *run, bool *hot)
{
    uint32_t i = *piece;
    if (i >= o->npieces || !piece_has(&o->pieces[i], source, page))
        i = piece_from(o, source, page);
    *hot = false;
    if (i == o->npieces || !piece_has(&o->pieces[i], source, page))
        return false;
    const struct order_piece *p = &o->pieces[i];
    *piece = i;
    *hot = p->run == ORDER_NONE;
    if (*hot)
        return false;
    *run = p->run + page / o->run - p->pages.first / o->run;
    return true;
}
