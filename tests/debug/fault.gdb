# One fault, from the trap entry to the sret. test_fault.py reads what is printed; the program is app/bower.
set $touched = 0
# The first write to the mapping: it lies on a 2 MiB border above the stack.
tbreak handle_one_fault if access == 1 && address >= 0x1000a00000
continue
set $va = address & ~0xfff
echo BEFORE\n
bower-pt $va
bower-page $va
tbreak predict_prefetch_pages
continue
echo PREDICT\n
backtrace 6
tbreak batch_read
continue
tbreak map_batched
continue
echo INSTALL\n
backtrace 6
print n
finish
echo AFTER\n
bower-pt $va
bower-page $va
tbreak trap_return
continue
echo RETURN\n
bower-faults 1
bower-region
bower-frames 0 4
while $touched < 40 && (*(unsigned int *)$pc) != 0x10200073
  stepi
  set $touched = $touched + 1
end
echo SRET\n
x/i $pc
print/x $sepc
tbreak *$sepc
continue
echo RESUMED\n
print/x $pc
kill
