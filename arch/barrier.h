/* barrier.h: memory barriers by intent. (RISC-V unprivileged specification, RVWMO; virtio 1.1, 2.6.13) */
#ifndef ARCH_BARRIER_H
#define ARCH_BARRIER_H

#if defined(__riscv)
#define BARRIER(pred, succ) __asm__ volatile("fence " #pred "," #succ :: \
                                                 : "memory")
#else
#define BARRIER(pred, succ) __atomic_thread_fence(__ATOMIC_SEQ_CST)
#endif

/* Ring contents before the index that publishes them. */
static inline void mb_dma_publish(void) { BARRIER(w, w); }
/* The published index before reading what the device says about notification. */
static inline void mb_dma_publish_then_check(void) { BARRIER(rw, rw); }
/* Memory before the MMIO write that rings the doorbell. */
static inline void mb_before_notify(void) { BARRIER(w, o); }
/* The device's index before what it describes. */
static inline void mb_dma_observe(void) { BARRIER(r, rw); }
/* A page's contents before the PTE that shows them (other harts walk at any time). */
static inline void mb_data_before_pte(void) { BARRIER(w, w); }

#endif
