/*
 * json [-c] [-s] [PATH]: reads JSON from stdin and prints it, indented; -c: on one line, -s: members sorted. PATH picks a part:
 * .name and [index], one after the other.
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum type { NUL,
            BOOLEAN,
            NUMBER,
            STRING,
            ARRAY,
            OBJECT };

struct value {
    enum type type;
    union {
        int boolean;
        double number;
        char *string;
        struct {
            size_t n, capacity;
            struct value *items;
            char **names; /* OBJECT */
        } list;
    } as;
};

static const char *text, *at;
static jmp_buf on_error;
static int compact, sorted;

static void fail(const char *format, ...)
{
    int line = 1, column = 1;
    va_list args;

    for (const char *p = text; p < at; p++) {
        line += *p == '\n';
        column = *p == '\n' ? 1 : column + 1;
    }
    printf("%d:%d: ", line, column);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
    longjmp(on_error, 1);
}

static void *need(void *memory)
{
    if (!memory) {
        perror("json");
        exit(3);
    }
    return memory;
}

static void skip_space(void)
{
    while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')
        at++;
}

static unsigned hex4(void)
{
    unsigned code = 0;

    for (int i = 0; i < 4; i++, at++) {
        if (!isxdigit((unsigned char)*at))
            fail("four hex digits expected");
        code = code * 16 + (unsigned)(isdigit((unsigned char)*at) ? *at - '0' : tolower((unsigned char)*at) - 'a' + 10);
    }
    return code;
}

static size_t put_utf8(char *out, unsigned code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

static unsigned read_escape(void)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    const char *letter;
    unsigned code;

    if (*at == 'u') {
        at++;
        code = hex4();
        if (code >= 0xd800 && code < 0xdc00 && at[0] == '\\' && at[1] == 'u') {
            at += 2;
            code = 0x10000 + ((code - 0xd800) << 10) + (hex4() - 0xdc00);
        }
        return code;
    }
    letter = *at ? strchr(letters, *at) : NULL;
    if (!letter)
        fail("unknown escape");
    at++;
    return (unsigned char)meanings[letter - letters];
}

static char *parse_string(void)
{
    size_t n = 0;
    char *out = need(malloc(strlen(at) + 1)); /* never longer than its source */

    if (*at != '"')
        fail("string expected");
    for (at++; *at != '"';) {
        if ((unsigned char)*at < ' ')
            fail(*at ? "control character in a string" : "string without end");
        if (*at == '\\') {
            at++;
            n += put_utf8(out + n, read_escape());
        } else {
            out[n++] = *at++;
        }
    }
    at++;
    out[n] = '\0';
    return need(realloc(out, n + 1));
}

static struct value parse_value(int depth);

static void append(struct value *list, struct value item, char *name)
{
    if (list->as.list.n == list->as.list.capacity) {
        size_t capacity = list->as.list.capacity ? 2 * list->as.list.capacity : 4;

        list->as.list.items = need(realloc(list->as.list.items, capacity * sizeof(item)));
        list->as.list.names = need(realloc(list->as.list.names, capacity * sizeof(name)));
        list->as.list.capacity = capacity;
    }
    list->as.list.names[list->as.list.n] = name;
    list->as.list.items[list->as.list.n++] = item;
}

static struct value parse_list(enum type type, char end, int depth)
{
    struct value list = { .type = type };

    at++;
    skip_space();
    while (*at != end) {
        char *name = NULL;

        if (type == OBJECT) {
            name = parse_string();
            skip_space();
            if (*at++ != ':') {
                at--;
                fail("':' expected");
            }
        }
        append(&list, parse_value(depth + 1), name);
        skip_space();
        if (*at == ',') {
            at++;
            skip_space();
            if (*at == end)
                fail("value expected");
        } else if (*at != end) {
            fail("',' or '%c' expected", end);
        }
    }
    at++;
    return list;
}

static struct value parse_number(void)
{
    struct value v = { .type = NUMBER };
    char *end;

    if (*at != '-' && !isdigit((unsigned char)*at))
        fail(*at ? "unexpected '%c'" : "unexpected end", *at);
    errno = 0;
    v.as.number = strtod(at, &end);
    if (errno == ERANGE && isinf(v.as.number))
        fail("number out of range");
    at = end;
    return v;
}

static struct value parse_value(int depth)
{
    struct value v = { .type = NUL };

