// run:
// A program's own malloc is its own from the first call on, and nothing calls it before its constructors. What the library
// gives the program to free comes from it too.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "check.h"

static _Alignas(16) char heap[1 << 20];
static size_t used;
static unsigned calls;
static int ready;

__attribute__((constructor)) static void prepare(void)
{
    CHECK(calls == 0);
    ready = 1;
}

void *malloc(size_t n)
{
    char *block = heap + used;

    calls++;
    used += (n + 15) & ~(size_t)15;
    return ready && used <= sizeof(heap) ? block : NULL;
}

void *realloc(void *block, size_t n)
{
    char *other = malloc(n);
    size_t room = block ? (size_t)(heap + used - (char *)block) : 0;

    return other && block ? memmove(other, block, n < room ? n : room) : other;
}

static int is_mine(const void *block)
{
    return (uintptr_t)block >= (uintptr_t)heap && (uintptr_t)block < (uintptr_t)heap + sizeof(heap);
}

void free(void *block)
{
    CHECK(block == NULL || is_mine(block));
}

static void check_what_is_given(void)
{
    char *text, *copies[] = { strdup("text"), strndup("text", 2), (char *)wcsdup(L"text"), realpath("/", NULL), getcwd(NULL, 0) };
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    for (size_t i = 0; i < sizeof(copies) / sizeof(copies[0]); i++) {
        CHECK(is_mine(copies[i]));
        free(copies[i]);
    }
    CHECK(fprintf(stream, "%500d", 1) == 500 && fclose(stream) == 0 && is_mine(text) && strlen(text) == 500);
    free(text);
    CHECK(asprintf(&text, "%500d", 1) == 500 && is_mine(text) && strlen(text) == 500);
    free(text);
}

int main(void)
{
    char *block;
    unsigned before = calls;

    CHECK(before == 0);
    CHECK(strcmp(getenv("HOME"), "/") == 0 && calls == before);
    block = malloc(5);
    CHECK(calls == before + 1 && block >= heap && block < heap + sizeof(heap));
    CHECK(setenv("NAME", "value", 1) == 0 && calls > before + 1);
    free(block);
    check_what_is_given();
    return done();
}
