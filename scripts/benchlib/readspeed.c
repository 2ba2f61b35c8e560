/* readspeed.c: how fast the machine reads /dev/model as it comes, for the roofline of a disk without a limit. Prints bytes per
 * second of the second reading: the first one warms the host's page cache. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

enum { BYTES = 1 << 20 };

static double now(void)
{
    struct timeval t;

    gettimeofday(&t, NULL);
    return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

int main(void)
{
    static char buffer[BYTES];
    int fd = open("/dev/model", O_RDONLY);
    double speed = 0.0;

    for (int pass = 0; pass < 2; pass++) {
        double start = now();
        long total = 0, got;
        lseek(fd, 0, SEEK_SET);
        while ((got = read(fd, buffer, sizeof(buffer))) > 0) {
            total += got;
        }
        if (got < 0 || total == 0) {
            perror("/dev/model");
            return 1;
        }
        speed = (double)total / (now() - start);
    }
    printf("%.0f\n", speed);
    return 0;
}
