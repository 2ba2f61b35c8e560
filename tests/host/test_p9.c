/*
 * The 9P client against a server that the test plays: first honest, then with a small message size, then hostile. No reply
 * may crash the client, make it write outside its buffers, or be taken for data that it is not.
 * sources: kernel/file/p9_*.c kernel/thread/semaphore.c kernel/device/virtio_queue.c tests/host/fake_virtio.c
 */
#include "kernel/file/p9.h"
#include "kernel/file/p9_transport.h"

#include "tests/host/fake_virtio.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILE_BYTES (200 * PAGE_SIZE + 1234)
#define POOL_PAGES 256

static struct {
    struct virtio_mmio device;
    uint8_t data[FILE_BYTES + 64 * PAGE_SIZE];
    uint64_t size;
    uint32_t msize;
    uint32_t fids[64];    /* in use */
    unsigned short_reads; /* this many reads give less than they could */
    uint32_t error;       /* not 0: the answer to everything */
    /* Hostile: called on the finished reply; returns the bytes to claim. */
    size_t (*twist)(uint8_t *reply, size_t n, size_t room);
} server = { .msize = 1 << 20 };

/* ---- an honest server of one file, "file", in one directory: each function answers some messages, with 0 or an error */

static void put_qid(struct p9_buffer *out, uint8_t type)
{
    p9_put_u8(out, type);
    p9_put_u32(out, 0);
    p9_put_u64(out, 77);
}

static uint32_t answer_walk(struct p9_buffer *in, struct p9_buffer *out)
{
    uint32_t error = 0;
    p9_get_u32(in);
    p9_get_u32(in);
    unsigned count = p9_get_u16(in);
    p9_put_u16(out, (uint16_t)count);
    for (unsigned i = 0; i < count; i++) {
        size_t length;
        const char *name = p9_get_name(in, &length);
        if (length != 4 || memcmp(name, "file", 4) != 0)
            error = 2;
        put_qid(out, 0);
    }
    return error;
}

static void answer_getattr(struct p9_buffer *out)
{
    p9_put_u64(out, P9_GETATTR_BASIC);
    put_qid(out, 0);
    p9_put_u32(out, P9_S_IFREG | 0640);
    p9_put_u32(out, 1);
    p9_put_u32(out, 2);
    p9_put_u64(out, 3);
    p9_put_u64(out, 0);
    p9_put_u64(out, server.size);
    for (int i = 0; i < 12; i++)
        p9_put_u64(out, (uint64_t)i);
}

static void answer_readdir(struct p9_buffer *in, struct p9_buffer *out)
{
    p9_get_u32(in);
    uint64_t offset = p9_get_u64(in);
    if (offset >= 3) {
        p9_put_u32(out, 0);
        return;
    }
    p9_put_u32(out, 24 + 4);
    put_qid(out, 0);
    p9_put_u64(out, offset + 1);
    p9_put_u8(out, 8);
    p9_put_string(out, "file");
}

/* Less than could be had, as often as the test wants it. */
static uint32_t shortened(uint32_t count)
{
    if (!server.short_reads || count < 2)
        return count;
    server.short_reads--;
    return 1 + fake_random(count - 1);
}

static void answer_read(struct p9_buffer *in, struct p9_buffer *out, const struct fake_request *r)
{
    p9_get_u32(in);
    uint64_t offset = p9_get_u64(in);
    uint32_t count = p9_get_u32(in);
    EXPECT(fake_bytes(r->in, r->nin) == P9_COUNTED_REPLY + count && count + P9_IO_OVERHEAD <= server.msize);
    count = shortened(offset < server.size ? (uint32_t)MIN((uint64_t)count, server.size - offset) : 0);
    p9_put_u32(out, count);
    EXPECT(out->at + count <= out->end);
    memcpy(out->at, server.data + (count ? offset : 0), count);
    out->at += count;
}

static void answer_write(struct p9_buffer *in, struct p9_buffer *out)
{
    p9_get_u32(in);
    uint64_t offset = p9_get_u64(in);
    uint32_t count = p9_get_u32(in);
    EXPECT((size_t)(in->end - in->at) == count && count + P9_IO_OVERHEAD <= server.msize);
    EXPECT(offset + count <= sizeof(server.data));
    count = shortened(count);
    memcpy(server.data + offset, in->at, count);
    server.size = MAX(server.size, offset + count);
    p9_put_u32(out, count);
}

