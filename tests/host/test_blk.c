/*
 * The disk driver against a disk that the test plays: limits of every kind, errors, answers out of order, broken answers.
 * sources: kernel/device/blk.c kernel/device/virtio_queue.c tests/host/fake_virtio.c
 */
#include "kernel/device/blk.h"

#include "kernel/thread/sync.h"
#include "tests/host/fake_virtio.h"

#include <stdlib.h>
#include <string.h>

#define SECTOR 512
#define DISK_PAGES 300
#define POOL_PAGES 512
enum {
    IN = 0,
    OUT = 1,
    FLUSH = 4,
    GET_ID = 8,
    OK_STATUS = 0,
    IOERR = 1,
};
enum {
    F_SIZE_MAX = 1 << 1,
    F_SEG_MAX = 1 << 2,
    F_RO = 1 << 5,
    F_BLK_SIZE = 1 << 6,
    F_FLUSH = 1 << 9,
};

struct disk {
    struct virtio_mmio device;
    uint8_t image[DISK_PAGES * PAGE_SIZE];
    const char *id;
    uint64_t bad_sector; /* reads and writes that touch it fail */
    bool forget_status, say_too_little;
    unsigned flushes, segments, requests;
};

static uint32_t serve(struct virtio_mmio *d, uint32_t queue, struct fake_request *r)
{
    struct disk *k = (struct disk *)d;
    struct {
        uint32_t type, reserved;
        uint64_t sector;
    } header;
    (void)queue;
    EXPECT(r->nout >= 1 && r->out[0].length == sizeof(header));
    memcpy(&header, r->out[0].at, sizeof(header));
    EXPECT(r->nin >= 1 && r->in[r->nin - 1].length == 1);
    uint8_t *status = r->in[r->nin - 1].at;
    size_t in = fake_bytes(r->in, r->nin) - 1, out = fake_bytes(r->out + 1, r->nout - 1), n = MAX(in, out);
    uint32_t seg_max, size_max;
    memcpy(&size_max, d->config + 8, 4);
    memcpy(&seg_max, d->config + 12, 4);
    k->requests++;
    k->segments = MAX(k->segments, MAX(r->nout, r->nin) - 1);
    if (d->negotiated & F_SEG_MAX)
        EXPECT(r->nout + r->nin - 2 <= seg_max);
    for (unsigned i = 0; d->negotiated & F_SIZE_MAX && i + 1 < r->nin; i++)
        EXPECT(r->in[i].length <= size_max);
    if (k->forget_status)
        return 0;
    *status = OK_STATUS;
    uint64_t at = header.sector * SECTOR;
    if (header.type == IN || header.type == OUT) {
        EXPECT(n % SECTOR == 0 && n > 0 && at + n <= sizeof(k->image));
        if (k->bad_sector * SECTOR >= at && k->bad_sector * SECTOR < at + n) {
            *status = IOERR;
            return 1;
        }
    }
    if (header.type == IN)
        EXPECT(out == 0 && fake_scatter(r->in, r->nin - 1, k->image + at, in) == in);
    else if (header.type == OUT)
        EXPECT(in == 0 && fake_gather(r->out + 1, r->nout - 1, k->image + at, out) == out);
    else if (header.type == FLUSH)
        k->flushes++;
    else if (header.type == GET_ID)
        fake_scatter(r->in, r->nin - 1, k->id, strlen(k->id) + 1);
    return k->say_too_little ? 1 : (uint32_t)in + 1;
}

static struct disk plain = { .id = "plain", .bad_sector = UINT64_MAX }, small = { .id = "small", .bad_sector = UINT64_MAX },
                   breaking = { .id = "", .bad_sector = UINT64_MAX };

static void set_up(struct disk *k, uint64_t features, uint32_t size_max, uint32_t seg_max, uint32_t block, uint32_t queue_max)
{
    uint64_t sectors = sizeof(k->image) / SECTOR;
    k->device.id = VIRTIO_ID_BLOCK;
    k->device.features = features | VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC;
    k->device.queue_max = queue_max;
    k->device.serve = serve;
    memcpy(k->device.config, &sectors, 8);
    memcpy(k->device.config + 8, &size_max, 4);
    memcpy(k->device.config + 12, &seg_max, 4);
    memcpy(k->device.config + 20, &block, 4);
    for (size_t i = 0; i < sizeof(k->image); i++)
        k->image[i] = (uint8_t)fake_random(256);
    fake_add(&k->device);
}

static uint8_t pool[POOL_PAGES][PAGE_SIZE] __attribute__((aligned(4096)));

struct job {
    struct io_request io;
    paddr_t pages[IO_MAX_PAGES];
    bool finished;
};

static void job_done(struct io_request *r)
{
    struct job *j = CONTAINER_OF(r, struct job, io);
    EXPECT(!j->finished);
    j->finished = true;
}

