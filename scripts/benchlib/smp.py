"""The table of scripts/bench-smp."""
import os
import re
import sys
from statistics import median

import parallel

from . import guest, llm_models, steady, tables

HARTS, CAPS = (1, 2, 4), (100, 25)  # percent of the file's pages
PAIR = "pair"  # in place of a number of harts: two machines of one hart at the same time, which is what the host can give
WORK = re.compile(r"work (\d+) multiply-adds, (\d+) workers, the busiest did ([\d.]+) of its share")
GUESTS = os.path.join(guest.ROOT, "tests", "guest")
SPEED = re.compile(r"generated \d+ tokens, ([\d.]+) tokens/s")
TOKENS = 33


def load():
    return f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"


def seconds(model, cap, harts):
    """(seconds of a token, text), by the program's own clock: loading the model and the prompt are not in it."""
    frames = model.pages if cap == 100 else model.pages * cap // 100
    launcher = ["--model", model.path, "--frames", str(frames), "--mem", f"{guest.machine_mib(model.path)}M", "--harts",
                str(harts)]
    text, said, _ = guest.execute("llm", launcher, steady.arguments(TOKENS, harts))
    return 1 / float(SPEED.search(said)[1]), text


def seconds_of_pair(model, cap):
    """(seconds of a token of both together, text)"""
    (one, text), (other, same) = parallel.each(lambda _: seconds(model, cap, 1), range(2), threads=2)
    assert same == text, f"cap {cap}%, two machines: another text"
    return 1 / (1 / one + 1 / other), text


def rounds(model, count):
    """{(cap, harts): [seconds of a token, ...]}; AssertionError where a way writes another text."""
    times, reference = {}, None
    for turn in range(count):
        for cap in CAPS:
            for harts in (*HARTS, PAIR):
                what = "two machines of 1 hart" if harts == PAIR else f"{harts} harts"
                print(f"bench-smp: round {turn + 1} of {count}: cap {cap}%, {what} (load {load()})", file=sys.stderr, flush=True)
                each, text = seconds_of_pair(model, cap) if harts == PAIR else seconds(model, cap, harts)
                reference = text if reference is None else reference
                assert text == reference, f"cap {cap}%, {harts} harts: another text"
                times.setdefault((cap, harts), []).append(each)
    return times


def imbalance(threads):
    """Of the busiest of so many workers, in equal shares: counted, so one hart will do."""
    path = next(m for m in sorted(os.listdir(os.path.join(guest.ROOT, "models"))) if m.endswith(".gguf"))
    launcher = ["--icount", "--harts", "1", "--model", os.path.join(guest.ROOT, "models", path), "--frames", "100%"]
    _, said, _ = guest.execute("llm", launcher, [*steady.arguments(8, threads), "--work"])
    return float(WORK.search(said)[3])


def instructions(program, pattern):
    """What a guest test of that name prints."""
    out, _, _ = guest.execute(os.path.join(GUESTS, program), ["--icount", "--harts", "1"], [])
    return int(re.search(pattern + r": (\d+) instructions", out)[1])


def ratio(times, cap, harts, base=1):
    """Speed at `harts` to that at `base`: the median of the rounds' ratios."""
    return median(one / many for one, many in zip(times[cap, base], times[cap, harts]))


def figures(times):
    """[(what, to reach, measured, reached?)]"""
    def speed(what, wanted, cap, harts, base=1):
        got = ratio(times, cap, harts, base)
        return (what, f">= {wanted}", f"{got:.2f}", got >= wanted)

    busiest = imbalance(4)
    switch, mutex = instructions("thread_switch.c", "context switch"), instructions("thread_cost.c", "mutex lock and unlock")
    return [speed("2 harts to 1, every page resident", 1.9, 100, 2), speed("2 harts to 1, cap of 25%", 1.8, 25, 2),
            speed("4 harts to 2, every page resident", 1.0, 100, 4, 2), speed("4 harts to 2, cap of 25%", 1.0, 25, 4, 2),
            ("busiest of 4 workers, in quarters of the multiply-adds", "<= 1.05", f"{busiest:.4f}", busiest <= 1.05),
            ("context switch, instructions", "<= 200", str(switch), switch <= 200),
            ("mutex lock and unlock, instructions", "<= 40", str(mutex), mutex <= 40)]


def run(options):
    model = llm_models.Model(options.model or llm_models.synthetic(), 3, TOKENS)
    before = load()
    times = rounds(model, 1 if options.quick else options.rounds)
    table = figures(times)
    after = load()
    tables.write_json(options.out, "smp", {
        "model": model.name, "load": [before, after],
        "seconds": [{"cap_percent": cap, "harts": harts, "rounds": each} for (cap, harts), each in times.items()],
        "figures": [dict(zip(("what", "to_reach", "measured", "reached"), row)) for row in table]})
    print(f"{model.name}: tokens a second, medians of {len(times[100, 1])} rounds; load of the host {before} before, {after} after")
    for cap in CAPS:
        print(f"  cap {cap:>3}%: " + ", ".join(f"{harts} harts {1 / median(times[cap, harts]):.2f}" for harts in HARTS)
              + f"; two machines of 1 hart side by side {1 / median(times[cap, PAIR]):.2f}, {ratio(times, cap, PAIR):.2f} times one")
    print(f"\n{'figure':<60}{'to reach':>10}{'measured':>12}")
    for what, wanted, measured, reached in table:
        print(f"{what:<60}{wanted:>10}{measured:>12}  {'reached' if reached else 'NOT reached'}")
    print("beside Linux 6.1, run.c with OpenMP: scripts/bench-linux --resident --run-c path/to/llama2.c/run.c")
    return 0
