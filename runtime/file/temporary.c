/*
 * temporary.c: mkstemp, mkdtemp and their like. Names are drawn at random, as nobody shall guess them; a template is written to
 * as in glibc: not if it is none, but also if then no file comes of it.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/file/file.h"
#include "runtime/api.h"
#include "runtime/file/io.h"
#include "runtime/random.h"

#define PLACES 6     /* characters that are replaced */
#define TRIES 100000 /* before the folder counts as full: EEXIST */

/* What is done with a name: a descriptor or 0, or a negative errno; -EEXIST asks for another name. */
typedef int attempt(const char *path, int flags);

static int attempt_file(const char *path, int flags)
{
    return io_open(path, (flags & ~O_ACCMODE) | O_RDWR | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
}

static int attempt_folder(const char *path, int flags)
{
    (void)flags;
    return path_mkdir(path, S_IRWXU & ~io_umask());
}

static int attempt_nothing(const char *path, int flags)
{
    struct file_stat st;
    int error = path_stat(path, false, &st);

    (void)flags;
    if (error)
        return error == -ENOENT ? 0 : error;
    return -EEXIST;
}

/* suffix: how many characters stand behind the places. */
static int create(char *template, int suffix, int flags, attempt *try)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    size_t n = strlen(template);
    char *places;
    int result = -EEXIST;

    if (suffix < 0 || n < (size_t)suffix + PLACES)
        return -EINVAL;
    places = template + n - (size_t)suffix - PLACES;
    if (memcmp(places, "XXXXXX", PLACES) != 0)
        return -EINVAL;
    for (int i = 0; result == -EEXIST && i < TRIES; i++) {
        uint64_t name;

        if (random_fill(&name, sizeof(name)) < 0)
            return -EIO;
        for (int place = 0; place < PLACES; place++, name /= sizeof(letters) - 1)
            places[place] = letters[name % (sizeof(letters) - 1)];
        result = try(template, flags);
    }
    return result;
}

API int mkstemp(char *template)
{
    return api_status(create(template, 0, 0, attempt_file));
}

API int mkstemps(char *template, int suffix)
{
    return api_status(create(template, suffix, 0, attempt_file));
}

API int mkostemp(char *template, int flags)
{
    return api_status(create(template, 0, flags, attempt_file));
}

API int mkostemps(char *template, int suffix, int flags)
{
    return api_status(create(template, suffix, flags, attempt_file));
}

API char *mkdtemp(char *template)
{
    return api_status(create(template, 0, 0, attempt_folder)) < 0 ? NULL : template;
}

API char *mktemp(char *template)
{
    if (api_status(create(template, 0, 0, attempt_nothing)) < 0)
        template[0] = '\0';
    return template;
}
