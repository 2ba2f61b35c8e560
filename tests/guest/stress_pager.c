// setup: python3 -c "open('disk', 'wb').write(bytes(64 * 24 * 4096))"
// setup: printf '[inject-error]\nevent = "read_aio"\nerrno = "5"\nonce = "on"\nsector = "%d"\n' $(seq 40 300 12000) > errors
// setup: printf '[inject-error]\nevent = "write_aio"\nerrno = "5"\nonce = "on"\nsector = "%d"\n' $(seq 64 900 12000) >> errors
// setup: truncate -s $((10 * 3000 * 4096)) long && printf '[set-state]\nevent = "write_aio"\nstate = "1"\nnew_state = "2"\n' > late
// setup: printf '[inject-error]\nevent = "read_aio"\nerrno = "5"\nonce = "on"\nstate = "2"\nsector = "%d"\n' $(seq 40 4000 240000) >> late
// stats: frames_leaked == 0 and frames_peak <= frames and prefetch_used + prefetch_wasted == prefetched
// stats: faults == faults_major + faults_soft + faults_spurious
// run: --harts 2 --frames 6 --disk blkdebug:{dir}/errors:{dir}/disk,rw,name=stress -- 1 150 3
// run: --harts 4 --frames 8 --policy readahead --evict fifo --disk {dir}/disk,rw,name=stress -- 2 60 4
// env: BOWER_PROCESSORS=4
// run: --harts 2 --frames 60 --policy auto --evict clock --disk {dir}/disk,rw,name=stress -- 3 150 8
// run: --harts 1 --frames 2 --policy none --disk blkdebug:{dir}/errors:{dir}/disk,rw,name=stress -- 4 300 4
// run: --harts 4 --frames 14 --disk blkdebug:{dir}/errors:{dir}/disk,rw,name=stress -- 10 100 6 2
// env: BOWER_PROCESSORS=4
// stats: plan_pages > 0
// run: --harts 2 --frames 70 --disk blkdebug:{dir}/errors:{dir}/disk,rw,name=stress -- 6 150 5 2 learnt
// stats: plan_pages > 0
// run: --harts 1 --frames 8 --disk {dir}/disk,rw,name=stress -- 11 150 4 1
// stats: plan_pages > 0
// run: --harts 2 --frames 1000 --disk blkdebug:{dir}/late:{dir}/long,rw,name=stress -- 6 40 5 2 learnt 10x3000
// stdout~: ^a plan was learnt: [0-9]+ pages in [0-9]+ reads, (6[5-9]|[7-9][0-9]|1[0-9][0-9]) each$
// run: --harts 4 --frames 800 --disk blkdebug:{dir}/late:{dir}/long,rw,name=stress -- 8 40 6 2 learnt 10x3000
// stdout~: ^a plan was learnt: [0-9]+ pages in [0-9]+ reads, (6[5-9]|[7-9][0-9]|1[0-9][0-9]) each$
/*
 * Many threads read, write, map, unmap, sync and advise shared mappings of one disk at random, against a model of what memory must
 * hold; the disk fails now and then. The arguments are the seed, steps of each thread, threads, how many of these make plans (none),
 * `learnt` (the pager has to learn the first plan by itself, or the run fails) or `declared`, and how many mappings there are of how many
 * pages (64x24); where they are long, so are the runs of plans. `make soak` runs it as long as one likes.
 *
 * A page holds its number and version in three words. Readers of a segment go side by side, so that faults meet on one page;
 * whoever writes to it or moves it is alone with it.
 *
 * Plans are about parts of the segments that the others are at, and are walked in order, or not: all that may come of it is slowness. They
 * end when somebody ends them, when a segment moves, or when the pager finds them wrong. It lets pages go later than it says where nobody
 * can write to them; so some segments are sealed, for a while.
 */
#include <bower.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

