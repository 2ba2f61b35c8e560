/* Unit tests of the engine's small parts: mathematics, quantising, UTF-8, splitting, merging, sampling. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "infer/kernels/kernels.h"
#include "infer/bpe.h"
#include "infer/file.h"
#include "infer/fmath.h"
#include "infer/ops.h"
#include "infer/presplit.h"
#include "infer/quant.h"
#include "infer/sampler.h"
#include "infer/unicode.h"
#include "infer/vocab.h"

static void test_exp(struct check *c)
{
    double worst = 0.0;

    check_begin(c, "fmath-exp");
    for (int i = -2000; i <= 2000; i++) {
        float x = (float)i * 0.00999f;
        double right = exp((double)x), error = fabs((double)fmath_exp(x) - right) / right;
        worst = error > worst ? error : worst;
    }
    CHECK(c, worst < 8e-8, "relative error %g", worst);
    CHECK(c, fmath_exp(0.0f) == 1.0f, "exp(0) = %a", (double)fmath_exp(0.0f));
    CHECK(c, fmath_exp(89.0f) == INFINITY && fmath_exp(INFINITY) == INFINITY, "overflow");
    CHECK(c, fmath_exp(-90.0f) == 0.0f && fmath_exp(-INFINITY) == 0.0f, "underflow");
    CHECK(c, isnan(fmath_exp(NAN)), "NaN");
    CHECK(c, fabs((double)fmath_exp(88.0f) / exp(88.0) - 1.0) < 3e-7, "near the end");
    CHECK(c, fabs((double)fmath_exp(-87.0f) / exp(-87.0) - 1.0) < 3e-7, "near the other end");
    check_end(c);
}

static void test_functions(struct check *c)
{
    check_begin(c, "fmath-order");
    static const float ascending[] = { -NAN, -INFINITY, -1e30f, -1.5f, -1e-42f, 0.0f, 1e-42f, 0x1p-126f, 1.0f, 1.5f, INFINITY };
    for (size_t i = 1; i < sizeof(ascending) / sizeof(*ascending); i++) {
        CHECK(c, fmath_order(ascending[i - 1]) < fmath_order(ascending[i]), "%a before %a", (double)ascending[i - 1],
              (double)ascending[i]);
    }
    CHECK(c, fmath_order(-0.0f) == fmath_order(0.0f) && fmath_order(NAN) == fmath_order(-NAN), "equal ones");
    check_end(c);
    check_begin(c, "fmath-functions");
    for (int i = -3000; i < 3000; i++) {
        double x = i * 7.13, s, k;
        fmath_sincos(x, &s, &k);
        CHECK(c, fabs(s - sin(x)) < 1e-14 && fabs(k - cos(x)) < 1e-14, "sincos(%g)", x);
        double y = exp(i * 0.01);
        CHECK(c, fabs(fmath_log(y) - log(y)) < 1e-14 * (1 + fabs(log(y))), "log(%g)", y);
        double z = i * 0.02;
        CHECK(c, fabs(fmath_exp_double(z) / exp(z) - 1) < 1e-14, "exp(%g)", z);
        float v = (float)i * 0.01f;
        double u = 0.7978845608028654 * (v + 0.044715 * pow(v, 3));
        CHECK(c, fabs((double)fmath_gelu(v) - 0.5 * v * (1 + tanh(u))) < 5e-6, "gelu(%g)", (double)v);
        CHECK(c, fabs((double)fmath_silu(v) - v / (1 + exp(-(double)v))) < 5e-6, "silu(%g)", (double)v);
    }
    CHECK(c, fmath_scale(3.0f, -10) == 3.0f / 1024 && fmath_scale(1.5f, 200) == INFINITY, "scale");
    CHECK(c, fmath_scale(3.0f, -149) == ldexpf(3.0f, -149), "scale to a subnormal");
    check_end(c);
}

/* Of equal numbers nothing is left but the bias, to the bit; and the widest vector's sums. */
static void test_norms_of_equals(struct check *c)
{
    enum { N = 1 << 17,
           LARGEST = (1 << 24) - 1 };
    static float x[N], y[N], weight[N], bias[N];
    struct quant_moments of;

    for (int i = 0; i < N; i++) {
        x[i] = 0x1.fffffep6f;
        weight[i] = 1.0f;
        bias[i] = (float)(i % 5);
    }
    for (uint32_t n = 1; n <= N; n = 3 * n + 1) {
        ops_layer_norm(y, x, weight, bias, n, 1e-12f);
        CHECK(c, memcmp(y, bias, n * sizeof(*y)) == 0, "%u equal numbers", (unsigned)n);
    }
    quant_moments(&of, x, N);
    CHECK(c, of.sum == (int64_t)N * LARGEST && of.squares == (__int128)of.sum * LARGEST, "the widest vector");
}

