/* uart.c: the ns16550 that the device tree names, by polling; the firmware's console before it is known. */
#include "arch/console.h"
#include "arch/riscv64/uart.h"

#include "arch/hart.h"
#include "arch/riscv64/mmio.h"
#include "arch/riscv64/report_priv.h"
#include "arch/riscv64/sbi.h"

#include <string.h>

/* National Semiconductor PC16550D, table 1; register numbers are shifted by reg-shift */
#define UART_RBR 0
#define UART_THR 0
#define UART_IER 1
#define UART_LSR 5
#define LSR_DATA_READY 0x01
#define LSR_THR_EMPTY 0x20
#define LSR_IDLE 0x40
#define DRAIN_TRIES 1000000u
#define TURN_LIMIT_NS 10000000000u /* whoever has written for so long has stopped for good, or nobody reads */

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

/* For as long as the other side takes nothing. */
static void wait_for_room(void)
{
    while (uart_base && !(mmio_read8(uart_base + (UART_LSR << uart_shift)) & LSR_THR_EMPTY))
        ;
}

/* There is room. */
static void put(char c)
{
    if (uart_base)
        mmio_write8(uart_base + (UART_THR << uart_shift), (uint8_t)c);
    else
        sbi_legacy_putchar(c);
}

/* Hart that writes, as index + 1; 0: none. */
static uint32_t writer;

/* Interrupts are off. False: it is this hart's turn already, and it has come here in a trap. */
static bool take_turn(void)
{
    uint32_t me = hart_index() + 1, other = 0;
    uint64_t began = time_ns();

    while (!__atomic_compare_exchange_n(&writer, &other, me, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        if (other == me)
            return false;
        if (time_ns() - began > TURN_LIMIT_NS) {
            __atomic_store_n(&writer, me, __ATOMIC_RELAXED);
            wait_for_room();
            put('\n');
            return true;
        }
        other = 0;
    }
    return true;
}

/* Another hart has taken it, because this one took too long. */
static bool turn_is_lost(void)
{
    return __atomic_load_n(&writer, __ATOMIC_RELAXED) != hart_index() + 1;
}

/* A line, which no other hart's breaks up. */
static void write_line(const char *bytes, size_t n)
{
    bool were_on = irq_save(), taken = take_turn(), must_stop = report_is_elsewhere();

    for (size_t i = 0; i < n && !must_stop; i++) {
        wait_for_room();
        if (taken && turn_is_lost()) {
            take_turn();
            must_stop = report_is_elsewhere();
        }
        if (!must_stop)
            put(bytes[i]);
    }
    if (taken)
        __atomic_store_n(&writer, 0, __ATOMIC_RELEASE);
    if (must_stop)
        report_wait_for_end();
    irq_restore(were_on);
}

void console_write(const char *bytes, size_t n)
{
    static bool banner_written; /* set at boot, before other harts run */

    if (!banner_written) {
        banner_written = true;
        write_line(banner, strlen(banner));
    }
    while (n > 0) {
        const char *end = memchr(bytes, '\n', n);
        size_t line = end ? (size_t)(end + 1 - bytes) : n;
        write_line(bytes, line);
        bytes += line;
        n -= line;
    }
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
