/*
 * pte.h: page-table entries (Sv39, Priv. 20211203, 4.4), and what the machine's own files ask of the table beside arch/pt.h.
 *
 * PROT_NONE is a valid leaf with U set: S-mode may neither use nor execute it while SUM is 0, which it is forever.
 * So the V bit alone says whether there is a leaf, and address, A and D outlive mprotect.
 */
#ifndef ARCH_RISCV64_PTE_H
#define ARCH_RISCV64_PTE_H

#include "kernel/types.h"

typedef uint64_t pte_t;

#define PTE_V ((pte_t)1 << 0)
#define PTE_R ((pte_t)1 << 1)
#define PTE_W ((pte_t)1 << 2)
#define PTE_X ((pte_t)1 << 3)
#define PTE_U ((pte_t)1 << 4)
#define PTE_G ((pte_t)1 << 5)
#define PTE_A_SHIFT 6
#define PTE_D_SHIFT 7
#define PTE_A ((pte_t)1 << PTE_A_SHIFT)
#define PTE_D ((pte_t)1 << PTE_D_SHIFT)
#define PTE_RWX (PTE_R | PTE_W | PTE_X)
#define PTE_PERMISSION (PTE_RWX | PTE_U)
#define PTE_PPN_SHIFT 10

#define PTE_SIZE_SHIFT 3
#define PT_ENTRIES 512u
#define PT_INDEX_BITS 9
#define SV39_LEVELS 3
#define SV39_VA_BITS 39

/* What one entry of each level spans: 4 KiB, 2 MiB, 1 GiB. */
#define PT_LEVEL_SHIFT(level) (PAGE_SHIFT + PT_INDEX_BITS * (level))
#define PT_LEVEL_SIZE(level) ((uint64_t)1 << PT_LEVEL_SHIFT(level))
#define PT_INDEX(va, level) (((va) >> PT_LEVEL_SHIFT(level)) & (PT_ENTRIES - 1))

/*
 * Below this address everything is mapped one to one at boot, with leaves of any size; from here to the end of the lower
 * half there are only 4 KiB leaves, so there every valid entry of an upper level is a pointer.
 */
#define PT_LINEAR_END ((vaddr_t)32 << 30)
#define PT_USER_END ((vaddr_t)1 << (SV39_VA_BITS - 1))

/* 4.4.1: bits 63 to 39 equal bit 38 */
static inline bool pt_is_canonical(vaddr_t va)
{
    return (int64_t)(va << (64 - SV39_VA_BITS)) >> (64 - SV39_VA_BITS) == (int64_t)va;
}

extern pte_t pt_root[PT_ENTRIES];

/* Aligned 64-bit loads and stores are single-copy atomic; GCC 12 would make an AMO of a relaxed atomic store. */
static inline pte_t pte_load(const pte_t *p) { return *(const volatile pte_t *)p; }
static inline void pte_store(pte_t *p, pte_t v) { *(volatile pte_t *)p = v; }
static inline pte_t pte_swap(pte_t *p, pte_t v) { return __atomic_exchange_n(p, v, __ATOMIC_RELAXED); }
static inline pte_t pte_clear_bits(pte_t *p, pte_t bits) { return __atomic_fetch_and(p, ~bits, __ATOMIC_RELAXED); }
static inline pte_t pte_set_bits(pte_t *p, pte_t bits) { return __atomic_fetch_or(p, bits, __ATOMIC_RELAXED); }

/* pa is page-aligned, so PPN << PTE_PPN_SHIFT is one shift away. */
static inline pte_t pte_address(paddr_t pa) { return pa >> (PAGE_SHIFT - PTE_PPN_SHIFT); }
/* Of an entry that the kernel made: the bits above the PPN are 0. */
static inline paddr_t pte_pa(pte_t e) { return e >> PTE_PPN_SHIFT << PAGE_SHIFT; }
static inline pte_t pte_pointer(paddr_t table) { return pte_address(table) | PTE_V; } /* A, D, U stay 0 */
static inline bool pte_is_pointer(pte_t e) { return (e & (PTE_V | PTE_RWX)) == PTE_V; }

/* Every field of a leaf is named here. Write without read is reserved (4.3.1), so it becomes read and write. */
static inline pte_t pte_permission(uint8_t prot)
{
    _Static_assert(VM_PROT_READ << 1 == PTE_R && VM_PROT_WRITE << 1 == PTE_W && VM_PROT_EXEC << 1 == PTE_X, "prot");
    if (__builtin_expect(prot == 0, 0))
        return PTE_R | PTE_U;
    return (pte_t)prot << 1 | (pte_t)(prot & VM_PROT_WRITE);
}
static inline pte_t pte_leaf_bits(uint8_t prot, bool accessed, bool dirty)
{
    return pte_permission(prot) | (pte_t)accessed << PTE_A_SHIFT | (pte_t)dirty << PTE_D_SHIFT | PTE_V;
}

/* The entry of va at a level (0: 4 KiB), upper tables made as needed; NULL: no memory. Boot or thread context. */
pte_t *pt_entry_at(vaddr_t va, unsigned level);
/* RAM that is mapped one to one (for reports; the image and the device tree are not in it) */
bool pt_in_linear_map(paddr_t pa);
/* True if a load from va would not trap, now; walks every level, superpages as well. Any context. */
bool pt_readable(vaddr_t va);

#endif