/* Against doubles: numbers of like size, one that dwarfs the others, zeros, and no numbers. */
static void test_norms(struct check *c)
{
    enum { N = 100 };
    static const float odd[] = { 1.0f, 3000.0f, 1e-42f, INFINITY, -INFINITY, NAN };
    uint64_t seed = 3;
    float x[N], y[N], z[N], weight[N], bias[N];

    check_begin(c, "norms");
    for (size_t round = 0; round < 3 * sizeof(odd) / sizeof(*odd); round++) {
        double size = round % 3 == 0 ? 0.0 : round % 3 == 1 ? 1e-3
                                                            : 1e6;
        double sum = 0.0, squares = 0.0, apart = 0.0;
        for (int i = 0; i < N; i++) {
            x[i] = (float)(size * ((double)(check_random(&seed) % 20001) - 9000) / 10000);
            weight[i] = (float)(i % 7) - 3;
            bias[i] = (float)(i % 5);
        }
        x[round % N] = odd[round / 3];
        for (int i = 0; i < N; i++) {
            sum += (double)x[i];
            squares += (double)x[i] * (double)x[i];
        }
        for (int i = 0; i < N; i++) {
            apart += ((double)x[i] - sum / N) * ((double)x[i] - sum / N);
        }
        ops_rms_norm(y, x, weight, N, 1e-5f);
        ops_layer_norm(z, x, weight, bias, N, 1e-5f);
        for (int i = 0; i < N; i++) {
            double rms = (double)x[i] / sqrt(squares / N + 1e-5) * (double)weight[i];
            double layer = ((double)x[i] - sum / N) / sqrt(apart / N + 1e-5) * (double)weight[i] + (double)bias[i];
            bool number = isfinite(odd[round / 3]);
            CHECK(c, number ? fabs((double)y[i] - rms) < 1e-5 : isnan(y[i]), "rms: %g, not %g", (double)y[i], rms);
            CHECK(c, number ? fabs((double)z[i] - layer) < 1e-5 : isnan(z[i]), "layer: %g, not %g", (double)z[i], layer);
        }
    }
    test_norms_of_equals(c);
    check_end(c);
}

