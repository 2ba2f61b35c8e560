#include "kernel/file/p9.h"

#include "kernel/log.h"
#include "kernel/file/p9_transport.h"

#include <string.h>

#define MAX_FIDS 1024
#define FIDS_PER_WORD 64
#define READDIR_OVERHEAD P9_COUNTED_REPLY
#define ROOT_UID 0u

static struct spinlock fid_lock = SPINLOCK_INIT;            /* protects fid_used; nothing is taken inside it */
static uint64_t fid_used[MAX_FIDS / FIDS_PER_WORD] = { 1 }; /* a bit each; P9_ROOT_FID is taken */
static bool present;

static int fid_alloc(uint32_t *out)
{
    int error = -ENFILE;
    spin_lock(&fid_lock);
    for (uint32_t i = 0; i < ARRAY_LEN(fid_used); i++)
        if (~fid_used[i]) {
            uint32_t bit = (uint32_t)__builtin_ctzll(~fid_used[i]);
            fid_used[i] |= (uint64_t)1 << bit;
            *out = i * FIDS_PER_WORD + bit;
            error = 0;
            break;
        }
    spin_unlock(&fid_lock);
    return error;
}

static void fid_free(uint32_t fid)
{
    spin_lock(&fid_lock);
    ASSERT(fid_used[fid / FIDS_PER_WORD] & ((uint64_t)1 << fid % FIDS_PER_WORD));
    fid_used[fid / FIDS_PER_WORD] &= ~((uint64_t)1 << fid % FIDS_PER_WORD);
    spin_unlock(&fid_lock);
}

static struct p9_call *begin(enum p9_type type, uint32_t fid)
{
    struct p9_call *c = p9_begin(type);
    p9_put_u32(&c->out, fid);
    return c;
}

static void put_name(struct p9_call *c, struct p9_name name)
{
    p9_put_name(&c->out, name.s, name.n);
}

/* The end of a call whose reply says nothing but that it succeeded. */
static int finish(struct p9_call *c)
{
    int error = p9_call(c);
    p9_end(c);
    return error;
}

static int attach(void)
{
    struct p9_call *c = begin(P9_TATTACH, P9_ROOT_FID);
    p9_put_u32(&c->out, P9_NOFID); /* no authentication */
    p9_put_string(&c->out, "root");
    p9_put_string(&c->out, "");
    p9_put_u32(&c->out, ROOT_UID);
    return finish(c);
}

void p9_init(void)
{
    int error = p9_transport_init();
    if (error == 0)
        error = attach();
    present = error == 0;
    if (error && error != -ENODEV)
        log_printf("bower: the file share cannot be used: error %d%s\n", -error, log_errno(-error));
}

bool p9_present(void)
{
    return present;
}

/* Reads Rwalk. -EIO if it says more than was asked. */
static int read_walked(struct p9_call *c, unsigned n, struct p9_qid *qids, unsigned *walked)
{
    unsigned got = p9_get_u16(&c->in);
    if (got > n)
        return -EIO;
    for (unsigned i = 0; i < got; i++) {
        struct p9_qid qid = p9_get_qid(&c->in);
        if (qids)
            qids[i] = qid;
    }
    *walked = got;
    return c->in.bad ? -EIO : 0;
}

int p9_walk(uint32_t from, const struct p9_name *names, unsigned n, uint32_t *fid, struct p9_qid *qids, unsigned *walked)
{
    unsigned ignored;
    walked = walked ? walked : &ignored;
    *walked = 0;
    ASSERT(n <= P9_MAX_WALK);
    if (!present)
        return -ENODEV;
    uint32_t new_fid;
    int error = fid_alloc(&new_fid);
    if (error)
        return error;
    struct p9_call *c = begin(P9_TWALK, from);
    p9_put_u32(&c->out, new_fid);
    p9_put_u16(&c->out, (uint16_t)n);
    for (unsigned i = 0; i < n; i++)
        put_name(c, names[i]);
    error = p9_call(c);
    if (error == 0)
        error = read_walked(c, n, qids, walked);
    if (error == 0 && *walked < n)
        error = -ENOENT; /* the server tells why only if the first name fails */
    p9_end(c);
    if (error)
        fid_free(new_fid);
    else
        *fid = new_fid;
    return error;
}

