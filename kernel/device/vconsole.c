#include "kernel/device/vconsole.h"

#include "arch/catch.h"
#include "arch/irq.h"
#include "arch/pt.h"
#include "kernel/log.h"
#include "kernel/mem.h"
#include "kernel/thread/semaphore.h"
#include "kernel/device/virtio_queue.h"

#include <string.h>

/* virtio 1.1, 5.3.2 to 5.3.4 */
#define F_MULTIPORT ((uint64_t)1 << 1)
enum { CONFIG_MAX_PORTS = 4 };
enum {
    QUEUE_CONTROL_RX = 2,
    QUEUE_CONTROL_TX = 3,
};
/* virtio 1.1, 5.3.6.2 */
enum control_event {
    DEVICE_READY,
    DEVICE_ADD,
    DEVICE_REMOVE,
    PORT_READY,
    CONSOLE_PORT,
    RESIZE,
    PORT_OPEN,
    PORT_NAME,
};
struct control {
    uint32_t id;
    uint16_t event, value;
};
_Static_assert(sizeof(struct control) == 8, "virtio 1.1, 5.3.6.2");

#define MAX_PORTS 4
#define QUEUE_SIZE 32
#define CONTROL_BUFFERS QUEUE_SIZE /* QEMU drops what finds no buffer: the whole handshake has room */
#define CONTROL_BYTES 64           /* a message and a port's name */
#define RX_BUFFERS 4               /* a page each */
#define TX_PAGES 4

struct port {
    struct virtqueue rx, tx;
    bool added, is_stdin, is_stdout, is_profile, host_open;
};

static struct {
    struct spinlock lock; /* protects everything but what the two semaphores do; a device lock */
    struct virtio_mmio *device;
    struct virtqueue control_rx, control_tx;
    uint8_t (*control_buffers)[CONTROL_BYTES];
    struct control *message; /* the one that is being sent */
    struct completion *message_sent;
    struct port ports[MAX_PORTS];
    uint32_t nports;
    bool dead;

    struct port *in, *out, *profile;
    /* Buffers that hold input, oldest first; between taking one out and giving it back it is the reader's. */
    uint8_t *rx_page[RX_BUFFERS];
    uint32_t rx_length[RX_BUFFERS];
    uint32_t filled[RX_BUFFERS], nfilled;
    struct completion *rx_waiter;
    uint8_t *tx_buffer;
    struct completion *tx_sent;
} con = { .lock = SPINLOCK_INIT };

static struct semaphore reader = SEMAPHORE_INIT(1); /* holder reads; owns rx_used. Outside con.lock */
static struct semaphore writer = SEMAPHORE_INIT(1); /* holder writes; owns tx_buffer. Outside con.lock */
static uint32_t rx_used;                            /* bytes of the oldest filled buffer that were read */

/* Offers input buffer i to the device; lock held. */
static void post_rx(struct virtqueue *q, uint32_t i)
{
    vq_post(q, kva_to_pa(con.rx_page[i]), (uint32_t)PAGE_SIZE, true, &con.rx_page[i]);
}

static bool is_name(const uint8_t *name, size_t n, const char *expected)
{
    while (n > 0 && name[n - 1] == '\0') /* QEMU sends the terminator too */
        n--;
    return n == strlen(expected) && memcmp(name, expected, n) == 0;
}

/* One message from the host; lock held. */
static void handle_control(const uint8_t *bytes, uint32_t n)
{
    struct control m;
    if (n < sizeof(m) || n > CONTROL_BYTES)
        return;
    memcpy(&m, bytes, sizeof(m));
    if (m.id >= con.nports)
        return;
    struct port *p = &con.ports[m.id];
    switch (m.event) {
    case DEVICE_ADD:
        p->added = true;
        break;
    case DEVICE_REMOVE:
        p->host_open = false;
        break;
    case PORT_OPEN:
        p->host_open = m.value != 0;
        break;
    case PORT_NAME:
        p->is_stdin = is_name(bytes + sizeof(m), n - sizeof(m), "stdin");
        p->is_stdout = is_name(bytes + sizeof(m), n - sizeof(m), "stdout");
        p->is_profile = is_name(bytes + sizeof(m), n - sizeof(m), "profile");
        break;
    default:
        break;
    }
}

static void signal_and_forget(struct completion **c)
{
    if (*c)
        complete(*c);
    *c = NULL;
}

/* Takes back what the port has written; lock held. False if the device is broken. */
static bool drain_output(struct port *p)
{
    uint32_t head, written;
    void *cookie;
    int got = 0;
    while (p && (got = vq_take(&p->tx, &head, &cookie, &written)) > 0)
        signal_and_forget(&con.tx_sent);
    return got == 0;
}

