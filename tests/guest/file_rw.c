// Regular files of the share: reading, writing, positions, sizes, and what is wrong with each.
// run:
// check: test "$(cat {files}/out.txt)" = "hello brave world" && test $(stat -c %s {files}/big.bin) = 3000001
// check: test $(stat -c %a {files}/mode.txt) = 640 && ! ls {files}/.bower* 2>/dev/null
#include "check.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char buffer[1 << 20];

static void write_and_read(void)
{
    struct stat st;
    int fd = open("out.txt", O_CREAT | O_RDWR | O_EXCL, 0644);
    CHECK(fd >= 0);
    CHECK(write(fd, "hello world", 11) == 11);
    CHECK(lseek(fd, 0, SEEK_CUR) == 11);
    CHECK(lseek(fd, -5, SEEK_END) == 6);
    CHECK(write(fd, "brave world", 11) == 11);
    CHECK(fstat(fd, &st) == 0 && st.st_size == 17 && S_ISREG(st.st_mode) && st.st_nlink == 1);
    CHECK(pread(fd, buffer, 5, 6) == 5 && memcmp(buffer, "brave", 5) == 0);
    CHECK(pread(fd, buffer, 100, 10) == 7 && pread(fd, buffer, 100, 17) == 0 && pread(fd, buffer, 100, 1000) == 0);
    CHECK(lseek(fd, 0, SEEK_CUR) == 17 && read(fd, buffer, 1) == 0);
    CHECK(pwrite(fd, "HELLO", 5, 0) == 5 && pwrite(fd, "hello", 5, 0) == 5);
    CHECK(fsync(fd) == 0 && close(fd) == 0);
    CHECK_ERRNO(open("out.txt", O_CREAT | O_EXCL | O_RDWR, 0644), EEXIST);
}

static void big(void)
{
    static char all[3000001];
    for (size_t i = 0; i < sizeof(all); i++)
        all[i] = (char)(i * 7 + i / 4096);
    int fd = open("big.bin", O_CREAT | O_RDWR | O_TRUNC, 0600);
    CHECK(write(fd, all, sizeof(all)) == sizeof(all));
    size_t at = 0;
    ssize_t n;
    CHECK(lseek(fd, 0, SEEK_SET) == 0);
    while ((n = read(fd, buffer, 777777)) > 0) {
        CHECK(memcmp(buffer, all + at, (size_t)n) == 0);
        at += (size_t)n;
    }
    CHECK(n == 0 && at == sizeof(all));
    for (size_t offset = 1; offset < sizeof(all) - 9000; offset += 300007) {
        CHECK(pread(fd, buffer, 9000, (off_t)offset) == 9000 && memcmp(buffer, all + offset, 9000) == 0);
        CHECK(pwrite(fd, all + offset, 9000, (off_t)offset) == 9000);
    }
    close(fd);
}

static void append_and_truncate(void)
{
    struct stat st;
    int fd = open("app.txt", O_CREAT | O_RDWR | O_APPEND, 0644), other = open("app.txt", O_RDWR);
    CHECK(write(fd, "one", 3) == 3 && lseek(fd, 0, SEEK_SET) == 0 && write(fd, "two", 3) == 3);
    CHECK(write(other, "ONE", 3) == 3);
    CHECK(pread(fd, buffer, 10, 0) == 6 && memcmp(buffer, "ONEtwo", 6) == 0);
    CHECK(ftruncate(fd, 4) == 0 && fstat(other, &st) == 0 && st.st_size == 4);
    CHECK(ftruncate(fd, 8) == 0 && pread(other, buffer, 10, 0) == 8 && memcmp(buffer, "ONEt\0\0\0\0", 8) == 0);
    CHECK(truncate("app.txt", 2) == 0 && stat("app.txt", &st) == 0 && st.st_size == 2);
    int again = open("app.txt", O_WRONLY | O_TRUNC);
    CHECK(again >= 0 && fstat(fd, &st) == 0 && st.st_size == 0);
    CHECK(pwrite(again, "x", 1, 100000) == 1 && fstat(fd, &st) == 0 && st.st_size == 100001);
    CHECK(pread(fd, buffer, 100001, 0) == 100001 && buffer[0] == 0 && buffer[99999] == 0 && buffer[100000] == 'x');
    close(fd), close(other), close(again);
}

