#!/usr/bin/python3
"""A machine without share and console device: the launcher's own command line, less these devices."""
import os
import shlex
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRATCH = os.path.join(ROOT, "build", "tests", "share", "absent")
DEVICES = ("virtio-9p-device", "virtserialport", "virtio-serial-device")


def launcher(*options):
    return subprocess.run(["scripts/run", "--run-dir", SCRATCH, *options, "tests/share/absent.c"], cwd=ROOT, timeout=120,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


def main():
    os.makedirs(SCRATCH, exist_ok=True)
    launcher()  # builds it
    shown = launcher("--dry-run")
    words = next(shlex.split(line) for line in (shown.stdout + shown.stderr).splitlines() if "qemu-system" in line)
    words = words[next(i for i, word in enumerate(words) if "qemu-system" in word):]
    kept = [word for before, word in zip([""] + words, words)
            if not (before == "-device" and word.startswith(DEVICES)) and word != "-device"]
    kept = [part for word in kept for part in (["-device", word] if word.startswith("virtio-blk") else [word])]
    result = subprocess.run(kept, cwd=ROOT, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, check=False)
    output = result.stdout + result.stderr
    good = result.returncode == 0 and "all as expected" in output
    print(output if not good else "", "\nTEST absent:", "OK" if good else f"FAIL exit status {result.returncode}")
    return 0 if good else 1


sys.exit(main())
