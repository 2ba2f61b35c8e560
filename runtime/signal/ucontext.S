/*
 * ucontext.S: from one context of a thread to another of the same or another thread. Contexts hold what a call preserves
 * (psABI) and, as in glibc, fcsr; never tp: the thread stays who it is. Offsets: mcontext_t of <ucontext.h>.
 */
#define PC 0
#define SP 8
#define ARGUMENTS 208
#define FCSR 272

.macro EACH_PRESERVED op
    \op s0, 16(a0)
    \op s1, 24(a0)
    \op s2, 32(a0)
    \op s3, 40(a0)
    \op s4, 48(a0)
    \op s5, 56(a0)
    \op s6, 64(a0)
    \op s7, 72(a0)
    \op s8, 80(a0)
    \op s9, 88(a0)
    \op s10, 96(a0)
    \op s11, 104(a0)
.endm

.macro EACH_PRESERVED_FLOAT op
    \op fs0, 112(a0)
    \op fs1, 120(a0)
    \op fs2, 128(a0)
    \op fs3, 136(a0)
    \op fs4, 144(a0)
    \op fs5, 152(a0)
    \op fs6, 160(a0)
    \op fs7, 168(a0)
    \op fs8, 176(a0)
    \op fs9, 184(a0)
    \op fs10, 192(a0)
    \op fs11, 200(a0)
.endm

/* To come back here is to return 0 to the caller. */
.macro SAVE
    frcsr t0
    sd ra, PC(a0)
    sd sp, SP(a0)
    EACH_PRESERVED sd
    EACH_PRESERVED_FLOAT fsd
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
    EACH_PRESERVED ld
    EACH_PRESERVED_FLOAT fld
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
