#!/usr/bin/python3
"""The worked example of docs/policies.md builds with the two changes that it names, and does what the page says."""
import glob
import json
import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRATCH = os.environ.get("SCRATCH", os.path.join(ROOT, "build/tests/policies"))
FOLDERS = ["kernel", "arch", "scripts/simulator", "scripts/launch", "scripts/benchlib"]


def main():
    with open(os.path.join(ROOT, "docs/policies.md"), encoding="utf-8") as f:
        page = f.read()
    code = re.search(r"```c\n(/\* group\.c.*?)```", page, re.S).group(1)
    before, line = re.search(r"```diff\n ( .*)\n\+(.*)\n", page).groups()
    copy = os.path.join(SCRATCH, "copy")
    shutil.rmtree(copy, ignore_errors=True)
    for folder in FOLDERS:
        shutil.copytree(os.path.join(ROOT, folder), os.path.join(copy, folder))
    for name in ("simulate", "arguments.py", "parallel.py", "needs.py"):
        shutil.copy(os.path.join(ROOT, "scripts", name), os.path.join(copy, "scripts", name))
    with open(os.path.join(copy, "kernel/policy/prefetch/group.c"), "w", encoding="utf-8") as f:
        f.write(code)
    table = os.path.join(copy, "kernel/policy/prefetch.c")
    with open(table, encoding="utf-8") as f:
        text = f.read()
    assert text.count(before.strip()) == 1, f"the table has no line {before!r}"
    with open(table, "w", encoding="utf-8") as f:
        f.write(text.replace(before.strip(), f"{before.strip()}\n{line}"))
    for source in glob.glob(os.path.join(copy, "kernel/policy/prefetch/group.c")):
        subprocess.run(["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wconversion", "-ffreestanding", "-I", copy,
                        "-c", "-o", os.path.join(copy, "group.o"), source], check=True)
    trace = os.path.join(SCRATCH, "sequential")
    with open(trace, "w", encoding="ascii") as f:
        f.write("# pages 1024\n" + "".join(f"r {page}\n" for page in range(1024)))
    words = [os.path.join(copy, "scripts/simulate"), "--frames", "64", "--policy", "group", trace]
    counts = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    assert (counts["faults"], counts["pages_read"]) == (128, 1024), counts
    print("TEST builds-and-counts: OK")


if __name__ == "__main__":
    main()
