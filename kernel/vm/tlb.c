#include "kernel/vm/tlb.h"

#include "arch/hart.h"
#include "arch/pt.h"
#include "kernel/thread/timer.h"

/* Each flush doubles it at most: often at first; later rarely, since everything in use has to be looked up again, at 0.2 us a page. */
#define FIRST_NS 4000000
#define LAST_NS 512000000

static struct timer timer;
static uint64_t interval = FIRST_NS;

static void fence(void *arg)
{
    (void)arg;
    pt_fence_running();
    interval = MIN(2 * interval, (uint64_t)LAST_NS);
    timer_start(&timer, time_ns() + interval, fence, NULL);
}

void tlb_start_growing(void)
{
    timer_start(&timer, time_ns() + interval, fence, NULL);
}
