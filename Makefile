# Bower: one flat makefile. `make help` lists the targets, V=1 shows the commands.
# QEMU's command line is not here: scripts/run has the only one.

BUILD := build
CROSS := riscv64-unknown-elf-
Q := $(if $(V),,@)
say = $(if $(V)$(QUIET),,@printf '  %-7s %s\n' $(1) $(2))

.DEFAULT_GOAL := all
.SUFFIXES:
.DELETE_ON_ERROR:

# Set-up. The stamps are makefiles: make builds a missing one first. setup.mk says where newlib is.
ifneq ($(filter-out help clean format,$(or $(MAKECMDGOALS),all)),)
include $(BUILD)/setup.mk
$(BUILD)/setup.mk: scripts/setup scripts/packages.txt scripts/newlib.edits runtime/include/sys/errno.h $(if $(wildcard $(NEWLIB)/lib/libc.a),,FORCE)
	$(Q)scripts/setup run $@ $(filter test bench debug lint train,$(MAKECMDGOALS))
endif
$(BUILD)/setup-%.ok: scripts/setup scripts/packages.txt
	$(Q)scripts/setup $* $@
FORCE:

# The runtime: arch, kernel and runtime in one object that shows only what programs may call (runtime/exports.txt), so that a
# program may use every other name.
MACHINE := -march=rv64gc -mabi=lp64d -mcmodel=medany
COMMON := $(MACHINE) -std=gnu11 -O2 -g -fno-omit-frame-pointer -fno-common -fno-strict-aliasing -ffunction-sections -fdata-sections \
	$(if $(SAMPLED),-DSAMPLED)
INCLUDES := -I. -isystem runtime/include -isystem $(NEWLIB)/include
WARNINGS := -Wall -Wextra -Werror -Wshadow -Wconversion
KERNEL_FLAGS := -ffreestanding -Wframe-larger-than=2048

KERNEL_SOURCES := $(sort $(wildcard arch/riscv64/*.c arch/riscv64/*.S kernel/*.c kernel/*/*.c kernel/*/*/*.c))
RUNTIME_SOURCES := $(sort $(wildcard runtime/*.c runtime/*/*.c runtime/*/*.S))
# SAMPLED=1: the one for profiles (arch/sampling.h), in a folder of its own.
OBJECTS := $(BUILD)$(if $(SAMPLED),/sampled)
LIBRARY := $(OBJECTS)/bower.o
LIBRARY_OBJECTS := $(patsubst %,$(OBJECTS)/%.o,$(KERNEL_SOURCES) $(RUNTIME_SOURCES))
LINKER_SCRIPT := arch/riscv64/bower.ld

all: $(LIBRARY) ## build the runtime library

# Rebuilt as a whole, so that a source that went away takes its object along.
$(LIBRARY): $(LIBRARY_OBJECTS) $(OBJECTS)/objects.list runtime/exports.txt
	$(call say,LD,$@)
	$(Q)$(CROSS)ld -r -o $@ $(LIBRARY_OBJECTS) && $(CROSS)objcopy --keep-global-symbols=runtime/exports.txt $@

# A new header here may stand before one of newlib's: what was compiled with that one does not know of it.
HEADERS_LIST := $(BUILD)/headers.list

$(OBJECTS)/objects.list: LISTED := $(LIBRARY_OBJECTS)
$(HEADERS_LIST): LISTED := $(sort $(wildcard runtime/include/*.h runtime/include/*/*.h))
$(OBJECTS)/objects.list $(HEADERS_LIST): FORCE
	$(Q)mkdir -p $(@D); echo '$(LISTED)' | cmp -s - $@ || echo '$(LISTED)' > $@

$(filter $(OBJECTS)/runtime/%,$(LIBRARY_OBJECTS)): KERNEL_FLAGS :=
# Called often, and what they call they jump to: no frames. s0 stays the caller's, so that a backtrace goes on past them.
$(OBJECTS)/runtime/thread/mutex.c.o $(OBJECTS)/runtime/thread/semaphores.c.o: KERNEL_FLAGS := $(if $(SAMPLED),,-fomit-frame-pointer -ffixed-s0)

$(OBJECTS)/%.c.o: %.c Makefile $(BUILD)/setup.mk $(HEADERS_LIST)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CROSS)gcc $(COMMON) $(WARNINGS) $(KERNEL_FLAGS) $(INCLUDES) -MD -MP -c -o $@ $<

