/*
 * fit_search.c: finds the recurrences p' = a*p + (b*p mod m) + c that agree with a handful of pages.
 *
 * The family is not enumerated. Modulo m the recurrence is linear, so for any three pairs (p0,q0) (p1,q1) (p2,q2) of a page
 * and its successor the determinant (q1-q0)(p2-p0) - (q2-q0)(p1-p0) is a multiple of m, whatever a, b and c are. So m
 * divides the greatest common divisor of the determinants; each divisor in question gives a+b by one linear congruence, and
 * each a leaves one b and one c, which all pairs must confirm exactly. If all determinants vanish, nothing has wrapped yet:
 * q = k*p + c is as far as one can see.
 *
 * Agreement alone proves little when pairs are few, so a hypothesis is weighed by its length: what it costs to state a,
 * b, m and c, against what the pairs would cost if they were arbitrary steps of their size. The difference, `gain`, is how
 * many bits of evidence there are; fit.c reads ahead as far as they justify.
 *
 * Costs at most SMALL_M + LARGE_K divisions, MAX_SOLVED congruences and four checks for each of their MAX_TURNS solutions;
 * usually a small part of it, since the spread of the steps rules out small m and the common divisor most others.
 */
#include "kernel/policy/prefetch/fit.h"

#define A_MAX 3     /* a = 0 .. 3 */
#define SMALL_M 128 /* every m up to here is tried; */
#define LARGE_K 16  /* above it, the common divisor over 1 .. 16 */
#define LARGE_M 65536
#define MAX_SOLVED 8
#define MAX_PAIRS 4
#define MAX_TURNS 8 /* of the solutions of one congruence, those with the smallest b */
#define JUMP 8      /* times as long as any other step */
#define RIVAL 16    /* a rival costs at most four bits more than the best */

struct search {
    struct fit *f;
    unsigned npairs;
    const uint32_t *p;   /* pair i is p[i], p[i+1] */
    int cost[FIT_ALIVE]; /* of f->alive */
    unsigned solved;
};

/* log2(x) in quarter bits, x >= 1. */
static int log2q(uint64_t x)
{
    int e = 63 - __builtin_clzll(x);
    uint64_t fraction = (e >= 2 ? x >> (e - 2) : x << (2 - e)) & 3;
    return 4 * e + (int)fraction;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

static uint64_t magnitude(int64_t x)
{
    return x < 0 ? (uint64_t)-x : (uint64_t)x;
}

static uint64_t gcd(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t t = a % b;
        a = b;
        b = t;
    }
    return a;
}

/* Quarter bits to state a hypothesis: short ones are those that a person would write. */
static int cost_of(const struct recurrence *r)
{
    uint64_t c = magnitude(r->c);
    int cost = r->a == 1 ? 0 : 12;
    if (r->m == 0)
        cost += r->b == 0 ? 0 : 2 * log2q(r->b + 1);
    else
        cost += log2q(r->m) + 4 + (r->b == 1 ? 4 : least(2 * log2q(r->b) + 8, log2q(r->m) + 12));
    if (r->c >= 0 && c <= 2)
        return cost + 8;
    return cost + least(2 * log2q(c + 1), log2q(c + 1) + 8) + (r->c < 0 ? 8 : 4);
}

/* Keeps the hypothesis among the FIT_ALIVE shortest, in order. */
static void keep(struct search *s, const struct recurrence *r)
{
    struct fit *f = s->f;
    int cost = cost_of(r);
    unsigned i = f->nalive;
    if (i == FIT_ALIVE && cost >= s->cost[--i])
        return;
    for (; i > 0 && cost < s->cost[i - 1]; i--) {
        f->alive[i] = f->alive[i - 1];
        s->cost[i] = s->cost[i - 1];
    }
    f->alive[i] = *r;
    s->cost[i] = cost;
    if (f->nalive < FIT_ALIVE)
        f->nalive++;
}

static bool agrees(struct search *s, const struct recurrence *r)
{
    for (unsigned i = s->npairs - 1; i-- > 0;) /* the last pair gave c */
        if (recurrence_next(r, s->p[i]) != s->p[i + 1])
            return false;
    return true;
}

static void check(struct search *s, uint32_t a, uint32_t b, uint32_t m)
{
    struct recurrence r = { a, b, m, 0 };
    r.c = (int64_t)s->p[s->npairs] - recurrence_next(&r, s->p[s->npairs - 1]);
    if (agrees(s, &r))
        keep(s, &r);
}

/* x with a*x = 1 (mod m), for coprime a and m. */
static uint64_t inverse(uint64_t a, uint64_t m)
{
    int64_t x = 1, y = 0;
    uint64_t r = a, t = m;
    while (t != 0) {
        uint64_t q = r / t, r2 = r % t;
        int64_t x2 = x - (int64_t)q * y;
        r = t;
        t = r2;
        x = y;
        y = x2;
    }
    return (uint64_t)(x < 0 ? x + (int64_t)m : x);
}

static uint64_t modulo(int64_t x, uint64_t m)
{
    int64_t r = x % (int64_t)m;
    return (uint64_t)(r < 0 ? r + (int64_t)m : r);
}

