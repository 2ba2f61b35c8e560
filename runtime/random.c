/*
 * random.c: getrandom: ChaCha20 (RFC 8439, 2.3) keyed from /chosen/rng-seed, which QEMU fills with the host's random bytes
 * (with `-seed N` from N, so that a run can be repeated). Every block overwrites the key (fast key erasure).
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "arch/catch.h"
#include "kernel/boot.h"
#include "kernel/fdt.h"
#include "kernel/thread/sync.h"
#include "runtime/api.h"
#include "runtime/random.h"

#define KEY_WORDS 8

static uint32_t key[KEY_WORDS]; /* protected by lock; so is state, which once known stays */
static enum { UNKNOWN,
              SEEDED,
              NO_SEED } state;
static struct spinlock lock = SPINLOCK_INIT;

static uint32_t rotate(uint32_t x, int n)
{
    return x << n | x >> (32 - n);
}

static void quarter_round(uint32_t *x, int a, int b, int c, int d)
{
    x[a] += x[b];
    x[d] = rotate(x[d] ^ x[a], 16);
    x[c] += x[d];
    x[b] = rotate(x[b] ^ x[c], 12);
    x[a] += x[b];
    x[d] = rotate(x[d] ^ x[a], 8);
    x[c] += x[d];
    x[b] = rotate(x[b] ^ x[c], 7);
}

static void chacha20_block(uint32_t out[16])
{
    uint32_t in[16] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };

    memcpy(in + 4, key, sizeof(key));
    memcpy(out, in, sizeof(in));
    for (int i = 0; i < 10; i++) {
        quarter_round(out, 0, 4, 8, 12);
        quarter_round(out, 1, 5, 9, 13);
        quarter_round(out, 2, 6, 10, 14);
        quarter_round(out, 3, 7, 11, 15);
        quarter_round(out, 0, 5, 10, 15);
        quarter_round(out, 1, 6, 11, 12);
        quarter_round(out, 2, 7, 8, 13);
        quarter_round(out, 3, 4, 9, 14);
    }
    for (int i = 0; i < 16; i++)
        out[i] += in[i];
}

static void find_seed(void)
{
    uint32_t length = 0;
    const void *seed = fdt_prop(&boot_fdt, fdt_path(&boot_fdt, "/chosen"), "rng-seed", &length);

    state = seed && length >= sizeof(key) ? SEEDED : NO_SEED;
    if (state == SEEDED)
        memcpy(key, seed, sizeof(key));
}

/* Half of each block becomes the next key, the other half the caller's. The caller's memory is touched without the lock. */
int64_t random_fill(void *buffer, size_t n)
{
    unsigned char *out = buffer;

    for (size_t done = 0; done < n;) {
        uint32_t block[16];
        size_t part = MIN(n - done, sizeof(block) / 2), copied;

        spin_lock(&lock);
        if (state == UNKNOWN)
            find_seed();
        if (state == SEEDED) {
            chacha20_block(block);
            memcpy(key, block, sizeof(key));
        }
        spin_unlock(&lock);
        if (state != SEEDED)
            return -EIO;
        copied = copy_checked(out + done, block + KEY_WORDS, part);
        done += copied;
        if (copied < part)
            return done ? (int64_t)done : -EFAULT;
    }
    return (int64_t)n;
}

API ssize_t getrandom(void *buffer, size_t n, unsigned flags)
{
    if (flags & ~(unsigned)(GRND_NONBLOCK | GRND_RANDOM))
        return api_result(-EINVAL);
    return api_result(random_fill(buffer, n));
}

API int getentropy(void *buffer, size_t n)
{
    int64_t result = n > 256 ? -EIO : random_fill(buffer, n);

    return api_status(result < 0 ? (int)result : (size_t)result < n ? -EFAULT
                                                                    : 0);
}
