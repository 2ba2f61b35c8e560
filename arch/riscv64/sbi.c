#include "arch/riscv64/sbi.h"

#include "arch/riscv64/csr.h"
#include "arch/riscv64/exit_device.h"

enum {
    SBI_EXT_LEGACY_PUTCHAR = 1,
    SBI_TIME_SET = 0,
    SBI_HSM_HART_START = 0,
    SBI_IPI_SEND = 0,
    SBI_RFENCE_SFENCE_VMA_ASID = 2
};

struct sbi_args {
    uint64_t a0, a1, a2, a3, a4;
};

/* SBI 1.0 ch. 3: all registers but a0 and a1 are preserved. */
static struct sbi_result sbi_call(uint64_t extension, uint64_t function, struct sbi_args args)
{
    register uint64_t a0 __asm__("a0") = args.a0;
    register uint64_t a1 __asm__("a1") = args.a1;
    register uint64_t a2 __asm__("a2") = args.a2;
    register uint64_t a3 __asm__("a3") = args.a3;
    register uint64_t a4 __asm__("a4") = args.a4;
    register uint64_t a6 __asm__("a6") = function;
    register uint64_t a7 __asm__("a7") = extension;

    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1)
                     : "r"(a2), "r"(a3), "r"(a4), "r"(a6), "r"(a7)
                     : "memory");
    return (struct sbi_result){ .error = (int64_t)a0, .value = a1 };
}

void sbi_legacy_putchar(char c)
{
    sbi_call(SBI_EXT_LEGACY_PUTCHAR, 0, (struct sbi_args){ .a0 = (uint8_t)c });
}

void sbi_set_timer(uint64_t ticks)
{
    sbi_call(SBI_EXT_TIME, SBI_TIME_SET, (struct sbi_args){ .a0 = ticks });
}

void sbi_remote_sfence(uint64_t mask, uint64_t base, vaddr_t start, uint64_t size)
{
    struct sbi_args args = { .a0 = mask, .a1 = base, .a2 = start, .a3 = size, .a4 = 0 };

    sbi_call(SBI_EXT_RFENCE, SBI_RFENCE_SFENCE_VMA_ASID, args);
}

int64_t sbi_hart_start(uint64_t id, paddr_t start, uint64_t opaque)
{
    struct sbi_args args = { .a0 = id, .a1 = start, .a2 = opaque };

    return sbi_call(SBI_EXT_HSM, SBI_HSM_HART_START, args).error;
}

void sbi_send_ipi(uint64_t id)
{
    sbi_call(SBI_EXT_IPI, SBI_IPI_SEND, (struct sbi_args){ .a0 = 1, .a1 = id });
}

_Noreturn void sbi_shutdown_failed(void)
{
    struct sbi_args args = { .a0 = SBI_SRST_SHUTDOWN, .a1 = SBI_SRST_SYSTEM_FAILURE };

    sbi_call(SBI_EXT_SRST, SBI_SRST_RESET, args);
    for (;;)
        wait_for_interrupt(); /* firmware without SRST: nothing else can be done */
}
