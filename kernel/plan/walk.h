/*
 * walk.h: the pages of mappings that a program used, in the order of their first uses, as extents: what learn.c makes of a first pass and
 * learn_turn.c of one turn later on.
 *
 * A page that goes on with an extent of just now belongs to it, if only a few were left out in between. Streams side by side have an extent
 * each, and so have rounds that use what those before left out; threads side by side, each of which leaves out what others have yet to use,
 * are one walk. So an extent may have holes: pages that nobody used after all.
 *
 * All functions: pager_lock held.
 */
#ifndef KERNEL_PLAN_WALK_H
#define KERNEL_PLAN_WALK_H

#include "kernel/plan/plan.h"

#define WALK_MOST 2048                 /* extents */
#define WALK_MOST_MADE (4 * WALK_MOST) /* without their holes */

/* A place in it: a page of the extent with this number. */
struct walk_place {
    uint32_t extent, page;
};

struct walk_region {
    struct region *region;
    uint32_t *listed; /* for each page when it was listed last, in uses, and whether that was again; 0: never */
};

struct walk {
    struct plan_extent list[WALK_MOST];
    uint32_t began[WALK_MOST], last_use[WALK_MOST]; /* of each, in uses; */
    uint32_t again[WALK_MOST];                      /* ... and when a loop within the turn came by anew; 0: never */
    uint32_t count;
    uint32_t now, pages; /* uses; different pages */
    uint32_t mixed;      /* uses that went on with an extent while a later one grew as well */
    uint32_t near;       /* a page that is used again within so many uses is still in use: it went too early for a thread behind */
    struct walk_region regions[PLAN_MAX_SOURCES];
    uint32_t nregions;
};

/* Empty it is all zeros; this makes it so again, and its mappings show all of their pages. */
void walk_clear(struct walk *w);
/* Pages of the region will be noted. Fault context. False: no memory, or too many regions. */
bool walk_add(struct walk *w, struct region *r);
const struct walk_region *walk_region(const struct walk *w, const struct region *r);

enum walk_use { WALK_NEW,    /* for the first time */
                WALK_IN_USE, /* as just now, too */
                WALK_AGAIN };
/* A page of a region that was added is used. */
enum walk_use walk_use(struct walk *w, const struct region *r, uint32_t page);
/* It came next in the walk then, perhaps not for the first time. False: there are too many extents. */
bool walk_list(struct walk *w, struct region *r, uint32_t page, uint32_t when);
/* May this extent go on? */
bool walk_grows(const struct walk *w, uint32_t extent);
/* The first place from this extent on that has the page. False: none. */
bool walk_find(const struct walk *w, const struct region *r, uint32_t page, uint32_t extent, struct walk_place *out);
/* When the place was used, in uses. */
uint32_t walk_when(const struct walk *w, const struct walk_place *place);
/* The page's place if it was listed last within `most` uses behind that time. */
bool walk_find_soon(const struct walk *w, const struct region *r, uint32_t page, uint32_t behind, uint32_t most, struct walk_place *out);
/*
 * What was listed from then on, without the holes; of streams side by side slices, in the order in which they began. Returns how many
 * extents, or 0 if there are more than `most`, or no memory.
 */
size_t walk_extents(const struct walk *w, uint32_t since, struct plan_extent *out, size_t most);

/* Of n pages those that have frames come behind refs[0..found): windows_unmap hides them, and their next use is seen. Returns how many. */
uint32_t walk_add_resident(struct page_ref *refs, uint32_t found, struct region *r, uint32_t first, uint32_t n);

#endif
