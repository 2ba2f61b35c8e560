// run:
// setup: $ROOT/tests/guest/native.sh c_environ
// check: cmp want stdout
// The environment: who owns its strings, and a list that the program makes itself.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static void show(const char *name)
{
    const char *value = getenv(name);

    printf("%s is %s\n", name, value ? value : "not set");
}

static void failing(int (*call)(const char *name, const char *value, int overwrite), const char *name)
{
    int result;

    errno = 0;
    result = call(name, "value", 1);
    printf("'%s': %d %d\n", name ? name : "NULL", result, errno == EINVAL);
}

static int unset(const char *name, const char *value, int overwrite)
{
    (void)value;
    (void)overwrite;
    return unsetenv(name);
}

int main(void)
{
    char own[] = "OWN=first", *list[] = { (char *)"LISTED=yes", (char *)"TWICE=1", (char *)"TWICE=2", NULL };
    const char *value;

    failing(setenv, "");
    failing(setenv, "A=B");
    failing(setenv, NULL);
    failing(unset, "");
    failing(unset, "A=B");
    putenv(own);
    show("OWN");
    strcpy(own, "OWN=later");
    show("OWN");
    putenv((char *)"OWN");
    show("OWN");
    setenv("LONG", "a value that is long", 1);
    value = getenv("LONG");
    setenv("LONG", "short", 1);
    printf("before: %s, now: %s, secure: %s\n", value, getenv("LONG"), secure_getenv("LONG"));
    setenv("LONG", "no", 0);
    setenv("EMPTY", "", 1);
    show("LONG");
    show("EMPTY");
    show("LON");
    environ = list;
    show("LONG");
    show("LISTED");
    setenv("NEW", "in it", 1);
    show("NEW");
    show("LISTED");
    printf("the list is as it was: %d\n", list[3] == NULL && strcmp(list[0], "LISTED=yes") == 0);
    unsetenv("TWICE");
    show("TWICE");
    clearenv();
    show("NEW");
    printf("none %d\n", environ == NULL || *environ == NULL);
    for (int i = 0; i < 100; i++) {
        char name[16];

        snprintf(name, sizeof(name), "N%d", i);
        setenv(name, name + 1, 1);
    }
    for (int i = 0; environ[i]; i++)
        printf("%s%c", environ[i], i % 10 == 9 ? '\n' : ' ');
    return 0;
}
