// setup: python3 -c "open('disk.img', 'wb').write(bytes(1 << 20))"
// stats: frames_leaked == 0 and frames_peak <= frames and written_back >= 700 and bytes_written == 4096 * written_back
// run: --icount --disk {dir}/disk.img,rw,name=d --frames 16
// run: --disk {dir}/disk.img,rw,name=d --frames 16
// run: --disk {dir}/disk.img,rw,name=d --frames 8 --harts 4
// run: --disk {dir}/disk.img,rw,name=d --frames 64 --throttle 20
// run: --disk {dir}/disk.img,rw,name=d --frames 3 --harts 1 --policy none --evict fifo
// Every frame is dirty all the time: victims are written behind the faults that take their frames. Whatever is on its way to the disk when
// it is touched, synced, dropped or unmapped: no byte is lost, and none is written twice without need.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

#define PAGE 4096
#define PAGES 256

static unsigned char *m;
static int fd;

static unsigned char mark(int pass, int page)
{
    return (unsigned char)(31 * pass + 7 * page + 1);
}

static void write_pass(int pass, int step)
{
    for (int i = 0; i < PAGES; i++) {
        int page = i * step % PAGES;
        CHECK(pass == 0 || m[page * PAGE + 5] == mark(pass - 1, page));
        m[page * PAGE + 5] = mark(pass, page);
        /* What was written a moment ago may be on its way just now. */
        int before = (i + PAGES - 6) % PAGES * step % PAGES;
        if (i >= 6 && pass % 2)
            CHECK(m[before * PAGE + 5] == mark(pass, before));
    }
}

static void check_file(int pass, int first, int end)
{
    for (int page = first; page < end; page++) {
        unsigned char byte;
        CHECK(pread(fd, &byte, 1, page * PAGE + 5) == 1 && byte == mark(pass, page));
    }
}

int main(void)
{
    fd = open("/dev/d", O_RDWR);
    m = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_LLM, fd, 0);
    CHECK(m != MAP_FAILED);
    write_pass(0, 1);
    write_pass(1, 37);
    CHECK(msync(m, PAGES * PAGE, MS_SYNC) == 0);
    check_file(1, 0, PAGES);
    write_pass(2, 1);
    CHECK(madvise(m, PAGES * PAGE, MADV_DONTNEED) == 0);
    write_pass(3, 1);
    check_file(3, 0, PAGES); /* read(2) sees what the mapping has, wherever it is */
    CHECK(munmap(m, PAGES / 2 * PAGE) == 0);
    CHECK(munmap(m + PAGES / 2 * PAGE, PAGES / 2 * PAGE) == 0);
    check_file(3, 0, PAGES);
    return done();
}
