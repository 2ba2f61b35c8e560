// run: -- one "two words" "" "100%" "a=b" "quote\"s" "ümlaut"
// stdout~: ^8 one\|two words\|\|100%\|a=b\|quote"s\|ümlaut\|$
// run: --
// stdout~: ^1 $
// Arguments come through as they were given.
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    printf("%d ", argc);
    for (int i = 1; i < argc; i++)
        printf("%s|", argv[i]);
    printf("\n");
    return argv[argc] != NULL || strlen(argv[0]) == 0;
}
