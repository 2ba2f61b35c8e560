/*
 * depend.c: depend clauses: the order among the children of one task.
 *
 * A task keeps a table of the addresses that its unfinished children depend on: the last writer of each, and the readers that
 * came after it. A reader waits for the writer; a writer for the readers, or the last writer if there are none. What is done
 * leaves the table. mutexinoutset is an inout here: more order than asked for, never less.
 */
#include <string.h>

#include "runtime/gomp/gomp.h"

struct address {
    struct address *next; /* of the bucket */
    const void *at;
    struct gomp_dependence *writer;
    struct gomp_dependence *readers; /* linked by next */
};

/* One address of one task. */
struct gomp_dependence {
    struct gomp_task *task;
    struct address *address; /* NULL: no longer in the table */
    struct gomp_dependence *next, **link;
    bool writes;
};

struct gomp_successor {
    struct gomp_successor *next;
    struct gomp_task *task;
};

struct gomp_addresses {
    size_t size, used; /* buckets, a power of two; addresses */
    struct address **buckets;
};

static struct address **bucket(const struct gomp_addresses *table, const void *at)
{
    uint64_t hash = (uint64_t)(uintptr_t)at * UINT64_C(0x9e3779b97f4a7c15);

    return &table->buckets[hash >> 32 & (table->size - 1)];
}

static void resize(struct gomp_addresses *table, size_t size)
{
    struct gomp_addresses old = *table;

    table->size = size;
    table->buckets = gomp_alloc(size * sizeof *table->buckets);
    for (size_t i = 0; i < old.size; i++)
        while (old.buckets[i]) {
            struct address *moved = old.buckets[i], **to = bucket(table, moved->at);

            old.buckets[i] = moved->next;
            moved->next = *to;
            *to = moved;
        }
    platform_free(old.buckets);
}

static struct address *find(const struct gomp_addresses *table, const void *at)
{
    struct address *found = table->size ? *bucket(table, at) : NULL;

    while (found && found->at != at)
        found = found->next;
    return found;
}

static struct address *find_or_make(struct gomp_task *parent, const void *at)
{
    struct gomp_addresses *table = parent->addresses;
    struct address **in, *found;

    if (!table)
        table = parent->addresses = gomp_alloc(sizeof *table);
    found = find(table, at);
    if (found)
        return found;
    if (table->used >= table->size)
        resize(table, table->size ? table->size * 2 : 16);
    in = bucket(table, at);
    found = gomp_alloc(sizeof *found);
    found->at = at;
    found->next = *in;
    *in = found;
    table->used++;
    return found;
}

static void drop(struct gomp_addresses *table, struct address *address)
{
    struct address **in = bucket(table, address->at);

    while (*in != address)
        in = &(*in)->next;
    *in = address->next;
    table->used--;
    platform_free(address);
}

static void await(struct gomp_task *task, struct gomp_dependence *earlier)
{
    struct gomp_successor *successor;

    if (!earlier || earlier->task == task)
        return;
    successor = gomp_alloc(sizeof *successor);
    successor->task = task;
    successor->next = earlier->task->successors;
    earlier->task->successors = successor;
    __atomic_fetch_add(&task->unmet, 1, __ATOMIC_RELAXED);
}

/* The edges to what is in the table. */
static void await_address(struct gomp_task *task, const struct address *address, bool writes)
{
    if (!writes || !address->readers)
        await(task, address->writer);
    if (writes)
        for (struct gomp_dependence *reader = address->readers; reader; reader = reader->next)
            await(task, reader);
}

static void enter(struct gomp_dependence *own, struct address *address)
{
    own->address = address;
    if (own->writes) {
        if (address->writer)
            address->writer->address = NULL;
        for (struct gomp_dependence *reader = address->readers; reader; reader = reader->next)
            reader->address = NULL;
        address->readers = NULL;
        address->writer = own;
        return;
    }
    own->next = address->readers;
    own->link = &address->readers;
    if (own->next)
        own->next->link = &own->next;
    address->readers = own;
}

