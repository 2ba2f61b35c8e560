// stats: frames == 16 and frames_peak <= 16 and frames_leaked == 0 and prefetch_used + prefetch_wasted == prefetched
// stdout!~: wrong
// run: --icount --policy fit -- --seed 0
// stdout~: ^seed 0, 32 writes from page 1$
// stdout~: ^llm page fault times <= 8: reached$
// stats: faults <= 6
// run: --icount --policy fit -- --seed 1
// stdout~: ^seed 1, 32 writes from page 2$
// stdout~: ^llm page fault times <= 8: reached$
// stats: faults <= 6
// run: --icount --policy fit -- --seed 2
// stdout~: ^seed 2, 32 writes from page 3$
// stdout~: ^llm page fault times <= 8: reached$
// stats: faults <= 6
// run: --icount --policy fit -- --seed 3
// stdout~: ^seed 3, 32 writes from page 4$
// stdout~: ^llm page fault times <= 8: reached$
// stats: faults <= 6
// run: --icount --policy fit -- --seed 4
// stdout~: ^seed 4, 32 writes from page 5$
// stdout~: ^llm page fault times <= 8: reached$
// stats: faults <= 6
// run: --icount --policy fit -- --seed 5
// stdout~: ^seed 5, 32 writes from page 6$
// stdout~: ^llm page fault times <= 8: reached$
// stats: faults <= 6
// run: --icount --policy fit -- --seed 6
// stdout~: ^seed 6, 32 writes from page 7$
// stdout~: ^llm page fault times <= 8: reached$
// stats: faults <= 6
// run: --icount --policy fit -- --seed 7
// stdout~: ^seed 7, 32 writes from page 8$
// stdout~: ^llm page fault times <= 8: reached$
// stats: faults <= 6
// run: --icount --policy fit -- --seed 8
// stdout~: ^seed 8, 32 writes from page 9$
// stdout~: ^llm page fault times <= 8: reached$
// stats: faults <= 6
// run: --icount --policy none -- --seed 0
// stats: faults == 32 and faults_major == 32 and prefetched == 0
// stdout~: ^llm page fault times: 32$
// stdout~: ^llm page fault times <= 16: not reached$
// run: --icount --policy none -- --seed 3
// stats: faults == 32 and faults_major == 32 and prefetched == 0
// stdout~: ^llm page fault times: 32$
// stdout~: ^llm page fault times <= 16: not reached$
// run: --icount --policy none -- --seed 8
// stats: faults == 32 and faults_major == 32 and prefetched == 0
// stdout~: ^llm page fault times: 32$
// stdout~: ^llm page fault times <= 16: not reached$
// run: --icount --policy replay -- --start 4
// setup: $ROOT/scripts/run --run-dir first --files files --icount --policy replay bower -- --start 4
// stats: faults == 2
// stdout~: ^llm page fault times <= 2: reached$
// run: --icount --policy replay -- --start 7
// setup: $ROOT/scripts/run --run-dir first --files files --icount --policy replay bower -- --start 4
// stats: faults <= 3
// run: --icount -- --seed 5
// stats: faults <= 16
// The lab from each of its nine starts; what its grades say; and that the bytes came down to the file.
#include "app/bower/main.c"
