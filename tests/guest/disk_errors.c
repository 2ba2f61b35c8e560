// A disk that fails: each error reaches the call that it belongs to, the rest of the disk goes on to work.
// run: --disk blkdebug:{dir}/bad.conf:{dir}/disk.img,rw,name=bad
// setup: printf '[inject-error]\nevent = "read_aio"\nerrno = "5"\nsector = "80"\n' > bad.conf
// setup: printf '[inject-error]\nevent = "write_aio"\nerrno = "5"\nsector = "160"\n' >> bad.conf
// setup: printf '[inject-error]\nevent = "write_aio"\nerrno = "28"\nsector = "240"\n' >> bad.conf
// setup: printf '[inject-error]\nevent = "flush_to_os"\nerrno = "5"\nonce = "on"\n' >> bad.conf
// setup: head -c 1048576 /dev/zero | tr '\0' d > disk.img
// exit: 1
// stderr~: /dev/bad could not be written back
#include "check.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define SECTOR 512
#define PAGE 4096
enum {
    BAD_READ = 80,
    BAD_WRITE = 160,
    FULL_WRITE = 240,
};

static char buffer[1 << 20];

int main(void)
{
    int fd = open("/dev/bad", O_RDWR);
    CHECK(fd >= 0);
    CHECK(pread(fd, buffer, PAGE, 0) == PAGE && buffer[0] == 'd');
    CHECK_ERRNO(pread(fd, buffer, PAGE, BAD_READ * SECTOR), EIO);
    CHECK(pread(fd, buffer, PAGE, BAD_READ * SECTOR + PAGE) == PAGE);
    memset(buffer, 'w', PAGE);
    CHECK_ERRNO(pwrite(fd, buffer, PAGE, BAD_WRITE * SECTOR), EIO);
    CHECK_ERRNO(pwrite(fd, buffer, PAGE, FULL_WRITE * SECTOR), EIO); /* virtio-blk has no other word for a full disk */
    CHECK(pwrite(fd, buffer, PAGE, BAD_WRITE * SECTOR + PAGE) == PAGE);
    CHECK(pread(fd, buffer, PAGE, BAD_WRITE * SECTOR) == PAGE && buffer[0] == 'd');
    CHECK_ERRNO(fsync(fd), EIO);
    CHECK(fsync(fd) == 0);
    char *map = mmap(NULL, sizeof(buffer), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_LLM, fd, 0);
    CHECK(map != MAP_FAILED && map[0] == 'd');
    map[BAD_WRITE * SECTOR] = 'x';
    CHECK_ERRNO(msync(map, sizeof(buffer), MS_SYNC), EIO);
    /* What cannot be written stays, whatever is advised, and so does the error. */
    CHECK(madvise(map, sizeof(buffer), MADV_DONTNEED) == 0 && map[BAD_WRITE * SECTOR] == 'x');
    CHECK_ERRNO(msync(map, sizeof(buffer), MS_SYNC), EIO);
    map[0] = 'y';
    CHECK(msync(map, PAGE, MS_SYNC) == 0);
    _exit(done() ? 3 : 0); /* what cannot be written back at the end makes it 1 */
}