static void leave(struct gomp_dependence *own, struct gomp_addresses *table)
{
    struct address *address = own->address;

    if (!address)
        return;
    if (own->writes) {
        address->writer = NULL;
    } else {
        *own->link = own->next;
        if (own->next)
            own->next->link = own->link;
    }
    if (!address->writer && !address->readers)
        drop(table, address);
}

/*
 * GCC's array. Two forms: { total, written, written addresses..., read ones... }, or { 0, total, written, mutexinoutset, read,
 * addresses in that order..., pointers to omp_depend_t... }, each of which is an address and a kind.
 */
enum { DEPEND_IN = 1 };

static size_t count_dependences(void **depend)
{
    return (size_t)(uintptr_t)(depend[0] ? depend[0] : depend[1]);
}

static const void *dependence(void **depend, size_t i, bool *writes)
{
    size_t written = (size_t)(uintptr_t)depend[1], read;
    void **object;

    if (depend[0]) {
        *writes = i < written;
        return depend[2 + i];
    }
    written = (size_t)(uintptr_t)depend[2] + (size_t)(uintptr_t)depend[3];
    read = (size_t)(uintptr_t)depend[4];
    *writes = i < written;
    if (i < written + read)
        return depend[5 + i];
    object = depend[5 + i];
    *writes = (uintptr_t)object[1] != DEPEND_IN;
    return object[0];
}

/* Makes the edges of a new task, and puts it into its parent's table. An address that is written and read is written. */
void gomp_depend_locked(struct gomp_task *task, void **depend)
{
    size_t n = count_dependences(depend), entered = 0;

    task->dependences = gomp_alloc(n * sizeof *task->dependences);
    task->depends = n;
    for (int writes = 1; writes >= 0; writes--)
        for (size_t i = 0; i < n; i++) {
            bool written;
            const void *at = dependence(depend, i, &written);
            struct gomp_dependence *own = &task->dependences[entered];
            struct address *address;

            if (written != (bool)writes)
                continue;
            address = find_or_make(task->parent, at);
            own->task = task;
            own->writes = written;
            await_address(task, address, written);
            if (!address->writer || address->writer->task != task)
                enter(own, address);
            entered++;
        }
}

/* The task is done: who waited for it alone is ready. True: one of them is a thread at a taskwait, which must be woken. */
bool gomp_depend_done_locked(struct gomp_team *team, struct gomp_task *task)
{
    bool wake = false;

    for (size_t i = 0; i < task->depends; i++)
        leave(&task->dependences[i], task->parent->addresses);
    while (task->successors) {
        struct gomp_successor *successor = task->successors;
        struct gomp_task *next = successor->task;
        bool deferred = next->deferred; /* else it stands on the stack of who waits, which may go on at once */

        task->successors = successor->next;
        platform_free(successor);
        if (__atomic_sub_fetch(&next->unmet, 1, __ATOMIC_ACQ_REL) > 0)
            continue;
        if (deferred)
            gomp_task_ready_locked(team, next);
        else
            wake = true;
    }
    return wake;
}

/* taskwait depend(...), and a task that is not deferred: waits for what it would depend on. */
void gomp_depend_wait(struct gomp_thread *thread, void **depend)
{
    struct gomp_team *team = thread->team;
    struct gomp_task task = { .parent = thread->task };

    if (!thread->task->addresses) /* only this thread makes them */
        return;
    gomp_lock(&team->task_lock);
    for (size_t i = 0; i < count_dependences(depend); i++) {
        bool writes;
        const void *at = dependence(depend, i, &writes);
        const struct address *address = find(task.parent->addresses, at);

        if (address)
            await_address(&task, address, writes);
    }
    gomp_unlock(&team->task_lock);
    gomp_wait_for_unmet(thread, &task);
}

/* The task's memory goes. What is left of its table are addresses that nobody depends on. */
void gomp_depend_forget(struct gomp_task *task)
{
    struct gomp_addresses *table = task->addresses;

    platform_free(task->dependences);
    task->dependences = NULL;
    if (!table)
        return;
    for (size_t i = 0; i < table->size; i++)
        while (table->buckets[i]) {
            struct address *address = table->buckets[i];

            table->buckets[i] = address->next;
            platform_free(address);
        }
    platform_free(table->buckets);
    platform_free(table);
    task->addresses = NULL;
}
