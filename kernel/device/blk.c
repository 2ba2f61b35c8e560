#include "kernel/device/blk.h"

#include "arch/irq.h"
#include "arch/pt.h"
#include "kernel/bootargs.h"
#include "kernel/log.h"
#include "kernel/mem.h"
#include "kernel/thread/sync.h"
#include "kernel/device/virtio_queue.h"

#include <string.h>

/* virtio 1.1, 5.2.3 and 5.2.4 */
#define BLK_F_SIZE_MAX ((uint64_t)1 << 1)
#define BLK_F_SEG_MAX ((uint64_t)1 << 2)
#define BLK_F_RO ((uint64_t)1 << 5)
#define BLK_F_BLK_SIZE ((uint64_t)1 << 6)
#define BLK_F_FLUSH ((uint64_t)1 << 9)
#define BLK_WANTED (BLK_F_SIZE_MAX | BLK_F_SEG_MAX | BLK_F_RO | BLK_F_BLK_SIZE | BLK_F_FLUSH | VIRTIO_F_INDIRECT_DESC)
enum {
    CONFIG_CAPACITY = 0,
    CONFIG_SIZE_MAX = 8,
    CONFIG_SEG_MAX = 12,
    CONFIG_BLK_SIZE = 20,
};

/* virtio 1.1, 5.2.6: requests */
enum {
    T_IN = 0,
    T_OUT = 1,
    T_FLUSH = 4,
    T_GET_ID = 8,
};
enum {
    S_OK = 0,
    S_NONE = 0xFF,
};
#define SECTOR_SHIFT 9
#define SECTOR_SIZE ((uint32_t)1 << SECTOR_SHIFT)

#define QUEUE_SIZE 128

/* What the device reads and writes beside the data of one request; lives until the device gives its name back. */
enum {
    ENTRY_HEADER,
    ENTRY_STATUS,
    ENTRY_DATA,
};
struct slot {
    struct vq_desc table[ENTRY_DATA + IO_MAX_PAGES];
    struct {
        uint32_t type, reserved;
        uint64_t sector;
    } header;
    uint32_t bytes; /* data bytes of this piece */
    bool rest;      /* the request has more to come */
    volatile uint8_t status;
} __attribute__((aligned(sizeof(struct vq_desc))));

struct blk {
    struct backing backing;
    /* protects everything below that changes. order: device locks are innermost but for mem's */
    struct spinlock lock;
    struct virtqueue queue;
    struct slot *slots;                         /* by name of request */
    struct io_request *pending, **pending_tail; /* waiting for room in the ring, in order */
    bool dead;

    /* constant once started */
    struct virtio_mmio *device;
    uint64_t size;     /* bytes of data */
    uint64_t capacity; /* bytes that the device has */
    uint32_t seg_max, size_max, block;
    bool can_flush;
    char path[BLK_NAME_MAX + sizeof "/dev/"];
};

static struct blk *disks[BLK_MAX_DISKS];
static unsigned ndisks;

/*
 * A request of ours that is no read or write carries its type in io_request.driver; for those of others it is NULL
 * (T_IN or T_OUT by direction).
 */
static uint32_t request_type(const struct io_request *r)
{
    if (r->driver)
        return (uint32_t)(uintptr_t)r->driver;
    return r->write ? T_OUT : T_IN;
}

/* Bytes that have to cross the device: whole blocks, within the capacity. 0 for a request wholly beyond it. */
static uint32_t device_bytes(const struct blk *b, const struct io_request *r)
{
    if (r->driver)
        return r->length;
    if (((r->offset | r->length) & (b->block - 1)) == 0 && r->offset + r->length <= b->capacity)
        return r->length;
    if (r->offset >= b->capacity)
        return 0;
    uint64_t length = ((uint64_t)r->length + b->block - 1) & ~(uint64_t)(b->block - 1);
    return (uint32_t)MIN(length, b->capacity - r->offset);
}

/*
 * Offers bytes [r->transferred, total) of a request to the device, or as many of them as its limits allow; complete_one asks
 * for the rest. A name must be free.
 */
