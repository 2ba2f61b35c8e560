/*
 * Everything that a program can do wrong with an address ends in one report that says what, where and whose, and in
 * exit status 134.
 *
 * exit: 134
 * stderr~: ^  pc  [0-9a-f]{16}  sstatus
 * stderr~: ^  ra  [0-9a-f]{16}  sp  [0-9a-f]{16}
 * stderr~: ^#0 0x
 * run: -- stack
 * stderr~: ^fault: .*store page fault at pc 0x
 * stderr~: ^address 0x[0-9a-f]+: guard page below the main stack
 * stderr~: ^#3 0x[0-9a-f]+ recurse at tests/guest/report.c
 * run: -- leap
 * stderr~: ^fault: .*store page fault at pc 0x
 * stderr~: ^address 0x[0-9a-f]+: below the main stack: it overflowed
 * run: -- wild
 * stderr~: ^fault: nothing is mapped there: store page fault
 * stderr~: ^address 0x2f00123458: no mapping
 * stderr~: ^#0 0x[0-9a-f]+ store at tests/guest/report.c
 * stderr~: ^#1 0x[0-9a-f]+ wrong at tests/guest/report.c
 * run: -- null
 * stderr~: ^fault: nothing is mapped there: load page fault
 * stderr~: ^address 0x8: page 0 \(null pointer\)
 * run: -- text
 * stderr~: ^fault: this access is not allowed there: store page fault
 * stderr~: ^address 0x80[0-9a-f]+: kernel text
 * run: -- rodata
 * stderr~: ^fault: this access is not allowed there: store page fault
 * stderr~: ^address 0x80[0-9a-f]+: kernel read-only data
 * run: -- data
 * stderr~: ^fault: this access is not allowed there: instruction page fault
 * stderr~: ^address 0x80[0-9a-f]+: kernel data
 * stderr~: ^#1 0x[0-9a-f]+ call at tests/guest/report.c
 * run: -- heap
 * stderr~: ^fault: .*instruction page fault
 * stderr~: ^address 0x[0-9a-f]+: the heap
 * run: -- jump0
 * stderr~: ^fault: nothing is mapped there: instruction page fault at pc 0x0
 * stderr~: ^address 0x0: page 0
 * stderr~: ^#1 0x[0-9a-f]+ call at tests/guest/report.c
 * run: -- illegal
 * stderr~: ^fault: unexpected trap: illegal instruction c0001073 at pc
 * run: -- trap
 * stderr~: ^fault: unexpected trap: breakpoint
 * run: -- noncanonical
 * stderr~: ^fault: nothing is mapped there: load page fault
 * stderr~: ^address 0x8000000000001000: no Sv39 address
 * run: -- firmware
 * stderr~: ^address 0x80000000: firmware
 * run: -- readonly
 * stderr~: ^fault: this access is not allowed there: store page fault
 * stderr~: ^address 0x[0-9a-f]+: region .*read-only
 * run: -- device-tree
 * stderr~: ^fault: this access is not allowed there: store page fault
 * stderr~: ^address 0x[0-9a-f]+: the device tree
 * run: -- interrupts-off
 * stderr~: ^fault: page fault with interrupts off: store page fault
 * stderr~: ^address 0x[0-9a-f]+: region
 * run: -- nested
 * stderr~: ^fault: trap inside the trap handler: store page fault at pc
 * stderr~: ^address 0xff[0-9a-f]+: nobody
 * run: -- unmapped
 * stderr~: ^fault: nothing is mapped there: load page fault
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096ul

static const char constant[64] = "constant";
static unsigned char data[64];

__attribute__((noinline)) static void store(uintptr_t address)
{
    *(volatile unsigned char *)address = 1;
    __asm__ volatile("" ::
                         : "memory"); /* no tail calls: backtraces are checked */
}

__attribute__((noinline)) static void load(uintptr_t address)
{
    (void)*(volatile int *)address;
    __asm__ volatile("" ::
                         : "memory");
}

__attribute__((noinline)) static void call(uintptr_t address)
{
    ((void (*)(void))address)();
    __asm__ volatile("" ::
                         : "memory");
}

/* What only a bug of the kernel could do; the program has the same privilege. */
__attribute__((noinline)) static void fault_with_interrupts_off(void)
{
    char *map = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    __asm__ volatile("csrci sstatus, 2"); /* SIE */
    store((uintptr_t)map + 63 * PAGE);    /* far from the stack, which may fault all the same */
}

/* struct hart starts with the top of its trap stack: now that is nowhere. */
__attribute__((noinline)) static void fault_without_trap_stack(void)
{
    uint64_t *hart;
    __asm__ volatile("csrr %0, sscratch"
                     : "=r"(hart));
    hart[0] = 0;
    load(8);
}

#pragma GCC diagnostic ignored "-Winfinite-recursion"
__attribute__((noinline)) static int recurse(int depth)
{
    volatile char room[512];
    room[0] = (char)depth;
    return recurse(depth + 1) + room[0];
}

/* A frame larger than the guard page. */
__attribute__((noinline)) static int leap(int depth)
{
    volatile char room[100000];
    room[0] = (char)depth;
    return leap(depth + 1) + room[0];
}

__attribute__((noinline)) static void map_and_fault(int protection, int unmap)
{
    char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        exit(1);
    page[0] = 1;
    if (unmap)
        munmap(page, PAGE);
    else
        mprotect(page, PAGE, protection);
    if (unmap)
        load((uintptr_t)page);
    store((uintptr_t)page);
}

__attribute__((noinline)) static int wrong(const char *how)
{
    if (!strcmp(how, "stack"))
        return recurse(0);
    if (!strcmp(how, "leap"))
        return leap(0);
    if (!strcmp(how, "wild"))
        store(0x2f00123458);
    if (!strcmp(how, "null"))
        load(8);
    if (!strcmp(how, "text"))
        store((uintptr_t)wrong);
    if (!strcmp(how, "rodata"))
        store((uintptr_t)constant);
    if (!strcmp(how, "data"))
        call((uintptr_t)data);
    if (!strcmp(how, "heap"))
        call((uintptr_t)calloc(1, 64));
    if (!strcmp(how, "jump0"))
        call(0);
    if (!strcmp(how, "illegal"))
        __asm__ volatile("csrrw x0, cycle, x0"); /* read-only: c0001073 */
    if (!strcmp(how, "trap"))
        __builtin_trap();
    if (!strcmp(how, "noncanonical"))
        load(0x8000000000001000);
    if (!strcmp(how, "firmware"))
        load(0x80000000);
    if (!strcmp(how, "readonly"))
        map_and_fault(PROT_READ, 0);
    if (!strcmp(how, "device-tree"))
        for (uintptr_t page = 0x8fe00000; page > 0x80300000; page -= PAGE) /* found by its magic number */
            if (*(volatile uint32_t *)page == 0xedfe0dd0)
                store(page);
    if (!strcmp(how, "interrupts-off"))
        fault_with_interrupts_off();
    if (!strcmp(how, "nested"))
        fault_without_trap_stack();
    if (!strcmp(how, "unmapped"))
        map_and_fault(PROT_NONE, 1);
    return 1;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    return argc > 1 ? wrong(argv[1]) : 2;
}
