#include "par.h"

void par_run(struct par *par, uint32_t n, uint32_t grain, par_loop loop, void *context)
{
    (void)par;
    (void)grain;
    if (n != 0) {
        loop(context, 0, n);
    }
}
