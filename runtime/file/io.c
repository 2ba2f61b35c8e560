/* io.c: open, close, read, write, lseek and what goes with descriptors. */
#define _GNU_SOURCE
#include "runtime/file/io.h"

#include <fcntl.h>
#include <limits.h>
#include <reent.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "arch/catch.h"
#include "arch/hart.h"
#include "kernel/thread/semaphore.h"
#include "runtime/api.h"
#include "runtime/file/fd.h"
#include "runtime/signal/interrupt.h"
#include "runtime/signal/signal.h"
#include "runtime/thread/locks.h"

/* As in Linux: one call moves at most this much, so that every count fits an int. */
#define MAX_TRANSFER ((size_t)0x7ffff000)
#define MAX_AT_ONCE ((size_t)1 << 20) /* what all pieces of a readv or writev have together, to be one step */
#define STEP_NS 1000000u              /* between looks for a byte or a signal, whichever comes first */

static mode_t creation_mask = 022; /* atomic, as is stderr_mid_line */
static bool stderr_mid_line;
/* Makes finding a file's end and writing there one step, as each open has a file of its own. Taken before a file's own lock. */
static struct semaphore appending = SEMAPHORE_INIT(1);

mode_t io_umask(void)
{
    return __atomic_load_n(&creation_mask, __ATOMIC_RELAXED);
}

bool io_stderr_is_mid_line(void)
{
    return __atomic_load_n(&stderr_mid_line, __ATOMIC_RELAXED);
}

int io_open(const char *path, int flags, mode_t mode)
{
    struct file *file;
    int error;

    if (!path)
        return -EFAULT;
    error = file_open(path, flags & ~(O_CLOEXEC | O_NOCTTY), mode & ~io_umask() & 07777, &file);
    if (error)
        return error;
    return fd_install(file, 0, flags & O_CLOEXEC);
}

/* The file behind fd if it was opened for this access (O_RDONLY: reading, O_WRONLY: writing). */
static struct file *get_for(int fd, int access)
{
    struct file *file = fd_get(fd);
    int mode;

    if (!file)
        return NULL;
    mode = file_flags(file) & O_ACCMODE;
    if (mode == access || mode == O_RDWR)
        return file;
    file_put(file);
    return NULL;
}

/* Until the file has something to read: 0; -EINTR: a handler ran that does not let calls begin again. */
static int wait_until_ready(struct file *file)
{
    while (interrupt_may_come() && !file_is_ready(file) && !(file_flags(file) & O_NONBLOCK)) {
        if (interrupt_sleep_until(time_ns() + STEP_NS) && !signal_restarts())
            return -EINTR;
    }
    return 0;
}

int64_t io_read(int fd, void *buffer, size_t n)
{
    struct file *file;
    int64_t result;
    bool tty;

    locks_test_cancel();
    file = get_for(fd, O_RDONLY);
    if (!file)
        return -EBADF;
    result = wait_until_ready(file);
    if (!result)
        result = file_read(file, buffer, MIN(n, MAX_TRANSFER));
    tty = file_is_tty(file);
    file_put(file);
    if (tty)
        locks_test_cancel(); /* it may have waited long */
    interrupt_check();
    return result;
}

static int64_t append(struct file *file, const void *buffer, size_t n)
{
    int64_t result;

    semaphore_down(&appending);
    result = file_write(file, buffer, n);
    semaphore_up(&appending);
    return result;
}

int64_t io_write(int fd, const void *buffer, size_t n)
{
    struct file *file;
    int64_t result;

    locks_test_cancel();
    file = get_for(fd, O_WRONLY);
    if (!file)
        return -EBADF;
    n = MIN(n, MAX_TRANSFER);
    result = file_flags(file) & O_APPEND ? append(file, buffer, n) : file_write(file, buffer, n);
    if (result > 0 && file == file_console(2))
        __atomic_store_n(&stderr_mid_line, ((const char *)buffer)[result - 1] != '\n', __ATOMIC_RELAXED);
    file_put(file);
    interrupt_check();
    return result;
}

/* Linux allows any file system to know no holes: all of a file is data, behind its end there is one hole. */
static int64_t seek_data(struct file *file, int64_t offset, int whence)
{
    struct file_stat st;
    int64_t result = file_stat(file, &st);

    if (file_is_tty(file))
        return -ESPIPE;
    if (result)
        return result;
    if (offset < 0 || (uint64_t)offset >= st.size)
        return -ENXIO;
    return file_seek(file, whence == SEEK_DATA ? offset : (int64_t)st.size, SEEK_SET);
}

int64_t io_seek(int fd, int64_t offset, int whence)
{
    struct file *file = fd_get(fd);
    int64_t result;

    if (!file)
        return -EBADF;
    if (whence == SEEK_DATA || whence == SEEK_HOLE)
        result = seek_data(file, offset, whence);
    else if (whence != SEEK_SET && whence != SEEK_CUR && whence != SEEK_END)
        result = -EINVAL;
    else
        result = file_is_tty(file) ? -ESPIPE : file_seek(file, offset, whence);
    file_put(file);
    return result;
}

