#include "kernel/device/devices.h"

#include "kernel/device/blk.h"
#include "kernel/file/p9.h"
#include "kernel/device/vconsole.h"

void devices_init(void)
{
    blk_init();
    p9_init();
    vconsole_init();
}
