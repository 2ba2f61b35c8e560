"""What no policy can beat, for one trace and one cap."""
import heapq
import math

BATCH_MAX = 64  # pages of one batch: kernel/pager/batch.h


def min_misses(trace, frames):
    """Misses of Belady's MIN: the page whose next use is furthest away goes. trace: page numbers; O(n log n)."""
    next_use, upcoming = [0] * len(trace), {}
    for i in range(len(trace) - 1, -1, -1):
        next_use[i] = upcoming.get(trace[i], math.inf)
        upcoming[trace[i]] = i
    resident, furthest, misses = {}, [], 0
    for i, page in enumerate(trace):
        if page not in resident:
            misses += 1
            if len(resident) == frames:
                while True:
                    when, victim = heapq.heappop(furthest)
                    if resident.get(victim) == -when:
                        break
                del resident[victim]
        resident[page] = next_use[i]
        heapq.heappush(furthest, (-next_use[i], page))
    return misses


def bounds(trace, frames):
    """(fewest pages read, fewest faults): MIN's misses, and as many batches as they fill."""
    misses = min_misses(trace, frames)
    return misses, math.ceil(misses / min(frames, BATCH_MAX))
