# The kernels of the inference engine, compiled as llm and gpt compile them.
LIBS := infer
CFLAGS += -ffp-contract=off -fno-math-errno
