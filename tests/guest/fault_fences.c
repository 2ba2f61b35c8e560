// run: --icount --frames 256 --policy none
// stats: faults == 200 and faults_spurious == 0 and sfence_local < 20
/* A page that was in no frame and takes nobody's is mapped without a fence: QEMU throws away its whole TLB for each, and for every page. */
#include <stddef.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE 4096
#define PAGES 200

int main(void)
{
    volatile unsigned char *pages = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LLM, -1, 0);

    CHECK(pages != MAP_FAILED);
    for (int i = 0; i < PAGES; i++)
        pages[i * PAGE] = 1;
    return done();
}
