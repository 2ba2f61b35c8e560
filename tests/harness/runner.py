"""Collects tests, runs as many at a time as there are cores, prints one line for each and the sum at the end."""
import contextlib
import difflib
import fnmatch
import glob
import json
import os
import subprocess
import sys
import time
import traceback

from . import guest, host
from .common import ROOT, Outcome, end_all

sys.path.insert(0, os.path.join(ROOT, "scripts"))

import parallel  # noqa: E402

DURATIONS = os.path.join(ROOT, "build", "tests", "durations.json")
LOG_TAIL = 15  # lines of a failed test's log that are shown


def collect():
    def files(*parts):
        return sorted(glob.glob(os.path.join(ROOT, "tests", *parts), recursive=True))
    tests = [test for path in files("guest", "*.c") for test in guest.collect(path)]
    tests += [test for path in files("host", "*.c") for test in host.collect_program(path)]
    tests += [test for path in files("**", "test_*.py") for test in host.collect_script(path)]
    return tests


def matches(name, patterns):
    return not patterns or any(fnmatch.fnmatch(name, pattern) or pattern in name for pattern in patterns)


def known_durations():
    try:
        with open(DURATIONS) as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def run_one(test):
    start = time.monotonic()
    try:
        outcomes = test.run()
    except Exception:  # a broken test is a failed test, not the end of all
        outcomes = [Outcome(test.name, "FAIL", traceback.format_exc(limit=-2).strip().replace("\n", " | "))]
    return outcomes, time.monotonic() - start


def lines_of(test, name):
    """What a test left in a file."""
    path = os.path.join(test.folder, name)
    if not os.path.exists(path):
        return []
    with open(path, errors="replace") as file:
        return [line for line in file.read().splitlines() if not line.startswith(("TEST ", "bower-stats "))]


def show(test, outcomes, seconds):
    for outcome in outcomes:
        print(f"TEST {outcome.name}: {outcome.status}{' ' + outcome.reason if outcome.reason else ''}", flush=True)
    if any(outcome.status == "FAIL" for outcome in outcomes):
        want, stdout = lines_of(test, "want"), lines_of(test, "stdout")  # of a guest program: natively, and here
        differ = list(difflib.unified_diff(want, stdout, "want", "stdout", "", "", 1, ""))[:LOG_TAIL] if want else []
        for line in [*lines_of(test, "log")[-LOG_TAIL:], *(differ or stdout[-LOG_TAIL:]), *lines_of(test, "commands")[-LOG_TAIL:]]:
            print("    | " + "".join(c if c.isprintable() else "." for c in line[:240]))
        print(f"    {os.path.relpath(test.log(), ROOT)}, {seconds:.1f} s", flush=True)


def run_all(tests):
    durations = known_durations()
    tests.sort(key=lambda test: -durations.get(test.name, 5))  # the longest first
    results = []
    for test, (outcomes, seconds) in parallel.as_they_end(run_one, tests, stop=end_all):
        durations[test.name] = seconds
        show(test, outcomes, seconds)
        results += outcomes
    with contextlib.suppress(OSError), open(DURATIONS, "w") as file:  # no more than the order of the next run
        json.dump(durations, file, indent=1, sort_keys=True)
    return results


def summary(results):
    """Prints the failed and the skipped, then the line that everybody looks for."""
    counts = {status: [outcome for outcome in results if outcome.status == status] for status in ("OK", "FAIL", "SKIP")}
    for status, word in (("SKIP", "skipped"), ("FAIL", "failed")):
        for outcome in counts[status]:
            print(f"{word}: {outcome.name}: {outcome.reason}")
    print(f"{len(counts['OK'])} passed, {len(counts['FAIL'])} failed"
          + (f", {len(counts['SKIP'])} skipped" if counts["SKIP"] else ""), flush=True)
    return 1 if counts["FAIL"] or not counts["OK"] else 0


def main(patterns):
    if any(pattern.startswith("-") for pattern in patterns):
        print(sys.modules["__main__"].__doc__)
        return 0 if patterns[0] in ("-h", "--help") else 2
    tests = [test for test in collect() if matches(test.name, patterns)]
    if not tests:
        print(f"no test matches {' '.join(patterns)}" if patterns else "there are no tests", file=sys.stderr)
        return 2
    try:
        os.makedirs(os.path.dirname(DURATIONS), exist_ok=True)
        with open(DURATIONS, "a"):
            pass
    except OSError as error:  # every test writes beside it
        print(f"tests/run: {os.path.relpath(error.filename, ROOT)}: {error.strerror.lower()}", file=sys.stderr)
        return 2
    if any(isinstance(test, guest.GuestTest) for test in tests):
        subprocess.run(["make", "--no-print-directory", "-s", f"-j{os.cpu_count()}", "all"], cwd=ROOT, check=False,
                       stdin=subprocess.DEVNULL)  # once, before many want it; what is wrong each test tells
    try:
        return summary(run_all(tests))
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        os._exit(130)
