"""Runs of the guest for measurements: one program, its options, its counters."""
import json
import os
import shutil
import subprocess
import tempfile

MIB = 1 << 20
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Failed(Exception):
    """A run of the guest that did not end with status 0."""


def machine_mib(model):
    """MiB of the machine that runs a model file, at every cap and on every system: room for it resident, with its keys and values."""
    return max(512, -(-os.path.getsize(model) // MIB) + 256)


def execute(app, launcher_options, args, files=None):
    """Boots app and returns (stdout, stderr, counters). files: the share to use; else an empty one for this run."""
    scratch = tempfile.mkdtemp(prefix="bench-", dir=os.path.join(ROOT, "build"))
    share = files or os.path.join(scratch, "share")
    os.makedirs(share, exist_ok=True)
    stats = os.path.join(scratch, "stats.json")
    command = [os.path.join(ROOT, "scripts/run"), "--files", share, "--stats", stats, "--run-dir", scratch,
               "--timeout", "300", *launcher_options, app, "--", *args]
    try:
        result = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
        if result.returncode != 0:
            raise Failed(f"{' '.join(command)}: status {result.returncode}\n{result.stderr}")
        with open(stats) as f:
            return result.stdout, result.stderr, json.load(f)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def run(app, launcher_options, args, files=None):
    """The same under --icount: (stdout, counters)."""
    out, _, counters = execute(app, ["--icount", *launcher_options], args, files)
    return out, counters


def build(app):
    """Builds app once, so that runs side by side find it ready. (Booting it is the one way to have it built; --help is short.)"""
    run(app, [], ["--help"])


def policies(option):
    """The names that --policy or --evict takes."""
    out = subprocess.run([os.path.join(ROOT, "scripts/run"), option, "help"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [line.split()[0] for line in out.stdout.splitlines() if line.strip()]
