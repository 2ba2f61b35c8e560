/* glob.c: pathnames that match a pattern: one component after the other, each directory read where a component has magic. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <fnmatch.h>
#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/file/file.h"
#include "runtime/api.h"
#include "runtime/environ.h"
#include "runtime/text/fnmatch.h"

#define KNOWN \
    (GLOB_ERR | GLOB_MARK | GLOB_NOSORT | GLOB_DOOFFS | GLOB_NOCHECK | GLOB_APPEND | GLOB_NOESCAPE | GLOB_PERIOD | \
     GLOB_NOMAGIC | GLOB_ONLYDIR | GLOB_BRACE | GLOB_TILDE | GLOB_TILDE_CHECK)

#define HOME_OF_ROOT "/" /* as users.c has it */

struct search {
    glob_t *out;
    int flags;
    int (*on_error)(const char *path, int error);
};

static bool has_magic(const char *s, size_t n, int flags)
{
    for (size_t i = 0; i < n && s[i]; i++) {
        if (s[i] == '\\' && !(flags & GLOB_NOESCAPE) && s[i + 1])
            i++;
        else if (strchr("*?[", s[i]))
            return true;
    }
    return false;
}

/* Takes over the path. */
static int add(glob_t *out, char *path)
{
    size_t n = out->gl_offs + out->gl_pathc;
    char **longer = path ? realloc(out->gl_pathv, (n + 2) * sizeof(*longer)) : NULL;

    if (!longer) {
        free(path);
        return GLOB_NOSPACE;
    }
    if (!out->gl_pathv)
        memset(longer, 0, out->gl_offs * sizeof(*longer));
    out->gl_pathv = longer;
    longer[n] = path;
    longer[n + 1] = NULL;
    out->gl_pathc++;
    return 0;
}

/* A path that is complete: kept if it exists. */
static int found(struct search *s, const char *path)
{
    struct file_stat st;
    bool exists = path_stat(path, true, &st) == 0, directory = exists && st.type == FILE_DIRECTORY;
    size_t n = strlen(path);
    char *copy;

    if (!exists && path_stat(path, false, &st)) /* a link that leads nowhere has matched, too */
        return 0;
    copy = malloc(n + 2);
    if (!copy)
        return GLOB_NOSPACE;
    memcpy(copy, path, n + 1);
    if ((s->flags & GLOB_MARK) && directory && copy[n - 1] != '/')
        strcpy(copy + n, "/");
    return add(s->out, copy);
}

static int walk(struct search *s, char *path, size_t n, const char *pattern);

/* A component without magic goes to the path as it is, but for its escapes. */
static int walk_plain(struct search *s, char *path, size_t n, const char *pattern, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (pattern[i] == '\\' && !(s->flags & GLOB_NOESCAPE) && i + 1 < length)
            i++;
        if (n + 1 >= PATH_MAX)
            return 0;
        path[n++] = pattern[i];
    }
    return walk(s, path, n, pattern + length);
}

static int failed(struct search *s, const char *directory, int error)
{
    if ((s->on_error && s->on_error(directory, error)) || (s->flags & GLOB_ERR))
        return GLOB_ABORTED;
    return 0;
}

static int walk_directory(struct search *s, char *path, size_t n, const char *component, const char *rest)
{
    int error, any, match = FNM_PERIOD | (s->flags & GLOB_NOESCAPE ? FNM_NOESCAPE : 0);
    struct file_dirent entry;
    struct file *directory;

    path[n] = '\0';
    error = file_open(n ? path : ".", O_RDONLY | O_DIRECTORY, 0, &directory);
    if (error)
        return error == -ENOTDIR || error == -ENOENT ? 0 : failed(s, n ? path : ".", -error);
    if ((s->flags & GLOB_PERIOD) && component[0] != '.')
        match &= ~FNM_PERIOD;
    while ((any = file_readdir(directory, &entry)) > 0) {
        size_t length = strlen(entry.name);

        if (fnmatch_name(component, entry.name, match) != 0 || n + length + 1 >= PATH_MAX)
            continue;
        if (*rest && entry.type != FILE_DIRECTORY && entry.type != FILE_SYMLINK)
            continue;
        memcpy(path + n, entry.name, length);
        error = walk(s, path, n + length, rest);
        if (error)
            break;
    }
    file_put(directory);
    if (!error && any < 0) {
        path[n] = '\0';
        error = failed(s, path, -any);
    }
    return error;
}

/* path[0..n) is what has matched so far, pattern what remains. */
static int walk(struct search *s, char *path, size_t n, const char *pattern)
{
    char component[NAME_MAX + 1];
    size_t length;

    while (*pattern == '/') {
        if (n + 1 >= PATH_MAX)
            return 0;
        path[n++] = *pattern++;
    }
    path[n] = '\0';
    if (!*pattern)
        return found(s, path);
    length = strcspn(pattern, "/");
    if (!has_magic(pattern, length, s->flags))
        return walk_plain(s, path, n, pattern, length);
    if (length > NAME_MAX)
        return 0;
    memcpy(component, pattern, length);
    component[length] = '\0';
    return walk_directory(s, path, n, component, pattern + length);
}

