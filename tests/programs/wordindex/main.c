/*
 * wordindex: counts the words of text files, and says on which lines they stand.
 *
 *     wordindex [-i] [-l LENGTH] [-n TOP] [-s count|word|length] [FILE...]
 *     wordindex -w WORD FILE...
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

static struct {
    int ignore_case, statistics;
    size_t shortest;
    long top;
    const char *wanted;
    int (*order)(const void *, const void *);
} options = { .shortest = 1, .top = 10 };

static const struct word *word_at(const void *p)
{
    return *(const struct word *const *)p;
}

static int by_word(const void *a, const void *b)
{
    return strcmp(word_at(a)->text, word_at(b)->text);
}

/* Ties are broken by an earlier sort by word. */
static int by_count(const void *a, const void *b)
{
    size_t x = word_at(a)->count, y = word_at(b)->count;

    return (x < y) - (x > y);
}

static int by_length(const void *a, const void *b)
{
    size_t x = strlen(word_at(a)->text), y = strlen(word_at(b)->text);

    return (x < y) - (x > y);
}

static void read_line(struct table *t, char *line, struct posting where)
{
    for (char *p = line; *p;) {
        char *start;

        while (*p && !isalpha((unsigned char)*p))
            p++;
        for (start = p; isalnum((unsigned char)*p) || *p == '_' || *p == '\''; p++) {
            if (options.ignore_case)
                *p = (char)tolower((unsigned char)*p);
        }
        if (p > start && (size_t)(p - start) >= options.shortest)
            table_add(t, start, (size_t)(p - start), where);
    }
}

static int read_stream(struct table *t, FILE *in, int file)
{
    char *line = NULL;
    size_t size = 0;

    for (struct posting where = { file, 1 }; getline(&line, &size, in) != -1; where.line++)
        read_line(t, line, where);
    free(line);
    return ferror(in) ? -1 : 0;
}

static void show_word(const struct word *w, char **names)
{
    int file = -1;

    printf("%s: %zu times", w->text, w->count);
    for (size_t i = 0; i < w->nlines; i++) {
        if (w->lines[i].file != file) {
            file = w->lines[i].file;
            printf("\n  %s:", names[file]);
        }
        printf(" %d", w->lines[i].line);
    }
    putchar('\n');
}

static void show_top(const struct table *t)
{
    struct word **words = table_words(t);
    size_t n = options.top > 0 && (size_t)options.top < t->nwords ? (size_t)options.top : t->nwords;

    qsort(words, t->nwords, sizeof(words[0]), by_word);
    if (options.order)
        qsort(words, t->nwords, sizeof(words[0]), options.order);
    for (size_t i = 0; i < n; i++)
        printf("%7zu %s\n", words[i]->count, words[i]->text);
    free(words);
}

static void show_statistics(const struct table *t)
{
    struct word **words = table_words(t);
    size_t lengths[32] = { 0 }, total = 0, once = 0;

    for (size_t i = 0; i < t->nwords; i++) {
        size_t n = strlen(words[i]->text);

        lengths[n < 31 ? n : 31] += words[i]->count;
        total += words[i]->count;
        once += words[i]->count == 1;
    }
    printf("%zu words, %zu different, %zu once (%.2f%%)\n", total, t->nwords, once,
           t->nwords ? 100.0 * (double)once / (double)t->nwords : 0.0);
    for (size_t i = 0; i < 32; i++) {
        if (lengths[i])
            printf("%2zu%c %6zu %.*s\n", i, i == 31 ? '+' : ' ', lengths[i], (int)(40 * lengths[i] / total),
                   "########################################");
    }
    free(words);
}

static void parse_options(int argc, char **argv)
{
    static const struct option longs[] = {
        { "ignore-case", no_argument, NULL, 'i' },
        { "length", required_argument, NULL, 'l' },
        { "top", required_argument, NULL, 'n' },
        { "sort", required_argument, NULL, 's' },
        { "word", required_argument, NULL, 'w' },
        { "statistics", no_argument, &options.statistics, 1 },
        { 0 },
    };
    char *end;
    int option;

    options.order = by_count;
    while ((option = getopt_long(argc, argv, "il:n:s:w:", longs, NULL)) != -1) {
        switch (option) {
        case 0: break;
        case 'i': options.ignore_case = 1; break;
        case 'l': options.shortest = strtoul(optarg, NULL, 10); break;
        case 'n':
            errno = 0;
            options.top = strtol(optarg, &end, 0);
            if (errno || *end || end == optarg)
                errx(2, "%s: not a number", optarg);
            break;
        case 's':
            options.order = strcmp(optarg, "word") == 0 ? NULL : strcmp(optarg, "length") == 0 ? by_length
                                                                                               : by_count;
            break;
        case 'w': options.wanted = optarg; break;
        default: fprintf(stderr, "usage: %s [-i] [-l N] [-n N] [-s ORDER] [-w WORD] [FILE...]\n", argv[0]); exit(2);
        }
    }
}

int main(int argc, char **argv)
{
    struct table t;
    int status = 0;

    parse_options(argc, argv);
    table_init(&t);
    if (optind == argc)
        read_stream(&t, stdin, 0);
    for (int i = optind; i < argc; i++) {
        FILE *in = fopen(argv[i], "r");

        if (!in || read_stream(&t, in, i) != 0) {
            warn("%s", argv[i]);
            status = 1;
        }
        if (in)
            fclose(in);
    }
    if (options.wanted) {
        struct word *w = table_find(&t, options.wanted, strlen(options.wanted));

        if (w)
            show_word(w, argv);
        else
            status = 1;
    } else if (options.statistics) {
        show_statistics(&t);
    } else {
        show_top(&t);
    }
    table_free(&t);
    return status;
}
