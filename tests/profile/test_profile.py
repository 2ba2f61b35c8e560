#!/usr/bin/python3
"""scripts/run --profile: functions of known weight, code that runs with interrupts off, threads, and what its files look like."""
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as xml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "launcher"))

import launcher  # noqa: E402
from launcher import SCRATCH, expect, run, scratch_file  # noqa: E402

HOT = os.path.join(ROOT, "tests", "profile", "hot.c")
FOLDER = os.path.join(SCRATCH, "profile")
SHARE = os.path.join(SCRATCH, "share")


def profiled(*words, clock=("--icount", "--harts", "1")):
    """A run, under the instruction-counting clock if nothing else is said: (what run gives, {stack: samples})."""
    os.makedirs(SHARE, exist_ok=True)
    done = run(*clock, "--files", SHARE, "--profile", f"{FOLDER},20000", HOT, "--", *words)
    stacks = {}
    for line in text_of("folded.txt").splitlines():
        names, _, count = line.rpartition(" ")
        stacks[tuple(names.split(";"))] = int(count)
    return done, stacks


def text_of(name):
    path = os.path.join(FOLDER, name)
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read()


def below(stacks, *names):
    """Samples whose stacks have all these functions."""
    return sum(count for stack, count in stacks.items() if all(name in stack for name in names))


def test_weights_and_faults():
    done, stacks = profiled()
    total = sum(stacks.values())
    expect(done.returncode == 3 and done.stdout == b"80 10240\n", f"the program's own: {done}")
    ratio = below(stacks, "main", "three", "work") / max(1, below(stacks, "main", "one", "work"))
    expect(2.7 < ratio < 3.3, f"three() is {ratio:.2f} times one()")
    at_main, at_boot = (sum(count for stack, count in stacks.items() if stack[0] == name) for name in ("main", "_start"))
    expect(at_main > 0.99 * (total - at_boot), f"{at_main} of {total} samples begin at main, {at_boot} at boot, which waits for the host")
    share = float(re.search(r"(\S+)%\s+\d+\s+main\n", text_of("flat.txt"))[1])
    expect(abs(share - 100 * at_main / total) < 0.1, f"the flat table has {share}% for main, {at_main} of {total} samples")
    # The fault path has interrupts off: without the sampler's own way in, only what comes after a wait would be seen.
    faults = {stack: count for stack, count in stacks.items() if "handle_one_fault" in stack}
    expect(all(stack.index("touch") < stack.index("handle_one_fault") for stack in faults if "touch" in stack), "who faulted")
    inside = {stack[-1] for stack in faults if "touch" in stack}
    expect(sum(faults.values()) > 20 and len(inside) >= 10, f"{sum(faults.values())} samples of faults, in {sorted(inside)}")
    before = sum(count for stack, count in faults.items() if "completion_wait" not in stack)
    expect(before > 20, f"{before} samples of faults outside the wait, of {sum(faults.values())}")
    expect(below(stacks, "touch", "handle_one_fault") > 5 * below({s: n for s, n in stacks.items() if s[-1] == "touch"}, "touch"),
           "the fault path costs more than the loop that faults")


def test_flat_table():
    flat = text_of("flat.txt")
    rows = {words[-1]: words for words in map(str.split, flat.split("\n\n")[0].splitlines()) if words and words[0] != "#"}
    expect(50 < float(rows["work"][0].rstrip("%")) <= 100 and int(rows["work"][2]) > 0, f"work: {rows.get('work')}")
    expect(float(rows["main"][1].rstrip("%")) > 50 and float(rows["main"][0].rstrip("%")) < 5, f"main: {rows.get('main')}")
    expect(re.search(r"# hart 0: \d+ samples, idle \d+\.\d%", flat), "the hart's share")


def test_graph():
    root = xml.fromstring(text_of("profile.svg"))
    names = {element.get("data-name") for element in root.iter("{http://www.w3.org/2000/svg}g") if element.get("class") == "frame"}
    expect({"all", "main", "three", "one", "work"} <= names, f"frames: {sorted(names)[:20]}")
    expect(len(re.findall(r"https?://", text_of("profile.svg"))) == 1, "it refers to something outside itself")
    total = sum(int(line.rpartition(" ")[2]) for line in text_of("folded.txt").splitlines())
    whole = next(element for element in root.iter() if element.get("data-name") == "all")
    expect(int(whole.get("data-count")) == total, "the graph and the folded stacks differ")


