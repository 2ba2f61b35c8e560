#include "base64.h"

#include <ctype.h>
#include <string.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int base64_encode(FILE *in, FILE *out, int columns)
{
    unsigned char bytes[3];
    size_t n;
    int column = 0;

    while ((n = fread(bytes, 1, 3, in)) > 0) {
        unsigned long group = 0;

        for (size_t i = 0; i < 3; i++)
            group = group << 8 | (i < n ? bytes[i] : 0);
        for (size_t i = 0; i < 4; i++) {
            putc(i <= n ? letters[group >> (18 - 6 * i) & 63] : '=', out);
            if (++column == columns) {
                putc('\n', out);
                column = 0;
            }
        }
    }
    if (column > 0)
        putc('\n', out);
    return ferror(in) || ferror(out) ? -1 : 0;
}

int base64_decode(FILE *in, FILE *out)
{
    unsigned long group = 0;
    int n = 0, padding = 0, c;

    while ((c = getc(in)) != EOF) {
        const char *letter;

        if (isspace(c))
            continue;
        letter = c != '=' && c != 0 ? strchr(letters, c) : NULL;
        if (c == '=')
            padding++;
        else if (!letter || padding)
            return -1;
        group = group << 6 | (letter ? (unsigned long)(letter - letters) : 0);
        if (++n == 4) {
            for (int i = 0; i < 3 - padding; i++)
                putc((int)(group >> (16 - 8 * i) & 255), out);
            n = 0;
            group = 0;
        }
    }
    return n == 0 && padding <= 2 ? 0 : -1;
}
