#!/usr/bin/python3
# timeout: 600
"""Guest and simulator count the same: app/workload's patterns under several policies, caps and kinds of access."""
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRATCH = os.environ.get("SCRATCH", os.path.join(ROOT, "build/tests/policies"))

SAME = ["frames", "policy", "evict", "faults", "faults_major", "faults_soft", "faults_spurious", "prefetched", "prefetch_used",
        "prefetch_late", "prefetch_wasted", "evicted", "written_back", "bytes_read", "bytes_written", "io_reads", "io_writes",
        "batches", "ptes_installed", "frames_peak", "frames_leaked"]

# arguments of app/workload, frames, prefetch policy, eviction policy
CASES = [
    (["--pattern", "lab", "--write", "--seed", "0"], 16, "fit", "fifo"),
    (["--pattern", "lab", "--write", "--seed", "5"], 16, "auto", "auto"),
    (["--pattern", "cyclic", "--pages", "96", "--passes", "3"], 64, "readahead", "auto"),
    (["--pattern", "cyclic", "--pages", "96", "--passes", "3", "--write"], 64, "replay", "clock"),
    (["--pattern", "column", "--pages", "512", "--columns", "16", "--passes", "1"], 32, "stride", "lru"),
    (["--pattern", "powerlaw", "--pages", "512", "--accesses", "1024"], 48, "auto", "auto"),
    (["--pattern", "powerlaw", "--pages", "512", "--accesses", "1024", "--write"], 48, "markov", "mru"),
    (["--pattern", "threads", "--pages", "512", "--accesses", "1500", "--noise", "5"], 32, "replay", "auto"),
    (["--pattern", "random", "--pages", "512", "--accesses", "512", "--write"], 24, "none", "random"),
]


def guest(args, frames, policy, evict):
    stats = os.path.join(SCRATCH, "stats.json")
    share = os.path.join(SCRATCH, "files")
    subprocess.run(["rm", "-rf", share], check=True)
    os.makedirs(share)
    done = subprocess.run([os.path.join(ROOT, "scripts/run"), "--icount", "--files", share, "--stats", stats, "--frames", str(frames),
                           "--policy", policy, "--evict", evict, "workload", "--", *args], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    with open(stats, encoding="utf-8") as f:
        return json.load(f)


def test_trace(workload):
    """--trace records the very order in which the program touched its pages: compared in the compact form, byte by byte."""
    args = ["--pattern", "threads", "--pages", "512", "--accesses", "1000", "--seed", "3"]
    text, recorded, packed = (os.path.join(SCRATCH, name) for name in ("listed", "recorded", "packed"))
    with open(text, "w", encoding="ascii") as f:
        subprocess.run([workload, *args, "--list"], stdout=f, check=True)
    subprocess.run([os.path.join(ROOT, "scripts/simulate"), "--pack", packed, text], check=True)
    os.makedirs(os.path.join(SCRATCH, "files"), exist_ok=True)
    done = subprocess.run([os.path.join(ROOT, "scripts/run"), "--files", os.path.join(SCRATCH, "files"), "--trace", recorded, "workload",
                           "--", *args], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    with open(recorded, "rb") as a, open(packed, "rb") as b:
        same = a.read() == b.read()
    print(f"TEST trace: {'OK' if same else 'FAIL the order is another'}", flush=True)


def main():
    workload = os.path.join(SCRATCH, "workload")
    folder = os.path.join(ROOT, "app/workload")
    sources = sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".c"))
    subprocess.run(["gcc", "-O1", "-o", workload, *sources, "-lm"], check=True)
    test_trace(workload)
    for args, frames, policy, evict in CASES:
        trace = os.path.join(SCRATCH, "trace")
        with open(trace, "w", encoding="ascii") as f:
            subprocess.run([workload, *args, "--list"], stdout=f, check=True)
        words = [os.path.join(ROOT, "scripts/simulate"), "--frames", str(frames), "--policy", policy, "--evict", evict, trace]
        simulated = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
        counted = guest(args, frames, policy, evict)
        name = f"{args[1]}-{policy}-{evict}-{'write' if '--write' in args else 'read'}"
        different = [f"{key} {counted[key]} in the guest, {simulated[key]} simulated" for key in SAME if counted[key] != simulated[key]]
        print(f"TEST {name}: " + (f"FAIL {'; '.join(different)}" if different else "OK"), flush=True)


if __name__ == "__main__":
    main()