/* Takes everything that has come back; lock held. False if the device is broken. */
static bool drain(void)
{
    uint32_t head;
    void *cookie;
    uint32_t written;
    int got;
    if (con.in) {
        while ((got = vq_take(&con.in->rx, &head, &cookie, &written)) > 0) {
            uint32_t i = (uint32_t)((uint8_t **)cookie - con.rx_page);
            con.rx_length[i] = MIN(written, (uint32_t)PAGE_SIZE);
            con.filled[con.nfilled++] = i;
        }
        if (got < 0)
            return false;
    }
    if (!drain_output(con.out) || !drain_output(con.profile))
        return false;
    while ((got = vq_take(&con.control_rx, &head, &cookie, &written)) > 0) {
        handle_control(cookie, written);
        vq_post(&con.control_rx, kva_to_pa(cookie), CONTROL_BYTES, true, cookie);
        vq_notify(&con.control_rx);
    }
    if (got < 0)
        return false;
    while ((got = vq_take(&con.control_tx, &head, &cookie, &written)) > 0)
        signal_and_forget(&con.message_sent);
    return got == 0;
}

/* Interrupt or polling context. */
static void handle_interrupt(void *arg)
{
    (void)arg;
    spin_lock(&con.lock);
    uint32_t cause = virtio_mmio_ack(con.device);
    if (!con.dead && (!drain() || ((cause & VIRTIO_IRQ_CONFIG) && virtio_mmio_needs_reset(con.device)))) {
        con.dead = true;
        virtio_mmio_reset(con.device);
        signal_and_forget(&con.tx_sent);
        signal_and_forget(&con.message_sent);
        log_printf("bower: the console device failed\n");
    }
    if (con.nfilled || con.dead || (con.in && !con.in->host_open))
        signal_and_forget(&con.rx_waiter);
    spin_unlock(&con.lock);
}

/* Sends one message and waits until the host has acted on it: QEMU answers before it gives the message back. */
static void send_control(uint32_t id, enum control_event event, uint16_t value)
{
    struct completion sent = { 0 };
    bool were_on = irq_save(); /* see completion_wait */
    spin_lock(&con.lock);
    *con.message = (struct control){ .id = id, .event = (uint16_t)event, .value = value };
    con.message_sent = &sent;
    vq_post(&con.control_tx, kva_to_pa(con.message), sizeof(*con.message), false, con.message);
    vq_notify(&con.control_tx);
    bool dead = con.dead;
    spin_unlock(&con.lock);
    if (!dead)
        completion_wait(&sent);
    irq_restore(were_on);
}

static int make_queues(void)
{
    con.nports = MIN(virtio_mmio_config32(con.device, CONFIG_MAX_PORTS), (uint32_t)MAX_PORTS);
    int error = vq_init(&con.control_rx, con.device, QUEUE_CONTROL_RX, QUEUE_SIZE);
    if (error == 0)
        error = vq_init(&con.control_tx, con.device, QUEUE_CONTROL_TX, QUEUE_SIZE);
    for (uint32_t i = 0; error == 0 && i < con.nports; i++) {
        /* virtio 1.1, 5.3.2: port 0 has queues 0 and 1, the control queues come next, then the other ports. */
        uint32_t rx = i == 0 ? 0 : 2 * i + 2;
        error = vq_init(&con.ports[i].rx, con.device, rx, QUEUE_SIZE);
        if (error == 0)
            error = vq_init(&con.ports[i].tx, con.device, rx + 1, QUEUE_SIZE);
    }
    return error;
}

static int make_buffers(void)
{
    paddr_t control = mem_pages(1), tx = mem_pages(TX_PAGES), rx = mem_pages(RX_BUFFERS);
    con.message = kalloc(sizeof(*con.message));
    if (!control || !tx || !rx || !con.message)
        return -ENOMEM;
    _Static_assert(CONTROL_BUFFERS * CONTROL_BYTES <= PAGE_SIZE, "one page for the control messages");
    con.control_buffers = pa_to_kva(control);
    con.tx_buffer = pa_to_kva(tx);
    for (uint32_t i = 0; i < RX_BUFFERS; i++)
        con.rx_page[i] = (uint8_t *)pa_to_kva(rx) + i * PAGE_SIZE;
    for (uint32_t i = 0; i < con.control_rx.size && i < CONTROL_BUFFERS; i++)
        vq_post(&con.control_rx, kva_to_pa(con.control_buffers[i]), CONTROL_BYTES, true, con.control_buffers[i]);
    return 0;
}

/* The handshake of virtio 1.1, 5.3.6.2. */
static void meet_ports(void)
{
    send_control(0, DEVICE_READY, 1);
    for (uint32_t i = 0; i < con.nports; i++) {
        struct port *p = &con.ports[i];
        if (!p->added)
            continue;
        send_control(i, PORT_READY, 1);
        if (!p->is_stdin && !p->is_stdout && !p->is_profile)
            continue;
        spin_lock(&con.lock);
        if (p->is_stdin) {
            con.in = p;
            for (uint32_t b = 0; b < RX_BUFFERS; b++)
                post_rx(&p->rx, b);
            vq_notify(&p->rx);
        } else if (p->is_stdout) {
            con.out = p;
        } else {
            con.profile = p;
        }
        spin_unlock(&con.lock);
        send_control(i, PORT_OPEN, 1);
        spin_lock(&con.lock);
        vq_notify(&p->rx); /* QEMU looks for input only when it is told of buffers while the port is open */
        spin_unlock(&con.lock);
    }
}