/* A request over pages from the pool, next to each other or apart. */
static void make_job(struct job *j, bool write, uint64_t page, uint32_t npages, uint32_t length, unsigned first, unsigned stride)
{
    memset(j, 0, sizeof(*j));
    for (uint32_t i = 0; i < npages; i++)
        j->pages[i] = (paddr_t)pool[(first + i * stride) % POOL_PAGES];
    j->io = (struct io_request){
        .write = write,
        .offset = page * PAGE_SIZE,
        .length = length,
        .npages = npages,
        .pages = j->pages,
        .done = job_done,
    };
}

static void run_job(struct backing *b, struct job *j)
{
    struct io_request *r = &j->io;
    b->ops->submit(b, &r, 1);
    while (!j->finished && fake_run())
        ;
    EXPECT(j->finished);
}

static void check_against_image(const struct job *j, const uint8_t *image, uint64_t size)
{
    for (uint32_t i = 0; i < j->io.npages * PAGE_SIZE; i++) {
        uint64_t at = j->io.offset + i;
        uint8_t expected = at < size && i < j->io.length ? image[at] : 0;
        if (((uint8_t *)j->pages[i / PAGE_SIZE])[i % PAGE_SIZE] != expected) {
            EXPECT(!"the frames hold what the disk has, then zeros");
        }
    }
}

/* Requests of every shape, one at a time, against a model. */
static void shapes(struct backing *b, struct disk *k)
{
    uint64_t size = (uint64_t)b->ops->size(b);
    static uint8_t model[sizeof(k->image)];
    memcpy(model, k->image, sizeof(model));
    for (int round = 0; round < 400; round++) {
        static struct job j;
        uint32_t npages = 1 + fake_random(IO_MAX_PAGES), length = npages * (uint32_t)PAGE_SIZE - fake_random(3) * 512u;
        uint64_t page = fake_random(DISK_PAGES);
        bool write = fake_random(2) && b->writable;
        if (page * PAGE_SIZE + length > size && write)
            length = page * PAGE_SIZE < size ? (uint32_t)(size - page * PAGE_SIZE) : 512;
        npages = (uint32_t)(PAGE_ALIGN_UP(length) / PAGE_SIZE);
        make_job(&j, write, page, npages, length, fake_random(POOL_PAGES), fake_random(2) ? 1 : 3);
        for (uint32_t i = 0; i < npages; i++)
            memset((void *)j.pages[i], (int)fake_random(256), PAGE_SIZE);
        if (write && page * PAGE_SIZE < size)
            for (uint32_t i = 0; i < length; i++)
                model[page * PAGE_SIZE + i] = ((uint8_t *)j.pages[i / PAGE_SIZE])[i % PAGE_SIZE];
        run_job(b, &j);
        if (page * PAGE_SIZE >= size && write) {
            EXPECT(j.io.error == -ENOSPC || j.io.transferred == 0);
            continue;
        }
        EXPECT(j.io.error == 0);
        EXPECT(j.io.transferred == MIN((uint64_t)length, page * PAGE_SIZE < size ? size - page * PAGE_SIZE : 0));
        if (!write)
            check_against_image(&j, k->image, size);
        EXPECT(memcmp(model, k->image, size) == 0);
    }
}

/* More requests at once than the ring has room for: one doorbell, all of them done, each with its own data. */
static void flood(struct backing *b, struct disk *k)
{
    enum { N = 400 };
    static struct job jobs[N];
    struct io_request *all[N];
    for (unsigned i = 0; i < N; i++) {
        make_job(&jobs[i], false, i % DISK_PAGES, 1, PAGE_SIZE, i, 1);
        all[i] = &jobs[i].io;
    }
    unsigned notified = k->device.notified;
    b->ops->submit(b, all, N);
    EXPECT(k->device.notified == notified + 1);
    while (fake_run())
        ;
    for (unsigned i = 0; i < N; i++) {
        EXPECT(jobs[i].finished && jobs[i].io.error == 0 && jobs[i].io.transferred == PAGE_SIZE);
        check_against_image(&jobs[i], k->image, sizeof(k->image));
    }
    EXPECT(k->device.max_held <= k->device.queue_max);
}

static void neighbours_are_one_segment(struct backing *b, struct disk *k)
{
    static struct job j;
    k->segments = 0;
    make_job(&j, false, 0, IO_MAX_PAGES, IO_MAX_PAGES * PAGE_SIZE, 0, 1);
    run_job(b, &j);
    EXPECT(k->segments == 1);
}

/* A request of as many frames as there may be, no two of them neighbours, goes in at once where the device takes so many segments. */
static void scattered_frames(struct backing *b, struct disk *k, unsigned requests, unsigned segments)
{
    static struct job j;
    k->segments = k->requests = 0;
    make_job(&j, false, 1, IO_MAX_PAGES, IO_MAX_PAGES * PAGE_SIZE, 7, 3);
    run_job(b, &j);
    EXPECT(k->requests == requests && k->segments == segments);
    check_against_image(&j, k->image, sizeof(k->image));
}

