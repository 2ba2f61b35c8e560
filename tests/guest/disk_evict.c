// setup: printf '[inject-error]\nevent = "none"\niotype = "write"\nerrno = "5"\nsector = "160"\n' > bad.conf
// setup: printf '[inject-error]\nevent = "none"\niotype = "write"\nerrno = "5"\nsector = "400"\nonce = "on"\n' >> bad.conf
// setup: python3 -c "open('disk.img', 'wb').write(b'd' * (1 << 20))"
// exit: 1
// stderr~: /dev/bad: page 20, byte 81920, could not be written to make room: error 5 \(input/output error\)
// run: --disk blkdebug:{dir}/bad.conf:{dir}/disk.img,rw,name=bad --frames 16
// run: --icount --disk blkdebug:{dir}/bad.conf:{dir}/disk.img,rw,name=bad --frames 16
// A victim that cannot be written stays in its frame, and is named; the others go on to be written, and one that failed once is written
// the next time. msync of the page says why, and so does the end.
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

#define PAGE 4096
#define PAGES 256
#define BAD (160 / 8)
#define BAD_ONCE (400 / 8)

int main(void)
{
    int fd = open("/dev/bad", O_RDWR);
    char *m = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_LLM, fd, 0), byte;
    CHECK(m != MAP_FAILED);
    for (int pass = 0; pass < 3; pass++)
        for (int page = 0; page < PAGES; page++) {
            CHECK(m[page * PAGE] == (pass ? 'a' + pass - 1 : 'd'));
            m[page * PAGE] = (char)('a' + pass);
        }
    CHECK(msync(m, BAD * PAGE, MS_SYNC) == 0);
    CHECK(msync(m + (BAD + 1) * PAGE, (PAGES - BAD - 1) * PAGE, MS_SYNC) == 0);
    CHECK_ERRNO(msync(m + BAD * PAGE, PAGE, MS_SYNC), EIO);
    CHECK(m[BAD * PAGE] == 'c');
    for (int page = 0; page < PAGES; page++)
        if (page != BAD)
            CHECK(pread(fd, &byte, 1, page * PAGE) == 1 && byte == 'c');
    CHECK(m[BAD * PAGE] == 'c' && m[BAD_ONCE * PAGE] == 'c');
    _exit(done() ? 3 : 0); /* what cannot be written back at the end makes it 1 */
}
