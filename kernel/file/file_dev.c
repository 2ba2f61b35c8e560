/* /dev and the console: devices that are files. */
#include "kernel/device/blk.h"
#include "kernel/bootargs.h"
#include "kernel/file/file_private.h"
#include "kernel/log.h"
#include "kernel/device/vconsole.h"
#include "kernel/vm/vm.h"

#include "arch/catch.h"
#include "arch/hart.h"
#include "arch/irq.h"

#include <fcntl.h>
#include <string.h>

#define DEVICE_MODE 0666u
#define DIRECTORY_MODE 0755u
#define READ_ONLY_MODE 0444u
#define SECTOR 512u
#define COPY_BYTES 1024u /* on the stack */
#define ANY_LENGTH ((uint64_t)INT64_MAX)
enum {
    INO_DIRECTORY = 1,
    INO_CHARS = 2,
    INO_DISKS = 64,
}; /* st_ino: a device's place in its table counts from here */

/* ---- streams */

static int64_t stdin_read(struct file *f, void *buffer, size_t n, uint64_t offset)
{
    (void)offset;
    return vconsole_read(buffer, n, f->flags & O_NONBLOCK);
}

static bool stdin_ready(struct file *f)
{
    (void)f;
    return vconsole_is_ready();
}

static int64_t stdout_write(struct file *f, const void *buffer, size_t n, uint64_t offset)
{
    (void)f, (void)offset;
    return vconsole_write(buffer, n);
}

static int64_t stderr_write(struct file *f, const void *buffer, size_t n, uint64_t offset)
{
    char line[COPY_BYTES];
    size_t done = 0, part, copied;
    (void)f, (void)offset;
    do {
        part = MIN(n - done, sizeof(line));
        copied = copy_checked(line, (const char *)buffer + done, part);
        log_write(line, copied);
        done += copied;
    } while (done < n && copied == part);
    return done || n == 0 ? (int64_t)done : -EFAULT;
}

static int64_t null_read(struct file *f, void *buffer, size_t n, uint64_t offset)
{
    (void)f, (void)buffer, (void)n, (void)offset;
    return 0;
}

static int64_t null_write(struct file *f, const void *buffer, size_t n, uint64_t offset)
{
    (void)f, (void)buffer, (void)offset;
    return (int64_t)n;
}

/* Fills the program's memory piece by piece with what a device makes. */
static int64_t give(void *buffer, size_t n, void (*make)(uint8_t *out, size_t n))
{
    uint8_t piece[COPY_BYTES];
    size_t done = 0, part, copied;
    do {
        part = MIN(n - done, sizeof(piece));
        make(piece, part);
        copied = copy_checked((uint8_t *)buffer + done, piece, part);
        done += copied;
    } while (done < n && copied == part);
    return done || n == 0 ? (int64_t)done : -EFAULT;
}

static void make_zeros(uint8_t *out, size_t n)
{
    memset(out, 0, n);
}

static int64_t zero_read(struct file *f, void *buffer, size_t n, uint64_t offset)
{
    (void)f, (void)offset;
    return give(buffer, n, make_zeros);
}

static int64_t full_write(struct file *f, const void *buffer, size_t n, uint64_t offset)
{
    (void)f, (void)buffer, (void)offset;
    return n ? -ENOSPC : 0;
}

/* splitmix64 (Steele, Lea, Flood 2014), seeded by the clocks: not for secrets. */
static void make_random(uint8_t *out, size_t n)
{
    static uint64_t state;
    uint64_t x = wall_clock_ns() ^ hart_instret();
    for (size_t i = 0; i < n; i++) {
        if (i % sizeof(x) == 0) {
            x += __atomic_add_fetch(&state, 0x9E3779B97F4A7C15u, __ATOMIC_RELAXED);
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
            x ^= x >> 31;
        }
        out[i] = (uint8_t)(x >> 8 * (i % sizeof(x)));
    }
}

static int64_t random_read(struct file *f, void *buffer, size_t n, uint64_t offset)
{
    (void)f, (void)offset;
    return give(buffer, n, make_random);
}