static void push(struct blk *b, struct io_request *r, uint32_t type, uint32_t total)
{
    struct virtqueue *q = &b->queue;
    struct slot *s = &b->slots[vq_head(q)];
    uint32_t from = r->transferred, end = ENTRY_DATA;
    s->header.type = type;
    s->header.sector = (r->offset + from) >> SECTOR_SHIFT;
    s->status = S_NONE;
    s->bytes = vq_fill(s->table, &end, r->pages, from, total - from, b->seg_max, b->size_max, type != T_OUT);
    s->rest = s->bytes < total - from;
    if (end == ENTRY_DATA) /* no data: the status at its place, so that the header's link never changes */
        s->table[end] = s->table[ENTRY_STATUS];
    else
        s->table[end - 1].next = ENTRY_STATUS;
    vq_commit(q, r);
}

/* The same for the most frequent kind, in few instructions: a fresh read or write of frames that the device takes one by one. */
static inline void push_frames(struct blk *b, struct virtqueue *q, struct io_request *r, bool write, uint32_t length)
{
    struct slot *s = &b->slots[vq_head(q)];
    struct vq_desc *d = &s->table[ENTRY_DATA];
    const paddr_t *page = r->pages, *end = page + ((length + PAGE_MASK) >> PAGE_SHIFT);
    uint64_t frame = VQ_DESC_REST(PAGE_SIZE, write ? VQ_DESC_NEXT : VQ_DESC_NEXT | VQ_DESC_WRITE, ENTRY_DATA + 1), rest = frame;
    uint32_t size_max = b->size_max;
    paddr_t start = *page, next = start + PAGE_SIZE;
    s->header.type = write ? T_OUT : T_IN;
    s->header.sector = r->offset >> SECTOR_SHIFT;
    s->status = S_NONE;
    s->rest = false;
    s->bytes = length;
    while (++page < end) {
        paddr_t pa = *page;
        if (pa == next && (uint32_t)rest + PAGE_SIZE <= size_max) {
            rest += PAGE_SIZE; /* frames that follow each other in memory are one run */
        } else {
            vq_desc_set(d++, start, rest);
            rest = frame += VQ_DESC_REST(0, 0, 1);
            start = pa;
        }
        next = pa + PAGE_SIZE;
    }
    vq_desc_set(d, start, rest - (-length & (uint32_t)PAGE_MASK)); /* the last page may be part used */
    d->next = ENTRY_STATUS;
    vq_commit(q, r);
}

static void enqueue(struct blk *b, struct io_request *r)
{
    r->next = NULL;
    *b->pending_tail = r;
    b->pending_tail = &r->next;
}

/* Moves waiting requests into the ring; true if any went. */
static bool push_pending(struct blk *b)
{
    bool any = false;
    while (b->pending && b->queue.nfree > 0) {
        struct io_request *r = b->pending;
        b->pending = r->next;
        push(b, r, request_type(r), device_bytes(b, r));
        any = true;
    }
    if (!b->pending)
        b->pending_tail = &b->pending;
    return any;
}

static void zero_after(const struct io_request *r, uint32_t from)
{
    uint32_t end = r->npages << PAGE_SHIFT;
    while (from < end) {
        uint32_t skip = from & (uint32_t)PAGE_MASK, run = (uint32_t)PAGE_SIZE - skip;
        memset((uint8_t *)pa_to_kva(r->pages[from >> PAGE_SHIFT]) + skip, 0, run);
        from += run;
    }
}

/* A request that is not whole pages of data: what lies beyond the data is zero, and the count is that of data. */
static void settle(const struct blk *b, struct io_request *r)
{
    if (r->driver || r->error)
        return;
    uint64_t room = r->offset < b->size ? b->size - r->offset : 0;
    uint32_t data = (uint32_t)MIN((uint64_t)r->length, room);
    r->transferred = MIN(r->transferred, data);
    if (!r->write && r->transferred < r->npages << PAGE_SHIFT)
        zero_after(r, r->transferred);
}

/* The end of requests; the lock of the queue is not held. */
static void finish_all(struct blk *b, struct io_request *r)
{
    while (r) {
        struct io_request *next = r->next;
        if (r->transferred != r->length || r->length != r->npages << PAGE_SHIFT || r->offset + r->length > b->size)
            settle(b, r);
        r->done(r);
        r = next;
    }
}

/* The device is gone: whatever it held or was to get ends with an error. Returns those requests, linked by next. */
static struct io_request *give_up(struct blk *b, const char *why)
{
    struct io_request *list = b->pending;
    void *cookie;
    b->dead = true;
    virtio_mmio_reset(b->device);
    while (vq_take_back(&b->queue, &cookie)) {
        struct io_request *r = cookie;
        r->next = list;
        list = r;
    }
    b->pending = NULL;
    b->pending_tail = &b->pending;
    for (struct io_request *r = list; r; r = r->next)
        r->error = -EIO;
    log_printf("bower: disk %s failed: %s\n", b->path, why);
    return list;
}

