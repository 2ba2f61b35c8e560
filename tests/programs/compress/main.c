/*
 * compress: packs files with LZ77 and Huffman codes.
 *
 *     compress [-1..-9] [-v] FILE      writes FILE.lzh
 *     compress -d [-v] FILE.lzh        writes FILE.out
 *     compress -t FILE.lzh             checks it
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "huffman.h"
#include "lz77.h"

#define MAGIC 0x315a4c48u /* "HLZ1" */
#define END_SYMBOL 256
#define FIRST_LENGTH 257
#define NLITERALS 288 /* bytes, the end, and how many extra bits a length has */
#define NDISTANCES 16 /* how many bits a distance has */

static void die(const char *what)
{
    fprintf(stderr, "compress: %s: %s\n", what, strerror(errno));
    exit(2);
}

static uint8_t *read_file(const char *path, size_t *n)
{
    struct stat st;
    uint8_t *data;
    int fd = open(path, O_RDONLY);

    if (fd < 0 || fstat(fd, &st) != 0)
        die(path);
    data = malloc((size_t)st.st_size + 1);
    if (!data)
        die("malloc");
    for (*n = 0; *n < (size_t)st.st_size;) {
        ssize_t got = read(fd, data + *n, (size_t)st.st_size - *n);

        if (got <= 0)
            die(path);
        *n += (size_t)got;
    }
    close(fd);
    return data;
}

static void write_file(const char *path, const uint8_t *data, size_t n)
{
    FILE *out = fopen(path, "wb");

    if (!out || fwrite(data, 1, n, out) != n || fclose(out) != 0)
        die(path);
}

static uint32_t crc32(const uint8_t *data, size_t n)
{
    uint32_t crc = 0xffffffff;

    for (size_t i = 0; i < n; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0xedb88320u & -(crc & 1));
    }
    return ~crc;
}

static unsigned bit_width(unsigned value)
{
    return value ? 32 - (unsigned)__builtin_clz(value) : 0;
}

static struct bit_writer pack(const uint8_t *data, size_t n, int effort)
{
    uint32_t literals[NLITERALS] = { 0 }, distances[NDISTANCES] = { 0 };
    struct huffman hl, hd;
    struct bit_writer w = { 0 };
    size_t ntokens;
    struct lz_token *tokens = lz_parse(data, n, effort, &ntokens);

    for (size_t i = 0; i < ntokens; i++) {
        struct lz_token t = tokens[i];

        literals[t.length == 1 ? t.distance : FIRST_LENGTH + bit_width(t.length - LZ_MIN_MATCH)]++;
        if (t.length > 1)
            distances[bit_width(t.distance) - 1]++;
    }
    literals[END_SYMBOL] = 1;
    huffman_build(&hl, literals, NLITERALS);
    huffman_build(&hd, distances, NDISTANCES);
    bits_put(&w, MAGIC, 32);
    bits_put(&w, (uint32_t)n, 32);
    bits_put(&w, crc32(data, n), 32);
    huffman_write_table(&hl, &w);
    huffman_write_table(&hd, &w);
    for (size_t i = 0; i < ntokens; i++) {
        struct lz_token t = tokens[i];
        unsigned extra = t.length - LZ_MIN_MATCH, width = bit_width(extra);

        if (t.length == 1) {
            huffman_put(&hl, &w, t.distance);
            continue;
        }
        huffman_put(&hl, &w, (int)(FIRST_LENGTH + width));
        if (width > 1)
            bits_put(&w, extra & ((1u << (width - 1)) - 1), width - 1);
        width = bit_width(t.distance);
        huffman_put(&hd, &w, (int)width - 1);
        bits_put(&w, t.distance & ((1u << (width - 1)) - 1), width - 1);
    }
    huffman_put(&hl, &w, END_SYMBOL);
    bits_flush(&w);
    free(tokens);
    return w;
}

/* The value of which the bits below the highest follow. */
static unsigned get_rest(struct bit_reader *r, unsigned width)
{
    return width == 0 ? 0 : 1u << (width - 1) | bits_get(r, width - 1);
}

/* NULL: the data is not what pack makes. */
static uint8_t *unpack(const uint8_t *packed, size_t npacked, size_t *n)
{
    struct bit_reader r = { .data = packed, .length = npacked };
    struct huffman hl, hd;
    uint32_t crc;
    uint8_t *out;
    size_t at = 0;
    int symbol = 0;

    if (bits_get(&r, 32) != MAGIC)
        return NULL;
    *n = bits_get(&r, 32);
    crc = bits_get(&r, 32);
    if (huffman_read_table(&hl, &r, NLITERALS) != 0 || huffman_read_table(&hd, &r, NDISTANCES) != 0)
        return NULL;
    out = malloc(*n + 1);
    if (!out)
        die("malloc");
    while (!r.overrun && (symbol = huffman_get(&hl, &r)) >= 0 && symbol != END_SYMBOL) {
        if (symbol < END_SYMBOL && at < *n) {
            out[at++] = (uint8_t)symbol;
        } else {
            size_t length = LZ_MIN_MATCH + get_rest(&r, (unsigned)(symbol - FIRST_LENGTH));
            size_t distance = get_rest(&r, (unsigned)(huffman_get(&hd, &r) + 1));

            if (symbol < FIRST_LENGTH || distance == 0 || distance > at || length > *n - at)
                break;
            for (; length > 0; length--, at++)
                out[at] = out[at - distance];
        }
    }
    if (symbol == END_SYMBOL && at == *n && crc32(out, at) == crc)
        return out;
    free(out);
    return NULL;
}

static int do_unpack(const char *path, int test_only, int verbose)
{
    char name[4096];
    size_t npacked, n;
    uint8_t *packed = read_file(path, &npacked), *data = unpack(packed, npacked, &n);

    free(packed);
    if (!data) {
        fprintf(stderr, "compress: %s: damaged\n", path);
        return 1;
    }
    if (verbose || test_only)
        printf("%s: %zu -> %zu bytes, crc %08" PRIx32 ", ok\n", path, npacked, n, crc32(data, n));
    if (!test_only) {
        snprintf(name, sizeof(name), "%.*s.out", (int)strcspn(path, "."), path);
        write_file(name, data, n);
    }
    free(data);
    return 0;
}

static int do_pack(const char *path, int level, int verbose)
{
    char name[4096];
    size_t n;
    uint8_t *data = read_file(path, &n);
    struct bit_writer w = pack(data, n, 1 << level);

    if (verbose)
        printf("%s: %zu -> %zu bytes, %.1f%%\n", path, n, w.length, n ? 100.0 * (double)w.length / (double)n : 0.0);
    snprintf(name, sizeof(name), "%s.lzh", path);
    write_file(name, w.data, w.length);
    free(w.data);
    free(data);
    return 0;
}

int main(int argc, char **argv)
{
    int option, unpacking = 0, testing = 0, verbose = 0, level = 6, status = 0;

    while ((option = getopt(argc, argv, "dtv123456789")) != -1) {
        switch (option) {
        case 'd': unpacking = 1; break;
        case 't': testing = 1; break;
        case 'v': verbose = 1; break;
        case '?': fprintf(stderr, "usage: %s [-1..-9 | -d | -t] [-v] FILE...\n", argv[0]); return 2;
        default: level = option - '0';
        }
    }
    for (int i = optind; i < argc; i++)
        status |= unpacking || testing ? do_unpack(argv[i], testing, verbose) : do_pack(argv[i], level, verbose);
    return status;
}
