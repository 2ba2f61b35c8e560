#include "tests/host/fake_virtio.h"

#include "arch/irq.h"
#include "kernel/bootargs.h"
#include "kernel/log.h"
#include "kernel/mem.h"
#include "kernel/thread/sync.h"
#include "kernel/device/virtio_queue.h"
#include "kernel/thread/sched.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEVICES 8
#define MAX_HELD 256

static struct virtio_mmio *devices[MAX_DEVICES];
static unsigned ndevices;
static unsigned locks_held;

/* ---- chance */

uint32_t fake_random(uint32_t n)
{
    static uint64_t x = 88172645463325252u;
    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    return n ? (uint32_t)(x >> 16) % n : 0;
}

/* ---- the registers */

void fake_add(struct virtio_mmio *d)
{
    devices[ndevices++] = d;
}

struct virtio_mmio *virtio_mmio_find(uint32_t id, unsigned n)
{
    for (unsigned i = 0; i < ndevices; i++)
        if (devices[i]->id == id && n-- == 0)
            return devices[i];
    return NULL;
}

uint32_t virtio_mmio_irq(const struct virtio_mmio *d)
{
    for (unsigned i = 0; i < ndevices; i++)
        if (devices[i] == d)
            return i + 1;
    return 0;
}

unsigned virtio_mmio_slot(const struct virtio_mmio *d)
{
    return virtio_mmio_irq(d) - 1;
}

int virtio_mmio_start(struct virtio_mmio *d, uint64_t wanted, uint64_t *got)
{
    *got = d->negotiated = d->features & (wanted | VIRTIO_F_VERSION_1);
    return 0;
}

uint32_t virtio_mmio_queue_max(struct virtio_mmio *d, uint32_t q)
{
    return q < ARRAY_LEN(d->queue) ? d->queue_max : 0;
}

int virtio_mmio_queue(struct virtio_mmio *d, uint32_t q, uint32_t size, paddr_t desc, paddr_t avail, paddr_t used)
{
    d->queue[q] = (struct fake_queue){ .size = size, .desc = (void *)desc, .avail = (void *)avail, .used = (void *)used };
    return 0;
}

void virtio_mmio_driver_ok(struct virtio_mmio *d)
{
    (void)d;
}

void virtio_mmio_failed(struct virtio_mmio *d)
{
    (void)d;
}

bool virtio_mmio_needs_reset(struct virtio_mmio *d)
{
    return d->needs_reset;
}

void virtio_mmio_reset(struct virtio_mmio *d)
{
    memset(d->queue, 0, sizeof(d->queue));
    d->needs_reset = false;
    d->resets++;
}

void virtio_mmio_notify(struct virtio_mmio *d, uint32_t q)
{
    (void)q;
    d->notified++;
}

uint32_t virtio_mmio_ack(struct virtio_mmio *d)
{
    uint32_t was = d->status;
    d->status = 0;
    return was;
}

void virtio_mmio_ack_used(struct virtio_mmio *d)
{
    d->status &= ~VIRTIO_IRQ_USED;
}

static uint64_t config(const struct virtio_mmio *d, uint32_t offset, unsigned n)
{
    uint64_t v = 0;
    memcpy(&v, d->config + offset, n);
    return v;
}

uint32_t virtio_mmio_config32(struct virtio_mmio *d, uint32_t offset)
{
    return (uint32_t)config(d, offset, 4);
}

uint64_t virtio_mmio_config64(struct virtio_mmio *d, uint32_t offset)
{
    return config(d, offset, 8);
}

int irq_register(uint32_t irq, irq_handler *handler, void *arg)
{
    devices[irq - 1]->handler = handler;
    devices[irq - 1]->arg = arg;
    return 0;
}

/* ---- the device's side of the rings */

static void fail(const char *why)
{
    fprintf(stderr, "fake device: %s\n", why);
    abort();
}

/* Takes a chain apart as virtio 1.1, 2.6.4 and 2.6.5.3 have it. */
static void take_apart(struct vq_desc *table, uint32_t entries, uint32_t i, struct fake_request *r)
{
    for (uint32_t n = 0;; n++) {
        if (i >= entries || n >= entries)
            fail("a chain leaves its table");
        struct vq_desc *d = &table[i];
        if (d->flags & VQ_DESC_INDIRECT) {
            if (d->flags & VQ_DESC_NEXT || n > 0)
                fail("an indirect descriptor inside a chain");
            take_apart((struct vq_desc *)d->addr, d->len / (uint32_t)sizeof(*d), 0, r);
            return;
        }
        struct fake_run run = { (uint8_t *)d->addr, d->len };
        if (d->flags & VQ_DESC_WRITE)
            r->in[r->nin++] = run;
        else if (r->nin)
            fail("something to read behind something to write");
        else
            r->out[r->nout++] = run;
        if (!(d->flags & VQ_DESC_NEXT))
            return;
        i = d->next;
    }
}

