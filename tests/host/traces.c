/* traces.c: the workloads of the policy tests, and Belady's MIN over them. */
#include <stdlib.h>

#include "policybench.h"

uint64_t trace_rand(uint64_t *seed)
{
    uint64_t z = *seed += 0x9E3779B97F4A7C15u; /* splitmix64 */
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

size_t trace_lab(uint32_t *out, size_t n, uint32_t start)
{
    return trace_recurrence(out, n, 512, start, 1, 1, 23, 1);
}

size_t trace_recurrence(uint32_t *out, size_t n, uint32_t npages, uint32_t start, int64_t a, int64_t b, int64_t m,
                        int64_t c)
{
    int64_t page = start;
    size_t i = 0;
    for (; i < n && page >= 0 && page < npages; i++) {
        out[i] = (uint32_t)page;
        page = a * page + (b * page) % m + c;
    }
    return i;
}

size_t trace_random(uint32_t *out, size_t n, uint32_t npages, uint64_t seed)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (uint32_t)(trace_rand(&seed) % npages);
    return n;
}

/* Page ranks are scattered over the mapping; rank r is drawn with weight 1/(r+1). */
size_t trace_zipf(uint32_t *out, size_t n, uint32_t npages, uint64_t seed)
{
    double *sum = malloc(npages * sizeof(double)), total = 0;
    for (uint32_t r = 0; r < npages; r++)
        sum[r] = total += 1.0 / (r + 1);
    for (size_t i = 0; i < n; i++) {
        double x = (double)(trace_rand(&seed) >> 11) / 9007199254740992.0 * total;
        uint32_t low = 0, high = npages - 1;
        while (low < high) {
            uint32_t mid = (low + high) / 2;
            if (sum[mid] < x)
                low = mid + 1;
            else
                high = mid;
        }
        out[i] = (uint32_t)((uint64_t)low * 7919 % npages);
    }
    free(sum);
    return n;
}

size_t trace_cyclic(uint32_t *out, size_t n, uint32_t loop)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (uint32_t)(i % loop);
    return n;
}

size_t trace_steps(uint32_t *out, size_t n, uint32_t npages, uint32_t most, uint64_t seed)
{
    uint32_t page = 0;
    for (size_t i = 0; i < n; i++) {
        out[i] = page;
        page = (uint32_t)(page + 1 + trace_rand(&seed) % most) % npages;
    }
    return n;
}

size_t trace_columns(uint32_t *out, size_t n, uint32_t rows, uint32_t columns, uint32_t pages_per_row)
{
    size_t i = 0;
    for (uint32_t column = 0; column < columns; column++)
        for (uint32_t row = 0; row < rows && i < n; row++)
            out[i++] = row * pages_per_row + column * pages_per_row / columns;
    return i;
}

uint64_t trace_min_misses(const uint32_t *trace, size_t n, uint32_t npages, uint32_t frames)
{
    size_t *next = malloc(n * sizeof(size_t)), *seen = malloc(npages * sizeof(size_t));
    size_t *use = malloc(frames * sizeof(size_t));
    uint32_t *in = malloc(frames * sizeof(uint32_t)), used = 0;
    uint64_t misses = 0;
    for (uint32_t p = 0; p < npages; p++)
        seen[p] = n;
    for (size_t i = n; i-- > 0;) {
        next[i] = seen[trace[i]];
        seen[trace[i]] = i;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t slot = 0, furthest = 0;
        while (slot < used && in[slot] != trace[i])
            slot++;
        if (slot == used) {
            misses++;
            if (used < frames) {
                used++;
            } else {
                for (uint32_t s = 1; s < used; s++)
                    if (use[s] > use[furthest])
                        furthest = s;
                slot = furthest;
            }
            in[slot] = trace[i];
        }
        use[slot] = next[i];
    }
    free(next);
    free(seen);
    free(use);
    free(in);
    return misses;
}
