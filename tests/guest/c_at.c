// run:
// setup: $ROOT/tests/guest/native.sh c_at
// check: cmp want stdout
// Calls relative to an open directory, fchdir, and glibc's 64-bit names.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* The call first, then what it left in errno. */
#define SHOW(call) \
    do { \
        long shown = (errno = 0, (long)(call)); \
        printf("%s: %ld %s\n", #call, shown, shown < 0 ? strerror(errno) : "ok"); \
    } while (0)

static void relative(int folder)
{
    struct stat st;
    char text[64] = "";
    int fd = openat(folder, "inner", O_RDWR | O_CREAT | O_EXCL, 0644);

    SHOW(write(fd, "content", 7));
    SHOW(close(fd));
    SHOW(fstatat(folder, "inner", &st, 0));
    printf("%ld\n", (long)st.st_size);
    SHOW(mkdirat(folder, "sub", 0755));
    SHOW(symlinkat("inner", folder, "link"));
    SHOW(readlinkat(folder, "link", text, sizeof(text)));
    printf("%s\n", text);
    SHOW(fstatat(folder, "link", &st, AT_SYMLINK_NOFOLLOW));
    printf("%d\n", S_ISLNK(st.st_mode));
    SHOW(linkat(folder, "inner", folder, "sub/hard", 0));
    SHOW(linkat(folder, "inner", folder, "sub/hard2", AT_SYMLINK_FOLLOW));
    SHOW(unlinkat(folder, "sub/hard2", 0));
    SHOW(linkat(folder, "inner", folder, "sub/hard3", 0x40));
    SHOW(renameat(folder, "sub/hard", AT_FDCWD, "outside"));
    SHOW(access("outside", R_OK));
    SHOW(faccessat(folder, "inner", W_OK, 0));
    SHOW(faccessat(folder, "none", W_OK, 0));
    SHOW(fchmodat(folder, "inner", 0640, AT_SYMLINK_NOFOLLOW));
    SHOW(fchmodat(folder, "sub", 0750, AT_SYMLINK_NOFOLLOW));
    SHOW(fchmodat(folder, "link", 0600, AT_SYMLINK_NOFOLLOW));
    SHOW(fchmodat(folder, "none", 0600, AT_SYMLINK_NOFOLLOW));
    SHOW(fchmodat(folder, "inner", 0600, AT_EACCESS));
    SHOW(fstatat(folder, "inner", &st, 0));
    printf("%o\n", (unsigned)st.st_mode & 0777);
    SHOW(fchmodat(folder, "inner", 0600, 0));
    SHOW(fstatat(folder, "inner", &st, 0));
    printf("%o %d\n", (unsigned)st.st_mode & 0777, (int)st.st_nlink);
    SHOW(fchownat(folder, "inner", (uid_t)-1, (gid_t)-1, 0));
    SHOW(fchownat(folder, "link", st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW));
    SHOW(fchownat(folder, "none", st.st_uid, st.st_gid, 0));
    SHOW(fchownat(folder, "inner", st.st_uid, st.st_gid, 0x20000));
    SHOW(unlinkat(folder, "inner", 0x20000));
    SHOW(fstatat(folder, "inner", &st, 0x20000));
    SHOW(utimensat(folder, "inner", NULL, 0x20000));
    SHOW(fstatat(folder, "", &st, 0));
    SHOW(fstatat(folder, "", &st, AT_EMPTY_PATH));
    printf("%d\n", S_ISDIR(st.st_mode));
    SHOW(unlinkat(folder, "sub", 0) == -1);
    SHOW(unlinkat(folder, "sub", AT_REMOVEDIR));
    SHOW(openat(fd, "x", O_RDONLY));
    SHOW(openat(77, "x", O_RDONLY));
    SHOW(openat(77, "/", O_RDONLY | O_DIRECTORY) > 0);
}

static void change(int folder)
{
    char *name;
    int here = open(".", O_RDONLY | O_DIRECTORY), file;

    SHOW(fchdir(folder));
    name = get_current_dir_name();
    printf("%s\n", strrchr(name, '/'));
    free(name);
    file = open64("inner", O_RDONLY);
    SHOW(lseek64(file, 3, SEEK_SET));
    SHOW(sendfile(STDOUT_FILENO, file, NULL, 100));
    SHOW(lseek64(file, 3, SEEK_SET));
    SHOW(sendfile(file, file, NULL, 100));
    SHOW(lseek64(file, 0, SEEK_CUR));
    SHOW(fallocate(file, 0, 0, 1000));
    SHOW(ftruncate(file, 1000));
    printf("%s\n", strerror(posix_fallocate(file, 0, 1000)));
    printf("%s\n", strerror(posix_fallocate(file, INT64_MAX, 1)));
    printf("%s\n", strerror(posix_fallocate(file, -1, 1)));
    file = open64("inner", O_RDWR);
    printf("%s\n", strerror(posix_fallocate(file, INT64_MAX, 1)));
    SHOW(fallocate(file, 0, INT64_MAX, 1));
    SHOW(fallocate(file, 0, 0, 1000));
    SHOW(lseek64(file, 0, SEEK_END));
    SHOW(fchdir(file));
    SHOW(fchdir(here));
    SHOW(access("outside", F_OK));
}

int main(void)
{
    struct stat64 st;
    struct dirent64 *entry;
    int folder, n = 0;
    DIR *dir;

    setvbuf(stdout, NULL, _IONBF, 0);
    mkdir("folder", 0755);
    folder = open("folder", O_RDONLY | O_DIRECTORY);
    relative(folder);
    change(folder);
    dir = fdopendir(folder);
    while ((entry = readdir64(dir)))
        n += entry->d_name[0] != '.';
    SHOW(stat64("outside", &st));
    printf("%d %ld %d\n", n, (long)st.st_size, (int)sizeof(off64_t));
    return 0;
}
