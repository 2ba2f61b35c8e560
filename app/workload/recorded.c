/* recorded.c: see recorded.h. */
#include "recorded.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC "BOWERTR" /* and a digit: 1, plus what it has */
#define HAS_TIMES 1
#define HAS_PLAN 2

static bool is_word_of_plan(const char *text)
{
    static const char *const words[] = { "plan ", "extent ", "some ", "at ", "choose ", "end" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncmp(text, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

static bool add_line(const char *text, struct access_list *list)
{
    char *end;
    if (*text == 'r' || *text == 'w')
        text++;
    unsigned long page = strtoul(text, &end, 10);
    if (end == text || page > UINT32_MAX)
        return false;
    end += strspn(end, " \t");
    end += strspn(end, "0123456789"); /* its time */
    if (strspn(end, " \t\r\n") != strlen(end))
        return false;
    access_list_add(list, (uint32_t)page);
    return true;
}

static int read_lines(FILE *in, struct access_list *list)
{
    char line[128];
    for (int number = 1; fgets(line, sizeof line, in); number++) {
        const char *text = line + strspn(line, " \t\r");
        bool is_remark = *text == '#';
        if (!is_remark && *text != '\n' && *text != '\0' && !is_word_of_plan(text) && !add_line(text, list))
            return number;
        while (is_remark && !strchr(line, '\n') && fgets(line, sizeof line, in))
            ; /* a long one */
    }
    return 0;
}

/* Seven bits a byte, low bits first; the last byte has its top bit clear. */
static bool get_number(FILE *in, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        int c = getc(in);
        if (c == EOF)
            return false;
        *value |= (uint64_t)(c & 0x7f) << shift;
        if (c < 0x80)
            return true;
    }
    return false;
}

/* The length of the mapping, and the plan. */
static bool skip_head(FILE *in, int has)
{
    uint64_t bytes;
    if (!get_number(in, &bytes))
        return false;
    if (!(has & HAS_PLAN))
        return true;
    if (!get_number(in, &bytes))
        return false;
    while (bytes > 0 && getc(in) != EOF)
        bytes--;
    return bytes == 0;
}

/* Behind the magic. Each access is twice its step from the page before, plus one for a write. */
static int read_bytes(FILE *in, struct access_list *list, int has)
{
    int64_t page = 0;
    if (!skip_head(in, has))
        return -1;
    for (int c; (c = getc(in)) != EOF;) {
        uint64_t value, time;
        ungetc(c, in);
        if (!get_number(in, &value) || ((has & HAS_TIMES) && !get_number(in, &time)))
            return -1;
        uint64_t zigzag = value >> 1;
        page += (int64_t)(zigzag >> 1) ^ -(int64_t)(zigzag & 1);
        if (page < 0 || page > UINT32_MAX)
            return -1;
        access_list_add(list, (uint32_t)page);
    }
    return 0;
}

int recorded_read(FILE *in, struct access_list *list)
{
    char magic[sizeof MAGIC];
    int c = getc(in);
    ungetc(c, in);
    if (c != MAGIC[0])
        return read_lines(in, list);
    if (fread(magic, 1, sizeof magic, in) != sizeof magic || memcmp(magic, MAGIC, sizeof magic - 1) != 0)
        return -1;
    int has = magic[sizeof magic - 1] - '1';
    return has < 0 || has > (HAS_TIMES | HAS_PLAN) ? -1 : read_bytes(in, list, has);
}