static bool run_queue(struct virtio_mmio *d, uint32_t q)
{
    struct fake_queue *fq = &d->queue[q];
    static uint16_t held[MAX_HELD];
    unsigned n = 0;
    if (!fq->size)
        return false;
    struct vq_avail *avail = fq->avail;
    while (fq->seen != avail->idx)
        held[n++] = avail->ring[fq->seen++ % fq->size];
    d->max_held = MAX(d->max_held, n);
    for (unsigned left = n; left > 0; left--) {
        unsigned i = fake_random(left);
        struct fake_request r = { .id = held[i] };
        held[i] = held[left - 1];
        take_apart(fq->desc, fq->size, r.id, &r);
        if (r.nout + r.nin > fq->size)
            fail("a chain is longer than the queue"); /* virtio 1.1, 2.6.5.3.1 */
        struct vq_used *used = fq->used;
        uint32_t written = d->serve(d, q, &r);
        if (!fq->size)
            return true; /* reset meanwhile */
        used->ring[used->idx % fq->size] = (struct vq_used_elem){ d->wrong_id ? d->wrong_id : r.id, written };
        d->wrong_id = 0;
        used->idx++;
        d->served++;
        d->status |= VIRTIO_IRQ_USED;
    }
    return n > 0;
}

void fake_interrupt(struct virtio_mmio *d)
{
    if (d->handler)
        d->handler(d->arg);
}

bool fake_run(void)
{
    bool any = false;
    for (unsigned i = 0; i < ndevices; i++) {
        bool answered = false;
        for (uint32_t q = 0; q < ARRAY_LEN(devices[i]->queue); q++)
            answered |= run_queue(devices[i], q);
        if (devices[i]->needs_reset)
            devices[i]->status |= VIRTIO_IRQ_CONFIG;
        while (devices[i]->handler && devices[i]->status) /* the line is raised */
            fake_interrupt(devices[i]);
        any |= answered;
    }
    return any;
}

size_t fake_bytes(const struct fake_run *runs, unsigned n)
{
    size_t bytes = 0;
    for (unsigned i = 0; i < n; i++)
        bytes += runs[i].length;
    return bytes;
}

size_t fake_gather(const struct fake_run *runs, unsigned n, void *out, size_t size)
{
    size_t done = 0;
    for (unsigned i = 0; i < n; i++) {
        size_t part = MIN(size - done, (size_t)runs[i].length);
        memcpy((uint8_t *)out + done, runs[i].at, part);
        done += part;
    }
    return done;
}

size_t fake_scatter(const struct fake_run *runs, unsigned n, const void *in, size_t size)
{
    size_t done = 0;
    for (unsigned i = 0; i < n; i++) {
        size_t part = MIN(size - done, (size_t)runs[i].length);
        memcpy(runs[i].at, (const uint8_t *)in + done, part);
        done += part;
    }
    return done;
}

/* ---- what else drivers call */

void spin_lock(struct spinlock *lock)
{
    if (lock->held)
        fail("a spinlock is taken twice");
    lock->held = 1;
    locks_held++;
}

void spin_unlock(struct spinlock *lock)
{
    if (!lock->held)
        fail("a spinlock is let go that nobody holds");
    lock->held = 0;
    locks_held--;
}

bool irq_save(void)
{
    return true;
}

void irq_restore(bool were_on)
{
    (void)were_on;
}

void complete(struct completion *c)
{
    c->done = 1;
}

void completion_wait(struct completion *c)
{
    if (locks_held)
        fail("a wait under a spinlock");
    for (int idle = 0; !c->done;)
        if (!fake_run() && ++idle > 2)
            fail("a wait that nothing ends");
}

void spin_defer(void (*call)(void *arg), void *arg)
{
    call(arg);
}

struct thread *thread_self(void)
{
    static struct thread only;
    return &only;
}

void sched_may_freeze(void)
{
}

/* Kept reachable: drivers live for ever. */
static struct block {
    struct block *next;
} * blocks;

void *kalloc(size_t size)
{
    struct block *b = calloc(1, sizeof(*b) + 8 + size);
    b->next = blocks;
    blocks = b;
    return (uint8_t *)(b + 1) + 8;
}

void kfree(void *object)
{
    if (!object)
        return;
    struct block *b = (struct block *)((uint8_t *)object - 8) - 1, **link = &blocks;
    while (*link != b)
        link = &(*link)->next;
    *link = b->next;
    free(b);
}

/* All pages come from one arena, with a page of poison between any two blocks. */
static struct pages {
    struct pages *next;
    void *at;
} * all_pages;

paddr_t mem_pages(uint64_t n)
{
    struct pages *p = malloc(sizeof(*p));
    p->at = aligned_alloc(PAGE_SIZE, n * PAGE_SIZE);
    memset(p->at, 0xA5, n * PAGE_SIZE);
    p->next = all_pages;
    all_pages = p;
    return (paddr_t)p->at;
}

void mem_free_pages(paddr_t start, uint64_t n)
{
    (void)n;
    struct pages **link = &all_pages;
    while ((paddr_t)(*link)->at != start)
        link = &(*link)->next;
    struct pages *p = *link;
    *link = p->next;
    free(p->at);
    free(p);
}

void log_printf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
}

const char *log_errno(int error)
{
    (void)error;
    return "";
}

int log_snprintf(char *out, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(out, size, format, args);
    va_end(args);
    return n;
}

void panic(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    abort();
}

struct bootargs boot_args;
static struct {
    const char *name, *value;
} arguments[8];

void fake_bootarg(const char *name, const char *value)
{
    for (unsigned i = 0; i < ARRAY_LEN(arguments); i++)
        if (!arguments[i].name) {
            arguments[i].name = name;
            arguments[i].value = value;
            return;
        }
}

const char *bootargs_option(const struct bootargs *b, const char *name)
{
    (void)b;
    for (unsigned i = 0; i < ARRAY_LEN(arguments) && arguments[i].name; i++)
        if (strcmp(arguments[i].name, name) == 0)
            return arguments[i].value;
    return NULL;
}