/* What newlib's stdio calls. */
int _open_r(struct _reent *reent, const char *path, int flags, int mode)
{
    int result = io_open(path, flags, (mode_t)mode);

    if (result >= 0)
        return result;
    reent->_errno = -result;
    return -1;
}

int _close_r(struct _reent *reent, int fd)
{
    int result = fd_close(fd);

    if (result >= 0)
        return result;
    reent->_errno = -result;
    return -1;
}

_ssize_t _read_r(struct _reent *reent, int fd, void *buffer, size_t n)
{
    int64_t result = io_read(fd, buffer, n);

    if (result >= 0)
        return result;
    reent->_errno = (int)-result;
    return -1;
}

_ssize_t _write_r(struct _reent *reent, int fd, const void *buffer, size_t n)
{
    int64_t result = io_write(fd, buffer, n);

    if (result >= 0)
        return result;
    reent->_errno = (int)-result;
    return -1;
}

_off_t _lseek_r(struct _reent *reent, int fd, _off_t offset, int whence)
{
    int64_t result = io_seek(fd, offset, whence);

    if (result >= 0)
        return result;
    reent->_errno = (int)-result;
    return -1;
}

static bool is_tty(int fd, int *error)
{
    struct file *file = fd_get(fd);
    bool tty;

    if (!file) {
        *error = EBADF;
        return false;
    }
    tty = file_is_tty(file);
    file_put(file);
    *error = ENOTTY;
    return tty;
}

/* newlib asks when a stream is first used, and a program must not find errno changed by a call that succeeds. */
int _isatty_r(struct _reent *reent, int fd)
{
    int ignored;

    (void)reent;
    return is_tty(fd, &ignored);
}

API int isatty(int fd)
{
    int error;

    if (is_tty(fd, &error))
        return 1;
    errno = error;
    return 0;
}

API int open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    va_list args;

    va_start(args, flags);
    if (flags & O_CREAT)
        mode = va_arg(args, mode_t);
    va_end(args);
    return api_status(io_open(path, flags, mode));
}

API int creat(const char *path, mode_t mode)
{
    return api_status(io_open(path, O_WRONLY | O_CREAT | O_TRUNC, mode));
}

API int close(int fd)
{
    return api_status(fd_close(fd));
}

API ssize_t read(int fd, void *buffer, size_t n)
{
    return api_result(io_read(fd, buffer, n));
}

API ssize_t write(int fd, const void *buffer, size_t n)
{
    return api_result(io_write(fd, buffer, n));
}

API off_t lseek(int fd, off_t offset, int whence)
{
    return api_result(io_seek(fd, offset, whence));
}

static int64_t read_at(int fd, void *buffer, size_t n, off_t offset)
{
    struct file *file;
    int64_t result;

    locks_test_cancel();
    if (offset < 0)
        return -EINVAL;
    file = get_for(fd, O_RDONLY);
    if (!file)
        return -EBADF;
    result = file_is_tty(file) ? -ESPIPE : file_pread(file, buffer, MIN(n, MAX_TRANSFER), (uint64_t)offset);
    file_put(file);
    return result;
}

/* As on Linux: O_APPEND counts for more than the offset, and the file's position stays where it is. */
static int64_t append_aside(struct file *file, const void *buffer, size_t n)
{
    struct file_stat st;
    int64_t result;

    semaphore_down(&appending);
    result = file_stat(file, &st);
    if (!result)
        result = file_pwrite(file, buffer, n, st.size);
    semaphore_up(&appending);
    return result;
}

static int64_t write_at(int fd, const void *buffer, size_t n, off_t offset)
{
    struct file *file;
    int64_t result;

    locks_test_cancel();
    if (offset < 0)
        return -EINVAL;
    file = get_for(fd, O_WRONLY);
    if (!file)
        return -EBADF;
    n = MIN(n, MAX_TRANSFER);
    if (file_is_tty(file))
        result = -ESPIPE;
    else if (file_flags(file) & O_APPEND)
        result = append_aside(file, buffer, n);
    else
        result = file_pwrite(file, buffer, n, (uint64_t)offset);
    file_put(file);
    return result;
}

API ssize_t pread(int fd, void *buffer, size_t n, off_t offset)
{
    return api_result(read_at(fd, buffer, n, offset));
}

API ssize_t pwrite(int fd, const void *buffer, size_t n, off_t offset)
{
    return api_result(write_at(fd, buffer, n, offset));
}

/* offset < 0: at the file's own position. */
static int64_t move(int fd, void *buffer, size_t n, off_t offset, bool write_it)
{
    if (write_it)
        return offset < 0 ? io_write(fd, buffer, n) : write_at(fd, buffer, n, offset);
    return offset < 0 ? io_read(fd, buffer, n) : read_at(fd, buffer, n, offset);
}

