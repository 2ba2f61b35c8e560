/* Without the share and the console's ports (tests/share/test_absent.py): paths say ENODEV, stdin is empty, /dev is there. */
#include "tests/guest/check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void)
{
    char c;
    struct stat st;
    CHECK_ERRNO(open("x", O_CREAT | O_RDWR, 0600), ENODEV);
    CHECK_ERRNO(stat("/", &st), ENODEV);
    CHECK_ERRNO(mkdir("d", 0700), ENODEV);
    CHECK_ERRNO(chdir(".."), ENODEV);
    CHECK(read(0, &c, 1) == 0);
    CHECK(open("/dev/null", O_RDWR) >= 0 && open("dev/zero", O_RDONLY) >= 0);
    CHECK(chdir("/dev") == 0 && stat("null", &st) == 0);
    if (done() == 0)
        printf("all as expected\n");
    return done();
}
