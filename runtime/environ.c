/*
 * environ.c: the environment, owned as on Linux: the string given to putenv itself becomes a part of it, the value that getenv has
 * given stays as it is when another takes its place (newlib's overwrites it), and `environ` may be set to a list of the program's.
 */
#include "runtime/environ.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/api.h"
#include "runtime/thread/futex.h"
#include "runtime/tree.h"

static struct futex_lock lock; /* protects the list and all below */
static char **own;             /* the list that was made here, of `room` places; environ is another one at first, or NULL */
static size_t room;
static void *made; /* tree.h: each "name=value" that setenv has made. They stay, and serve again when the same is set once more */

/* The place of the variable in the list, or NULL. */
static char **find(const char *name, size_t length)
{
    for (char **at = environ; at && *at; at++) {
        if (strncmp(*at, name, length) == 0 && (*at)[length] == '=')
            return at;
    }
    return NULL;
}

static char *get_locked(const char *name)
{
    size_t length = strlen(name);
    char **at = find(name, length);

    return at ? *at + length + 1 : NULL;
}

char *environ_get(const char *name)
{
    char *value;

    futex_lock(&lock);
    value = get_locked(name);
    futex_unlock(&lock);
    return value;
}

API char *getenv(const char *name)
{
    return environ_get(name);
}

/* Nobody gains rights here by starting a program. */
API char *secure_getenv(const char *name)
{
    return environ_get(name);
}

static int append(char *entry)
{
    size_t n = 0;

    while (environ && environ[n])
        n++;
    if (environ != own || n + 2 > room) {
        size_t larger = 2 * n + 16;
        char **list = malloc(larger * sizeof(*list));

        if (!list)
            return -ENOMEM;
        if (n)
            memcpy(list, environ, n * sizeof(*list));
        if (environ == own)
            free(own);
        own = environ = list;
        room = larger;
    }
    environ[n] = entry;
    environ[n + 1] = NULL;
    return 0;
}

static int put(char *entry, size_t name_length)
{
    char **at = find(entry, name_length);

    if (!at)
        return append(entry);
    *at = entry;
    return 0;
}

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* "name=value", made once; NULL: no memory. */
static char *make(const char *name, const char *value)
{
    size_t length = strlen(name);
    char *entry = malloc(length + strlen(value) + 2), **known;

    if (!entry)
        return NULL;
    memcpy(entry, name, length);
    entry[length] = '=';
    strcpy(entry + length + 1, value);
    known = tree_add(entry, &made, compare);
    if (!known || *known != entry)
        free(entry);
    return known ? *known : NULL;
}

static int set(const char *name, const char *value, bool overwrite)
{
    char *entry;

    if (!overwrite && get_locked(name))
        return 0;
    entry = make(name, value);
    return entry ? put(entry, strlen(name)) : -ENOMEM;
}

API int setenv(const char *name, const char *value, int overwrite)
{
    int error;

    if (!name || !*name || strchr(name, '='))
        return api_status(-EINVAL);
    futex_lock(&lock);
    error = set(name, value, overwrite);
    futex_unlock(&lock);
    return api_status(error);
}

static void remove_all(const char *name, size_t length)
{
    char **at;

    futex_lock(&lock);
    while ((at = find(name, length)) != NULL) {
        do
            at[0] = at[1];
        while (*at++);
    }
    futex_unlock(&lock);
}

API int unsetenv(const char *name)
{
    if (!name || !*name || strchr(name, '='))
        return api_status(-EINVAL);
    remove_all(name, strlen(name));
    return 0;
}

/* A string without '=' takes the variable away. */
API int putenv(char *entry)
{
    char *equals = strchr(entry, '=');
    int error;

    if (!equals) {
        remove_all(entry, strlen(entry));
        return 0;
    }
    futex_lock(&lock);
    error = put(entry, (size_t)(equals - entry));
    futex_unlock(&lock);
    return api_status(error);
}

API int clearenv(void)
{
    futex_lock(&lock);
    environ = NULL;
    futex_unlock(&lock);
    return 0;
}