    if (depth > 200)
        fail("nested too deeply");
    skip_space();
    if (*at == '{')
        return parse_list(OBJECT, '}', depth);
    if (*at == '[')
        return parse_list(ARRAY, ']', depth);
    if (*at == '"') {
        v.type = STRING;
        v.as.string = parse_string();
    } else if (strncmp(at, "null", 4) == 0) {
        at += 4;
    } else if (strncmp(at, "true", 4) == 0 || strncmp(at, "false", 5) == 0) {
        v.type = BOOLEAN;
        v.as.boolean = *at == 't';
        at += v.as.boolean ? 4 : 5;
    } else {
        return parse_number();
    }
    return v;
}

static void print_string(const char *s)
{
    putchar('"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            printf("\\%c", *s);
        else if (*s == '\n')
            fputs("\\n", stdout);
        else if ((unsigned char)*s < ' ')
            printf("\\u%04x", (unsigned)*s);
        else
            putchar(*s);
    }
    putchar('"');
}

static const struct value *sort_base;

static int by_name(const void *a, const void *b)
{
    return strcmp(sort_base->as.list.names[*(const size_t *)a], sort_base->as.list.names[*(const size_t *)b]);
}

static void new_line(int depth)
{
    if (!compact)
        printf("\n%*s", 2 * depth, "");
}

static void print_value(const struct value *v, int depth);

static void print_list(const struct value *v, int depth)
{
    size_t n = v->as.list.n, *order = need(malloc((n + 1) * sizeof(*order)));

    for (size_t i = 0; i < n; i++)
        order[i] = i;
    if (sorted && v->type == OBJECT) {
        sort_base = v;
        qsort(order, n, sizeof(order[0]), by_name);
    }
    putchar(v->type == OBJECT ? '{' : '[');
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            putchar(',');
        new_line(depth + 1);
        if (v->type == OBJECT) {
            print_string(v->as.list.names[order[i]]);
            fputs(compact ? ":" : ": ", stdout);
        }
        print_value(&v->as.list.items[order[i]], depth + 1);
    }
    if (n > 0)
        new_line(depth);
    putchar(v->type == OBJECT ? '}' : ']');
    free(order);
}

static void print_value(const struct value *v, int depth)
{
    switch (v->type) {
    case NUL: fputs("null", stdout); break;
    case BOOLEAN: fputs(v->as.boolean ? "true" : "false", stdout); break;
    case NUMBER: printf("%.17g", v->as.number); break;
    case STRING: print_string(v->as.string); break;
    default: print_list(v, depth);
    }
}

static const struct value *pick(const struct value *v, const char *path)
{
    while (v && *path) {
        const struct value *found = NULL;

        if (*path == '[') {
            size_t i = strtoul(path + 1, (char **)&path, 10);

            path += *path == ']';
            if (v->type == ARRAY && i < v->as.list.n)
                found = &v->as.list.items[i];
        } else {
            size_t n = strcspn(++path, ".[");

            for (size_t i = 0; v->type == OBJECT && i < v->as.list.n; i++) {
                if (strncmp(v->as.list.names[i], path, n) == 0 && v->as.list.names[i][n] == '\0')
                    found = &v->as.list.items[i];
            }
            path += n;
        }
        v = found;
    }
    return v;
}

static char *read_all(FILE *in)
{
    size_t n = 0, size = 4096;
    char *buffer = need(malloc(size));

    for (size_t got; (got = fread(buffer + n, 1, size - n - 1, in)) > 0;) {
        n += got;
        if (size - n == 1)
            buffer = need(realloc(buffer, size *= 2));
    }
    buffer[n] = '\0';
    return buffer;
}

int main(int argc, char **argv)
{
    struct value root;
    const struct value *part;
    int option;

    while ((option = getopt(argc, argv, "cs")) != -1) {
        if (option == 'c')
            compact = 1;
        else if (option == 's')
            sorted = 1;
        else
            return 2;
    }
    text = at = read_all(stdin);
    if (setjmp(on_error))
        return 1;
    root = parse_value(0);
    skip_space();
    if (*at)
        fail("more after the value");
    part = pick(&root, optind < argc ? argv[optind] : "");
    if (!part) {
        puts("(nothing there)");
        return 1;
    }
    print_value(part, 0);
    putchar('\n');
    return 0;
}
