// setup: $ROOT/tests/guest/native.sh thread_atomic -latomic
// check: cmp want stdout
// run:
// run: --harts 4
// Atomic objects of all sizes: bytes and halves that share a word, and such as no instruction handles.
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define TIMES 3000

struct large {
    long a, b, c;
};

static struct {
    _Atomic unsigned char bytes[3];
    atomic_bool taken;
    _Atomic short halves[2];
    atomic_flag flag;
} small; /* neighbours in the same words */
static _Atomic struct large large;
static _Atomic unsigned __int128 wide;
static long counted;

static void *add(void *argument)
{
    long me = (long)argument;

    for (int i = 0; i < TIMES; i++) {
        bool no = false;
        struct large seen = large, next;

        small.bytes[me % 3]++;
        atomic_fetch_sub(&small.halves[me % 2], 3);
        wide += (unsigned __int128)1 << 60;
        do {
            next = (struct large){ seen.a + 1, seen.b + 2, seen.c + 3 };
        } while (!atomic_compare_exchange_weak(&large, &seen, next));
        while (!atomic_compare_exchange_weak(&small.taken, &no, true))
            no = false;
        counted++;
        atomic_store(&small.taken, false);
    }
    return NULL;
}

static void one_by_one(void)
{
    _Atomic signed char c = 100;
    _Atomic unsigned short s = 0xff00;
    signed char old = c++;
    unsigned short expected = 1;

    printf("add %d %d\n", old, c);
    printf("sub %d", atomic_fetch_sub(&c, 102));
    printf(", and %x", atomic_fetch_and(&s, 0x0f0f));
    printf(", or %x", atomic_fetch_or(&s, 3));
    printf(", xor %x\n", atomic_fetch_xor(&s, 0xffff));
    printf("now %d %x\n", c, s);
    printf("exchange %x", atomic_exchange(&s, 7));
    printf(", other %d", atomic_compare_exchange_strong(&s, &expected, 9));
    printf(" %d", expected);
    printf(", same %d", atomic_compare_exchange_strong(&s, &expected, 9));
    printf(" %d\n", s);
    printf("nand %x\n", __atomic_nand_fetch((unsigned char *)&c, 0x0f, __ATOMIC_SEQ_CST));
    printf("flag %d", atomic_flag_test_and_set(&small.flag));
    printf(" %d\n", atomic_flag_test_and_set(&small.flag));
}

int main(void)
{
    pthread_t threads[6];
    struct large end;

    for (long i = 0; i < 6; i++)
        pthread_create(&threads[i], NULL, add, (void *)i);
    for (int i = 0; i < 6; i++)
        pthread_join(threads[i], NULL);
    end = large;
    printf("bytes %d %d %d, halves %d %d, counted %ld\n", small.bytes[0], small.bytes[1], small.bytes[2], small.halves[0],
           small.halves[1], counted);
    printf("large %ld %ld %ld, wide %llx %llx\n", end.a, end.b, end.c, (unsigned long long)(wide >> 64), (unsigned long long)wide);
    one_by_one();
    return 0;
}
