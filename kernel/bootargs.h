/*
 * bootargs.h: /chosen/bootargs, as scripts/run writes it:
 *     frames=16 policy=auto evict=auto app=bower processors=2 disk.model=497904640 env.TZ=UTC -- argv0 arg%20one
 * Tokens are separated by spaces and percent-encoded; a lone "%" is the empty string. Pure code, also built for the host.
 */
#ifndef KERNEL_BOOTARGS_H
#define KERNEL_BOOTARGS_H

#include "kernel/types.h"

struct bootargs {
    int argc;
    char **argv;    /* NULL-terminated, argc entries */
    char **envp;    /* "NAME=VALUE", NULL-terminated */
    char **options; /* "frames=16", NULL-terminated, everything else */
};

/* Parses text; all memory comes from kalloc and is never freed. 0, -EINVAL (malformed), -ENOMEM. */
int bootargs_parse(struct bootargs *b, const char *text);
extern struct bootargs boot_args; /* filled by boot before main */
/* The value after "name=", or NULL. */
const char *bootargs_option(const struct bootargs *b, const char *name);

#endif
