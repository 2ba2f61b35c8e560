// run:
// setup: env -u LANG -u LC_ALL $ROOT/tests/guest/native.sh c_locale
// check: cmp want stdout
// Locales that are not there are refused, and those that are behave. (No Linux has xx_YY.)
#define _GNU_SOURCE
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

static void show(const char *name)
{
    const char *result = setlocale(LC_ALL, name);
    wchar_t wide[8];
    size_t n = mbstowcs(wide, "a\xc3\xa9", 8);

    printf("%s: %s, %s, %zd\n", name ? name : "(query)", result ? result : "(none)", localeconv()->decimal_point, (ssize_t)n);
}

/* A thread's own locale. */
static void show_own(void)
{
    locale_t ours = newlocale(LC_ALL_MASK, "C.UTF-8", NULL), copy = duplocale(ours), before = uselocale(ours);

    printf("%d ", before == LC_GLOBAL_LOCALE);
    printf("%d ", uselocale(NULL) == ours);
    printf("%d ", uselocale(copy) == ours);
    printf("%d ", uselocale(before) == copy);
    printf("%d\n", uselocale(NULL) == LC_GLOBAL_LOCALE);
    freelocale(copy);
    freelocale(ours);
}

int main(void)
{
    locale_t none = newlocale(LC_ALL_MASK, "xx_YY.UTF-8", NULL), ours = newlocale(LC_ALL_MASK, "C", NULL);

    show(NULL);
    show("xx_YY");
    show("xx_YY.UTF-8");
    show("C.UTF-8");
    show("POSIX");
    setenv("LANG", "xx_YY", 1);
    show("");
    setenv("LC_ALL", "C.UTF-8", 1);
    show("");
    show(NULL);
    show("C");
    show_own();
    printf("%d %d\n", none == NULL, ours != NULL);
    return 0;
}
