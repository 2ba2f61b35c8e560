// run:
// stdout~: ^1 0 1$
// check: (sleep 1; echo late) | $ROOT/scripts/run --run-dir {dir}/r --files {files} $ROOT/tests/guest/c_poll_stdin.c > late
// check: grep -q '^1 5 1$' late
// stdin is ready once bytes have come, and at its end.
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    struct pollfd in = { .fd = 0, .events = POLLIN };
    int n = 0, waited = poll(&in, 1, 30000);
    char text[16];

    while (read(0, text + n, 1) == 1)
        n++;
    printf("%d %d %d\n", waited, n, poll(&in, 1, 0));
    return 0;
}
