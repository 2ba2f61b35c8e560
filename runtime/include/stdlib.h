/* stdlib.h: newlib's, and what it declares only for Cygwin; without the names that Linux's leaves to programs. */
#ifndef BOWER_STDLIB_H
#define BOWER_STDLIB_H
#define itoa newlib_itoa
#define utoa newlib_utoa
#define reallocf newlib_reallocf
#define atoff newlib_atoff
#define qsort_r newlib_qsort_r
#include_next <stdlib.h>
#include <stdint.h>
#include <sys/_waitstatus.h>
#if __BSD_VISIBLE /* glibc's brings these along: programs have pid_t, uint and struct timeval of it */
#include <alloca.h>
#include <sys/types.h>
#endif
#undef itoa
#undef utoa
#undef reallocf
#undef atoff
#undef qsort_r

#if __POSIX_VISIBLE
__BEGIN_DECLS
char *realpath(const char *__restrict path, char *__restrict resolved);
int posix_memalign(void **out, size_t alignment, size_t size);
__END_DECLS
#endif
#if __BSD_VISIBLE
/* As in glibc: a program gives all-zero memory to initstate_r, or to any of the drand48_r functions. */
struct random_data {
    int32_t *fptr, *rptr, *state;
    int rand_type, rand_deg, rand_sep;
    int32_t *end_ptr;
};

struct drand48_data {
    unsigned short __x[3], __old_x[3];
    unsigned short __c, __init;
    unsigned long long __a;
};

__BEGIN_DECLS
char *canonicalize_file_name(const char *path);
int random_r(struct random_data *__restrict data, int32_t *__restrict out);
int srandom_r(unsigned seed, struct random_data *data);
int initstate_r(unsigned seed, char *__restrict memory, size_t size, struct random_data *__restrict data);
int setstate_r(char *__restrict memory, struct random_data *__restrict data);
int drand48_r(struct drand48_data *__restrict data, double *__restrict out);
int erand48_r(unsigned short own[3], struct drand48_data *__restrict data, double *__restrict out);
int lrand48_r(struct drand48_data *__restrict data, long *__restrict out);
int nrand48_r(unsigned short own[3], struct drand48_data *__restrict data, long *__restrict out);
int mrand48_r(struct drand48_data *__restrict data, long *__restrict out);
int jrand48_r(unsigned short own[3], struct drand48_data *__restrict data, long *__restrict out);
int srand48_r(long seed, struct drand48_data *data);
int seed48_r(unsigned short seed[3], struct drand48_data *data);
int lcong48_r(unsigned short parameters[7], struct drand48_data *data);
int clearenv(void);
char *ecvt(double x, int digits, int *point, int *sign);
char *fcvt(double x, int digits, int *point, int *sign);
char *gcvt(double x, int digits, char *out);
int getloadavg(double averages[], int n);
void qsort_r(void *base, size_t n, size_t size, int (*compare)(const void *a, const void *b, void *argument), void *argument);
__END_DECLS
#endif

#endif
