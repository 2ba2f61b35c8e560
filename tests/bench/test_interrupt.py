#!/usr/bin/python3
"""Ctrl-C ends a script that measures: what runs is ended, what has not begun never begins, and nothing is said of it."""
import faulthandler
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "reference"))

from checks import Results  # noqa: E402, puts scripts/ on the path
import parallel  # noqa: E402


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


def at_any_moment(ways=2000, jobs=40, seconds=0.0002):
    """Whatever the signal comes into: it is raised once, behind the last job. (What hangs ends the test, with a traceback.)"""
    signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
    seed = random.randrange(1 << 32)
    rng = random.Random(seed)
    raised = 0
    for turn in range(ways):
        faulthandler.dump_traceback_later(60, exit=True)
        running = set()

        def job(number):
            running.add(number)  # pylint: disable=cell-var-from-loop
            time.sleep(seconds)
            running.remove(number)  # pylint: disable=cell-var-from-loop

        try:
            signal.setitimer(signal.ITIMER_REAL, rng.uniform(seconds, jobs * seconds / 2))
            for _ in parallel.each(job, range(jobs)) if turn % 2 else parallel.as_they_end(job, range(jobs), None):
                pass
            signal.setitimer(signal.ITIMER_REAL, 0)
        except KeyboardInterrupt:
            raised += 1
        assert not running, f"seed {seed}, turn {turn}: {len(running)} jobs still run"
    faulthandler.cancel_dump_traceback_later()
    assert raised > ways // 2, f"seed {seed}: raised {raised} times of {ways}"


def main():
    results = Results()
    results.check("bench", interrupted, "bench", "--quick")
    results.check("study", interrupted, "study")
    results.check("at-any-moment", at_any_moment)
    return results.status()


if __name__ == "__main__":
    sys.exit(main())
