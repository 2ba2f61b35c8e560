#!/usr/bin/python3
"""What a multiply-add of a matrix product costs: app/kernels, in instructions, of which --icount's clock counts one a nanosecond."""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Two in a hundred above what they were last: F32 in 17.8, where an index for each weight once made it 23.8.
MOST = {"F32": 18.2, "F16": 18.2, "BF16": 19.8, "Q8_0": 3.9, "Q4_0": 4.0, "Q4_K": 5.1, "Q6_K": 5.7}


def main():
    run = [os.path.join(ROOT, "scripts", "run"), "--icount", "kernels", "--", "1"]
    refused = subprocess.run([*run[:-1], "some"], capture_output=True, text=True, check=False)
    named = refused.returncode == 2 and "kernels: some: needs a number of rounds" in refused.stderr and not refused.stdout
    print("TEST rounds:", "OK" if named else f"FAIL {refused}")
    lines = subprocess.run(run, capture_output=True, text=True, check=True).stdout.splitlines()
    costs = {name: 1000 / float(millions) for name, millions in map(str.split, lines)}
    for name, most in MOST.items():
        print(f"TEST {name}: {'OK' if costs[name] <= most else 'FAIL'} {costs[name]:.1f} instructions, at most {most}")
    return not named or any(costs[name] > most for name, most in MOST.items())


sys.exit(main())
