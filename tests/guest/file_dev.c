// /dev: disks by name with exact sizes, read-only and writable, null, zero, full, and what is wrong with each.
// run: --disk {dir}/ro.img,name=ro.img --disk {dir}/rw.img,rw,name=data
// setup: for i in $(seq 1 9000); do echo "line $i"; done > ro.img && head -c 20000 /dev/zero | tr '\0' z > rw.img
// setup: cp ro.img ro.copy
// check: cmp ro.img ro.copy && test $(head -c 20000 rw.img | tr -d 'z' | wc -c) = 9011
// check: test "$(tail -c +19990 rw.img | head -c 11 | tr -d '\0')" = "zzzzzzENDED"
// check: test $(stat -c %s rw.img) -eq 20000
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static char buffer[100000];

static void read_only_disk(void)
{
    struct stat st;
    int fd = open("/dev/ro.img", O_RDONLY);
    CHECK(fd >= 0 && fstat(fd, &st) == 0 && S_ISBLK(st.st_mode));
    off_t size = lseek(fd, 0, SEEK_END);
    CHECK(size == 9 * 7 + 90 * 8 + 900 * 9 + 8001 * 10);
    CHECK(lseek(fd, 0, SEEK_SET) == 0 && read(fd, buffer, sizeof(buffer)) == size);
    CHECK(memcmp(buffer, "line 1\nline 2\n", 14) == 0 && memcmp(buffer + size - 10, "line 9000\n", 10) == 0);
    CHECK(pread(fd, buffer, 10, size - 10) == 10 && memcmp(buffer, "line 9000\n", 10) == 0);
    CHECK(pread(fd, buffer, 100, size - 1) == 1 && pread(fd, buffer, 100, size) == 0 && pread(fd, buffer, 1, size + 5000) == 0);
    CHECK(pread(fd, buffer, 5000, 4095) == 5000);
    CHECK_ERRNO(write(fd, "x", 1), EBADF);
    CHECK_ERRNO(ftruncate(fd, 0), EINVAL);
    CHECK_ERRNO(open("/dev/ro.img", O_RDWR), EROFS);
    close(fd);
    FILE *f = fopen("/dev/ro.img", "r");
    int n = 0;
    while (fgets(buffer, sizeof(buffer), f))
        CHECK(atoi(buffer + 5) == ++n);
    CHECK(n == 9000);
    fclose(f);
}

static void writable_disk(void)
{
    int fd = open("/dev/data", O_RDWR);
    memset(buffer, 'A', 9000);
    CHECK(fd >= 0 && pwrite(fd, buffer, 9000, 4090) == 9000);
    CHECK(pwrite(fd, "inside", 6, 30) == 6);
    CHECK(pwrite(fd, "ENDED and beyond", 16, 19995) == 5);
    CHECK_ERRNO(pwrite(fd, "x", 1, 20000), ENOSPC);
    CHECK(fsync(fd) == 0);
    CHECK(pread(fd, buffer, 20000, 0) == 20000);
    for (int i = 0; i < 20000; i++)
        if (i >= 4090 && i < 13090)
            CHECK(buffer[i] == 'A');
    CHECK(memcmp(buffer + 28, "zzinsidezz", 10) == 0 && memcmp(buffer + 19993, "zzENDED", 7) == 0);
    close(fd);
}

static void others(void)
{
    struct stat st;
    int fd = open("/dev/null", O_RDWR);
    CHECK(fd >= 0 && write(fd, "x", 1) == 1 && read(fd, buffer, 1) == 0 && close(fd) == 0);
    fd = open("/dev/zero", O_RDWR);
    buffer[99] = 'x';
    CHECK(fd >= 0 && read(fd, buffer, 100) == 100 && buffer[99] == 0);
    for (int flags = MAP_SHARED; flags <= MAP_PRIVATE; flags++) { /* memory, as it was had before MAP_ANONYMOUS */
        char *zeros = mmap(NULL, 5000, PROT_READ | PROT_WRITE, flags, fd, 4096);
        CHECK(zeros != MAP_FAILED && zeros[4999] == 0 && (zeros[4999] = 'z') && munmap(zeros, 5000) == 0);
    }
    CHECK(close(fd) == 0);
    fd = open("/dev/full", O_WRONLY);
    CHECK_ERRNO(write(fd, "x", 1), ENOSPC);
    close(fd);
    fd = open("/dev/urandom", O_RDONLY);
    char other[16];
    CHECK(read(fd, buffer, 16) == 16 && read(fd, other, 16) == 16 && memcmp(buffer, other, 16) != 0);
    close(fd);
    fd = open("/dev/stderr", O_WRONLY);
    CHECK(fd >= 0 && write(fd, "to stderr\n", 10) == 10 && close(fd) == 0);
    CHECK_ERRNO(open("/dev/stdout", O_RDONLY), EACCES);
    CHECK_ERRNO(open("/dev/none", O_RDONLY), ENOENT);
    CHECK_ERRNO(open("/dev/none", O_CREAT | O_WRONLY, 0644), EACCES);
    CHECK_ERRNO(open("/dev/null/x", O_RDONLY), ENOTDIR);
    CHECK_ERRNO(open("/dev", O_RDWR), EISDIR);
    CHECK_ERRNO(unlink("/dev/null"), EACCES);
    CHECK_ERRNO(rename("/dev/null", "/x"), EACCES);
    CHECK(stat("/dev", &st) == 0 && S_ISDIR(st.st_mode) && stat("dev/./data", &st) == 0 && S_ISBLK(st.st_mode));
    int found = 0;
    DIR *d = opendir("/dev");
    for (struct dirent *e; (e = readdir(d));)
        found += strcmp(e->d_name, "ro.img") == 0 || strcmp(e->d_name, "data") == 0 || strcmp(e->d_name, "null") == 0;
    CHECK(found == 3 && closedir(d) == 0);
}

int main(void)
{
    read_only_disk();
    writable_disk();
    others();
    return done();
}
