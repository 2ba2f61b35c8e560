/* Who owns an address: for reports (pager.h). Takes no lock: it runs when the machine is about to stop. */
#include "kernel/pager/fault.h"
#include "kernel/log.h"
#include "kernel/pager/pager.h"
#include "kernel/thread/thread.h"
#include "kernel/vm/vm_heap.h"
#include "kernel/vm/vma.h"

#include "arch/pt.h"
#include "arch/report.h"

static void describe_mapped(const struct vma *v, vaddr_t address, char *out, size_t size)
{
    const struct region *r = v->region;
    uint32_t page = vma_page(v, address);
    char where[128] = "";
    struct fault_report last = fault_last_failure();
    if (r->backing)
        log_snprintf(where, sizeof where, ", file offset %lu of %lu", (unsigned long)(r->offset + ((uint64_t)page << PAGE_SHIFT)),
                     (unsigned long)r->file_size);
    char error[48] = "";
    if (last.error && last.address == PAGE_ALIGN_DOWN(address))
        log_snprintf(error, sizeof error, ", error %d%s", -last.error, log_errno(-last.error));
    log_snprintf(out, size, "region %u '%s' page %u of %u, %s%s%s%s", (unsigned)r->id, r->name, (unsigned)page, (unsigned)r->npages,
                 v->prot & VM_PROT_WRITE ? "read-write" : v->prot ? "read-only"
                                                                  : "no access",
                 r->pool ? ", MAP_LLM" : "", where, error);
}

void describe_address(vaddr_t address, char *out, size_t size)
{
    const struct vma *v = vma_find(address);
    if (thread_describe(address, out, size))
        return;
    if (v)
        describe_mapped(v, address, out, size);
    else if (address >= HEAP_BASE && address < heap_limit())
        log_snprintf(out, size, "the heap");
    else if (address >= HEAP_BASE && address < HEAP_LIMIT)
        log_snprintf(out, size, "%lu bytes beyond the end of the heap", (unsigned long)(address - heap_limit()));
    else if (arch_describe_address(address, out, size) == NULL)
        log_snprintf(out, size, address >= PT_MMAP_BASE && address < PT_MMAP_END ? "no mapping" : "nobody");
}