void p9_clunk(uint32_t fid)
{
    if (fid == P9_ROOT_FID)
        return;
    struct p9_call *c = begin(P9_TCLUNK, fid);
    (void)p9_call(c); /* the fid is gone whatever the answer (9P2000, clunk(5)) */
    p9_end(c);
    fid_free(fid);
}

static enum file_type type_of_mode(uint32_t mode)
{
    switch (mode & P9_S_IFMT) {
    case P9_S_IFDIR: return FILE_DIRECTORY;
    case P9_S_IFLNK: return FILE_SYMLINK;
    case P9_S_IFREG: return FILE_REGULAR;
    case P9_S_IFBLK: return FILE_BLOCK;
    default: return FILE_CHAR;
    }
}

int p9_getattr(uint32_t fid, struct file_stat *out)
{
    struct p9_call *c = begin(P9_TGETATTR, fid);
    p9_put_u64(&c->out, P9_GETATTR_BASIC);
    int error = p9_call(c);
    if (error == 0) {
        (void)p9_get_u64(&c->in); /* valid: QEMU fills all basic fields */
        *out = (struct file_stat){ .ino = p9_get_qid(&c->in).path };
        uint32_t mode = p9_get_u32(&c->in);
        out->type = type_of_mode(mode);
        out->mode = mode & P9_S_PERMISSIONS;
        out->uid = p9_get_u32(&c->in);
        out->gid = p9_get_u32(&c->in);
        out->nlink = p9_get_u64(&c->in);
        (void)p9_get_u64(&c->in); /* rdev */
        out->size = p9_get_u64(&c->in);
        out->blksize = p9_get_u64(&c->in);
        out->blocks = p9_get_u64(&c->in);
        out->atime_s = (int64_t)p9_get_u64(&c->in);
        out->atime_ns = (uint32_t)p9_get_u64(&c->in);
        out->mtime_s = (int64_t)p9_get_u64(&c->in);
        out->mtime_ns = (uint32_t)p9_get_u64(&c->in);
        out->ctime_s = (int64_t)p9_get_u64(&c->in);
        out->ctime_ns = (uint32_t)p9_get_u64(&c->in);
        if (c->in.bad || out->size > INT64_MAX)
            error = -EIO;
    }
    p9_end(c);
    return error;
}

int p9_setattr(uint32_t fid, const struct p9_setattr *attr)
{
    struct p9_call *c = begin(P9_TSETATTR, fid);
    p9_put_u32(&c->out, attr->valid);
    p9_put_u32(&c->out, attr->mode);
    p9_put_u32(&c->out, ROOT_UID);
    p9_put_u32(&c->out, ROOT_UID);
    p9_put_u64(&c->out, attr->size);
    p9_put_u64(&c->out, (uint64_t)attr->atime_s);
    p9_put_u64(&c->out, attr->atime_ns);
    p9_put_u64(&c->out, (uint64_t)attr->mtime_s);
    p9_put_u64(&c->out, attr->mtime_ns);
    return finish(c);
}

/* The end of Tlopen and Tlcreate. */
static int finish_open(struct p9_call *c, struct p9_qid *qid)
{
    int error = p9_call(c);
    if (error == 0) {
        *qid = p9_get_qid(&c->in);
        if (c->in.bad)
            error = -EIO;
    }
    p9_end(c);
    return error;
}

int p9_lopen(uint32_t fid, uint32_t flags, struct p9_qid *qid)
{
    struct p9_call *c = begin(P9_TLOPEN, fid);
    p9_put_u32(&c->out, flags);
    return finish_open(c, qid);
}

int p9_lcreate(uint32_t fid, struct p9_name name, uint32_t flags, uint32_t mode, struct p9_qid *qid)
{
    struct p9_call *c = begin(P9_TLCREATE, fid);
    put_name(c, name);
    p9_put_u32(&c->out, flags);
    p9_put_u32(&c->out, mode);
    p9_put_u32(&c->out, ROOT_UID);
    return finish_open(c, qid);
}

int p9_mkdir(uint32_t directory, struct p9_name name, uint32_t mode)
{
    struct p9_call *c = begin(P9_TMKDIR, directory);
    put_name(c, name);
    p9_put_u32(&c->out, mode);
    p9_put_u32(&c->out, ROOT_UID);
    return finish(c);
}

