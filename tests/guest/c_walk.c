// run:
// setup: $ROOT/tests/guest/native.sh c_walk
// check: cmp want stdout
// glob and nftw over a tree that the program makes.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void make_file(const char *path, int size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    if (fd < 0 || ftruncate(fd, size) != 0)
        perror(path);
    close(fd);
}

static void make_tree(void)
{
    static const char *const folders[] = { "tree", "tree/a", "tree/b", "tree/b/deep", "tree/.hidden", "tree/[x]" };

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        mkdir(folders[i], 0755);
    make_file("tree/one.c", 10);
    make_file("tree/two.c", 20);
    make_file("tree/two.h", 30);
    make_file("tree/a/three.c", 40);
    make_file("tree/b/deep/four.c", 50);
    make_file("tree/.hidden/five.c", 60);
    make_file("tree/[x]/si*x.c", 70);
    symlink("one.c", "tree/link.c");
    symlink("nowhere", "tree/broken.c");
}

static void show_glob(const char *pattern, int flags)
{
    glob_t found = { 0 };
    int result = glob(pattern, flags, NULL, &found);

    printf("%s %x: %d, %zu:", pattern, flags, result, result ? 0 : found.gl_pathc);
    for (size_t i = 0; result == 0 && i < found.gl_pathc; i++)
        printf(" %s", found.gl_pathv[i]);
    printf("\n");
    globfree(&found);
}

static void append(void)
{
    glob_t found = { .gl_offs = 2 };

    glob("tree/*.h", GLOB_DOOFFS, NULL, &found);
    glob("tree/*.c", GLOB_DOOFFS | GLOB_APPEND, NULL, &found);
    printf("%zu %d %d %s %s %d\n", found.gl_pathc, found.gl_pathv[0] == NULL, found.gl_pathv[1] == NULL, found.gl_pathv[2],
           found.gl_pathv[3], found.gl_pathv[2 + found.gl_pathc] == NULL);
    globfree(&found);
}

/* Directories list their entries in any order: the walk's lines are sorted before they are shown. */
static char lines[64][128];
static int nlines;

static int note(const char *path, const struct stat *st, int type, struct FTW *where)
{
    snprintf(lines[nlines++], sizeof(lines[0]), "%s type %d base %d level %d size %ld", path, type, where->base, where->level,
             type == FTW_F ? (long)st->st_size : 0L);
    return strcmp(path, "tree/stop") == 0 ? 77 : 0;
}

static int note_plain(const char *path, const struct stat *st, int type)
{
    snprintf(lines[nlines++], sizeof(lines[0]), "%s type %d %o", path, type, type == FTW_NS ? 0 : (unsigned)st->st_mode & S_IFMT);
    return 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void show_walk(const char *what, int result)
{
    qsort(lines, (size_t)nlines, sizeof(lines[0]), by_text);
    printf("%s: %d\n", what, result);
    for (int i = 0; i < nlines; i++)
        printf("  %s\n", lines[i]);
    nlines = 0;
}

static int depth_order; /* a directory must come after everything in it */

static int check_depth(const char *path, const struct stat *st, int type, struct FTW *where)
{
    static int last_level;

    (void)path;
    (void)st;
    if (type == FTW_DP && where->level > last_level)
        depth_order += type == FTW_DP && where->level == last_level + 1;
    last_level = where->level;
    return 0;
}

static int delete (const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)where;
    return type == FTW_DP ? rmdir(path) : unlink(path);
}

int main(void)
{
    static const char *const patterns[] = { "tree/*.c", "tree/*/*.c", "tree/?/*", "*/[ot]*.[ch]", "tree/.*/*.c", "tree/[[]x]/*",
                                            "tree/\\[x]/si\\*x.c", "tree/none*", "tree/one.c", "tree/missing", "tree//*.h", "*" };

    make_tree();
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        show_glob(patterns[i], 0);
        show_glob(patterns[i], GLOB_MARK | GLOB_NOCHECK);
    }
    append();
    show_walk("physical", nftw("tree", note, 8, FTW_PHYS));
    show_walk("depth", nftw("tree/", note, 8, FTW_PHYS | FTW_DEPTH));
    show_walk("links", nftw("tree", note, 8, 0));
    show_walk("plain", ftw("./tree", note_plain, 8));
    make_file("tree/stop", 1);
    nlines = 0;
    printf("stopped: %d\n", nftw("tree", note, 8, FTW_PHYS));
    printf("%d %d\n", nftw("nowhere", note, 8, 0), errno == ENOENT);
    nftw("tree", check_depth, 8, FTW_DEPTH | FTW_PHYS);
    printf("%d\n", depth_order);
    printf("%d\n", nftw("tree", delete, 8, FTW_DEPTH | FTW_PHYS));
    printf("%d\n", access("tree", F_OK));
    return 0;
}