#define PAGE 4096
#define SEGMENTS 64 /* at most */
#define WORDS (PAGE / 4)
#define THREADS 64    /* at most */
#define LOOKS 20000   /* at one page, */
#define LOOKS_USES 60 /* ... until so many others have been used by a plan */
#define TRIES 8       /* of a call that the disk may fail */
#define AT_ONCE 24    /* pages of the file that are checked, at the end */

struct segment {
    pthread_rwlock_t lock; /* for reading: words may be read; for writing: everything */
    volatile uint32_t *words;
    uint32_t *version; /* of each page */
    bool sealed;       /* only for reading */
};

static struct segment segments[SEGMENTS];
static unsigned nsegments = 64, npages = 24;
static size_t bytes; /* of a segment, like npages */
static long steps;
static int disk;
static unsigned long seed;
static _Atomic unsigned long operations; /* pages read or written, calls made: of threads that have ended */
static _Thread_local unsigned long mine; /* ... of this one */
static unsigned planners;                /* threads that make plans */
static _Atomic unsigned here;            /* page that one of them has used last, of all segments' */
static _Atomic unsigned long planned_uses;
static unsigned stretch = 1; /* plans are walked so much further than they are where segments are short */

struct thread {
    pthread_t id;
    bool plans;
    uint64_t state;
};

static unsigned any(struct thread *t, unsigned n)
{
    t->state ^= t->state << 13;
    t->state ^= t->state >> 7;
    t->state ^= t->state << 17;
    return (unsigned)(t->state >> 20) % n;
}

static uint32_t mark(unsigned segment, unsigned page, uint32_t version, unsigned which)
{
    return version == 0 ? 0 : ((segment * npages + page) * 2654435761u ^ version * 40503u) + which;
}

static const unsigned places[] = { 0, WORDS / 2 + 3, WORDS - 1 };

static void wrong(unsigned segment, unsigned page, unsigned place, uint32_t found, const char *where)
{
    printf("seed %lu: segment %u page %u word %u is %x in %s, not version %u\n", seed, segment, page, place, found, where,
           segments[segment].version[page]);
    fflush(stdout);
    abort();
}

static void check_page(unsigned s, unsigned page)
{
    mine++;
    for (unsigned i = 0; i < 3; i++) {
        uint32_t found = segments[s].words[page * WORDS + places[i]];
        if (found != mark(s, page, segments[s].version[page], i))
            wrong(s, page, places[i], found, "memory");
    }
}

/* In the file, not in memory: n pages, read at once to the buffer. */
static void check_pages_of_file(unsigned s, unsigned first, unsigned n, uint32_t *buffer)
{
    int tries = 0;
    mine += n;
    while (pread(disk, buffer, (size_t)n * PAGE, (off_t)(s * npages + first) * PAGE) != (ssize_t)n * PAGE)
        if (++tries == TRIES)
            wrong(s, first, 0, 0, "a file that cannot be read");
    for (unsigned page = first; page < first + n; page++, buffer += WORDS)
        for (unsigned i = 0; i < 3; i++)
            if (buffer[places[i]] != mark(s, page, segments[s].version[page], i))
                wrong(s, page, places[i], buffer[places[i]], "the file");
}

static void check_file(unsigned s, unsigned page)
{
    static __thread uint32_t buffer[WORDS];
    check_pages_of_file(s, page, 1, buffer);
}

static void seal(unsigned s, bool sealed)
{
    struct segment *g = &segments[s];
    mine++;
    if (mprotect((void *)g->words, bytes, sealed ? PROT_READ : PROT_READ | PROT_WRITE) != 0)
        wrong(s, 0, 0, 0, "mprotect");
    g->sealed = sealed;
}

static void write_page(unsigned s, unsigned page)
{
    if (segments[s].sealed)
        seal(s, false);
    uint32_t version = ++segments[s].version[page];
    mine++;
    for (unsigned i = 0; i < 3; i++)
        segments[s].words[page * WORDS + places[i]] = mark(s, page, version, i);
}

static int again(int result, int *tries)
{
    return result != 0 && ++*tries < TRIES;
}

