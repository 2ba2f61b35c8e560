#!/usr/bin/python3
"""What docs/costs.md says that a fault and a further page cost is still so: app/costs, within a few instructions."""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRATCH = os.environ.get("SCRATCH", os.path.join(ROOT, "build/tests/bench"))
MOST = {"soft_fault": 300, "device_fault": 2150, "further_page_neighbour": 270, "further_page_scattered": 730}


def main():
    model = os.path.join(SCRATCH, "model")
    with open(model, "wb") as f:
        f.truncate(16 << 20)
    words = [os.path.join(ROOT, "scripts/run"), "--icount", "--run-dir", SCRATCH, "--timeout", "120", "--frames", "256", "--evict", "fifo",
             "--model", model, "costs"]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    costs = {line.split()[0]: int(line.split()[1]) for line in done.stdout.splitlines()}
    assert costs.keys() == MOST.keys(), done.stdout
    for name, cost in costs.items():
        print(f"TEST {name}: {'OK' if cost <= MOST[name] else 'FAIL'} {cost} instructions, at most {MOST[name]}")
    return any(cost > MOST[name] for name, cost in costs.items())


if __name__ == "__main__":
    sys.exit(main())
