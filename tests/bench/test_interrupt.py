#!/usr/bin/python3
"""Ctrl-C ends a script that measures: what runs is ended, what has not begun never begins, and nothing is said of it."""
import os
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "reference"))

from checks import Results  # noqa: E402


def interrupted(script, *words):
    """As a terminal does it: all of its processes get the signal, as soon as the script has shown some progress."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([os.path.join(ROOT, "scripts", script), *words, "--out", folder], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT, start_new_session=True,
                                   preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
        said = b""
        while not said.endswith(b" runs"):
            byte = process.stderr.read(1)
            assert byte, f"it ended: {said}"
            said += byte
        os.killpg(process.pid, signal.SIGINT)
        try:
            rest = process.communicate(timeout=60)[1]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise AssertionError("it goes on") from None
    assert process.returncode == 130 and b"Traceback" not in rest, f"status {process.returncode}: {rest[-300:]}"


def main():
    results = Results()
    results.check("bench", interrupted, "bench", "--quick")
    results.check("study", interrupted, "study")
    return results.status()


if __name__ == "__main__":
    sys.exit(main())