/* One chain came back. True if its request is finished; otherwise its next piece is first in line. */
static bool complete_one(struct blk *b, struct io_request *r, const struct slot *s, uint32_t written)
{
    /* virtio 1.1, 2.6.8: written counts the status byte too; a device that wrote less has not answered. */
    uint32_t expected = 1 + (s->header.type == T_IN ? s->bytes : 0);
    if (s->status != S_OK || written < expected) {
        r->error = -EIO;
        return true;
    }
    r->transferred += s->bytes;
    if (!s->rest)
        return true;
    r->next = b->pending;
    if (!b->pending)
        b->pending_tail = &r->next;
    b->pending = r;
    return false;
}

/* Interrupt or polling context. */
static void handle_interrupt(void *arg)
{
    struct blk *b = arg;
    struct io_request *finished = NULL, **tail = &finished, *r;
    void *cookie;
    uint32_t head, written;
    int got;

    spin_lock(&b->lock);
    /* Before the ring is looked at: an entry that comes later interrupts again. If there is none, it is about something else. */
    virtio_mmio_ack_used(b->device);
    uint32_t cause = vq_has_finished(&b->queue) ? 0 : virtio_mmio_ack(b->device);
    struct virtqueue q = b->queue;
    while ((got = vq_take(&q, &head, &cookie, &written)) > 0) {
        r = cookie;
        if (complete_one(b, r, &b->slots[head], written)) {
            *tail = r;
            tail = &r->next;
        }
    }
    vq_put_back(&b->queue, &q);
    *tail = NULL;
    if (got < 0 && !b->dead)
        *tail = give_up(b, "it answered a request that it did not have");
    else if ((cause & VIRTIO_IRQ_CONFIG) && !b->dead && virtio_mmio_needs_reset(b->device))
        *tail = give_up(b, "it asks for a reset");
    else if (b->pending && push_pending(b))
        vq_notify(&b->queue);
    spin_unlock(&b->lock);
    finish_all(b, finished);
}

/*
 * A write of whole blocks reaches beyond data that ends inside one: what lies there is no data, and written as zeros.
 */
static void zero_beyond_end(const struct blk *b, const struct io_request *r)
{
    uint64_t end = r->offset + device_bytes(b, r);
    for (uint64_t at = MAX(b->size, r->offset); at < end; at++) {
        uint64_t i = at - r->offset;
        ((uint8_t *)pa_to_kva(r->pages[i >> PAGE_SHIFT]))[i & PAGE_MASK] = 0;
    }
}

/* 0 if the device has to be asked, 1 if there is nothing to ask for, or a negative errno. */
static int refuse(const struct blk *b, const struct io_request *r)
{
    if (b->dead)
        return -EIO;
    if (r->driver)
        return 0;
    if (r->offset & (b->block - 1))
        return -EINVAL;
    if (r->write && !b->backing.writable)
        return -EROFS;
    if (r->write && r->length && r->offset >= b->capacity)
        return -ENOSPC;
    return device_bytes(b, r) == 0;
}

/* A request that is not whole blocks within the capacity, or that finds the device busy or dead. True if it was pushed. */
static bool submit_special(struct blk *b, struct io_request *r, struct io_request **finished)
{
    int refused = refuse(b, r);
    if (refused) {
        r->error = MIN(refused, 0);
        r->next = *finished;
        *finished = r;
        return false;
    }
    if (r->write && !r->driver)
        zero_beyond_end(b, r);
    if (b->pending || b->queue.nfree == 0) {
        enqueue(b, r);
        return false;
    }
    push(b, r, request_type(r), device_bytes(b, r));
    return true;
}

