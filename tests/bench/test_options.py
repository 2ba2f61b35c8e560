#!/usr/bin/python3
"""What the scripts that measure say of options that cannot be used: one line, status 2, before anything is built or run."""
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "reference"))

from checks import Results  # noqa: E402

UNUSABLE = {
    "bench": [(["--only", "oracle"], "--only oracle: in the name of no workload; they are lab-1 .*random"),
              (["--evict", "oracle"], "--evict oracle: no such policy; one of fifo .*auto"), (["--out", __file__], "needs a folder"),
              (["--trace", "/no/trace"], "--trace /no/trace: no such file"), (["--trace", __file__], "test_options.py:2: 'r PAGE'"),
              (["--policies", "--composites", "-1"], "--composites -1: needs a whole number"),
              (["--composites", "3"], "goes with --policies"),
              (["--policies", "--only", "oracle"], "in the name of no workload"), (["--policies", "--evict", "lru"], "takes no .*--evict")],
    "bench-llm": [(["--only", "oracle"], "--only oracle: in the name of no model; they are .*gguf"),
                  (["--out", ""], "--out : needs a folder")],
    "bench-smp": [(["--rounds", "0"], "--rounds 0: needs a whole number from 1"), (["--model", "/no/model"], "no such file"),
                  (["--model", __file__], "no model file"), (["--out", __file__], "needs a folder")],
    "study": [(["--out", __file__], "needs a folder"), (["board"], "unrecognized arguments: board")],
}


def unusable(script):
    for words, pattern in UNUSABLE[script]:
        done = subprocess.run([os.path.join(ROOT, "scripts", script), *words], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              cwd=ROOT, timeout=100)
        assert done.returncode == 2 and re.search(pattern, done.stderr), f"{words}: {done.returncode} {done.stderr}"
        assert done.stderr.count("\n") == 1 and done.stdout == "", f"{words}: more than a line: {done.stderr}"


def main():
    results = Results()
    for script in UNUSABLE:
        results.check(script, unusable, script)
    return results.status()


if __name__ == "__main__":
    sys.exit(main())