static void sync_segment(unsigned s)
{
    int tries = 0;
    mine++;
    while (again(msync((void *)segments[s].words, bytes, MS_SYNC), &tries))
        ;
    if (tries == TRIES)
        wrong(s, 0, 0, 0, "an msync that fails for ever");
}

static void map_segment(unsigned s, bool sealed)
{
    struct segment *g = &segments[s];
    int prot = sealed ? PROT_READ : PROT_READ | PROT_WRITE;
    g->sealed = sealed;
    g->words = mmap(NULL, bytes, prot, MAP_SHARED | MAP_LLM, disk, (off_t)(s * bytes));
    if (g->words == MAP_FAILED)
        wrong(s, 0, 0, 0, "mmap");
}

/* What cannot be written back when a mapping goes is lost, as POSIX has it; so it is synced before. */
static void move_segment(struct thread *t, unsigned s)
{
    sync_segment(s);
    if (munmap((void *)segments[s].words, bytes) != 0)
        wrong(s, 0, 0, 0, "munmap");
    check_file(s, any(t, npages));
    mine += 2;
    map_segment(s, planners > 0 && any(t, 2));
}

/* A second window onto the same pages shows the same. */
static void look_twice(struct thread *t, unsigned s)
{
    struct segment *g = &segments[s];
    volatile uint32_t *other = mmap(NULL, bytes, PROT_READ, MAP_SHARED | MAP_LLM, disk, (off_t)(s * bytes));
    unsigned page = any(t, npages);
    if (other == MAP_FAILED)
        wrong(s, page, 0, 0, "a second mmap");
    for (unsigned i = 0; i < 3; i++)
        if (other[page * WORDS + places[i]] != mark(s, page, g->version[page], i))
            wrong(s, page, places[i], other[page * WORDS + places[i]], "a second window");
    munmap((void *)other, bytes);
    mine += 3;
}

/* Two pages in one instruction. */
static void misaligned(unsigned s, unsigned page)
{
    uint64_t both = *(volatile uint64_t *)((volatile char *)&segments[s].words[(page + 1) * WORDS] - 4);
    mine++;
    if ((uint32_t)both != mark(s, page, segments[s].version[page], 2) ||
        (uint32_t)(both >> 32) != mark(s, page + 1, segments[s].version[page + 1], 0))
        wrong(s, page, WORDS - 1, (uint32_t)both, "a misaligned read");
}

/* This hart knows the page all the while, as the plan lets it go. */
static void stare(unsigned s, unsigned page)
{
    unsigned long before = mine, began = planned_uses;
    for (unsigned i = 0; i < LOOKS && planned_uses - began < LOOKS_USES; i++)
        check_page(s, page);
    mine = before + 1;
}

/* What ends a plan is rarer while there are some. */
static bool spares_plan(struct thread *t)
{
    return planners > 0 && any(t, 8);
}

static void step_reading(struct thread *t, unsigned s)
{
    unsigned what = any(t, 100), page = any(t, npages), n = 1 + any(t, 4);
    struct segment *g = &segments[s];
    if (what < 70) {
        for (unsigned i = 0; i < n; i++)
            check_page(s, (page + i) % npages);
    } else if (what < 85) {
        misaligned(s, page % (npages - 1));
    } else if (what < 92) {
        mine++;
        madvise((char *)g->words + page * PAGE, (size_t)(npages - page) * PAGE, MADV_WILLNEED);
    } else if (what < 96) {
        mine++;
        madvise((char *)g->words + page * PAGE, PAGE, MADV_DONTNEED);
    } else if (!spares_plan(t)) {
        look_twice(t, s);
    }
}

