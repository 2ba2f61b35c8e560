// run: -- 15
// exit: 143
// stderr~: ^bower: ended by SIGTERM$
// run: -- 2
// exit: 130
// stderr~: ^bower: ended by SIGINT$
// run: -- 26
// exit: 154
// stderr~: ^bower: ended by SIGVTALRM$
// run: -- 40
// exit: 168
// stderr~: ^bower: ended by signal 40$
// A signal that nobody handles ends the program as a shell would show it.
#include <signal.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    raise(argc > 1 ? atoi(argv[1]) : SIGTERM);
    return 0;
}
