// run:
// setup: $ROOT/tests/guest/native.sh c_getopt
// check: cmp want stdout
// check: sed -n '/^prog:/p' log > got-err && cmp want-err got-err
// getopt, getopt_long and getopt_long_only as glibc has them, permutation, abbreviations and messages included.
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int flag;
static const struct option longs[] = {
    { "alpha", no_argument, NULL, 'a' },
    { "beta", required_argument, NULL, 'b' },
    { "gamma", optional_argument, NULL, 'g' },
    { "flag", no_argument, &flag, 5 },
    { "flat", no_argument, NULL, 'F' },
    { NULL, 0, NULL, 0 },
};

enum kind { SHORT,
            LONG,
            LONG_ONLY };

static void parse(enum kind kind, const char *shorts, const char *line)
{
    char text[256], *argv[32] = { (char *)"prog" }, *word;
    int argc = 1, c, index = -1;

    strcpy(text, line);
    for (word = strtok(text, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    printf("%d '%s' %s:\n", kind, shorts, line);
    optind = 0;
    flag = 0;
    for (int i = 0; i < 20; i++) {
        c = kind == SHORT  ? getopt(argc, argv, shorts)
            : kind == LONG ? getopt_long(argc, argv, shorts, longs, &index)
                           : getopt_long_only(argc, argv, shorts, longs, &index);
        if (c == -1)
            break;
        printf("  %d arg %s index %d", c, optarg ? optarg : "-", index);
        printf(" optopt %d optind %d (%s) flag %d\n", optopt, optind, argv[optind] ? argv[optind] : "-", flag);
    }
    printf("  rest:");
    while (optind < argc)
        printf(" %s", argv[optind++]);
    printf("\n");
}

int main(void)
{
    parse(SHORT, "ab:c", "-a -b x -c y");
    parse(SHORT, "ab:c", "one -abval two -c three");
    parse(SHORT, "ab:c", "-b");
    parse(SHORT, ":ab:c", "-b");
    parse(SHORT, ":ab:c", "-x -a");
    parse(SHORT, "ab:c", "-axc");
    parse(SHORT, "+ab:c", "-a one -c");
    parse(SHORT, "-ab:c", "-a one -c two");
    parse(SHORT, "ab:c", "one -- -a two");
    parse(SHORT, "ab:c", "one two -a -- -c");
    parse(SHORT, "ab::c", "-b -bx -c - -a");
    parse(LONG, "ab:c", "--alpha --beta=5 one --beta 6 --gamma --gamma=7 -c two");
    parse(LONG, "ab:c", "--al --be 3 --flag --fla --fl --f");
    parse(LONG, "ab:c", "--none --alpha=1 -a --beta");
    parse(LONG, ":ab:c", "--beta");
    parse(LONG, "ab:c", "one two --beta 5 three -a four -- --alpha");
    parse(LONG_ONLY, "ab:c", "-alpha -beta 5 -gamma=3 -a -c --flat x");
    parse(LONG_ONLY, "ab:c", "-none -b 7 -flag");
    parse(LONG, "ab:cW;", "one -W alpha two -Wbeta=3 -W gamma three -W");
    parse(LONG, "ab:cW;", "-W nonsense -W beta");
    parse(SHORT, "ag::", "one -g two -a three -- four -a");
    return 0;
}
