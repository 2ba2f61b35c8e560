// files: tmp
// setup: $ROOT/tests/guest/native.sh c_efault
// check: cmp want stdout
// Calls that are given memory which is not there or forbidden: EFAULT, or what lies before it, and the program goes on.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <unistd.h>

#ifndef MAP_LLM
#define MAP_LLM 0
#endif

#define PAGE 4096

static char *none, *fixed, *edge; /* forbidden; read-only; two pages, behind which there is nothing allowed */
static volatile int handled;

static void count(int signal)
{
    (void)signal;
    handled++;
}

static void tell(const char *what, long result)
{
    printf("%s: %ld %s\n", what, result, result < 0 ? strerror(errno) : "");
}

static void *map(size_t n, int prot, int flags)
{
    return mmap(NULL, n, prot, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

static void make_places(int flags)
{
    none = map(2 * PAGE, PROT_NONE, flags);
    fixed = map(2 * PAGE, PROT_READ, flags);
    edge = map(4 * PAGE, PROT_READ | PROT_WRITE, flags);
    mprotect(edge + 2 * PAGE, 2 * PAGE, PROT_NONE);
    memset(edge, 'e', 2 * PAGE);
}

static void reads(int fd)
{
    void *bad[] = { NULL, (void *)16, none, fixed, edge + 2 * PAGE, (void *)"text" };
    const char *end;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        lseek(fd, 0, SEEK_SET);
        tell("read", read(fd, bad[i], 100));
        tell("position", lseek(fd, 0, SEEK_CUR));
        tell("read nothing", read(fd, bad[i], 0));
        tell("pread", pread(fd, bad[i], 100, 5));
    }
    end = edge + 2 * PAGE;
    tell("read over the end", read(fd, edge + 2 * PAGE - 50, 100));
    printf("%.*s\n", 8, end - 50);
    tell("position", lseek(fd, 0, SEEK_CUR));
    lseek(fd, 0, SEEK_SET);
    tell("read of three pages", read(fd, edge, 3 * PAGE));
    tell("position", lseek(fd, 0, SEEK_CUR));
    tell("pread over the end", pread(fd, edge + PAGE + 1, 2 * PAGE, 1));
}

static void writes(int fd)
{
    const void *bad[] = { NULL, (void *)16, none, edge + 2 * PAGE };
    struct stat st;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        tell("write", write(fd, bad[i], 100));
        tell("write nothing", write(fd, bad[i], 0));
        tell("pwrite", pwrite(fd, bad[i], 100, 3));
    }
    tell("position", lseek(fd, 0, SEEK_CUR));
    tell("write of read-only memory", write(fd, fixed, 10));
    tell("write over the end", write(fd, edge + 2 * PAGE - 60, 100));
    fstat(fd, &st);
    tell("size", st.st_size);
    tell("position", lseek(fd, 0, SEEK_CUR));
    tell("write of three pages", write(fd, edge, 3 * PAGE));
    tell("standard error", write(2, none, 5));
    tell("standard output", write(1, none, 5));
    tell("the null device", write(open("/dev/null", O_WRONLY), edge, 5));
    tell("the full device", write(open("/dev/full", O_WRONLY), edge, 5));
}

static void pieces(int fd)
{
    struct iovec good_bad[] = { { edge, 10 }, { none, 10 }, { edge, 5 } };
    struct iovec bad_good[] = { { none, 10 }, { edge, 10 } };
    struct iovec in_two[] = { { edge, 4 }, { edge + 2 * PAGE - 3, 10 } };

    lseek(fd, 0, SEEK_SET);
    tell("writev", writev(fd, good_bad, 3));
    tell("writev of a bad descriptor", writev(999, bad_good, 2));
    tell("writev", writev(fd, bad_good, 2));
    tell("writev", writev(fd, in_two, 2));
    tell("position", lseek(fd, 0, SEEK_CUR));
    lseek(fd, 0, SEEK_SET);
    tell("readv", readv(fd, good_bad, 3));
    tell("position", lseek(fd, 0, SEEK_CUR));
    tell("readv", readv(fd, bad_good, 2));
    tell("readv", readv(fd, in_two, 2));
    tell("preadv", preadv(fd, in_two, 2, 1));
    tell("position", lseek(fd, 0, SEEK_CUR));
}

