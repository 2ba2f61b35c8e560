/*
 * Paths. 9P walks names but follows no links, and QEMU's server refuses to walk through one, so links are
 * followed here: a link's target replaces it in what is left of the path.
 */
#include "arch/catch.h"
#include "kernel/file/file_private.h"
#include "kernel/mem.h"

#include <string.h>

#define MAX_LINKS 40 /* as Linux */
#define STRING_PIECE 64u
#define TMP_MODE 01777u

static char working_directory[FILE_PATH_MAX] = "/";   /* a walk's path, of a directory */
static struct semaphore cwd_lock = SEMAPHORE_INIT(1); /* protects working_directory */

/* ---- the path walked so far */

static bool at_root(const struct walk *w)
{
    return w->path[1] == '\0';
}

static int append(struct walk *w, const char *name, size_t n)
{
    size_t length = at_root(w) ? 0 : strlen(w->path);
    if (length + 1 + n >= FILE_PATH_MAX)
        return -ENAMETOOLONG;
    w->path[length] = '/';
    memcpy(w->path + length + 1, name, n);
    w->path[length + 1 + n] = '\0';
    return 0;
}

static void drop_last(struct walk *w)
{
    char *slash = strrchr(w->path, '/');
    slash[slash == w->path] = '\0';
}

/* ---- the path ahead */

/* Takes the next name off the path ahead; n = 0: there is none. */
static struct p9_name next_name(struct walk *w)
{
    while (*w->next == '/')
        w->next++;
    struct p9_name name = { w->next, strcspn(w->next, "/") };
    w->next += name.n;
    return name;
}

static bool nothing_ahead(const struct walk *w)
{
    return w->next[strspn(w->next, "/")] == '\0';
}

/* ---- fids */

static void set_fid(uint32_t *slot, uint32_t fid)
{
    if (*slot != P9_NOFID)
        p9_clunk(*slot);
    *slot = fid;
}

/* Takes up to P9_MAX_WALK plain names off a path; *at moves behind them. keep_last: the path's last one is left. */
static unsigned take_names(const char **at, struct p9_name *names, bool keep_last)
{
    unsigned n = 0;
    const char *p = *at + strspn(*at, "/");
    while (*p && n < P9_MAX_WALK) {
        struct p9_name name = { p, strcspn(p, "/") };
        p += name.n;
        p += strspn(p, "/");
        if ((keep_last && *p == '\0') || name.n > P9_NAME_MAX || is_name(name, ".") || is_name(name, ".."))
            break;
        names[n++] = name;
        *at = p;
    }
    return n;
}

/* Walks w->fid to w->path from the root: at the start, after a dot-dot or a link. */
static int rewalk(struct walk *w)
{
    const char *at = w->path;
    struct p9_name names[P9_MAX_WALK];
    struct p9_qid qids[P9_MAX_WALK];
    unsigned n;
    set_fid(&w->fid, P9_ROOT_FID);
    w->qid = (struct p9_qid){ .type = P9_QID_DIR };
    while ((n = take_names(&at, names, false)) > 0) {
        uint32_t fid;
        int error = p9_walk(w->fid, names, n, &fid, qids, NULL);
        if (error)
            return error;
        set_fid(&w->fid, fid);
        w->qid = qids[n - 1];
    }
    return 0;
}

/* ---- steps */

/* No name to act on: the path ended with a dot, or at the root. */
static void forget_name(struct walk *w)
{
    set_fid(&w->parent, P9_NOFID);
    w->name = (struct p9_name){ w->path, 0 };
}

/* w->fid is a link and w->parent its directory: its target goes in front of what is ahead. */
static int follow(struct walk *w)
{
    if (++w->links > MAX_LINKS)
        return -ELOOP;
    int64_t n = p9_readlink(w->fid, w->link, sizeof(w->link) - 1);
    if (n < 0)
        return (int)n;
    size_t ahead = strlen(w->next);
    if ((size_t)n + 1 + ahead >= sizeof(w->rest))
        return -ENAMETOOLONG;
    memmove(w->rest + n + (ahead > 0), w->next, ahead + 1);
    memcpy(w->rest, w->link, (size_t)n);
    if (ahead > 0)
        w->rest[n] = '/';
    w->next = w->rest;
    if (w->rest[0] == '/')
        strcpy(w->path, "/");
    forget_name(w);
    return rewalk(w);
}

/*
 * Many names at once, if they are all plain directories; otherwise nothing happens and step() finds out what they are. The
 * last name is always left to it.
 */
