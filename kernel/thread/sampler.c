#ifdef SAMPLED

#include "kernel/thread/sampler.h"

#include "arch/hart.h"
#include "arch/pt.h"
#include "kernel/bootargs.h"
#include "kernel/log.h"
#include "kernel/mem.h"
#include "kernel/pager/region.h"
#include "kernel/thread/thread.h"
#include "kernel/device/vconsole.h"

#include <string.h>

#define TABLE_WORDS (1u << 17) /* 1 MiB for each hart: some ten thousand stacks */
#define SLOTS (1u << 14)       /* more than TABLE_WORDS can fill */
#define LINE_BYTES 4096        /* a stack with all its words, in hexadecimal */

/* One entry: the key, then how many moments; words[] of the table holds the entries one after the other. */
struct entry {
    uint32_t thread; /* its number; 0: before there were any */
    uint16_t n;
    uint16_t idle;
    uint64_t moments;
    uint64_t words[];
};
#define ENTRY_WORDS (sizeof(struct entry) / sizeof(uint64_t))

/* Of one hart, and written by it alone. */
struct table {
    uint64_t *words;
    uint32_t *slots; /* where in words an entry begins, plus 1; 0: free */
    uint32_t used, entries;
    uint64_t lost; /* moments */
};
static struct table tables[MAX_HARTS];
static uint64_t rate; /* Hz; 0: nobody asked */

bool sampler_may_read(paddr_t page)
{
    return !pool_owns(&llm_pool, page);
}

/* ---- counting */

static uint32_t hash(const struct sample *s, uint32_t thread)
{
    uint64_t h = thread * 2 + s->idle;

    for (unsigned i = 0; i < s->n; i++)
        h = (h ^ s->words[i]) * 0x9E3779B97F4A7C15u; /* 2^64 by the golden ratio: spreads into the upper bits */
    return (uint32_t)(h >> 32);
}

static bool is_entry_of(const struct entry *e, const struct sample *s, uint32_t thread)
{
    return e->thread == thread && e->n == s->n && e->idle == s->idle && memcmp(e->words, s->words, s->n * sizeof s->words[0]) == 0;
}

/* The entry of this stack, a new one if need be; NULL: no room. */
static struct entry *find(struct table *t, const struct sample *s, uint32_t thread)
{
    uint32_t slot = hash(s, thread) % SLOTS, size = (uint32_t)ENTRY_WORDS + s->n;
    struct entry *e;

    for (; t->slots[slot]; slot = (slot + 1) % SLOTS) {
        e = (struct entry *)(t->words + t->slots[slot] - 1);
        if (is_entry_of(e, s, thread))
            return e;
    }
    if (t->used + size > TABLE_WORDS || t->entries == SLOTS - 1)
        return NULL;
    e = (struct entry *)(t->words + t->used);
    *e = (struct entry){ .thread = thread, .n = (uint16_t)s->n, .idle = s->idle };
    memcpy(e->words, s->words, s->n * sizeof s->words[0]);
    t->slots[slot] = t->used + 1;
    t->used += size;
    t->entries++;
    return e;
}

void sampler_take(const struct sample *s)
{
    struct table *t = &tables[hart_index()];
    const struct thread *self = thread_self();
    struct entry *e = find(t, s, self ? thread_number(self) : 0);

    if (e)
        e->moments += s->moments;
    else
        t->lost += s->moments;
}

/* ---- the beginning */

static bool make_table(struct table *t)
{
    t->slots = kalloc(SLOTS * sizeof t->slots[0]);
    paddr_t words = mem_pages(TABLE_WORDS * sizeof t->words[0] / PAGE_SIZE);

    if (words)
        t->words = pa_to_kva(words);
    return t->slots && t->words;
}

void sampler_start(void)
{
    const char *text = bootargs_option(&boot_args, "profile");
    uint64_t hz = 0;

    for (; text && *text >= '0' && *text <= '9' && hz < NS_PER_S; text++)
        hz = hz * 10 + (uint64_t)(*text - '0');
    if (hz == 0 || hz > NS_PER_S)
        return;
    for (unsigned i = 0; i < MAX_HARTS; i++)
        if (!make_table(&tables[i])) {
            log_printf("bower: no memory for a profile: %lu MiB a hart\n", TABLE_WORDS * sizeof(uint64_t) >> 20);
            return;
        }
    rate = hz;
    sampling_start(NS_PER_S / hz);
}

/* ---- the end: see scripts/launch/profile.py, which reads it */

static void write_line(const char *line, int n)
{
    static bool failed;

    if (!failed && vconsole_write_profile(line, (size_t)n) < 0) {
        failed = true;
        log_printf("bower: the profile cannot be written\n");
    }
}

static void write_entry(unsigned hart, const struct entry *e)
{
    static char line[LINE_BYTES];
    int n = log_snprintf(line, sizeof line, "%s %u %u %lu", e->idle ? "idle" : "busy", hart, e->thread, e->moments);

    for (unsigned i = 0; i < e->n; i++)
        n += log_snprintf(line + n, sizeof line - (size_t)n, " %lx", e->words[i]);
    n += log_snprintf(line + n, sizeof line - (size_t)n, "\n");
    write_line(line, n);
}

_Static_assert(LINE_BYTES > SAMPLE_WORDS * (1 + 2 * sizeof(uint64_t)) + 64, "a line holds every stack");

void sampler_finish(void)
{
    char line[64];

    if (rate == 0)
        return;
    sampling_stop();
    write_line(line, log_snprintf(line, sizeof line, "rate %lu\n", rate));
    for (unsigned i = 0; i < hart_count(); i++) {
        const struct table *t = &tables[i];

        for (uint32_t at = 0; at < t->used;) {
            const struct entry *e = (const struct entry *)(t->words + at);

            write_entry(i, e);
            at += (uint32_t)ENTRY_WORDS + e->n;
        }
        write_line(line, log_snprintf(line, sizeof line, "lost %u %lu\n", i, t->lost));
    }
    write_line("end\n", 4);
}

#endif
