// run: --harts 1
// run: --harts 8 --frames 16
// run: --harts 3 --icount -- turns
// bower_processors: no more than there are harts, and 1 where the clock counts instructions, since harts take turns there.
#include <bower.h>
#include <unistd.h>

#include "check.h"

int main(int argc, char **argv)
{
    unsigned n = bower_processors();

    (void)argv;
    CHECK(n >= 1 && n <= (unsigned)sysconf(_SC_NPROCESSORS_ONLN));
    CHECK(argc == 1 || n == 1);
    return done();
}