int p9_symlink(uint32_t directory, struct p9_name name, const char *target)
{
    struct p9_call *c = begin(P9_TSYMLINK, directory);
    put_name(c, name);
    p9_put_string(&c->out, target);
    p9_put_u32(&c->out, ROOT_UID);
    return finish(c);
}

int p9_link(uint32_t directory, uint32_t fid, struct p9_name name)
{
    struct p9_call *c = begin(P9_TLINK, directory);
    p9_put_u32(&c->out, fid);
    put_name(c, name);
    return finish(c);
}

int p9_renameat(uint32_t from_directory, struct p9_name from, uint32_t to_directory, struct p9_name to)
{
    struct p9_call *c = begin(P9_TRENAMEAT, from_directory);
    put_name(c, from);
    p9_put_u32(&c->out, to_directory);
    put_name(c, to);
    return finish(c);
}

int p9_unlinkat(uint32_t directory, struct p9_name name, uint32_t flags)
{
    struct p9_call *c = begin(P9_TUNLINKAT, directory);
    put_name(c, name);
    p9_put_u32(&c->out, flags);
    return finish(c);
}

int64_t p9_readlink(uint32_t fid, char *out, size_t size)
{
    struct p9_call *c = begin(P9_TREADLINK, fid);
    int64_t result = p9_call(c);
    if (result == 0) {
        size_t n;
        const char *target = p9_get_name(&c->in, &n);
        if (c->in.bad || n == 0)
            result = -EIO;
        else if (n > size)
            result = -ENAMETOOLONG;
        else
            result = (int64_t)n;
        if (result > 0)
            memcpy(out, target, n);
    }
    p9_end(c);
    return result;
}

int p9_fsync(uint32_t fid)
{
    struct p9_call *c = begin(P9_TFSYNC, fid);
    p9_put_u32(&c->out, 0); /* the attributes as well */
    return finish(c);
}

int p9_statfs(uint32_t fid, uint64_t *bsize, uint64_t *blocks, uint64_t *bfree)
{
    struct p9_call *c = begin(P9_TSTATFS, fid);
    int error = p9_call(c);
    if (error == 0) {
        (void)p9_get_u32(&c->in); /* type */
        *bsize = p9_get_u32(&c->in);
        *blocks = p9_get_u64(&c->in);
        *bfree = p9_get_u64(&c->in);
        if (c->in.bad)
            error = -EIO;
    }
    p9_end(c);
    return error;
}

int64_t p9_readdir(uint32_t fid, uint64_t position, void *out, size_t size)
{
    struct p9_call *c = begin(P9_TREADDIR, fid);
    uint32_t room = (uint32_t)MIN(size, (size_t)(c->out.end - c->request) - READDIR_OVERHEAD);
    p9_put_u64(&c->out, position);
    p9_put_u32(&c->out, room);
    int64_t result = p9_call(c);
    if (result == 0) {
        uint32_t n = p9_get_u32(&c->in);
        if (c->in.bad || n > room || n > (size_t)(c->in.end - c->in.at))
            result = -EIO;
        else
            memcpy(out, c->in.at, (size_t)(result = n));
    }
    p9_end(c);
    return result;
}

int p9_next_entry(struct p9_buffer *b, struct file_dirent *out, uint64_t *next_position)
{
    if (b->at == b->end)
        return 0;
    size_t n;
    out->ino = p9_get_qid(b).path;
    *next_position = p9_get_u64(b);
    uint8_t type = p9_get_u8(b);
    const char *name = p9_get_name(b, &n);
    if (b->bad || n == 0 || n >= sizeof(out->name) || memchr(name, '/', n) || memchr(name, '\0', n))
        return -EIO;
    memcpy(out->name, name, n);
    out->name[n] = '\0';
    switch (type) {
    case P9_DT_DIR: out->type = FILE_DIRECTORY; break;
    case P9_DT_LNK: out->type = FILE_SYMLINK; break;
    case P9_DT_CHR: out->type = FILE_CHAR; break;
    case P9_DT_BLK: out->type = FILE_BLOCK; break;
    default: out->type = FILE_REGULAR; break;
    }
    return 1;
}
