"""What a token costs in the steady state, for scripts/bench-cliff and scripts/bench-linux."""
import math
import sys
import time
from statistics import median

from . import guest

PAGE = 4096
ARGUMENTS = ["-p", "once upon a time", "--temp", "0", "--ignore-eos"]
COSTS = ("seconds", "bytes", "faults", "major", "stall")  # of a token
AFTER = 3             # tokens of the shorter run: the steady state begins after two
ENOUGH = 1.5          # seconds that the longer run should have more: short enough to wait for, long enough to measure
FEWEST, MOST = 4, 64  # tokens that it has more


def longer(seconds):
    """Tokens of the longer run, where a token is expected to take that long."""
    return AFTER + min(max(round(ENOUGH / max(seconds, 1e-6)), FEWEST), MOST)


def difference(few, many, more):
    """A token costs what a longer run has more than a shorter one, over the tokens that it has more."""
    return {key: (many[key] - few[key]) / more for key in COSTS}


def arguments(tokens, harts=1):
    """The program's, the model aside."""
    return [*ARGUMENTS, "-t", str(harts), "-n", str(tokens)]


def bower(model, frames, disk, many, harts=1, options=(), words=()):
    """(costs of a token on Bower, text); options are the launcher's, words the program's.

    Time is that of the whole program: what comes before the tokens is in both runs.
    """
    launcher = ["--model", model.path, "--frames", str(frames), "--mem", f"{guest.machine_mib(model.path)}M",
                "--harts", str(harts), *options]
    launcher += ["--throttle", str(disk)] if disk else []
    runs = []
    for tokens in (AFTER, many):
        text, _, counters = guest.execute("llm", launcher, [*arguments(tokens, harts), *words])
        runs.append({"seconds": counters["time_ns"] / 1e9, "bytes": counters["bytes_read"], "faults": counters["faults"],
                     "major": counters["faults_major"], "stall": counters["stall_ns"] / 1e9})
    return difference(*runs, many - AFTER), text


def per_second(seconds):
    """Tokens a second; not a number where the host was so busy that the shorter run took longer."""
    return 1 / seconds if seconds > 0 else math.nan


def medians(samples):
    """One cost out of several, key by key."""
    return {key: median(sample[key] for sample in samples) for key in COSTS}


def roofline(model_costs, disk_bytes_per_s):
    """Seconds of a token where reading hides behind computing: (computing, bytes that must be read) and the disk's speed."""
    computing, must_read = model_costs
    return max(computing, must_read / disk_bytes_per_s)


class Progress:
    """How far a long measurement is, on stderr: one line that changes on a terminal, a line now and then in a file."""
    EVERY = 20  # seconds

    def __init__(self, name, total):
        self.name, self.total, self.done, self.start, self.last = name, total, 0, time.monotonic(), -self.EVERY

    def step(self, what):
        self.done += 1
        passed = time.monotonic() - self.start
        if sys.stderr.isatty():
            print(f"\r\033[K{self.name}: {self.done} of {self.total}, {what}", end="", file=sys.stderr, flush=True)
        elif passed - self.last >= self.EVERY or self.done == self.total:
            self.last = passed
            print(f"{self.name}: {self.done} of {self.total}, {what}, {passed:.0f} s", file=sys.stderr, flush=True)

    def end(self):
        if sys.stderr.isatty():
            print(file=sys.stderr)


def disk_name(disk):
    return f"{disk} MB/s" if disk else "unthrottled"
