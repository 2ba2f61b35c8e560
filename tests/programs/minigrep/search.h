#ifndef SEARCH_H
#define SEARCH_H

#include <regex.h>
#include <stdio.h>

struct options {
    int count, ignore_case, invert, list, number, recursive, fixed, only;
    const char *include; /* file names, as fnmatch has them */
};

struct search {
    struct options options;
    const char *pattern;
    regex_t regex;
    int with_names;
    long matched, files, errors;
};

void search_stream(struct search *s, FILE *in, const char *name);
void search_path(struct search *s, const char *path);

#endif
