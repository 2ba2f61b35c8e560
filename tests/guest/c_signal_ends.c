// run: -- 15
// exit: 143
// stderr~: ^bower: ended by SIGTERM$
// run: -- 2
// exit: 130
// stderr~: ^bower: ended by SIGINT$
// A signal that nobody handles ends the program as a shell would show it.
#include <signal.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    raise(argc > 1 ? atoi(argv[1]) : SIGTERM);
    return 0;
}