static void test_quant(struct check *c)
{
    uint64_t seed = 7;
    float x[40];
    int32_t q[40], sums[3], exponent;
    int64_t words[24];
    struct quant pairs = { .cols = 48, .words = words, .sums = sums, .exponent = &exponent };

    check_begin(c, "quant-vector");
    for (int round = 0; round < 500; round++) {
        for (int i = 0; i < 40; i++) {
            x[i] = ldexpf((float)(check_random(&seed) % 20001) - 10000, (int)(check_random(&seed) % 40) - 30);
        }
        for (int bits = 1; bits <= 24; bits++) {
            int32_t k = quant_integers(x, 40, bits, q), max = (int32_t)((1u << bits) - 1);
            for (int i = 0; i < 40; i++) {
                double right = floor(ldexp(fabs((double)x[i]), k) + 0.5);
                right = right > max ? max : right;
                CHECK(c, q[i] == (x[i] < 0 ? -right : right), "%a at %d bits: %d", (double)x[i], bits, q[i]);
            }
        }
        int32_t k = quant_integers(x, 40, QUANT_PAIR_BITS, q);
        quant_vector(&pairs, QUANT_PAIRS, 0, x, 40);
        int64_t sum = 0;
        for (uint32_t i = 0; i < 48; i++) {
            sum += quant_at(words, i);
            CHECK(c, quant_at(words, i) == (i < 40 ? q[i] : 0), "column %u", i);
        }
        CHECK(c, exponent == k && sum == (int64_t)sums[0] + sums[1] + sums[2], "exponent or sums");
    }
    memset(x, 0, sizeof(x));
    CHECK(c, quant_integers(x, 40, 24, q) == 149 && q[39] == 0, "zeros");
    x[3] = 1e-42f;
    CHECK(c, quant_integers(x, 40, 24, q) == 149 && q[3] == (int32_t)floor(ldexp(1e-42f, 149) + 0.5), "subnormal");
    x[3] = INFINITY;
    CHECK(c, quant_integers(x, 40, 24, q) == QUANT_NOT_FINITE, "infinity");
    x[3] = NAN;
    quant_vector(&pairs, QUANT_PAIRS, 0, x, 40);
    CHECK(c, exponent == QUANT_NOT_FINITE, "NaN");
    check_end(c);
}

static void test_utf8(struct check *c)
{
    static const struct {
        const char *text;
        size_t bytes, incomplete;
        uint32_t code;
    } cases[] = {
        { "a", 1, 0, 'a' },
        { "\xc3\xa9", 2, 0, 0xe9 },
        { "\xe2\x82\xac", 3, 0, 0x20ac },
        { "\xf0\x9f\x98\x80", 4, 0, 0x1f600 },
        { "\xc3", 1, 1, UNICODE_INVALID },
        { "\xe2\x82", 1, 2, UNICODE_INVALID },
        { "\xf0\x9f\x98", 1, 3, UNICODE_INVALID },
        { "\xc0\xaf", 1, 0, UNICODE_INVALID },
        { "\xed\xa0\x80", 1, 0, UNICODE_INVALID },
        { "\xf4\x90\x80\x80", 1, 0, UNICODE_INVALID },
        { "\x80", 1, 0, UNICODE_INVALID },
        { "\xff", 1, 0, UNICODE_INVALID },
    };

    check_begin(c, "utf8");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t code;
        size_t len = strlen(cases[i].text), n = utf8_decode(cases[i].text, len, &code);
        CHECK(c, n == cases[i].bytes && code == cases[i].code, "case %zu: %zu bytes, U+%x", i, n, code);
        n = utf8_incomplete(cases[i].text, len);
        CHECK(c, n == cases[i].incomplete, "case %zu: %zu incomplete", i, n);
    }
    CHECK(c, unicode_class(0x5d0) == UNICODE_LETTER && unicode_class(0x4e2d) == UNICODE_LETTER, "letters");
    CHECK(c, unicode_class(0xbd) == UNICODE_NUMBER && unicode_class(0x666) == UNICODE_NUMBER, "numbers");
    CHECK(c, unicode_class(0x3000) == UNICODE_SPACE && unicode_class(0x1c) == UNICODE_OTHER, "spaces");
    CHECK(c, unicode_class(0x1f600) == UNICODE_OTHER && unicode_class(UNICODE_INVALID) == UNICODE_OTHER, "others");
    check_end(c);
}

/* Pieces joined with '|', for comparison. */
static const char *pieces(enum presplit_rule rule, const char *text)
{
    static char out[256];
    size_t n = 0, len = strlen(text);

    while (len != 0) {
        size_t piece = presplit_next(rule, text, len);
        if (n != 0) {
            out[n++] = '|';
        }
        memcpy(out + n, text, piece);
        n += piece;
        text += piece;
        len -= piece;
    }
    out[n] = '\0';
    return out;
}

