// run:
// setup: $ROOT/tests/guest/native.sh c_files
// check: cmp want stdout
// Files by descriptor: every call that a program makes on them, and how each one fails.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utime.h>

static const char *name(int error)
{
    static const struct {
        int number;
        const char *name;
    } names[] = {
        { ENOENT, "ENOENT" },
        { EEXIST, "EEXIST" },
        { EBADF, "EBADF" },
        { EINVAL, "EINVAL" },
        { EISDIR, "EISDIR" },
        { ENOTDIR, "ENOTDIR" },
        { EACCES, "EACCES" },
        { ENOTEMPTY, "ENOTEMPTY" },
        { ELOOP, "ELOOP" },
        { ERANGE, "ERANGE" },
        { ENOTTY, "ENOTTY" },
        { ESPIPE, "ESPIPE" },
        { ENAMETOOLONG, "ENAMETOOLONG" },
        { EMFILE, "EMFILE" },
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].number == error)
            return names[i].name;
    return error ? "another" : "0";
}

#define SHOW(call) \
    do { \
        errno = 0; \
        long shown = (long)(call); \
        printf("%s = %ld %s\n", #call, shown, name(errno)); \
    } while (0)

static void plain(void)
{
    char buffer[32] = "";
    int fd = open("f", O_RDWR | O_CREAT | O_EXCL, 0644);
    struct stat st;

    SHOW(write(fd, "0123456789", 10));
    SHOW(lseek(fd, 2, SEEK_SET));
    SHOW(read(fd, buffer, 3));
    SHOW(lseek(fd, 0, SEEK_CUR));
    SHOW(lseek(fd, -2, SEEK_END));
    SHOW(lseek(fd, -20, SEEK_CUR));
    SHOW(lseek(fd, 0, 77));
    SHOW(pread(fd, buffer, 4, 6));
    SHOW(pread(fd, buffer, 4, 100));
    SHOW(pread(fd, buffer, 4, -1));
    SHOW(pwrite(fd, "AB", 2, 12));
    SHOW(lseek(fd, 0, SEEK_CUR));
    SHOW(fstat(fd, &st));
    printf("size %ld, regular %d, mode %o, links %ld\n", (long)st.st_size, S_ISREG(st.st_mode), st.st_mode & 0777,
           (long)st.st_nlink);
    SHOW(pread(fd, buffer, 14, 0));
    for (int i = 0; i < 14; i++)
        printf("%c", buffer[i] ? buffer[i] : '.');
    printf("\n");
    SHOW(ftruncate(fd, 5));
    SHOW(ftruncate(fd, -1));
    SHOW(lseek(fd, 0, SEEK_END));
    SHOW(fsync(fd));
    SHOW(fdatasync(fd));
    SHOW(isatty(fd));
    SHOW(read(fd, buffer, 0));
    SHOW(close(fd));
    SHOW(close(fd));
    SHOW(read(fd, buffer, 1));
    SHOW(write(-1, buffer, 1));
    SHOW(lseek(99999, 0, SEEK_SET));
}

static void opening(void)
{
    char buffer[8];
    int fd;

    SHOW(open("none", O_RDONLY));
    SHOW(open("f", O_RDWR | O_CREAT | O_EXCL, 0644));
    SHOW(open("f/x", O_RDONLY));
    SHOW(open(".", O_RDWR));
    SHOW(open("", O_RDONLY));
    fd = open("f", O_RDONLY);
    SHOW(write(fd, "x", 1));
    SHOW(ftruncate(fd, 1));
    close(fd);
    fd = open("f", O_WRONLY | O_APPEND);
    SHOW(read(fd, buffer, 1));
    SHOW(lseek(fd, 0, SEEK_SET));
    SHOW(write(fd, "end", 3));
    SHOW(lseek(fd, 0, SEEK_CUR));
    SHOW((fcntl(fd, F_GETFL) & O_APPEND) != 0);
    SHOW(pwrite(fd, "more", 4, 0));
    SHOW(lseek(fd, 0, SEEK_CUR));
    SHOW(lseek(fd, 0, SEEK_END));
    SHOW(fcntl(fd, F_SETFL, 0));
    SHOW(pwrite(fd, "X", 1, 0));
    close(fd);
    fd = open("f", O_WRONLY | O_TRUNC);
    SHOW(lseek(fd, 0, SEEK_END));
    close(fd);
    fd = open(".", O_RDONLY | O_DIRECTORY);
    SHOW(read(fd, buffer, 1));
    close(fd);
    SHOW(open("f", O_RDONLY | O_DIRECTORY));
}

static void descriptors(void)
{
    int fd = open("f", O_RDWR), other = dup(fd), third;
    char buffer[8] = "";

    SHOW(other - fd);
    SHOW(write(fd, "shared", 6));
    SHOW(lseek(other, 0, SEEK_CUR));
    SHOW(close(fd));
    SHOW(pread(other, buffer, 6, 0));
    third = fcntl(other, F_DUPFD, 20);
    SHOW(third);
    SHOW(dup2(other, 30));
    SHOW(dup2(other, other) == other);
    SHOW(dup2(77, 30));
    SHOW(dup(-1));
    SHOW(fcntl(other, F_GETFD));
    SHOW(fcntl(other, F_SETFD, FD_CLOEXEC));
    SHOW(fcntl(other, F_GETFD));
    SHOW(fcntl(99, F_GETFD));
    close(other);
    close(third);
    SHOW(write(30, "!", 1));
    close(30);
}

static void vectors(void)
{
    char a[3] = "", b[5] = "";
    struct iovec out[2] = { { (char *)"abc", 3 }, { (char *)"defgh", 5 } }, in[2] = { { a, 3 }, { b, 5 } };
    int fd = open("v", O_RDWR | O_CREAT, 0600);

    SHOW(writev(fd, out, 2));
    lseek(fd, 1, SEEK_SET);
    SHOW(readv(fd, in, 2));
    printf("%.3s %.4s\n", a, b);
    SHOW(writev(fd, out, -1));
    close(fd);
}

static void names(void)
{
    char target[64];
    struct stat st;
    struct timeval times[2] = { { 1000000000, 0 }, { 1100000000, 500000 } };
    struct utimbuf old = { 100, 200 };
    int fd;

    SHOW(access("f", R_OK | W_OK));
    SHOW(access("none", F_OK));
    SHOW(truncate("f", 3));
    SHOW(stat("f", &st));
    SHOW(st.st_size);
    SHOW(truncate("none", 3));
    SHOW(chmod("f", 0600));
    stat("f", &st);
    printf("mode %o\n", st.st_mode & 0777);
    fd = open("f", O_RDWR);
    SHOW(fchmod(fd, 0640));
    SHOW(futimens(fd, (struct timespec[2]){ { 5, 0 }, { 0, UTIME_OMIT } }));
    SHOW(fstat(fd, &st));
    printf("mode %o, access time %ld\n", st.st_mode & 0777, (long)st.st_atime);
    SHOW(futimens(fd, (struct timespec[2]){ { 5, -7 }, { 0, 0 } }));
    close(fd);
    SHOW(fchmod(fd, 0644));
    SHOW(chmod("f", 0644));
    SHOW(utimes("f", times));
    stat("f", &st);
    printf("%ld %ld.%06ld\n", (long)st.st_atime, (long)st.st_mtime, st.st_mtim.tv_nsec / 1000);
    SHOW(utime("f", &old));
    stat("f", &st);
    printf("%ld %ld\n", (long)st.st_atime, (long)st.st_mtime);
    SHOW(link("f", "g"));
    SHOW(link("f", "g"));
    stat("g", &st);
    printf("links %ld\n", (long)st.st_nlink);
    SHOW(symlink("f", "s"));
    SHOW(lstat("s", &st));
    printf("is link %d\n", S_ISLNK(st.st_mode));
    SHOW(stat("s", &st));
    printf("is file %d\n", S_ISREG(st.st_mode));
    SHOW(readlink("s", target, sizeof(target)));
    SHOW(readlink("f", target, sizeof(target)));
    SHOW(rename("g", "h"));
    SHOW(rename("none", "x"));
    SHOW(unlink("h"));
    SHOW(unlink("h"));
    SHOW(unlink("s"));
    SHOW(stat("f/", &st));
    SHOW(stat("none/deeper", &st));
}

static void unlinked(void)
{
    char buffer[8] = "";
    int fd = open("gone", O_RDWR | O_CREAT, 0600);

    SHOW(unlink("gone"));
    SHOW(write(fd, "still", 5));
    SHOW(pread(fd, buffer, 5, 0));
    printf("%s\n", buffer);
    SHOW(close(fd));
    SHOW(access("gone", F_OK));
}

int main(void)
{
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    umask(022);
    plain();
    opening();
    descriptors();
    vectors();
    names();
    unlinked();
    return 0;
}