/* The path of a fault: a few instructions per request as long as nothing is out of the ordinary. */
static void blk_submit(struct backing *backing, struct io_request **requests, size_t n)
{
    struct blk *b = CONTAINER_OF(backing, struct blk, backing);
    struct io_request *finished = NULL;
    bool pushed = false;
    spin_lock(&b->lock);
    uint64_t block_mask = b->block - 1, plain_end = b->dead || b->pending ? 0 : b->size; /* at most the capacity */
    bool writable = backing->writable;
    uint32_t most = b->seg_max << PAGE_SHIFT; /* at most IO_MAX_PAGES */
    struct virtqueue q = b->queue;
    for (size_t i = 0; i < n; i++) {
        struct io_request *r = requests[i];
        bool write = r->write;
        uint32_t length = r->length;
        uint64_t offset = r->offset;
        r->driver = NULL;
        r->error = 0;
        r->transferred = 0;
        if (length > 0 && length <= most && !((offset | length) & block_mask) && offset + length <= plain_end &&
            (!write || writable) && q.nfree > 0) {
            push_frames(b, &q, r, write, length);
            pushed = true;
            continue;
        }
        vq_put_back(&b->queue, &q);
        pushed |= submit_special(b, r, &finished);
        q = b->queue;
    }
    vq_put_back(&b->queue, &q);
    if (pushed)
        vq_notify(&b->queue);
    spin_unlock(&b->lock);
    finish_all(b, finished);
}

static struct blk *disk_of(struct backing *backing)
{
    return CONTAINER_OF(backing, struct blk, backing);
}

struct waiting_request {
    struct io_request io;
    struct completion completion;
};

static void wake(struct io_request *r)
{
    complete(&CONTAINER_OF(r, struct waiting_request, io)->completion);
}

/* One request of a type that is neither read nor write, from thread context. 0 or a negative errno. */
static int command(struct blk *b, uint32_t type, const paddr_t *page, uint32_t length)
{
    struct waiting_request w = {
        .io = { .length = length, .npages = page ? 1 : 0, .pages = page, .done = wake, .driver = (void *)(uintptr_t)type },
    };
    struct io_request *finished = NULL;
    bool were_on = irq_save(); /* see completion_wait */
    spin_lock(&b->lock);
    if (submit_special(b, &w.io, &finished))
        vq_notify(&b->queue);
    spin_unlock(&b->lock);
    finish_all(b, finished);
    completion_wait(&w.completion);
    irq_restore(were_on);
    return w.io.error;
}

static int64_t blk_size(struct backing *backing)
{
    return (int64_t)disk_of(backing)->size;
}

static int blk_sync(struct backing *backing)
{
    struct blk *b = disk_of(backing);
    /* Without the feature there is no cache that could lose anything (virtio 1.1, 5.2.6.2). */
    return b->can_flush && backing->writable ? command(b, T_FLUSH, NULL, 0) : 0;
}

static const char *blk_path(struct backing *backing)
{
    return disk_of(backing)->path;
}

static bool blk_same(struct backing *a, struct backing *b)
{
    return a == b;
}

static void blk_release(struct backing *backing)
{
    panic("blk_release: %s lost its last reference", disk_of(backing)->path);
}

static const struct backing_ops blk_ops = {
    .size = blk_size,
    .submit = blk_submit,
    .sync = blk_sync,
    .name = blk_path,
    .same = blk_same,
    .release = blk_release,
};

/* Limits and capacity from the configuration space. 0 or -ENOTSUP with the reason logged. */
static int read_config(struct blk *b, uint64_t features)
{
    struct virtio_mmio *d = b->device;
    b->capacity = virtio_mmio_config64(d, CONFIG_CAPACITY) << SECTOR_SHIFT;
    b->seg_max = features & BLK_F_SEG_MAX ? virtio_mmio_config32(d, CONFIG_SEG_MAX) : 1;
    b->size_max = features & BLK_F_SIZE_MAX ? virtio_mmio_config32(d, CONFIG_SIZE_MAX) : UINT32_MAX;
    b->block = features & BLK_F_BLK_SIZE ? virtio_mmio_config32(d, CONFIG_BLK_SIZE) : SECTOR_SIZE;
    b->backing.writable = !(features & BLK_F_RO);
    b->can_flush = features & BLK_F_FLUSH;
    if (b->seg_max == 0)
        b->seg_max = 1;
    if (b->size_max < PAGE_SIZE || b->block < SECTOR_SIZE || b->block > PAGE_SIZE || (b->block & (b->block - 1))) {
        log_printf("bower: disk in virtio slot %u left out: segments of %u bytes, blocks of %u\n", virtio_mmio_slot(d),
                   b->size_max, b->block);
        return -ENOTSUP;
    }
    return 0;
}

static uint64_t parse_decimal(const char *s)
{
    uint64_t n = 0;
    while (*s >= '0' && *s <= '9')
        n = n * 10 + (uint64_t)(*s++ - '0');
    return n;
}

