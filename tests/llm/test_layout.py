#!/usr/bin/python3
"""The inner loop of every weight type lies within one page of code (KERNEL_LOOP of app/infer/kernels/kernels.h)."""
import glob
import os
import re
import shlex
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = 4096


def main():
    model = os.path.join(ROOT, "models", "stories-gpt2.gguf")
    run = [os.path.join(ROOT, "scripts", "run"), "--model", model]
    subprocess.run([*run, "llm", "--", "-n", "1"], capture_output=True, check=True)  # builds it
    words = shlex.split(subprocess.run([*run, "--dry-run", "llm"], capture_output=True, text=True, check=True).stdout)
    program = words[words.index("-kernel") + 1]
    symbols = subprocess.run(["riscv64-unknown-elf-nm", "-S", program], capture_output=True, text=True, check=True).stdout
    loops = [(int(at, 16), int(size, 16)) for at, size in re.findall(r"^(\w+) (\w+) t dot$", symbols, re.M)]
    kinds = [path for path in glob.glob(os.path.join(ROOT, "app", "infer", "kernels", "*.c")) if not path.endswith("/kernels.c")]
    problems = [f"{at:x} + {size} bytes crosses a page" for at, size in loops if at // PAGE != (at + size - 1) // PAGE]
    if len(loops) != len(kinds):
        problems.append(f"{len(loops)} loops of {len(kinds)} kernels")
    print("TEST kernels:", f"FAIL {'; '.join(problems)}" if problems else "OK")
    return bool(problems)


sys.exit(main())