$(OBJECTS)/%.S.o: %.S Makefile $(BUILD)/setup.mk $(HEADERS_LIST)
	$(call say,AS,$<)
	$(Q)mkdir -p $(@D) && $(CROSS)gcc $(COMMON) $(INCLUDES) -MD -MP -c -o $@ $<

# Programs. scripts/run finds the sources of an APP and calls `make program` with
#   PROGRAM  the ELF file to make         SOURCE   folder, or one .c file
#   APP_CFLAGS, APP_LDFLAGS               the user's own
# A folder may have an app.mk: `LIBS := infer` adds the sources of app/infer; CFLAGS += and LDFLAGS += are its own flags.
ifneq ($(PROGRAM),)
CFLAGS :=
LDFLAGS :=
LIBS :=
SOURCE_FOLDER := $(patsubst %/,%,$(if $(filter %.c,$(SOURCE)),$(dir $(SOURCE)),$(SOURCE)))
SOURCES := $(if $(filter %.c,$(SOURCE)),$(SOURCE_FOLDER)/$(notdir $(SOURCE)),$(sort $(wildcard $(SOURCE)/*.c)))
ifeq ($(filter %.c,$(SOURCE)),)
-include $(wildcard $(SOURCE)/app.mk)
endif
PROGRAM_FOLDER := $(patsubst %/,%,$(dir $(PROGRAM)))
LIB_SOURCES := $(sort $(foreach lib,$(LIBS),$(wildcard app/$(lib)/*.c app/$(lib)/*/*.c)))
APP_OBJECTS := $(patsubst $(SOURCE_FOLDER)/%,$(PROGRAM_FOLDER)/%.o,$(SOURCES))
LIB_OBJECTS := $(patsubst app/%,$(PROGRAM_FOLDER)/lib/%.o,$(LIB_SOURCES))
# What these name is in libc here, as in glibc; the bare-metal gcc knows no -pthread. Nor will it take what makes a
# program PARALLEL, since its driver would add -pthread; its compiler proper does. So would the driver that the linker starts for -flto.
IN_LIBC := -pthread -lpthread -lrt -ldl -lutil -lgomp -latomic
comma := ,
PARALLEL := -fopenmp -ftree-parallelize-loops=%
to_compiler = $(foreach flag,$(1),$(if $(filter $(PARALLEL),$(flag)),-Wp$(comma))$(flag))
with_openmp = $(if $(filter $(PARALLEL),$(1)),$(call to_compiler,$(filter-out -flto%,$(1))),$(1))
without_libs = $(if $(filter $(IN_LIBC),$(1)),$(filter-out $(IN_LIBC),$(1)),$(1))
linked = $(call without_libs,$(if $(filter $(PARALLEL),$(1)),$(filter-out $(PARALLEL),$(1)),$(1)))
# What a compiler for Linux defines, and programs ask for; the last two are a program's own names when it is strict ISO C.
LINUX := -D__linux__ -D__linux -D__gnu_linux__ -D__unix__ -D__unix
linux = $(LINUX) $(if $(filter -ansi -std=c% -std=iso%,$(1)),,-Dlinux -Dunix)
APP_COMPILE = $(CROSS)gcc $(MACHINE) -std=gnu11 -O2 -g -Wall -Wtrampolines -fno-omit-frame-pointer -ffunction-sections \
	-fdata-sections $(call linux,$(CFLAGS) $(APP_CFLAGS)) -iquote . -iquote app -isystem runtime/include -isystem $(NEWLIB)/include \
	$(call with_openmp,$(call without_libs,$(CFLAGS) $(APP_CFLAGS))) -MD -MP -c -o $@ $<

$(APP_OBJECTS): $(PROGRAM_FOLDER)/%.o: $(SOURCE_FOLDER)/% Makefile $(BUILD)/setup.mk $(HEADERS_LIST) $(wildcard $(SOURCE)/app.mk)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(APP_COMPILE)

$(LIB_OBJECTS): $(PROGRAM_FOLDER)/lib/%.o: app/% Makefile $(BUILD)/setup.mk $(HEADERS_LIST) $(wildcard $(SOURCE)/app.mk)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(APP_COMPILE)

