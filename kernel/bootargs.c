#include "kernel/bootargs.h"

#include "kernel/mem.h"

#include <string.h>

struct bootargs boot_args;

#define ENV_PREFIX "env."

static bool is_separator(const char *token)
{
    return strcmp(token, "--") == 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20); /* lower case */
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes in place. A lone "%" is the empty string; any other "%" needs two digits, and no byte may be 0. */
static int decode(char *token)
{
    char *out = token;

    if (strcmp(token, "%") == 0) {
        *token = 0;
        return 0;
    }
    for (const char *in = token; *in; in++) {
        if (*in == '%') {
            int high = hex_digit(in[1]);
            int low = high < 0 ? -1 : hex_digit(in[2]);

            if (low < 0 || high + low == 0)
                return -EINVAL;
            *out++ = (char)(high * 16 + low);
            in += 2;
        } else {
            *out++ = *in;
        }
    }
    *out = 0;
    return 0;
}

/* Cuts text at spaces and returns the number of tokens; tokens may be NULL: then it only counts. */
static size_t split(char *text, char **tokens)
{
    size_t n = 0;

    while (*(text += strspn(text, " ")) != 0) {
        size_t length = strcspn(text, " ");

        if (tokens) {
            tokens[n] = text;
            if (text[length])
                text[length++] = 0;
        }
        text += length;
        n++;
    }
    return n;
}

/* Fills b from the tokens: options and environment up to "--", arguments behind it. */
static int sort_tokens(struct bootargs *b, char **tokens, size_t n)
{
    size_t nenv = 0, noptions = 0, i = 0;

    for (; i < n && !is_separator(tokens[i]); i++) {
        int error = decode(tokens[i]);

        if (error)
            return error;
        if (!strchr(tokens[i], '='))
            return -EINVAL;
        if (strncmp(tokens[i], ENV_PREFIX, strlen(ENV_PREFIX)) == 0)
            b->envp[nenv++] = tokens[i] + strlen(ENV_PREFIX);
        else
            b->options[noptions++] = tokens[i];
    }
    for (i++; i < n; i++) {
        int error = decode(tokens[i]);

        if (error)
            return error;
        b->argv[b->argc++] = tokens[i];
    }
    return 0;
}

int bootargs_parse(struct bootargs *b, const char *text)
{
    size_t length = strlen(text);
    char *copy = kalloc(length + 1), **tokens;
    size_t n;

    *b = (struct bootargs){ 0 };
    if (!copy)
        return -ENOMEM;
    memcpy(copy, text, length + 1);
    n = split(copy, NULL);
    /* Each list ends with NULL, which kalloc has put there; no list is longer than all tokens. */
    tokens = kalloc((n + 1) * sizeof *tokens);
    b->argv = kalloc((n + 1) * sizeof *b->argv);
    b->envp = kalloc((n + 1) * sizeof *b->envp);
    b->options = kalloc((n + 1) * sizeof *b->options);
    if (!tokens || !b->argv || !b->envp || !b->options)
        return -ENOMEM;
    split(copy, tokens);
    return sort_tokens(b, tokens, n);
}

const char *bootargs_option(const struct bootargs *b, const char *name)
{
    size_t length = strlen(name);

    for (char **o = b->options; o && *o; o++)
        if (strncmp(*o, name, length) == 0 && (*o)[length] == '=')
            return *o + length + 1;
    return NULL;
}