static int leap(struct walk *w)
{
    const char *at = w->next;
    struct p9_name names[P9_MAX_WALK];
    struct p9_qid qids[P9_MAX_WALK];
    uint32_t fid;
    unsigned n = take_names(&at, names, true);
    if (n < 2 || (at_root(w) && is_name(names[0], "dev")) || p9_walk(w->fid, names, n, &fid, qids, NULL) != 0)
        return 0;
    int error = 0;
    for (unsigned i = 0; i < n; i++)
        if (!(qids[i].type & P9_QID_DIR)) {
            p9_clunk(fid);
            return 0;
        }
    for (unsigned i = 0; i < n && error == 0; i++)
        error = append(w, names[i].s, names[i].n);
    set_fid(&w->fid, fid);
    w->qid = qids[n - 1];
    w->next += at - w->next;
    return error;
}

/* One name further. The path is in w->path only once it is known to be no link to be followed. */
static int step(struct walk *w, struct p9_name name, unsigned flags)
{
    uint32_t fid;
    struct p9_qid qid;
    bool last = nothing_ahead(w), slash = *w->next == '/';
    if (!walk_is_directory(w))
        return -ENOTDIR;
    if (name.n > P9_NAME_MAX)
        return -ENAMETOOLONG;
    int error = p9_walk(w->fid, &name, 1, &fid, &qid, NULL);
    if (error && (error != -ENOENT || !last))
        return error;
    set_fid(&w->parent, w->fid);
    w->fid = error ? P9_NOFID : fid;
    w->found = error == 0;
    w->qid = error ? (struct p9_qid){ 0 } : qid;
    if (w->found && walk_is_link(w) && (!last || slash || (flags & WALK_FOLLOW)))
        return follow(w);
    size_t at = at_root(w) ? 1 : strlen(w->path) + 1;
    error = append(w, name.s, name.n);
    w->name = (struct p9_name){ w->path + at, name.n };
    w->wants_directory = slash;
    if (error == 0 && w->found && slash && !walk_is_directory(w))
        error = -ENOTDIR;
    return error;
}

/*
 * Whether "dev", just taken off the path at the root, is the share's folder of that name: if it has one, all that is no
 * device is in there (programs keep their own things in dev/data).
 */
static bool is_share_dev(const struct walk *w)
{
    struct p9_name dev = { "dev", 3 }, name = { w->next, 0 };
    struct p9_qid qid;
    uint32_t fid;
    do {
        name.s += name.n + strspn(name.s + name.n, "/");
        name.n = strcspn(name.s, "/");
    } while (is_name(name, "."));
    if (name.n == 0 || is_name(name, "..") || dev_has(name) || !p9_present())
        return false;
    if (p9_walk(P9_ROOT_FID, &dev, 1, &fid, &qid, NULL) != 0)
        return false;
    p9_clunk(fid);
    return qid.type & P9_QID_DIR;
}

/* In /dev: names are flat. */
static int walk_dev(struct walk *w)
{
    struct p9_name name;
    w->found = true;
    w->name = (struct p9_name){ w->path, 0 };
    while ((name = next_name(w)).n > 0) {
        if (is_name(name, "."))
            continue;
        if (is_name(name, "..")) {
            drop_last(w);
            if (!at_root(w))
                continue; /* from a device's name back to /dev cannot be: it is no directory */
            w->place = PLACE_SHARE;
            return p9_present() ? rewalk(w) : -ENODEV;
        }
        int error = append(w, name.s, name.n);
        if (error)
            return error;
        if (*w->next != '\0')
            return -ENOTDIR;
        w->name = (struct p9_name){ w->path + strlen("/dev/"), name.n };
    }
    return 0;
}

static int walk_all(struct walk *w, unsigned flags)
{
    struct p9_name name;
    int error = p9_present() ? leap(w) : 0;
    while (error == 0 && (name = next_name(w)).n > 0) {
        if (at_root(w) && is_name(name, "dev") && !is_share_dev(w)) {
            error = append(w, name.s, name.n);
            w->place = PLACE_DEV;
            forget_name(w);
            if (error == 0)
                error = walk_dev(w);
            if (w->place == PLACE_DEV)
                return error;
        } else if (!p9_present()) {
            return -ENODEV;
        } else if (is_name(name, ".") || is_name(name, "..")) {
            if (!walk_is_directory(w))
                return -ENOTDIR;
            forget_name(w);
            if (name.n == 2) {
                drop_last(w);
                error = rewalk(w);
            }
        } else {
            error = step(w, name, flags);
        }
    }
    return error;
}

