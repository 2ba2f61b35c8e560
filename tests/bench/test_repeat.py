#!/usr/bin/python3
"""Under --icount the same run prints the same counts, instructions included; only times depend on the host."""
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TIMES = ("time_ns", "stall_ns")
RUNS = [
    ("lab", ["--frames", "16", "--policy", "auto", "bower", "--", "--seed", "3"]),
    ("lab_seeded_by_the_date", ["bower"]),
    ("hot_set", ["--frames", "64", "--policy", "markov", "--evict", "lru", "workload", "--", "--pattern", "powerlaw", "--pages", "256"]),
    ("plan", ["--frames", "100", "--disk", "{folder}/disk,rw,name=d", "tests/guest/plan_dirty.c", "--", "follow"]),
    ("plan_with_cursor", ["--frames", "40", "--disk", "{folder}/disk,rw,name=d", "tests/guest/plan_dirty.c"]),
]
DISK = bytes(1600 << 10)  # as tests/guest/plan_dirty.c has it


def counts(arguments, stdin):
    """The counters of one run on a fresh share, times left out."""
    with tempfile.TemporaryDirectory() as folder:
        stats = os.path.join(folder, "stats.json")
        os.mkdir(os.path.join(folder, "share"))
        with open(os.path.join(folder, "disk"), "wb") as f:
            f.write(DISK)
        command = [os.path.join(ROOT, "scripts/run"), "--icount", "--timeout", "120", "--files", os.path.join(folder, "share"),
                   "--run-dir", folder, "--stats", stats, *(word.format(folder=folder) for word in arguments)]
        subprocess.run(command, check=True, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
        with open(stats) as f:
            found = json.load(f)
    for table in [found, *found["regions"]]:
        for name in TIMES:
            table.pop(name, None)
    return found


def main():
    failed = False
    for name, arguments in RUNS:
        # An input that ends at once interrupts the program at some time that the host chooses; a pipe that stays open never does.
        quiet, _held = os.pipe()
        found = [counts(arguments, subprocess.DEVNULL), counts(arguments, quiet), counts(arguments, subprocess.DEVNULL)]
        different = sorted(key for key in found[0] if any(f[key] != found[0][key] for f in found))
        failed |= bool(different)
        print(f"TEST repeat/{name}: " + (f"FAIL {', '.join(f'{k} {[f[k] for f in found]}' for k in different)}" if different else "OK"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
