/* platform.c: what the device tree says about this machine. Every device that the kernel knows stands in one table. */
#include "arch/platform.h"
#include "arch/riscv64/platform_priv.h"

#include "arch/riscv64/exit_device.h"
#include "arch/riscv64/ipi.h"
#include "arch/riscv64/mmio.h"
#include "arch/riscv64/plic.h"
#include "arch/riscv64/sampling_priv.h"
#include "arch/riscv64/sbi.h"
#include "arch/riscv64/timer.h"
#include "arch/riscv64/uart.h"
#include "arch/riscv64/virtio_mmio_priv.h"
#include "kernel/panic.h"

#include <string.h>

struct device_window device_windows[MAX_DEVICE_WINDOWS];
unsigned device_window_count;

paddr_t exit_device;
static uint32_t interrupt_controllers[MAX_HARTS]; /* phandle of each hart's, by index */

_Noreturn void machine_exit(int status)
{
    uint32_t code = (uint32_t)status & EXIT_CODE_MASK;

    irq_save();
    uart_drain();
    if (!exit_device)
        sbi_shutdown_failed();
    mmio_write32(exit_device, code ? EXIT_DEVICE_FAIL(code) : EXIT_DEVICE_PASS);
    for (;;)
        wait_for_interrupt();
}

static void window_add(const char *name, paddr_t base, uint64_t size)
{
    paddr_t start = PAGE_ALIGN_DOWN(base), end = PAGE_ALIGN_UP(base + size);

    if (device_window_count == MAX_DEVICE_WINDOWS)
        panic("more than %d devices: %s", MAX_DEVICE_WINDOWS, name);
    device_windows[device_window_count++] = (struct device_window){ name, start, end - start };
}

static void exit_driver(const struct fdt *t, fdt_node node, paddr_t base)
{
    (void)t, (void)node;
    exit_device = base;
}
static void rtc_driver(const struct fdt *t, fdt_node node, paddr_t base)
{
    (void)t, (void)node;
    rtc_found(base);
}

/* Console and exit device first: what comes after them can fail with a message. */
static const struct driver {
    const char *compatible, *name;
    void (*found)(const struct fdt *t, fdt_node node, paddr_t base);
    bool early;
} drivers[] = {
    { "ns16550a", "UART registers", uart_found, true },
    { "sifive,test0", "exit device registers", exit_driver, true },
    { "google,goldfish-rtc", "real-time clock registers", rtc_driver, false },
    { "sifive,plic-1.0.0", "interrupt controller registers", plic_found, false },
    { "riscv,aclint-sswi", "software interrupt registers", sswi_found, false },
    { "virtio,mmio", "virtio registers", virtio_mmio_found, false },
};

static const struct driver *driver_of(const struct fdt *t, fdt_node node)
{
    uint32_t length = 0;
    const void *names = fdt_prop(t, node, "compatible", &length);

    for (size_t i = 0; i < ARRAY_LEN(drivers); i++)
        if (fdt_list_has(names, length, drivers[i].compatible))
            return &drivers[i];
    return NULL;
}

struct found_device {
    const struct driver *driver;
    fdt_node node;
    paddr_t base;
};

/* Devices stand below "/soc"; its ranges are empty, so addresses are those of the root. */
static unsigned find_on_bus(const struct fdt *t, struct found_device *out)
{
    fdt_node soc = fdt_path(t, "/soc");
    unsigned n = 0;

    if (soc == FDT_NONE)
        panic("device tree: no /soc");
    for (fdt_node node = fdt_child(t, soc); node != FDT_NONE; node = fdt_next(t, node)) {
        const struct driver *driver = driver_of(t, node);
        uint64_t base, size;

        if (!driver)
            continue;
        if (!fdt_reg(t, soc, node, 0, &base, &size) || size == 0)
            panic("device tree: %s has no registers", fdt_name(t, node));
        window_add(driver->name, base, size);
        out[n++] = (struct found_device){ driver, node, base };
    }
    return n;
}

static void start_devices(const struct fdt *t, const struct found_device *devices, unsigned n, bool early)
{
    for (unsigned i = 0; i < n; i++)
        if (devices[i].driver->early == early)
            devices[i].driver->found(t, devices[i].node, devices[i].base);
}

bool hart_wired_to(const struct fdt *t, fdt_node device, uint32_t i, uint32_t number, struct hart **out)
{
    uint32_t length = 0;
    const uint8_t *pairs = fdt_prop(t, device, "interrupts-extended", &length);

    *out = NULL;
    if (!pairs || i >= length / 8)
        return false;
    uint32_t phandle = fdt_cell(pairs + 8 * i);
    for (unsigned h = 0; h < MAX_HARTS; h++)
        if (phandle != 0 && interrupt_controllers[h] == phandle && fdt_cell(pairs + 8 * i + 4) == number)
            *out = &harts[h];
    return true;
}

/* One hart: its structure, its interrupt controller; true if it has sstc. */
static bool find_hart(const struct fdt *t, fdt_node cpus, fdt_node cpu)
{
    uint64_t id, size;
    const char *isa = fdt_string(t, cpu, "riscv,isa");
    struct hart *h;

    if (!fdt_reg(t, cpus, cpu, 0, &id, &size))
        panic("device tree: %s has no hart id", fdt_name(t, cpu));
    hart_add(id);
    h = hart_by_id(id);
    if (!h)
        return true; /* one more than MAX_HARTS: it stays stopped */
    for (fdt_node n = fdt_child(t, cpu); n != FDT_NONE; n = fdt_next(t, n))
        if (fdt_compatible(t, n, "riscv,cpu-intc"))
            fdt_u32(t, n, "phandle", &interrupt_controllers[h->index]);
    return isa && strstr(isa, "_sstc");
}

static void find_harts(const struct fdt *t)
{
    fdt_node cpus = fdt_path(t, "/cpus");
    bool all_have_sstc = true;
    uint32_t frequency = 0;

    if (cpus == FDT_NONE || !fdt_u32(t, cpus, "timebase-frequency", &frequency) || frequency == 0)
        panic("device tree: no /cpus/timebase-frequency");
    for (fdt_node n = fdt_child(t, cpus); n != FDT_NONE; n = fdt_next(t, n)) {
        const char *type = fdt_string(t, n, "device_type");
        const char *status = fdt_string(t, n, "status");

        /* A hart without MMU (a monitor core) or one that is switched off is not ours. */
        if (type && strcmp(type, "cpu") == 0 && fdt_string(t, n, "mmu-type") &&
            !(status && strcmp(status, "okay") != 0))
            all_have_sstc &= find_hart(t, cpus, n);
    }
    timer_init(frequency, all_have_sstc);
}

void platform_find_devices(const struct fdt *t)
{
    struct found_device devices[MAX_DEVICE_WINDOWS]; /* window_add stops at one more */
    unsigned n = find_on_bus(t, devices);

    start_devices(t, devices, n, true);
    find_harts(t);
    start_devices(t, devices, n, false);
    virtio_mmio_probe();
}

void platform_enable_interrupts(void)
{
    irq_start_hart();
    irq_allow(SIE_SSIE);
    if (this_hart()->index == 0)
        hart_measure_interrupts();
    plic_start_hart(this_hart());
    timer_start_hart();
    sampling_start_hart(this_hart());
}
