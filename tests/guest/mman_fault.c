// exit: 134
// stderr!~: bower-stats
// run: -- eof
// stderr~: bus error: beyond the end of the file
// stderr~: region \d+ 'short' page 2 of 8, .*file offset 8192 of 5000
// run: --frames 4 -- eof llm
// stderr~: bus error: beyond the end of the file
// stderr~: region \d+ 'short' page 2 of 8, .*MAP_LLM, file offset 8192 of 5000
// run: -- shrunk llm
// stderr~: bus error: beyond the end of the file
// stderr~: 'short' page 1 of 8
// run: -- readonly
// stderr~: region \d+ 'short' page 0 of 8, read-only
// run: -- readonly llm
// stderr~: region \d+ 'short' page 0 of 8, read-only
// run: -- protected llm
// stderr~: region \d+ 'short' page 0 of 8, read-only
// run: -- none
// stderr~: region \d+ 'short' page 0 of 8, no access
// run: -- unmapped
// stderr~: no mapping
// run: -- unmapped llm
// stderr~: no mapping
// run: -- null
// stderr~: page 0 \(null pointer\)
// run: -- text
// stderr~: (kernel|program|image|text)
// run: -- heap
// stderr~: (heap|nobody|no mapping)
// check: test "$(head -c 3 files/short)" = abc
// Accesses that no mapping allows: a report that names the owner, and exit 134. What msync had confirmed is in the file.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int llm = argc > 2 ? MAP_LLM : 0, fd = open("short", O_RDWR | O_CREAT | O_TRUNC, 0644);
    const char *what = argc > 1 ? argv[1] : "";
    volatile char *p;
    char *heap = malloc(16);

    ftruncate(fd, 5000);
    p = mmap(NULL, 8 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED | llm, fd, 0);
    p[0] = 'a';
    p[1] = 'b';
    p[2] = 'c';
    if (msync((void *)p, 4096, MS_SYNC) != 0)
        return 1;
    if (strcmp(what, "eof") == 0)
        printf("%d\n", p[2 * 4096]);
    if (strcmp(what, "shrunk") == 0) {
        p[4096] = 1;
        ftruncate(fd, 4000);
        printf("%d\n", p[4096]);
    }
    if (strcmp(what, "readonly") == 0) {
        munmap((void *)p, 8 * 4096);
        p = mmap(NULL, 8 * 4096, PROT_READ, MAP_SHARED | llm, fd, 0);
        p[0] = 1;
    }
    if (strcmp(what, "protected") == 0) {
        mprotect((void *)p, 4096, PROT_READ);
        p[0] = 1;
    }
    if (strcmp(what, "none") == 0) {
        mprotect((void *)p, 4096, PROT_NONE);
        printf("%d\n", p[0]);
    }
    if (strcmp(what, "unmapped") == 0) {
        munmap((void *)p, 8 * 4096);
        printf("%d\n", p[0]);
    }
    if (strcmp(what, "null") == 0)
        *(volatile int *)argv[argc] = 1;
    if (strcmp(what, "text") == 0)
        *(volatile int *)main = 1;
    if (strcmp(what, "heap") == 0)
        *(volatile char *)(heap + (64l << 30)) = 1;
    return 2;
}
