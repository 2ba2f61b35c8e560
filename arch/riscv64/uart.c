/* uart.c: the ns16550 that the device tree names, by polling; the firmware's console before it is known. */
#include "arch/console.h"
#include "arch/riscv64/mmio.h"
#include "arch/riscv64/platform_priv.h"
#include "arch/riscv64/sbi.h"

/* National Semiconductor PC16550D, table 1; register numbers are shifted by reg-shift */
#define UART_RBR 0
#define UART_THR 0
#define UART_IER 1
#define UART_LSR 5
#define LSR_DATA_READY 0x01
#define LSR_THR_EMPTY 0x20
#define LSR_IDLE 0x40
#define DRAIN_TRIES 1000000u

static paddr_t uart_base; /* 0: not known yet */
static uint32_t uart_shift;

/* Everything before this line is the firmware's: the launcher drops it. */
static const char banner[] = "\2bower\n";

void uart_found(const struct fdt *t, fdt_node node, paddr_t base)
{
    if (uart_base)
        return;
    uart_shift = 0;
    fdt_u32(t, node, "reg-shift", &uart_shift);
    uart_base = base;
    mmio_write8(base + (UART_IER << uart_shift), 0);
}

static void put(char c)
{
    if (!uart_base) {
        sbi_legacy_putchar(c);
        return;
    }
    while (!(mmio_read8(uart_base + (UART_LSR << uart_shift)) & LSR_THR_EMPTY))
        ;
    mmio_write8(uart_base + (UART_THR << uart_shift), (uint8_t)c);
}

void console_write(const char *bytes, size_t n)
{
    static bool banner_written; /* set at boot, before other harts run */

    if (!banner_written) {
        banner_written = true;
        for (const char *c = banner; *c; c++)
            put(*c);
    }
    for (size_t i = 0; i < n; i++)
        put(bytes[i]);
}

int console_read(void)
{
    if (!uart_base || !(mmio_read8(uart_base + (UART_LSR << uart_shift)) & LSR_DATA_READY))
        return -1;
    return mmio_read8(uart_base + (UART_RBR << uart_shift));
}

void uart_drain(void)
{
    if (!uart_base)
        return;
    for (unsigned i = 0; i < DRAIN_TRIES; i++)
        if (mmio_read8(uart_base + (UART_LSR << uart_shift)) & LSR_IDLE)
            return;
}
