// run:
// setup: $ROOT/tests/guest/native.sh c_malloc
// check: cmp want stdout
// The heap against a model: every block keeps its bytes until it is freed, at every size and alignment.
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The call first, then what it left in errno. */
#define SHOW(text, call, wanted) \
    do { \
        int shown = (errno = 0, (int)(call)); \
        printf("%s%d %d\n", text, shown, errno == (wanted)); \
    } while (0)

#define SLOTS 500
#define STEPS 200000

static struct {
    unsigned char *memory;
    size_t size;
    unsigned char fill;
} slots[SLOTS];
static unsigned long state = 88172645463325252ul;

static unsigned long next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static int is_intact(int i, size_t n)
{
    for (size_t k = 0; k<n; k += n> 4096 ? 61 : 1)
        if (slots[i].memory[k] != slots[i].fill)
            return 0;
    return 1;
}

static size_t some_size(void)
{
    unsigned long r = next();

    return r % 100 == 0 ? r / 100 % 200000 : r / 100 % 2000;
}

static int step(void)
{
    int i = (int)(next() % SLOTS);
    size_t size = some_size(), old = slots[i].size;
    int bad = slots[i].memory && !is_intact(i, old);

    if (slots[i].memory && next() % 3 == 0) {
        slots[i].memory = realloc(slots[i].memory, size + 1);
        slots[i].size = size + 1;
        bad |= !is_intact(i, old < size + 1 ? old : size + 1);
    } else {
        free(slots[i].memory);
        slots[i].size = size;
        switch (next() % 4) {
        case 0: slots[i].memory = calloc(1, size ? size : 1); break;
        case 1:
            bad |= posix_memalign((void **)&slots[i].memory, 256, size) != 0;
            bad |= (uintptr_t)slots[i].memory % 256 != 0;
            break;
        default:
            slots[i].memory = malloc(size);
            bad |= (uintptr_t)slots[i].memory % 16 != 0;
            break;
        }
    }
    if (!slots[i].memory)
        return 1;
    slots[i].fill = (unsigned char)next();
    memset(slots[i].memory, slots[i].fill, slots[i].size);
    return bad;
}

int main(void)
{
    int bad = 0;
    void *p = NULL;
    volatile size_t huge = SIZE_MAX / 2;
    unsigned char *zeros;

    for (int i = 0; i < STEPS; i++)
        bad += step();
    printf("bad %d\n", bad);
    for (int i = 0; i < SLOTS; i++)
        free(slots[i].memory);
    zeros = calloc(1000, 1000);
    for (int i = 0; i < 1000000; i++)
        bad += zeros[i] != 0;
    printf("calloc %d\n", bad);
    free(zeros);
    SHOW("too much ", malloc(huge) == NULL, ENOMEM);
    printf("overflow %d\n", calloc(huge, 4) == NULL);
    for (int bits = 2; bits < 64; bits += 6)
        SHOW("to little ", calloc((SIZE_MAX >> bits) + 2, (size_t)1 << bits) == NULL, ENOMEM);
    printf("bad alignment %d\n", posix_memalign(&p, 24, 8) == EINVAL);
    p = aligned_alloc(4096, 8192);
    printf("aligned %d\n", (uintptr_t)p % 4096 == 0);
    free(p);
    free(NULL);
    p = realloc(NULL, 10);
    printf("realloc %d\n", p != NULL);
    p = realloc(p, 0);
    printf("to nothing %d\n", p != NULL);
    p = realloc(NULL, 0);
    printf("nothing %d\n", p != NULL);
    free(p);
    return 0;
}
