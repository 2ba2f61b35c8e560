/*
 * workload: touches the pages of a MAP_LLM mapping in a known order, for counting faults. With --list it prints the
 * order instead, as a trace that scripts/simulate and --trace read; so it also runs on the host.
 */
#include "composite.h"
#include "pattern.h"
#include "recorded.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MAP_LLM
#define MAP_LLM 0
#endif

#define PAGE 4096u

struct options {
    struct pattern_options pattern;
    const char *name, *file, *trace;
    bool list, write;
};

static void usage(FILE *out)
{
    fprintf(out, "usage: workload [options]\n  --pattern NAME   one of:\n");
    for (const struct pattern *p = patterns; p->name; p++)
        fprintf(out, "                   %-11s %s\n", p->name, p->help);
    for (const struct pattern *p = composite_patterns; p->name; p++)
        fprintf(out, "                   %-11s %s\n", p->name, p->help);
    fprintf(out, "  --trace FILE     the order of a recorded trace instead, in either form\n"
                 "  --file FILE      what is mapped (weight.dat; made longer if it is too short)\n"
                 "  --pages N        length of the mapping (512)     --passes N    (4)\n"
                 "  --accesses N     (32 for lab, else 4 * pages)    --stride N    pages (7)\n"
                 "  --columns N      pages a row (16)                --seed N      (0)\n"
                 "  --streams N      walks side by side (4)          --noise P     percent of all accesses (0)\n"
                 "  --write          write a byte to every page instead of reading it\n"
                 "  --list           print the trace and touch nothing\n");
}

static uint64_t number(const char *option, const char *text, uint64_t least, uint64_t most)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || value < least || value > most) {
        fprintf(stderr, "workload: --%s %s: a number from %llu to %llu is needed\n", option, text, (unsigned long long)least,
                (unsigned long long)most);
        exit(2);
    }
    return value;
}

static void parse(int argc, char **argv, struct options *o)
{
    static const struct option names[] = {
        { "pattern", 1, NULL, 'p' },
        { "trace", 1, NULL, 't' },
        { "file", 1, NULL, 'f' },
        { "pages", 1, NULL, 'n' },
        { "passes", 1, NULL, 'r' },
        { "stride", 1, NULL, 's' },
        { "columns", 1, NULL, 'c' },
        { "accesses", 1, NULL, 'a' },
        { "seed", 1, NULL, 'x' },
        { "streams", 1, NULL, 'm' },
        { "noise", 1, NULL, 'z' },
        { "write", 0, NULL, 'w' },
        { "list", 0, NULL, 'l' },
        { "help", 0, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    struct pattern_options *p = &o->pattern;
    const uint64_t most = UINT32_MAX;
    for (int c, index; (c = getopt_long(argc, argv, "h", names, &index)) != -1;) {
        switch (c) {
        case 'p': o->name = optarg; break;
        case 't': o->trace = optarg; break;
        case 'f': o->file = optarg; break;
        case 'n': p->pages = (uint32_t)number("pages", optarg, 1, most / 2); break;
        case 'r': p->passes = (uint32_t)number("passes", optarg, 1, most); break;
        case 's': p->stride = (uint32_t)number("stride", optarg, 1, most / 2); break;
        case 'c': p->columns = (uint32_t)number("columns", optarg, 1, most / 2); break;
        case 'a': p->accesses = (uint32_t)number("accesses", optarg, 1, most); break;
        case 'x': p->seed = number("seed", optarg, 0, UINT64_MAX); break;
        case 'm': p->streams = (uint32_t)number("streams", optarg, 1, 16); break;
        case 'z': p->noise = (uint32_t)number("noise", optarg, 0, 90); break;
        case 'w': o->write = true; break;
        case 'l': o->list = true; break;
        case 'h': usage(stdout); exit(0);
        default: usage(stderr); exit(2);
        }
    }
    if (optind < argc) {
        fprintf(stderr, "workload: %s: not an option; --help lists them\n", argv[optind]);
        exit(2);
    }
    if (p->accesses == 0)
        p->accesses = strcmp(o->name, "lab") == 0 ? 32 : 4 * p->pages;
}

static const struct pattern *find_pattern(const struct pattern *p, const char *name)
{
    while (p->name && strcmp(p->name, name) != 0)
        p++;
    return p->name ? p : NULL;
}

static void make_list(struct options *o, struct access_list *list)
{
    if (o->trace) {
        FILE *in = fopen(o->trace, "r");
        if (!in) {
            fprintf(stderr, "workload: %s: %s\n", o->trace, strerror(errno));
            exit(2);
        }
        int line = recorded_read(in, list);
        fclose(in);
        if (line > 0)
            fprintf(stderr, "workload: %s:%d: 'r PAGE' or 'w PAGE' is needed\n", o->trace, line);
        else if (line < 0)
            fprintf(stderr, "workload: %s: cut short, or no trace\n", o->trace);
        if (line)
            exit(2);
        for (size_t i = 0; i < list->count; i++)
            if (list->page[i] >= o->pattern.pages)
                o->pattern.pages = list->page[i] + 1;
        return;
    }
    const struct pattern *p = find_pattern(patterns, o->name);
    if (!p && (p = find_pattern(composite_patterns, o->name)) && o->pattern.pages < COMPOSITE_LEAST) {
        fprintf(stderr, "workload: --pattern %s: at least %u pages are needed\n", o->name, COMPOSITE_LEAST);
        exit(2);
    }
    if (p) {
        p->make(&o->pattern, list);
        access_list_disturb(list, &o->pattern);
        return;
    }
    fprintf(stderr, "workload: --pattern %s: no such pattern; --help lists them\n", o->name);
    exit(2);
}

static _Noreturn void give_up(const char *what, const char *file)
{
    fprintf(stderr, "workload: %s %s: %s\n", what, file, strerror(errno));
    exit(1);
}

/* A file of the share is made as long as needed; a disk or a read-only file is taken as it is. */
static volatile unsigned char *map_file(const struct options *o)
{
    size_t length = (size_t)o->pattern.pages * PAGE;
    int fd = open(o->file, O_RDWR | O_CREAT, 0666);
    if (fd < 0 && !o->write)
        fd = open(o->file, O_RDONLY);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        give_up("open", o->file);
    if ((size_t)st.st_size < length && ftruncate(fd, (off_t)length) != 0)
        give_up("lengthen", o->file);
    void *map = mmap(NULL, length, o->write ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED | MAP_LLM, fd, 0);
    if (map == MAP_FAILED)
        give_up("mmap", o->file);
    close(fd);
    return map;
}

int main(int argc, char **argv)
{
    struct options o = { .name = "lab", .file = "weight.dat" };
    o.pattern = (struct pattern_options){ .pages = 512, .passes = 4, .stride = 7, .columns = 16, .streams = 4 };
    struct access_list list = { 0 };
    parse(argc, argv, &o);
    make_list(&o, &list);
    if (o.list) {
        printf("# pages %u\n", (unsigned)o.pattern.pages);
        for (size_t i = 0; i < list.count; i++)
            printf("%c %u\n", o.write ? 'w' : 'r', (unsigned)list.page[i]);
        return 0;
    }
    volatile unsigned char *map = map_file(&o);
    unsigned sum = 0;
    for (size_t i = 0; i < list.count; i++) {
        volatile unsigned char *byte = map + (size_t)list.page[i] * PAGE;
        if (o.write)
            *byte = (unsigned char)i;
        else
            sum += *byte;
    }
    printf("%zu accesses to %u pages, sum %u\n", list.count, (unsigned)o.pattern.pages, sum);
    free(list.page);
    return 0;
}
