/*
 * types.h: the few types and macros that every layer shares.
 *
 * Errors: functions return 0 (or a count) or a negative errno (-EINVAL); pointers return NULL.
 * A broken invariant is not an error: ASSERT panics (panic.h).
 */
#ifndef KERNEL_TYPES_H
#define KERNEL_TYPES_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t paddr_t; /* physical address; devices and PTEs know only these */
typedef uint64_t vaddr_t; /* virtual address (Sv39) */

#define PAGE_SHIFT 12
#define PAGE_SIZE ((uint64_t)1 << PAGE_SHIFT)
#define PAGE_MASK (PAGE_SIZE - 1)
#define PAGE_ALIGN_DOWN(x) ((x) & ~PAGE_MASK)
#define PAGE_ALIGN_UP(x) (((x) + PAGE_MASK) & ~PAGE_MASK)

#define NS_PER_S 1000000000u

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define CONTAINER_OF(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

/* What a mapping or a page-table entry allows: PROT_* of mmap. */
enum prot { VM_PROT_READ = 1,
            VM_PROT_WRITE = 2,
            VM_PROT_EXEC = 4 };

#endif
