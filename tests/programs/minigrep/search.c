#define _GNU_SOURCE
#include "search.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* Where the pattern is in the line: 1 and the first place, or 0. */
static int find(const struct search *s, const char *line, int flags, regmatch_t *place)
{
    if (s->options.fixed) {
        const char *at = s->options.ignore_case ? strcasestr(line, s->pattern) : strstr(line, s->pattern);

        if (!at)
            return 0;
        place->rm_so = (regoff_t)(at - line);
        place->rm_eo = place->rm_so + (regoff_t)strlen(s->pattern);
        return 1;
    }
    return regexec(&s->regex, line, 1, place, flags) == 0;
}

static void show_matches(const struct search *s, const char *line)
{
    regmatch_t place;
    int flags = 0;

    while (*line && find(s, line, flags, &place)) {
        if (place.rm_eo > place.rm_so)
            printf("%.*s\n", (int)(place.rm_eo - place.rm_so), line + place.rm_so);
        line += place.rm_eo > place.rm_so ? place.rm_eo : place.rm_so + 1;
        flags = REG_NOTBOL;
    }
}

void search_stream(struct search *s, FILE *in, const char *name)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t n;
    long number = 0, found = 0;
    regmatch_t place;

    while ((n = getline(&line, &size, in)) > 0) {
        number++;
        if (line[n - 1] == '\n')
            line[n - 1] = '\0';
        if (find(s, line, 0, &place) == s->options.invert)
            continue;
        found++;
        if (s->options.list)
            break;
        if (s->options.count)
            continue;
        if (s->with_names)
            printf("%s:", name);
        if (s->options.number)
            printf("%ld:", number);
        if (s->options.only)
            show_matches(s, line);
        else
            puts(line);
    }
    free(line);
    s->matched += found;
    s->files++;
    if (s->options.list && found)
        puts(name);
    if (s->options.count && s->with_names)
        printf("%s:%ld\n", name, found);
    else if (s->options.count)
        printf("%ld\n", found);
}

static void complain(struct search *s, const char *path)
{
    fprintf(stderr, "minigrep: %s: %s\n", path, strerror(errno));
    s->errors++;
}

static void search_directory(struct search *s, const char *path)
{
    struct dirent **entries;
    int n = scandir(path, &entries, NULL, alphasort);

    if (n < 0) {
        complain(s, path);
        return;
    }
    for (int i = 0; i < n; i++) {
        const char *name = entries[i]->d_name;

        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
            size_t length = strlen(path) + strlen(name) + 2;
            char *whole = malloc(length);

            snprintf(whole, length, "%s/%s", path, name);
            search_path(s, whole);
            free(whole);
        }
        free(entries[i]);
    }
    free(entries);
}

void search_path(struct search *s, const char *path)
{
    const char *name = strrchr(path, '/');
    struct stat st;
    FILE *in;

    if ((s->options.recursive ? lstat : stat)(path, &st) != 0) {
        complain(s, path);
        return;
    }
    if (S_ISDIR(st.st_mode)) {
        if (s->options.recursive)
            search_directory(s, path);
        else
            fprintf(stderr, "minigrep: %s: Is a directory\n", path);
        return;
    }
    if (!S_ISREG(st.st_mode))
        return;
    if (s->options.include && fnmatch(s->options.include, name ? name + 1 : path, 0) != 0)
        return;
    in = fopen(path, "r");
    if (!in) {
        complain(s, path);
        return;
    }
    search_stream(s, in, path);
    fclose(in);
}