static void test_presplit(struct check *c)
{
    static const struct {
        enum presplit_rule rule;
        const char *text, *right;
    } cases[] = {
        { PRESPLIT_GPT2, "Hello world", "Hello| world" },
        { PRESPLIT_GPT2, "I'm you'll 'tis 'S", "I|'m| you|'ll| '|tis| '|S" },
        { PRESPLIT_GPT2, "a  b", "a| | b" },
        { PRESPLIT_GPT2, "a   ", "a|   " },
        { PRESPLIT_GPT2, "x\n\n  y", "x|\n\n | y" },
        { PRESPLIT_GPT2, "\ty", "\t|y" },
        { PRESPLIT_GPT2, "12345 67!? 8", "12345| 67|!?| 8" },
        { PRESPLIT_GPT2, "na\xc3\xafve \xe4\xbd\xa0\xe5\xa5\xbd!", "na\xc3\xafve| \xe4\xbd\xa0\xe5\xa5\xbd|!" },
        { PRESPLIT_GPT2, "\xff\xfe a", "\xff\xfe| a" },
        { PRESPLIT_LLAMA3, "Hello world", "Hello| world" },
        { PRESPLIT_LLAMA3, "I'M you'Ll", "I|'M| you|'Ll" },
        { PRESPLIT_LLAMA3, "1234567 89", "123|456|7| |89" },
        { PRESPLIT_LLAMA3, "(abc) !!\n\nx", "(abc|)| !!\n\n|x" },
        { PRESPLIT_LLAMA3, "a \n \n  b", "a| \n \n| | b" },
        { PRESPLIT_LLAMA3, "a  ", "a|  " },
        { PRESPLIT_LLAMA3, "\tx", "\tx" },
        { PRESPLIT_LLAMA3, "\nx", "\n|x" },
    };

    check_begin(c, "presplit");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *got = pieces(cases[i].rule, cases[i].text);
        CHECK(c, strcmp(got, cases[i].right) == 0, "case %zu: %s, not %s", i, got, cases[i].right);
    }
    check_end(c);
}

/* Joins a pair of equal letters, the lower letter first; "aa" may join with "aa". */
static bool rank_equal(const void *context, const struct bpe_symbol *left, const struct bpe_symbol *right,
                       uint32_t *rank, int32_t *id)
{
    (void)context;
    *rank = (uint32_t)left->text[0];
    *id = (int32_t)(left->len + right->len);
    return left->len == right->len && left->text[0] == right->text[0];
}

static void test_bpe(struct check *c)
{
    static const char text[] = "bbaaaaab";
    static const uint32_t right[] = { 2, 4, 1, 1 };
    struct bpe b = { 0 };
    size_t n = 0;

    check_begin(c, "bpe-merge");
    for (uint32_t i = 0; i < sizeof(text) - 1; i++) {
        CHECK(c, bpe_add(&b, text + i, 1, 1) == 0, "add");
    }
    CHECK(c, bpe_merge(&b, rank_equal, NULL) == 0, "merge");
    for (int32_t i = 0; i >= 0; i = b.symbols[i].next, n++) {
        CHECK(c, n < 4 && b.symbols[i].len == right[n], "symbol %zu has length %u", n, b.symbols[i].len);
    }
    CHECK(c, n == 4, "%zu symbols", n);
    bpe_clear(&b);
    CHECK(c, bpe_merge(&b, rank_equal, NULL) == 0, "nothing");
    bpe_close(&b);
    check_end(c);
}

static void test_vocab(struct check *c)
{
    struct vocab v;

    check_begin(c, "vocab");
    CHECK(c, vocab_open(&v, 4) == 0, "open");
    CHECK(c, vocab_add(&v, "one", 3, TOKEN_NORMAL, 0) == 0 && vocab_add(&v, "A", 1, TOKEN_BYTE, 0) == 0, "add");
    CHECK(c, vocab_add(&v, "one", 3, TOKEN_NORMAL, 0) == 0 && vocab_add(&v, "", 0, TOKEN_NORMAL, 0) == 0, "add");
    CHECK(c, vocab_add(&v, "x", 1, TOKEN_NORMAL, 0) < 0, "a fifth of four");
    CHECK(c, vocab_index(&v) == 0, "index");
    CHECK(c, vocab_find(&v, "one", 3) == 0 && vocab_find(&v, "on", 2) == TOKEN_NONE, "find");
    CHECK(c, vocab_find(&v, "A", 1) == TOKEN_NONE && v.byte_token['A'] == 1, "bytes are found as bytes only");
    vocab_close(&v);
    check_end(c);
}

