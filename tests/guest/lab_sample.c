// run:
// setup: $ROOT/tests/guest/native.sh app/sample/main
// check: cmp want stdout && cmp native.files/weight.dat files/weight.dat
// stats: faults >= 1 and written_back == 5 and frames_leaked == 0
// run: --frames 4 --policy none
// setup: $ROOT/tests/guest/native.sh app/sample/main
// check: cmp want stdout && cmp native.files/weight.dat files/weight.dat
// stats: faults >= 5 and frames_peak <= 4
// The nine-page program prints the same and leaves the same file as natively.
#include "app/sample/main.c"
