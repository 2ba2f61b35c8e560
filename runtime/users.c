/*
 * users.c: who the program is, and what the user database says: one user and one group, root. Nobody can become anybody
 * else. The share decides who owns files.
 */
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "kernel/types.h"
#include "runtime/api.h"

#define ROOT 0
#define NAME "root"

static struct passwd user = {
    .pw_name = (char *)NAME,
    .pw_passwd = (char *)"x",
    .pw_uid = ROOT,
    .pw_gid = ROOT,
    .pw_gecos = (char *)NAME,
    .pw_dir = (char *)"/",
    .pw_shell = (char *)"/bin/sh",
};
static char *no_members[] = { NULL };
static struct group group = { .gr_name = (char *)NAME, .gr_passwd = (char *)"x", .gr_gid = ROOT, .gr_mem = no_members };
static bool user_read, group_read; /* by getpwent and getgrent */

API uid_t getuid(void) { return ROOT; }
API uid_t geteuid(void) { return ROOT; }
API gid_t getgid(void) { return ROOT; }
API gid_t getegid(void) { return ROOT; }
API char *getlogin(void) { return (char *)NAME; }

API int getlogin_r(char *out, size_t n)
{
    if (n < sizeof(NAME))
        return ERANGE;
    memcpy(out, NAME, sizeof(NAME));
    return 0;
}

API int getgroups(int n, gid_t *out)
{
    if (n < 0)
        return api_status(-EINVAL);
    if (n > 0)
        out[0] = ROOT;
    return 1;
}

static int become(unsigned id)
{
    return api_status(id == ROOT ? 0 : -EPERM);
}

/* -1: stays as it is. */
static int become_both(unsigned real, unsigned effective)
{
    return api_status((real == ROOT || real == (unsigned)-1) && (effective == ROOT || effective == (unsigned)-1) ? 0 : -EPERM);
}

API int setuid(uid_t id) { return become(id); }
API int seteuid(uid_t id) { return become(id); }
API int setgid(gid_t id) { return become(id); }
API int setegid(gid_t id) { return become(id); }
API int setreuid(uid_t real, uid_t effective) { return become_both(real, effective); }
API int setregid(gid_t real, gid_t effective) { return become_both(real, effective); }

API struct passwd *getpwuid(uid_t id)
{
    return id == ROOT ? &user : NULL;
}

API struct passwd *getpwnam(const char *name)
{
    return strcmp(name, NAME) == 0 ? &user : NULL;
}

/* The strings are constant: the caller's buffer is not needed. */
static int copy_user(bool found, struct passwd *out, struct passwd **result)
{
    *out = user;
    *result = found ? out : NULL;
    return 0;
}

API int getpwuid_r(uid_t id, struct passwd *out, char *buffer, size_t n, struct passwd **result)
{
    (void)buffer;
    (void)n;
    return copy_user(id == ROOT, out, result);
}

API int getpwnam_r(const char *name, struct passwd *out, char *buffer, size_t n, struct passwd **result)
{
    (void)buffer;
    (void)n;
    return copy_user(strcmp(name, NAME) == 0, out, result);
}

API void setpwent(void) { user_read = false; }
API void endpwent(void) { user_read = false; }
API struct passwd *getpwent(void)
{
    bool read = user_read;

    user_read = true;
    return read ? NULL : &user;
}

API struct group *getgrgid(gid_t id)
{
    return id == ROOT ? &group : NULL;
}

API struct group *getgrnam(const char *name)
{
    return strcmp(name, NAME) == 0 ? &group : NULL;
}

static int copy_group(bool found, struct group *out, struct group **result)
{
    *out = group;
    *result = found ? out : NULL;
    return 0;
}

API int getgrgid_r(gid_t id, struct group *out, char *buffer, size_t n, struct group **result)
{
    (void)buffer;
    (void)n;
    return copy_group(id == ROOT, out, result);
}

API int getgrnam_r(const char *name, struct group *out, char *buffer, size_t n, struct group **result)
{
    (void)buffer;
    (void)n;
    return copy_group(strcmp(name, NAME) == 0, out, result);
}

API void setgrent(void) { group_read = false; }
API void endgrent(void) { group_read = false; }
API struct group *getgrent(void)
{
    bool read = group_read;

    group_read = true;
    return read ? NULL : &group;
}
