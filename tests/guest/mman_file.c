// setup: $ROOT/tests/guest/native.sh mman_file
// check: cmp want stdout
// stats: frames_leaked == 0 and frames_peak <= frames
// run: -- plain
// run: --frames 4 -- llm
// run: --frames 64 --policy readahead -- llm
// Shared mappings of a file: every length and offset, both ways of looking at the bytes, and what lies behind the end.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MAP_LLM
#define MAP_LLM 0
#endif

static int llm;

static unsigned char byte(long i)
{
    return (unsigned char)(i * 31 + i / 4096 * 7 + 1);
}

static int make(const char *name, long size)
{
    int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);
    unsigned char *data = malloc((size_t)size);

    for (long i = 0; i < size; i++)
        data[i] = byte(i);
    if (write(fd, data, (size_t)size) != size)
        printf("short write\n");
    free(data);
    return fd;
}

/* Which byte of the page at i of a window of `here` bytes is changed: the hundredth, or the last one. */
static long flipped_byte(long here, long i)
{
    return here - i - 1 < 99 ? here - i - 1 : 99;
}

static int file_differs(int fd, long size, long offset, long here)
{
    unsigned char *data = malloc((size_t)size);
    int wrong = read(fd, data, (size_t)size) != size;

    for (long i = 0; i < size; i++) {
        long k = i - offset;
        int flipped = k >= 0 && k < here && k % 4096 == flipped_byte(here, k / 4096 * 4096);

        wrong += data[i] != (flipped ? (byte(i) ^ 0xff) : byte(i));
    }
    free(data);
    return wrong;
}

/* Maps [offset, offset+length) of a file of this size, checks, changes each page, lets go, and looks at the file. */
static void one(long size, long offset, long length)
{
    int fd = make("file", size), wrong = 0;
    long here = size - offset < length ? size - offset : length;
    unsigned char *p = mmap(NULL, (size_t)length, PROT_READ | PROT_WRITE, MAP_SHARED | llm, fd, offset);
    struct stat st;

    if (p == MAP_FAILED) {
        printf("size %ld offset %ld length %ld: failed\n", size, offset, length);
        close(fd);
        return;
    }
    close(fd); /* the mapping keeps the file */
    for (long i = 0; i < here; i++)
        wrong += p[i] != byte(offset + i);
    for (long i = here; i % 4096 != 0; i++)
        wrong += p[i] != (offset + i < size ? byte(offset + i) : 0);
    for (long i = 0; i < here; i += 4096)
        p[i + flipped_byte(here, i)] ^= 0xff;
    if (offset + here == size && here % 4096)
        p[here] = 77; /* behind the end: stays out of the file */
    wrong += munmap(p, (size_t)length) != 0;
    fd = open("file", O_RDONLY);
    fstat(fd, &st);
    wrong += file_differs(fd, size, offset, here);
    close(fd);
    printf("size %ld offset %ld length %ld: wrong %d, size now %ld\n", size, offset, length, wrong, (long)st.st_size);
}

/* read and write see what the mapping holds, and the other way round. */
static void coherence(void)
{
    int fd = make("both", 40000), wrong = 0;
    unsigned char *p = mmap(NULL, 40000, PROT_READ | PROT_WRITE, MAP_SHARED | llm, fd, 0), buffer[8192];

    memset(p + 4090, 'x', 20);
    pread(fd, buffer, 20, 4090);
    wrong += memcmp(buffer, "xxxxxxxxxxxxxxxxxxxx", 20) != 0;
    pwrite(fd, "yyyyyyyyyy", 10, 4091);
    wrong += memcmp(p + 4090, "xyyyyyyyyyyxxxxxxxxx", 20) != 0;
    wrong += p[5000] != byte(5000);
    p[20000] = 'z';
    lseek(fd, 20000, SEEK_SET);
    read(fd, buffer, 1);
    wrong += buffer[0] != 'z';
    memset(buffer, 'w', sizeof(buffer));
    pwrite(fd, buffer, sizeof(buffer), 12345);
    for (int i = 0; i < 8192; i++)
        wrong += p[12345 + i] != 'w';
    wrong += p[12344] != byte(12344) || p[12345 + 8192] != byte(12345 + 8192);
    /* a buffer of read and write that lies in the mapping itself */
    lseek(fd, 0, SEEK_SET);
    wrong += read(fd, p + 30000, 5000) != 5000 || memcmp(p + 30000, p, 5000) != 0;
    wrong += pwrite(fd, p + 30000, 3000, 36000) != 3000 || memcmp(p + 36000, p, 3000) != 0;
    munmap(p, 40000);
    close(fd);
    printf("coherence: wrong %d\n", wrong);
}

static void growing(void)
{
    int fd = make("grow", 5000), wrong = 0;
    unsigned char *p = mmap(NULL, 5 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED | llm, fd, 0), c;

    wrong += p[4999] != byte(4999) || p[5000] != 0;
    ftruncate(fd, 3 * 4096 + 5);
    p[3 * 4096 + 4] = 'g';
    wrong += p[8191] != 0 || p[3 * 4096] != 0;
    pwrite(fd, "h", 1, 5 * 4096 - 1);
    wrong += p[5 * 4096 - 1] != 'h';
    pread(fd, &c, 1, 3 * 4096 + 4);
    wrong += c != 'g';
    ftruncate(fd, 4096 + 10);
    wrong += p[4096 + 9] != byte(4096 + 9);
    ftruncate(fd, 2 * 4096);
    pread(fd, &c, 1, 4096 + 20);
    wrong += c != 0 || p[4096 + 20] != 0;
    munmap(p, 5 * 4096);
    close(fd);
    printf("growing: wrong %d\n", wrong);
}

static void two_views(void)
{
    int fd = make("views", 10 * 4096), other = open("views", O_RDWR), wrong = 0;
    unsigned char *a = mmap(NULL, 10 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED | llm, fd, 0);
    unsigned char *b = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED | llm, other, 2 * 4096);

    for (int i = 0; i < 4; i++) {
        a[(i + 2) * 4096 + 5] = (unsigned char)(100 + i);
        wrong += b[i * 4096 + 5] != 100 + i;
        b[i * 4096 + 6] = (unsigned char)(200 + i);
        wrong += a[(i + 2) * 4096 + 6] != 200 + i;
    }
    munmap(a, 10 * 4096);
    for (int i = 0; i < 4; i++)
        wrong += b[i * 4096 + 6] != 200 + i;
    munmap(b, 4 * 4096);
    close(fd);
    close(other);
    printf("two views: wrong %d\n", wrong);
}

int main(int argc, char **argv)
{
    static const long sizes[] = { 1, 4095, 4096, 4097, 20480, 50000 };

    llm = argc > 1 && strcmp(argv[1], "llm") == 0 ? MAP_LLM : 0;
    for (int i = 0; i < 6; i++) {
        one(sizes[i], 0, sizes[i]);
        one(sizes[i], 0, 1);
        if (sizes[i] > 4096) {
            one(sizes[i], 4096, sizes[i] - 4096);
            one(sizes[i], 4096, 1000);
        }
        if (sizes[i] > 20480)
            one(sizes[i], 5 * 4096, 3 * 4096 + 1);
    }
    coherence();
    growing();
    two_views();
    return 0;
}
