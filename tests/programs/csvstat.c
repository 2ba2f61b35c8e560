/*
 * csvstat [-d CHAR] [-g COLUMN] [-H] FILE...: for each numeric column of a CSV file count, mean, deviation, quartiles and a
 * histogram; -g: for each value of a column separately; -H: no header line.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_COLUMNS 64

struct series {
    char *group;
    char name[64];
    double *values;
    size_t n, capacity, empty, text;
};

static void *by_name; /* tree of series */
static char delimiter = ',';
static int group_column = -1, has_header = 1;
static char names[MAX_COLUMNS][64];

static int compare_series(const void *a, const void *b)
{
    const struct series *x = a, *y = b;
    int groups = strcmp(x->group, y->group);

    return groups ? groups : strcmp(x->name, y->name);
}

static struct series *series_of(const char *group, const char *name)
{
    struct series key = { .group = (char *)group }, *s;
    void *found;

    snprintf(key.name, sizeof(key.name), "%s", name);
    found = tfind(&key, &by_name, compare_series);
    if (found)
        return *(struct series **)found;
    s = malloc(sizeof(*s));
    if (!s)
        err(1, NULL);
    *s = key;
    s->group = strdup(group);
    if (!tsearch(s, &by_name, compare_series))
        err(1, NULL);
    return s;
}

static void add(struct series *s, const char *field)
{
    char *end;
    double value;

    while (isspace((unsigned char)*field))
        field++;
    if (!*field) {
        s->empty++;
        return;
    }
    errno = 0;
    value = strtod(field, &end);
    while (isspace((unsigned char)*end))
        end++;
    if (end == field || *end || (errno == ERANGE && fabs(value) > 1)) {
        s->text++;
        return;
    }
    if (s->n == s->capacity) {
        s->capacity = s->capacity ? 2 * s->capacity : 16;
        s->values = realloc(s->values, s->capacity * sizeof(*s->values));
        if (!s->values)
            err(1, NULL);
    }
    s->values[s->n++] = value;
}

/* Cuts a line into its fields, quotes and doubled quotes taken out, in place. */
static int split(char *line, char **fields)
{
    int n = 0;
    char *to = line, *from = line, quoted = 0;

    fields[n++] = to;
    for (; *from && *from != '\n' && *from != '\r'; from++) {
        if (*from == '"' && quoted && from[1] == '"') {
            *to++ = *from++;
        } else if (*from == '"') {
            quoted = !quoted;
        } else if (*from == delimiter && !quoted && n < MAX_COLUMNS) {
            *to++ = '\0';
            fields[n++] = to;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
    return n;
}

static void read_csv(FILE *in, const char *path)
{
    char *line = NULL, *fields[MAX_COLUMNS];
    size_t size = 0;
    int columns = 0, n;

    for (long number = 1; getline(&line, &size, in) > 0; number++) {
        n = split(line, fields);
        if (columns == 0) {
            columns = n;
            for (int i = 0; i < n; i++) {
                if (has_header)
                    snprintf(names[i], sizeof(names[i]), "%s", fields[i]);
                else
                    snprintf(names[i], sizeof(names[i]), "#%d", i + 1);
            }
            if (has_header)
                continue;
        }
        if (n != columns)
            printf("%s:%ld: %d fields, not %d\n", path, number, n, columns);
        for (int i = 0; i < n && i < columns; i++) {
            if (i != group_column)
                add(series_of(group_column >= 0 && group_column < n ? fields[group_column] : "", names[i]), fields[i]);
        }
    }
    free(line);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double quantile(const struct series *s, double q)
{
    double at = q * (double)(s->n - 1), low = floor(at);
    size_t i = (size_t)low;

    return i + 1 < s->n ? s->values[i] + (at - low) * (s->values[i + 1] - s->values[i]) : s->values[i];
}

static void histogram(const struct series *s)
{
    static const char blocks[] = " .:-=+*#%@";
    unsigned counts[32] = { 0 }, most = 0;
    double low = s->values[0], width = (s->values[s->n - 1] - low) / 32;

    for (size_t i = 0; i < s->n && width > 0; i++) {
        unsigned k = (unsigned)((s->values[i] - low) / width);

        counts[k < 32 ? k : 31]++;
    }
    for (int i = 0; i < 32; i++)
        most = counts[i] > most ? counts[i] : most;
    fputs("    |", stdout);
    for (int i = 0; i < 32; i++)
        putchar(most ? blocks[(counts[i] * 9 + most - 1) / most] : ' ');
    puts("|");
}

static void report(const void *node, VISIT order, int level)
{
    struct series *s = *(struct series *const *)node;
    double sum = 0, squares = 0, mean;

    (void)level;
    if (order != postorder && order != leaf)
        return;
    printf("%s%s%s: %zu numbers, %zu empty, %zu other\n", s->group, s->group[0] ? "/" : "", s->name, s->n, s->empty, s->text);
    if (s->n == 0)
        return;
    qsort(s->values, s->n, sizeof(s->values[0]), ascending);
    for (size_t i = 0; i < s->n; i++)
        sum += s->values[i];
    mean = sum / (double)s->n;
    for (size_t i = 0; i < s->n; i++)
        squares += (s->values[i] - mean) * (s->values[i] - mean);
    printf("    mean %.6g, deviation %.6g, sum %.10g\n", mean, s->n > 1 ? sqrt(squares / (double)(s->n - 1)) : 0, sum);
    printf("    %g | %g | %g | %g | %g\n", s->values[0], quantile(s, 0.25), quantile(s, 0.5), quantile(s, 0.75),
           s->values[s->n - 1]);
    histogram(s);
}

int main(int argc, char **argv)
{
    int option, status = 0;

    while ((option = getopt(argc, argv, "d:g:H")) != -1) {
        switch (option) {
        case 'd': delimiter = strcmp(optarg, "\\t") == 0 ? '\t' : optarg[0]; break;
        case 'g': group_column = atoi(optarg) - 1; break;
        case 'H': has_header = 0; break;
        default: return 2;
        }
    }
    if (optind == argc)
        read_csv(stdin, "stdin");
    for (int i = optind; i < argc; i++) {
        FILE *in = fopen(argv[i], "r");

        if (!in) {
            warn("%s", argv[i]);
            status = 1;
            continue;
        }
        read_csv(in, argv[i]);
        fclose(in);
    }
    twalk(by_name, report);
    return status;
}
