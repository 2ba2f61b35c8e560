// Names and directories of the share: links, dots, renames, listings, working directory, and what is wrong with each.
// run:
// setup: mkdir -p {files}/host/sub && echo content > {files}/host/sub/f && ln -s host/sub {files}/link
// setup: ln -s /host/sub/f {files}/absolute && ln -s loop {files}/loop && ln -s nowhere {files}/dangling && mkfifo {files}/fifo
// check: test -d {files}/moved && test -f {files}/moved/inner && test "$(readlink {files}/made)" = "host/sub/f"
// check: test $(stat -c %a {files}/moved/inner) = 600 && test $(stat -c %Y {files}/moved/inner) = 1000000000
// check: test "$(cat {files}/nowhere)" = through
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

static int touch(const char *path)
{
    int fd = open(path, O_CREAT | O_WRONLY, 0644);
    return fd < 0 ? -1 : close(fd);
}

static void links_and_dots(void)
{
    struct stat st, other;
    char target[64];
    CHECK(stat("link/f", &st) == 0 && st.st_size == 8);
    CHECK(stat("/./host//sub/../sub/./f", &other) == 0 && other.st_ino == st.st_ino);
    CHECK(stat("link/../sub/f", &other) == 0 && other.st_ino == st.st_ino);    /* the parent of what the link means */
    CHECK(stat("../../host/sub/f", &other) == 0 && other.st_ino == st.st_ino); /* above the root is the root */
    CHECK(stat("absolute", &other) == 0 && other.st_ino == st.st_ino);
    CHECK(lstat("absolute", &other) == 0 && S_ISLNK(other.st_mode));
    CHECK(lstat("link/", &other) == 0 && S_ISDIR(other.st_mode));
    CHECK(readlink("link", target, sizeof(target)) == 8 && memcmp(target, "host/sub", 8) == 0);
    CHECK(readlink("link", target, 4) == 4);
    CHECK_ERRNO(readlink("host", target, sizeof(target)), EINVAL);
    CHECK_ERRNO(stat("loop", &st), ELOOP);
    CHECK_ERRNO(stat("dangling", &st), ENOENT);
    CHECK_ERRNO(open("dangling", O_CREAT | O_EXCL | O_WRONLY, 0644), EEXIST);
    CHECK_ERRNO(open("link", O_RDONLY | O_NOFOLLOW), ELOOP);
    CHECK_ERRNO(open("fifo", O_RDONLY), ENXIO);
    CHECK_ERRNO(stat("host/sub/f/..", &st), ENOTDIR);
    CHECK_ERRNO(stat("none/..", &st), ENOENT);
    CHECK(symlink("host/sub/f", "made") == 0 && stat("made", &st) == 0 && st.st_size == 8);
    CHECK_ERRNO(symlink("x", "made"), EEXIST);
    int fd = open("dangling", O_CREAT | O_WRONLY, 0644); /* makes what the link points to */
    CHECK(fd >= 0 && write(fd, "through\n", 8) == 8 && close(fd) == 0);
    CHECK(link("host/sub/f", "hard") == 0 && stat("hard", &st) == 0 && st.st_nlink == 2 && unlink("hard") == 0);
    CHECK_ERRNO(link("host", "hard"), EPERM);
}

static void directories(void)
{
    struct stat st;
    CHECK(mkdir("dir", 0755) == 0 && touch("dir/inner") == 0);
    CHECK_ERRNO(mkdir("dir", 0755), EEXIST);
    CHECK_ERRNO(mkdir("none/dir", 0755), ENOENT);
    CHECK_ERRNO(mkdir("/", 0755), EEXIST);
    CHECK_ERRNO(rmdir("dir"), ENOTEMPTY);
    CHECK_ERRNO(rmdir("dir/inner"), ENOTDIR);
    CHECK_ERRNO(rmdir("dir/."), EINVAL);
    CHECK_ERRNO(rmdir("/"), EBUSY);
    CHECK_ERRNO(unlink("dir"), EISDIR);
    CHECK_ERRNO(unlink("none"), ENOENT);
    CHECK(mkdir("empty/", 0755) == 0 && rmdir("empty/") == 0);
    CHECK_ERRNO(rename("dir", "dir/inside"), EINVAL);
    CHECK_ERRNO(rename("none", "x"), ENOENT);
    int fd = open("dir/inner", O_RDWR);
    CHECK(rename("dir", "moved") == 0);
    CHECK_ERRNO(stat("dir", &st), ENOENT);
    CHECK(write(fd, "still open", 10) == 10 && fstat(fd, &st) == 0 && st.st_size == 10 && close(fd) == 0);
    CHECK_ERRNO(rename("moved", "made"), ENOTDIR);
    CHECK(chmod("moved/inner", 0600) == 0);
    struct timeval times[2] = { { 1000000000, 0 }, { 1000000000, 0 } };
    CHECK(utimes("moved/inner", times) == 0 && stat("moved/inner", &st) == 0 && st.st_mtime == 1000000000);
    CHECK(access("moved/inner", R_OK | W_OK) == 0 && access("moved", X_OK) == 0);
    CHECK_ERRNO(access("moved/inner", X_OK), EACCES);
    CHECK_ERRNO(access("none", F_OK), ENOENT);
}

