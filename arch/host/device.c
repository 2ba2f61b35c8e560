/* device.c: a backing whose requests complete at the next interrupt, which comes when the kernel waits for one. */
#include <string.h>

#include "arch/host/machine.h"
#include "arch/pt.h"
#include "kernel/log.h"

static struct io_request *first, **last = &first;

static struct host_device *device_of(struct backing *b)
{
    return CONTAINER_OF(b, struct host_device, backing);
}

static int64_t device_size(struct backing *b)
{
    return (int64_t)device_of(b)->size;
}

static void device_submit(struct backing *b, struct io_request **requests, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        requests[i]->driver = device_of(b);
        requests[i]->next = NULL;
        *last = requests[i];
        last = &requests[i]->next;
    }
}

static int device_sync(struct backing *b)
{
    (void)b;
    return 0;
}

static const char *device_name(struct backing *b)
{
    return device_of(b)->name;
}

static bool device_same(struct backing *a, struct backing *b)
{
    return a == b;
}

static void device_release(struct backing *b)
{
    (void)b;
}

static const struct backing_ops device_ops = {
    .size = device_size,
    .submit = device_submit,
    .sync = device_sync,
    .name = device_name,
    .same = device_same,
    .release = device_release,
};

void host_device_init(struct host_device *d, const char *name, uint64_t size)
{
    *d = (struct host_device){ .backing = { &device_ops, 1, true }, .size = size, .fail_page = UINT64_MAX };
    log_snprintf(d->name, sizeof d->name, "%s", name);
}

/* A read that ends beyond the device fills the rest of the frame with zeros, as the real ones do. */
static void copy(const struct host_device *d, const struct io_request *r)
{
    for (uint32_t i = 0; i < r->npages; i++) {
        uint64_t at = r->offset + i * PAGE_SIZE;
        uint64_t n = at < d->size ? MIN(d->size - at, PAGE_SIZE) : 0;
        uint8_t *frame = pa_to_kva(r->pages[i]);
        if (r->write) {
            memcpy(d->contents + at, frame, n);
            continue;
        }
        memcpy(frame, d->contents + at, n);
        memset(frame + n, 0, PAGE_SIZE - n);
    }
}

static void complete_request(struct io_request *r)
{
    struct host_device *d = r->driver;
    uint64_t page = r->offset >> PAGE_SHIFT;
    d->requests++;
    r->error = d->fail_page - page < r->npages ? -EIO : 0;
    r->transferred = r->error || r->offset >= d->size ? 0 : (uint32_t)MIN(r->length, d->size - r->offset);
    if (d->contents && !r->error)
        copy(d, r);
    r->done(r);
}

void host_device_interrupt(void)
{
    struct io_request *r = first;
    first = NULL;
    last = &first;
    while (r) {
        struct io_request *next = r->next;
        complete_request(r);
        r = next;
    }
}
