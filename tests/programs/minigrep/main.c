/* minigrep [-cFilnorv] [--include=GLOB] PATTERN [PATH...]: lines that match an extended regular expression. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "search.h"

enum { INCLUDE = 256 };

static void usage(void)
{
    fputs("usage: minigrep [-cFilnorv] [--include=GLOB] PATTERN [PATH...]\n", stderr);
    exit(2);
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {
        { "include", required_argument, NULL, INCLUDE },
        { "recursive", no_argument, NULL, 'r' },
        { NULL, 0, NULL, 0 },
    };
    struct search s = { 0 };
    char message[100];
    int option, error;

    while ((option = getopt_long(argc, argv, "cFilnorv", longs, NULL)) != -1) {
        switch (option) {
        case 'c': s.options.count = 1; break;
        case 'F': s.options.fixed = 1; break;
        case 'i': s.options.ignore_case = 1; break;
        case 'l': s.options.list = 1; break;
        case 'n': s.options.number = 1; break;
        case 'o': s.options.only = 1; break;
        case 'r': s.options.recursive = 1; break;
        case 'v': s.options.invert = 1; break;
        case INCLUDE: s.options.include = optarg; break;
        default: usage();
        }
    }
    if (optind == argc)
        usage();
    s.pattern = argv[optind++];
    error = s.options.fixed ? 0 : regcomp(&s.regex, s.pattern, REG_EXTENDED | (s.options.ignore_case ? REG_ICASE : 0));
    if (error) {
        regerror(error, &s.regex, message, sizeof(message));
        printf("minigrep: bad pattern: %s\n", s.pattern);
        fprintf(stderr, "%s\n", message);
        return 2;
    }
    s.with_names = s.options.recursive || argc - optind > 1;
    if (optind == argc && !s.options.recursive)
        search_stream(&s, stdin, "(standard input)");
    else if (optind == argc)
        search_path(&s, ".");
    for (int i = optind; i < argc; i++)
        search_path(&s, argv[i]);
    if (!s.options.fixed)
        regfree(&s.regex);
    return s.errors ? 2 : s.matched == 0;
}
