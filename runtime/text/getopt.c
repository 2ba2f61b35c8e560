/*
 * getopt.c: getopt as glibc has it, messages included. newlib's names the wrong character in optopt and loses its place
 * when a program sets optind itself.
 *
 * Operands before an option are moved behind it, unless the option string starts with '+' (or POSIXLY_CORRECT is set):
 * then the first operand ends the options; or with '-': then each operand is returned as the argument of an option 1. They
 * are moved by the call after that which found the option: a program that looks at argv[optind] for an argument that may be
 * there sees the word that followed.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/api.h"
#include "runtime/text/stdio.h"

API char *optarg;
API int optind = 1, opterr = 1, optopt = '?';

static const char *next_char; /* inside a group of short options such as -abc; NULL: at the start of a word */
/* argv[first_operand..end_of_operands) were passed by; the words from there to optind are options that must go before them. */
static int first_operand, end_of_operands;
static bool begun;

struct call {
    int argc;
    char **argv;
    const char *shorts;         /* behind its '+', '-' and ':' */
    const struct option *longs; /* or NULL */
    int *long_index;            /* or NULL */
    bool one_dash_too;          /* getopt_long_only: -name is --name */
    bool colon;                 /* the string starts with ':': no messages, and ':' for a missing argument */
    char order;                 /* '+', '-' or 0: what is done with operands */
};

static bool is_operand(const char *word)
{
    return word[0] != '-' || word[1] == '\0';
}

static bool speaks(const struct call *c)
{
    return opterr && !c->colon;
}

static int missing_argument(const struct call *c)
{
    return c->colon ? ':' : '?';
}

/* The long option that name abbreviates; -1: none; -2: several that differ. */
static int find_long(const struct call *c, const char *name, size_t n)
{
    int found = -1;

    for (int i = 0; c->longs[i].name; i++) {
        const struct option *o = &c->longs[i], *f = &c->longs[found < 0 ? 0 : found];

        if (strncmp(o->name, name, n) != 0)
            continue;
        if (strlen(o->name) == n)
            return i;
        if (found >= 0 && (o->has_arg != f->has_arg || o->flag != f->flag || o->val != f->val))
            return -2;
        if (found < 0)
            found = i;
    }
    return found;
}

static int bad_long(const struct call *c, int found, const char *dashes, const char *name, size_t n)
{
    if (speaks(c) && found == -1)
        fprintf(stderr, "%s: unrecognized option '%s%s'\n", c->argv[0], dashes, name);
    if (speaks(c) && found == -2) {
        stream_lock(stderr); /* one line, whatever other threads print */
        fprintf(stderr, "%s: option '%s%s' is ambiguous; possibilities:", c->argv[0], dashes, name);
        for (int i = 0; c->longs[i].name; i++)
            if (strncmp(c->longs[i].name, name, n) == 0)
                fprintf(stderr, " '%s%s'", dashes, c->longs[i].name);
        putc_unlocked('\n', stderr);
        stream_unlock(stderr);
    }
    optopt = 0;
    return '?';
}

static int long_option(struct call *c, const char *dashes, const char *name)
{
    size_t n = strcspn(name, "=");
    int found = find_long(c, name, n);
    const struct option *o = &c->longs[found < 0 ? 0 : found];

    optind++;
    if (found < 0)
        return bad_long(c, found, dashes, name, n);
    optarg = name[n] == '=' ? (char *)name + n + 1 : NULL;
    if (optarg && o->has_arg == no_argument) {
        optarg = NULL;
        if (speaks(c))
            fprintf(stderr, "%s: option '%s%s' doesn't allow an argument\n", c->argv[0], dashes, o->name);
        optopt = o->val;
        return '?';
    }
    if (!optarg && o->has_arg == required_argument) {
        if (optind >= c->argc) {
            if (speaks(c))
                fprintf(stderr, "%s: option '%s%s' requires an argument\n", c->argv[0], dashes, o->name);
            optopt = o->val;
            return missing_argument(c);
        }
        optarg = c->argv[optind++];
    }
    if (c->long_index)
        *c->long_index = found;
    if (!o->flag)
        return o->val;
    *o->flag = o->val;
    return 0;
}

