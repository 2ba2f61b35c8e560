#!/bin/bash
# native.sh NAME [CFLAGS...]: builds tests/guest/NAME.c (or another .c file of the project) for the host, runs it in an
# empty folder, and leaves what it printed in `want` and `want-err`. Tests compare the guest's output with these.
set -eu
source=$ROOT/tests/guest/$1.c
[ -f "$source" ] || source=$ROOT/$1.c
gcc -w -O1 -funsigned-char -I "$ROOT" -o native "$source" "${@:2}" -lm
mkdir native.files
cd native.files
(exec -a "$(basename "$1")" ../native) > ../want 2> ../want-err
