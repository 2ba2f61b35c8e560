/*
 * streams.c: several walks at once, each with a constant step, whatever comes between their accesses.
 *
 * A page that a known stream leads to moves that stream on. Any other is compared with the latest such pages: with a
 * neighbour, or two pages that make equal steps with it, a new stream begins. So it makes no difference how streams are
 * interleaved, and noise passes without touching any of them. A stream may skip pages that are resident, whose uses nobody sees; if it
 * does so in equal leaps, and they are not, its step is as large as those.
 *
 * How far ahead to read follows from how long streams lately became: as far as at least one in SURVIVORS of those that were as
 * long as this one is now went on, and no further than three times what was seen of it. Where pages are touched at random, streams
 * end as soon as they begin, and after a few of them nothing is named for new ones. At a fault the other streams
 * that are still going are read ahead too, a page of each in turn, since their next faults would come soon: as far as they are
 * expected to come in HORIZON halves of the accesses that use up a batch. What is due later would only hold frames.
 *
 * Pages of several streams that were read ahead are found used in batches, in the order of their names. Gaps that are learnt from those go
 * on as they were guessed, so each stream's pages are first spread evenly over its part of the batch (streams_spread; `auto` does).
 *
 * Holds 784 bytes. Costs some hundred instructions for an access that a stream led to, up to a thousand for another (it looks through
 * the latest pages), and for each page named one look at each stream that is going on.
 */
#include "kernel/policy/prefetch/streams.h"

#include <string.h>

#include "kernel/policy/prefetch/naming.h"

#define NEIGHBOURS 12   /* latest pages among which one that lies next to this begins a stream */
#define STEP_MOST 80    /* pages between equal steps that others may interrupt; three in a row may be any step apart */
#define SKIP_LENGTH 8   /* accesses on a stream for each of its pages that may have been resident, so that nobody saw it used */
#define SKIPS 3         /* equal skips in a row that are a step */
#define PROVEN 8        /* accesses, from which on a stream may have skipped some, and is read ahead at others' faults */
#define KNOWN 12        /* accesses that make a step known: two pages are enough for another stream that goes by it */
#define YOUNG 40        /* accesses after which a stream that is not proven is given up */
#define BEHIND_LENGTH 4 /* pages in sequence that are present before a page that faults may be a stream */
#define CHANCE_PRIOR 6  /* streams that began with pages apart and went no further, to begin with: most such are chance */
#define GAP_UNIT 16u
#define LONG_AGO 1024 /* accesses: beyond every horizon */
#define WINDOW_MOST 64
#define HORIZON 3     /* halves of a batch */
#define DEBT_SHORT 16 /* pages named in vain, from which on streams that are not proven have to wait */
#define DEBT_MOST (2 * WINDOW_MOST)
#define PLACE_UNIT 256 /* parts of a place among pages found used at once */
#define WALK_SKIP 16   /* pages that a walk leaves out at once, among those found used, or it is another one */

void streams_init(struct streams *s)
{
    memset(s, 0, sizeof(*s));
    s->latest = STREAMS_MOST;
    struct lengths *l = s->lengths;
    l[STREAM_APART].reached[lengths_class(2)] = l[STREAM_EQUAL].reached[lengths_class(3)] = CHANCE_PRIOR;
    l[STREAM_APART].reached[lengths_class(4)] = l[STREAM_EQUAL].reached[lengths_class(4)] = CHANCE_PRIOR / 2;
    l[STREAM_BEHIND].reached[lengths_class(BEHIND_LENGTH)] = CHANCE_PRIOR;
}

void streams_restart(struct streams *s)
{
    s->now += LONG_AGO;
    s->latest = STREAMS_MOST;
}

static void note_length(struct streams *s, const struct stream *t)
{
    uint32_t low = t->length & (t->length - 1);
    if (low & (low - 1))
        return; /* no class begins with such a length: in most cases that is seen at once */
    unsigned class = lengths_class(t->length);
    if (lengths_begin(class) == t->length)
        lengths_note(&s->lengths[t->origin], class);
}

static void note_skip(struct stream *t, uint32_t page)
{
    int32_t skip = (int32_t)(page - t->last) / t->step;
    if (skip != t->skip)
        t->skips = 0;
    if (t->skips < SKIPS)
        t->skips++;
    t->skip = (uint16_t)skip;
}

