# The inference engine; its results are the same bits everywhere only without contracted operations.
LIBS := infer
CFLAGS += -ffp-contract=off -fno-math-errno
