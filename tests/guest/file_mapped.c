// read, write and truncate of a file agree with its shared mappings, in the pool and outside; the host has every byte.
// run: --frames 8 --disk {dir}/disk.img,rw,name=disk -- disk
// setup: head -c 400000 /dev/zero | tr '\0' d > disk.img
// check: test $(head -c 400000 disk.img | tr -d 'd' | tr -d '\0' | wc -c) = 199
// run: --frames 8 -- share
// check: test $(tr -d 'd' < {files}/mapped | tr -d '\0' | wc -c) = 199 && test $(stat -c %s {files}/mapped) = 400000
#include "check.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE 400000
#define PAGE 4096

static char buffer[SIZE];

static void coherence(int fd, int flags)
{
    char *map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | flags, fd, 0);
    CHECK(map != MAP_FAILED);
    if (map == MAP_FAILED)
        return;
    for (int i = 0; i < SIZE; i += PAGE)
        map[i + 17] = 'M';
    CHECK(pread(fd, buffer, SIZE, 0) == SIZE);
    for (int i = 0; i < SIZE; i += PAGE)
        CHECK(buffer[i + 17] == 'M' && buffer[i + 18] == 'd');
    /* Written beside and between what the mapping has dirty: neither side loses a byte. */
    for (int i = 0; i < SIZE; i += PAGE) {
        map[i + 20] = 'm';
        CHECK(pwrite(fd, "W", 1, i + 19) == 1);
        CHECK(map[i + 17] == 'M' && map[i + 19] == 'W' && map[i + 20] == 'm');
    }
    /* Reading into, and writing from, the mapping itself. */
    CHECK(pread(fd, map + PAGE, PAGE, 0) == PAGE && memcmp(map + PAGE, map, PAGE) == 0);
    CHECK(pwrite(fd, map, 3 * PAGE, 30 * PAGE) == 3 * PAGE && memcmp(map + 30 * PAGE, map, 3 * PAGE) == 0);
    for (int i = 0; i < SIZE; i += PAGE)
        map[i + 17] = map[i + 19] = map[i + 20] = 'd';
    CHECK(msync(map, SIZE, MS_SYNC) == 0 && munmap(map, SIZE) == 0);
}

static void truncation(void)
{
    struct stat st;
    int fd = open("short", O_CREAT | O_RDWR, 0644);
    CHECK(write(fd, buffer, 5 * PAGE) == 5 * PAGE);
    char *map = mmap(NULL, 5 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_LLM, fd, 0);
    for (int i = 0; i < 5; i++)
        map[i * PAGE] = 'T';
    CHECK(ftruncate(fd, PAGE + 100) == 0); /* what is dirty beyond the new end must not bring it back */
    CHECK(map[0] == 'T' && map[PAGE] == 'T' && map[PAGE + 100] == 0 && map[2 * PAGE - 1] == 0);
    CHECK(msync(map, 2 * PAGE, MS_SYNC) == 0 && fstat(fd, &st) == 0 && st.st_size == PAGE + 100);
    CHECK(ftruncate(fd, 3 * PAGE) == 0 && map[2 * PAGE] == 0 && map[3 * PAGE - 1] == 0);
    /* The mapping outlives descriptor and name. */
    CHECK(close(fd) == 0 && unlink("short") == 0);
    map[2 * PAGE] = 'U';
    CHECK(map[0] == 'T' && map[2 * PAGE] == 'U' && msync(map, 3 * PAGE, MS_SYNC) == 0);
    CHECK(munmap(map, 5 * PAGE) == 0);
}

static void access_modes(const char *path)
{
    int r = open(path, O_RDONLY), w = open(path, O_WRONLY), d = open("/", O_RDONLY);
    CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, w, 0) == MAP_FAILED && errno == EACCES);
    CHECK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, r, 0) == MAP_FAILED && errno == EACCES);
    CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, d, 0) == MAP_FAILED && errno == ENODEV);
    CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, 0, 0) == MAP_FAILED && (errno == ENODEV || errno == EACCES));
    char *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, r, 0);
    CHECK(map != MAP_FAILED);
    if (map != MAP_FAILED) {
        map[0] = 'P';
        CHECK(pread(r, buffer, 1, 0) == 1 && buffer[0] != 'P' && map[0] == 'P' && munmap(map, PAGE) == 0);
    }
    close(r), close(w), close(d);
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 && strcmp(argv[1], "disk") == 0 ? "/dev/disk" : "mapped";
    int fd = open(path, O_RDWR | O_CREAT, 0644);
    memset(buffer, 'd', SIZE);
    CHECK(fd >= 0 && pwrite(fd, buffer, SIZE, 0) == SIZE);
    coherence(fd, MAP_LLM);
    CHECK(pwrite(fd, buffer, 0, 0) == 0);
    memset(buffer, 'd', SIZE);
    CHECK(pwrite(fd, buffer, SIZE, 0) == SIZE);
    coherence(fd, 0);
    memset(buffer, 'd', SIZE);
    CHECK(pwrite(fd, buffer, SIZE, 0) == SIZE);
    memset(buffer, 'x', 199);
    CHECK(pwrite(fd, buffer, 199, SIZE - 199) == 199 && fsync(fd) == 0);
    access_modes(path);
    truncation();
    return done();
}
