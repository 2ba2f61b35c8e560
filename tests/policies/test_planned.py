#!/usr/bin/python3
"""Guest and simulator count the same with a plan, too: the trace carries what the program declared and how it moved its cursor;
and with one that the pager learns.

One hart, --icount: faults of each kind, pages read ahead, used and wasted, evictions and requests are the same to the last one, at
caps from a twentieth of the pages to nearly all.
"""
import json
import os
import random
import subprocess
import sys

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRATCH = os.environ.get("SCRATCH", os.path.join(ROOT, "build/tests/policies"))

SAME = ["frames", "policy", "evict", "faults", "faults_major", "faults_soft", "faults_spurious", "prefetched", "prefetch_used",
        "prefetch_late", "prefetch_wasted", "plan_pages", "plan_missed", "evicted", "written_back", "io_reads", "batches", "ptes_installed",
        "frames_peak", "frames_leaked"]


def guest(options, program):
    share = os.path.join(SCRATCH, "files")
    subprocess.run(["rm", "-rf", share], check=True)
    os.makedirs(share)
    done = subprocess.run([os.path.join(ROOT, "scripts/run"), "--icount", "--files", share, *options, *program], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def compare(name, model, program, caps, learn=(), but=()):
    """Records a trace, then runs guest and simulator at each cap; some counters may differ."""
    trace, stats = (os.path.join(SCRATCH, f) for f in ("planned.trace", "stats.json"))
    said = guest(["--model", model, "--trace", trace], program)
    for frames in caps:
        again = guest([*learn, "--model", model, "--frames", str(frames), "--stats", stats], program)
        with open(stats, encoding="utf-8") as f:
            counted = json.load(f)
        words = [os.path.join(ROOT, "scripts/simulate"), *learn, "--frames", str(frames), trace]
        simulated = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
        different = [f"{key} {counted[key]} in the guest, {simulated[key]} simulated" for key in SAME
                     if key not in but and counted[key] != simulated[key]]
        if again != said or counted["plan_pages"] == 0:
            different.append("the program says something else" if again != said else "there was no plan")
        print(f"TEST {name}-{frames}: " + (f"FAIL {'; '.join(different)}" if different else "OK"), flush=True)
    return trace


def test_forms(trace):
    """Packed, written as text and packed again: the same; and any part of it is refused or played, never more."""
    text, packed, again = (os.path.join(SCRATCH, f) for f in ("planned.text", "planned.packed", "planned.again"))
    with open(text, "w", encoding="ascii") as f:
        f.write("# pages 96\nplan 3 2\nextent 32 32\nsome 90 6\nextent 0 32\nr 1\nr 90\nat 40\nchoose 91 2\nw 40\nr 41\nend\nr 2\n")
    simulate = os.path.join(ROOT, "scripts/simulate")
    subprocess.run([simulate, "--pack", packed, text], check=True)
    subprocess.run([simulate, "--pack", again, packed], check=True)
    with open(packed, "rb") as a, open(again, "rb") as b:
        bytes_once, bytes_twice = a.read(), b.read()
    played = [json.loads(subprocess.run([simulate, "--frames", "24", t], capture_output=True, text=True, check=True).stdout)
              for t in (text, packed)]
    for row in played:
        row.pop("trace")
    good = bytes_once == bytes_twice and played[0] == played[1] and played[0]["plan_pages"] > 0
    program = os.path.join(ROOT, "build/host/simulate")
    random.seed(7)
    with open(trace, "rb") as f:
        whole = f.read()
    for source in (bytes_once, whole):
        for _ in range(60):
            part = bytearray(source[:random.randrange(len(source))])
            for _ in range(random.randrange(3) if len(part) > 8 else 0):
                part[random.randrange(8, len(part))] = random.randrange(256)
            with open(again, "wb") as f:
                f.write(part)
            good &= subprocess.run([program, "--frames", "24", again], capture_output=True, check=False).returncode in (0, 2)
    for line in ("plan 4 0", "extent 1 1", "at -1", "choose 1", "plan 1 1\nextent 1 0", "some 2 2"):
        with open(text, "w", encoding="ascii") as f:
            f.write(f"r 1\n{line}\n")
        good &= subprocess.run([program, text], capture_output=True, check=False).returncode == 2
    print(f"TEST forms: {'OK' if good else 'FAIL'}", flush=True)


def main():
    os.makedirs(SCRATCH, exist_ok=True)
    model = os.path.join(SCRATCH, "planned.bin")
    with open(model, "wb") as f:
        f.write(random.Random(1).randbytes(512 * 4096))
    trace = compare("kinds", model, [os.path.join(ROOT, "tests/policies/planned.c")], [24, 100, 300, 500])
    test_forms(trace)
    compare("learned", model, [os.path.join(ROOT, "tests/policies/planned.c"), "--", "learnable"], [60, 200, 380], ("--learn",))
    compare("mappings", model, [os.path.join(ROOT, "tests/policies/planned.c"), "--", "mappings"], [24],
            but=("evicted", "frames_peak"))  # in the trace, pages of a mapping that went stay behind
    llm = os.path.join(ROOT, "models/stories-gpt2.gguf")
    compare("llm", llm, ["llm", "--", "-p", "Once", "-n", "4", "--temp", "0"], [50, 300, 1000])
    compare("llm-learned", llm, ["llm", "--", "-p", "Once", "-n", "4", "--temp", "0", "--no-plan"], [50, 136, 680, 1224], ("--learn",))


if __name__ == "__main__":
    main()
