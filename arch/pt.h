/*
 * pt.h: the page table of the one address space (Sv39, Priv. 20211203 ch. 4.4).
 *
 * The TLB rule, for the whole system; callers fence where it says so:
 *  - invalid -> valid (map_batched): no fence, here or elsewhere. A hart that still sees the invalid entry takes a spurious fault and
 *    fences itself (pt_fence_page). One that does so again and again for what it has just mapped keeps invalid entries (4.2.1 lets
 *    it), and from then on fences for what it demands (preset A bit) at once. What no fault can bring, as the heap, is fenced by who
 *    maps it (pt_fence_range). Page data is ordered before the PTE.
 *  - valid -> invalid or less permission, or D cleared: local fence and one for the other harts for the whole
 *    batch, before the call returns. Only then may a frame change hands. (Batches over TLB_FENCE_ALL pages fence all.)
 *  - A cleared (pt_sweep_end): local fence; other harts follow with their next interrupt or pt_catch_up.
 *  - valid -> invalid, for what streams past (pt_unmap_later): every hart fences later, for several calls at once, and the frames wait
 *    until pt_have_left says that all have. Nobody may write to those pages meanwhile, through whatever mapping.
 *  - The counters sfence_local and sfence_remote (pt_fence_counts) count fences, not pages.
 *
 * Locking: a page's PTEs are changed only under the lock of the pool or region that owns the page (the caller's);
 * hardware sets A and D at any time, so every change here is an atomic read-modify-write. The upper levels of the table are
 * created by pt_reserve before any page is mapped and are never freed while the range is reserved: no call but
 * pt_reserve allocates, and every other call may be made from a fault.
 */
#ifndef ARCH_PT_H
#define ARCH_PT_H

#include "kernel/types.h"

/* The user part of the address space: mmap hands out ranges of it. Page 0 and the kernel's image lie outside. */
#define PT_MMAP_BASE ((vaddr_t)0x1000000000) /* 64 GiB */
#define PT_MMAP_END ((vaddr_t)0x3000000000)  /* 192 GiB */

/*
 * Leaves to install for n neighbours, the first at va, frame i at pa[i]. accessed and dirty preset the A and D bits; a page
 * read ahead comes with A clear.
 */
struct pt_run {
    vaddr_t va;
    const paddr_t *pa;
    uint32_t n;
    uint8_t prot; /* enum prot */
    bool accessed, dirty;
};

/*
 * What a PTE says; valid is false if there is no leaf. The layout is the hardware's (4.4.1), so that handing out what a
 * whole batch said costs one store a page.
 */
struct pt_entry {
    uint64_t valid : 1, read : 1, write : 1, exec : 1;
    uint64_t none : 1; /* PROT_NONE: valid, but read, write and exec mean nothing */
    uint64_t global : 1, accessed : 1, dirty : 1, software : 2, ppn : 44, reserved : 10;
};
static inline paddr_t pt_entry_pa(struct pt_entry e) { return (paddr_t)e.ppn << PAGE_SHIFT; }

/* Creates the tables above [start, start+length). Boot or thread context. 0 or -ENOMEM. Idempotent. */
int pt_reserve(vaddr_t start, uint64_t length);
/* Frees the tables that lie wholly inside the range; every leaf in it must be unmapped already. */
void pt_release(vaddr_t start, uint64_t length);

/*
 * Installs the leaves of n runs where none is valid (a valid leaf there is a bug: panic). One walk per leaf table as long as
 * runs follow each other. The single-page case is one run of one page; there is no other call.
 */
void map_batched(const struct pt_run *runs, size_t n);

/*
 * Clears n leaves and reports what they said in old[] (may be NULL). Where no leaf is valid, old[i].valid is false.
 * One fence for all harts if anything was valid.
 */
void pt_unmap_batched(const vaddr_t *va, size_t n, struct pt_entry *old);

/* n pages from va on. */
struct pt_span {
    vaddr_t va;
    size_t n;
};
/* The same for the pages of many spans, which old[] holds one after the other. */
void pt_unmap_spans(const struct pt_span *spans, size_t n, struct pt_entry *old);

/*
 * The same for neighbours, without a fence. Returns a ticket: until pt_have_left(ticket) harts may still read the pages' frames.
 * pt_want_left fences here, and has the other harts fence with their next interrupt or call of pt_catch_up; pt_ask_to_leave sends
 * them an interrupt, and does not wait; pt_make_leave waits. A hart that idles has left, since it fences before it goes on; while it does,
 * pt_have_left may say false once more. Interrupts off, but for pt_make_leave.
 */
typedef uint64_t pt_ticket;
pt_ticket pt_unmap_later(vaddr_t va, size_t n, struct pt_entry *old);
bool pt_have_left(pt_ticket ticket);
void pt_want_left(pt_ticket ticket);
void pt_ask_to_leave(void *unused);
void pt_make_leave(void);
void pt_catch_up(void);
/* This hart fences, of its own accord, and so do the others as soon as they run. Interrupts off; nobody waits. */
void pt_fence_running(void);
/* Would pt_catch_up do anything? A guess, any context. */
#if defined(__riscv)
#include "arch/riscv64/pt_inline.h"
#else
bool pt_is_behind(void);
#endif

struct pt_entry pt_lookup(vaddr_t va);
/* How many of the n pages from va on have A set, up to the first that has not. Loads only, no fence. */
size_t pt_accessed_length(vaddr_t va, size_t n);
/*
 * A sweep over A bits: pt_sweep_accessed clears A and tells whether it was set (false where no leaf is valid), without a fence;
 * pt_sweep_end fences this hart once, if anything was cleared, and the others soon. Until then the next access would not set the bit again.
 */
bool pt_sweep_accessed(vaddr_t va);
void pt_sweep_end(bool cleared);
/* Clears D of n leaves; out[i] tells whether it was set. One fence for all harts if any was. */
void pt_clear_dirty(const vaddr_t *va, size_t n, bool *out);
/* Sets A (and D for a write) where hardware does not (Svade), and fences this hart. */
void pt_mark_accessed(vaddr_t va, bool write);
/* Changes the permission of n leaves that may or may not be valid; A and D stay. One fence for all harts if any was. */
void pt_protect_batched(const vaddr_t *va, size_t n, uint8_t prot);
/* The spurious fault: this hart drops what it cached for va. */
void pt_fence_page(vaddr_t va);
/* This hart drops what it cached for n new pages from va on, where no fault would tell. */
void pt_fence_range(vaddr_t va, size_t n);

struct pt_fence_counts {
    uint64_t local, remote;
};
struct pt_fence_counts pt_fence_counts(void);

/* Physical memory is mapped one to one (read, write, no execute), so these are the only two converters. */
static inline void *pa_to_kva(paddr_t pa) { return (void *)(uintptr_t)pa; }
static inline paddr_t kva_to_pa(const void *kva) { return (paddr_t)(uintptr_t)kva; }

#endif