static void devices(void)
{
    int zero = open("/dev/zero", O_RDONLY), random = open("/dev/urandom", O_RDONLY);

    tell("zero", read(zero, none, 10));
    tell("zero", read(zero, edge, 2 * PAGE));
    tell("zeros", edge[0] + edge[PAGE] + edge[2 * PAGE - 1]);
    tell("random", read(random, fixed, 10));
    tell("random", read(random, edge, 2 * PAGE));
    tell("getrandom", getrandom(none, 16, 0));
    close(zero);
    close(random);
}

static void names(int fd)
{
    char long_name[] = "a-name", *at_end = edge + 2 * PAGE - sizeof("efault.bin");
    struct stat st;
    int here = open(".", O_RDONLY | O_DIRECTORY);

    tell("open", open(none, O_RDONLY));
    tell("open", open((char *)16, O_RDONLY));
    memcpy(at_end, "efault.bin", sizeof("efault.bin"));
    tell("open at the end", open(at_end, O_RDONLY) < 0);
    memcpy(at_end + 1, "efault.bin", sizeof("efault.bin") - 1);
    tell("open beyond the end", open(at_end + 1, O_RDONLY));
    tell("stat", stat(none, &st));
    tell("stat", stat("efault.bin", (struct stat *)none));
    tell("lstat", lstat("efault.bin", (struct stat *)fixed));
    tell("fstat", fstat(fd, (struct stat *)fixed));
    tell("fstatat", fstatat(AT_FDCWD, "efault.bin", (struct stat *)none, 0));
    tell("access", access(none, F_OK));
    tell("unlink", unlink(edge + 2 * PAGE));
    tell("rename", rename(none, long_name));
    tell("rename", rename("efault.bin", none));
    tell("mkdir", mkdir(none, 0700));
    tell("chdir", chdir(none));
    tell("symlink to none", symlink(none, "efault.link"));
    tell("symlink to NULL", symlink(NULL, "efault.link"));
    tell("openat", openat(here, none, O_RDONLY));
    tell("unlinkat", unlinkat(here, (const char *)edge + 2 * PAGE - 1, 0));
    tell("getentropy", getentropy(edge + 2 * PAGE - 50, 100));
    close(here);
    tell("symlink", symlink("efault.bin", "efault.link"));
    tell("readlink", readlink("efault.link", none, 20));
    tell("readlink", readlink("efault.link", edge + 2 * PAGE - 10, 20));
    tell("truncate", truncate(none, 0));
    tell("getcwd", getcwd(fixed, PAGE) ? 0 : -1);
    tell("uname", uname((struct utsname *)none));
    tell("mincore", mincore(edge, PAGE, (unsigned char *)none));
    unlink("efault.link");
}

int main(void)
{
    int fd = open("efault.bin", O_RDWR | O_CREAT | O_TRUNC, 0600);
    static char text[5 * PAGE];

    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    memset(text, 't', sizeof(text));
    signal(SIGSEGV, count);
    for (int round = 0; round < 2; round++) {
        make_places(round * MAP_LLM);
        ftruncate(fd, 0);
        pwrite(fd, text, sizeof(text), 0);
        reads(fd);
        ftruncate(fd, 0);
        lseek(fd, 0, SEEK_SET);
        writes(fd);
        pieces(fd);
        devices();
        names(fd);
    }
    tell("syscall", syscall(SYS_read, fd, none, 10));
    tell("syscall", syscall(SYS_write, fd, none, 10));
    printf("handled %d\n", handled);
    unlink("efault.bin");
    return 0;
}