static void step_writing(struct thread *t, unsigned s)
{
    unsigned what = any(t, 100), page = any(t, npages);
    struct segment *g = &segments[s];
    if (g->sealed && any(t, 16)) {
        step_reading(t, s);
    } else if (what < 80) {
        write_page(s, page);
        check_page(s, any(t, npages));
    } else if (what < 88) {
        sync_segment(s);
        check_file(s, page);
    } else if (what < 94) {
        if (!spares_plan(t))
            move_segment(t, s);
    } else if (spares_plan(t)) {
        seal(s, true);
    } else {
        mine += 2;
        mprotect((char *)g->words + page * PAGE, PAGE, PROT_READ);
        check_page(s, page);
        seal(s, false);
        write_page(s, page);
    }
}

/* ---- plans */

#define PARTS 24             /* of a plan, at most: of more mappings than it may have */
#define LEARNT_SEGMENTS 12   /* at most */
#define LEARNT_TURNS 3       /* after which a plan is in force, */
#define LEARNT_TURNS_MOST 12 /* ... or, where the host takes processors away and the thread moves among harts, a few later */

struct part {
    unsigned segment, first, n; /* pages */
};

struct parts {
    struct part list[PARTS];
    unsigned n;
};

static struct parts planned; /* the last plan that came into force; protected by planned_lock */
static pthread_mutex_t planned_lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic unsigned long plans, busy, invalid, no_room; /* what became of the calls of bower_plan: in force, or why not */
static _Atomic unsigned long ended, gone;                   /* what bower_plan_end found */
static _Atomic unsigned working;                            /* threads that do not plan */

static char *address_of(unsigned s, unsigned page)
{
    return (char *)segments[s].words + (size_t)page * PAGE;
}

/* By the time that the plan is declared the segment may have moved. */
static struct bower_extent extent_of(struct thread *t, const struct part *p)
{
    pthread_rwlock_rdlock(&segments[p->segment].lock);
    struct bower_extent e = { address_of(p->segment, p->first), (size_t)p->n * PAGE, any(t, 8) == 0 };
    pthread_rwlock_unlock(&segments[p->segment].lock);
    return e;
}

/* Any parts of any segments, some of them twice. Runs are long where there is much to stream. */
static void choose_parts(struct thread *t, struct parts *out)
{
    out->n = 1 + any(t, any(t, 4) && stretch == 1 ? PARTS / 3 : PARTS);
    for (unsigned i = 0; i < out->n; i++) {
        struct part *p = &out->list[i];
        *p = (struct part){ any(t, nsegments), 0, npages };
        if (i > 0 && any(t, 6) == 0)
            *p = out->list[any(t, i)];
        if (any(t, 2)) {
            p->first = any(t, npages);
            p->n = 1 + any(t, npages - p->first);
        }
    }
}

static void declare(struct thread *t, struct parts *parts)
{
    struct bower_extent extents[PARTS];
    int flags = (any(t, 4) ? BOWER_PLAN_CYCLIC : 0) | (any(t, 2) ? BOWER_PLAN_CURSOR : 0);
    choose_parts(t, parts);
    for (unsigned i = 0; i < parts->n; i++)
        extents[i] = extent_of(t, &parts->list[i]);
    mine++;
    pthread_mutex_lock(&planned_lock);
    int error = bower_plan(extents, parts->n, flags, any(t, 10)) == 0 ? 0 : errno;
    if (error == 0)
        planned = *parts;
    else if (error == EBUSY && planned.n > 0)
        *parts = planned; /* two go through it; a learnt one is nobody's */
    pthread_mutex_unlock(&planned_lock);
    plans += error == 0;
    busy += error == EBUSY;
    invalid += error == EINVAL;
    no_room += error == ENOMEM;
    if (error != 0 && error != EBUSY && error != EINVAL && error != ENOMEM)
        wrong(parts->list[0].segment, 0, 0, (uint32_t)error, "a plan's errno");
    for (unsigned i = 0; error == EINVAL && i < parts->n; i++) { /* the segment has moved or is in pieces, or too many are named */
        unsigned s = parts->list[i].segment;
        pthread_rwlock_wrlock(&segments[s].lock);
        move_segment(t, s);
        pthread_rwlock_unlock(&segments[s].lock);
    }
}

