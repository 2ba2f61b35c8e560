#!/usr/bin/python3
"""scripts/bench-linux without its kernel: options, initramfs, job, what the console says, tables and plots of recorded rows,
and the programs of scripts/linux built for the host."""
import argparse
import glob
import math
import os
import re
import subprocess
import sys
import tempfile
import types

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "infer"), os.path.join(HERE, "..", "..", "scripts")]

from hosttools import ROOT, SANITIZED, SANITIZERS, WARNINGS, Results, compile_program  # noqa: E402

from benchlib import linux, linux_build, linux_guest, linux_harts, linux_plots, steady  # noqa: E402
from launch import qemu  # noqa: E402

MODEL = os.path.join(ROOT, "models", "stories-gpt2.gguf")
ARGUMENTS = ["-m", MODEL, "-p", "once", "--temp", "0", "--ignore-eos", "-n", "12"]

UNUSABLE = [
    (["--caps", "0"], r"--caps 0: needs percentages from 1 to 1000"), (["--caps", "50,x"], r"--caps 50,x: "),
    (["--disks", "-5"], r"--disks"), (["--disks", "fast"], r"needs MB/s \(0: not throttled\) from 0 to 100000"),
    (["--repeat", "0"], r"needs a whole number from 1 to 99"), (["--harts", "two"], r"--harts two: "),
    (["--model", "/no/such.gguf", "--dry-run"], r"--model /no/such.gguf: no such file"),
    (["--run-c", MODEL, "--dry-run"], r"--run-c: needs --resident"),
    (["--resident", "--run-c", "/no/run.c"], r"--run-c /no/run.c: no such file"), (["--out", MODEL], r"--out .*gguf: needs a folder"),
    (["--resident", "--caps", "50"], r"--resident: takes no --caps"),
]


def bench(*words):
    return subprocess.run([os.path.join(ROOT, "scripts", "bench-linux"), *words], capture_output=True, text=True, cwd=ROOT,
                          stdin=subprocess.DEVNULL, timeout=100)


def options():
    for words, pattern in UNUSABLE:
        done = bench(*words)
        assert done.returncode == 2 and re.search(pattern, done.stderr), f"{words}: {done.returncode} {done.stderr}"


def dry_run():
    lines = bench("--dry-run", "--repeat", "1").stdout.splitlines()
    assert len(lines) == 4 * len(linux.ways(argparse.Namespace(quick=False))), f"{len(lines)} cells"
    assert "mmap, LRU at 50%, 200 MB/s: llm mglru=0 read_ahead_kb=128" in lines, lines
    assert "MADV_SEQUENTIAL, LRU at 90%, unthrottled: llm-advice mglru=0 read_ahead_kb=128 ADVICE=sequential" in lines, lines
    assert "Bower at 90%, unthrottled: Bower" in lines, lines
    quick = bench("--dry-run", "--quick", "--caps", "75").stdout.splitlines()
    assert 0 < len(quick) < len(lines) / 4 and all(" at 75%, 200 MB/s" in line for line in quick), quick
    resident = bench("--dry-run", "--resident", "--repeat", "1").stdout.splitlines()
    assert resident == [f"{system}: llm, {harts} harts, every page resident" for harts in (1, 2) for system in ("Linux", "Bower")]


