#include "kernel/pager/profile.h"

#include "kernel/file/file.h"
#include "kernel/log.h"
#include "kernel/mem.h"

#include <fcntl.h>
#include <string.h>

#define PROFILE_FOLDER "/.bower"
#define PROFILE_MAX ((size_t)256 << 10) /* bytes */

static void profile_path(const struct region *r, char *out, size_t size)
{
    char name[sizeof r->name];
    log_snprintf(name, sizeof name, "%s", r->name);
    for (char *c = name; *c; c++)
        if (*c == '/')
            *c = '_';
    log_snprintf(out, size, PROFILE_FOLDER "/%s-%lx-%u.profile", name, (unsigned long)r->offset, (unsigned)r->npages);
}

void profile_load(struct region *r)
{
    if (!r->prefetch->load)
        return;
    char path[160];
    profile_path(r, path, sizeof path);
    struct file *f;
    if (file_open(path, O_RDONLY, 0, &f) != 0)
        return;
    uint8_t *bytes = kalloc(PROFILE_MAX);
    int64_t n = bytes ? file_read(f, bytes, PROFILE_MAX) : 0;
    file_put(f);
    spin_lock(&pager_lock);
    bool taken = n <= 0 || !r->prefetch->load || r->prefetch->load(r->prefetch_state, bytes, (size_t)n);
    spin_unlock(&pager_lock);
    if (!taken)
        log_printf("bower: %s: not a profile of this version, ignored\n", path);
    kfree(bytes);
}

void profile_save(struct region *r)
{
    if (!r->prefetch->save)
        return;
    char path[160];
    profile_path(r, path, sizeof path);
    uint8_t *bytes = kalloc(PROFILE_MAX);
    size_t n = bytes ? r->prefetch->save(r->prefetch_state, bytes, PROFILE_MAX) : 0;
    if (n > 0) {
        struct file *f;
        path_mkdir(PROFILE_FOLDER, 0777);
        int error = file_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666, &f);
        if (!error) {
            int64_t written = file_write(f, bytes, n);
            error = written < 0 ? (int)written : 0;
            int closed = file_put(f);
            error = error ? error : closed;
        }
        if (error)
            log_printf("bower: %s: the profile could not be kept: error %d%s\n", path, -error, log_errno(-error));
    }
    kfree(bytes);
}
