/*
 * locale.c: which locales there are: "C" (also called "POSIX") and "C.UTF-8". newlib takes any name of the right form and
 * behaves as "C" nevertheless; a program is told the truth, as on a Linux without other locales.
 */
#include <locale.h>
#include <reent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kernel/types.h"
#include "runtime/api.h"

static bool is_one_of_ours(const char *name, size_t n)
{
    static const char *const names[] = { "C", "POSIX", "C.UTF-8", "C.utf8" };

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (strlen(names[i]) == n && strncasecmp(name, names[i], n) == 0)
            return true;
    }
    return false;
}

/* newlib says "C/C.UTF-8/C/C/C/C" where categories differ, and takes it back. */
static bool are_ours(const char *names)
{
    for (;;) {
        size_t n = strcspn(names, "/");

        if (!is_one_of_ours(names, n))
            return false;
        if (!names[n])
            return true;
        names += n + 1;
    }
}

static bool is_set(const char *variable)
{
    return variable && *variable;
}

/* What "" stands for, as POSIX has it (XBD 8.2). */
static const char *from_environment(int category)
{
    static const char *const variables[] = {
        [LC_COLLATE] = "LC_COLLATE",
        [LC_CTYPE] = "LC_CTYPE",
        [LC_MONETARY] = "LC_MONETARY",
        [LC_NUMERIC] = "LC_NUMERIC",
        [LC_TIME] = "LC_TIME",
        [LC_MESSAGES] = "LC_MESSAGES",
    };
    const char *value = getenv("LC_ALL");

    if (!is_set(value) && category > 0 && (size_t)category < ARRAY_LEN(variables))
        value = getenv(variables[category]);
    if (!is_set(value))
        value = getenv("LANG");
    return is_set(value) ? value : "C";
}

API char *setlocale(int category, const char *name)
{
    if (name && !are_ours(*name ? name : from_environment(category)))
        return NULL;
    return _setlocale_r(__getreent(), category, name);
}

API locale_t newlocale(int mask, const char *name, locale_t base)
{
    if (!are_ours(*name ? name : from_environment(LC_ALL))) {
        errno = ENOENT;
        return NULL;
    }
    return _newlocale_r(__getreent(), mask, name, base);
}

/* The calling thread's own locale from now on, if `locale` is one; LC_GLOBAL_LOCALE: none. newlib's does not even remember it. */
API locale_t uselocale(locale_t locale)
{
    struct _reent *reent = __getreent();
    locale_t before = reent->_locale ? reent->_locale : LC_GLOBAL_LOCALE;

    if (locale)
        reent->_locale = locale == LC_GLOBAL_LOCALE ? NULL : locale;
    return before;
}
