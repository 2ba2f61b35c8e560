/*
 * alloc.c: OpenMP's allocators (OpenMP 5.0, 2.11). All memory spaces are malloc's. An allocator adds an alignment, a limit on what
 * is in use, and what happens beyond it; other traits are hints.
 */
#include <stdlib.h>
#include <string.h>

#include "runtime/api.h"
#include "runtime/gomp/gomp.h"
#include "runtime/include/omp.h"

/* Behind every handle above the last predefined one. */
struct allocator {
    size_t alignment, limit, used; /* used: atomic */
    omp_alloctrait_value_t fallback;
    omp_allocator_handle_t next; /* of allocator_fb */
};

/* In front of every block. */
struct header {
    void *memory; /* what malloc gave */
    size_t size;  /* that counts against the limit */
    size_t usable;
    omp_allocator_handle_t handle; /* who gave it, which may be a fallback */
};

static omp_allocator_handle_t default_allocator = omp_default_mem_alloc; /* atomic */

static struct allocator *behind(omp_allocator_handle_t handle)
{
    return handle > omp_thread_mem_alloc ? (struct allocator *)(uintptr_t)handle : NULL;
}

static bool is_power_of_two(uintptr_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

/* False: a trait or a value that there is not. */
static bool set_trait(struct allocator *allocator, const omp_alloctrait_t *trait)
{
    bool usual = trait->value == (uintptr_t)omp_atv_default;

    switch (trait->key) {
    case omp_atk_alignment:
        allocator->alignment = usual ? 1 : trait->value;
        return is_power_of_two(allocator->alignment);
    case omp_atk_pool_size:
        allocator->limit = usual ? SIZE_MAX : trait->value;
        return true;
    case omp_atk_fallback:
        allocator->fallback = usual ? omp_atv_default_mem_fb : (omp_alloctrait_value_t)trait->value;
        return allocator->fallback >= omp_atv_default_mem_fb && allocator->fallback <= omp_atv_allocator_fb;
    case omp_atk_fb_data:
        allocator->next = (omp_allocator_handle_t)trait->value;
        return true;
    case omp_atk_pinned:
        return usual || trait->value == omp_atv_false || trait->value == omp_atv_true; /* memory stays where it is */
    case omp_atk_sync_hint:
    case omp_atk_access:
    case omp_atk_partition:
        return true;
    default:
        return false;
    }
}

API omp_allocator_handle_t omp_init_allocator(omp_memspace_handle_t space, int n, const omp_alloctrait_t traits[])
{
    struct allocator *allocator;
    bool ok = space <= omp_low_lat_mem_space;

    allocator = malloc(sizeof *allocator);
    if (!allocator)
        return omp_null_allocator;
    *allocator = (struct allocator){ .alignment = 1, .limit = SIZE_MAX, .fallback = omp_atv_default_mem_fb };
    for (int i = 0; i < n && ok; i++)
        ok = set_trait(allocator, &traits[i]);
    if (ok && allocator->fallback == omp_atv_allocator_fb && allocator->next == omp_null_allocator)
        ok = false;
    if (ok)
        return (omp_allocator_handle_t)(uintptr_t)allocator;
    free(allocator);
    return omp_null_allocator;
}

API void omp_destroy_allocator(omp_allocator_handle_t handle)
{
    free(behind(handle));
}

API void omp_set_default_allocator(omp_allocator_handle_t handle)
{
    __atomic_store_n(&default_allocator, handle ? handle : omp_default_mem_alloc, __ATOMIC_RELAXED);
}

static omp_allocator_handle_t get_default(void)
{
    return __atomic_load_n(&default_allocator, __ATOMIC_RELAXED);
}

API omp_allocator_handle_t omp_get_default_allocator(void)
{
    return get_default();
}

static bool reserve(struct allocator *allocator, size_t size)
{
    size_t used = __atomic_load_n(&allocator->used, __ATOMIC_RELAXED);

    do {
        if (size > allocator->limit || used > allocator->limit - size)
            return false;
    } while (!__atomic_compare_exchange_n(&allocator->used, &used, used + size, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return true;
}

static void *try_allocator(size_t alignment, size_t size, omp_allocator_handle_t handle)
{
    struct allocator *allocator = behind(handle);
    struct header *header;
    size_t total;
    char *memory;

    if (allocator && allocator->alignment > alignment)
        alignment = allocator->alignment;
    if (alignment < 16)
        alignment = 16;
    if (__builtin_add_overflow(size, sizeof *header + alignment, &total) || (allocator && !reserve(allocator, total)))
        return NULL;
    memory = malloc(total);
    if (!memory) {
        if (allocator)
            __atomic_fetch_sub(&allocator->used, total, __ATOMIC_RELAXED);
        return NULL;
    }
    header = (struct header *)(((uintptr_t)memory + sizeof *header + alignment - 1) & ~(uintptr_t)(alignment - 1)) - 1;
    *header = (struct header){ memory, total, size, handle };
    return header + 1;
}

/* OpenMP 5.0, 2.11.2: an allocation that cannot be satisfied goes on to the fallback. */
static void *allocate(size_t alignment, size_t size, omp_allocator_handle_t handle)
{
    if (size == 0 || !is_power_of_two(alignment))
        return NULL;
    if (handle == omp_null_allocator)
        handle = get_default();
    for (;;) {
        struct allocator *allocator = behind(handle);
        void *memory = try_allocator(alignment, size, handle);

        if (memory || !allocator || allocator->fallback == omp_atv_null_fb)
            return memory;
        if (allocator->fallback == omp_atv_abort_fb)
            GOMP_FATAL("OpenMP: an allocator cannot give %lu bytes, and its fallback is to abort", (unsigned long)size);
        handle = allocator->fallback == omp_atv_allocator_fb ? allocator->next : omp_default_mem_alloc;
    }
}

static void *allocate_zeroed(size_t alignment, size_t n, size_t size, omp_allocator_handle_t handle)
{
    size_t total;
    void *memory = __builtin_mul_overflow(n, size, &total) ? NULL : allocate(alignment, total, handle);

    return memory ? memset(memory, 0, total) : NULL;
}

static void release(void *memory)
{
    const struct header *header;
    struct allocator *allocator;

    if (!memory)
        return;
    header = (const struct header *)memory - 1;
    allocator = behind(header->handle);
    if (allocator)
        __atomic_fetch_sub(&allocator->used, header->size, __ATOMIC_RELAXED);
    free(header->memory);
}

API void *omp_alloc(size_t size, omp_allocator_handle_t handle) { return allocate(1, size, handle); }
API void *omp_calloc(size_t n, size_t size, omp_allocator_handle_t handle) { return allocate_zeroed(1, n, size, handle); }

API void *omp_aligned_alloc(size_t alignment, size_t size, omp_allocator_handle_t handle)
{
    return allocate(alignment, size, handle);
}

API void *omp_aligned_calloc(size_t alignment, size_t n, size_t size, omp_allocator_handle_t handle)
{
    return allocate_zeroed(alignment, n, size, handle);
}

API void omp_free(void *memory, omp_allocator_handle_t handle)
{
    (void)handle; /* the block knows */
    release(memory);
}

/* The old block's bytes are the pool's for the new one, as if it grew where it is. */
API void *omp_realloc(void *old, size_t size, omp_allocator_handle_t handle, omp_allocator_handle_t old_handle)
{
    const struct header *header;
    struct allocator *allocator;
    void *memory;

    (void)old_handle;
    if (!old)
        return allocate(1, size, handle);
    header = (const struct header *)old - 1;
    if (size == 0) {
        release(old);
        return NULL;
    }
    allocator = behind(header->handle);
    if (allocator)
        __atomic_fetch_sub(&allocator->used, header->size, __ATOMIC_RELAXED);
    memory = allocate(1, size, handle ? handle : header->handle);
    if (memory) {
        memcpy(memory, old, size < header->usable ? size : header->usable);
        free(header->memory);
    } else if (allocator) {
        __atomic_fetch_add(&allocator->used, header->size, __ATOMIC_RELAXED);
    }
    return memory;
}

/* The allocate clause and directive. */
API void *GOMP_alloc(size_t alignment, size_t size, uintptr_t handle)
{
    void *memory = allocate(alignment, size ? size : 1, (omp_allocator_handle_t)handle);

    if (!memory)
        GOMP_FATAL("OpenMP: out of memory for %lu bytes of an allocate clause", (unsigned long)size);
    return memory;
}

API void GOMP_free(void *memory, uintptr_t handle)
{
    (void)handle;
    release(memory);
}
