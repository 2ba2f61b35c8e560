// stdin and stdout are the program's bytes alone, of any size; stdin ends where the host's does; none is a terminal.
// run: -- empty
// stdout~: ^0 bytes, sum 0$
// run: -- binary
// stdin: /bin/bash
// check: python3 -c "d = open('/bin/bash', 'rb').read(); print(len(d), 'bytes, sum', sum(d))" | tr -d , | cmp - <(tr -d , < stdout)
// run: -- bytes
// check: test $(tr -d '\000-\377' < stdout | wc -c) = 0 && test $(wc -c < stdout) = 300000
// stderr~: ^to stderr$
#include "check.h"

#include <sys/stat.h>
#include <unistd.h>

static unsigned char buffer[300000];

int main(int argc, char **argv)
{
    struct stat st;
    CHECK(!isatty(0) && !isatty(1) && !isatty(2) && fstat(1, &st) == 0);
    CHECK_ERRNO(lseek(0, 0, SEEK_CUR), ESPIPE);
    CHECK_ERRNO(write(0, "x", 1), EBADF);
    CHECK_ERRNO(read(1, buffer, 1), EBADF);
    if (argc > 1 && strcmp(argv[1], "bytes") == 0) {
        for (size_t i = 0; i < sizeof(buffer); i++)
            buffer[i] = (unsigned char)i;
        CHECK(write(1, buffer, sizeof(buffer)) == sizeof(buffer));
        fprintf(stderr, "to stderr\n");
        return done();
    }
    long total = 0, sum = 0;
    ssize_t n;
    while ((n = read(0, buffer, 5000)) > 0) {
        total += n;
        for (ssize_t i = 0; i < n; i++)
            sum += buffer[i];
    }
    CHECK(n == 0 && read(0, buffer, 1) == 0);
    printf("%ld bytes, sum %ld\n", total, sum);
    return done();
}