/* How often each of 5 tokens is drawn in 4,000. */
static void draw(struct sampler_options o, int counts[5])
{
    static const float logits[] = { 1.0f, 3.0f, 2.0f, 3.0f, -1.0f };
    struct sampler s;

    memset(counts, 0, 5 * sizeof(*counts));
    if (sampler_open(&s, &o, 5) == 0) {
        for (int i = 0; i < 4000; i++) {
            counts[sampler_choose(&s, logits, NULL, 0)]++;
        }
        sampler_close(&s);
    }
}

static void test_sampler(struct check *c)
{
    struct sampler_options o = { .temperature = 0, .top_p = 1, .repeat_penalty = 1, .repeat_last = 8, .seed = 1 };
    const float logits[] = { 1.0f, 3.0f, 2.0f, 3.0f, -1.0f };
    const int32_t history[] = { 3, 1, 1, 99 };
    struct sampler s;
    int a[5], b[5];

    check_begin(c, "sampler");
    draw(o, a);
    CHECK(c, a[1] == 4000, "greedy: ties go to the lowest id");
    o.temperature = 1;
    draw(o, a);
    draw(o, b);
    CHECK(c, memcmp(a, b, sizeof(a)) == 0, "the same seed draws the same");
    double z = 2 * exp(3) + exp(2) + exp(1) + exp(-1);
    CHECK(c, fabs(a[2] / 4000.0 - exp(2) / z) < 0.03 && fabs(a[1] / 4000.0 - exp(3) / z) < 0.03, "%d %d", a[2], a[1]);
    o.top_k = 2;
    draw(o, a);
    CHECK(c, a[1] + a[3] == 4000 && a[1] > 1800 && a[3] > 1800, "top-k: %d %d", a[1], a[3]);
    o.top_k = 4;
    draw(o, a);
    CHECK(c, a[4] == 0 && a[0] > 100 && a[2] > 300, "top-k of 4: %d %d", a[0], a[2]);
    o.top_k = 0;
    o.top_p = 0.5f;
    draw(o, a);
    CHECK(c, a[1] + a[3] == 4000, "top-p: %d %d", a[1], a[3]);
    o.top_p = 0;
    draw(o, a);
    CHECK(c, a[1] == 4000, "top-p of 0 keeps one");
    o = (struct sampler_options){ .repeat_penalty = 2, .repeat_last = 8 };
    CHECK(c, sampler_open(&s, &o, 5) == 0, "open");
    CHECK(c, sampler_choose(&s, logits, history, 4) == 2, "the penalty counts once per token");
    CHECK(c, sampler_choose(&s, logits, history, 1) == 1, "and only for recent ones");
    sampler_close(&s);
    check_end(c);
}

/* The plain way to the same order: every logit penalised, then those that come before are counted. */
static uint32_t rank_of(const float *value, uint32_t n, uint32_t id)
{
    uint32_t before = 0;

    for (uint32_t i = 0; i < n; i++) {
        int32_t other = fmath_order(value[i]), own = fmath_order(value[id]);
        before += other > own || (other == own && i < id);
    }
    return before;
}