static void errors(void)
{
    int r = open("out.txt", O_RDONLY), w = open("out.txt", O_WRONLY), d = open("/", O_RDONLY);
    CHECK(r >= 0 && w >= 0 && d >= 0);
    CHECK_ERRNO(write(r, "x", 1), EBADF);
    CHECK_ERRNO(read(w, buffer, 1), EBADF);
    CHECK_ERRNO(ftruncate(r, 0), EINVAL);
    CHECK_ERRNO(ftruncate(w, -1), EINVAL);
    CHECK_ERRNO(lseek(r, -1, SEEK_SET), EINVAL);
    CHECK_ERRNO(lseek(r, 0, 77), EINVAL);
    CHECK_ERRNO(pread(r, buffer, 1, -1), EINVAL);
    CHECK_ERRNO(pwrite(w, buffer, 1, -1), EINVAL);
    CHECK_ERRNO(pwrite(w, "xy", 2, LONG_MAX), EFBIG);
    CHECK_ERRNO(lseek(1, 0, SEEK_CUR), ESPIPE);
    CHECK_ERRNO(read(d, buffer, 1), EISDIR);
    CHECK_ERRNO(read(999, buffer, 1), EBADF);
    CHECK_ERRNO(close(999), EBADF);
    CHECK_ERRNO(open("/", O_RDWR), EISDIR);
    CHECK_ERRNO(open("none", O_RDONLY), ENOENT);
    CHECK_ERRNO(open("", O_RDONLY), ENOENT);
    CHECK_ERRNO(open("none/there", O_CREAT | O_WRONLY, 0644), ENOENT);
    CHECK_ERRNO(open("new/", O_CREAT | O_WRONLY, 0644), EISDIR);
    CHECK_ERRNO(open("out.txt/", O_RDONLY), ENOTDIR);
    CHECK_ERRNO(open("out.txt/below", O_RDONLY), ENOTDIR);
    CHECK_ERRNO(open("out.txt", O_RDONLY | O_DIRECTORY), ENOTDIR);
    CHECK(write(w, "", 0) == 0 && read(r, buffer, 0) == 0);
    close(r), close(w), close(d);
}

/* A file whose name is gone goes on to work, sizes and all. */
static void unlinked(void)
{
    struct stat st;
    int fd = open("gone", O_CREAT | O_RDWR, 0600), second = open("gone", O_RDONLY);
    CHECK(write(fd, "0123456789", 10) == 10 && unlink("gone") == 0);
    CHECK_ERRNO(stat("gone", &st), ENOENT);
    CHECK(fstat(fd, &st) == 0 && st.st_size == 10 && st.st_nlink == 0);
    CHECK(pwrite(fd, "abc", 3, 9) == 3 && fstat(second, &st) == 0 && st.st_size == 12);
    CHECK(ftruncate(fd, 4) == 0 && pread(second, buffer, 100, 0) == 4);
    CHECK(ftruncate(fd, 11) == 0 && pread(second, buffer, 100, 0) == 11 && memcmp(buffer, "0123\0\0\0\0\0\0\0", 11) == 0);
    int fresh = open("gone", O_CREAT | O_RDWR | O_EXCL, 0600);
    CHECK(fresh >= 0 && fstat(fresh, &st) == 0 && st.st_size == 0);
    CHECK(write(fresh, "new", 3) == 3 && fstat(fd, &st) == 0 && st.st_size == 11);
    /* Replaced by a rename: the same. */
    int over = open("over", O_CREAT | O_RDWR, 0600);
    CHECK(write(over, "over!", 5) == 5 && rename("over", "gone") == 0);
    CHECK(fstat(fresh, &st) == 0 && st.st_size == 3 && st.st_nlink == 0);
    CHECK(fstat(over, &st) == 0 && st.st_size == 5 && st.st_nlink == 1);
    CHECK(pread(fresh, buffer, 9, 0) == 3 && pread(over, buffer, 9, 0) == 5);
    CHECK(ftruncate(over, 2) == 0 && stat("gone", &st) == 0 && st.st_size == 2 && unlink("gone") == 0);
    close(fd), close(second), close(fresh), close(over);
}

int main(void)
{
    int fd = open("mode.txt", O_CREAT | O_WRONLY, 0640);
    CHECK(fd >= 0 && close(fd) == 0);
    write_and_read();
    big();
    append_and_truncate();
    errors();
    unlinked();
    return done();
}
