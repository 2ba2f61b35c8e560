// run:
// check: test "$(stat -c %s files/big)" = 8388611
// check: python3 -c 'd = open("files/big", "rb").read(); assert all(d[i] == (i * 7 + i // 4096) % 251 for i in range(len(d)))'
// Eight MiB and three bytes through write and back through read, in blocks of every awkward size.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SIZE 8388611

static unsigned char expected(long i)
{
    return (unsigned char)((i * 7 + i / 4096) % 251);
}

int main(void)
{
    unsigned char *data = malloc(SIZE);
    int fd = open("big", O_RDWR | O_CREAT | O_TRUNC, 0644);
    long at = 0, step = 1;

    for (long i = 0; i < SIZE; i++)
        data[i] = expected(i);
    while (at < SIZE) {
        long n = step < SIZE - at ? step : SIZE - at;

        if (write(fd, data + at, (size_t)n) != n)
            return 1;
        at += n;
        step = step * 3 + 1;
        if (step > 3000000)
            step = 4097;
    }
    if (lseek(fd, 0, SEEK_CUR) != SIZE || lseek(fd, 0, SEEK_SET) != 0)
        return 2;
    for (at = 0; at < SIZE;) {
        long n = read(fd, data, 1000003);

        if (n <= 0)
            return 3;
        for (long i = 0; i < n; i++)
            if (data[i] != expected(at + i))
                return 4;
        at += n;
    }
    return read(fd, data, 1) == 0 ? 0 : 5;
}
