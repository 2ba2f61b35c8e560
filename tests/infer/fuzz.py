#!/usr/bin/python3
"""tests/infer/fuzz.py [TARGET...] [--seconds S]: fuzzes the parsers of the inference engine, each for S seconds (60).

With clang's libFuzzer where it is installed, else with fuzz_alone.c. A crashing input is left in build/fuzz/TARGET/.
"""
import argparse
import glob
import os
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from hosttools import HERE, ROOT, SANITIZERS, compile_program  # noqa: E402

TARGETS = ("gguf", "llmc", "llama2c", "tokenizer_llmc", "tokenizer_llama2c")
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": "allocator_may_return_null=1", "UBSAN_OPTIONS": "print_stacktrace=1"}
ROUND = 20000   # inputs of fuzz_alone per seed


def seeds(target):
    return sorted(glob.glob(os.path.join(HERE, "corpus", target, "*")))


def define(target):
    return f"-DFUZZ_TARGET=FUZZ_{target.upper()}"


def build_alone(folder, target):
    sources = [os.path.join(HERE, "fuzz_targets.c"), os.path.join(HERE, "fuzz_alone.c")]
    return compile_program(os.path.join(folder, f"alone-{target}"), sources, *SANITIZERS, define(target))


def build_clang(folder, target):
    flags = [flag for flag in SANITIZERS if not flag.startswith("-fsanitize=")] + ["-fsanitize=fuzzer,address,undefined"]
    return compile_program(os.path.join(folder, f"clang-{target}"), [os.path.join(HERE, "fuzz_targets.c")], *flags,
                           define(target), compiler="clang")


def fuzz_clang(folder, target, seconds):
    corpus = os.path.join(folder, "corpus")
    os.makedirs(corpus, exist_ok=True)
    program = build_clang(folder, target)
    return subprocess.run([program, f"-max_total_time={seconds}", f"-artifact_prefix={folder}/", "-rss_limit_mb=2048",
                           "-print_final_stats=1", corpus, os.path.join(HERE, "corpus", target)], env=ENVIRONMENT).returncode


def fuzz_alone(folder, target, seconds):
    program = build_alone(folder, target)
    seed, end, status = 0, time.monotonic() + seconds, 0
    while status == 0 and time.monotonic() < end:
        seed += 1
        status = subprocess.run([program, str(ROUND), str(seed), *seeds(target)], env={**ENVIRONMENT, "SCRATCH": folder}).returncode
    print(f"{target}: {seed} seeds of {ROUND} inputs")
    return status


def has_libfuzzer():
    return shutil.which("clang") is not None and bool(glob.glob("/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], metavar="TARGET")
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    failed = 0
    for target in options.targets or TARGETS:
        folder = os.path.join(ROOT, "build", "fuzz", target)
        os.makedirs(folder, exist_ok=True)
        status = (fuzz_clang if has_libfuzzer() else fuzz_alone)(folder, target, options.seconds)
        print(f"fuzz {target}: {'nothing found' if status == 0 else f'status {status}, see {folder}'}", flush=True)
        failed += status != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
