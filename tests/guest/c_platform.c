// run:
// run: --cflags "-std=gnu99"
// run: --cflags "-std=c11 -DSTRICT"
// stderr~: ^bower: getloadavg is not implemented \(ENOSYS\)$
// stderr~: ^bower: mremap is not implemented \(ENOSYS\)$
// Programs ask the compiler where they are, and stop or take another system's way if it does not say Linux. What they then
// ask of Linux is there, or fails by its name.
#define _GNU_SOURCE
#include <fenv.h>
#include <linux/limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/param.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "check.h"

#if !defined(__linux__) || !defined(__linux) || !defined(__gnu_linux__) || !defined(__unix__) || !defined(__unix)
#error not for this system
#endif
#if defined(_WIN32) || defined(__APPLE__) || __linux__ != 1 || __unix__ != 1
#error for another system
#endif
#if defined(STRICT) ? defined(linux) || defined(unix) : linux + unix != 2
#error linux and unix are the names of a program in strict ISO C, and only of that one
#endif

enum { no_argument = 5, /* unistd.h has getopt, but leaves the names of getopt.h */
       required_argument };
struct option {
    int own;
};

int getloadavg(double averages[], int n); /* stdlib.h has it for all but strict ISO C */

int main(void)
{
    double averages[3];
    char name[16], here[8];

    CHECK(getenv("HOME") && strcmp(getenv("HOME"), getpwuid(getuid())->pw_dir) == 0);
    CHECK(getenv("USER") && strcmp(getenv("USER"), getpwuid(getuid())->pw_name) == 0);
    CHECK(getenv("LOGNAME") && strcmp(getenv("LOGNAME"), getlogin()) == 0);
    CHECK(getenv("SHELL") && strcmp(getenv("SHELL"), getpwuid(getuid())->pw_shell) == 0);
    CHECK(getenv("PWD") && strcmp(getenv("PWD"), getcwd(here, sizeof(here))) == 0 && getenv("PATH") && *getenv("PATH") == '/');
    CHECK(getenv("HOME")[0]++ == '/' && strcmp(getenv("HOME"), "0") == 0);
    CHECK(getloadavg(averages, 3) == -1);
    CHECK(mremap(averages, 1, 2, MREMAP_MAYMOVE) == MAP_FAILED); /* sqlite has it wherever there is __linux__ */
    CHECK(getopt(1, (char *[]){ "name", NULL }, "a") == -1 && optind == 1 && no_argument + 1 == required_argument);
    CHECK(prctl(PR_SET_NAME, "a name of too many bytes") == 0 && prctl(PR_GET_NAME, name) == 0 && strcmp(name, "a name of too m") == 0);
    CHECK(PATH_MAX == 4096 && NAME_MAX == 255);
    CHECK(feenableexcept(FE_ALL_EXCEPT) == -1 && feenableexcept(0) == 0); /* RISC-V has no traps for them */
    CHECK(fedisableexcept(FE_INEXACT) == 0 && fegetexcept() == 0);
    CHECK(strcmp(program_invocation_short_name, "c_platform") == 0 && strcmp(program_invocation_name, "c_platform") == 0);
    CHECK(roundup(5, 4) == 8 && howmany(5, 4) == 2 && powerof2(64) && MAXHOSTNAMELEN >= 64);
    return done();
}
