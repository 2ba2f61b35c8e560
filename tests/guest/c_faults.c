// run: --harts 2
// setup: $ROOT/tests/guest/native.sh c_faults -pthread
// check: cmp want stdout
// run: -- again
// exit: 134
// stderr~: ^fault: nothing is mapped there: store page fault at pc 0x
// stderr~: ^#0 0x[0-9a-f]+ store at tests/guest/c_faults.c
// run: -- blocked
// exit: 134
// stderr~: ^fault: nothing is mapped there: store page fault at pc 0x
// run: -- ignored
// exit: 134
// stderr~: ^address 0x10: page 0
// run: -- overflow
// exit: 134
// stderr~: below the main stack: it overflowed
// Accesses that a program may not make, and its handlers for them: SIGSEGV, SIGBUS.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MAP_LLM
#define MAP_LLM 0
#endif

#define PAGE 4096
#define PAGES 64
#define THREADS 4

static volatile char *volatile base;
static volatile int openings; /* atomic */
static sigjmp_buf back;
static volatile int code, number, nested;
static void *volatile where;

/* A page of one's own: made accessible when it is touched. */
static void open_page(int signal, siginfo_t *info, void *context)
{
    double scratch = signal * 1.5; /* registers that the interrupted code also uses */

    (void)context;
    __atomic_add_fetch(&openings, scratch > 0, __ATOMIC_RELAXED);
    if (mprotect((void *)((uintptr_t)info->si_addr & -(uintptr_t)PAGE), PAGE, PROT_READ | PROT_WRITE) != 0)
        _exit(9);
}

static void jump_back(int signal, siginfo_t *info, void *context)
{
    (void)context;
    number = signal;
    code = info->si_code;
    where = info->si_addr;
    siglongjmp(back, 1);
}

static void skip_nested(int signal, siginfo_t *info, void *context)
{
    nested++;
    if (nested == 1)
        base[3 * PAGE] = 1; /* SA_NODEFER: handled by another run of this */
    open_page(signal, info, context);
}

static void catch (int signal, void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };

    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, NULL);
}

static __attribute__((noinline)) void store(volatile char *to)
{
    *to = 'x';
}

static void tell(const char *what, volatile char *address, int write)
{
    sigset_t now;
    volatile char seen = 0;

    if (sigsetjmp(back, 1) == 0) {
        if (write)
            store(address);
        else
            seen = *address;
        printf("%s: nothing happened, %d\n", what, seen);
        return;
    }
    sigprocmask(SIG_BLOCK, NULL, &now);
    printf("%s: signal %d, code %d, address %s, blocked afterwards %d\n", what, number, code, where == (void *)address ? "right" : "wrong",
           sigismember(&now, number));
}

/* What lives in registers across an access must be there behind it. */
static double sum_across(void)
{
    double a = 1, b = 2, c = 3, d = 4;
    long i, x = 1, y = 2, z = 3;

    for (i = 0; i < PAGES; i++) {
        base[i * PAGE + i] = (char)i;
        a = a * 1.25 + (double)x;
        b = b * 0.5 + a;
        c += b;
        d = d * 0.75 + c;
        x = x * 3 + 1;
        y ^= x;
        z += y >> 3;
    }
    return a + b + c + d + (double)(z % 1000);
}

static void *touch(void *mine)
{
    long from = (long)(intptr_t)mine, sum = 0;

    for (long i = from; i < PAGES; i += THREADS) {
        memset((void *)(base + i * PAGE + 8), (int)i, 100);
        sum += base[i * PAGE + 50];
    }
    return (void *)(intptr_t)sum;
}

static void closed_pages(int flags)
{
    base = mmap(NULL, PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

static void files(void)
{
    int fd = open("short.bin", O_RDWR | O_CREAT | O_TRUNC, 0600);
    volatile char *map;

    if (ftruncate(fd, PAGE + 10) != 0)
        puts("ftruncate");
    map = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
    tell("in the file", map + PAGE, 0);
    tell("behind the file", map + 3 * PAGE + 5, 0);
    tell("read-only mapping", map + 7, 1);
    tell("read-only data", (volatile char *)"text", 1);
    munmap((void *)map, 4 * PAGE);
    close(fd);
    unlink("short.bin");
}

static void threads(void)
{
    pthread_t thread[THREADS];
    long sum = 0;
    void *part;

    for (intptr_t i = 0; i < THREADS; i++)
        pthread_create(&thread[i], NULL, touch, (void *)i);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], &part);
        sum += (long)(intptr_t)part;
    }
    printf("threads: sum %ld, openings %d\n", sum, openings);
}

static int overflow(int n)
{
    volatile char room[1000];

    room[n % 1000] = (char)n;
    return overflow(n + 1) + room[0];
}

static void once(int signal)
{
    printf("once %d\n", signal);
    fflush(stdout);
}

static void end_by(const char *how)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGSEGV);
    catch (SIGSEGV, jump_back, 0);
    if (strcmp(how, "again") == 0) {
        struct sigaction action = { .sa_handler = once, .sa_flags = SA_RESETHAND };

        sigaction(SIGSEGV, &action, NULL);
    } else if (strcmp(how, "blocked") == 0) {
        sigprocmask(SIG_BLOCK, &set, NULL);
    } else if (strcmp(how, "ignored") == 0) {
        signal(SIGSEGV, SIG_IGN);
    } else {
        signal(SIGSEGV, once);
        overflow(0);
    }
    store((volatile char *)0x10);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        end_by(argv[1]);
    catch (SIGSEGV, jump_back, 0);
    catch (SIGBUS, jump_back, 0);
    for (int i = 0; i < 3; i++)
        tell("null", (volatile char *)8, i & 1);
    files();
    for (int round = 0; round < 2; round++) {
        int flags = round * MAP_LLM;

        catch (SIGSEGV, open_page, 0);
        openings = 0;
        closed_pages(flags);
        double sum = sum_across();
        printf("sum %.10g, openings %d\n", sum, openings);
        closed_pages(flags);
        openings = 0;
        threads();
        catch (SIGSEGV, skip_nested, SA_NODEFER);
        closed_pages(flags);
        nested = openings = 0;
        base[PAGE] = 7;
        printf("nested %d, openings %d: %d\n", nested, openings, base[PAGE] + base[3 * PAGE]);
    }
    return 0;
}
