/*
 * lengths.h: how far walks of one kind lately went on, and so how far ahead of the next one to read.
 *
 * `reached` counts, by class of length, the walks that became so long. Another one is expected to go on as far as a given share of those
 * did that were once as long as it is now. So where walks end as soon as they begin, nothing is read for new ones, and where all of them
 * end alike, nothing is read beyond.
 */
#ifndef PREFETCH_LENGTHS_H
#define PREFETCH_LENGTHS_H

#include <stdint.h>

#define LENGTHS_CLASSES 16
#define LENGTHS_EVIDENCE 4 /* walks of a length, before what became of them counts */
#define LENGTHS_MOST 48    /* walks of one class; then all counts are halved */

struct lengths {
    uint16_t reached[LENGTHS_CLASSES];
};

/* Lengths 2, 3, 4.., 6.., 8.., 12.., 16.., 24.., ...: two classes for each power of two. */
static inline unsigned lengths_class(uint32_t length)
{
    unsigned class = 0;
    for (; length >= 4; length /= 2)
        class += 2;
    class += length & 1;
    return class < LENGTHS_CLASSES ? class : LENGTHS_CLASSES - 1;
}

static inline uint32_t lengths_begin(unsigned class)
{
    return (2u + class % 2) << class / 2;
}

/* A walk has reached this class: to be called for each class that it comes to. */
static inline void lengths_note(struct lengths *l, unsigned class)
{
    if (++l->reached[class] > LENGTHS_MOST)
        for (unsigned i = 0; i < LENGTHS_CLASSES; i++)
            l->reached[i] = (uint16_t)(l->reached[i] / 2);
}

/* The length that at least `least` in `of` reached of the walks that became as long as this one; UINT32_MAX: there is no end in sight. */
static inline uint32_t lengths_until(const struct lengths *l, uint32_t length, uint32_t least, uint32_t of)
{
    unsigned class = lengths_class(length);
    uint32_t need = l->reached[class] + 1u;
    while (class + 1 < LENGTHS_CLASSES && of * (l->reached[class + 1] + 1u) >= least * need)
        class ++;
    return class + 1 == LENGTHS_CLASSES ? UINT32_MAX : lengths_begin(class + 1);
}

#endif
