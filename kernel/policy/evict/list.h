/*
 * list.h: a ring of slots in an array, for the eviction policies that keep an order.
 *
 * Links are indices, so a list costs 8 bytes a slot, needs no allocation and every change is a handful of instructions.
 * Several lists may share one array of links (a slot is on one of them at most): list l is headed by entry nslots + l.
 */
#ifndef EVICT_LIST_H
#define EVICT_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slot_link {
    uint32_t prev, next; /* prev == own index: not on a list (a head: an empty one) */
};

static inline void list_init(struct slot_link *links, uint32_t nslots, uint32_t nlists)
{
    for (uint32_t i = 0; i < nslots + nlists; i++)
        links[i].prev = links[i].next = i;
}

static inline bool list_contains(const struct slot_link *links, uint32_t slot)
{
    return links[slot].prev != slot;
}

static inline bool list_empty(const struct slot_link *links, uint32_t head)
{
    return links[head].next == head;
}

static inline void list_insert_after(struct slot_link *links, uint32_t where, uint32_t slot)
{
    uint32_t next = links[where].next;
    links[slot].prev = where;
    links[slot].next = next;
    links[next].prev = slot;
    links[where].next = slot;
}

static inline void list_append(struct slot_link *links, uint32_t head, uint32_t slot)
{
    list_insert_after(links, links[head].prev, slot);
}

static inline void list_remove(struct slot_link *links, uint32_t slot)
{
    links[links[slot].prev].next = links[slot].next;
    links[links[slot].next].prev = links[slot].prev;
    links[slot].prev = links[slot].next = slot;
}

#endif
