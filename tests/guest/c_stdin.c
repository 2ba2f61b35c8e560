// run:
// stdin: tests/guest/c_stdin.c
// check: cmp $ROOT/tests/guest/c_stdin.c stdout
// Copies stdin to stdout, half of it by character, half by block.
#include <stdio.h>

int main(void)
{
    static char block[777];
    size_t n;

    for (int i = 0, c; i < 500 && (c = getchar()) != EOF; i++)
        putchar(c);
    while ((n = fread(block, 1, sizeof(block), stdin)) > 0)
        fwrite(block, 1, n, stdout);
    return ferror(stdin) || !feof(stdin);
}
