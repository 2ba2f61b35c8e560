#include "runtime/file/fd.h"

#include "kernel/thread/sync.h"

struct slot {
    struct file *file; /* NULL: free */
    bool cloexec;
};

static struct slot slots[FD_MAX];            /* protected by lock */
static struct spinlock lock = SPINLOCK_INIT; /* innermost: no other lock is taken under it */

void fd_init(void)
{
    for (int fd = 0; fd < 3; fd++) {
        slots[fd].file = file_console(fd);
        file_get(slots[fd].file);
    }
}

struct file *fd_get(int fd)
{
    struct file *file = NULL;

    if (fd < 0 || fd >= FD_MAX)
        return NULL;
    spin_lock(&lock);
    file = slots[fd].file;
    if (file)
        file_get(file);
    spin_unlock(&lock);
    return file;
}

int fd_install(struct file *file, int minimum, bool cloexec)
{
    int found = -EMFILE;

    if (minimum < 0 || minimum >= FD_MAX)
        found = -EINVAL;
    spin_lock(&lock);
    for (int fd = minimum; found == -EMFILE && fd < FD_MAX; fd++) {
        if (!slots[fd].file) {
            slots[fd] = (struct slot){ file, cloexec };
            found = fd;
        }
    }
    spin_unlock(&lock);
    if (found < 0)
        file_put(file);
    return found;
}

/* Puts file (or NULL) into the slot and returns what was there. */
static struct file *exchange(int fd, struct file *file, bool cloexec)
{
    struct file *old;

    spin_lock(&lock);
    old = slots[fd].file;
    slots[fd] = (struct slot){ file, cloexec };
    spin_unlock(&lock);
    return old;
}

int fd_close(int fd)
{
    struct file *old;

    if (fd < 0 || fd >= FD_MAX)
        return -EBADF;
    old = exchange(fd, NULL, false);
    return old ? file_put(old) : -EBADF;
}

int fd_dup(int fd, int minimum, bool cloexec)
{
    struct file *file = fd_get(fd);

    return file ? fd_install(file, minimum, cloexec) : -EBADF;
}

int fd_dup2(int from, int to, bool cloexec)
{
    struct file *file, *old;

    if (to < 0 || to >= FD_MAX)
        return -EBADF;
    file = fd_get(from);
    if (!file)
        return -EBADF;
    if (from == to) {
        file_put(file);
        return to;
    }
    old = exchange(to, file, cloexec);
    if (old)
        file_put(old); /* POSIX: an error of this close is not dup2's */
    return to;
}

int fd_cloexec(int fd)
{
    int result = -EBADF;

    if (fd < 0 || fd >= FD_MAX)
        return -EBADF;
    spin_lock(&lock);
    if (slots[fd].file)
        result = slots[fd].cloexec;
    spin_unlock(&lock);
    return result;
}

int fd_set_cloexec(int fd, bool on)
{
    int result = -EBADF;

    if (fd < 0 || fd >= FD_MAX)
        return -EBADF;
    spin_lock(&lock);
    if (slots[fd].file) {
        slots[fd].cloexec = on;
        result = 0;
    }
    spin_unlock(&lock);
    return result;
}
