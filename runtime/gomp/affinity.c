/* affinity.c: lines that say which thread this is and where it runs, in a format of the program's (OpenMP 5.0, 3.2.31). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/api.h"
#include "runtime/gomp/gomp.h"
#include "runtime/include/omp.h"

#define HOST_SIZE 65 /* the longest name of a host and its end */

/* Text that is counted in full and kept as far as there is room. */
struct text {
    char *buffer;
    size_t size, length;
};

/* %[[0].][width]type */
struct field {
    size_t width;
    bool right, zeros;
};

static const struct {
    char letter;
    const char *name;
} types[] = {
    { 't', "team_num" },
    { 'T', "num_teams" },
    { 'L', "nesting_level" },
    { 'n', "thread_num" },
    { 'N', "num_threads" },
    { 'a', "ancestor_tnum" },
    { 'H', "host" },
    { 'P', "process_id" },
    { 'i', "native_thread_id" },
    { 'A', "thread_affinity" },
};

static char *affinity_format; /* affinity-format-var; NULL: as it is by default */
static uint32_t format_lock;

static void put(struct text *text, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++, text->length++)
        if (text->length < text->size)
            text->buffer[text->length] = bytes[i];
}

static void put_times(struct text *text, char byte, size_t n)
{
    while (n-- > 0)
        put(text, &byte, 1);
}

/* Zeros go between a sign or 0x and the digits. */
static void put_field(struct text *text, const struct field *field, const char *value)
{
    size_t length = strlen(value), pad = field->width > length ? field->width - length : 0;
    size_t sign = !field->zeros ? 0 : value[0] == '-'            ? 1
                                  : strncmp(value, "0x", 2) == 0 ? 2
                                                                 : 0;

    put(text, value, sign);
    if (field->right)
        put_times(text, field->zeros ? '0' : ' ', pad);
    put(text, value + sign, length - sign);
    if (!field->right)
        put_times(text, ' ', pad);
}

static _Noreturn void refuse(const char *problem, const char *where, size_t length)
{
    char part[80];

    snprintf(part, sizeof part, "%.*s", (int)length, where);
    platform_report("OpenMP: affinity format: %s '%s'", problem, part);
    gomp_exit();
}

/* What follows a %; returns the type's letter, and *at is behind it. */
static char parse_field(const char **at, struct field *field)
{
    const char *begin = *at;

    *field = (struct field){ .zeros = *begin == '0' };
    *at += field->zeros;
    if (field->zeros && **at != '.')
        refuse("a zero without a dot in", begin - 1, 2);
    field->right = **at == '.';
    *at += field->right;
    if (**at >= '1' && **at <= '9')
        field->width = strtoul(*at, (char **)at, 10);
    else if (field->right)
        refuse("no width in", begin - 1, (size_t)(*at - begin) + 1);
    if (**at != '{')
        return **at ? *(*at)++ : '\0';
    begin = ++*at;
    *at += strcspn(begin, "}");
    if (!**at)
        refuse("no end of", begin, strlen(begin));
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strlen(types[i].name) == (size_t)(*at - begin) && memcmp(types[i].name, begin, (size_t)(*at - begin)) == 0) {
            ++*at;
            return types[i].letter;
        }
    refuse("no such type", begin, (size_t)(*at - begin));
}

/* Its value for this thread; false: no such type. */
static bool value_of(char type, char *value, size_t size)
{
    const struct gomp_thread *thread = gomp_thread();
    const struct gomp_team *team = thread->team;
    unsigned last;

    switch (type) {
    case 't': snprintf(value, size, "%u", team->league); return true;
    case 'T': snprintf(value, size, "%u", team->leagues); return true;
    case 'L': snprintf(value, size, "%u", team->level); return true;
    case 'n': snprintf(value, size, "%u", thread->id); return true;
    case 'N': snprintf(value, size, "%u", team->threads); return true;
    case 'a': snprintf(value, size, "%d", team->level > 0 ? (int)team->outer_id : -1); return true;
    case 'H': snprintf(value, size, "%s", platform_host()); return true;
    case 'P': snprintf(value, size, "%lu", platform_process()); return true;
    case 'i': snprintf(value, size, "0x%lx", platform_thread()); return true;
    case 'A': /* no thread is bound: it is every hart */
        last = gomp_settings.harts - 1;
        snprintf(value, size, last ? "0-%u" : "%u", last);
        return true;
    default: return false;
    }
}

static void put_line(struct text *text, const char *format)
{
    char value[HOST_SIZE];
    struct field field;

    for (;;) {
        size_t plain = strcspn(format, "%");
        const char *begin = format + plain;
        char type;

        put(text, format, plain);
        if (!*begin)
            return;
        format = begin + 1;
        if (*format == '%') {
            put(text, format++, 1);
            continue;
        }
        type = parse_field(&format, &field);
        if (!value_of(type, value, sizeof value))
            refuse("no such type in", begin, (size_t)(format - begin));
        put_field(text, &field, value);
    }
}

static void terminate(struct text *text)
{
    if (text->size > 0)
        text->buffer[text->length < text->size ? text->length : text->size - 1] = '\0';
}

/* A copy of the format to use, which another thread may replace meanwhile. */
static char *current_format(const char *format)
{
    char *copy;

    gomp_thread(); /* has read OMP_AFFINITY_FORMAT */
    gomp_lock(&format_lock);
    if (!format || !*format)
        format = affinity_format ? affinity_format : "level %L thread %i affinity %A";
    copy = platform_alloc(strlen(format) + 1);
    if (copy)
        strcpy(copy, format);
    gomp_unlock(&format_lock);
    if (!copy)
        refuse("no memory for", format, 0);
    return copy;
}

bool gomp_set_affinity_format(const char *format)
{
    char *copy = format ? platform_alloc(strlen(format) + 1) : NULL, *old;

    if (!copy)
        return false;
    strcpy(copy, format);
    gomp_lock(&format_lock);
    old = affinity_format;
    affinity_format = copy;
    gomp_unlock(&format_lock);
    platform_free(old);
    return true;
}

API void omp_set_affinity_format(const char *format)
{
    gomp_thread();
    gomp_set_affinity_format(format);
}

API size_t omp_get_affinity_format(char *buffer, size_t size)
{
    char *format = current_format(NULL);
    struct text text = { .buffer = buffer, .size = size };

    put(&text, format, strlen(format));
    terminate(&text);
    platform_free(format);
    return text.length;
}

static size_t capture(char *buffer, size_t size, const char *format)
{
    struct text text = { .buffer = buffer, .size = size };

    put_line(&text, format);
    terminate(&text);
    return text.length;
}

API size_t omp_capture_affinity(char *buffer, size_t size, const char *format)
{
    char *used = current_format(format);
    size_t length = capture(buffer, size, used);

    platform_free(used);
    return length;
}

API void omp_display_affinity(const char *format)
{
    char *used = current_format(format);
    size_t size = capture(NULL, 0, used) + 1;
    char *line = platform_alloc(size);

    if (line) {
        capture(line, size, used);
        platform_print("%s\n", line);
    }
    platform_free(line);
    platform_free(used);
}
