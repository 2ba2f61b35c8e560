/*
 * Bytes at any offset through a backing. They pass through pages of our own: a device must not write to memory that
 * the pager may take away meanwhile, and the program's buffer may be such memory.
 */
#include "arch/catch.h"
#include "arch/pt.h"
#include "kernel/file/file_private.h"
#include "kernel/mem.h"
#include "kernel/vm/vm.h"

#include <string.h>

/* Contiguous pages, and a request that is waited for. */
struct bounce {
    uint8_t *bytes;
    uint32_t npages;
    paddr_t pages[IO_MAX_PAGES];
    struct io_request io;
    struct completion completion;
};

static void wake(struct io_request *r)
{
    complete(&CONTAINER_OF(r, struct bounce, io)->completion);
}

/* As many pages as n bytes at this offset may need, or fewer if memory is short. */
static int bounce_make(struct bounce *bounce, size_t n, uint64_t offset, uint64_t granule)
{
    uint64_t want = PAGE_ALIGN_UP((offset & (granule - 1)) + MIN(n, IO_MAX_PAGES * PAGE_SIZE)) / PAGE_SIZE;
    uint64_t npages = MIN(want, (uint64_t)IO_MAX_PAGES);
    paddr_t pa = 0;
    while (npages > 0 && !(pa = mem_pages(npages)))
        npages /= 2;
    if (!pa)
        return -ENOMEM;
    bounce->bytes = pa_to_kva(pa);
    bounce->npages = (uint32_t)npages;
    for (uint32_t i = 0; i < npages; i++)
        bounce->pages[i] = pa + i * PAGE_SIZE;
    return 0;
}

static void bounce_free(struct bounce *bounce)
{
    mem_free_pages(bounce->pages[0], bounce->npages);
}

/* One request over the bounce pages from page `first`. The bytes that crossed, or a negative errno. */
static int64_t transfer(struct bounce *bounce, struct backing *b, bool write, uint64_t offset, uint64_t length, uint32_t first)
{
    struct io_request *r = &bounce->io;
    *r = (struct io_request){
        .write = write,
        .offset = offset,
        .length = (uint32_t)length,
        .pages = bounce->pages + first,
        .done = wake,
        .npages = (uint32_t)(PAGE_ALIGN_UP(length) / PAGE_SIZE),
    };
    bounce->completion.done = 0;
    stack_probe_deep();
    bool were_on = irq_save(); /* see completion_wait */
    b->ops->submit(b, &r, 1);
    completion_wait(&bounce->completion);
    irq_restore(were_on);
    return r->error ? r->error : (int64_t)r->transferred;
}

int64_t file_io_read(struct backing *b, void *buffer, size_t n, uint64_t offset, uint64_t granule, uint64_t limit)
{
    struct bounce bounce;
    int64_t error = 0;
    size_t done = 0;
    if (offset >= limit || n == 0)
        return 0;
    n = MIN(n, limit - offset);
    error = vm_file_flush(b, offset, n);
    if (error == 0)
        error = bounce_make(&bounce, n, offset, granule);
    if (error)
        return error;
    while (done < n && error == 0) {
        uint64_t at = offset + done, skip = at & (granule - 1);
        uint64_t want = MIN(n - done, bounce.npages * PAGE_SIZE - skip);
        uint64_t length = (skip + want + granule - 1) & ~(granule - 1);
        int64_t got = transfer(&bounce, b, false, at - skip, length, 0);
        if (got < 0) {
            error = got;
            break;
        }
        uint64_t part = (uint64_t)got > skip ? MIN((uint64_t)got - skip, want) : 0;
        uint64_t copied = copy_checked((uint8_t *)buffer + done, bounce.bytes + skip, part);
        done += copied;
        if (copied < part)
            error = -EFAULT;
        else if (part < want)
            break; /* the end of the file */
    }
    bounce_free(&bounce);
    return done ? (int64_t)done : error;
}

/* Fills in what stands around a write that does not begin or end with a whole block. */
static int64_t read_edges(struct bounce *bounce, struct backing *b, uint64_t start, uint64_t skip, uint64_t used, uint64_t length)
{
    uint32_t last = (uint32_t)((length - 1) / PAGE_SIZE);
    int64_t got = 0;
    if (skip > 0 || (last == 0 && used < length))
        got = transfer(bounce, b, false, start, PAGE_SIZE, 0);
    if (got >= 0 && last > 0 && used < length)
        got = transfer(bounce, b, false, start + last * PAGE_SIZE, PAGE_SIZE, last);
    return MIN(got, 0);
}

int64_t file_io_write(struct backing *b, const void *buffer, size_t n, uint64_t offset, uint64_t granule, uint64_t limit)
{
    struct bounce bounce;
    size_t done = 0;
    if (n == 0)
        return 0;
    if (offset >= limit)
        return limit == INT64_MAX ? -EFBIG : -ENOSPC;
    n = MIN(n, limit - offset);
    /* What mappings of the file hold goes first: whole blocks are written, with bytes that are not ours. */
    int64_t error = vm_file_flush(b, offset, n);
    if (error == 0)
        error = bounce_make(&bounce, n, offset, granule);
    if (error)
        return error;
    while (done < n && error == 0) {
        uint64_t at = offset + done, skip = at & (granule - 1);
        uint64_t part = MIN(n - done, bounce.npages * PAGE_SIZE - skip);
        uint64_t length = (skip + part + granule - 1) & ~(granule - 1);
        if (length > skip + part || skip > 0)
            error = read_edges(&bounce, b, at - skip, skip, skip + part, length);
        if (error < 0)
            break;
        uint64_t copied = copy_checked(bounce.bytes + skip, (const uint8_t *)buffer + done, part);
        if (copied < part) { /* the program's memory ends there: once more, up to its end */
            n = done + copied;
            error = copied ? 0 : -EFAULT;
            continue;
        }
        int64_t put = transfer(&bounce, b, true, at - skip, MIN(length, limit - (at - skip)), 0);
        if (put < 0) {
            error = put;
        } else {
            done += part;
            vm_file_changed(b, at, part, bounce.bytes + skip);
        }
    }
    bounce_free(&bounce);
    return done ? (int64_t)done : error;
}
