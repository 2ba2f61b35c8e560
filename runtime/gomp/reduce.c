/*
 * reduce.c: task reductions: reduction(task, ...), task_reduction, in_reduction.
 *
 * GCC describes the reductions of a construct in an array, and threads them into the chain of those around it:
 *   [0] entries   [1] bytes of a thread's copies   [2] their alignment, then the address of all copies   [3] allocator
 *   [4] next array, at last that of the group outside   [5] 1: the first array of a construct   [6] end of the copies
 *   then for each entry: address of the variable, offset of its copy, unused.
 * Copies begin as zeros; the compiler's code initialises and combines them.
 */
#include "runtime/api.h"
#include "runtime/gomp/gomp.h"

enum { ENTRIES,
       SIZE,
       COPIES,
       ALLOCATOR,
       NEXT,
       FIRST,
       END,
       TABLE,
       ENTRY = 3 };

static uintptr_t *next_of(const uintptr_t *data)
{
    return (uintptr_t *)data[NEXT];
}

/* The address that gomp_alloc gave stands in front of the copies. */
static uintptr_t aligned_memory(size_t size, size_t alignment)
{
    char *memory = gomp_alloc(size + alignment + sizeof memory);
    uintptr_t at = ((uintptr_t)memory + sizeof memory + alignment - 1) & ~(uintptr_t)(alignment - 1);

    __builtin_memcpy((char *)at - sizeof memory, &memory, sizeof memory);
    return at;
}

/* outer: the arrays of the group around. first: those of the thread that met a worksharing construct first, whose copies serve. */
void gomp_reductions_begin(uintptr_t *data, uintptr_t *outer, const uintptr_t *first, unsigned threads)
{
    uintptr_t *array = data;

    for (;;) {
        if (first) {
            array[COPIES] = first[COPIES];
            array[END] = first[END];
            first = next_of(first);
        } else {
            size_t size = array[SIZE] * threads, alignment = array[COPIES] > sizeof(void *) ? array[COPIES] : sizeof(void *);

            array[COPIES] = aligned_memory(size, alignment);
            array[END] = array[COPIES] + size;
        }
        array[FIRST] = array == data;
        if (!array[NEXT] || next_of(array) == outer)
            break;
        array = next_of(array);
    }
    array[NEXT] = (uintptr_t)outer;
}

void gomp_reductions_end(uintptr_t *data)
{
    uintptr_t *array = data;

    do {
        char *memory;

        __builtin_memcpy(&memory, (char *)array[COPIES] - sizeof memory, sizeof memory);
        platform_free(memory);
        array = next_of(array);
    } while (array && !array[FIRST]);
}

/* For the innermost group of the current task. */
void gomp_reductions_register(struct gomp_thread *thread, uintptr_t *data)
{
    struct gomp_group *group = thread->task->group;

    gomp_reductions_begin(data, group->reductions, NULL, thread->team->threads);
    group->reductions = data;
}

API void GOMP_taskgroup_reduction_register(uintptr_t *data)
{
    gomp_reductions_register(gomp_thread(), data);
}

API void GOMP_taskgroup_reduction_unregister(uintptr_t *data)
{
    gomp_reductions_end(data);
}

/* At the end of a worksharing construct with reduction(task, ...). Thread 0 frees the copies when nobody uses them any more. */
API void GOMP_workshare_task_reduction_unregister(bool cancelled)
{
    struct gomp_thread *thread = gomp_thread();
    uintptr_t *data = thread->task->group->reductions;

    gomp_group_end(thread);
    if (thread->id == 0)
        gomp_reductions_end(data);
    if (!cancelled)
        gomp_workshare_end(thread);
}

/* The array that has an entry for the variable; or that has the copy, which is what an outer task knows a variable by. */
static const uintptr_t *find(const uintptr_t *data, uintptr_t address, uintptr_t *offset)
{
    for (const uintptr_t *array = data; array; array = next_of(array))
        for (uintptr_t i = 0; i < array[ENTRIES]; i++)
            if (array[TABLE + ENTRY * i] == address) {
                *offset = array[TABLE + ENTRY * i + 1];
                return array;
            }
    for (const uintptr_t *array = data; array; array = next_of(array))
        if (address >= array[COPIES] && address < array[END]) {
            *offset = (address - array[COPIES]) % array[SIZE];
            return array;
        }
    GOMP_FATAL("OpenMP: in_reduction of %p, which no task_reduction or reduction(task) around it names", (void *)address);
}

static uintptr_t variable(const uintptr_t *array, uintptr_t offset)
{
    for (uintptr_t i = 0; i < array[ENTRIES]; i++)
        if (array[TABLE + ENTRY * i + 1] == offset)
            return array[TABLE + ENTRY * i];
    GOMP_FATAL("OpenMP: in_reduction of a part of a variable");
}

/* items[0 .. n-1] become the addresses of this thread's copies; for the first `wanted`, items[n + i] that of the variable. */
API void GOMP_task_reduction_remap(size_t n, size_t wanted, uintptr_t *items)
{
    struct gomp_thread *thread = gomp_thread();
    const uintptr_t *data = thread->task->group ? thread->task->group->reductions : NULL;

    for (size_t i = 0; i < n; i++) {
        uintptr_t offset;
        const uintptr_t *array = find(data, items[i], &offset);

        items[i] = array[COPIES] + thread->id * array[SIZE] + offset;
        if (i < wanted)
            items[n + i] = variable(array, offset);
    }
}
