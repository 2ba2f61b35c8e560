// check: test "$(od -An -tx1 -j 0 -N 1 files/kept | tr -d ' ')" = 41
// check: test "$(od -An -tx1 -j 36864 -N 1 files/kept | tr -d ' ')" = 4a
// stats: written_back >= 10 and frames_leaked == 0
// run: --frames 4 -- return
// run: --frames 64 -- return
// run: --frames 64 -- _exit
// run: --frames 64 -- abort
// exit: 134
// Dirty pages of shared mappings reach the file however the program ends, mapped or not.
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int fd = open("kept", O_RDWR | O_CREAT | O_TRUNC, 0644);
    char *p;

    ftruncate(fd, 10 * 4096);
    p = mmap(NULL, 10 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_LLM, fd, 0);
    close(fd);
    for (int i = 0; i < 10; i++)
        p[i * 4096] = (char)('A' + i);
    if (argc > 1 && strcmp(argv[1], "_exit") == 0)
        _exit(0);
    if (argc > 1 && strcmp(argv[1], "abort") == 0)
        abort();
    return 0;
}