/* Asks for the serial number; a disk without one is called vd and a letter. Then its exact size. */
static int read_name(struct blk *b)
{
    char id[BLK_NAME_MAX + 1] = { 0 };
    paddr_t page = mem_pages(1);
    if (!page)
        return -ENOMEM;
    memset(pa_to_kva(page), 0, BLK_NAME_MAX);
    if (command(b, T_GET_ID, &page, BLK_NAME_MAX) == 0)
        memcpy(id, pa_to_kva(page), BLK_NAME_MAX);
    mem_free_pages(page, 1);
    if (id[0] == '\0' || strchr(id, '/'))
        log_snprintf(id, sizeof(id), "vd%c", 'a' + (int)ndisks);
    log_snprintf(b->path, sizeof(b->path), "/dev/%s", id);

    char option[sizeof "disk." + BLK_NAME_MAX];
    log_snprintf(option, sizeof(option), "disk.%s", id);
    const char *bytes = bootargs_option(&boot_args, option);
    b->size = b->capacity;
    if (bytes)
        b->size = MIN(parse_decimal(bytes), b->capacity);
    return 0;
}

/* Slots and what never changes in them. */
static int make_slots(struct blk *b)
{
    uint32_t n = b->queue.size;
    if (n <= ENTRY_DATA)
        return -ENOTSUP; /* virtio 1.1, 2.6.5.3.1: no chain is longer than the queue */
    paddr_t pa = mem_pages(PAGE_ALIGN_UP(n * sizeof(struct slot)) / PAGE_SIZE);
    if (!pa)
        return -ENOMEM;
    b->slots = pa_to_kva(pa);
    b->seg_max = MIN(MIN(b->seg_max, (uint32_t)IO_MAX_PAGES), n - ENTRY_DATA);
    for (uint32_t i = 0; i < n; i++) {
        struct slot *s = &b->slots[i];
        s->header.reserved = 0;
        s->table[ENTRY_HEADER] = (struct vq_desc){ kva_to_pa(&s->header), sizeof(s->header), VQ_DESC_NEXT, ENTRY_DATA };
        s->table[ENTRY_STATUS] = (struct vq_desc){ kva_to_pa((const void *)&s->status), 1, VQ_DESC_WRITE, 0 };
    }
    vq_set_tables(&b->queue, pa, sizeof(struct slot), ENTRY_DATA + IO_MAX_PAGES);
    return 0;
}

static int start(struct blk *b)
{
    uint64_t features;
    int error = virtio_mmio_start(b->device, BLK_WANTED, &features);
    if (error == 0 && !(features & VIRTIO_F_INDIRECT_DESC))
        error = -ENOTSUP;
    if (error == 0)
        error = read_config(b, features);
    if (error == 0)
        error = vq_init(&b->queue, b->device, 0, QUEUE_SIZE);
    if (error)
        return error;
    error = make_slots(b);
    if (error)
        return error;
    error = irq_register(virtio_mmio_irq(b->device), handle_interrupt, b);
    if (error)
        return error;
    virtio_mmio_driver_ok(b->device);
    return read_name(b);
}

void blk_init(void)
{
    struct virtio_mmio *device;
    for (unsigned i = 0; ndisks < BLK_MAX_DISKS && (device = virtio_mmio_find(VIRTIO_ID_BLOCK, i)); i++) {
        struct blk *b = kalloc(sizeof(*b));
        if (!b)
            return;
        b->backing = (struct backing){ .ops = &blk_ops, .refs = 1 };
        b->device = device;
        b->pending_tail = &b->pending;
        int error = start(b);
        if (error) {
            /* The memory stays: an interrupt handler may point to it. */
            log_printf("bower: disk in virtio slot %u left out: error %d\n", virtio_mmio_slot(device), -error);
            virtio_mmio_failed(device);
            continue;
        }
        disks[ndisks++] = b;
    }
}

unsigned blk_count(void)
{
    return ndisks;
}

struct backing *blk_disk(unsigned i)
{
    return i < ndisks ? &disks[i]->backing : NULL;
}

struct backing *blk_find(const char *name)
{
    for (unsigned i = 0; i < ndisks; i++)
        if (strcmp(blk_name(&disks[i]->backing), name) == 0)
            return &disks[i]->backing;
    return NULL;
}

const char *blk_name(struct backing *disk)
{
    return disk_of(disk)->path + strlen("/dev/");
}
