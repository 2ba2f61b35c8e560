#!/usr/bin/python3
"""scripts/simulate: the lab's figures through the real pager, profiles, both forms of traces, bad input."""
import json
import os
import random
import subprocess
import sys

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRATCH = os.environ.get("SCRATCH", os.path.join(ROOT, "build/tests/policies"))


def simulate(*words, status=0):
    """What it prints, as objects; or with another status its message."""
    done = subprocess.run([os.path.join(ROOT, "scripts/simulate"), *words], capture_output=True, text=True, check=False)
    assert done.returncode == status, (words, done.returncode, done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()] if status == 0 else done.stderr


def write_trace(name, lines):
    path = os.path.join(SCRATCH, name)
    with open(path, "w", encoding="ascii") as f:
        f.write("\n".join(lines) + "\n")
    return path


def lab(start):
    page, lines = start, ["# pages 512"]
    for _ in range(32):
        lines.append(f"w {page}")
        page += page % 23 + 1
    return write_trace(f"lab-{start}", lines)


def check_sums(row):
    assert row["prefetch_used"] + row["prefetch_wasted"] == row["prefetched"], row
    assert row["frames_peak"] <= row["frames"] and row["frames_leaked"] == 0, row
    assert row["faults"] == row["faults_major"] + row["faults_soft"] + row["faults_spurious"], row
    assert row["pages_read"] >= row["min_misses"] and row["bytes_read"] == 4096 * row["pages_read"], row


def test_lab():
    for start in range(1, 10):
        none, fit, automatic = simulate("--policy", "none,fit,auto", "--evict", "fifo", lab(start))
        for row in (none, fit, automatic):
            check_sums(row)
            assert row["written_back"] == 32, row
        assert none["faults"] == 32 and none["pages_read"] == 32, none
        assert fit["faults"] <= 6 and automatic["faults"] <= 6, (start, fit, automatic)
        assert fit["pages_read"] <= 51 and automatic["pages_read"] <= 51, (start, fit, automatic)


def test_profiles():
    for first, second in ((1, 1), (1, 4), (4, 9), (9, 9)):
        share = os.path.join(SCRATCH, f"share-{first}-{second}")
        os.makedirs(share, exist_ok=True)
        simulate("--share", share, "--policy", "replay", lab(first))
        row = simulate("--share", share, "--policy", "replay", lab(second))[0]
        assert row["faults"] <= (2 if first == second else 3), (first, second, row)


def test_forms():
    text = write_trace("forms", ["# pages 900", "# a comment", "r 0", "w 899", "r 5", "r 4", "w 899", "r 300"])
    packed = os.path.join(SCRATCH, "forms.packed")
    simulate("--pack", packed, text)
    a, b = simulate("--frames", "3", text, packed)
    a.pop("trace"), b.pop("trace")
    assert a == b and a["pages"] == 900 and a["accesses"] == 6, (a, b)
    assert simulate("--frames", "1%", packed)[0]["frames"] == 9
    with open(packed, "rb") as f:
        whole = f.read()
    for n in range(1, len(whole)):
        with open(packed, "wb") as f:
            f.write(whole[:n] + (b"\xff" * 12 if n % 2 else b""))
        done = subprocess.run([os.path.join(ROOT, "build/host/simulate"), packed], capture_output=True, text=True, check=False)
        assert done.returncode in (0, 2), (n, done)


def test_device_model():
    """Without prefetching the time is a sum: computing, and latency and transfer of each fault, one after the other."""
    device = ["--latency", "200", "--bandwidth", "256", "--policy", "none", "--frames", "50"]
    plain = write_trace("loop", [f"r {i % 100}" for i in range(2000)])
    timed = write_trace("loop-timed", [f"r {i % 100} {1000 + i % 3}" for i in range(2000)])
    packed = os.path.join(SCRATCH, "loop.packed")
    simulate("--pack", packed, timed)
    row, = simulate(*device, "--compute-ns", "500", plain)
    assert row["time_ns"] == 2000 * 500 + row["faults"] * (200000 + 16000) and row["stall_ns"] == row["time_ns"] - 1000000, row
    computed = sum(1000 + i % 3 for i in range(2000))
    for row in simulate(*device, timed, packed):
        assert row["time_ns"] == computed + row["faults"] * 216000, row
    assert simulate(plain)[0]["time_ns"] == 0
    # A batch of requests shares one latency if the queue is deep enough for all, and its transfers share one bus.
    strided = write_trace("strided", [f"r {7 * i}" for i in range(1000)])
    shallow, deep = (simulate("--latency", "100", "--bandwidth", "4096", "--policy", "stride", "--depth", depth, "--frames", "64",
                              strided)[0] for depth in ("1", "64"))
    assert shallow["io_reads"] == deep["io_reads"] and shallow["time_ns"] >= shallow["io_reads"] * 101000, (shallow, deep)
    assert deep["time_ns"] == deep["batches"] * 100000 + deep["pages_read"] * 1000, deep


