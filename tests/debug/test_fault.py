#!/usr/bin/python3
"""Steps one fault of app/bower under gdb, from the trap to the sret, and checks the page-table entry before and after.

Without --icount: QEMU's gdb stub and an instruction-counting clock with sleep=off do not go together (QEMU 7.2 hangs).
"""
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SECONDS = 180


def session():
    """What gdb printed."""
    with tempfile.TemporaryDirectory() as folder:
        share = os.path.join(folder, "share")
        os.mkdir(share)
        command = [os.path.join(ROOT, "scripts/debug"), "--batch", os.path.join(HERE, "fault.gdb"), "--files", share,
                   "--run-dir", folder, "--timeout", str(SECONDS), "--policy", "fit", "bower", "--", "--seed", "1"]
        result = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, timeout=SECONDS + 30)
        return result.stdout.decode(errors="replace")


def part(text, name, following):
    """The lines between two of the script's echoes."""
    match = re.search(rf"^{name}$(.*?)^{following}$", text, re.S | re.M)
    return match.group(1) if match else ""


def main():
    text = session()
    before, predict = part(text, "BEFORE", "PREDICT"), part(text, "PREDICT", "INSTALL")
    install, after = part(text, "INSTALL", "AFTER"), part(text, "AFTER", "RETURN")
    ending = part(text, "SRET", "RESUMED")
    resumed = text.split("RESUMED\n")[-1]
    sepc = re.search(r"= (0x[0-9a-f]+)", ending)
    checks = {
        "the page is absent before": "not mapped" in before and "page 2: ABSENT" in before,
        "handle_one_fault asks predict_prefetch_pages": "predict_prefetch_pages" in predict and "handle_one_fault" in predict,
        "the completion installs through map_batched": "map_batched" in install and "finish_read" in install,
        "one leaf is installed": re.search(r"^\$\d+ = 1$", install, re.M) is not None,
        "the entry is valid, readable, writable, accessed": "VRW---A-" in after,
        "the page is resident after": "page 2: RESIDENT" in after,
        "bower-faults shows the batch": "pages [2] requests 1" in text,
        "the fault ends in sret": "sret" in ending,
        "the instruction runs again": bool(sepc) and sepc.group(1) in resumed,
    }
    for name, good in checks.items():
        print(f"TEST debug/{name.replace(' ', '_')}: {'OK' if good else 'FAIL'}")
    if not all(checks.values()):
        print(text, file=sys.stderr)
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
