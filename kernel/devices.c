#include "kernel/devices.h"

#include "kernel/blk.h"
#include "kernel/p9.h"
#include "kernel/vconsole.h"

void devices_init(void)
{
    blk_init();
    p9_init();
    vconsole_init();
}
