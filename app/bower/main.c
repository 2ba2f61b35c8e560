/*
 * bower: the lab. Thirty-two one-byte writes to a mapping of 512 pages whose pool holds far fewer frames; how many of
 * them fault is a matter of the mapping's prefetch policy. The pages follow p' = p + (p mod 23) + 1.
 */
#include <bower.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096L
#define MOST_PAGES (1L << 24)

struct options {
    const char *file;
    unsigned long seed;
    long pages, writes;
    long start; /* first page, or -1: from the seed */
};

static const char usage[] =
    "usage: bower [--seed N] [--start P] [--pages N] [--writes N] [--file NAME]\n"
    "  --seed N     the first page is N mod 9 + 1 (default: from the clock)\n"
    "  --start P    the first page is P, whatever the seed\n"
    "  --pages N    length of the mapping in pages of 4 KiB (512)\n"
    "  --writes N   one-byte writes, each to another page (32)\n"
    "  --file NAME  the file behind the mapping, made or extended if need be (weight.dat)\n";

static void fail(const char *what)
{
    fprintf(stderr, "bower: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

static unsigned long number(const char *option, const char *text, unsigned long least, unsigned long most)
{
    char *end;
    unsigned long value;

    errno = 0;
    value = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end || errno || value < least || value > most) {
        fprintf(stderr, "bower: --%s %s: not a number from %lu to %lu\n", option, text, least, most);
        exit(2);
    }
    return value;
}

static struct options parse(int argc, char **argv)
{
    static const struct option known[] = {
        { "seed", required_argument, NULL, 's' },
        { "start", required_argument, NULL, 'p' },
        { "pages", required_argument, NULL, 'n' },
        { "writes", required_argument, NULL, 'w' },
        { "file", required_argument, NULL, 'f' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    struct options o = { "weight.dat", (unsigned long)time(NULL), 512, 32, -1 };
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        switch (option) {
        case 's': o.seed = number("seed", optarg, 0, ~0ul); break;
        case 'p': o.start = (long)number("start", optarg, 0, MOST_PAGES); break;
        case 'n': o.pages = (long)number("pages", optarg, 1, MOST_PAGES); break;
        case 'w': o.writes = (long)number("writes", optarg, 1, MOST_PAGES); break;
        case 'f': o.file = optarg; break;
        case 'h': fputs(usage, stdout); exit(0);
        default:
            fprintf(stderr, "bower: %s: not an option, or its value is missing; --help lists them\n", argv[optind - 1]);
            exit(2);
        }
    }
    if (optind < argc) {
        fprintf(stderr, "bower: %s: not an option; --help lists them\n", argv[optind]);
        exit(2);
    }
    return o;
}

static long next_page(long page)
{
    return page + page % 23 + 1;
}

static void check_reach(const struct options *o)
{
    long page = o->start;

    for (long i = 1; i < o->writes && page < o->pages; i++)
        page = next_page(page);
    if (page < o->pages)
        return;
    fprintf(stderr, "bower: %ld writes from page %ld reach page %ld; the mapping has %ld pages\n", o->writes, o->start, page,
            o->pages);
    exit(2);
}

static char letter(long i)
{
    return (char)('A' + i % 26);
}

static int open_weights(const struct options *o)
{
    struct stat st;
    int fd = open(o->file, O_RDWR | O_CREAT, 0644);

    if (fd < 0 || fstat(fd, &st) != 0)
        fail(o->file);
    if (st.st_size < o->pages * PAGE && ftruncate(fd, o->pages * PAGE) != 0)
        fail(o->file);
    return fd;
}

/* Writes, and reads each byte back at once. Returns how many came back wrong. */
static long write_all(const struct options *o, volatile char *weights)
{
    long page = o->start, wrong = 0;

    for (long i = 0; i < o->writes; i++, page = next_page(page)) {
        weights[page * PAGE] = letter(i);
        wrong += weights[page * PAGE] != letter(i);
    }
    return wrong;
}

/* The same bytes once more, from the file: what the mapping was told must have come down there. */
static long check_file(const struct options *o, int fd)
{
    long page = o->start, wrong = 0;

    for (long i = 0; i < o->writes; i++, page = next_page(page)) {
        char c;

        wrong += pread(fd, &c, 1, page * PAGE) != 1 || c != letter(i);
    }
    return wrong;
}

static void grade(unsigned long faults, unsigned long most)
{
    printf("llm page fault times <= %lu: %s\n", most, faults <= most ? "reached" : "not reached");
}

int main(int argc, char **argv)
{
    struct options o = parse(argc, argv);
    struct bower_counters counters;
    long wrong;
    char *weights;
    int fd;

    if (o.start < 0) {
        o.start = (long)(o.seed % 9) + 1;
        printf("seed %lu, ", o.seed);
    }
    printf("%ld writes from page %ld\n", o.writes, o.start);
    check_reach(&o);
    fd = open_weights(&o);
    weights = mmap(NULL, (size_t)(o.pages * PAGE), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_LLM, fd, 0);
    if (weights == MAP_FAILED)
        fail("mmap");
    wrong = write_all(&o, weights);
    if (bower_region_counters(weights, &counters) != 0)
        fail("counters");
    if (munmap(weights, (size_t)(o.pages * PAGE)) != 0)
        fail("munmap");
    wrong += check_file(&o, fd);
    if (close(fd) != 0)
        fail(o.file);
    printf("llm page fault times: %lu\n", (unsigned long)counters.faults);
    grade(counters.faults, 16);
    grade(counters.faults, 8);
    grade(counters.faults, 2);
    if (wrong) {
        printf("%ld bytes are wrong\n", wrong);
        return EXIT_FAILURE;
    }
    return 0;
}
