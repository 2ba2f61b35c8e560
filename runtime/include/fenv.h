/* fenv.h: newlib's, and what glibc has besides. */
#ifndef BOWER_FENV_H
#define BOWER_FENV_H
#include_next <fenv.h>
#include <sys/cdefs.h>

#if __GNU_VISIBLE
/* RISC-V traps no floating-point exception: enabling one returns -1, and none is ever enabled. */
__BEGIN_DECLS
int feenableexcept(int exceptions);
int fedisableexcept(int exceptions);
int fegetexcept(void);
__END_DECLS
#endif

#endif
