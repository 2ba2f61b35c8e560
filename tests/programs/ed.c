/*
 * ed [-s] [FILE]: a line editor in the manner of ed(1). Addresses: N . $ /RE/ ?RE? with +N and -N; commands: a i c d p n = j m t
 * s/RE/TEXT/[gp] g/RE/COMMAND r w e f q Q.
 */
#include <ctype.h>
#include <errno.h>
#include <regex.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char **lines; /* from 1 */
static int nlines, capacity, current, changed, silent;
static char file_name[4096];
static const char *input; /* the rest of the command line */
static jmp_buf mistake;

static _Noreturn void wrong(void)
{
    puts("?");
    longjmp(mistake, 1);
}

static char *copy_of(const char *s)
{
    char *copy = strdup(s);

    if (!copy) {
        perror("ed");
        exit(2);
    }
    return copy;
}

static void insert_after(int at, char *line)
{
    if (nlines + 2 > capacity) {
        capacity = capacity ? 2 * capacity : 64;
        lines = realloc(lines, (size_t)capacity * sizeof(*lines));
        if (!lines) {
            perror("ed");
            exit(2);
        }
    }
    memmove(lines + at + 2, lines + at + 1, (size_t)(nlines - at) * sizeof(*lines));
    lines[at + 1] = line;
    nlines++;
    current = at + 1;
    changed = 1;
}

static void delete_lines(int from, int to)
{
    for (int i = from; i <= to; i++)
        free(lines[i]);
    memmove(lines + from, lines + to + 1, (size_t)(nlines - to) * sizeof(*lines));
    nlines -= to - from + 1;
    current = from <= nlines ? from : nlines;
    changed = 1;
}

/* An expression up to its delimiter, compiled; an empty one is the last one again. */
static regex_t *read_regex(char delimiter)
{
    static regex_t regex;
    static int compiled;
    char source[256];
    size_t n = 0;

    while (*input && *input != delimiter && n < sizeof(source) - 2) {
        if (*input == '\\' && input[1])
            source[n++] = *input++;
        source[n++] = *input++;
    }
    source[n] = '\0';
    input += *input == delimiter;
    if (n == 0 && compiled)
        return &regex;
    if (compiled)
        regfree(&regex);
    compiled = regcomp(&regex, source, 0) == 0;
    if (!compiled)
        wrong();
    return &regex;
}

static int search(char direction)
{
    regex_t *regex = read_regex(direction);
    int step = direction == '/' ? 1 : -1;

    for (int i = 1; i <= nlines; i++) {
        int at = (current - 1 + step * i + nlines) % nlines + 1;

        if (regexec(regex, lines[at], 0, NULL, 0) == 0)
            return at;
    }
    wrong();
}

/* -1: there is no address here. */
static int read_address(void)
{
    int at = -1;

    if (isdigit((unsigned char)*input))
        at = (int)strtol(input, (char **)&input, 10);
    else if (*input == '.')
        at = current, input++;
    else if (*input == '$')
        at = nlines, input++;
    else if ((*input == '/' || *input == '?') && nlines > 0)
        at = search(*input++);
    else if (*input == '+' || *input == '-')
        at = current;
    while (*input == '+' || *input == '-') {
        int sign = *input++ == '+' ? 1 : -1;

        at += sign * (isdigit((unsigned char)*input) ? (int)strtol(input, (char **)&input, 10) : 1);
    }
    return at;
}

static void read_file(int at, const char *path)
{
    FILE *in = fopen(path, "r");
    char *line = NULL;
    size_t size = 0, bytes = 0;
    ssize_t n;

    if (!in) {
        printf("%s: %s\n", path, strerror(errno));
        wrong();
    }
    while ((n = getline(&line, &size, in)) > 0) {
        bytes += (size_t)n;
        line[strcspn(line, "\n")] = '\0';
        insert_after(at++, copy_of(line));
    }
    free(line);
    fclose(in);
    if (!silent)
        printf("%zu\n", bytes);
}

static void write_file(int from, int to, const char *path)
{
    FILE *out = fopen(path, "w");
    size_t bytes = 0;

    if (!out) {
        printf("%s: %s\n", path, strerror(errno));
        wrong();
    }
    for (int i = from; i <= to; i++)
        bytes += (size_t)fprintf(out, "%s\n", lines[i]);
    if (fclose(out) != 0)
        wrong();
    if (!silent)
        printf("%zu\n", bytes);
    changed = 0;
}

/* Appends text to out, with & and \1 to \9 replaced by what matched. */
static size_t replace(char *out, size_t n, const char *text, const char *line, const regmatch_t *m)
{
    for (; *text; text++) {
        int group = *text == '&' ? 0 : *text == '\\' && isdigit((unsigned char)text[1]) ? text[1] - '0'
                                                                                        : -1;

        if (*text == '\\' && text[1])
            text++;
        if (group >= 0 && m[group].rm_so >= 0) {
            size_t length = (size_t)(m[group].rm_eo - m[group].rm_so);

            memcpy(out + n, line + m[group].rm_so, length);
            n += length;
        } else if (group < 0) {
            out[n++] = *text;
        }
    }
    return n;
}

static int substitute_line(int at, regex_t *regex, const char *text, int all)
{
    static char out[65536];
    const char *line = lines[at];
    regmatch_t m[10];
    size_t n = 0;
    int count = 0;

    while (regexec(regex, line, 10, m, count ? REG_NOTBOL : 0) == 0) {
        memcpy(out + n, line, (size_t)m[0].rm_so);
        n = replace(out, n + (size_t)m[0].rm_so, text, line, m);
        line += m[0].rm_eo;
        count++;
        if (!all || !*line)
            break;
        if (m[0].rm_eo == m[0].rm_so)
            out[n++] = *line++;
    }
    if (count) {
        strcpy(out + n, line);
        free(lines[at]);
        lines[at] = copy_of(out);
        current = at;
        changed = 1;
    }
    return count;
}