static void move_on(struct streams *s, uint32_t which, uint32_t page)
{
    struct stream *t = &s->stream[which];
    if (page - t->last != (uint32_t)t->step)
        note_skip(t, page);
    else
        t->skips = 0;
    uint32_t gap = (s->now - t->when) * GAP_UNIT;
    t->gap = gap < t->gap * 4 ? t->gap + gap / 4 - t->gap / 4 : t->gap * 2;
    t->last = page;
    t->when = s->now;
    t->length++;
    note_length(s, t);
    s->latest = which;
}

/* The stream that leads to this page, at once or past a few pages; or STREAMS_MOST. */
static uint32_t find_stream(const struct streams *s, uint32_t page)
{
    uint32_t found = STREAMS_MOST;
    for (uint32_t i = 0; i < STREAMS_MOST; i++) {
        const struct stream *t = &s->stream[i];
        int32_t distance = (int32_t)(page - t->last);
        if (t->length == 0 || (t->length < PROVEN && s->now - t->when > YOUNG))
            continue;
        if (distance == t->step)
            return i;
        if (t->length >= SKIP_LENGTH && (distance ^ t->step) >= 0 && distance % t->step == 0 && distance != 0 &&
            (uint32_t)(distance / t->step) <= t->length / SKIP_LENGTH)
            found = i;
    }
    return found;
}

/* A place for a new stream: a free one, or that of the stream that has least to lose. */
static struct stream *place(struct streams *s)
{
    struct stream *worst = &s->stream[0];
    uint32_t worst_value = UINT32_MAX;
    for (struct stream *t = s->stream; t < s->stream + STREAMS_MOST; t++) {
        uint32_t age = s->now - t->when, length = t->length < 64 ? t->length : 64;
        uint32_t value = t->length == 0 ? 0 : 1 + 4096 * length / (age + 16);
        if (value < worst_value) {
            worst_value = value;
            worst = t;
        }
    }
    return worst;
}

static uint32_t page_ago(const struct streams *s, uint32_t i)
{
    return s->history[(s->nhistory - 1 - i) % STREAMS_HISTORY];
}

/* Is the page one known step away from one of the latest pages? A step is known if a stream goes by it that has proved itself. */
static int32_t find_known_step(const struct streams *s, uint32_t page, uint32_t *gap)
{
    uint32_t most = s->nhistory < NEIGHBOURS ? s->nhistory : NEIGHBOURS;
    for (const struct stream *t = s->stream; t < s->stream + STREAMS_MOST; t++) {
        if (t->length < KNOWN)
            continue;
        for (uint32_t i = 0; i < most; i++) {
            if (page - page_ago(s, i) != (uint32_t)t->step)
                continue;
            *gap = (s->now - s->came[(s->nhistory - 1 - i) % STREAMS_HISTORY]) * GAP_UNIT;
            return t->step;
        }
    }
    return 0;
}

/* The step with which this page goes on from earlier ones, and how many of those it takes in; 0: none. */
static int32_t find_step(const struct streams *s, uint32_t page, uint32_t *length, uint32_t *gap)
{
    uint32_t known = s->nhistory < STREAMS_HISTORY ? s->nhistory : STREAMS_HISTORY;
    int32_t known_step = find_known_step(s, page, gap);
    *length = 2;
    if (known_step != 0)
        return known_step;
    for (uint32_t i = 0; i < known; i++) {
        uint32_t before = page_ago(s, i);
        int32_t step = (int32_t)(page - before);
        *gap = (s->now - s->came[(s->nhistory - 1 - i) % STREAMS_HISTORY]) * GAP_UNIT;
        if ((step == 1 || step == -1) && i < NEIGHBOURS) {
            *length = 2;
            return step;
        }
        if (step == 0 || (i > 0 && (step > STEP_MOST || step < -STEP_MOST)))
            continue;
        for (uint32_t k = i + 1; k < (i == 0 && (step > STEP_MOST || step < -STEP_MOST) ? 2 : known); k++) {
            if (k < known && before - page_ago(s, k) == (uint32_t)step) {
                *length = 3;
                return step;
            }
        }
    }
    return 0;
}

static void begin(struct streams *s, uint32_t page, int32_t step, uint32_t length, uint32_t gap, enum stream_origin origin)
{
    struct stream *t = place(s);
    *t = (struct stream){ .last = page, .step = step, .length = length, .when = s->now, .gap = gap, .origin = (uint8_t)origin };
    note_length(s, t);
    s->latest = (uint32_t)(t - s->stream);
}

