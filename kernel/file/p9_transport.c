#include "kernel/file/p9_transport.h"

#include "arch/irq.h"
#include "arch/pt.h"
#include "kernel/log.h"
#include "kernel/mem.h"
#include "kernel/thread/semaphore.h"
#include "kernel/device/virtio_queue.h"

#include <string.h>

#define MSIZE (512u * 1024)
#define MSIZE_MIN (PAGE_SIZE + P9_IO_OVERHEAD) /* less could not carry a page */
#define QUEUE_SIZE 128
#define CALLS (MAX_HARTS + 2) /* a fault may need one while the thread that it hit waits for another */
#define VERSION "9P2000.L"

/* What the device reads and writes beside the frames of one Tread or Twrite; lives until the device gives its name back. */
enum {
    ENTRY_REQUEST,
    ENTRY_REPLY,
    ENTRY_DATA,
};
struct slot {
    struct vq_desc table[ENTRY_DATA + IO_MAX_PAGES];
    struct p9_io_request request;
    struct p9_io_reply reply;
    uint32_t bytes;
    uint8_t type; /* P9_TREAD or P9_TWRITE: what table and request are laid out for, between calls */
} __attribute__((aligned(sizeof(struct vq_desc))));

static struct {
    struct spinlock lock; /* protects the queue and what follows; a device lock */
    struct virtqueue queue;
    struct slot *slots; /* by name of request, which is the message's tag */
    struct io_request *pending, **pending_tail;
    struct p9_call *free_calls;
    bool dead;

    /* constant once started */
    struct virtio_mmio *device;
    uint32_t io_max, call_max;
} p9 = { .lock = SPINLOCK_INIT, .dead = true };

static struct semaphore calls_free = SEMAPHORE_INIT(0);
static struct p9_call calls[CALLS];

/* A call has no frames; a data request has at least one, and its fid in io_request.driver. */
static bool is_call(const struct io_request *r)
{
    return r->npages == 0;
}

static struct p9_call *call_of(struct io_request *r)
{
    return CONTAINER_OF(r, struct p9_call, io);
}

static void push_call(struct p9_call *c)
{
    struct virtqueue *q = &p9.queue;
    uint32_t size = (uint32_t)(c->out.at - c->request);
    struct vq_desc *table = p9.slots[vq_head(q)].table;
    c->tag = c->type == P9_TVERSION ? P9_NOTAG : (uint16_t)vq_head(q);
    c->out.at = c->request;
    p9_put_u32(&c->out, size);
    p9_put_u8(&c->out, c->type);
    p9_put_u16(&c->out, c->tag);
    table[ENTRY_REQUEST] = (struct vq_desc){ kva_to_pa(c->request), size, VQ_DESC_NEXT, ENTRY_REPLY };
    table[ENTRY_REPLY] = (struct vq_desc){ kva_to_pa(c->reply), p9.call_max, VQ_DESC_WRITE, 0 };
    vq_commit(q, &c->io);
}

/* virtio 1.1, 2.6.4.2: what the device reads comes before what it writes. So a Twrite's reply stands behind its data. */
static inline void set_direction(struct slot *s, bool write)
{
    s->table[ENTRY_REQUEST].next = write ? ENTRY_DATA : ENTRY_REPLY;
    s->table[ENTRY_REPLY].flags = write ? VQ_DESC_WRITE : VQ_DESC_WRITE | VQ_DESC_NEXT;
    s->type = write ? P9_TWRITE : P9_TREAD;
}

/* A slot for data requests, all of it: at the start and after a call. */
static void set_layout(struct slot *s)
{
    s->table[ENTRY_REQUEST] = (struct vq_desc){ kva_to_pa(p9_message(&s->request.header)), P9_IO_REQUEST_SIZE, VQ_DESC_NEXT, 0 };
    s->table[ENTRY_REPLY] = (struct vq_desc){ kva_to_pa(p9_message(&s->reply.header)), P9_COUNTED_REPLY, 0, ENTRY_DATA };
    set_direction(s, false);
}