static void substitute(int from, int to)
{
    char delimiter = *input++, text[256], *end;
    regex_t *regex = read_regex(delimiter);
    size_t n = 0;
    int any = 0;

    while (*input && *input != delimiter && n < sizeof(text) - 2) {
        if (*input == '\\' && input[1])
            text[n++] = *input++;
        text[n++] = *input++;
    }
    text[n] = '\0';
    end = strchr(input, 'p');
    for (int i = from; i <= to; i++)
        any += substitute_line(i, regex, text, strchr(input, 'g') != NULL);
    if (!any)
        wrong();
    if (end)
        puts(lines[current]);
}

static void read_text(int at)
{
    char line[4096];

    while (fgets(line, sizeof(line), stdin) && strcmp(line, ".\n") != 0) {
        line[strcspn(line, "\n")] = '\0';
        insert_after(at++, copy_of(line));
    }
    current = at;
}

static void join(int from, int to)
{
    size_t n = 1;
    char *whole;

    for (int i = from; i <= to; i++)
        n += strlen(lines[i]);
    whole = calloc(n, 1);
    for (int i = from; i <= to; i++)
        strcat(whole, lines[i]);
    delete_lines(from, to);
    insert_after(from - 1, whole);
}

static void copy_lines(int from, int to, int target, int move)
{
    int n = to - from + 1;

    if (target < 0 || target > nlines || (move && target >= from && target < to))
        wrong();
    for (int i = 0; i < n; i++) {
        int source = from + i + (target < from ? i : 0);

        insert_after(target + i, copy_of(lines[source]));
    }
    if (move) {
        int last = current;

        delete_lines(target < from ? from + n : from, target < from ? to + n : to);
        current = target < from ? last : last - n;
    }
}

static void command(const char *line);

static void global(int from, int to)
{
    regex_t *regex = read_regex(*input++);
    const char *rest = input;
    char **marked = calloc((size_t)(to - from + 2), sizeof(*marked));
    int n = 0;

    for (int i = from; i <= to; i++) {
        if (regexec(regex, lines[i], 0, NULL, 0) == 0)
            marked[n++] = lines[i];
    }
    for (int k = 0; k < n; k++) {
        for (int i = 1; i <= nlines; i++) {
            if (lines[i] == marked[k]) {
                current = i;
                command(*rest ? rest : "p");
                break;
            }
        }
    }
    free(marked);
}

static void file_command(char c, int from, int to)
{
    char path[4096];

    while (*input == ' ')
        input++;
    snprintf(path, sizeof(path), "%s", *input ? input : file_name);
    if (!file_name[0] || (*input && strchr("ef", c)))
        snprintf(file_name, sizeof(file_name), "%s", path);
    if (c == 'e' && nlines > 0)
        delete_lines(1, nlines);
    if (c == 'w')
        write_file(from, to, path);
    else if (c != 'f')
        read_file(c == 'e' ? 0 : to, path);
    else
        puts(file_name);
    if (c == 'e')
        changed = 0;
}

static void edit(char c, int from, int to)
{
    switch (c) {
    case 'a': read_text(to); break;
    case 'i': read_text(to > 0 ? to - 1 : 0); break;
    case 'c':
        delete_lines(from, to);
        read_text(from - 1);
        break;
    case 'd': delete_lines(from, to); break;
    case 'j': join(from, to); break;
    case 'm':
    case 't': copy_lines(from, to, read_address(), c == 'm'); break;
    case 's': substitute(from, to); break;
    case 'p':
    case 'n':
        for (current = from; current <= to; current++) {
            if (c == 'n')
                printf("%d\t", current);
            puts(lines[current]);
        }
        current = to;
        break;
    default: wrong();
    }
}

static void command(const char *line)
{
    int from, to;
    char c;

    input = line;
    from = to = read_address();
    if (*input == ',') {
        input++;
        from = from < 0 ? 1 : from;
        to = read_address();
        to = to < 0 ? nlines : to;
    }
    c = *input ? *input++ : 'p';
    if (from < 0) {
        int whole = c == 'w' || c == 'g';

        from = whole ? 1 : current;
        to = whole || c == '=' || c == 'r' ? nlines : current;
    }
    if (from > to || to > nlines || (from < 1 && strchr("cdjmtspn", c)))
        wrong();
    if (c == '=')
        printf("%d\n", to);
    else if (c == 'g')
        global(from, to);
    else if (strchr("rwef", c))
        file_command(c, from, to);
    else
        edit(c, from, to);
}

int main(int argc, char **argv)
{
    char line[4096];
    volatile int warned = 0, mistakes = 0;

    silent = argc > 1 && strcmp(argv[1], "-s") == 0;
    lines = calloc(1, sizeof(*lines));
    capacity = 1;
    if (argc > 1 + silent && setjmp(mistake) == 0) {
        snprintf(file_name, sizeof(file_name), "%s", argv[1 + silent]);
        read_file(0, file_name);
        changed = 0;
    }
    if (setjmp(mistake))
        mistakes++;
    while (fgets(line, sizeof(line), stdin)) {
        line[strcspn(line, "\n")] = '\0';
        if (strcmp(line, "q") == 0 && changed && !warned) {
            warned = 1;
            wrong();
        }
        if (line[0] == 'q' || line[0] == 'Q')
            break;
        warned = 0;
        command(line);
    }
    return mistakes > 0;
}