def members(data):
    """{name: (mode, content)} of a cpio archive of the newc format, read by the rules of its description."""
    found, at = {}, 0
    while True:
        assert data[at:at + 6] == b"070701", f"no magic at {at}"
        fields = [int(data[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
        name = data[at + 110:at + 110 + fields[11] - 1].decode()
        start = at + -(-(110 + fields[11]) // 4) * 4
        at = start + -(-fields[6] // 4) * 4
        if name == "TRAILER!!!":
            return found
        found[name] = (fields[1], data[start:start + fields[6]])


def initramfs():
    job = linux_guest.job_text({"mglru": 1, "read_ahead_kb": 4096}, {"a": ["/llm", "-p", "two words"], "b": ["/llm"]}, 7, ["X=1 2"])
    assert job == ("mglru 1\nread_ahead_kb 4096\ncap_pages 7\nenv X=1 2\narg /llm\narg -p\narg two words\nrun a\narg /llm\nrun b\n"), job
    with open(MODEL, "rb") as file:
        content = file.read()
    found = members(linux_guest.archive({"init": MODEL, "odd": __file__}, job))
    assert found["init"] == (0o100755, content) and found["job"] == (0o100644, job.encode()), "contents"
    assert found["dev/console"][0] == 0o020600 and found["sys"][0] == 0o040755, "modes"


def fairness():
    """No run that counts is a boot's first, and programs are compiled alike for both systems."""
    runs = linux_guest.two_runs(3, 27, lambda tokens: [str(tokens)])
    assert list(runs.values()) == [["3"], ["3"], ["27"]] and list(runs)[1:] == ["few", "many"], runs
    with open(os.path.join(ROOT, "Makefile")) as file:
        ours = re.search(r"^APP_COMPILE = (.*?[^\\])$", file.read(), re.M | re.S).group(1).split()
    alone = set(linux_build.FLAGS) - set(ours)
    assert alone == {"-static", "-pthread"}, f"for Linux alone: {alone}"
    with open(os.path.join(ROOT, "app", "llm", "app.mk")) as file:
        assert f"CFLAGS += {' '.join(linux_build.EXACT)}\n" in file.read(), "the engine's flags"


def command_line():
    guest = linux_guest.Guest("/k", "/i", linux_guest.Disk("/a,b"), 512 << 20, 2, 200 * 10**6)
    text = " ".join(qemu.linux_command(guest))
    for part in ("-machine virt", "-smp 2 -m 512M", "-kernel /k -append console=ttyS0", "-initrd /i", "throttling.bps-total=200000000",
                 "file=/a,,b,format=raw", "read-only=on"):
        assert part in text, f"no {part} in {text}"


def console():
    with open(os.path.join(HERE, "console.txt")) as file:
        found = linux_guest.results(file.read().replace("\n", "\r\n"))
    assert list(found) == ["n3", "n7"] and found["n7"]["text"] == b"once\n" and found["n3"]["bytes"] == 50331648, found
    costs = [{"seconds": run["seconds"], "bytes": run["bytes"], "faults": run["major"] + run["minor"], "major": run["major"], "stall": 0}
             for run in found.values()]
    assert steady.difference(*costs, 4) == {"seconds": 0.5, "bytes": 2**24, "faults": 600, "major": 200, "stall": 0}
    assert math.isnan(steady.per_second(-0.1)) and steady.per_second(0.25) == 4
    assert steady.longer(10) == steady.AFTER + steady.FEWEST and steady.longer(0) == steady.AFTER + steady.MOST


def recorded():
    """Rows as a measurement gives them: Linux's plain way 2 tokens a second and 32 MiB, others by factors of it."""
    model = types.SimpleNamespace(name="gpt2_30M", token_pages=8000, pages=9000)
    setting = linux.Bench(None, None, model, 1)
    rows = []
    for cap in (50, 90):
        for each, speed in zip(linux.ways(argparse.Namespace(quick=False)), (2, 3, 1, 1, 4, 2, 2, 2, 12, 6, 12)):
            cost = {"seconds": 1 / speed, "bytes": 2**26 / speed, "faults": 100, "major": 50, "stall": 0}
            killed = each.name == "MADV_WILLNEED, MGLRU"
            rows.append(linux.row_of(setting, each, (200, cap, 80 * cap), [] if killed else [cost] * 3, "killed" if killed else ""))
    return model, rows


def tables():
    model, rows = recorded()
    with tempfile.TemporaryDirectory() as folder:
        linux.write(rows, folder)
        linux_plots.draw(rows, folder)
        for name in ("linux.csv", "linux.json", "speed.svg", "bytes.svg"):
            with open(os.path.join(folder, name)) as file:
                assert "MADV_SEQUENTIAL" in file.read(), name
    linux.show(rows, model, 300)
    found = {what: (measured, reached) for what, _, measured, reached in linux.figures(rows)}
    assert found["at 50%, speed to mmap, LRU"] == ("6.00", True) and found["at 90%, bytes to mmap, LRU"] == ("0.17", False), found
    assert found["at 90%, speed to the kernel's best (readahead 4 MiB, MGLRU)"] == ("3.00", True), found
    assert found["at 50%, bytes to the best by hand"] == ("1.00", True), found
    rates = [{"system": system, "program": "run.c", "harts": 2, "tokens_per_s": speed} for system, speed in (("Linux", 2), ("Bower", 2.5))]
    rates.append({"system": "Bower", "program": "llm", "harts": 2, "note": "no threads"})
    linux_harts.show([{**row, "note": row.get("note", "")} for row in [*rates, {**rates[2], "system": "Linux"}]])
    assert linux_harts.figures(rates) == [("2 harts: run.c on Bower / run.c on Linux", ">= 1.3", 1.25, False)]


def configuration():
    with tempfile.NamedTemporaryFile("w+") as config:
        with open(linux_build.FRAGMENT) as fragment:
            config.write(fragment.read().replace("=n", "=absent"))
        config.flush()
        text = open(config.name).read()
        with open(config.name, "w") as file:
            file.write("".join(line for line in text.splitlines(True) if "absent" not in line))
        linux_build.check_config(config.name)
        with open(config.name, "w") as file:
            file.write(text.replace("CONFIG_MEMCG=y", "# CONFIG_MEMCG is not set"))
        try:
            linux_build.check_config(config.name)
        except linux_build.Unusable as error:
            assert "CONFIG_" in str(error)
        else:
            raise AssertionError("a configuration without memory cgroups passed")


def disk_space():
    """A host without room for the sources is told so before anything is unpacked."""
    needed, linux_build.DISK_NEEDED = linux_build.DISK_NEEDED, 1 << 62
    cache, os.environ["XDG_CACHE_HOME"] = os.environ.get("XDG_CACHE_HOME"), os.path.join(ROOT, "build", "tests")
    try:
        linux_build.build(linux_build.cache("linux-test"))
    except linux_build.Unusable as error:
        assert "GiB are free; building Linux needs" in str(error), error
    else:
        raise AssertionError("built without room for it")
    finally:
        linux_build.DISK_NEEDED = needed
        del os.environ["XDG_CACHE_HOME"]
        if cache:
            os.environ["XDG_CACHE_HOME"] = cache


def programs(folder):
    """init compiles without warnings; the wrapped engines say what the plain one says."""
    compile_program(os.path.join(folder, "init"), [os.path.join(ROOT, "scripts/linux/init.c")], "-O1", *WARNINGS)
    built = {}
    for name, (patterns, flags) in linux_build.PROGRAMS.items():
        if name != "init":
            sources = [os.path.join(ROOT, patterns[0])] if patterns[0].startswith("scripts") else []
            sources += sorted(glob.glob(os.path.join(ROOT, "app/llm/*.c")))
            built[name] = compile_program(os.path.join(folder, name), sources, *SANITIZERS, *WARNINGS, "-pthread", *flags)
    return built


def streaming(built):
    def text(name, status=0, **environment):
        done = subprocess.run([built[name], *ARGUMENTS], capture_output=True, env={**SANITIZED, **environment}, timeout=100)
        assert done.returncode == status, f"{name}: status {done.returncode}: {done.stderr.decode()[-300:]}"
        return done.stdout if status == 0 else done.stderr.decode()
    plain = text("llm")
    for pages in (290, 500, 900, 2000):
        assert text("llm-stream", STREAM_PAGES=str(pages)) == plain, f"another text with {pages} pages"
    assert "needs more than" in text("llm-stream", 2, STREAM_PAGES="20")
    assert text("llm-advice", ADVICE="sequential") == plain and "ADVICE=now" in text("llm-advice", 2, ADVICE="now")


def main():
    results = Results()
    for case in (options, dry_run, initramfs, fairness, command_line, console, tables, configuration, disk_space):
        results.check(case.__name__, case)
    with tempfile.TemporaryDirectory() as folder:
        results.check("streaming", lambda: streaming(programs(folder)))
    return results.status()


if __name__ == "__main__":
    sys.exit(main())