/* What is left to do once the data stand in the slot's table, the last in entry end - 1. */
static inline void finish_push(struct virtqueue *q, struct slot *s, struct io_request *r, uint32_t end, uint32_t fid,
                               uint64_t offset, uint32_t bytes, bool write)
{
    uint32_t size = P9_IO_REQUEST_SIZE;
    if (write) {
        s->table[end - 1].next = ENTRY_REPLY;
        size += bytes;
    } else {
        s->table[end - 1].flags = VQ_DESC_WRITE;
    }
    s->bytes = bytes;
    s->request.header = p9_header(size, s->type, (uint16_t)vq_head(q));
    s->request.fid = fid;
    s->request.offset_low = (uint32_t)offset;
    s->request.offset_high = (uint32_t)(offset >> 32);
    s->request.count = bytes;
    vq_commit(q, r);
}

/* The slot of the next data request, laid out for its direction. */
static inline struct slot *next_slot(const struct virtqueue *q, bool write)
{
    struct slot *s = &p9.slots[vq_head(q)];
    if (s->type != (write ? P9_TWRITE : P9_TREAD))
        set_direction(s, write);
    return s;
}

/* virtio 1.1, 2.6.5.3.1: no chain is longer than the queue. */
static uint32_t most_segments(void)
{
    return MIN((uint32_t)IO_MAX_PAGES, (uint32_t)p9.queue.size - ENTRY_DATA);
}

/* Offers the rest of a data request, or as much of it as one message can carry. */
static void push_data(struct io_request *r)
{
    bool write = r->write;
    struct slot *s = next_slot(&p9.queue, write);
    uint32_t end = ENTRY_DATA, from = r->transferred, want = MIN(r->length - from, p9.io_max);
    uint32_t bytes = vq_fill(s->table, &end, r->pages, from, want, most_segments(), UINT32_MAX, !write);
    finish_push(&p9.queue, s, r, end, (uint32_t)(uintptr_t)r->driver, r->offset + from, bytes, write);
}

/* The same for the most frequent kind, in few instructions: a fresh request of one frame. */
static inline void push_frame(struct virtqueue *q, struct io_request *r, uint32_t fid, bool write, uint32_t length)
{
    struct slot *s = next_slot(q, write);
    struct vq_desc *d = &s->table[ENTRY_DATA];
    d->addr = r->pages[0];
    d->len = length;
    d->flags = VQ_DESC_NEXT; /* of a write; a read's are set below */
    finish_push(q, s, r, ENTRY_DATA + 1, fid, r->offset, length, write);
}

/* A name must be free. */
static void push(struct io_request *r)
{
    if (is_call(r))
        push_call(call_of(r));
    else
        push_data(r);
}

static void enqueue(struct io_request *r)
{
    r->next = NULL;
    *p9.pending_tail = r;
    p9.pending_tail = &r->next;
}

static bool push_pending(void)
{
    bool any = false;
    while (p9.pending && p9.queue.nfree > 0) {
        struct io_request *r = p9.pending;
        p9.pending = r->next;
        push(r);
        any = true;
    }
    if (!p9.pending)
        p9.pending_tail = &p9.pending;
    return any;
}

/* What a read left of its frames. */
static void zero_rest(const struct io_request *r)
{
    uint32_t end = r->npages << PAGE_SHIFT;
    for (uint32_t at = r->transferred; at < end; at = (at | (uint32_t)PAGE_MASK) + 1)
        memset((uint8_t *)pa_to_kva(r->pages[at >> PAGE_SHIFT]) + (at & PAGE_MASK), 0, PAGE_SIZE - (at & PAGE_MASK));
}

/* The end of requests; the lock of the queue is not held. */
static void finish_all(struct io_request *r)
{
    while (r) {
        struct io_request *next = r->next;
        if (!r->write && r->error == 0 && r->transferred < r->npages << PAGE_SHIFT)
            zero_rest(r);
        r->done(r);
        r = next;
    }
}

/* The device is gone: whatever it held or was to get ends with an error. Returns those requests, linked by next. */
static struct io_request *give_up(const char *why)
{
    struct io_request *list = p9.pending;
    void *cookie;
    p9.dead = true;
    virtio_mmio_reset(p9.device);
    while (vq_take_back(&p9.queue, &cookie)) {
        struct io_request *r = cookie;
        r->next = list;
        list = r;
    }
    p9.pending = NULL;
    p9.pending_tail = &p9.pending;
    for (struct io_request *r = list; r; r = r->next)
        r->error = -EIO;
    log_printf("bower: the file share failed: %s\n", why);
    return list;
}