def test_asynchronous():
    """
    Where the program computes, a fault waits for its own page alone, and dirty victims are written behind it. Compared with the same run
    without a clock for the program, where everything is waited for.
    """
    us = 1000
    device = ["--latency", "100", "--bandwidth", "20", "--evict", "lru", "--frames", "256"]
    walk = write_trace("walk", [f"r {i}" for i in range(2000)])
    waited, = simulate(*device, "--policy", "readahead", walk)
    behind, = simulate(*device, "--policy", "readahead", "--compute-ns", str(200 * us), walk)
    for row in (waited, behind):
        check_sums(row)
        assert row["pages_read"] == 2000, row
    assert waited["prefetch_late"] == 0 and behind["prefetch_late"] > 20, (waited, behind)
    # Reading and computing take 0.4 s each, and hide behind each other but for the first page of every window.
    assert waited["time_ns"] > 400000 * us and behind["time_ns"] < 0.6 * (waited["time_ns"] + 2000 * 200 * us), (waited, behind)

    device = ["--latency", "100", "--depth", "8", "--policy", "none", "--evict", "lru", "--frames", "64"]
    rewrite = write_trace("rewrite", [f"w {i % 500}" for i in range(4000)])
    waited, = simulate(*device, rewrite)
    behind, = simulate(*device, "--compute-ns", "1000", rewrite)
    for row in (waited, behind):
        check_sums(row)
        assert row["written_back"] == 4000 and 4000 - 64 <= row["evicted"] <= 4000 - 48 and row["bytes_written"] == 4096 * 4000, row
    # A fault that waits takes two latencies, one that writes behind little more than one.
    assert waited["time_ns"] >= 2 * 100 * us * (4000 - 64), waited
    assert behind["stall_ns"] <= 1.15 * 100 * us * 4000 and behind["time_ns"] < 0.6 * waited["time_ns"], (waited, behind)


def test_false_predictions_leave():
    """Runs that end early leave pages that nobody uses; a working set of nearly the whole pool gets their frames all the same."""
    runs = [f"r {100 * i + k}" for i in range(40) for k in range(3)]
    loop = [f"r {5000 + 7 * (i % 28)}" for i in range(28 * 60)]
    row, = simulate("--frames", "32", "--policy", "readahead", "--evict", "lru", write_trace("junk", runs + loop))
    check_sums(row)
    assert row["prefetched"] > 25 and row["faults"] <= len(runs) + 8 * 28, row


def test_old_predictions_make_way():
    """What was read far ahead, while the pages before it are gone through several times, keeps out neither those nor new predictions."""
    noise = random.Random(1)
    order = [60 * tile + i for tile in range(17) for _ in range(4) for i in range(60)]
    tiles = [f"r {noise.randrange(1024) if noise.random() < 0.01 else page}" for page in order]
    device = ["--frames", "128", "--latency", "200", "--bandwidth", "200", "--evict", "auto"]
    time = {name: simulate(*device, "--policy", name, write_trace("tiles", tiles))[0]["time_ns"] for name in ("readahead", "auto")}
    assert time["auto"] < 1.8 * time["readahead"], time