static int device_stat(struct file *f, struct file_stat *out)
{
    *out = (struct file_stat){
        .type = FILE_CHAR,
        .mode = DEVICE_MODE,
        .ino = f->numbers[0],
        .dev = FILE_DEV_ID,
        .nlink = 1,
        .blksize = PAGE_SIZE,
    };
    return 0;
}

static const struct file_ops stdin_ops = {
    .read = stdin_read,
    .stat = device_stat,
    .ready = stdin_ready,
    .stream = true,
    .console = true,
};
static const struct file_ops stdout_ops = { .write = stdout_write, .stat = device_stat, .stream = true, .console = true };
static const struct file_ops stderr_ops = { .write = stderr_write, .stat = device_stat, .stream = true, .console = true };
static const struct file_ops tty_ops = {
    .read = stdin_read,
    .write = stdout_write,
    .stat = device_stat,
    .ready = stdin_ready,
    .stream = true,
    .console = true,
};
static const struct file_ops null_ops = { .read = null_read, .write = null_write, .stat = device_stat };
static const struct file_ops zero_ops = { .read = zero_read, .write = null_write, .stat = device_stat, .zeros = true };
static const struct file_ops full_ops = { .read = zero_read, .write = full_write, .stat = device_stat };
static const struct file_ops random_ops = { .read = random_read, .write = null_write, .stat = device_stat };

static const struct {
    const char *name;
    const struct file_ops *ops;
} chars[] = {
    { "stdin", &stdin_ops },
    { "stdout", &stdout_ops },
    { "stderr", &stderr_ops },
    { "tty", &tty_ops },
    { "null", &null_ops },
    { "zero", &zero_ops },
    { "full", &full_ops },
    { "random", &random_ops },
    { "urandom", &random_ops },
};

/* The three that a program starts with; their first reference is never given back. */
static struct file consoles[] = {
    { .ops = &stdin_ops, .refs = 1, .flags = O_RDONLY, .numbers = { INO_CHARS } },
    { .ops = &stdout_ops, .refs = 1, .flags = O_WRONLY, .numbers = { INO_CHARS + 1 } },
    { .ops = &stderr_ops, .refs = 1, .flags = O_WRONLY, .numbers = { INO_CHARS + 2 } },
};

struct file *file_console(int descriptor)
{
    return descriptor >= 0 && (size_t)descriptor < ARRAY_LEN(consoles) ? &consoles[descriptor] : NULL;
}

bool file_is_tty(struct file *f)
{
    const char *tty = f->ops->console ? bootargs_option(&boot_args, "tty") : NULL;
    return tty && strcmp(tty, "1") == 0;
}

/* ---- disks: object is the backing, which lives for ever */

static uint64_t disk_size(struct file *f)
{
    struct backing *disk = f->object;
    return (uint64_t)disk->ops->size(disk);
}

/* A block that is written in part is read first: nobody may write it meanwhile. Outside vm's locks. */
static struct semaphore disk_write_lock = SEMAPHORE_INIT(1);

static int64_t disk_read(struct file *f, void *buffer, size_t n, uint64_t offset)
{
    return file_io_read(f->object, buffer, n, offset, PAGE_SIZE, disk_size(f));
}

static int64_t disk_write(struct file *f, const void *buffer, size_t n, uint64_t offset)
{
    semaphore_down(&disk_write_lock);
    int64_t result = file_io_write(f->object, buffer, n, offset, PAGE_SIZE, disk_size(f));
    semaphore_up(&disk_write_lock);
    return result;
}

static int disk_stat(struct file *f, struct file_stat *out)
{
    uint64_t size = disk_size(f);
    *out = (struct file_stat){
        .type = FILE_BLOCK,
        .ino = f->numbers[0],
        .dev = FILE_DEV_ID,
        .nlink = 1,
        .size = size,
        .blksize = FILE_BLKSIZE,
        .blocks = (size + SECTOR - 1) / SECTOR,
    };
    out->mode = ((struct backing *)f->object)->writable ? DEVICE_MODE : READ_ONLY_MODE;
    return 0;
}

static int disk_sync(struct file *f)
{
    struct backing *disk = f->object;
    int error = vm_file_flush(disk, 0, ANY_LENGTH);
    return error ? error : disk->ops->sync(disk);
}

static struct backing *disk_backing(struct file *f)
{
    return f->object;
}