/* A reply came. True if its request is finished; otherwise the rest of it is first in line. */
static bool complete_one(struct io_request *r, uint32_t tag, uint32_t written)
{
    struct slot *s = &p9.slots[tag];
    if (is_call(r)) {
        call_of(r)->received = MIN(written, p9.call_max);
        set_layout(s);
        return true;
    }
    int64_t count = p9_check_io_reply(&s->reply, written, s->type, (uint16_t)tag, s->bytes);
    if (count < 0 || (count == 0 && r->write)) {
        r->error = count < 0 ? (int)count : -EIO;
        return true;
    }
    r->transferred += (uint32_t)count;
    if (count == 0 || r->transferred == r->length)
        return true;
    r->next = p9.pending;
    if (!p9.pending)
        p9.pending_tail = &r->next;
    p9.pending = r;
    return false;
}

/* Interrupt or polling context. */
static void handle_interrupt(void *arg)
{
    (void)arg;
    struct io_request *finished = NULL, **tail = &finished;
    void *cookie;
    uint32_t tag, written;
    int got;

    spin_lock(&p9.lock);
    uint32_t cause = virtio_mmio_ack(p9.device); /* before the ring is looked at: a later entry interrupts again */
    struct virtqueue q = p9.queue;
    while ((got = vq_take(&q, &tag, &cookie, &written)) > 0) {
        struct io_request *r = cookie;
        if (complete_one(r, tag, written)) {
            *tail = r;
            tail = &r->next;
        }
    }
    vq_put_back(&p9.queue, &q);
    *tail = NULL;
    if (got < 0 && !p9.dead)
        *tail = give_up("it answered a request that it did not have");
    else if ((cause & VIRTIO_IRQ_CONFIG) && !p9.dead && virtio_mmio_needs_reset(p9.device))
        *tail = give_up("the device asks for a reset");
    else if (p9.pending && push_pending())
        vq_notify(&p9.queue);
    spin_unlock(&p9.lock);
    finish_all(finished);
}

/* A request that has to wait or needs no device. */
static void submit_special(struct io_request *r, struct io_request **finished)
{
    if (p9.dead || (r->length == 0 && !is_call(r))) {
        r->error = p9.dead ? -EIO : 0;
        r->next = *finished;
        *finished = r;
    } else {
        enqueue(r);
    }
}

/* The path of a fault: a few instructions per request as long as nothing is out of the ordinary. */
void p9_submit(uint32_t fid, struct io_request **requests, size_t n)
{
    struct io_request *finished = NULL;
    bool pushed = false;
    spin_lock(&p9.lock);
    struct virtqueue q = p9.queue;
    bool plain = !p9.dead && !p9.pending;
    for (size_t i = 0; i < n; i++) {
        struct io_request *r = requests[i];
        uint32_t length = r->length;
        r->driver = (void *)(uintptr_t)fid;
        r->transferred = 0;
        r->error = 0;
        if (!plain || length == 0 || q.nfree == 0) {
            submit_special(r, &finished);
        } else if (length <= PAGE_SIZE) {
            push_frame(&q, r, fid, r->write, length);
            pushed = true;
        } else {
            vq_put_back(&p9.queue, &q);
            push_data(r);
            q = p9.queue;
            pushed = true;
        }
    }
    vq_put_back(&p9.queue, &q);
    if (pushed)
        vq_notify(&p9.queue);
    spin_unlock(&p9.lock);
    finish_all(finished);
}

static void submit_call(struct p9_call *c)
{
    struct io_request *finished = NULL;
    spin_lock(&p9.lock);
    if (!p9.dead && !p9.pending && p9.queue.nfree > 0) {
        push_call(c);
        vq_notify(&p9.queue);
    } else {
        submit_special(&c->io, &finished);
    }
    spin_unlock(&p9.lock);
    finish_all(finished);
}

static void wake(struct io_request *r)
{
    complete(&call_of(r)->completion);
}

