/*
 * ucontext.S: from one context of a thread to another of the same or another thread. Contexts hold what a call preserves
 * (psABI) and, as in glibc, fcsr; never tp: the thread stays who it is. Offsets: mcontext_t of <ucontext.h>.
 */
#define PC 0
#define SP 8
#define S0 16
#define FS0 112
#define ARGUMENTS 208
#define FCSR 272

.macro EACH_PRESERVED op, fop
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    \op s\n, S0 + 8 * \n (a0)
    \fop fs\n, FS0 + 8 * \n (a0)
    .endr
.endm

/* To come back here is to return 0 to the caller. */
.macro SAVE
    frcsr t0
    sd ra, PC(a0)
    sd sp, SP(a0)
    EACH_PRESERVED sd, fsd
    sd zero, ARGUMENTS(a0)
    sd t0, FCSR(a0)
.endm

    .text
/* getcontext(ucontext_t *here) */
    .weak getcontext
    .type getcontext, @function
getcontext:
    SAVE
    tail ucontext_saved
    .size getcontext, . - getcontext

/* swapcontext(ucontext_t *here, const ucontext_t *there) */
    .weak swapcontext
    .type swapcontext, @function
swapcontext:
    SAVE
    tail ucontext_swap
    .size swapcontext, . - swapcontext

/* ucontext_resume(const ucontext_t *there), does not return */
    .globl ucontext_resume
    .type ucontext_resume, @function
ucontext_resume:
    ld ra, PC(a0)
    ld sp, SP(a0)
    EACH_PRESERVED ld, fld
    ld t0, FCSR(a0)
    fscsr t0
    ld a1, ARGUMENTS + 8(a0)
    ld a2, ARGUMENTS + 16(a0)
    ld a3, ARGUMENTS + 24(a0)
    ld a4, ARGUMENTS + 32(a0)
    ld a5, ARGUMENTS + 40(a0)
    ld a6, ARGUMENTS + 48(a0)
    ld a7, ARGUMENTS + 56(a0)
    ld a0, ARGUMENTS(a0)
    ret
    .size ucontext_resume, . - ucontext_resume

/* Where a context that makecontext made begins: s1 is its function, s2 what follows. */
    .globl ucontext_begin
    .type ucontext_begin, @function
ucontext_begin:
    jalr s1
    mv a0, s2
    call ucontext_end
    .size ucontext_begin, . - ucontext_begin