static void listing(void)
{
    char name[32], seen[300] = { 0 };
    int n = 0;
    CHECK(mkdir("many", 0755) == 0);
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "many/entry-%03d", i);
        CHECK(touch(name) == 0);
    }
    DIR *d = opendir("many");
    struct dirent *e;
    CHECK(d != NULL);
    for (int round = 0; round < 2; round++, rewinddir(d))
        while ((e = readdir(d))) {
            if (strncmp(e->d_name, "entry-", 6) == 0)
                seen[atoi(e->d_name + 6)]++, n++;
            else
                CHECK(strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0);
        }
    closedir(d);
    CHECK(n == 600);
    for (int i = 0; i < 300; i++) {
        CHECK(seen[i] == 2);
        snprintf(name, sizeof(name), "many/entry-%03d", i);
        CHECK(unlink(name) == 0);
    }
    CHECK(rmdir("many") == 0);
    CHECK(opendir("none") == NULL && errno == ENOENT);
    CHECK(opendir("made") == NULL && errno == ENOTDIR);
}

static void working_directory(void)
{
    char path[64];
    struct stat st;
    CHECK(getcwd(path, sizeof(path)) && strcmp(path, "/") == 0);
    CHECK(chdir("link") == 0 && getcwd(path, sizeof(path)) && strcmp(path, "/host/sub") == 0);
    CHECK(stat("f", &st) == 0 && stat("../sub/f", &st) == 0 && stat("../../link/f", &st) == 0);
    CHECK_ERRNO(chdir("f"), ENOTDIR);
    CHECK_ERRNO(chdir("none"), ENOENT);
    CHECK(getcwd(path, 4) == NULL && errno == ERANGE);
    CHECK(chdir("/dev") == 0 && stat("null", &st) == 0 && S_ISCHR(st.st_mode) && chdir("..") == 0);
    CHECK(getcwd(path, sizeof(path)) && strcmp(path, "/") == 0);
}

static void long_names(void)
{
    char name[5000], *end = name;
    struct stat st;
    memset(name, 'n', 256);
    name[256] = '\0';
    CHECK_ERRNO(touch(name), ENAMETOOLONG);
    name[255] = '\0';
    CHECK(touch(name) == 0 && stat(name, &st) == 0 && unlink(name) == 0);
    for (int depth = 0; depth < 40; depth++) {
        end += sprintf(end, "%sdeep%02d", depth ? "/" : "", depth);
        CHECK(mkdir(name, 0755) == 0);
    }
    CHECK(stat(name, &st) == 0 && chdir(name) == 0 && touch("bottom") == 0);
    CHECK(stat("../deep39/bottom", &st) == 0 && unlink("bottom") == 0 && chdir("/") == 0);
    for (int depth = 0; depth < 40; depth++) {
        CHECK(rmdir(name) == 0);
        char *slash = strrchr(name, '/');
        if (slash)
            *slash = '\0';
    }
    memset(name, '/', sizeof(name));
    name[4999] = '\0';
    CHECK_ERRNO(stat(name, &st), ENAMETOOLONG);
    name[4000] = '\0';
    CHECK(stat(name, &st) == 0 && S_ISDIR(st.st_mode));
}

int main(void)
{
    links_and_dots();
    directories();
    listing();
    working_directory();
    long_names();
    return done();
}
