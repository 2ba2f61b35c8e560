/*
 * fuzz_alone INPUTS SEED FILE...: a driver for a fuzz target where libFuzzer is not at hand. Mutates the given files at
 * random (bits, bytes, interesting numbers, truncation, copies) that many times; the same seed tries the same inputs. One
 * that crashes is left in $SCRATCH/fuzz-input.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sanitizer/common_interface_defs.h>

#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_FILES = 64,
       MAX_BYTES = 1 << 20,
       MAX_MUTATIONS = 6 };

struct seed {
    uint8_t *data;
    size_t size;
};

static uint8_t input[MAX_BYTES];
static size_t input_size;

static void keep_input(void)
{
    static char path[4096];
    const char *scratch = getenv("SCRATCH");

    snprintf(path, sizeof(path), "%s/fuzz-input", scratch != NULL ? scratch : ".");
    FILE *file = fopen(path, "wb");
    if (file != NULL) {
        fwrite(input, 1, input_size, file);
        fclose(file);
        fprintf(stderr, "fuzz: the input is in %s\n", path);
    }
}

static void on_abort(int signal_number)
{
    (void)signal_number;
    keep_input();
}

static struct seed read_seed(const char *path)
{
    struct seed s = { malloc(MAX_BYTES), 0 };
    FILE *file = fopen(path, "rb");

    if (file == NULL || s.data == NULL) {
        fprintf(stderr, "fuzz: cannot read %s\n", path);
        exit(2);
    }
    s.size = fread(s.data, 1, MAX_BYTES, file);
    fclose(file);
    return s;
}

static size_t mutate(uint8_t *data, size_t size, uint64_t *random)
{
    static const uint64_t interesting[] = { 0, 1, 2, 3, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000,
                                            0xffffffff, 0x7fffffffffffffff, 0xffffffffffffffff };
    uint64_t kind = check_random(random) % 8, value;
    /* headers are where parsers are: half of the changes go there */
    size_t at = check_random(random) % (check_random(random) % 2 != 0 && size > 512 ? 512 : size);
    size_t width = (size_t)1 << check_random(random) % 4;

    switch (kind) {
    case 0:
    case 1: data[at] ^= (uint8_t)(1u << check_random(random) % 8); break;
    case 2: data[at] = (uint8_t)check_random(random); break;
    case 3:
    case 4:
        value = interesting[check_random(random) % (sizeof(interesting) / sizeof(interesting[0]))];
        memcpy(data + at, &value, size - at < width ? size - at : width);
        break;
    case 5: data[at] = (uint8_t)(data[at] + check_random(random) % 9 - 4); break;
    case 6: return check_random(random) % 4 == 0 ? at + 1 : size;
    default: {
        size_t from = check_random(random) % size, n = check_random(random) % 64;
        n = n < size - from ? n : size - from;
        n = n < size - at ? n : size - at;
        memmove(data + at, data + from, n);
    }
    }
    return size;
}

static void try(const uint8_t *data, size_t size)
{
    memmove(input, data, size);
    input_size = size;
    LLVMFuzzerTestOneInput(input, size);
}

int main(int argc, char **argv)
{
    static uint8_t data[MAX_BYTES];
    struct seed seeds[MAX_FILES];
    int count = 0;

    if (argc < 4) {
        fprintf(stderr, "fuzz_alone INPUTS SEED FILE...\n");
        return 2;
    }
    __sanitizer_set_death_callback(keep_input);
    signal(SIGABRT, on_abort);
    uint64_t inputs = strtoull(argv[1], NULL, 10), random = strtoull(argv[2], NULL, 10) * 2 + 1;
    for (int i = 3; i < argc && count < MAX_FILES; i++, count++) {
        seeds[count] = read_seed(argv[i]);
        try(seeds[count].data, seeds[count].size);
    }
    for (uint64_t i = 0; i < inputs; i++) {
        const struct seed *s = &seeds[check_random(&random) % (uint64_t)count];
        size_t size = s->size;
        memcpy(data, s->data, size);
        for (uint64_t n = check_random(&random) % MAX_MUTATIONS + 1; n != 0; n--) {
            size = mutate(data, size, &random);
        }
        try(data, size);
    }
    for (int i = 0; i < count; i++) {
        free(seeds[i].data);
    }
    return 0;
}
