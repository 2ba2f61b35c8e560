/* dir.c: <dirent.h>. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/api.h"
#include "runtime/file/fd.h"
#include "runtime/file/io.h"
#include "runtime/thread/futex.h"

/* A position is the number of entries read so far: what telldir says and seekdir takes. */
struct bower_dir {
    int fd;
    struct futex_lock lock; /* protects the rest */
    long position;
    struct dirent entry; /* what readdir returned last */
};

static DIR *open_stream(int fd)
{
    DIR *dir = calloc(1, sizeof(*dir));

    if (!dir)
        return NULL;
    dir->fd = fd;
    return dir;
}

API DIR *opendir(const char *path)
{
    int fd = io_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    DIR *dir;

    if (fd < 0) {
        errno = -fd;
        return NULL;
    }
    dir = open_stream(fd);
    if (!dir)
        fd_close(fd);
    return dir;
}

API DIR *fdopendir(int fd)
{
    struct file *file = fd_get(fd);
    struct file_stat st;
    int error;

    if (!file) {
        errno = EBADF;
        return NULL;
    }
    error = file_stat(file, &st);
    file_put(file);
    if (!error && st.type != FILE_DIRECTORY)
        error = -ENOTDIR;
    if (error) {
        errno = -error;
        return NULL;
    }
    return open_stream(fd);
}

API int closedir(DIR *dir)
{
    int fd = dir->fd;

    free(dir);
    return api_status(fd_close(fd));
}

API int dirfd(DIR *dir)
{
    return dir->fd;
}

static unsigned char type_of(enum file_type type)
{
    static const unsigned char types[] = {
        [FILE_REGULAR] = DT_REG,
        [FILE_DIRECTORY] = DT_DIR,
        [FILE_CHAR] = DT_CHR,
        [FILE_BLOCK] = DT_BLK,
        [FILE_SYMLINK] = DT_LNK,
    };

    return types[type];
}

/* 1: dir->entry holds the next one; 0: the end; or a negative errno. The stream is locked, or nobody else's. */
static int next_entry(DIR *dir)
{
    struct file *file = fd_get(dir->fd);
    struct file_dirent from;
    int found;

    if (!file)
        return -EBADF;
    found = file_readdir(file, &from);
    file_put(file);
    if (found <= 0)
        return found;
    dir->position++;
    dir->entry.d_ino = from.ino;
    dir->entry.d_off = dir->position;
    dir->entry.d_reclen = sizeof(struct dirent);
    dir->entry.d_type = type_of(from.type);
    _Static_assert(sizeof(dir->entry.d_name) == sizeof(from.name), "a name of the kernel fits");
    memcpy(dir->entry.d_name, from.name, sizeof(from.name));
    return 1;
}

API struct dirent *readdir(DIR *dir)
{
    int found;

    futex_lock(&dir->lock);
    found = next_entry(dir);
    futex_unlock(&dir->lock);
    if (found < 0)
        errno = -found;
    return found > 0 ? &dir->entry : NULL;
}

API int readdir_r(DIR *restrict dir, struct dirent *restrict entry, struct dirent **restrict result)
{
    int found;

    *result = NULL;
    futex_lock(&dir->lock);
    found = next_entry(dir);
    if (found > 0) {
        *entry = dir->entry;
        *result = entry;
    }
    futex_unlock(&dir->lock);
    return found < 0 ? -found : 0;
}

static void rewind_to(DIR *dir, long position)
{
    futex_lock(&dir->lock);
    io_seek(dir->fd, 0, SEEK_SET);
    dir->position = 0;
    while (dir->position < position && next_entry(dir) > 0)
        ;
    futex_unlock(&dir->lock);
}

API void rewinddir(DIR *dir)
{
    rewind_to(dir, 0);
}

API void seekdir(DIR *dir, long position)
{
    rewind_to(dir, position);
}

API long telldir(DIR *dir)
{
    return dir->position;
}

API int alphasort(const struct dirent **a, const struct dirent **b)
{
    return strcoll((*a)->d_name, (*b)->d_name);
}

API int versionsort(const struct dirent **a, const struct dirent **b)
{
    return strverscmp((*a)->d_name, (*b)->d_name);
}

static void free_list(struct dirent **list, int n)
{
    while (n > 0)
        free(list[--n]);
    free(list);
}

/* Adds a copy of the entry to the list; false: no memory. */
static bool add_entry(struct dirent ***list, int n, const struct dirent *entry)
{
    struct dirent **longer = *list;

    if ((n & (n - 1)) == 0) /* full at every power of two */
        longer = realloc(*list, (size_t)(n ? 2 * n : 1) * sizeof(*longer));
    if (!longer)
        return false;
    *list = longer;
    longer[n] = malloc(sizeof(*entry));
    if (!longer[n])
        return false;
    *longer[n] = *entry;
    return true;
}

API int scandir(const char *path, struct dirent ***out, int (*want)(const struct dirent *),
                int (*compare)(const struct dirent **, const struct dirent **))
{
    int fd = io_open(path, O_RDONLY | O_DIRECTORY, 0), n = 0, found;
    DIR dir = { .fd = fd };
    struct dirent **list = NULL;

    if (fd < 0)
        return api_status(fd);
    while ((found = next_entry(&dir)) > 0) {
        if (want && !want(&dir.entry))
            continue;
        if (!add_entry(&list, n, &dir.entry)) {
            found = -ENOMEM;
            break;
        }
        n++;
    }
    fd_close(fd);
    if (found < 0) {
        free_list(list, n);
        return api_status(found);
    }
    if (compare)
        qsort(list, (size_t)n, sizeof(*list), (int (*)(const void *, const void *))compare);
    *out = list;
    return n;
}
