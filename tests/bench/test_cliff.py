#!/usr/bin/python3
"""scripts/bench-cliff without its runs: options, the list of cells, and rows, figures and plots of made-up measurements."""
import argparse
import os
import re
import subprocess
import sys
import tempfile
import types

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "tests", "reference"), os.path.join(ROOT, "scripts")]

from checks import Results  # noqa: E402

from benchlib import cliff, cliff_plots, guest  # noqa: E402

N, MB = 1000, 10**6
MODEL = types.SimpleNamespace(name="model_1", token_pages=N, pages=1100)
UNUSABLE = [
    (["--caps", "5%"], r"--caps 5%: needs percentages from 1 to 1000, with commas"), (["--disks", ""], r"--disks : needs MB/s"),
    (["--repeat", "0"], r"--repeat 0: needs a whole number"), (["--harts", "9"], r"--harts 9: needs a whole number from 1 to 8"),
    (["--policies", "lru,oracle"], r"--policies oracle: no such policy; one of fifo .*mru"), (["--policies", ""], r"--policies : no such"),
    (["--model", "/no/such.gguf"], r"--model /no/such.gguf: no such file"), (["--model", ""], r"--model : no such file"),
    (["--model", __file__], r"test_cliff.py: no model file"), (["--out", __file__], r"--out .*test_cliff.py: needs a folder"),
    (["--caps", "50", "--dry"], r"unrecognized arguments: --dry"),
]


def bench(*words):
    return subprocess.run([os.path.join(ROOT, "scripts", "bench-cliff"), *words], capture_output=True, text=True, cwd=ROOT,
                          stdin=subprocess.DEVNULL, timeout=100)


def options():
    for words, pattern in UNUSABLE:
        done = bench(*words)
        assert done.returncode == 2 and re.search(pattern, done.stderr), f"{words}: {done.returncode} {done.stderr}"
        assert done.stderr.count("\n") == 1, f"{words}: more than a line: {done.stderr}"


def every_policy():
    done = bench("--dry-run", "--caps", "5,105", "--disks", "50,0")
    for name in guest.policies("--evict"):
        for cell in ("5%, 50 MB/s", "105%, unthrottled"):
            assert f"{name} at {cell}: --evict {name} --no-plan\n" in done.stdout, f"no {name} at {cell}: {done.stdout} {done.stderr}"
    chosen = bench("--dry-run", "--policies", "mru", "--caps", "50", "--disks", "0", "--repeat", "2").stdout
    assert chosen == 2 * "mru at 50%, unthrottled: --evict mru --no-plan\n", chosen


def measured():
    """plan at the roofline but for 90%, where it takes twice as long and reads half of the model; lru reads all of it."""
    costs = {}
    for cap in (50, 90, 105):
        frames = N * cap // 100
        reads = max(N - frames, 0) if cap != 90 else N // 2
        best = max(0.02, max(N - frames, 0) * 4096 / (50 * MB))
        costs["plan", 50, cap, frames] = {"seconds": 2 * best if cap == 90 else best, "bytes": 4096 * reads, "faults": 300,
                                        "major": 1, "stall": 0.001}
        costs["lru", 50, cap, frames] = {"seconds": 0.1, "bytes": 4096 * N, "faults": 40, "major": 40, "stall": 0.05}
    costs["lru", 50, 105, 1050]["seconds"] = 0.02
    return cliff.rows_of(MODEL, costs, {(50, cap): 0.02 for cap in (50, 90, 105)}, 500 * MB)


def rows():
    at = {(row["policy"], row["cap_percent"]): row for row in measured()}
    half = at["plan", 50]
    assert half["bound_pages"] == 500 and abs(half["of_roofline"] - 1) < 1e-9, half
    assert abs(half["roofline_tokens_per_s"] - 50 * MB / (500 * 4096)) < 1e-6 and half["pages_per_token"] == 500, half
    assert abs(at["plan", 90]["roofline_tokens_per_s"] - 50) < 1e-6, "T_compute does not bound the roofline"
    assert at["lru", 105]["bound_pages"] == 0 and at["lru", 90]["pages_per_token"] == N, at


def figures():
    table = [(measured_, reached) for _, _, measured_, reached in cliff.figures(measured())]
    assert table == [("500 of 100 (90%, 50 MB/s)", False), ("1.0 (50%, 50 MB/s)", True), ("0.50 (90%, 50 MB/s)", False)], table


def files():
    with tempfile.TemporaryDirectory() as folder:
        cliff.write(measured(), folder)
        cliff_plots.draw(measured(), folder)
        with open(os.path.join(folder, "cliff.csv")) as file:
            assert file.readline().strip() == ",".join(cliff.COLUMNS) and len(file.readlines()) == 6, "cliff.csv"
        for name, text in (("speed-50.svg", "roofline"), ("pages-50.svg", "no policy reads less")):
            with open(os.path.join(folder, name)) as file:
                content = file.read()
                assert text in content and "lru" in content and "model_1" in content, name
    cliff.show(measured())


def cells():
    asked = argparse.Namespace(repeat=2, disks=None, caps=None, quick=True)
    listed = cliff.cells(["a", "b"], asked)
    assert listed[:2] == [(50, 50, "a"), (50, 50, "b")] and len(listed) == 2 * 3 * 3 * 2, listed


def main():
    results = Results()
    for case in (options, every_policy, rows, figures, files, cells):
        results.check(case.__name__, case)
    return results.status()


if __name__ == "__main__":
    sys.exit(main())