bool streams_access(struct streams *s, uint32_t page, enum access_kind kind)
{
    if (kind == ACCESS_WASTE) {
        s->debt = s->debt < DEBT_MOST ? s->debt + 2 : s->debt;
        return false;
    }
    s->debt -= kind == ACCESS_TOUCH && s->debt > 0;
    s->now++;
    uint32_t found = find_stream(s, page), length, gap;
    s->latest = found;
    if (found < STREAMS_MOST) {
        move_on(s, found, page);
        return true;
    }
    int32_t step = find_step(s, page, &length, &gap);
    if (step != 0)
        begin(s, page, step, length, gap, length > 2 ? STREAM_EQUAL : gap > GAP_UNIT ? STREAM_APART
                                                                                     : STREAM_ADJACENT);
    s->came[s->nhistory % STREAMS_HISTORY] = s->now;
    s->history[s->nhistory++ % STREAMS_HISTORY] = page;
    return false;
}

bool streams_follow(struct streams *s, uint32_t page, enum access_kind kind)
{
    struct stream *t = &s->stream[s->latest];
    if (s->latest == STREAMS_MOST || page != t->last + (uint32_t)t->step)
        return false;
    s->debt -= kind == ACCESS_TOUCH && s->debt > 0;
    s->now++;
    move_on(s, s->latest, page);
    return true;
}

/* How many pages more is this stream likely to go on for? */
static uint32_t depth_of(const struct streams *s, const struct stream *t)
{
    const struct lengths *l = &s->lengths[t->origin];
    unsigned here = lengths_class(t->length);
    uint32_t until = s->debt < DEBT_SHORT ? lengths_until(l, t->length, 1, 2) : lengths_until(l, t->length, 3, 4);
    if (until == lengths_begin(here + 1) && t->length < PROVEN)
        return 0;
    uint32_t depth = until > t->length ? until - t->length : 0;
    if (l->reached[here] < LENGTHS_EVIDENCE && depth > 2 * t->length)
        depth = 2 * t->length;
    uint32_t most = s->debt < WINDOW_MOST ? WINDOW_MOST : DEBT_MOST - s->debt;
    return depth < most ? depth : most;
}

/* What is named of one stream next, and when it is expected: sixteenths of an access from now. */
struct ahead {
    int64_t page;
    int32_t step;
    uint32_t left, due, gap;
};

/* The streams that are going on: the latest access's, and others of whom a page is expected within this time. */
static unsigned list_going(const struct streams *s, uint32_t horizon, bool proven, struct ahead *out)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < STREAMS_MOST; i++) {
        const struct stream *t = &s->stream[i];
        uint32_t age = (s->now - t->when) * GAP_UNIT, gap = t->gap > age ? t->gap : age;
        if ((i != s->latest || proven) && (t->length < PROVEN || gap > horizon))
            continue;
        uint32_t depth = depth_of(s, t);
        if (depth > 0)
            out[n++] = (struct ahead){ t->last, t->step, depth, gap - age, gap };
    }
    return n;
}

/* The page that is expected first; NULL: no stream has any left within the horizon. */
static struct ahead *first_due(struct ahead *going, unsigned n, uint32_t horizon)
{
    struct ahead *first = NULL;
    for (struct ahead *a = going; a < going + n; a++)
        if (a->left > 0 && a->due <= horizon && (!first || a->due < first->due))
            first = a;
    return first;
}

/* Nobody saw the pages before this one used, but they are there: perhaps a walk that met its residents. */
static void look_behind(struct streams *s, const struct prefetch_query *query)
{
    uint32_t run = 0;
    while (run < BEHIND_LENGTH && run < query->page && !prefetch_absent(query, query->page - 1 - run))
        run++;
    if (run == BEHIND_LENGTH)
        begin(s, query->page, 1, BEHIND_LENGTH, GAP_UNIT, STREAM_BEHIND);
}

/* What a stream has skipped again and again was resident, and so not seen used. If it is not, the stream goes by a larger step. */
static void settle_skips(struct stream *t, const struct prefetch_query *query)
{
    if (t->skips < SKIPS)
        return;
    t->skips = 0;
    for (uint32_t i = 1; i < t->skip; i++)
        if (!prefetch_absent(query, t->last - i * (uint32_t)t->step))
            return;
    t->step *= t->skip;
}

