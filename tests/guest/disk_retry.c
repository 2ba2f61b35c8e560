// Every page has an error of its own that passes. A page that fails in company, for a neighbour's sector, may still have its own before
// it: a retry cures that, too. The errors stand in the order in which that happens.
// run: --policy readahead --frames 32 --disk blkdebug:{dir}/bad.conf:{dir}/disk.img,name=bad
// setup: seq 763 -8 3 | sed 's/.*/[inject-error]\nevent = "read_aio"\nerrno = "5"\nonce = "on"\nsector = "&"/' > bad.conf
// setup: head -c 393216 /dev/zero | tr '\0' d > disk.img
#include "check.h"

#include <fcntl.h>
#include <sys/mman.h>

enum { PAGES = 96,
       PAGE = 4096 };

int main(void)
{
    int fd = open("/dev/bad", O_RDONLY);
    const char *map = mmap(NULL, PAGES * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM, fd, 0);
    CHECK(map != MAP_FAILED);
    for (int page = 0; page < PAGES; page++)
        CHECK(map[page * PAGE] == 'd');
    return done();
}
