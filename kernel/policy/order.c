#include "kernel/policy/order.h"

#define SHORT_PIECE 4 /* pages: a shorter piece is a request not worth its while, every turn */
#define CELLS 5       /* one in use, one next, the others on their way, or left out for pages that are read out of order; */
#define CELLS_MOST 64 /* ... more where all pieces are short */
#define EARLY 2       /* runs that are not here are streamed before they are due, so that none has to that is here */
#define STRETCH 16    /* runs, among which those that are streamed may be chosen with a view to what is here */

size_t order_join(struct order_extent *extents, size_t n)
{
    struct order_extent *last = extents;
    for (struct order_extent *e = extents + 1; e < extents + n; e++) {
        uint32_t end = last->first + last->n;
        if (e->source == last->source && (e->first == end || e->first + 1 == end))
            last->n = e->first + e->n - last->first;
        else
            *++last = *e;
    }
    return (size_t)(last + 1 - extents);
}

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

/* Pages of pieces that several extents name, or that are shorter than this. */
static uint32_t count_hot(const struct order *o, uint32_t shorter)
{
    uint32_t hot = 0;
    for (const struct order_piece *p = o->pieces; p < o->pieces + o->npieces; p++)
        hot += p->run > 1 || p->pages.n < shorter ? p->pages.n : 0;
    return hot;
}

/* If there are too many, the shortest pieces are hot, and those used several times; or as many of the latter as may be. */
static void choose_hot(struct order *o, uint32_t most)
{
    uint32_t shorter = SHORT_PIECE;
    while (shorter > 1 && count_hot(o, shorter) > most)
        shorter--;
    for (struct order_piece *p = o->pieces; p < o->pieces + o->npieces; p++) {
        bool hot = (p->run > 1 || p->pages.n < shorter) && o->nhot + p->pages.n <= most;
        p->run = hot ? ORDER_NONE : 0;
        o->nhot += hot ? p->pages.n : 0;
    }
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
    for (uint32_t i = 0; i < o->npieces; i++)
        o->npages += o->pieces[i].pages.n;
    choose_hot(o, most_hot);
    order_pieces(o, extents, n);
}

/* ---- what is kept and what passes */

/* No run is longer than this; o->run is the longest that there is. */
static void cut_runs(struct order *o, uint32_t run)
{
    o->run = 1;
    o->nruns = 0;
    for (uint32_t i = 0; i < o->ncold; i++) {
        struct order_piece *p = &o->pieces[o->turn[i]];
        p->run = o->nruns;
        p->runs = (p->pages.n + run - 1) / run;
        o->nruns += p->runs;
        uint32_t longest = (p->pages.n + p->runs - 1) / p->runs;
        o->run = longest > o->run ? longest : o->run;
    }
}

void order_cut(struct order *o, uint32_t frames, uint32_t slack, uint32_t cells)
{
    uint32_t room = slack < frames - o->nhot ? slack : frames - o->nhot;
    bool silent = cells == ORDER_SILENT;
    uint32_t run = room / (silent ? CELLS : cells);
    run = run < 1 ? 1 : run > ORDER_RUN_MAX ? ORDER_RUN_MAX
                                            : run;
    cut_runs(o, run);
    o->cells = room / o->run < CELLS_MOST ? room / o->run : CELLS_MOST;
    if (silent && o->cells > 1)
        o->cells--;
    o->short_run = ORDER_NONE;
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

/* The first streamed run that is longer than this gives so many pages back. */
static void shorten(struct order *o, uint32_t excess)
{
    uint32_t hint = 0;
    for (uint32_t run = order_next_streamed(o, 0); run < o->nruns; run = order_next_streamed(o, run + 1)) {
        struct order_extent pages = order_run(o, run, &hint);
        if (pages.n > excess) {
            o->short_run = run;
            o->short_end = pages.first + pages.n - excess;
            return;
        }
    }
}

void order_choose(struct order *o, void *memory, uint32_t frames, order_resident resident, void *context)
{
    uint32_t ring = o->cells * o->run, pinned = frames - o->nhot > ring ? frames - o->nhot - ring : 0, hint = 0;
    uint64_t cold = o->npages - o->nhot, must = o->npages > frames && cold > pinned ? cold - pinned : 0, passed = 0, streamed = 0;
    o->streams = memory;
    o->nstreamed = 0;
    o->short_run = ORDER_NONE;
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
        uint64_t due = passed * must / cold, early = due + (resident ? EARLY * o->run : 0);
        if (cold - passed > o->run && early < streamed + o->run)
            continue; /* not even a run is due */
        for (enum presence p = ABSENT; p < PRESENCES; p++) {
            uint64_t want = p == HERE ? due : early < must ? early
                                                           : must;
            if (streamed < want)
                streamed += stream_some(o, &s, p, (uint32_t)(want - streamed));
        }
    }
    if (streamed > must)
        shorten(o, (uint32_t)(streamed - must));
}

