/*
 * init.c: the first program of the Linux machine of scripts/bench-linux. Runs what /job asks for and powers the machine off.
 *
 * /job is lines of "KEY VALUE", done in order:
 *   mglru 0|1            classic LRU or MGLRU for what follows
 *   read_ahead_kb N      of the disk
 *   cap_pages N          memory.max of the next run's cgroup, 0 for none
 *   env NAME=VALUE       for the programs
 *   arg WORD             the next word of the next run's command
 *   run NAME             runs the command in a cgroup of its own, with caches dropped, and prints a line:
 *       bench run=NAME status=0 seconds=S bytes=N major=N minor=N peak_pages=N file_pages=N text=HEX
 * bytes is what the disk gave, peak_pages the most that the cgroup held, file_pages its page cache at the end, text what the
 * program wrote to stdout. Its stderr is the console.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CGROUP "/sys/fs/cgroup"
#define OUTPUT "/out"

enum { WORDS = 64,
       PAGE_BYTES = 4096,
       SECTOR_BYTES = 512,
       LINE_BYTES = 4096 };

struct job {
    char *words[WORDS];
    int count;
    unsigned long cap_pages;
    int runs; /* so far: each has a cgroup of its own */
};

static void power_off(void)
{
    fflush(stdout);
    sync();
    reboot(RB_POWER_OFF);
    for (;;) {
        pause();
    }
}

static void fail(const char *format, ...)
{
    va_list args;

    printf("bench-error ");
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf(": %s\n", strerror(errno));
    power_off();
}

static void put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY);

    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) {
        fail("%s: cannot write %s", path, text);
    }
    close(fd);
}

/* The number behind `name` in a file of "name number" lines; the first number where name is NULL. */
static unsigned long get(const char *path, const char *name)
{
    char line[LINE_BYTES];
    FILE *file = fopen(path, "r");
    size_t len = name != NULL ? strlen(name) : 0;

    if (file == NULL) {
        fail("%s: cannot open", path);
    }
    while (fgets(line, sizeof(line), file) != NULL) {
        if (name == NULL || (strncmp(line, name, len) == 0 && line[len] == ' ')) {
            fclose(file);
            return strtoul(line + len, NULL, 10);
        }
    }
    errno = ENOENT;
    fail("%s: no %s", path, name != NULL ? name : "number");
    return 0;
}

static unsigned long disk_bytes(void)
{
    unsigned long ios, merges, sectors;
    FILE *file = fopen("/sys/block/vda/stat", "r");

    if (file == NULL || fscanf(file, "%lu %lu %lu", &ios, &merges, &sectors) != 3) {
        fail("/sys/block/vda/stat");
    }
    fclose(file);
    return sectors * SECTOR_BYTES;
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* In the child: into the cgroup, stdout to a file, exec. */
static void become(struct job *job, const char *cgroup)
{
    char path[LINE_BYTES];
    int out = open(OUTPUT, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
    put(path, "0");
    dup2(out, STDOUT_FILENO);
    job->words[job->count] = NULL;
    execv(job->words[0], job->words);
    fprintf(stderr, "bench-error %s: %s\n", job->words[0], strerror(errno));
    _exit(127);
}

static void print_text(void)
{
    FILE *file = fopen(OUTPUT, "rb");
    int byte;

    printf(" text=");
    while (file != NULL && (byte = getc(file)) != EOF) {
        printf("%02x", (unsigned)byte);
    }
    printf("\n");
    if (file != NULL) {
        fclose(file);
    }
}

static void run(struct job *job, const char *name)
{
    char cgroup[64], path[LINE_BYTES], text[32];
    struct rusage usage;
    int status;

    if (job->count == 0) {
        errno = EINVAL;
        fail("run %s: no command", name);
    }
    snprintf(cgroup, sizeof(cgroup), CGROUP "/run%d", job->runs++);
    if (mkdir(cgroup, 0700) < 0) {
        fail("%s", cgroup);
    }
    if (job->cap_pages != 0) {
        snprintf(path, sizeof(path), "%s/memory.max", cgroup);
        snprintf(text, sizeof(text), "%lu", job->cap_pages * PAGE_BYTES);
        put(path, text);
    }
    put("/proc/sys/vm/drop_caches", "3");
    unsigned long bytes = disk_bytes();
    double start = now();
    pid_t child = fork();
    if (child == 0) {
        become(job, cgroup);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child) {
        fail("run %s", name);
    }
    double seconds = now() - start;
    bytes = disk_bytes() - bytes;
    snprintf(path, sizeof(path), "%s/memory.peak", cgroup);
    unsigned long peak = get(path, NULL) / PAGE_BYTES;
    snprintf(path, sizeof(path), "%s/memory.stat", cgroup);
    unsigned long file = get(path, "file") / PAGE_BYTES;
    printf("bench run=%s status=%d seconds=%.6f bytes=%lu major=%ld minor=%ld peak_pages=%lu file_pages=%lu", name,
           WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), seconds, bytes, usage.ru_majflt,
           usage.ru_minflt, peak, file);
    print_text();
    job->count = 0;
}

static void obey(struct job *job, const char *key, char *value)
{
    if (strcmp(key, "mglru") == 0) {
        put("/sys/kernel/mm/lru_gen/enabled", value[0] == '1' ? "y" : "n");
    } else if (strcmp(key, "read_ahead_kb") == 0) {
        put("/sys/block/vda/queue/read_ahead_kb", value);
    } else if (strcmp(key, "cap_pages") == 0) {
        job->cap_pages = strtoul(value, NULL, 10);
    } else if (strcmp(key, "env") == 0) {
        putenv(strdup(value));
    } else if (strcmp(key, "arg") == 0 && job->count + 1 < WORDS) {
        job->words[job->count++] = strdup(value);
    } else if (strcmp(key, "run") == 0) {
        run(job, value);
    } else {
        errno = EINVAL;
        fail("/job: %s %s", key, value);
    }
}

static void mount_all(void)
{
    static const char *const mounts[][2] = {
        { "proc", "/proc" }, { "sysfs", "/sys" }, { "devtmpfs", "/dev" }, { "cgroup2", CGROUP }
    };

    for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
        if (mount("none", mounts[i][1], mounts[i][0], 0, NULL) < 0) {
            fail("mount %s", mounts[i][1]);
        }
    }
    put(CGROUP "/cgroup.subtree_control", "+memory");
    if (open("/dev/vda", O_RDONLY) < 0) { /* held: a disk's page cache goes when its last user closes it */
        fail("/dev/vda");
    }
}

int main(void)
{
    static char line[LINE_BYTES];
    static struct job job;

    setvbuf(stdout, NULL, _IOLBF, 0);
    mount_all();
    FILE *file = fopen("/job", "r");
    if (file == NULL) {
        fail("/job");
    }
    while (fgets(line, sizeof(line), file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *value = strchr(line, ' ');
        if (value != NULL) {
            *value = '\0';
            obey(&job, line, value + 1);
        }
    }
    printf("bench-end\n");
    power_off();
}