static int by_name(const void *a, const void *b)
{
    return strcoll(*(char *const *)a, *(char *const *)b);
}

static int search(struct search *s, const char *pattern)
{
    glob_t *out = s->out;
    size_t before = out->gl_pathc;
    char *path = malloc(PATH_MAX);
    int error;

    if (!path)
        return GLOB_NOSPACE;
    error = *pattern ? walk(s, path, 0, pattern) : 0;
    free(path);
    if (error)
        return error;
    if (out->gl_pathc > before) {
        if (!(s->flags & GLOB_NOSORT))
            qsort(out->gl_pathv + out->gl_offs + before, out->gl_pathc - before, sizeof(char *), by_name);
        return 0;
    }
    if ((s->flags & GLOB_NOCHECK) || ((s->flags & GLOB_NOMAGIC) && !has_magic(pattern, strlen(pattern), s->flags)))
        return add(out, strdup(pattern));
    return GLOB_NOMATCH;
}

/* Adds what a pattern without braces matches. ~ and ~NAME are home directories. */
static int search_from_home(struct search *s, const char *pattern)
{
    size_t length = strcspn(pattern, "/");
    const char *home = NULL;
    char *whole;
    int result;

    if (!(s->flags & (GLOB_TILDE | GLOB_TILDE_CHECK)) || pattern[0] != '~')
        return search(s, pattern);
    if (length == 1)
        home = environ_get("HOME");
    if (length == 1 ? !home || !*home : length == 5 && strncmp(pattern, "~root", length) == 0)
        home = HOME_OF_ROOT;
    if (home && strcmp(home, "/") == 0 && pattern[length] == '/')
        home = "";
    if (!home)
        return s->flags & GLOB_TILDE_CHECK ? GLOB_NOMATCH : search(s, pattern);
    whole = malloc(strlen(home) + strlen(pattern) + 1);
    if (!whole)
        return GLOB_NOSPACE;
    strcpy(stpcpy(whole, home), pattern + length);
    result = search(s, whole);
    free(whole);
    return result;
}

/* The end of a part between braces: its comma or the }, or NULL. */
static const char *end_of_part(const char *p, int flags)
{
    int depth = 0;

    for (; *p; p++) {
        if (*p == '\\' && !(flags & GLOB_NOESCAPE) && p[1])
            p++;
        else if ((*p == '}' && depth-- == 0) || (*p == ',' && depth == 0))
            return p;
        else if (*p == '{')
            depth++;
    }
    return NULL;
}

/* The first { that has a }, which is *end then; NULL: there is none. */
static const char *find_braces(const char *pattern, int flags, const char **end)
{
    const char *p = pattern;

    for (; *p && *p != '{'; p++) {
        if (*p == '\\' && !(flags & GLOB_NOESCAPE) && p[1])
            p++;
    }
    if (!*p)
        return NULL;
    *end = p;
    do
        *end = end_of_part(*end + 1, flags);
    while (*end && **end == ',');
    return *end ? p : NULL;
}

/* Each part in braces in turn: what it matches comes in the order of the parts. */
static int search_with_braces(struct search *s, const char *pattern)
{
    const char *end, *open = s->flags & GLOB_BRACE ? find_braces(pattern, s->flags, &end) : NULL;
    struct search each = *s;
    size_t before = s->out->gl_pathc;
    char *one;
    int result = 0;

    if (!open)
        return search_from_home(s, pattern);
    one = malloc(strlen(pattern) + 1);
    if (!one)
        return GLOB_NOSPACE;
    each.flags &= ~(GLOB_NOCHECK | GLOB_NOMAGIC);
    for (const char *part = open + 1, *next; part <= end && (result == 0 || result == GLOB_NOMATCH); part = next + 1) {
        next = end_of_part(part, s->flags);
        memcpy(one, pattern, (size_t)(open - pattern));
        memcpy(one + (open - pattern), part, (size_t)(next - part));
        strcpy(one + (open - pattern) + (next - part), end + 1);
        result = search_with_braces(&each, one);
    }
    free(one);
    if (result != 0 && result != GLOB_NOMATCH)
        return result;
    if (s->out->gl_pathc > before)
        return 0;
    return s->flags & (GLOB_NOCHECK | GLOB_NOMAGIC) ? add(s->out, strdup(pattern)) : GLOB_NOMATCH;
}

API int glob(const char *restrict pattern, int flags, int (*on_error)(const char *path, int error), glob_t *restrict out)
{
    struct search s = { out, flags, on_error };

    if (flags & ~KNOWN)
        return GLOB_NOSYS;
    if (!(flags & GLOB_APPEND)) {
        out->gl_pathc = 0;
        out->gl_pathv = NULL;
        if (!(flags & GLOB_DOOFFS))
            out->gl_offs = 0;
    }
    out->gl_flags = flags;
    return search_with_braces(&s, pattern);
}

API void globfree(glob_t *out)
{
    for (size_t i = 0; i < out->gl_pathc; i++)
        free(out->gl_pathv[out->gl_offs + i]);
    free(out->gl_pathv);
    out->gl_pathc = 0;
    out->gl_pathv = NULL;
}