/* Few different values, so that many are equal; both zeros and NaNs among them, and sometimes nothing else. */
static void test_candidates(struct check *c)
{
    enum { VOCAB = 50,
           RECENT = 12,
           HISTORY = 20 };
    static const float odd[] = { 0.0f, -0.0f, NAN, -NAN, -INFINITY, 2.0f };
    float logits[VOCAB], value[VOCAB];
    int32_t history[HISTORY];
    uint64_t seed = 3;

    check_begin(c, "sampler-candidates");
    for (uint32_t round = 0; round < 3000; round++) {
        struct sampler_options o = { .temperature = (float)(round % 3), .top_p = 1, .repeat_last = RECENT, .seed = 1 };
        struct sampler s;
        o.top_k = (uint32_t)(check_random(&seed) % (VOCAB + 2));
        o.repeat_penalty = round % 2 == 0 ? 1.0f : 1.5f;
        for (uint32_t i = 0; i < VOCAB; i++) {
            uint64_t r = check_random(&seed);
            bool is_odd = round % 50 == 0 || r % 8 == 0;
            logits[i] = is_odd ? odd[r / 8 % (round % 100 == 0 ? 4 : 6)] : (float)(r / 8 % 60) - 50.0f;
        }
        memcpy(value, logits, sizeof(value));
        for (uint32_t i = 0; i < HISTORY; i++) {
            history[i] = (int32_t)(check_random(&seed) % (VOCAB + 3));
            if (i >= HISTORY - RECENT && history[i] < VOCAB) {
                float v = logits[history[i]];
                value[history[i]] = v > 0.0f ? v / o.repeat_penalty : v * o.repeat_penalty;
            }
        }
        CHECK(c, sampler_open(&s, &o, VOCAB) == 0, "open");
        for (int again = 0; again < 2; again++) {
            int32_t id = sampler_choose(&s, logits, history, HISTORY);
            CHECK(c, round % 3 != 0 || rank_of(value, VOCAB, (uint32_t)id) == 0, "round %u: greedily %d", round, id);
            uint32_t most = round % 3 == 0 ? 1 : o.top_k == 0 || o.top_k > VOCAB ? VOCAB
                                                                                 : o.top_k;
            CHECK(c, s.kept == most, "round %u: %u candidates", round, s.kept);
            for (uint32_t i = 0; i < s.kept; i++) {
                uint32_t rank = rank_of(value, VOCAB, (uint32_t)s.candidates[i].id);
                CHECK(c, rank == i, "round %u: candidate %u has rank %u", round, i, rank);
            }
        }
        sampler_close(&s);
    }
    check_end(c);
}

static void test_reader(struct check *c)
{
    static const uint8_t bytes[] = { 1, 2, 0, 0, 0, 0xff, 0xff, 0xff, 0xff };
    struct file file;

    check_begin(c, "file-reader");
    file_from_memory(&file, "memory", bytes, sizeof(bytes));
    struct reader r = reader_of(&file);
    CHECK(c, reader_u8(&r) == 1 && reader_u32(&r) == 2 && reader_i32(&r) == -1 && !r.failed, "fields");
    CHECK(c, reader_left(&r) == 0 && reader_u8(&r) == 0 && r.failed, "the end");
    r = reader_of(&file);
    CHECK(c, reader_bytes(&r, UINT64_MAX) == NULL && r.failed && reader_u32(&r) == 0, "a length that overflows");
    check_end(c);
}

static void test_isa(struct check *c)
{
    check_begin(c, "kernel-choice");
    CHECK(c, kernels_isa_has("rv64imafdcv_zba", 'v') && kernels_isa_has("rv64gcv", 'v'), "a vector unit");
    CHECK(c, !kernels_isa_has("rv64imafdc_zve64x_svinval", 'v'), "a v in a longer name is another extension");
    CHECK(c, !kernels_isa_has("", 'v') && !kernels_isa_has("rv64", 'v') && kernels_isa_has("", 0), "nothing is known");
    kernels_select("rv64imafdcv");
    CHECK(c, kernel_of(WEIGHT_Q8_0) != NULL && kernel_of(WEIGHT_F32) != NULL, "every machine has every type");
    check_end(c);
}

int main(void)
{
    struct check c = { 0 };

    test_exp(&c);
    test_functions(&c);
    test_norms(&c);
    test_quant(&c);
    test_utf8(&c);
    test_presplit(&c);
    test_bpe(&c);
    test_vocab(&c);
    test_sampler(&c);
    test_candidates(&c);
    test_reader(&c);
    test_isa(&c);
    return c.failed != 0;
}
