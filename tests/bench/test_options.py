#!/usr/bin/python3
"""What scripts say of options that cannot be used, and of packages that are missing: a line, status 2, before anything is built or run."""
import os
import re
import subprocess
import sys
import tempfile

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
    "lint": [(["rust"], "no check 'rust'; they are format .*cppcheck")],
    "setup": [(["rust"], "no group of packages 'rust'; they are run test .*linux$")],
    "study": [(["--out", __file__], "needs a folder"), (["board"], "unrecognized arguments: board")],
}


WITHOUT = {
    "numpy": [["convert", "a", "b"], ["inspect", "a"], ["synth-model", "a"], ["chat.py"]],
    "torch": [["train"]],
    "gnuplot": [["bench"], ["bench-cliff"], ["bench-llm"], ["bench-linux"], ["study"], ["simulate", "--sweep", "a", "trace"]],
}


def refused(words, pattern, **environment):
    done = subprocess.run([os.path.join(ROOT, "scripts", words[0]), *words[1:]], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          cwd=ROOT, timeout=100, env={**os.environ, **environment})
    assert done.returncode == 2 and re.search(pattern, done.stderr), f"{words}: {done.returncode} {done.stderr}"
    assert done.stderr.count("\n") == 1 and done.stdout == "", f"{words}: more than a line: {done.stderr}"


def unusable(script):
    for words, pattern in UNUSABLE[script]:
        refused([script, *words], pattern)


def missing(package):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, f"{package}.py"), "w", encoding="ascii") as module:
            module.write(f"raise ModuleNotFoundError('none', name='{package}')\n")
        for words in WITHOUT[package]:
            refused(words, f"^{words[0]}: .*{package} is not installed: `scripts/setup [a-z]+` installs it", PATH=folder, PYTHONPATH=folder)


def main():
    results = Results()
    for script in UNUSABLE:
        results.check(script, unusable, script)
    for package in WITHOUT:
        results.check(f"without-{package}", missing, package)
    return results.status()


if __name__ == "__main__":
    sys.exit(main())
