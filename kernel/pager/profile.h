/*
 * profile.h: what a prefetch policy has learnt, kept on the share for the next run, under /.bower/, one small file for each
 * mapping (keyed by the file's name, the offset and the length). Written only for a mapping whose policy has something to
 * keep (replay); `auto` reads such a file if there is one and never writes. Thread context, pager_lock not held.
 */
#ifndef KERNEL_PAGER_PROFILE_H
#define KERNEL_PAGER_PROFILE_H

#include "kernel/pager/region.h"

void profile_load(struct region *r);
void profile_save(struct region *r);

#endif