static void answer_statfs(struct p9_buffer *out)
{
    p9_put_u32(out, 1);
    p9_put_u32(out, 4096);
    for (int i = 0; i < 6; i++)
        p9_put_u64(out, 100);
    p9_put_u32(out, 255);
}

static uint32_t answer(uint8_t type, struct p9_buffer *in, struct p9_buffer *out, const struct fake_request *r)
{
    uint32_t msize;
    switch (type) {
    case P9_TVERSION:
        msize = p9_get_u32(in);
        p9_put_u32(out, MIN(msize, server.msize));
        p9_put_string(out, "9P2000.L");
        return 0;
    case P9_TATTACH:
    case P9_TLOPEN:
    case P9_TLCREATE:
    case P9_TMKDIR:
    case P9_TSYMLINK:
        put_qid(out, type == P9_TATTACH ? P9_QID_DIR : 0);
        p9_put_u32(out, 0);
        return 0;
    case P9_TSETATTR:
    case P9_TCLUNK:
    case P9_TFSYNC:
    case P9_TUNLINKAT:
    case P9_TRENAMEAT:
    case P9_TLINK:
        return 0;
    case P9_TREADLINK:
        p9_put_string(out, "target");
        return 0;
    case P9_TWALK: return answer_walk(in, out);
    case P9_TGETATTR: return answer_getattr(out), 0;
    case P9_TREADDIR: return answer_readdir(in, out), 0;
    case P9_TREAD: return answer_read(in, out, r), 0;
    case P9_TWRITE: return answer_write(in, out), 0;
    case P9_TSTATFS: return answer_statfs(out), 0;
    default: return 95;
    }
}

static size_t reply_to(const uint8_t *request, size_t n, uint8_t *reply, const struct fake_request *r)
{
    struct p9_buffer in = { .at = (uint8_t *)(uintptr_t)request, .end = (uint8_t *)(uintptr_t)request + n };
    struct p9_buffer out = { .at = reply + P9_HEADER_SIZE, .end = reply + (1 << 20) };
    EXPECT(p9_get_u32(&in) == n);
    uint8_t type = p9_get_u8(&in);
    uint16_t tag = p9_get_u16(&in);
    EXPECT(tag == (type == P9_TVERSION ? P9_NOTAG : r->id));
    uint32_t error = server.error ? server.error : answer(type, &in, &out, r);
    EXPECT(!out.bad && !in.bad);
    if (error) {
        out.at = reply + P9_HEADER_SIZE;
        p9_put_u32(&out, error);
        type = P9_RLERROR - 1;
    }
    size_t size = (size_t)(out.at - reply);
    out = (struct p9_buffer){ .at = reply, .end = reply + P9_HEADER_SIZE };
    p9_put_u32(&out, (uint32_t)size);
    p9_put_u8(&out, (uint8_t)(type + 1));
    p9_put_u16(&out, tag);
    return size;
}

static uint32_t serve(struct virtio_mmio *d, uint32_t queue, struct fake_request *r)
{
    static uint8_t request[1 << 20], reply[(1 << 20) + 64];
    (void)d, (void)queue;
    size_t n = fake_gather(r->out, r->nout, request, sizeof(request));
    size_t size = reply_to(request, n, reply, r), room = fake_bytes(r->in, r->nin);
    if (server.twist)
        size = server.twist(reply, size, room);
    EXPECT(server.twist || size <= room);
    fake_scatter(r->in, r->nin, reply, MIN(size, room));
    return (uint32_t)size;
}

/* ---- data requests */

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

