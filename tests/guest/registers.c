/*
 * A fault in the middle of anything is invisible: every integer and floating-point register, and the rounding mode, hold
 * after it what they held before.
 */
#include "check.h"

#include <stdint.h>
#include <sys/mman.h>

#define PAGE 4096ul

static uint64_t values[2][32]; /* x1 and up, before and after */

/*
 * x1 .. x31 but sp, gp, tp get values of their own, one load faults, and all of them are written out. t6 holds the address, and
 * so arrives as it was; s0 to s11 are the caller's and put back.
 */
__attribute__((noinline, naked)) static void fault_with_all_registers(__attribute__((unused)) volatile void *page)
{
    __asm__ volatile(
        "addi sp, sp, -112\n"
        "sd ra, 0(sp)\n sd s0, 8(sp)\n sd s1, 16(sp)\n sd s2, 24(sp)\n sd s3, 32(sp)\n sd s4, 40(sp)\n sd s5, 48(sp)\n"
        "sd s6, 56(sp)\n sd s7, 64(sp)\n sd s8, 72(sp)\n sd s9, 80(sp)\n sd s10, 88(sp)\n sd s11, 96(sp)\n"
        "mv t6, a0\n"
        ".macro EACH op, base\n"
        "\\op x1, 0(\\base)\n \\op x2, 8(\\base)\n \\op x3, 16(\\base)\n \\op x4, 24(\\base)\n \\op x5, 32(\\base)\n"
        "\\op x6, 40(\\base)\n \\op x7, 48(\\base)\n \\op x8, 56(\\base)\n \\op x9, 64(\\base)\n \\op x10, 72(\\base)\n"
        "\\op x11, 80(\\base)\n \\op x12, 88(\\base)\n \\op x13, 96(\\base)\n \\op x14, 104(\\base)\n \\op x15, 112(\\base)\n"
        "\\op x16, 120(\\base)\n \\op x17, 128(\\base)\n \\op x18, 136(\\base)\n \\op x19, 144(\\base)\n \\op x20, 152(\\base)\n"
        "\\op x21, 160(\\base)\n \\op x22, 168(\\base)\n \\op x23, 176(\\base)\n \\op x24, 184(\\base)\n \\op x25, 192(\\base)\n"
        "\\op x26, 200(\\base)\n \\op x27, 208(\\base)\n \\op x28, 216(\\base)\n \\op x29, 224(\\base)\n"
        ".endm\n"
        "li ra, 0x1001\n li t0, 0x1005\n li t1, 0x1006\n li t2, 0x1007\n li s0, 0x1008\n li s1, 0x1009\n li a0, 0x100a\n"
        "li a1, 0x100b\n li a2, 0x100c\n li a3, 0x100d\n li a4, 0x100e\n li a5, 0x100f\n li a6, 0x1010\n li a7, 0x1011\n"
        "li s2, 0x1012\n li s3, 0x1013\n li s4, 0x1014\n li s5, 0x1015\n li s6, 0x1016\n li s7, 0x1017\n li s8, 0x1018\n"
        "li s9, 0x1019\n li s10, 0x101a\n li s11, 0x101b\n li t3, 0x101c\n li t4, 0x101d\n"
        "la t5, values\n"
        "EACH sd, t5\n"
        "ld zero, 0(t6)\n" /* the fault; t5 and t6 are looked at by what follows working at all */
        "addi t5, t5, 256\n"
        "EACH sd, t5\n"
        "ld ra, 0(sp)\n ld s0, 8(sp)\n ld s1, 16(sp)\n ld s2, 24(sp)\n ld s3, 32(sp)\n ld s4, 40(sp)\n ld s5, 48(sp)\n"
        "ld s6, 56(sp)\n ld s7, 64(sp)\n ld s8, 72(sp)\n ld s9, 80(sp)\n ld s10, 88(sp)\n ld s11, 96(sp)\n"
        "addi sp, sp, 112\n"
        "ret\n");
}

static void check_floating_point(volatile double *page)
{
    double a = 1.0 / 3, b = -2.5e300, c = 1.0 / 3, d = -2.5e300;
    unsigned rounding, flags;
    __asm__ volatile("fsrmi zero, 1\n" /* towards zero */
                     "fsflagsi zero, 0\n"
                     "fld ft11, %4\n fld fs0, %5\n"
                     "sd zero, 0(%6)\n" /* the fault */
                     "fsd ft11, %0\n fsd fs0, %1\n"
                     "frrm %2\n frflags %3\n fsrmi zero, 0\n"
                     : "=m"(c), "=m"(d), "=r"(rounding), "=r"(flags)
                     : "m"(a), "m"(b), "r"(page)
                     : "ft11", "fs0", "memory");
    CHECK(c == a && d == b && rounding == 1 && flags == 0);
}

int main(void)
{
    for (int llm = 0; llm < 2; llm++) {
        char *map = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | (llm ? MAP_LLM : 0), -1, 0);
        CHECK(map != MAP_FAILED);
        memset(values, 0, sizeof values);
        fault_with_all_registers(map);
        CHECK(memcmp(values[0], values[1], 29 * sizeof values[0][0]) == 0 && values[1][0] == 0x1001 && values[1][28] == 0x101d);
        check_floating_point((volatile double *)(map + PAGE));
    }
    return done();
}