/* Says where it is, now and then wrongly, and what it will look at. */
static void tell(struct thread *t, const struct parts *parts, unsigned s, unsigned page)
{
    const struct part *other = &parts->list[any(t, parts->n)];
    mine++;
    if (any(t, 40) == 0)
        bower_plan_at(address_of(other->segment, other->first)); /* which may be nowhere by now */
    else if (any(t, 20) == 0)
        bower_plan_choose(address_of(other->segment, other->first), (size_t)other->n * PAGE);
    else if (bower_plan_at(address_of(s, page)) != 0)
        wrong(s, page, 0, 0, "a cursor that is refused");
}

static void use_planned(struct thread *t, const struct parts *parts, unsigned s, unsigned page, bool tells)
{
    pthread_rwlock_rdlock(&segments[s].lock);
    if (tells)
        tell(t, parts, s, page);
    check_page(s, page);
    here = s * npages + page;
    planned_uses++;
    pthread_rwlock_unlock(&segments[s].lock);
    if (any(t, 16 * stretch) == 0) {
        pthread_rwlock_wrlock(&segments[s].lock);
        step_writing(t, s);
        pthread_rwlock_unlock(&segments[s].lock);
    }
}

/*
 * Through the plan, but that it goes on somewhere else now and then, or gives up. astray: it goes anywhere, so long that the pager may give
 * up. Returns the pages used.
 */
static long walk(struct thread *t, const struct parts *parts, bool astray)
{
    unsigned jumps = any(t, 4) ? 400 : 8, pages = any(t, 4) ? 60 : 600; /* so many, on the whole, to the next jump; to the end */
    jumps = astray ? 1 : jumps * stretch;
    pages = astray ? pages + (unsigned)steps : pages * stretch;
    long used = 0;
    for (unsigned i = any(t, 4) ? 0 : any(t, parts->n);; i = (i + 1) % parts->n) {
        const struct part *p = &parts->list[i];
        for (unsigned page = p->first; page < p->first + p->n; page++, used++) {
            if (any(t, pages) == 0)
                return used;
            if (any(t, jumps) == 0) {
                p = &parts->list[any(t, parts->n)];
                page = p->first + any(t, p->n);
            }
            use_planned(t, parts, p->segment, page, !astray);
        }
    }
}

static void run_plans(struct thread *t)
{
    struct parts parts;
    for (long i = 0; i < steps * stretch || working > 0;) {
        pthread_mutex_lock(&planned_lock);
        parts = planned;
        pthread_mutex_unlock(&planned_lock);
        bool learnt = i == 0 && parts.n > 0; /* then it is walked first */
        if (!learnt)
            declare(t, &parts);
        i += 1 + walk(t, &parts, any(t, learnt ? 2 : 8) == 0);
        if (any(t, 2)) {
            bool was_on = bower_plan_end() == 0;
            ended += was_on;
            gone += !was_on;
        }
    }
}

static void use_learnt(void)
{
    for (unsigned i = 0; i < planned.n; i++)
        for (unsigned page = 0; page < npages; page++)
            check_page(i, page);
}

/*
 * Nobody else runs: a loop that the pager learns, and that others go on with. The disk may fail from the write on: the plan is in force by
 * then.
 */
static void teach(void)
{
    struct bower_counters before, now;
    planned.n = nsegments < LEARNT_SEGMENTS ? nsegments : LEARNT_SEGMENTS;
    for (unsigned i = 0; i < planned.n; i++)
        planned.list[i] = (struct part){ i, 0, npages };
    for (unsigned turn = 0; turn < LEARNT_TURNS; turn++)
        use_learnt();
    bower_counters(&now);
    for (unsigned turn = LEARNT_TURNS; turn < LEARNT_TURNS_MOST; turn++) {
        before = now;
        use_learnt();
        bower_counters(&now);
        if (now.plan_pages - before.plan_pages > npages) /* not just the last of them */
            break;
    }
    write_page(0, 0);
    sync_segment(0);
    use_learnt();
    unsigned long long pages = now.plan_pages - before.plan_pages, reads = now.io_reads - before.io_reads;
    CHECK(pages > 0);
    printf("a plan %s learnt: %llu pages in %llu reads, %llu each\n", pages > 0 ? "was" : "could not be", pages, reads,
           reads > 0 ? pages / reads : 0);
}

