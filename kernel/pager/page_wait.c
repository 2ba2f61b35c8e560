#include "kernel/pager/page_wait.h"

#include "kernel/pager/batch.h"
#include "kernel/pager/pager.h"
#include "kernel/plan/plan.h"

/* On the stack of whoever waits; leaves the list before it is woken. */
struct page_waiter {
    struct completion woken;
    struct region *region; /* NULL: any change will do */
    uint32_t page;
    struct page_waiter *next;
};

struct page_waiter *page_waiters; /* protected by pager_lock */
uint32_t faults_waiting;

static void wait_in_list(struct page_waiter *me)
{
    struct page_waiter **end = &page_waiters;
    while (*end)
        end = &(*end)->next; /* who waits longest looks again first */
    *end = me;
    spin_unlock(&pager_lock);
    completion_wait(&me->woken);
    spin_lock(&pager_lock);
}

static bool in_flight(const struct region *r, uint32_t page)
{
    return r->pages[page].state == PAGE_READING || r->pages[page].state == PAGE_WRITING;
}

void page_wait(struct region *r, uint32_t page)
{
    struct page_waiter me = { .region = r, .page = page };
    if (!in_flight(r, page))
        return;
    region_use_begin(r);
    if (pager_repeats ? !plan_settle() : !batch_settle_done())
        wait_in_list(&me);
    region_use_end(r);
}

void frame_wait(void)
{
    if (!batch_settle_done())
        wait_in_list(&(struct page_waiter){ .region = NULL });
}

void page_wake_waiters(void)
{
    struct page_waiter **at = &page_waiters, *w;
    while ((w = *at) != NULL) {
        if (w->region && in_flight(w->region, w->page)) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        complete(&w->woken); /* its stack is its own again only with pager_lock, which is held here */
    }
}

void region_wait_unused(struct region *r)
{
    while (r->users > 0)
        frame_wait();
}
