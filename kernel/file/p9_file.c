/*
 * Open files of the share. What QEMU's server can do with an open fid is read, write and sync; everything else it does by
 * path, so it fails once the path is gone. A file that lost its path is therefore "detached": its attributes are kept here,
 * its size follows our writes, and truncation is made of writes (zeros over what is cut off).
 */
#include "kernel/file/p9.h"

#include "arch/pt.h"
#include "kernel/log.h"
#include "kernel/mem.h"
#include "kernel/file/p9_transport.h"

#include <string.h>

/* What the open files of one path share. */
struct node {
    struct node *next;
    uint32_t refs;
    uint64_t ino;
    char *name; /* as first opened: constant, so that reports may print it at any time */
    char *path; /* as it is called now; may be name */
    bool detached;
    struct file_stat last; /* if detached; size is current */
};

struct p9_file {
    struct backing backing;
    uint32_t fid;
    struct node *node;
};

/* protects the list, and refs, path, detached and last of every node. Nothing but mem's locks is taken inside it */
static struct spinlock nodes_lock = SPINLOCK_INIT;
static struct node *nodes;

static struct p9_file *file_of(struct backing *b)
{
    return CONTAINER_OF(b, struct p9_file, backing);
}

static char *copy_string(const char *s)
{
    char *copy = kalloc(strlen(s) + 1);
    if (copy)
        strcpy(copy, s);
    return copy;
}

static void free_node(struct node *n)
{
    if (n->path != n->name)
        kfree(n->path);
    kfree(n->name);
    kfree(n);
}

/* The node of a path with a reference for the caller, made if there is none. NULL: no memory. */
static struct node *get_node(const char *path, uint64_t ino)
{
    struct node *fresh = kalloc(sizeof(*fresh)), *n;
    if (!fresh || !(fresh->name = copy_string(path))) {
        kfree(fresh);
        return NULL;
    }
    fresh->path = fresh->name;
    fresh->ino = ino;
    fresh->refs = 1;
    spin_lock(&nodes_lock);
    for (n = nodes; n; n = n->next)
        if (!n->detached && n->ino == ino && strcmp(n->path, path) == 0)
            break;
    if (n) {
        n->refs++;
    } else {
        fresh->next = nodes;
        nodes = fresh;
    }
    spin_unlock(&nodes_lock);
    if (!n)
        return fresh;
    free_node(fresh);
    return n;
}

static void put_node(struct node *n)
{
    spin_lock(&nodes_lock);
    bool last = --n->refs == 0;
    if (last) {
        struct node **link = &nodes;
        while (*link != n)
            link = &(*link)->next;
        *link = n->next;
    }
    spin_unlock(&nodes_lock);
    if (last)
        free_node(n);
}

/* Copies what is known of a detached file; false if it is not detached. */
static bool detached_stat(struct node *n, struct file_stat *out)
{
    spin_lock(&nodes_lock);
    bool detached = n->detached;
    if (detached && out)
        *out = n->last;
    spin_unlock(&nodes_lock);
    return detached;
}

static void detached_resize(struct node *n, uint64_t size, bool only_grow)
{
    spin_lock(&nodes_lock);
    if (!only_grow || size > n->last.size)
        n->last.size = size;
    spin_unlock(&nodes_lock);
}

/* ---- the backing */

static int64_t file_size(struct backing *b)
{
    struct file_stat st;
    int error = p9_file_stat(file_of(b), &st);
    return error ? error : (int64_t)st.size;
}

static void file_submit(struct backing *b, struct io_request **requests, size_t n)
{
    struct p9_file *f = file_of(b);
    bool detached = __atomic_load_n(&f->node->detached, __ATOMIC_RELAXED);
    for (size_t i = 0; detached && i < n; i++)
        if (requests[i]->write)
            detached_resize(f->node, requests[i]->offset + requests[i]->length, true);
    p9_submit(f->fid, requests, n);
}

static int file_sync_backing(struct backing *b)
{
    return p9_fsync(file_of(b)->fid);
}

static const char *file_name(struct backing *b)
{
    return file_of(b)->node->name + 1;
}

static bool file_same(struct backing *a, struct backing *b)
{
    return a->ops == b->ops && file_of(a)->node->ino == file_of(b)->node->ino;
}

static void file_release(struct backing *b)
{
    struct p9_file *f = file_of(b);
    p9_clunk(f->fid);
    put_node(f->node);
    kfree(f);
}

static const struct backing_ops file_ops = {
    .size = file_size,
    .submit = file_submit,
    .sync = file_sync_backing,
    .name = file_name,
    .same = file_same,
    .release = file_release,
};

/* ---- open files */

int p9_file_new(uint32_t fid, const struct p9_qid *qid, const char *path, bool writable, struct p9_file **out)
{
    struct p9_file *f = kalloc(sizeof(*f));
    if (!f || !(f->node = get_node(path, qid->path))) {
        kfree(f);
        return -ENOMEM;
    }
    f->backing = (struct backing){ .ops = &file_ops, .refs = 1, .writable = writable };
    f->fid = fid;
    *out = f;
    return 0;
}

struct backing *p9_file_backing(struct p9_file *f)
{
    return &f->backing;
}

int p9_file_stat(struct p9_file *f, struct file_stat *out)
{
    return detached_stat(f->node, out) ? 0 : p9_getattr(f->fid, out);
}

uint64_t p9_file_read_limit(struct p9_file *f)
{
    struct file_stat st;
    return detached_stat(f->node, &st) ? st.size : INT64_MAX;
}

struct waiting_request {
    struct io_request io;
    struct completion completion;
};

static void wake(struct io_request *r)
{
    complete(&CONTAINER_OF(r, struct waiting_request, io)->completion);
}