/* Runs over the pieces until one is short. The first piece's error is the call's; a later one's ends it with what was moved before. */
static int64_t move_one_by_one(int fd, const struct iovec *iov, int count, off_t offset, bool write_them)
{
    int64_t total = 0;

    for (int i = 0; i < count; i++) {
        int64_t moved = move(fd, iov[i].iov_base, iov[i].iov_len, offset < 0 ? offset : offset + total, write_them);

        if (moved < 0)
            return total ? total : moved;
        total += moved;
        if ((size_t)moved < iov[i].iov_len)
            break;
    }
    return total;
}

/* Up to where the program's memory ends. */
static int64_t give_pieces(const struct iovec *iov, const char *buffer, size_t n)
{
    size_t done = 0, part, copied;

    do {
        part = MIN(iov->iov_len, n - done);
        copied = copy_checked(iov++->iov_base, buffer + done, part);
        done += copied;
    } while (done < n && copied == part);
    return done ? (int64_t)done : -EFAULT;
}

/* As on Linux, nothing of another thread's comes between the pieces, and a stream gives what has come: they pass through one buffer. */
static int64_t move_at_once(int fd, const struct iovec *iov, int count, off_t offset, bool write_them, char *buffer)
{
    size_t n = 0, all = 0;
    int64_t moved, given;

    for (int i = 0; i < count; all += iov[i++].iov_len)
        if (n == all) /* the program's memory has not ended */
            n += write_them ? copy_checked(buffer + n, iov[i].iov_base, iov[i].iov_len) : iov[i].iov_len;
    moved = move(fd, buffer, n, offset, write_them);
    if (write_them)
        return moved == 0 && n < all ? -EFAULT : moved;
    if (moved <= 0)
        return moved;
    given = give_pieces(iov, buffer, (size_t)moved);
    if (offset < 0 && given < moved)
        io_seek(fd, MAX(given, 0) - moved, SEEK_CUR);
    return given;
}

static int64_t move_pieces(int fd, const struct iovec *iov, int count, off_t offset, bool write_them)
{
    size_t total = 0;
    char *buffer;
    int64_t moved;

    if (count < 0 || count > IOV_MAX)
        return -EINVAL;
    for (int i = 0; i < count; i++)
        if (__builtin_add_overflow(total, iov[i].iov_len, &total) || total > SSIZE_MAX)
            return -EINVAL;
    buffer = count > 1 && total <= MAX_AT_ONCE ? malloc(total) : NULL;
    if (!buffer)
        return move_one_by_one(fd, iov, count, offset, write_them);
    moved = move_at_once(fd, iov, count, offset, write_them, buffer);
    free(buffer);
    return moved;
}

API ssize_t readv(int fd, const struct iovec *iov, int count)
{
    return api_result(move_pieces(fd, iov, count, -1, false));
}

API ssize_t writev(int fd, const struct iovec *iov, int count)
{
    return api_result(move_pieces(fd, iov, count, -1, true));
}

API ssize_t preadv(int fd, const struct iovec *iov, int count, off_t offset)
{
    return api_result(offset < 0 ? -EINVAL : move_pieces(fd, iov, count, offset, false));
}

API ssize_t pwritev(int fd, const struct iovec *iov, int count, off_t offset)
{
    return api_result(offset < 0 ? -EINVAL : move_pieces(fd, iov, count, offset, true));
}

/* At most sizeof(buffer) bytes; what was read and could not be written has not been read. */
static int64_t send_some(int to, int from, off_t *offset, size_t n)
{
    char buffer[16384];
    int64_t got, put;

    n = MIN(n, sizeof(buffer));
    got = offset ? read_at(from, buffer, n, *offset) : io_read(from, buffer, n);
    if (got <= 0)
        return got;
    put = io_write(to, buffer, (size_t)got);
    if (offset)
        *offset += MAX(put, 0);
    else if (put < got)
        io_seek(from, MAX(put, 0) - got, SEEK_CUR);
    return put;
}

static int64_t send_file(int to, int from, off_t *offset, size_t n)
{
    int64_t total = 0;

    while ((size_t)total < n) {
        int64_t sent = send_some(to, from, offset, n - (size_t)total);

        if (sent <= 0)
            return total ? total : sent;
        total += sent;
    }
    return total;
}

API ssize_t sendfile(int to, int from, off_t *offset, size_t n)
{
    return api_result(send_file(to, from, offset, MIN(n, MAX_TRANSFER)));
}

/* Nobody has to be told beforehand that a plain file will be read. */
API ssize_t readahead(int fd, off_t offset, size_t n)
{
    struct file *file = get_for(fd, O_RDONLY);

    (void)offset;
    (void)n;
    if (!file)
        return api_status(-EBADF);
    file_put(file);
    return 0;
}

API int dup(int fd)
{
    return api_status(fd_dup(fd, 0, false));
}

API int dup2(int from, int to)
{
    return api_status(fd_dup2(from, to, false));
}

API int dup3(int from, int to, int flags)
{
    if (from == to || (flags & ~O_CLOEXEC))
        return api_status(-EINVAL);
    return api_status(fd_dup2(from, to, flags & O_CLOEXEC));
}

API mode_t umask(mode_t mask)
{
    return __atomic_exchange_n(&creation_mask, mask & 0777, __ATOMIC_RELAXED);
}
