// setup: python3 -c 'open("disk", "wb").write(bytes((i * 7 + i // 4096) % 256 for i in range(40 * 4096)))'
// stats: frames_leaked == 0 and bytes_read > 0
// run: --disk {dir}/disk,name=data --frames 8 -- 3
// run: --disk {dir}/disk,name=data,rw --frames 8 -- 0
// check: python3 -c 'd = open("disk", "rb").read(); assert d[9::4096] == b"Z" * 40 and d[10:12] == bytes([70, 77])'
// A disk is mapped as a file is; a read-only one refuses a shared writable mapping, and a private one keeps its writes.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIZE (40 * 4096)

static int check(const volatile unsigned char *p)
{
    int wrong = 0;

    for (long i = 0; i < SIZE; i += 13)
        wrong += p[i] != (unsigned char)(i * 7 + i / 4096) && i % 4096 != 9;
    return wrong;
}

int main(int argc, char **argv)
{
    int readonly = argc > 1 && atoi(argv[1]) == 3, fd = open("/dev/data", readonly ? O_RDONLY : O_RDWR);
    int flags = readonly ? MAP_PRIVATE : MAP_SHARED;
    volatile unsigned char *p;

    if (fd < 0 || lseek(fd, 0, SEEK_END) != SIZE)
        return 1;
    if (readonly && (mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_LLM, fd, 0) != MAP_FAILED || errno != EACCES))
        return 2;
    p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, flags | MAP_LLM, fd, 0);
    if (p == MAP_FAILED || check(p) != 0)
        return 3;
    for (int i = 0; i < 40; i++)
        p[i * 4096 + 9] = 0x5a;
    for (int i = 0; i < 40; i++)
        if (p[i * 4096 + 9] != 0x5a)
            return 4;
    if (msync((void *)p, SIZE, MS_SYNC) != 0 || munmap((void *)p, SIZE) != 0)
        return 5;
    return close(fd);
}
