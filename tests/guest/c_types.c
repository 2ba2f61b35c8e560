// run:
// setup: $ROOT/tests/guest/native.sh c_types
// check: cmp want stdout
// Types as wide as on Linux: programs print them, shift them, and have their own typedefs of the same.
#include <inttypes.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

typedef int key_t; /* C11 has it that a typedef may be repeated */

#define SHOW(type) printf(#type " %zu %s\n", sizeof(type), (type)-1 < 0 ? "signed" : "unsigned");

int main(void)
{
    uint_fast32_t sum = UINT32_MAX, quad = 7;
    int_fast16_t least = INT_FAST16_MIN;
    uint_fast8_t byte = 255;

    SHOW(key_t)
    SHOW(dev_t)
    SHOW(ino_t)
    SHOW(mode_t)
    SHOW(uid_t)
    SHOW(off_t)
    SHOW(loff_t)
    SHOW(quad_t)
    SHOW(u_quad_t)
    SHOW(time_t)
    SHOW(clock_t)
    SHOW(suseconds_t)
    SHOW(int_fast8_t)
    SHOW(int_fast16_t)
    SHOW(int_fast32_t)
    SHOW(int_fast64_t)
    SHOW(uint_fast8_t)
    SHOW(uint_fast16_t)
    SHOW(uint_fast32_t)
    SHOW(uint_fast64_t)
    SHOW(int_least16_t)
    SHOW(uint_least32_t)
    SHOW(atomic_uint_fast32_t)
    printf("%lu %lx\n", sum * 3, (sum << 4) + quad);
    printf("%" PRIuFAST32 " %" PRIdFAST16 " %" PRIuFAST8 "\n", sum + 1, least, ++byte);
    printf("%lu %ld %u\n", UINT_FAST32_MAX, INT_FAST32_MIN, UINT_FAST8_MAX);
    sscanf("300 5000000000", "%" SCNuFAST8 " %" SCNuFAST32, &byte, &sum);
    printf("%u %lu\n", byte, sum);
    return 0;
}