static unsigned name_pages(struct streams *s, const struct prefetch_query *query, bool proven, uint32_t *out)
{
    if (s->latest != STREAMS_MOST)
        settle_skips(&s->stream[s->latest], query);
    struct ahead going[STREAMS_MOST];
    uint32_t horizon = query->max * GAP_UNIT * HORIZON / 2;
    unsigned n = list_going(s, horizon, proven, going);
    struct naming names = naming_start(query, out);
    for (struct ahead *a; (a = first_due(going, n, horizon)) != NULL;) {
        a->page += a->step;
        a->left--;
        a->due += a->gap;
        if (a->page < 0 || a->page >= query->npages || a->page == query->page)
            a->left = 0;
        else if (!naming_offer(&names, (uint32_t)a->page))
            break;
    }
    return names.count;
}

unsigned streams_predict_proven(struct streams *s, const struct prefetch_query *query, uint32_t *out)
{
    return name_pages(s, query, true, out);
}

unsigned streams_predict(struct streams *s, const struct prefetch_query *query, uint32_t *out)
{
    if (s->latest == STREAMS_MOST)
        look_behind(s, query);
    return name_pages(s, query, false, out);
}

/* ---- pages found used at once */

struct walk {
    uint32_t last;
    int32_t step;
    unsigned first, end, pages; /* places of its first page and its last among all, and how many they are */
};

/* How many steps lead from a page to another one; 0: none do, or too many. */
static unsigned steps_between(uint32_t from, int32_t step, uint32_t to)
{
    int32_t distance = (int32_t)(to - from), steps = distance / step;
    return steps > 0 && steps <= STREAMS_SPREAD && steps * step == distance ? (unsigned)steps : 0;
}

/*
 * The walk that leads to the page soonest: one of the n that are known; else n, a new one, which gets its step from the stream that leads
 * there soonest; or STREAMS_MOST: none.
 */
static unsigned find_walk(const struct streams *s, struct walk *walks, unsigned n, uint32_t page)
{
    unsigned found = n, nearest = WALK_SKIP;
    for (unsigned i = 0; i < n; i++) {
        unsigned steps = steps_between(walks[i].last, walks[i].step, page);
        if (steps > 0 && steps < nearest) {
            nearest = steps;
            found = i;
        }
    }
    if (found < n || n == STREAMS_MOST)
        return found;
    nearest = STREAMS_SPREAD + 1;
    for (const struct stream *t = s->stream; t < s->stream + STREAMS_MOST; t++) {
        unsigned steps = t->length > 0 ? steps_between(t->last, t->step, page) : 0;
        if (steps > 0 && steps < nearest) {
            nearest = steps;
            walks[n].step = t->step;
        }
    }
    return nearest > STREAMS_SPREAD ? STREAMS_MOST : n;
}

void streams_spread(const struct streams *s, uint32_t *pages, unsigned n)
{
    struct walk walks[STREAMS_MOST];
    unsigned nwalks = 0, walk_of[STREAMS_SPREAD], place[STREAMS_SPREAD];
    for (unsigned i = 0; i < n; i++) {
        unsigned w = walk_of[i] = find_walk(s, walks, nwalks, pages[i]);
        if (w == STREAMS_MOST)
            return;
        if (w == nwalks)
            walks[nwalks++] = (struct walk){ .step = walks[w].step, .first = i };
        walks[w].last = pages[i];
        walks[w].end = i;
        place[i] = walks[w].pages++;
    }
    uint32_t when[STREAMS_SPREAD];
    for (unsigned i = 0; i < n; i++) {
        const struct walk *w = &walks[walk_of[i]];
        uint32_t page = pages[i], due = PLACE_UNIT * w->first;
        due += w->pages > 1 ? PLACE_UNIT * (w->end - w->first) * place[i] / (w->pages - 1) : 0;
        unsigned at = i;
        for (; at > 0 && when[at - 1] > due; at--) {
            when[at] = when[at - 1];
            pages[at] = pages[at - 1];
        }
        when[at] = due;
        pages[at] = page;
    }
}

static size_t state_size(uint32_t npages)
{
    (void)npages;
    return sizeof(struct streams);
}

static void init(void *state, uint32_t npages)
{
    (void)npages;
    streams_init(state);
}

static void on_access(void *state, const uint32_t *pages, unsigned n, enum access_kind kind)
{
    for (unsigned i = 0; i < n; i++)
        streams_access(state, pages[i], kind);
}

static unsigned predict(void *state, const struct prefetch_query *query, uint32_t *out)
{
    return streams_predict(state, query, out);
}

const struct prefetch_policy prefetch_streams = {
    .name = "streams",
    .help = "several walks with constant steps at once, as far ahead as such walks lately went on",
    .state_size = state_size,
    .init = init,
    .on_access = on_access,
    .predict = predict,
};
