/*
 * markov.c: correlation of steps: after these two steps came that one; failing that, after this step came that one.
 *
 * Steps instead of pages make what was learnt in one place hold in another; a period in the steps is followed as soon as it has
 * been seen once. Learns from every access, also from touches of pages read ahead, so that being right does not stop it
 * from learning. Each expectation is tested by the next access, and trust.h turns the results into depth.
 *
 * Holds two tables of 8-byte entries, one entry a page of the mapping in each, at least 64 and at most 4096. Costs about 110
 * instructions an access and 90 for each page named.
 */
#include "kernel/policy/prefetch/markov.h"

#include <string.h>

#include "kernel/policy/prefetch/bytes.h"
#include "kernel/policy/prefetch/naming.h"
#include "kernel/policy/prefetch/trust.h"

#define ENTRIES_LEAST 64
#define ENTRIES_MOST 4096
#define COUNT_MAX 7

static uint32_t table_entries(uint32_t npages)
{
    uint32_t n = ENTRIES_LEAST;
    while (n < npages && n < ENTRIES_MOST)
        n *= 2;
    return n;
}

size_t markov_size(uint32_t npages)
{
    return sizeof(struct markov) + 2 * table_entries(npages) * sizeof(struct markov_entry);
}

void markov_init(struct markov *m, uint32_t npages)
{
    memset(m, 0, markov_size(npages));
    m->mask = table_entries(npages) - 1;
    m->pairs = (struct markov_entry *)(m + 1);
    m->singles = m->pairs + m->mask + 1;
    m->trust = TRUST_FULL;
}

static uint64_t mix(int32_t newer, int32_t older)
{
    uint64_t x = ((uint64_t)(uint32_t)newer << 32 | (uint32_t)older) * 0x9E3779B97F4A7C15u;
    return x ^ x >> 32;
}

static struct markov_entry *entry_at(const struct markov *m, struct markov_entry *table, uint64_t hash)
{
    return &table[hash & m->mask];
}

static bool entry_holds(const struct markov_entry *e, uint64_t hash)
{
    return e->count > 0 && e->tag == (uint16_t)(hash >> 48);
}

static void learn(struct markov_entry *e, uint64_t hash, int32_t next)
{
    if (!entry_holds(e, hash)) {
        /* Another history lives here: it yields once it has lost its credit. */
        if (e->count > 1)
            e->count--;
        else
            *e = (struct markov_entry){ next, (uint16_t)(hash >> 48), 1, 0 };
    } else if (e->next == next) {
        if (e->count < COUNT_MAX)
            e->count++;
    } else if (--e->count == 0) {
        e->next = next;
        e->count = 1;
    }
}

static int32_t expected_after(const struct markov *m, int32_t newer, int32_t older, uint32_t seen)
{
    if (seen >= 3) {
        uint64_t hash = mix(newer, older);
        const struct markov_entry *e = entry_at(m, m->pairs, hash);
        if (entry_holds(e, hash))
            return e->next;
    }
    if (seen >= 2) {
        uint64_t hash = mix(newer, 0);
        const struct markov_entry *e = entry_at(m, m->singles, hash);
        if (entry_holds(e, hash))
            return e->next;
    }
    return 0;
}

int32_t markov_expected(const struct markov *m)
{
    const struct markov_entry *pair = entry_at(m, m->pairs, m->pair_hash);
    if (m->seen >= 3 && entry_holds(pair, m->pair_hash))
        return pair->next;
    const struct markov_entry *single = entry_at(m, m->singles, m->single_hash);
    return m->seen >= 2 && entry_holds(single, m->single_hash) ? single->next : 0;
}

void markov_restart(struct markov *m, uint32_t page)
{
    m->last = page;
    m->seen = 1;
}

