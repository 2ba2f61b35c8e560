// run: --harts 2
// setup: $ROOT/tests/guest/native.sh c_numbered -pthread
// check: cmp want stdout
// Calls by number with a lock made of a futex, mkdtemp, UTF-32, the order of bytes.
#include <arpa/inet.h>
#include <errno.h>
#include <linux/futex.h>
#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <uchar.h>
#include <unistd.h>

#define ROUNDS 20000

/* As programs define it that are older than glibc's. */
static pid_t gettid(void)
{
    return (pid_t)syscall(SYS_gettid);
}

static uint32_t word; /* 0: free, 1: held, 2: held and somebody waits */
static int count;

static void *work(void *unused)
{
    for (int i = 0; i < ROUNDS; i++) {
        uint32_t was = 0;

        if (!__atomic_compare_exchange_n(&word, &was, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            while (__atomic_exchange_n(&word, 2, __ATOMIC_ACQUIRE) != 0)
                syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
        count++;
        if (__atomic_exchange_n(&word, 0, __ATOMIC_RELEASE) == 2)
            syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    }
    return unused;
}

static void numbers(void)
{
    struct timespec soon = { 0, 1000000 };
    pthread_t threads[3];
    long result;

    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, work, NULL);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    printf("%d\n", count);
    result = syscall(SYS_futex, &word, FUTEX_WAIT, 1, NULL, NULL, 0);
    printf("%ld %d\n", result, errno == EAGAIN);
    result = syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &soon, NULL, 0);
    printf("%ld %d\n", result, errno == ETIMEDOUT);
    printf("%d %d\n", gettid() == getpid(), syscall(SYS_getpid) == getpid());
}

static void folders(void)
{
    char name[] = "work-XXXXXX", other[] = "work-XXXXXX", wrong[] = "work-XXXXX";
    struct stat st;
    int found, failed;

    printf("%d %d", mkdtemp(name) == name, mkdtemp(other) == other && strcmp(name, other) != 0);
    found = stat(name, &st);
    printf(" %d %o", found, st.st_mode & 07777);
    failed = mkdtemp(wrong) == NULL;
    printf(" %d %d", failed, errno == EINVAL);
    printf(" %d %d\n", rmdir(name), rmdir(other));
}

static void characters(void)
{
    const char *text = "a\u00e4\u20ac\U0001f600";
    char32_t c = 0;
    char out[8];

    setlocale(LC_ALL, "C.UTF-8");
    for (size_t n; (n = mbrtoc32(&c, text, strlen(text) + 1, NULL)) > 0; text += n)
        printf("%zu %x %zu\n", n, (unsigned)c, c32rtomb(out, c, NULL));
    printf("%zd\n", (ssize_t)mbrtoc32(&c, "\xff", 1, NULL));
}

int main(void)
{
    numbers();
    folders();
    characters();
    printf("%x %x %x %x\n", htonl(0x01020304), ntohl(0x01020304), htons(0x0102), ntohs(0x0102));
    return 0;
}
