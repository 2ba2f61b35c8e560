#include "kernel/thread/tls.h"

#include "kernel/mem.h"
#include "kernel/types.h"

#include <string.h>

/* bower.ld; sizes are absolute symbols: their value is their address */
extern const char __tdata_start[], __tdata_end[], __tls_size[], __tls_align[];

/* The address that kalloc gave stands in front of the block. */
void *tls_create(void)
{
    uint64_t align = MAX((uint64_t)__tls_align, sizeof(void *));
    char *memory = kalloc(sizeof(void *) + align + (uint64_t)__tls_size);
    char *block;

    if (!memory)
        return NULL;
    block = (char *)(((uintptr_t)memory + sizeof(void *) + align - 1) & ~(align - 1));
    memcpy(block - sizeof memory, &memory, sizeof memory);
    memcpy(block, __tdata_start, (size_t)(__tdata_end - __tdata_start)); /* the rest is zero already */
    return block;
}

void tls_destroy(void *tp)
{
    char *memory;

    memcpy(&memory, (char *)tp - sizeof memory, sizeof memory);
    kfree(memory);
}