static void errors(struct backing *b, struct disk *k)
{
    static struct job j;
    k->bad_sector = 100;
    make_job(&j, false, 10, 5, 5 * PAGE_SIZE, 0, 2);
    run_job(b, &j);
    EXPECT(j.io.error == -EIO);
    k->bad_sector = UINT64_MAX;
    run_job(b, (make_job(&j, false, 10, 5, 5 * PAGE_SIZE, 0, 2), &j));
    EXPECT(j.io.error == 0);
    k->say_too_little = true;
    run_job(b, (make_job(&j, false, 1, 1, PAGE_SIZE, 0, 1), &j));
    EXPECT(j.io.error == -EIO);
    k->say_too_little = false;
    k->forget_status = true;
    run_job(b, (make_job(&j, false, 1, 1, PAGE_SIZE, 0, 1), &j));
    EXPECT(j.io.error == -EIO);
    k->forget_status = false;
    make_job(&j, false, 1, 1, PAGE_SIZE, 0, 1);
    j.io.offset += 1;
    run_job(b, &j);
    EXPECT(j.io.error == -EINVAL);
    run_job(b, (make_job(&j, false, DISK_PAGES + 5, 1, PAGE_SIZE, 0, 1), &j));
    EXPECT(j.io.error == 0 && j.io.transferred == 0 && pool[0][0] == 0 && pool[0][PAGE_SIZE - 1] == 0);
    unsigned flushes = k->flushes;
    EXPECT(b->ops->sync(b) == 0 && k->flushes == flushes + 1);
}

/* A device that breaks ends every request with an error, those that wait for room as well, and all later ones. */
static void breaks(struct backing *b, struct disk *k, bool by_wrong_answer)
{
    enum { N = 300 };
    static struct job jobs[N];
    struct io_request *all[N];
    for (unsigned i = 0; i < N; i++) {
        make_job(&jobs[i], i & 1, i % DISK_PAGES, 1, PAGE_SIZE, i, 1);
        all[i] = &jobs[i].io;
    }
    b->ops->submit(b, all, N);
    if (by_wrong_answer)
        k->device.wrong_id = 0x7FFFFFFF;
    else
        k->device.needs_reset = true;
    while (fake_run())
        ;
    unsigned failed = 0;
    for (unsigned i = 0; i < N; i++) {
        EXPECT(jobs[i].finished && (jobs[i].io.error == 0 || jobs[i].io.error == -EIO));
        failed += jobs[i].io.error != 0;
    }
    EXPECT(failed > 0 && k->device.resets == 1);
    static struct job j;
    run_job(b, (make_job(&j, false, 0, 1, PAGE_SIZE, 0, 1), &j));
    EXPECT(j.io.error == -EIO && b->ops->sync(b) == -EIO);
}

int main(void)
{
    static struct disk odd = { .id = "odd-size", .bad_sector = UINT64_MAX }, tight = { .id = "tight", .bad_sector = UINT64_MAX };
    set_up(&plain, F_FLUSH | F_SEG_MAX | F_BLK_SIZE, 0, 254, 512, 256);
    set_up(&small, F_SEG_MAX | F_SIZE_MAX | F_RO | F_BLK_SIZE, PAGE_SIZE, 3, 4096, 4);
    set_up(&breaking, F_FLUSH, 0, 0, 0, 16);
    set_up(&odd, F_SEG_MAX, 0, 20, 0, 8);
    set_up(&tight, F_SEG_MAX, 0, IO_MAX_PAGES - 1, 0, 128);
    char bytes[32];
    snprintf(bytes, sizeof(bytes), "%zu", sizeof(odd.image) - 3 * PAGE_SIZE - 1000);
    fake_bootarg("disk.odd-size", bytes);
    blk_init();
    EXPECT(blk_count() == 5 && blk_find("none") == NULL);
    struct backing *b = blk_find("plain");
    EXPECT(b && b->writable && b->ops->size(b) == sizeof(plain.image) && strcmp(b->ops->name(b), "/dev/plain") == 0);
    shapes(b, &plain);
    flood(b, &plain);
    neighbours_are_one_segment(b, &plain);
    scattered_frames(b, &plain, 1, IO_MAX_PAGES); /* of a queue of 128, with header and status */
    errors(b, &plain);
    b = blk_find("small");
    EXPECT(b && !b->writable);
    shapes(b, &small);
    flood(b, &small);
    EXPECT(small.segments == 2); /* of the 3 that it allows: header, data and status are no more than its queue has entries */
    static struct job j;
    run_job(b, (make_job(&j, true, 0, 1, PAGE_SIZE, 0, 1), &j));
    EXPECT(j.io.error == -EROFS && b->ops->sync(b) == 0 && small.flushes == 0);
    b = blk_find("odd-size");
    EXPECT(b && b->ops->size(b) == (int64_t)(sizeof(odd.image) - 3 * PAGE_SIZE - 1000));
    shapes(b, &odd);
    b = blk_find("tight");
    scattered_frames(b, &tight, 2, IO_MAX_PAGES - 1); /* one frame is left for a second one */
    shapes(b, &tight);
    b = blk_find("vdc");
    EXPECT(b != NULL);
    breaks(b, &breaking, true);
    breaks(blk_find("plain"), &plain, false);
    return 0;
}