$(PROGRAM): $(APP_OBJECTS) $(LIB_OBJECTS) $(LIBRARY) $(LINKER_SCRIPT)
	$(call say,LINK,$@)
	$(Q)$(CROSS)gcc $(MACHINE) -nostdlib -static -T $(LINKER_SCRIPT) -Wl,--gc-sections -Wl,--build-id=none \
		-Wl,-z,max-page-size=4096 $(call linked,$(LDFLAGS)) -o $@.new $(APP_OBJECTS) $(LIB_OBJECTS) $(LIBRARY) \
		-L$(NEWLIB)/lib -Wl,--start-group -lc -lm -lgcc $(call linked,$(APP_LDFLAGS)) -Wl,--end-group && mv $@.new $@

.PHONY: program
program: $(PROGRAM)
-include $(APP_OBJECTS:.o=.d) $(LIB_OBJECTS:.o=.d)
endif

# Tools of the host.
HOST_CC := gcc
HOST_FLAGS := -std=gnu11 -O2 -g -Wall -Wextra -I.
POLICY_SOURCES := $(sort $(wildcard kernel/policy/*.c kernel/policy/*/*.c))
$(BUILD)/host/policies: scripts/launch/policies.c $(POLICY_SOURCES) $(wildcard kernel/policy/*.h kernel/policy/*/*.h) Makefile
	$(call say,HOSTCC,$@)
	$(Q)mkdir -p $(@D) && $(HOST_CC) $(HOST_FLAGS) -o $@ $(filter %.c,$^)

# What people call.
APP := llm
ARGS :=
RUN_FLAGS :=
TESTS :=

run: ## build and boot a program: APP=bower ARGS="..." RUN_FLAGS="--frames 8"
	$(Q)scripts/run $(RUN_FLAGS) $(if $(APP),"$(APP)") -- $(ARGS)

test: $(BUILD)/setup-test.ok ## run every test, or those that match TESTS=pattern
	$(Q)tests/run $(TESTS)

SOAK_SECONDS ?= 600
soak: $(BUILD)/setup-test.ok ## stress the pager, with and without plans, seed after seed: SOAK_SECONDS=600
	$(Q)tests/soak $(SOAK_SECONDS)

bench: $(BUILD)/setup-bench.ok ## count faults and instructions: tables and plots in build/bench/
	$(Q)scripts/bench $(BENCH_FLAGS)

bench-llm: $(BUILD)/setup-bench.ok ## run the models over caps: speed, bytes and faults a token, figures in build/bench-llm/
	$(Q)scripts/bench-llm $(BENCH_FLAGS)

bench-cliff: $(BUILD)/setup-bench.ok ## run a model over caps, eviction policies and disks, beside the roofline: build/bench-cliff/
	$(Q)scripts/bench-cliff $(BENCH_FLAGS)

bench-smp: $(BUILD)/setup-bench.ok ## what more harts give: speed at 1, 2 and 4, work shared, switches: build/bench-smp/
	$(Q)scripts/bench-smp $(BENCH_FLAGS)

bench-linux: $(BUILD)/setup-bench.ok $(BUILD)/setup-linux.ok ## Linux 6.1 and Bower side by side: build/bench-linux/
	$(Q)scripts/bench-linux $(BENCH_FLAGS)

include tests/infer/infer.mk

profile: ## sample every hart of a run: flame graph and tables in build/profile/: APP=llm
	$(Q)scripts/run --profile $(BUILD)/profile $(RUN_FLAGS) $(if $(APP),"$(APP)") -- $(ARGS)

debug: $(BUILD)/setup-debug.ok ## boot a program under gdb, stopped at its main: APP=bower
	$(Q)scripts/debug $(RUN_FLAGS) $(if $(APP),"$(APP)") -- $(ARGS)

lint: $(BUILD)/setup-lint.ok ## check layout, headers, lengths and common mistakes
	$(Q)scripts/lint

headers: ## check that every header compiles alone
	$(Q)scripts/lint headers

format: $(BUILD)/setup-lint.ok ## lay out the C sources with clang-format
	$(Q)scripts/lint format!

clean: ## remove build/ (newlib stays in its cache)
	$(Q)rm -rf $(BUILD)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: all run test profile bench bench-llm bench-cliff bench-smp bench-linux debug lint headers format clean help FORCE
-include $(LIBRARY_OBJECTS:.o=.d)