static const struct p9_name tmp = { "tmp", 3 };
static bool tmp_is_known, tmp_is_ours; /* atomic */

/* Linux has a /tmp, and programs count on it: a share without one has it from when it is first named. */
static void provide_tmp(const char *path)
{
    if (strncmp(path, "/tmp", 4) != 0 || (path[4] != '/' && path[4] != '\0') || __atomic_load_n(&tmp_is_known, __ATOMIC_RELAXED))
        return;
    if (p9_mkdir(P9_ROOT_FID, tmp, TMP_MODE) == 0)
        __atomic_store_n(&tmp_is_ours, true, __ATOMIC_RELAXED);
    __atomic_store_n(&tmp_is_known, true, __ATOMIC_RELAXED);
}

void path_leave_tmp(void)
{
    if (__atomic_load_n(&tmp_is_ours, __ATOMIC_RELAXED))
        (void)p9_unlinkat(P9_ROOT_FID, tmp, P9_AT_REMOVEDIR); /* what is in it stays, and so does it */
}

/* In pieces that lie in one page each, as the string may end with its memory. */
int64_t path_copy(char *to, const char *path, size_t room)
{
    for (size_t n = 0, part; n < room; n += part) {
        part = MIN(room - n, STRING_PIECE - (uintptr_t)(path + n) % STRING_PIECE);
        if (copy_checked(to + n, path + n, part) < part)
            return -EFAULT;
        const char *end = memchr(to + n, '\0', part);
        if (end)
            return end - to;
    }
    return -ENAMETOOLONG;
}

/* The working directory goes in front of a relative path. */
static int start(struct walk *w, const char *path)
{
    int64_t n = path_copy(w->rest, path, FILE_PATH_MAX);
    if (n <= 0)
        return n ? (int)n : -ENOENT;
    w->next = w->rest;
    strcpy(w->path, "/");
    if (w->rest[0] != '/') {
        semaphore_down(&cwd_lock);
        strcpy(w->path, working_directory);
        semaphore_up(&cwd_lock);
    }
    w->found = true;
    forget_name(w);
    if (p9_present())
        provide_tmp(w->rest);
    if (strcmp(w->path, "/dev") == 0) { /* of two folders: the next name tells which */
        memmove(w->rest + strlen("dev/"), w->rest, (size_t)n + 1);
        memcpy(w->rest, "dev/", strlen("dev/"));
        strcpy(w->path, "/");
    }
    return p9_present() ? rewalk(w) : 0;
}

int walk_path(const char *path, unsigned flags, struct walk **out)
{
    struct walk *w = kalloc(sizeof(*w));
    if (!w)
        return -ENOMEM;
    w->fid = w->parent = P9_NOFID;
    int error = start(w, path);
    if (error == 0)
        error = walk_all(w, flags);
    if (error == 0 && w->place == PLACE_SHARE && !p9_present())
        error = -ENODEV;
    if (error == 0 && w->place == PLACE_SHARE && !w->found && !(flags & WALK_PARENT))
        error = -ENOENT;
    if (error)
        walk_end(w);
    else
        *out = w;
    return error;
}

void walk_end(struct walk *w)
{
    if (w->fid != P9_NOFID)
        p9_clunk(w->fid);
    if (w->parent != P9_NOFID)
        p9_clunk(w->parent);
    kfree(w);
}

uint32_t walk_take_fid(struct walk *w)
{
    uint32_t fid = w->fid;
    w->fid = P9_NOFID;
    return fid;
}

/* ---- the working directory */

int path_chdir(const char *path)
{
    struct walk *w;
    int error = walk_path(path, WALK_FOLLOW, &w);
    if (error)
        return error;
    bool directory = w->place == PLACE_DEV ? w->name.n == 0 : walk_is_directory(w);
    if (directory) {
        semaphore_down(&cwd_lock);
        strcpy(working_directory, w->path);
        semaphore_up(&cwd_lock);
    }
    walk_end(w);
    return directory ? 0 : -ENOTDIR;
}

int path_getcwd(char *buffer, size_t n)
{
    char *copy = kalloc(FILE_PATH_MAX);
    if (!copy)
        return -ENOMEM;
    semaphore_down(&cwd_lock);
    strcpy(copy, working_directory);
    semaphore_up(&cwd_lock);
    size_t length = strlen(copy) + 1;
    int error = length > n ? -ERANGE : copy_checked(buffer, copy, length) < length ? -EFAULT
                                                                                   : 0;
    kfree(copy);
    return error;
}