static int short_option(struct call *c)
{
    char letter = *next_char++;
    const char *known = letter == ':' || letter == ';' ? NULL : strchr(c->shorts, letter);
    bool last = *next_char == '\0';

    if (last)
        optind++;
    if (known && letter == 'W' && known[1] == ';' && c->longs && (!last || optind < c->argc)) {
        const char *name = last ? c->argv[optind] : next_char; /* -W name is --name */

        next_char = NULL;
        return long_option(c, "-W ", name);
    }
    if (!known) {
        if (speaks(c))
            fprintf(stderr, "%s: invalid option -- '%c'\n", c->argv[0], letter);
    } else if (known[1] == ':' || (letter == 'W' && known[1] == ';')) {
        optarg = NULL;
        if (!last)
            optarg = (char *)next_char, optind++;
        else if (known[2] != ':' && optind < c->argc)
            optarg = c->argv[optind++];
        last = true;
        if (!optarg && known[2] != ':') {
            if (speaks(c))
                fprintf(stderr, "%s: option requires an argument -- '%c'\n", c->argv[0], letter);
            known = NULL;
        }
    }
    if (last)
        next_char = NULL;
    if (known)
        return (unsigned char)letter;
    optopt = (unsigned char)letter;
    return strchr(c->shorts, letter) && letter != ':' ? missing_argument(c) : '?';
}

/* The option at argv[optind], which is neither an operand nor "--". */
static int parse_word(struct call *c)
{
    const char *word = c->argv[optind];

    if (!next_char) {
        if (c->longs && word[1] == '-')
            return long_option(c, "--", word + 2);
        /* -x may be meant as a short option if there is one; -xyz is a long one first. */
        if (c->longs && c->one_dash_too && (word[2] || !strchr(c->shorts, word[1])) &&
            (find_long(c, word + 1, strcspn(word + 1, "=")) != -1 || !strchr(c->shorts, word[1])))
            return long_option(c, "-", word + 1);
        next_char = word + 1;
    }
    return short_option(c);
}

/* argv[from..middle) changes places with argv[middle..to), each keeping its order. */
static void exchange(char **argv, int from, int middle, int to)
{
    for (; middle < to; from++, middle++) {
        char *moved = argv[middle];

        memmove(argv + from + 1, argv + from, (size_t)(middle - from) * sizeof(*argv));
        argv[from] = moved;
    }
}

/* Moves the operands that were passed by behind the options that followed them; they end at optind then. */
static void move_operands(struct call *c)
{
    exchange(c->argv, first_operand, end_of_operands, optind);
    first_operand += optind - end_of_operands;
    end_of_operands = optind;
}

static void begin(struct call *c)
{
    if (optind == 0 || !begun) {
        if (optind == 0)
            optind = 1;
        first_operand = end_of_operands = optind;
        next_char = NULL;
        if (!begun)
            optopt = 0;
        begun = true;
    }
    /* The program may have set optind back. */
    if (end_of_operands > optind)
        end_of_operands = optind;
    if (first_operand > optind)
        first_operand = optind;
    optarg = NULL;
    c->order = *c->shorts == '+' || *c->shorts == '-' ? *c->shorts++ : '\0';
    if (!c->order && getenv("POSIXLY_CORRECT"))
        c->order = '+';
    c->colon = *c->shorts == ':';
    if (c->colon)
        c->shorts++;
}

static int next_option(struct call *c)
{
    begin(c);
    if (next_char && *next_char)
        return parse_word(c);
    next_char = NULL;
    if (!c->order) {
        move_operands(c);
        while (optind < c->argc && is_operand(c->argv[optind]))
            optind++;
        end_of_operands = optind;
    }
    if (optind < c->argc && strcmp(c->argv[optind], "--") == 0) {
        optind++;
        move_operands(c);
        optind = end_of_operands = c->argc;
    }
    if (optind >= c->argc) {
        if (first_operand != end_of_operands)
            optind = first_operand;
        return -1;
    }
    if (is_operand(c->argv[optind])) {
        if (c->order == '+')
            return -1;
        optarg = c->argv[optind++];
        return 1;
    }
    return parse_word(c);
}

API int getopt(int argc, char *const argv[], const char *shorts)
{
    struct call c = { .argc = argc, .argv = (char **)argv, .shorts = shorts };

    return next_option(&c);
}

API int getopt_long(int argc, char *const argv[], const char *shorts, const struct option *longs, int *index)
{
    struct call c = { .argc = argc, .argv = (char **)argv, .shorts = shorts, .longs = longs, .long_index = index };

    return next_option(&c);
}

API int getopt_long_only(int argc, char *const argv[], const char *shorts, const struct option *longs, int *index)
{
    struct call c = { argc, (char **)argv, shorts, longs, index, .one_dash_too = true };

    return next_option(&c);
}
