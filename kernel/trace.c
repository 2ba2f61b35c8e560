#include "kernel/trace.h"

#include "kernel/file.h"
#include "kernel/log.h"
#include "kernel/mem.h"
#include "kernel/policy/prefetch/bytes.h"

#include <fcntl.h>
#include <string.h>

#define TRACE_FOLDER "/.bower"
#define TRACE_FILE TRACE_FOLDER "/trace"
#define TRACE_MAX ((size_t)16 << 20) /* bytes; most accesses take one or two */
#define TRACE_HEADER 18              /* "BOWERTR1" and a number */
#define TRACE_REGIONS 64

struct numbered {
    uint32_t id, base; /* of a region; the number of its page 0 */
};

/* Protected by pager_lock. */
static struct bytes_out recorded; /* at is NULL: nothing is recorded */
static uint8_t *start;
static struct numbered numbers[TRACE_REGIONS];
static unsigned nregions;
static uint32_t npages, last;

int trace_begin(void)
{
    start = kalloc(TRACE_MAX);
    if (!start)
        return -ENOMEM;
    recorded = (struct bytes_out){ start + TRACE_HEADER, start + TRACE_MAX, false };
    return 0;
}

static const struct numbered *number_of(const struct region *r)
{
    for (unsigned i = 0; i < nregions; i++)
        if (numbers[i].id == r->id)
            return &numbers[i];
    if (nregions == TRACE_REGIONS)
        return NULL;
    numbers[nregions] = (struct numbered){ r->id, npages };
    npages += r->npages;
    return &numbers[nregions++];
}

void trace_page(const struct region *r, uint32_t page)
{
    if (!recorded.at || !r->pool)
        return;
    const struct numbered *number = number_of(r);
    if (!number)
        return;
    int64_t step = (int64_t)(number->base + page) - last;
    put_number(&recorded, ((uint64_t)step << 1 ^ (uint64_t)(step >> 63)) << 1);
    last = number->base + page;
}

void trace_save(void)
{
    struct file *f;
    if (!recorded.at)
        return;
    /* The header grows to the left of what was recorded. */
    uint8_t header[TRACE_HEADER];
    struct bytes_out h = { header + 8, header + TRACE_HEADER, false };
    memcpy(header, "BOWERTR1", 8);
    put_number(&h, npages);
    size_t n = (size_t)(h.at - header);
    uint8_t *from = start + TRACE_HEADER - n;
    memcpy(from, header, n);
    path_mkdir(TRACE_FOLDER, 0777);
    int error = file_open(TRACE_FILE, O_WRONLY | O_CREAT | O_TRUNC, 0666, &f);
    for (int64_t written; !error && from < recorded.at; from += written) {
        written = file_write(f, from, MIN((size_t)(recorded.at - from), (size_t)1 << 18));
        if (written <= 0) {
            error = written < 0 ? (int)written : -EIO;
            break;
        }
    }
    if (error)
        log_printf("bower: " TRACE_FILE ": error %d\n", -error);
    else
        file_put(f);
    if (recorded.full)
        log_printf("bower: " TRACE_FILE ": ends early, after %lu bytes\n", (unsigned long)TRACE_MAX);
    recorded.at = NULL;
}