void order_stream_all(struct order *o, void *memory)
{
    o->streams = memory;
    o->nstreamed = o->nruns;
    o->short_run = ORDER_NONE;
    for (uint32_t word = 0; word < (o->nruns + 63) / 64; word++)
        o->streams[word] = UINT64_MAX;
}

/* ---- from runs to pages and back */

/* Page at which run k of a piece begins. */
static inline uint32_t cut_at(const struct order_piece *p, uint32_t k)
{
    return p->pages.first + (uint32_t)((uint64_t)k * p->pages.n / p->runs);
}

static uint32_t search_turn(const struct order *o, uint32_t run)
{
    uint32_t low = 0, high = o->ncold - 1;
    while (low < high) {
        uint32_t middle = low + (high - low + 1) / 2;
        if (o->pieces[o->turn[middle]].run <= run)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/* The piece of a run; *hint is its place in turn: mostly that, or the next one. */
static const struct order_piece *piece_of(const struct order *o, uint32_t run, uint32_t *hint)
{
    const struct order_piece *p;
    for (uint32_t at = *hint, end = at + 2; at < end && at < o->ncold; at++) {
        p = &o->pieces[o->turn[at]];
        if (run - p->run < p->runs) {
            *hint = at;
            return p;
        }
    }
    *hint = search_turn(o, run);
    return &o->pieces[o->turn[*hint]];
}

struct order_extent order_run(const struct order *o, uint32_t run, uint32_t *hint)
{
    const struct order_piece *p = piece_of(o, run, hint);
    uint32_t first = cut_at(p, run - p->run), end = run == o->short_run ? o->short_end : cut_at(p, run - p->run + 1);
    return (struct order_extent){ p->pages.source, first, end - first };
}

static inline bool piece_has(const struct order_piece *p, uint32_t source, uint32_t page)
{
    return p->pages.source == source && page - p->pages.first < p->pages.n;
}

struct order_extent order_excess(const struct order *o, uint32_t *hint)
{
    const struct order_piece *p = piece_of(o, o->short_run, hint);
    return (struct order_extent){ p->pages.source, o->short_end, cut_at(p, o->short_run - p->run + 1) - o->short_end };
}

uint32_t order_quiet_end(const struct order *o, uint32_t piece, uint32_t page, const struct order_extent *last)
{
    const struct order_piece *p = &o->pieces[piece], *next = p + 1;
    uint32_t end = p->pages.first + p->pages.n;
    if (page < last->first + last->n && piece_has(p, last->source, last->first))
        return last->first + last->n;
    for (; next < o->pieces + o->npieces && next->run == ORDER_NONE && piece_has(next, p->pages.source, end); next++)
        end += next->pages.n;
    return end;
}

/* The piece that has this page, or NULL: mostly the guess or what follows it in the file. */
static inline const struct order_piece *find_piece(const struct order *o, uint32_t source, uint32_t page, uint32_t guess)
{
    const struct order_piece *p = &o->pieces[guess], *end = o->pieces + o->npieces;
    for (uint32_t tries = 2; tries > 0 && p < end; tries--, p++)
        if (piece_has(p, source, page))
            return p;
    p = &o->pieces[piece_from(o, source, page)];
    return p < end && piece_has(p, source, page) ? p : NULL;
}

bool order_find(const struct order *o, uint32_t source, uint32_t page, uint32_t *piece, uint32_t *run, bool *hot)
{
    const struct order_piece *p = find_piece(o, source, page, *piece);
    *hot = false;
    if (!p)
        return false;
    *piece = (uint32_t)(p - o->pieces);
    *run = p->run + (uint32_t)(((uint64_t)(page - p->pages.first + 1) * p->runs - 1) / p->pages.n);
    *hot = p->run == ORDER_NONE || (*run == o->short_run && page >= o->short_end);
    return !*hot;
}
