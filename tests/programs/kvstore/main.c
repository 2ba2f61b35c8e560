/*
 * kvstore FILE: a key-value store. Commands come from stdin, one a line:
 *
 *     put KEY VALUE...    get KEY    del KEY    scan FROM [N]    fill N SEED    check    sync    quit
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "btree.h"

static unsigned long state;

static unsigned next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 11);
}

static int show(const char *key, const char *value, void *left)
{
    if ((*(int *)left)-- <= 0)
        return 1;
    printf("%s = %s\n", key, value);
    return 0;
}

static void fill(struct btree *t, int n, unsigned long seed)
{
    char key[KEY_SIZE], value[VALUE_SIZE];
    int added = 0, removed = 0;

    state = seed ? seed : 1;
    for (int i = 0; i < n; i++) {
        snprintf(key, sizeof(key), "key-%05u", next_random() % (unsigned)n);
        snprintf(value, sizeof(value), "%x after %d", next_random(), i);
        if (next_random() % 4 == 0)
            removed += btree_delete(t, key);
        else
            added += btree_put(t, key, value);
    }
    printf("filled: %d added, %d removed\n", added, removed);
}

static void do_line(struct btree *t, char *line)
{
    char command[16] = "", key[64] = "";
    int at = 0, n = 10, depth;
    unsigned long seed = 1;
    const char *value;

    if (sscanf(line, "%15s %63s %n", command, key, &at) < 1)
        return;
    if (strcmp(command, "put") == 0) {
        int status = btree_put(t, key, line + at);

        printf("%s\n", status < 0 ? strerror(errno) : status ? "new"
                                                             : "replaced");
    } else if (strcmp(command, "get") == 0) {
        value = btree_get(t, key);
        printf("%s\n", value ? value : "(none)");
    } else if (strcmp(command, "del") == 0) {
        printf("%s\n", btree_delete(t, key) ? "deleted" : "(none)");
    } else if (strcmp(command, "scan") == 0) {
        sscanf(line + at, "%d", &n);
        btree_scan(t, key, show, &n);
    } else if (strcmp(command, "fill") == 0) {
        sscanf(line + at, "%lu", &seed);
        fill(t, atoi(key), seed);
    } else if (strcmp(command, "check") == 0) {
        long keys = btree_check(t, &depth);

        printf("%ld keys, %d levels, %zu bytes\n", keys, depth, t->size);
    } else if (strcmp(command, "sync") == 0) {
        printf("sync %d\n", btree_sync(t));
    } else {
        printf("what? %s\n", command);
    }
}

int main(int argc, char **argv)
{
    char line[256];
    struct btree t;

    if (argc != 2) {
        fprintf(stderr, "usage: %s FILE\n", argv[0]);
        return 2;
    }
    if (btree_open(&t, argv[1]) != 0) {
        perror(argv[1]);
        return 1;
    }
    while (fgets(line, sizeof(line), stdin)) {
        line[strcspn(line, "\n")] = '\0';
        if (strcmp(line, "quit") == 0)
            break;
        do_line(&t, line);
    }
    return btree_close(&t) == 0 ? 0 : 1;
}