static const struct file_ops disk_ops = {
    .read = disk_read,
    .write = disk_write,
    .stat = disk_stat,
    .sync = disk_sync,
    .backing = disk_backing,
};

/* ---- /dev itself: position counts entries */

static int dev_directory_stat(struct file *f, struct file_stat *out)
{
    (void)f;
    *out = (struct file_stat){
        .type = FILE_DIRECTORY,
        .mode = DIRECTORY_MODE,
        .ino = INO_DIRECTORY,
        .dev = FILE_DEV_ID,
        .nlink = 2,
        .blksize = PAGE_SIZE,
    };
    return 0;
}

static int dev_directory_readdir(struct file *f, struct file_dirent *out)
{
    static const char *const dots[] = { ".", ".." };
    uint64_t i = f->position;
    const char *name;
    if (i < ARRAY_LEN(dots)) {
        name = dots[i];
        *out = (struct file_dirent){ .ino = INO_DIRECTORY, .type = FILE_DIRECTORY };
    } else if ((i -= ARRAY_LEN(dots)) < ARRAY_LEN(chars)) {
        name = chars[i].name;
        *out = (struct file_dirent){ .ino = INO_CHARS + i, .type = FILE_CHAR };
    } else if ((i -= ARRAY_LEN(chars)) < blk_count()) {
        name = blk_name(blk_disk((unsigned)i));
        *out = (struct file_dirent){ .ino = INO_DISKS + i, .type = FILE_BLOCK };
    } else {
        return 0;
    }
    strcpy(out->name, name);
    f->position++;
    return 1;
}

static const char *dev_directory_path(struct file *f)
{
    (void)f;
    return "/dev";
}

static const struct file_ops dev_directory_ops = {
    .stat = dev_directory_stat,
    .readdir = dev_directory_readdir,
    .path = dev_directory_path,
};

/* ---- opening */

static int make(const struct file_ops *ops, int flags, void *object, uint64_t ino, struct file **out)
{
    *out = file_new(ops, flags, object);
    if (!*out)
        return -ENOMEM;
    (*out)->numbers[0] = ino;
    return 0;
}

static int open_char(size_t i, int flags, struct file **out)
{
    int mode = flags & O_ACCMODE;
    const struct file_ops *ops = chars[i].ops;
    if ((mode != O_WRONLY && !ops->read) || (mode != O_RDONLY && !ops->write))
        return -EACCES;
    return make(ops, flags, NULL, INO_CHARS + i, out);
}

bool dev_has(struct p9_name name)
{
    for (unsigned i = 0; i < blk_count(); i++)
        if (is_name(name, blk_name(blk_disk(i))))
            return true;
    for (size_t i = 0; i < ARRAY_LEN(chars); i++)
        if (is_name(name, chars[i].name))
            return true;
    return false;
}

int dev_open(const struct walk *w, int flags, struct file **out)
{
    const char *name = w->name.s;
    if (w->name.n == 0) {
        if ((flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)))
            return -EISDIR;
        return make(&dev_directory_ops, flags, NULL, INO_DIRECTORY, out);
    }
    for (unsigned i = 0; i < blk_count(); i++) {
        struct backing *disk = blk_disk(i);
        if (strcmp(blk_name(disk), name) != 0)
            continue;
        if (flags & O_DIRECTORY)
            return -ENOTDIR;
        if ((flags & O_ACCMODE) != O_RDONLY && !disk->writable)
            return -EROFS;
        return make(&disk_ops, flags, disk, INO_DISKS + i, out);
    }
    for (size_t i = 0; i < ARRAY_LEN(chars); i++)
        if (strcmp(chars[i].name, name) == 0)
            return flags & O_DIRECTORY ? -ENOTDIR : open_char(i, flags, out);
    return flags & O_CREAT ? -EACCES : -ENOENT;
}

int dev_stat(const struct walk *w, struct file_stat *out)
{
    struct file *f;
    int error = dev_open(w, O_RDONLY, &f);
    if (error == -EACCES) /* stdout and stderr are there to be written only */
        error = dev_open(w, O_WRONLY, &f);
    if (error)
        return error;
    error = file_stat(f, out);
    file_put(f);
    return error;
}