static void make_job(struct job *j, bool write, uint64_t offset, uint32_t length)
{
    memset(j, 0, sizeof(*j));
    unsigned first = fake_random(POOL_PAGES), stride = fake_random(2) ? 1 : 3;
    uint32_t npages = (uint32_t)(PAGE_ALIGN_UP(length) / PAGE_SIZE);
    for (uint32_t i = 0; i < npages; i++) {
        j->pages[i] = (paddr_t)pool[(first + i * stride) % POOL_PAGES];
        memset((void *)j->pages[i], (int)fake_random(256), PAGE_SIZE);
    }
    j->io = (struct io_request){
        .write = write,
        .offset = offset,
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

static uint8_t byte_of(const struct job *j, uint32_t i)
{
    return ((uint8_t *)j->pages[i / PAGE_SIZE])[i % PAGE_SIZE];
}

static void data(struct backing *b, unsigned rounds)
{
    static uint8_t model[sizeof(server.data)];
    static struct job j;
    memcpy(model, server.data, sizeof(model));
    for (unsigned round = 0; round < rounds; round++) {
        bool write = fake_random(2);
        uint32_t length = fake_random(4) ? (1 + fake_random(IO_MAX_PAGES)) * (uint32_t)PAGE_SIZE
                                         : 1 + fake_random(IO_MAX_PAGES * PAGE_SIZE);
        uint64_t offset = fake_random(210) * PAGE_SIZE + (fake_random(3) ? 0 : fake_random(PAGE_SIZE));
        server.short_reads = fake_random(3);
        if (write)
            length = (uint32_t)MIN((uint64_t)length, FILE_BYTES - MIN(offset, FILE_BYTES - 1));
        if (write && offset >= FILE_BYTES)
            continue;
        make_job(&j, write, offset, length);
        for (uint32_t i = 0; write && i < length; i++)
            model[offset + i] = byte_of(&j, i);
        run_job(b, &j);
        EXPECT(j.io.error == 0);
        uint64_t there = offset < server.size ? MIN((uint64_t)length, server.size - offset) : 0;
        EXPECT(j.io.transferred == there);
        for (uint32_t i = 0; !write && i < j.io.npages * PAGE_SIZE; i++)
            EXPECT(byte_of(&j, i) == (i < there ? server.data[offset + i] : 0));
        EXPECT(memcmp(model, server.data, server.size) == 0);
    }
    server.short_reads = 0;
}

static void flood(struct backing *b)
{
    enum { N = 300 };
    static struct job jobs[N];
    struct io_request *all[N];
    for (unsigned i = 0; i < N; i++) {
        make_job(&jobs[i], false, (uint64_t)fake_random(200) * PAGE_SIZE, PAGE_SIZE);
        all[i] = &jobs[i].io;
    }
    unsigned notified = server.device.notified;
    b->ops->submit(b, all, N);
    EXPECT(server.device.notified == notified + 1);
    struct file_stat st;
    EXPECT(p9_getattr(P9_ROOT_FID, &st) == 0); /* a call among them gets its turn */
    while (fake_run())
        ;
    for (unsigned i = 0; i < N; i++)
        EXPECT(jobs[i].finished && jobs[i].io.error == 0 && jobs[i].io.transferred == PAGE_SIZE);
}

/* ---- calls */

static int every_call(void)
{
    const struct p9_name file = { "file", 4 };
    struct p9_qid qid, qids[P9_MAX_WALK];
    struct file_stat st;
    struct file_dirent entry;
    uint64_t a, b, c, next;
    uint8_t bytes[1024];
    char link[32];
    uint32_t fid;
    unsigned walked;
    int failures = 0;
    int error = p9_walk(P9_ROOT_FID, &file, 1, &fid, qids, &walked);
    failures += error != 0;
    if (error == 0)
        p9_clunk(fid);
    failures += p9_getattr(P9_ROOT_FID, &st) != 0;
    failures += p9_setattr(P9_ROOT_FID, &(struct p9_setattr){ .valid = P9_SETATTR_SIZE }) != 0;
    failures += p9_lopen(P9_ROOT_FID, 0, &qid) != 0;
    failures += p9_lcreate(P9_ROOT_FID, file, 0, 0644, &qid) != 0;
    failures += p9_mkdir(P9_ROOT_FID, file, 0755) != 0;
    failures += p9_symlink(P9_ROOT_FID, file, "target") != 0;
    failures += p9_link(P9_ROOT_FID, P9_ROOT_FID, file) != 0;
    failures += p9_renameat(P9_ROOT_FID, file, P9_ROOT_FID, file) != 0;
    failures += p9_unlinkat(P9_ROOT_FID, file, 0) != 0;
    failures += p9_readlink(P9_ROOT_FID, link, sizeof(link)) != 6;
    failures += p9_fsync(P9_ROOT_FID) != 0;
    failures += p9_statfs(P9_ROOT_FID, &a, &b, &c) != 0;
    int64_t n = p9_readdir(P9_ROOT_FID, 0, bytes, sizeof(bytes));
    EXPECT(n <= (int64_t)sizeof(bytes));
    failures += n <= 0;
    struct p9_buffer entries = { .at = bytes, .end = bytes + MAX(n, 0) };
    int more;
    while ((more = p9_next_entry(&entries, &entry, &next)) > 0)
        EXPECT(strlen(entry.name) < sizeof(entry.name));
    failures += more < 0;
    return failures;
}

static void honest_calls(void)
{
    struct file_stat st;
    EXPECT(every_call() == 0);
    EXPECT(p9_getattr(P9_ROOT_FID, &st) == 0 && st.size == server.size && st.mode == 0640 && st.type == FILE_REGULAR);
    EXPECT(st.nlink == 3 && st.uid == 1 && st.gid == 2 && st.ino == 77 && st.blksize == 0 && st.mtime_s == 4);
    char name[300];
    memset(name, 'x', sizeof(name));
    uint32_t fid;
    const struct p9_name names[] = { { "file", 4 }, { "none", 4 } };
    EXPECT(p9_walk(P9_ROOT_FID, names, 2, &fid, NULL, NULL) == -ENOENT);
    server.error = 39;
    EXPECT(p9_fsync(P9_ROOT_FID) == -ENOTEMPTY);
    server.error = 12345;
    EXPECT(p9_fsync(P9_ROOT_FID) == -EIO);
    server.error = 0;
    EXPECT(p9_fsync(P9_ROOT_FID) == 0);
    EXPECT(p9_errno(2) == -ENOENT && p9_errno(36) == -ENAMETOOLONG && p9_errno(40) == -ELOOP && p9_errno(122) == -EDQUOT);
    EXPECT(p9_errno(0) == -EIO && p9_errno(UINT32_MAX) == -EIO);
}

/* ---- hostile replies */

static size_t random_bytes(uint8_t *reply, size_t n, size_t room)
{
    for (size_t i = 0; i < n; i++)
        reply[i] = (uint8_t)fake_random(256);
    return fake_random((uint32_t)room + 100);
}

static size_t one_byte_wrong(uint8_t *reply, size_t n, size_t room)
{
    (void)room;
    reply[fake_random((uint32_t)n)] ^= (uint8_t)(1 + fake_random(255));
    return n;
}

static size_t cut_short(uint8_t *reply, size_t n, size_t room)
{
    (void)reply, (void)room;
    return fake_random((uint32_t)n);
}

/* The header says less than there is, consistently: fields are missing. */
static size_t body_missing(uint8_t *reply, size_t n, size_t room)
{
    (void)room;
    uint32_t size = P9_HEADER_SIZE + fake_random((uint32_t)(n - P9_HEADER_SIZE) + 1);
    memcpy(reply, &size, 4);
    return size;
}

static size_t huge_counts(uint8_t *reply, size_t n, size_t room)
{
    (void)room;
    for (size_t i = P9_HEADER_SIZE; i < n && i < P9_HEADER_SIZE + 4u; i++)
        reply[i] = 0xFF;
    return n;
}

static size_t claims_too_much(uint8_t *reply, size_t n, size_t room)
{
    (void)reply, (void)n, (void)room;
    return UINT32_MAX;
}

static void hostile(struct backing *b)
{
    static size_t (*const twists[])(uint8_t *, size_t, size_t) = { random_bytes, one_byte_wrong, cut_short, body_missing,
                                                                   huge_counts, claims_too_much };
    static struct job j;
    for (unsigned t = 0; t < ARRAY_LEN(twists); t++)
        for (unsigned round = 0; round < 300; round++) {
            server.twist = twists[t];
            (void)every_call();
            make_job(&j, round % 4 == 3, fake_random(200) * PAGE_SIZE, (1 + fake_random(8)) * (uint32_t)PAGE_SIZE);
            run_job(b, &j);
            EXPECT(j.io.error <= 0 && j.io.transferred <= j.io.length);
            server.twist = NULL;
        }
    EXPECT(every_call() == 0); /* and nothing was lost on the way */
}

/* ---- files that lose their names */

static void detached(struct p9_file *f)
{
    struct file_stat st;
    EXPECT(p9_file_stat(f, &st) == 0 && st.size == server.size && p9_file_read_limit(f) == INT64_MAX);
    EXPECT(p9_path_is_open("/dir/file") && !p9_path_is_open("/dir") && !p9_path_is_open("/dir/file2"));
    EXPECT(p9_path_renamed("/di", "/x") == 0 && p9_path_is_open("/dir/file"));
    EXPECT(p9_path_renamed("/dir", "/a/longer/name") == 0 && p9_path_is_open("/a/longer/name/file"));
    EXPECT(p9_path_renamed("/a/longer/name/file", "/s") == 0 && p9_path_is_open("/s"));
    EXPECT(strcmp(p9_file_backing(f)->ops->name(p9_file_backing(f)), "dir/file") == 0);
    st.nlink = 1;
    p9_path_lost("/s", &st);
    server.error = 2; /* the server knows the path no more */
    EXPECT(!p9_path_is_open("/s") && p9_file_stat(f, &st) == 0 && st.size == server.size && st.nlink == 0);
    server.error = 0;
    EXPECT(p9_file_truncate(f, 5000) == 0 && p9_file_read_limit(f) == 5000);
    for (size_t i = 5000; i < server.size; i++)
        EXPECT(server.data[i] == 0);
    EXPECT(p9_file_truncate(f, 9000) == 0 && p9_file_stat(f, &st) == 0 && st.size == 9000);
    static struct job j;
    make_job(&j, true, 2 * PAGE_SIZE, 2 * PAGE_SIZE);
    run_job(p9_file_backing(f), &j);
    EXPECT(j.io.error == 0 && p9_file_read_limit(f) == 4 * PAGE_SIZE);
}

static void breaks(struct backing *b)
{
    static struct job jobs[200];
    struct io_request *all[200];
    for (unsigned i = 0; i < ARRAY_LEN(jobs); i++) {
        make_job(&jobs[i], false, 0, PAGE_SIZE);
        all[i] = &jobs[i].io;
    }
    b->ops->submit(b, all, ARRAY_LEN(jobs));
    server.device.wrong_id = 1000;
    while (fake_run())
        ;
    for (unsigned i = 0; i < ARRAY_LEN(jobs); i++)
        EXPECT(jobs[i].finished && (jobs[i].io.error == 0 || jobs[i].io.error == -EIO));
    EXPECT(server.device.resets == 1 && p9_fsync(P9_ROOT_FID) == -EIO);
    backing_put(b); /* nothing waits for the server that is gone */
}

static void whole(uint32_t msize, uint32_t queue_max)
{
    struct p9_file *f;
    uint32_t fid;
    struct p9_qid qid = { .path = 77 };
    server.msize = msize;
    server.size = FILE_BYTES;
    for (size_t i = 0; i < server.size; i++)
        server.data[i] = (uint8_t)fake_random(256);
    server.device = (struct virtio_mmio){
        .id = VIRTIO_ID_9P,
        .features = VIRTIO_F_INDIRECT_DESC | VIRTIO_F_VERSION_1,
        .queue_max = queue_max,
        .serve = serve,
    };
    fake_add(&server.device);
    p9_init();
    if (msize < PAGE_SIZE + P9_IO_OVERHEAD) {
        EXPECT(!p9_present() && p9_walk(P9_ROOT_FID, NULL, 0, &fid, NULL, NULL) == -ENODEV);
        return;
    }
    EXPECT(p9_present());
    const struct p9_name file = { "file", 4 };
    EXPECT(p9_walk(P9_ROOT_FID, &file, 1, &fid, NULL, NULL) == 0 && p9_lopen(fid, P9_O_RDWR, &qid) == 0);
    EXPECT(p9_file_new(fid, &qid, "/dir/file", true, &f) == 0);
    struct backing *b = p9_file_backing(f), *scratch;
    EXPECT(b->ops->size(b) == (int64_t)server.size && b->ops->sync(b) == 0);
    honest_calls();
    data(b, 200);
    flood(b);
    EXPECT(p9_scratch(&scratch) == 0 && !b->ops->same(b, scratch) == (scratch->ops != b->ops));
    backing_put(scratch);
    hostile(b);
    detached(f);
    breaks(b);
}

/* Each message size on a client of its own. */
int main(void)
{
    static const struct {
        uint32_t msize, queue_max;
    } servers[] = {
        { 1 << 20, 128 },
        { 512 << 10, 128 },
        { 20000, 128 },
        { 8192, 128 },
        { 5000, 128 },
        { 4119, 128 },
        { 0, 128 },
        { 1 << 20, 8 },
    };
    int failed = 0;
    for (unsigned i = 0; i < ARRAY_LEN(servers); i++) {
        fflush(NULL);
        pid_t child = fork();
        if (child == 0) {
            whole(servers[i].msize, servers[i].queue_max);
            _exit(0);
        }
        int status = 0;
        waitpid(child, &status, 0);
        printf("TEST msize-%u-queue-%u: %s\n", servers[i].msize, servers[i].queue_max, status == 0 ? "OK" : "FAIL see above");
        failed |= status != 0;
    }
    return failed;
}
