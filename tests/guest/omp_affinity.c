/* The lines that say where a thread runs: formats, widths, buffers that are too short, and what makes no sense.
 * run: --harts 4 --cflags "-fopenmp" -- all
 * stdout~: ^format 30: level %L thread %i affinity %A$
 * stdout~: ^short 30: leve$
 * stdout~: ^0\|1\|0\|0\|1\|-1 23%$
 * stdout~: ^\[0    \|    0\|00000\|-001\]$
 * stdout~: ^\[0-3   \|   0-3\|  bower\|    1\|0x0+[0-9a-f]+\]$
 * stdout~: ^thread 2 of 3, level 1 in 0 \(27\): thread 2 of$
 * stderr~: ^2 of 3$
 * stderr~: ^bower: OpenMP: affinity format: no such type 'nothing'$
 * exit: 1
 * run: --harts 1 --cflags "-fopenmp"
 * env: OMP_AFFINITY_FORMAT="on %A"
 * stdout~: ^format 5: on %A$
 * stderr~: ^on 0$
 */
#include <omp.h>
#include <stdio.h>
#include <string.h>

static void show(const char *format)
{
    char text[200];

    if (omp_capture_affinity(text, sizeof text, format) != strlen(text))
        printf("a wrong length\n");
    printf("%s\n", text);
}

/* With an argument: what differs from one run to the next on Linux, and an error. */
int main(int argc, char *argv[])
{
    char text[200];
    size_t length = omp_get_affinity_format(text, sizeof text);

    printf("format %zu: %s\n", length, text);
    length = omp_get_affinity_format(text, 5);
    printf("short %zu: %s\n", length, text);
    printf("counted %d\n", omp_get_affinity_format(NULL, 0) == length && omp_capture_affinity(NULL, 0, "%%12") == 3);
    show("%t|%T|%L|%n|%N|%a 23%%");
    show("[%5n|%.5{thread_num}|%0.5{nesting_level}|%0.4a]");
    if (argc > 1)
        show("[%6A|%.6{thread_affinity}|%.7H|%.5P|%0.20{native_thread_id}]");
    omp_display_affinity("");
    omp_set_affinity_format("thread %n of %N, level %L in %{ancestor_tnum}");
#pragma omp parallel for ordered num_threads(3) schedule(static, 1)
    for (int i = 0; i < 3; i++)
#pragma omp ordered
    {
        char part[12];

        show(NULL);
        length = omp_capture_affinity(part, sizeof part, "");
        printf("thread %d of %d, level 1 in 0 (%zu): %s\n", i, omp_get_num_threads(), length, part);
        omp_display_affinity("%n of %N");
    }
    fflush(stdout);
    if (argc > 1)
        omp_display_affinity("%{nothing}");
    return 0;
}