struct p9_call *p9_begin(enum p9_type type)
{
    semaphore_down(&calls_free);
    spin_lock(&p9.lock);
    struct p9_call *c = p9.free_calls;
    p9.free_calls = c->next;
    spin_unlock(&p9.lock);
    c->type = (uint8_t)type;
    c->out = (struct p9_buffer){ .at = c->request + P9_HEADER_SIZE, .end = c->request + p9.call_max };
    return c;
}

int p9_call(struct p9_call *c)
{
    if (c->out.bad)
        return -ENAMETOOLONG; /* only names can be too long for the message */
    c->io = (struct io_request){ .write = true, .done = wake };
    c->completion.done = 0;
    bool were_on = irq_save(); /* see completion_wait */
    submit_call(c);
    completion_wait(&c->completion);
    irq_restore(were_on);
    return c->io.error ? c->io.error : p9_check_reply(c->reply, c->received, c->type, c->tag, &c->in);
}

void p9_end(struct p9_call *c)
{
    spin_lock(&p9.lock);
    c->next = p9.free_calls;
    p9.free_calls = c;
    spin_unlock(&p9.lock);
    semaphore_up(&calls_free);
}

/* Tversion: agrees on the dialect and on the size of messages. */
static int agree_on_version(void)
{
    struct p9_call *c = p9_begin(P9_TVERSION);
    p9_put_u32(&c->out, MSIZE);
    p9_put_string(&c->out, VERSION);
    int error = p9_call(c);
    if (error == 0) {
        size_t n;
        uint32_t msize = p9_get_u32(&c->in);
        const char *version = p9_get_name(&c->in, &n);
        if (c->in.bad || n != strlen(VERSION) || memcmp(version, VERSION, n) != 0 || msize < MSIZE_MIN || msize > MSIZE)
            error = -EPROTO;
        else
            p9.io_max = msize - P9_IO_OVERHEAD;
        /* Whole pages, so that a piece never ends inside a frame. */
        if (p9.io_max > PAGE_SIZE)
            p9.io_max = (uint32_t)PAGE_ALIGN_DOWN(p9.io_max);
        p9.call_max = MIN(P9_CALL_BYTES, msize);
    }
    p9_end(c);
    return error;
}

static int make_calls(void)
{
    for (unsigned i = 0; i < CALLS; i++) {
        paddr_t pa = mem_pages(2 * P9_CALL_BYTES / PAGE_SIZE);
        if (!pa)
            return -ENOMEM;
        calls[i].request = pa_to_kva(pa);
        calls[i].reply = calls[i].request + P9_CALL_BYTES;
        p9_end(&calls[i]);
    }
    return 0;
}

int p9_transport_init(void)
{
    uint64_t features;
    p9.device = virtio_mmio_find(VIRTIO_ID_9P, 0);
    if (!p9.device)
        return -ENODEV;
    p9.pending_tail = &p9.pending;
    p9.call_max = P9_CALL_BYTES;
    int error = virtio_mmio_start(p9.device, VIRTIO_F_INDIRECT_DESC, &features);
    if (error == 0 && !(features & VIRTIO_F_INDIRECT_DESC))
        error = -ENOTSUP;
    if (error == 0)
        error = vq_init(&p9.queue, p9.device, 0, QUEUE_SIZE);
    if (error == 0 && p9.queue.size <= ENTRY_DATA)
        error = -ENOTSUP;
    if (error)
        return error;
    uint64_t npages = PAGE_ALIGN_UP(p9.queue.size * sizeof(struct slot)) / PAGE_SIZE;
    paddr_t slots = mem_pages(npages);
    if (!slots)
        return -ENOMEM;
    p9.slots = pa_to_kva(slots);
    for (uint32_t i = 0; i < p9.queue.size; i++)
        set_layout(&p9.slots[i]);
    vq_set_tables(&p9.queue, slots, sizeof(struct slot), ENTRY_DATA + IO_MAX_PAGES);
    error = make_calls();
    if (error == 0)
        error = irq_register(virtio_mmio_irq(p9.device), handle_interrupt, NULL);
    if (error)
        return error;
    virtio_mmio_driver_ok(p9.device);
    p9.dead = false;
    return agree_on_version();
}
