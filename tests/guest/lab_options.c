// run: -- --help
// stdout~: ^usage: bower
// run: -- --start 2 --pages 40 --writes 5 --file other.dat
// stdout~: ^5 writes from page 2$
// check: test "$(stat -c %s files/other.dat)" = 163840 && test ! -e files/weight.dat
// run: -- --start 5
// setup: yes x | head -c 3000000 > files/weight.dat
// check: test "$(stat -c %s files/weight.dat)" = 3000000 && test "$(head -c 1 files/weight.dat)" = x
// run: -- --seed x
// exit: 2
// stderr~: ^bower: --seed x: not a number from 0 to \d+$
// run: -- --seed -1
// exit: 2
// stderr~: ^bower: --seed -1: not a number
// run: -- --pages 0
// exit: 2
// stderr~: ^bower: --pages 0: not a number from 1 to
// run: -- --pages 99999999999999999999
// exit: 2
// stderr~: ^bower: --pages 99999999999999999999: not a number
// run: -- --writes 40 --start 9
// exit: 2
// stderr~: ^bower: 40 writes from page 9 reach page \d+; the mapping has 512 pages$
// run: -- --start 600
// exit: 2
// stderr~: ^bower: 32 writes from page 600 reach page 600; the mapping has 512 pages$
// run: -- --nonsense
// exit: 2
// stderr~: ^bower: --nonsense: not an option
// run: -- --seed
// exit: 2
// stderr~: ^bower: --seed: not an option, or its value is missing
// run: -- extra
// exit: 2
// stderr~: ^bower: extra: not an option
// run: -- --file no/such/folder
// exit: 1
// stderr~: ^bower: no/such/folder: No such file or directory$
// The lab's options, good and bad: one line, exit 2, and nothing made that was not asked for.
#include "app/bower/main.c"