def test_learning_costs_no_reads():
    """To learn an order, pages are hidden: their A bits go, and the eviction policy must not take hot pages for forgotten ones."""
    noise = random.Random(4)
    hot = noise.choices(range(1000), [1 / (i + 1) ** 1.3 for i in range(1000)], k=10000)
    search = []
    for _ in range(1200):
        low, high, wanted = 0, 1023, noise.randrange(1024)
        while low <= high:
            search.append((low + high) // 2)
            if search[-1] == wanted:
                break
            low, high = (search[-1] + 1, high) if search[-1] < wanted else (low, search[-1] - 1)
    for name, pages, frames in (("hot", hot, "100"), ("search", search, "255")):
        trace = write_trace(name, [f"r {page}" for page in pages])
        reads = [simulate(*words, "--frames", frames, "--policy", "auto", trace)[0]["pages_read"] for words in ([], ["--learn"])]
        assert reads[1] <= 1.02 * reads[0], (name, reads)


def test_many_streams_in_step():
    """Each round of so many streams is a short run with one stride, which says nothing of the next round: the streams do."""
    for streams in (5, 6, 8, 10):
        trace = write_trace("in_step", [f"r {stream * 250 + i}" for i in range(200) for stream in range(streams)])
        faults = {name: simulate("--frames", "64", "--policy", name, trace)[0]["faults"] for name in ("auto", "streams")}
        assert faults["auto"] <= 1.1 * faults["streams"], (streams, faults)


def test_curves():
    out = os.path.join(SCRATCH, "Lea's curve")
    loop = write_trace("Lea's_loop", [f"r {i % 40}" for i in range(1200)])
    simulate("--sweep", out, "--frames", "50%,25%,100%", "--policy", "none", "--evict", "lru,mru", loop)
    with open(f"{out}.csv", encoding="ascii") as f:
        lines = [line.strip() for line in f]
    assert lines[0] == 'frames,"MIN","none, lru","none, mru"' and [line.split(",")[0] for line in lines[1:]] == ["10", "20", "40"], lines
    least, lru, mru = (float(x) for x in lines[2].split(",")[1:])
    assert lru == 1.0 and least <= mru < 0.6, lines
    with open(f"{out}.svg", encoding="utf-8") as f:
        drawn = f.read()
    assert "</svg>" in drawn and "Lea's_loop" in drawn.replace("&#39;", "'"), "the curve has not its trace's name"


def test_plan():
    """With the order declared, the time is the larger of computing and reading what does not fit."""
    device = ["--frames", "1500", "--latency", "100", "--bandwidth", "400", "--evict", "auto"]
    runs = [write_trace(f"plan-{n}", [f"r {i % 3000}" for i in range(3000 * n)]) for n in (2, 4)]
    for ns, least in ((1000, 1500 * 10240), (20000, 3000 * 20000)):
        short, long = (simulate("--plan", *device, "--compute-ns", str(ns), run)[0] for run in runs)
        token, read = (long["time_ns"] - short["time_ns"]) / 2, (long["pages_read"] - short["pages_read"]) / 2
        assert least <= token * 1.02 and token <= 1.08 * least and read <= 1.02 * 1500 + 16, (ns, token, least, read)


def test_repeats():
    trace = write_trace("repeats", [f"r {page * page % 4096}" for page in range(3000)])
    for policy in ("none", "readahead", "stride", "markov", "fit", "replay", "auto"):
        for evict in ("fifo", "clock", "lru", "mru", "random", "auto"):
            first, again = simulate("--frames", "64", "--policy", policy, "--evict", evict, trace, trace)
            check_sums(first)
            assert first == again, (policy, evict)


def test_bad_input():
    good = lab(1)
    for words in (["--frames", "1", good], ["--frames", "x", good], ["--policy", "nobody", good], ["--evict", "nobody", good],
                  ["--pages", "10", good], [os.path.join(SCRATCH, "missing")], [write_trace("words", ["x 3"])],
                  [write_trace("minus", ["r -3"])], [write_trace("large", ["r 99999999999"])], [write_trace("nothing", ["# none"])],
                  [write_trace("some-timed", ["r 1 5", "r 2"])], ["--depth", "0", good], ["--latency", "-1", good],
                  ["--policy", "", good], ["--frames", "5%%", good], ["--sweep", os.path.join(SCRATCH, "missing/curve"), good],
                  ["--pack", os.path.join(SCRATCH, "pack"), good, good], ["--frames", "25%", write_trace("half", ["r 1", "r"])]):
        message = simulate(*words, status=2)
        assert message.count("\n") == 1, (words, message)
    plan = "a plan needs --policy auto and --evict auto"
    for words, text in ((["--plan", "--evict", "lru", good], plan), (["--plan", "--policy", "none", good], plan), ([], "needs a TRACE"),
                        (["--plan", "--frames", "2", good], "too few frames for a plan"), ([SCRATCH], "Is a directory"),
                        (["--share", good, good], f"--share {good}: no such folder"), (["--frames", "0%", good], "--frames 0%: at least 2"),
                        (["--pack", "", good], "--pack: needs a value"), ([write_trace("part", ["r 1.5"])], "is needed in this line")):
        assert text in simulate(*words, status=2), (words, text)


def test_output():
    """A reader that has gone, or a full disk: one line at most, which names the file."""
    reader, gone = os.pipe()
    os.close(reader)
    words = [os.path.join(ROOT, "scripts/simulate"), "--frames", "4", lab(1)]
    done = subprocess.run(words, stdout=gone, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 141 and done.stderr == b"", done
    with open("/dev/full", "wb") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1 and done.stderr == b"scripts/simulate: stdout: No space left on device\n", done
    out = os.path.join(SCRATCH, "full")
    os.symlink("/dev/full", f"{out}.csv")
    done = subprocess.run([*words, "--sweep", out], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stderr == f"scripts/simulate: {out}.csv: No space left on device\n", done


def test_policy_help():
    """As scripts/run does it."""
    for option, name in (("--policy", "replay"), ("--evict", "clock")):
        done = subprocess.run([os.path.join(ROOT, "scripts/simulate"), option, "help"], capture_output=True, text=True, check=True)
        assert f"\n{name} " in done.stdout, done.stdout


def test_workload():
    """app/workload, and so scripts/bench --trace, reads what is recorded: both forms, with times and with the plan."""
    lines = ["# pages 40", "# a long" + " long" * 99 + " remark", "plan 1 4", "extent 0 40",
             "r 0 7", "w 39 70000", "at 5", "r 5 0", "choose 3 2", "end", "r 4 1"]
    text, packed = write_trace("recorded", lines), os.path.join(SCRATCH, "recorded.packed")
    simulate("--pack", packed, text)
    for trace in (text, packed):
        assert [line.split()[1] for line in list_trace(trace).stdout.splitlines()[1:]] == ["0", "39", "5", "4"], trace
    with open(packed, "r+b") as f:
        f.truncate(os.path.getsize(packed) - 1)
    for bad, why in ((packed, "cut short, or no trace"), (write_trace("seven", ["r 7", "r seven"]), ":2: 'r PAGE'")):
        done = list_trace(bad)
        assert done.returncode == 2 and why in done.stderr, (bad, done)


def list_trace(trace):
    sys.path.insert(0, os.path.join(ROOT, "scripts"))
    from benchlib import faults
    return subprocess.run([faults.host_workload(), "--trace", trace, "--list"], capture_output=True, text=True, check=False)


def test_no_accesses():
    trace = write_trace("plan-only", ["plan 1 0", "extent 0 40"])
    rows = simulate("--frames", "8,50%", trace)
    assert [row["frames"] for row in rows] == [8, 20] and rows[0]["accesses"] == 0 and rows[0]["hit_rate"] == 1, rows


def test_unknown_policy():
    for words, names in ((["--policy", "none,foo", "--evict", "lru"], "none readahead stride streams markov fit replay auto"),
                         (["--evict", "foo"], "fifo clock lru mru random auto")):
        message = simulate("--frames", "4,8,16", *words, lab(1), status=2)
        assert message == f"simulate: {words[0]} foo: no such policy; one of {names}\n", message


def test_through_a_link():
    for script, words in (("simulate", ["--policy", "help"]), ("chat.py", ["--model", "models/stories-gpt2.gguf", "-n", "1", "One"])):
        link = os.path.join(SCRATCH, f"link-to-{script}")
        if not os.path.lexists(link):
            os.symlink(os.path.join(ROOT, "scripts", script), link)
        done = subprocess.run([link, *words], capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.returncode == 0 and done.stdout, (script, done.returncode, done.stderr)


def main():
    for name, test in sorted(globals().items()):
        if name.startswith("test_"):
            test()
            print(f"TEST {name[5:].replace('_', '-')}: OK", flush=True)


if __name__ == "__main__":
    main()