static void report_plans(void)
{
    struct bower_counters now;
    bower_counters(&now);
    printf("%lu plans in force, %lu pages read ahead, %llu out of order; %lu refused for the one there was, %lu for their extents, "
           "%lu for lack of frames; %lu ended, %lu gone before\n",
           plans, (unsigned long)now.plan_pages, (unsigned long long)now.plan_missed, busy, invalid, no_room, ended, gone);
}

static void run_steps(struct thread *t)
{
    for (long i = 0; i < steps; i++) {
        unsigned s = any(t, any(t, 3) ? nsegments : 4), at = here; /* some are sought more than others */
        if (planners > 0 && any(t, 8) == 0) {
            s = at / npages;
            pthread_rwlock_rdlock(&segments[s].lock);
            stare(s, at % npages);
        } else if (any(t, 3)) {
            pthread_rwlock_rdlock(&segments[s].lock);
            step_reading(t, s);
        } else {
            pthread_rwlock_wrlock(&segments[s].lock);
            step_writing(t, s);
        }
        pthread_rwlock_unlock(&segments[s].lock);
    }
    working--;
}

static void *run(void *arg)
{
    struct thread *t = arg;
    if (t->plans)
        run_plans(t);
    else
        run_steps(t);
    operations += mine;
    return NULL;
}

static void run_threads(unsigned n)
{
    static struct thread threads[THREADS];
    working = n - planners;
    for (unsigned i = 0; i < n; i++) {
        threads[i].plans = i < planners;
        threads[i].state = (seed + 77u) * 6364136223846793005u + (uint64_t)i * 1442695040888963407u;
        CHECK(pthread_create(&threads[i].id, NULL, run, &threads[i]) == 0);
    }
    for (unsigned i = 0; i < n; i++)
        CHECK(pthread_join(threads[i].id, NULL) == 0);
}

static void map_segments(const char *segments_and_pages)
{
    if (segments_and_pages)
        CHECK(sscanf(segments_and_pages, "%ux%u", &nsegments, &npages) == 2 && nsegments >= 4 && nsegments <= SEGMENTS && npages > 1);
    bytes = (size_t)npages * PAGE;
    stretch = 1 + npages / 100;
    for (unsigned s = 0; s < nsegments; s++) {
        pthread_rwlock_init(&segments[s].lock, NULL);
        segments[s].version = calloc(npages, sizeof *segments[s].version);
        CHECK(segments[s].version != NULL);
        map_segment(s, planners > 0 && s % 2);
    }
}

int main(int argc, char **argv)
{
    seed = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
    steps = argc > 2 ? atol(argv[2]) : 1000;
    unsigned n = argc > 3 ? (unsigned)atoi(argv[3]) : 4;
    planners = argc > 4 ? (unsigned)atoi(argv[4]) : 0;
    disk = open("/dev/stress", O_RDWR);
    CHECK(disk >= 0 && n > 0 && n <= THREADS && planners <= n);
    map_segments(argc > 6 ? argv[6] : NULL);
    if (argc > 5 && strcmp(argv[5], "learnt") == 0)
        teach();
    run_threads(n);
    for (unsigned s = 0; s < nsegments; s++) {
        static uint32_t buffer[AT_ONCE * WORDS];
        sync_segment(s);
        for (unsigned page = 0; page < npages; page += AT_ONCE)
            check_pages_of_file(s, page, npages - page < AT_ONCE ? npages - page : AT_ONCE, buffer);
        CHECK(munmap((void *)segments[s].words, bytes) == 0);
    }
    printf("seed %lu: %ld steps of %u threads, %lu operations\n", seed, steps, n, operations);
    if (planners > 0)
        report_plans();
    return done();
}