/* The pair of neighbouring pairs that says most about a + b: the one whose step shares least with m. */
static const uint32_t *sharpest(const struct search *s, uint64_t m, uint64_t *shared)
{
    const uint32_t *best = s->p;
    *shared = UINT64_MAX;
    unsigned tried = 0;
    for (unsigned i = s->npairs - 1; i-- > 0 && *shared > 1 && tried++ < MAX_PAIRS;) {
        uint64_t g = gcd(m, modulo((int64_t)s->p[i + 1] - s->p[i], m));
        if (g < *shared) {
            *shared = g;
            best = s->p + i;
        }
    }
    return best;
}

/* Every (a, b, c) for one m, the plain ones first: a + b = k solves k * (p1 - p0) = q1 - q0 (mod m). */
static void try_modulus(struct search *s, uint64_t m)
{
    uint64_t g;
    const uint32_t *p = sharpest(s, m, &g);
    uint64_t dp = modulo((int64_t)p[1] - p[0], m), dq = modulo((int64_t)p[2] - p[1], m);
    if (dq % g != 0 || s->solved++ >= MAX_SOLVED)
        return;
    uint64_t step = m / g;
    uint64_t k = step == 1 ? 0 : dq / g % step * inverse(dp / g % step, step) % step;
    for (unsigned i = 0; i < g && i < MAX_TURNS; i++, k += step) {
        for (uint32_t a = 0; a <= A_MAX; a++) {
            uint64_t b = (k + A_MAX * m - a) % m;
            if (b != 0)
                check(s, a, (uint32_t)b, (uint32_t)m);
        }
    }
}

/* Nothing wrapped so far: the steps grow by a whole factor. */
static void try_linear(struct search *s)
{
    const uint32_t *p = s->p;
    int64_t d0 = (int64_t)p[1] - p[0], d1 = (int64_t)p[2] - p[1];
    if (d0 != 0 && d1 % d0 == 0 && d1 / d0 >= 1 && d1 / d0 <= 8)
        check(s, 1, (uint32_t)(d1 / d0 - 1), 0);
}

/* The common divisor of the determinants of all triples of neighbouring pairs. */
static uint64_t common_divisor(const struct search *s)
{
    uint64_t g = 0;
    for (unsigned i = 0; i + 2 < s->npairs && g != 1; i++) {
        const uint32_t *p = s->p + i;
        int64_t d0 = (int64_t)p[1] - p[0], d1 = (int64_t)p[2] - p[1], d2 = (int64_t)p[3] - p[2];
        if (magnitude(d0) >> 31 || magnitude(d1) >> 31 || magnitude(d2) >> 31)
            return 1;
        g = gcd(magnitude(d1 * d1 - d2 * d0), g);
    }
    return g;
}

/* What the pairs cost if they are arbitrary steps of their size. A single much longer one doesn't stand for the others. */
static int evidence(const struct search *s)
{
    uint64_t longest = 0, second = 0;
    for (unsigned i = 0; i < s->npairs; i++) {
        uint64_t d = magnitude((int64_t)s->p[i + 1] - s->p[i]);
        second = d > longest ? longest : d > second ? d
                                                    : second;
        longest = d > longest ? d : longest;
    }
    uint64_t usual = longest > JUMP * second ? second : longest;
    return (int)(s->npairs - 1) * log2q(usual + usual / 3 + 1) + log2q(longest + longest / 3 + 1);
}

/* The remainders span less than m, so q - a*p does as well, for the right a. */
static uint64_t least_spread(const struct search *s)
{
    uint64_t spread = UINT64_MAX;
    for (int64_t a = 0; a <= A_MAX; a++) {
        int64_t low = INT64_MAX, high = INT64_MIN;
        for (unsigned i = 0; i < s->npairs; i++) {
            int64_t e = (int64_t)s->p[i + 1] - a * s->p[i];
            low = e < low ? e : low;
            high = e > high ? e : high;
        }
        if ((uint64_t)(high - low) < spread)
            spread = (uint64_t)(high - low);
    }
    return spread;
}

bool fit_search(struct fit *f, const uint32_t *pages, unsigned n)
{
    struct search s = { .f = f, .npairs = n - 1, .p = pages };
    f->nalive = 0;
    uint64_t spread = least_spread(&s), g = common_divisor(&s);
    if (g == 0) {
        try_linear(&s);
    } else if (g > spread && spread < LARGE_M) {
        for (uint64_t m = spread + 1; m <= SMALL_M && m <= g; m++)
            if (g % m == 0)
                try_modulus(&s, m);
        for (uint64_t k = 1; k <= LARGE_K && g / k > spread; k++)
            if (g % k == 0 && g / k > SMALL_M && g / k <= LARGE_M)
                try_modulus(&s, g / k);
    }
    if (f->nalive == 0)
        return false;
    while (s.cost[f->nalive - 1] > s.cost[0] + RIVAL)
        f->nalive--;
    f->gain = evidence(&s) - s.cost[0];
    return true;
}
