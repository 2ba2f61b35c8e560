#!/usr/bin/python3
"""The share on a file system that is full: a tmpfs of 1 MiB in a mount namespace of our own."""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRATCH = os.path.join(ROOT, "build", "tests", "share", "full")
UNSHARE = ["unshare", "--user", "--map-root-user", "--mount"]


def main():
    share = os.path.join(SCRATCH, "files")
    os.makedirs(share, exist_ok=True)
    mount = f'mount -t tmpfs -o size=1m none "{share}"'
    if subprocess.run([*UNSHARE, "sh", "-c", mount], capture_output=True, check=False).returncode != 0:
        print("TEST full: SKIP no mount namespaces for users here")
        return 0
    run = f'{mount} && scripts/run --run-dir "{SCRATCH}" --timeout 60 --files "{share}" tests/share/full.c && cat "{share}/kept"'
    result = subprocess.run([*UNSHARE, "sh", "-c", run], cwd=ROOT, capture_output=True, check=False, timeout=100)
    print(result.stderr.decode(errors="replace"))
    good = result.returncode == 0 and result.stdout == b"kept"
    print("TEST full: OK" if good else f"TEST full: FAIL exit status {result.returncode}, {result.stdout[-80:]}")
    return 0 if good else 1


sys.exit(main())