def test_threads():
    done, stacks = profiled("threads")
    first, second = below(stacks, "first_thread", "work"), below(stacks, "second_thread", "work")
    expect(done.returncode == 0 and 0.8 < first / max(1, second) < 1.25, f"{first} and {second} samples: {done.stderr.decode()[-300:]}")
    # QEMU's counting clock gives harts their turns by the tenth of a second
    done, _ = profiled("harts", clock=("--harts", "2"))
    flat = text_of("flat.txt")
    expect(done.returncode == 0 and re.search(r"^# hart 1: [1-9]\d* samples", flat, re.M)
           and re.search(r"^# thread 3: [1-9]", flat, re.M), flat[:600])


def test_crash():
    done, _ = profiled("crash")
    expect(done.returncode == 134 and b"no profile: the program did not come to its end" in done.stderr, done.stderr.decode())
    expect(not text_of("flat.txt") and not text_of("profile.svg"), "an earlier profile was left there")


def full(room):
    """The file that a disk with room for so many KiB has no room for, and the files that are left."""
    done, left = launcher.run_with_full(f"{SCRATCH}/full", "--icount", "--files", SHARE, "--profile", f"{SCRATCH}/full,1000",
                                        "--timeout", "60", HOT, room=room)
    lines = [line for line in done.stderr.decode().splitlines() if not line.startswith("bower-stats ")]
    expect(done.returncode in (1, 2), f"exit status {done.returncode}: {lines}")
    match = re.fullmatch(r"scripts/run: \S+full/(\S+) cannot be written: no space left on device", lines[0])
    expect(len(lines) == 1 and match, str(lines))
    return match[1], left


def test_full_disk():
    expect(full(0)[0] == "samples.txt", "with nothing of the samples")
    name, left = full(20)
    expect(name != "samples.txt" and b"samples.txt" in left and name.encode() not in left, f"half of {name} stayed: {left}")


def test_samples_need_no_instructions_of_the_program():
    """What the sampler does is kept out of the counters' instret, to a thousandth."""
    counts = []
    for words in ([], ["--profile", f"{FOLDER},1000"]):
        stats = os.path.join(SCRATCH, "stats.json")
        expect(run("--icount", "--files", SHARE, "--stats", stats, *words, HOT).returncode == 3, "runs")
        with open(stats, encoding="utf-8") as file:
            counts.append(int(re.search(r'"instret": (\d+)', file.read())[1]))
    expect(abs(counts[1] - counts[0]) < 0.01 * counts[0], f"{counts}")


def unusable(text, pattern):
    def case():
        done = run("--profile", text, HOT)
        lines = done.stderr.decode()
        expect(done.returncode == 2 and lines.count("\n") == 1 and re.search(pattern, lines), f"{done.returncode}: {lines}")
    return case


def test_make():
    done = subprocess.run(["make", "--no-print-directory", "profile", f"APP={HOT}", "ARGS=one", "RUN_FLAGS=--dry-run"], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    expect("profile=997" in done.stdout and "-- hot one" in done.stdout and "name=profile" in done.stdout, done.stdout + done.stderr)


if __name__ == "__main__":
    FILE = scratch_file("file")
    launcher.report(launcher.cases_of(sys.modules[__name__]) + [
        ("rate-0", unusable(f"{FOLDER},0", r"--profile 0: needs a whole number of Hz from 1 to 100000")),
        ("rate-word", unusable(f"{FOLDER},often", r"--profile often: needs a whole number of Hz")),
        ("no-folder", unusable(",100", r"--profile ,100: needs the folder")),
        ("folder-empty", unusable("", r"--profile : needs the folder")),
        ("folder-is-file", unusable(FILE, r"--profile .*file: not a folder")),
        ("folder-nowhere", unusable("/proc/nowhere", r"--profile /proc/nowhere: "))])