/* Writes zeros over [from, to). */
static int write_zeros(struct p9_file *f, uint64_t from, uint64_t to)
{
    paddr_t page = mem_pages(1), pages[IO_MAX_PAGES];
    int error = 0;
    if (!page)
        return -ENOMEM;
    memset(pa_to_kva(page), 0, PAGE_SIZE);
    for (size_t i = 0; i < ARRAY_LEN(pages); i++)
        pages[i] = page;
    while (from < to && error == 0) {
        uint32_t length = (uint32_t)MIN(to - from, ARRAY_LEN(pages) * PAGE_SIZE);
        struct waiting_request w = {
            .io = {
                .write = true,
                .offset = from,
                .length = length,
                .pages = pages,
                .done = wake,
                .npages = (uint32_t)(PAGE_ALIGN_UP(length) / PAGE_SIZE),
            },
        };
        struct io_request *r = &w.io;
        bool were_on = irq_save(); /* see completion_wait */
        p9_submit(f->fid, &r, 1);
        completion_wait(&w.completion);
        irq_restore(were_on);
        error = w.io.error;
        from += length;
    }
    mem_free_pages(page, 1);
    return error;
}

static int truncate_detached(struct p9_file *f, uint64_t size, uint64_t old)
{
    int error = 0;
    if (size < old)
        error = write_zeros(f, size, old);
    else if (size > old)
        error = write_zeros(f, size - 1, size); /* all that the host has beyond `old` is zeros already */
    if (error == 0)
        detached_resize(f->node, size, false);
    return error;
}

int p9_file_truncate(struct p9_file *f, uint64_t size)
{
    struct file_stat st;
    if (detached_stat(f->node, &st))
        return truncate_detached(f, size, st.size);
    const struct p9_setattr attr = { .valid = P9_SETATTR_SIZE, .size = size };
    return p9_setattr(f->fid, &attr);
}

int p9_file_setattr(struct p9_file *f, const struct p9_setattr *attr)
{
    struct file_stat st;
    return detached_stat(f->node, &st) ? -ENOENT : p9_setattr(f->fid, attr);
}

/* ---- names that change under open files */

bool p9_path_is_open(const char *path)
{
    bool open = false;
    spin_lock(&nodes_lock);
    for (struct node *n = nodes; n && !open; n = n->next)
        open = !n->detached && strcmp(n->path, path) == 0;
    spin_unlock(&nodes_lock);
    return open;
}

void p9_path_lost(const char *path, const struct file_stat *last)
{
    spin_lock(&nodes_lock);
    for (struct node *n = nodes; n; n = n->next) {
        if (n->detached || n->ino != last->ino || strcmp(n->path, path) != 0)
            continue;
        n->last = *last;
        n->last.nlink = last->nlink ? last->nlink - 1 : 0;
        __atomic_store_n(&n->detached, true, __ATOMIC_RELAXED);
    }
    spin_unlock(&nodes_lock);
}

/* What follows `from` in a path that is it or lies below it, or NULL. */
static const char *rest_below(const char *path, const char *from)
{
    size_t n = strlen(from);
    if (strncmp(path, from, n) != 0 || (path[n] != '\0' && path[n] != '/'))
        return NULL;
    return path + n;
}

static struct node *find_below(const char *from, size_t *rest_length)
{
    const char *rest;
    for (struct node *n = nodes; n; n = n->next)
        if (!n->detached && (rest = rest_below(n->path, from))) {
            *rest_length = strlen(rest);
            return n;
        }
    return NULL;
}

int p9_path_renamed(const char *from, const char *to)
{
    if (strcmp(from, to) == 0)
        return 0;
    for (;;) {
        size_t rest = 0;
        spin_lock(&nodes_lock);
        bool found = find_below(from, &rest) != NULL;
        spin_unlock(&nodes_lock);
        if (!found)
            return 0;
        char *path = kalloc(strlen(to) + rest + 1), *unused = path;
        if (!path)
            return -ENOMEM;
        size_t now = 0;
        spin_lock(&nodes_lock);
        struct node *n = find_below(from, &now);
        if (n && now <= rest) {
            strcpy(path, to);
            strcat(path, rest_below(n->path, from));
            unused = n->path == n->name ? NULL : n->path;
            n->path = path;
        }
        spin_unlock(&nodes_lock);
        kfree(unused);
    }
}

/* ---- scratch files */

#define SCRATCH_TRIES 1000

int p9_scratch(struct backing **out)
{
    static uint32_t serial;
    char path[32];
    uint32_t fid;
    struct p9_qid qid;
    struct p9_file *f;
    int error;
    unsigned tries = 0;
    do {
        log_snprintf(path, sizeof(path), "/.bower-scratch-%u", __atomic_fetch_add(&serial, 1, __ATOMIC_RELAXED));
        const struct p9_name name = { path + 1, strlen(path + 1) };
        error = p9_walk(P9_ROOT_FID, NULL, 0, &fid, NULL, NULL);
        if (error)
            return error;
        error = p9_lcreate(fid, name, P9_O_RDWR | P9_O_CREAT | P9_O_EXCL, 0600, &qid);
        if (error == 0) {
            error = p9_unlinkat(P9_ROOT_FID, name, 0);
            if (error == 0)
                error = p9_file_new(fid, &qid, path, true, &f);
        }
        if (error)
            p9_clunk(fid);
        /* A name may be left by a machine that was killed between two steps, or be another one's right now. */
    } while (error == -EEXIST && ++tries < SCRATCH_TRIES);
    if (error)
        return error;
    const struct file_stat st = { .type = FILE_REGULAR, .mode = 0600, .ino = qid.path };
    p9_path_lost(path, &st);
    *out = &f->backing;
    return 0;
}
