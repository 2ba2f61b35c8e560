/* tls.h: thread-local storage: each thread's copy of .tdata and .tbss (RISC-V psABI: variant I, tp at the first byte). */
#ifndef KERNEL_THREAD_TLS_H
#define KERNEL_THREAD_TLS_H

/* A new block, initialised from the image: the value of tp. NULL: no memory. Thread or boot context. */
void *tls_create(void);
void tls_destroy(void *tp);

#endif