void vconsole_init(void)
{
    uint64_t features;
    con.device = virtio_mmio_find(VIRTIO_ID_CONSOLE, 0);
    if (!con.device)
        return;
    int error = virtio_mmio_start(con.device, F_MULTIPORT, &features);
    if (error == 0 && !(features & F_MULTIPORT))
        error = -ENOTSUP;
    if (error == 0)
        error = make_queues();
    if (error == 0)
        error = make_buffers();
    if (error == 0)
        error = irq_register(virtio_mmio_irq(con.device), handle_interrupt, NULL);
    if (error) {
        log_printf("bower: the console device cannot be used: error %d\n", -error);
        virtio_mmio_failed(con.device);
        return;
    }
    virtio_mmio_driver_ok(con.device);
    vq_notify(&con.control_rx);
    meet_ports();
}

/* Waits for input. 1: there is some; 0: there will be none; -EAGAIN. */
static int wait_for_input(bool nonblocking)
{
    for (;;) {
        struct completion arrived = { 0 };
        spin_lock(&con.lock);
        bool any = con.nfilled > 0, ended = con.dead || !con.in->host_open;
        if (!any && !ended && !nonblocking)
            con.rx_waiter = &arrived;
        spin_unlock(&con.lock);
        if (any || ended)
            return any;
        if (nonblocking)
            return -EAGAIN;
        completion_wait_for_people(&arrived);
    }
}

bool vconsole_is_ready(void)
{
    if (!con.in)
        return true;
    spin_lock(&con.lock);
    bool ready = con.nfilled > 0 || con.dead || !con.in->host_open;
    spin_unlock(&con.lock);
    return ready;
}

/* The oldest buffer was read to its end: the device may fill it again. */
static void give_back_oldest(void)
{
    spin_lock(&con.lock);
    uint32_t i = con.filled[0];
    con.nfilled--;
    memmove(con.filled, con.filled + 1, con.nfilled * sizeof(con.filled[0]));
    if (!con.dead) {
        post_rx(&con.in->rx, i);
        vq_notify(&con.in->rx);
    }
    spin_unlock(&con.lock);
    rx_used = 0;
}

int64_t vconsole_read(void *buffer, size_t n, bool nonblocking)
{
    if (!con.in || n == 0)
        return 0;
    semaphore_down(&reader);
    int64_t result = wait_for_input(nonblocking);
    if (result > 0) {
        /* Only the reader takes buffers out, so the oldest stays the oldest without the lock. */
        uint32_t i = con.filled[0], ready = con.rx_length[i] - rx_used;
        size_t take = MIN(n, (size_t)ready);
        if (copy_checked(buffer, con.rx_page[i] + rx_used, take) == take) {
            rx_used += (uint32_t)take;
            result = (int64_t)take;
        } else {
            result = -EFAULT;
        }
        if (rx_used == con.rx_length[i])
            give_back_oldest();
    }
    semaphore_up(&reader);
    return result;
}

/* Sends what stands in tx_buffer and waits until the device has taken it. */
static int send(struct port *p, uint32_t n)
{
    struct completion sent = { 0 };
    bool were_on = irq_save(); /* see completion_wait */
    spin_lock(&con.lock);
    bool dead = con.dead;
    if (!dead) {
        con.tx_sent = &sent;
        vq_post(&p->tx, kva_to_pa(con.tx_buffer), n, false, con.tx_buffer);
        vq_notify(&p->tx);
    }
    spin_unlock(&con.lock);
    if (!dead)
        completion_wait(&sent);
    irq_restore(were_on);
    return con.dead ? -EIO : 0;
}

static int64_t write_port(struct port *p, const void *buffer, size_t n)
{
    int error = 0;
    size_t done = 0;
    semaphore_down(&writer);
    while (done < n && error == 0) {
        size_t part = MIN(n - done, TX_PAGES * PAGE_SIZE);
        size_t copied = copy_checked(con.tx_buffer, (const uint8_t *)buffer + done, part);
        if (copied > 0)
            error = send(p, (uint32_t)copied);
        done += copied;
        if (copied < part)
            break;
    }
    semaphore_up(&writer);
    return error ? error : done || n == 0 ? (int64_t)done
                                          : -EFAULT;
}

int64_t vconsole_write(const void *buffer, size_t n)
{
    if (con.out)
        return write_port(con.out, buffer, n);
    log_write(buffer, n);
    return (int64_t)n;
}

int64_t vconsole_write_profile(const void *buffer, size_t n)
{
    return con.profile ? write_port(con.profile, buffer, n) : -ENODEV;
}