void markov_access(struct markov *m, uint32_t page, enum access_kind kind)
{
    if (kind == ACCESS_WASTE || (m->seen > 0 && page == m->last))
        return;
    int32_t step = (int32_t)(page - m->last);
    int32_t expected = markov_expected(m);
    if (expected != 0)
        (expected == step ? trust_hit : trust_miss)(&m->trust);
    if (m->seen >= 3)
        learn(entry_at(m, m->pairs, m->pair_hash), m->pair_hash, step);
    if (m->seen >= 2)
        learn(entry_at(m, m->singles, m->single_hash), m->single_hash, step);
    m->step[1] = m->step[0];
    m->step[0] = m->seen > 0 ? step : 0;
    m->pair_hash = mix(m->step[0], m->step[1]);
    m->single_hash = mix(m->step[0], 0);
    m->last = page;
    if (m->seen < 3)
        m->seen++;
}

unsigned markov_predict(struct markov *m, const struct prefetch_query *query, uint32_t *out)
{
    struct prefetch_query q = *query;
    q.max = trust_depth(m->trust, query->max);
    if (q.max == 0)
        return 0;
    struct naming n = naming_start(&q, out);
    int32_t newer = m->step[0], older = m->step[1];
    int64_t page = query->page;
    for (uint32_t seen = m->seen;; seen += seen < 3) {
        int32_t step = expected_after(m, newer, older, seen);
        page += step;
        if (step == 0 || page < 0 || page >= query->npages || !naming_offer(&n, (uint32_t)page))
            return n.count;
        older = newer;
        newer = step;
    }
}

/* Per table and entry in use: distance from the entry before, tag, count and step. */
static bool save_table(const struct markov *m, const struct markov_entry *table, struct bytes_out *o)
{
    uint32_t before = 0;
    for (uint32_t i = 0; i <= m->mask; i++) {
        if (table[i].count == 0)
            continue;
        struct bytes_out entry = *o;
        put_number(&entry, i - before + 1);
        put_byte(&entry, (uint8_t)table[i].tag);
        put_byte(&entry, (uint8_t)(table[i].tag >> 8));
        put_byte(&entry, table[i].count);
        put_signed(&entry, table[i].next);
        if (entry.full || entry.at == entry.end)
            break; /* room for the end mark is left */
        *o = entry;
        before = i;
    }
    put_number(o, 0);
    return !o->full;
}

size_t markov_save(const struct markov *m, uint8_t *out, size_t size)
{
    struct bytes_out o = { out, out + size, false };
    put_number(&o, m->mask);
    if (!save_table(m, m->pairs, &o) || !save_table(m, m->singles, &o))
        return 0;
    return (size_t)(o.at - out);
}

static bool load_table(const struct markov *m, struct markov_entry *table, struct bytes_in *in)
{
    uint64_t i = 0;
    for (;;) {
        uint64_t distance = get_number(in);
        if (in->bad || distance > (uint64_t)m->mask + 1)
            return false;
        if (distance == 0)
            return true;
        i += distance - 1;
        struct markov_entry e = { 0 };
        e.tag = get_byte(in);
        e.tag |= (uint16_t)(get_byte(in) << 8);
        e.count = get_byte(in);
        int64_t next = get_signed(in);
        if (in->bad || i > m->mask || e.count > COUNT_MAX || next < INT32_MIN || next > INT32_MAX)
            return false;
        e.next = (int32_t)next;
        table[i] = e;
    }
}

bool markov_load(struct markov *m, const uint8_t *bytes, size_t n)
{
    struct bytes_in in = { bytes, bytes + n, false };
    if (get_number(&in) == m->mask && load_table(m, m->pairs, &in) && load_table(m, m->singles, &in))
        return true;
    memset(m->pairs, 0, 2 * ((size_t)m->mask + 1) * sizeof(struct markov_entry));
    return false;
}

static void init(void *state, uint32_t npages)
{
    markov_init(state, npages);
}

static void on_access(void *state, const uint32_t *pages, unsigned n, enum access_kind kind)
{
    for (unsigned i = 0; i < n; i++)
        markov_access(state, pages[i], kind);
}

static unsigned predict(void *state, const struct prefetch_query *query, uint32_t *out)
{
    return markov_predict(state, query, out);
}

const struct prefetch_policy prefetch_markov = {
    .name = "markov",
    .help = "what followed the latest steps the last time (delta correlation, order 2 then 1)",
    .state_size = markov_size,
    .init = init,
    .on_access = on_access,
    .predict = predict,
};
