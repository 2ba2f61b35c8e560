// run:
// setup: $ROOT/tests/guest/native.sh c_dirs
// check: cmp want stdout
// Directories: making, walking, removing; the working directory; realpath, basename, dirname.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The call first, then what it left in errno. */
#define SHOW(text, call, wanted) \
    do { \
        int shown = (errno = 0, (int)(call)); \
        printf("%s%d %d\n", text, shown, errno == (wanted)); \
    } while (0)

static char root[PATH_MAX];

static void touch(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0644);

    if (fd < 0)
        printf("cannot make %s\n", path);
    close(fd);
}

static int visible(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

static void list(const char *path)
{
    struct dirent **found;
    int n = scandir(path, &found, visible, alphasort);

    printf("%s has %d:", path, n);
    for (int i = 0; i < n; i++) {
        printf(" %s%s", found[i]->d_name, found[i]->d_type == DT_DIR ? "/" : "");
        free(found[i]);
    }
    printf("\n");
    if (n >= 0)
        free(found);
}

/* Below the program's own root, which differs between here and the host. */
static void show_path(const char *path)
{
    char *real = path[0] == '/' ? realpath(path, NULL) : canonicalize_file_name(path);
    const char *shown = real;

    if (real && strcmp(root, "/") != 0 && strncmp(real, root, strlen(root)) == 0)
        shown = real + strlen(root);
    printf("realpath %s: %s %d\n", path, !real ? "-" : *shown ? shown
                                                              : "/",
           real ? 0 : errno == ENOENT ? 1
                                      : 2);
    free(real);
}

static void walk(void)
{
    DIR *dir = opendir("many");
    struct dirent *entry;
    long middle = 0;
    int n = 0, again = 0;
    char seen[256] = "";

    while ((entry = readdir(dir)) != NULL)
        if (++n == 50) {
            middle = telldir(dir);
            entry = readdir(dir);
            strcpy(seen, entry->d_name);
            n++;
        }
    printf("%d entries\n", n);
    seekdir(dir, middle);
    entry = readdir(dir);
    printf("seekdir %d\n", strcmp(entry->d_name, seen));
    rewinddir(dir);
    while (readdir(dir))
        again++;
    printf("again %d, fd %d\n", again, dirfd(dir) >= 0);
    printf("closedir %d\n", closedir(dir));
}

int main(void)
{
    char path[64], a[] = "/usr/lib/", b[] = "/usr/lib/", c[] = "name", d[] = "/", e[] = "a//b//";

    getcwd(root, sizeof(root));
    SHOW("mkdir ", mkdir("dir", 0755), 0);
    SHOW("mkdir ", mkdir("dir/sub", 0755), 0);
    SHOW("again ", mkdir("dir", 0755), EEXIST);
    SHOW("no parent ", mkdir("no/sub", 0755), ENOENT);
    touch("dir/b");
    touch("dir/a");
    touch("dir/sub/c");
    list("dir");
    SHOW("not empty ", rmdir("dir"), ENOTEMPTY);
    SHOW("not a directory ", rmdir("dir/a"), ENOTDIR);
    printf("unlink directory %d\n", unlink("dir/sub"));
    SHOW("opendir file ", opendir("dir/a") == NULL, ENOTDIR);
    SHOW("opendir none ", opendir("none") == NULL, ENOENT);
    printf("chdir %d\n", chdir("dir/sub"));
    list(".");
    list("..");
    touch("../made-from-below");
    symlink("../a", "link");
    symlink("loop", "loop");
    show_path(".");
    show_path("..");
    show_path("link");
    show_path("../sub/../../dir//./a");
    show_path("none");
    show_path("loop");
    show_path("../a/x");
    SHOW("chdir none ", chdir("none"), ENOENT);
    SHOW("getcwd small ", getcwd(path, 2) == NULL, ERANGE);
    printf("chdir back %d\n", chdir("../.."));
    mkdir("many", 0700);
    for (int i = 0; i < 300; i++) {
        snprintf(path, sizeof(path), "many/file-with-a-rather-long-name-%03d", i);
        touch(path);
    }
    walk();
    list("dir");
    printf("rename directory %d\n", rename("dir/sub", "dir/moved"));
    list("dir/moved");
    printf("%s ", basename((char *)"a/constant.c")); /* nothing to change there */
    printf("%s %s %s %s", basename(a), dirname(b), basename(c), basename(d));
    printf(" %s\n", dirname(e));
    return 0;
}
