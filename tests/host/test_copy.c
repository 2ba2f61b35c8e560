/*
 * memcpy and memmove at every alignment, of every length, against bytes copied one by one; nothing around them may change, and nothing
 * behind the last page may be read.
 * sources:
 */
#include "tests/host/check.h"

#include <string.h>
#include <sys/mman.h>

#define memcpy our_memcpy
#define memmove our_memmove
#include "runtime/text/copy.c"
#undef memcpy
#undef memmove

#define LENGTHS 301u
#define WORDS_AROUND 16u
#define ROOM 512u
#define PAGE 4096u

static uint8_t from[ROOM], to[ROOM], want[ROOM], same[ROOM];

static uint8_t some(size_t i)
{
    return (uint8_t)(i * 167 + (i >> 8) + 13);
}

static void fill(void)
{
    for (size_t i = 0; i < ROOM; i++) {
        from[i] = some(i);
        to[i] = want[i] = (uint8_t)~some(i);
    }
}

static void copies_between_all_alignments(void)
{
    for (size_t out = WORDS_AROUND; out < WORDS_AROUND + 8; out++)
        for (size_t in = WORDS_AROUND; in < WORDS_AROUND + 8; in++)
            for (size_t n = 0; n < LENGTHS; n++) {
                fill();
                for (size_t i = 0; i < n; i++)
                    want[out + i] = from[in + i];
                CHECK(our_memcpy(to + out, from + in, n) == to + out);
                CHECK(memcmp(to, want, ROOM) == 0);
                CHECK(our_memmove(to + out, from + in, n) == to + out && memcmp(to, want, ROOM) == 0);
            }
}

/* Both ways, from a byte's distance to more than what is moved. */
static void moves_within_itself(void)
{
    for (size_t in = 64; in < 72; in++)
        for (size_t out = in - 40; out < in + 40; out++)
            for (size_t n = 0; n < LENGTHS; n++) {
                fill();
                for (size_t i = 0; i < ROOM; i++)
                    same[i] = want[i] = from[i];
                for (size_t i = 0; i < n; i++)
                    want[out + i] = from[in + i];
                CHECK(our_memmove(same + out, same + in, n) == same + out);
                CHECK(memcmp(same, want, ROOM) == 0);
            }
}

static void reads_no_other_page(void)
{
    uint8_t *map = mmap(NULL, 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *page = map + PAGE;

    mprotect(page, PAGE, PROT_READ | PROT_WRITE);
    for (size_t out = 0; out < 8; out++)
        for (size_t n = 0; n < LENGTHS; n++) {
            our_memcpy(to + out, page, n);
            our_memmove(to + out, page + PAGE - n, n);
            our_memcpy(page, to + out, n);
            our_memmove(page + PAGE - n, to + out, n);
            our_memmove(page + PAGE - n, page + PAGE - n - out, n);
            our_memmove(page, page + out, n);
        }
    munmap(map, 3 * PAGE);
}

int main(void)
{
    RUN(copies_between_all_alignments);
    RUN(moves_within_itself);
    RUN(reads_no_other_page);
    return check_status;
}
