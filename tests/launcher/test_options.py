#!/usr/bin/python3
"""Every option of scripts/run that can be wrong: exit status 2, one clear line, nothing written. And what right ones do."""
# timeout: 600
import os
import re
import shlex
import subprocess
import sys

import launcher
from launcher import expect, run, scratch_file

ARG = launcher.scratch_file("prog.c", b"int main(void) { return 0; }\n")
BIG = scratch_file("big", b"x" * (100 * 4096 + 1))
OTHER = scratch_file("other", b"x" * 4097)
ALIAS = os.path.join(launcher.SCRATCH, "alias")
EMPTY = scratch_file("empty", b"")
HOST = len(os.sched_getaffinity(0))

# (name, words, what the line on stderr must say)
UNUSABLE = [
    ("no-such-app", ["nosuchapp"], r"no program 'nosuchapp'.*\.c file"),
    ("no-such-path", ["./no/such.c"], r"no program './no/such.c'"),
    ("empty-app", [""], r"no program ''"),
    ("app-without-sources", [launcher.ROOT + "/.ci"], r"no \.c files"),
    ("app-no-source", [launcher.ROOT + "/LICENSE"], r"needs a \.c file or a folder"),
    ("two-apps", [ARG, ARG], r"one APP at a time"),
    ("unknown-option", ["--nope", ARG], r"unknown option --nope"),
    ("value-missing", [ARG, "--frames"], r"--frames needs a value"),
    ("frames-0", ["--frames", "0", ARG], r"--frames 0: .*at least 2"),
    ("frames-1", ["--frames", "1", ARG], r"--frames 1: .*at least 2"),
    ("frames-harts", ["--frames", "7", "--harts", "4", ARG], r"--frames 7: .*4 harts .*at least 8"),
    ("frames-negative", ["--frames", "-3", ARG], r"--frames -3: needs a number"),
    ("frames-word", ["--frames", "many", ARG], r"--frames many: needs a number"),
    ("frames-empty", ["--frames=", ARG], r"--frames : needs a number"),
    ("frames-fraction", ["--frames", "2.5", ARG], r"--frames 2.5: needs a number"),
    ("frames-beyond-mem", ["--frames", "100000", "--mem", "256M", ARG], r"do not fit into --mem 256M; at most 49152"),
    ("frames-beyond-host", ["--frames", "999999999999", ARG], r"more memory than this host has; at most \d+ frames"),
    ("frames-percent-of-nothing", ["--frames", "10%", ARG], r"give --model FILE"),
    ("frames-percent-0", ["--frames", "0%", "--model", BIG, ARG], r"needs at least 1%"),
    ("frames-percent-beyond-host", ["--frames", "99999999%", "--model", BIG, ARG], r"more memory than this host has; at most \d+ frames"),
    ("policy", ["--policy", "psychic", ARG], r"--policy psychic: no such policy; one of none .*"),
    ("evict", ["--evict", "nobody", ARG], r"--evict nobody: no such policy; one of fifo .*"),
    ("harts-0", ["--harts", "0", ARG], r"--harts 0: needs a whole number from 1 to 8"),
    ("harts-9", ["--harts", "9", ARG], r"--harts 9: needs a whole number from 1 to 8"),
    ("harts-word", ["--harts", "two", ARG], r"--harts two: needs a whole number"),
    ("mem-small", ["--mem", "1M", ARG], r"--mem 1M: needs a size .*at least 65M"),
    ("mem-nothing-fits", ["--mem", "64M", ARG], r"--mem 64M: needs a size .*at least 65M"),
    ("mem-word", ["--mem", "lots", ARG], r"--mem lots: needs a size"),
    ("mem-huge", ["--mem", "900000G", ARG], r"--mem 900000G: more memory than this host has; at most \d+M"),
    ("timeout-0", ["--timeout", "0", ARG], r"--timeout 0: needs a number of seconds above 0"),
    ("timeout-word", ["--timeout", "soon", ARG], r"--timeout soon: needs a number"),
    ("model-missing", ["--model", "nosuch.gguf", ARG], r"--model nosuch.gguf: no such file"),
    ("model-empty", ["--model", EMPTY, ARG], r"the file is empty"),
    ("model-folder", ["--model", launcher.ROOT, ARG], r"a folder; needs a file"),
    ("throttle-0", ["--throttle", "0", ARG], r"--throttle 0: needs a whole number of MB/s from 1 to 100000"),
    ("throttle-word", ["--throttle", "slow", ARG], r"--throttle slow: needs a whole number of MB/s"),
    ("throttle-unit", ["--throttle", "50M", ARG], r"--throttle 50M: needs a whole number of MB/s"),
    ("throttle-huge", ["--throttle", "100001", ARG], r"--throttle 100001: needs a whole number of MB/s"),
    ("disk-missing", ["--disk", "nosuch.img", ARG], r"--disk nosuch.img: no such file"),
    ("disk-name-long", ["--disk", BIG + ",name=" + "n" * 21, ARG], r"a name is 1 to 20 of"),
    ("disk-name-bad", ["--disk", BIG + ",name=a/b", ARG], r"a name is 1 to 20 of"),
    ("disk-name-device", ["--disk", BIG + ",name=null", ARG], r"no other device's"),
    ("disk-name-model", ["--model", BIG, "--disk", BIG + ",name=model", ARG], r"the name is taken"),
    ("disk-name-twice", ["--disk", BIG + ",name=a", "--disk", BIG + ",name=a", ARG], r"the name is taken"),
    ("disks-7", sum([["--disk", BIG]] * 7, []) + [ARG], r"7 disks; at most 6"),
    ("blkdebug-bad", ["--disk", "blkdebug:nosuch.conf:" + BIG, ARG], r"needs blkdebug:CONFIG:FILE"),
    ("disk-written-twice", ["--disk", BIG + ",rw", "--disk", BIG + ",rw", ARG], r"--disk .*/big,rw: the file is disk1 as well"),
    ("disk-written-and-read", ["--disk", BIG, "--disk", ALIAS + ",rw", ARG], r"--disk .*/alias,rw: the file is disk0 as well"),
    ("disk-written-and-model", ["--model", BIG, "--disk", f"blkdebug::{BIG},rw", ARG], r"/big,rw: the file is model as well"),
    ("files-missing", ["--files", "/no/such/folder", ARG], r"--files /no/such/folder: no such folder"),
    ("files-not-folder", ["--files", BIG, ARG], r"not a folder"),
    ("stats-no-folder", ["--stats", "/no/such/stats.json", ARG], r"--stats /no/such/stats.json: not a file in a folder"),
    ("trace-empty", ["--trace", "", ARG], r"--trace : not a file in a folder"),
    ("trace-folder", ["--trace", launcher.ROOT, ARG], r"--trace .*: not a file in a folder"),
    ("trace-no-folder", ["--trace", "/no/such/trace", ARG], r"--trace /no/such/trace: not a file in a folder"),
    ("trace-share-read-only", ["--trace", "t", "--files", launcher.SCRATCH + ",ro", ARG], r"--trace: .*without ,ro"),
    ("run-dir-empty", ["--run-dir", "", ARG], r"--run-dir : needs the folder"),
    ("run-dir-read-only", ["--run-dir", "/sys", ARG], r"/sys/console.log: "),
    ("run-dir-file", ["--run-dir", BIG, ARG], r"--run-dir .*big: not a folder"),
    ("run-dir-in-file", ["--run-dir", BIG + "/x", ARG], r"--run-dir .*: "),
    ("run-dir-nowhere", ["--run-dir", "/proc/nowhere", ARG], r"--run-dir /proc/nowhere: "),
    ("gdb-word", ["--gdb=x", ARG], r"--gdb x: needs a whole number"),
]


def unusable(words, pattern):
    def case():
        before = set(os.listdir(launcher.SCRATCH))
        done = run(*words)
        text = done.stderr.decode()
        expect(done.returncode == 2, f"exit status {done.returncode}: {text}")
        expect(text.count("\n") == 1 and text.startswith("scripts/run: "), f"not one line: {text}")
        expect(re.search(pattern, text), f"{text.strip()} does not match {pattern}")
        expect(done.stdout == b"" and set(os.listdir(launcher.SCRATCH)) == before, "something was written")
    return case


def command(*words, env=None):
    """The words of the QEMU command that --dry-run prints."""
    done = run("--dry-run", *words, env={**os.environ, **(env or {})})
    expect(done.returncode == 0, done.stderr.decode())
    return shlex.split(done.stdout.decode())


def after(words, option):
    return words[words.index(option) + 1]


def test_defaults():
    words = command(ARG)
    expect(after(words, "-m") == "256M" and after(words, "-smp") == str(min(8, HOST)), str(words))
    expect(after(command("--frames", "3", ARG), "-smp") == "1", "a hart needs two frames")
    expect(after(words, "-append").startswith(f"frames=16 policy=auto evict=auto app=prog processors={HOST} -- prog"), str(words))
    expect("-icount" not in words and "-S" not in words, str(words))


def test_frames_percent():
    for percent, frames in (("105%", 107), ("100%", 101), ("1%", 2), ("25%", 26), ("50%", 51)):
        expect(after(command("--model", BIG, "--frames", percent, ARG), "-append").startswith(f"frames={frames} "), percent)


def test_llm_by_its_path():
    for app in ("llm", "app/llm", "./app/llm/", os.path.join(launcher.ROOT, "app", "llm")):
        text = " ".join(command(app))
        expect("stories-gpt2.gguf" in text and "frames=340 " in text, f"{app}: {text}")


def test_memory_follows_cap():
    expect(after(command("--frames", "100000", ARG), "-m") == "583M", "not the cap's 390.6M and 192M")
    expect(after(command("--mem", "1G", ARG), "-m") == "1024M", "1G")
    # What the launcher lets through boots: pools that no power of two is made for, before the device tree and behind, in the least memory.
    machines = [["40000"], ["150000"], ["49152", "--mem", "256M"], ["2", "--mem", "65M"]]
    if os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") > 3 << 30:  # a smaller host is not given such machines
        machines += [["240000"], ["250000"], ["300000"]]
    for options in machines:
        done = launcher.run("--frames", *options, ARG)
        expect(done.returncode == 0, f"{options}: {done.returncode} {done.stderr[-300:]}")


def test_memory_follows_static_data():
    text = b"#include <string.h>\nstatic char data[%d << 20];\nint main(void) { memset(data, 7, sizeof(data)); return data[99]; }\n"
    large, larger = (scratch_file(f"data{n}.c", text % n) for n in (400, 1200))
    done = launcher.run(large)
    expect(done.returncode == 7, f"{done.returncode} {done.stderr[-300:]}")
    for words, complaint in ((["--mem", "400M", large], r"--mem 400M: the program's static data take \d+M; at least 4\d\dM"),
                             ([larger], r"the program's static data take 1\d+M; at most 960M")):
        done = launcher.run(*words)
        expect(done.returncode == 2 and re.search(complaint, done.stderr.decode()), f"{words}: {done.returncode} {done.stderr[-300:]}")


def test_disks():
    text = " ".join(command("--model", BIG, "--disk", BIG, "--disk", f"{OTHER},name=data,rw", ARG))
    expect(f"disk.model=409601 disk.disk0=409601 disk.data=4097 --" in text, text)
    expect(f"{OTHER},format=raw,if=none,id=disk.data,read-only=off" in text and "drive=disk.data,serial=data" in text, text)
    expect(f"id=disk.model,read-only=on" in text and "id=disk.disk0,read-only=on" in text, text)


def test_throttle():
    text = " ".join(command("--throttle", "50", "--model", BIG, "--disk", BIG, ARG))
    expect(text.count(",throttling.bps-total=50000000 ") == 2, text)
    expect("throttling" not in " ".join(command("--model", BIG, ARG)), "limited without being asked")


def test_comma_in_names():
    path = scratch_file("a,b,name=x y", b"1")
    text = " ".join(command("--disk", path + ",name=c", ARG))
    expect("a,,b,,name=x y,format=raw" in text and "serial=c" in text, text)


def test_blkdebug():
    config = scratch_file("errors.conf", b"")
    words = command("--disk", f"blkdebug:{config}:{BIG},name=bad", ARG)
    expect(any(f"file=blkdebug:{config}:{BIG},format=raw" in word for word in words), str(words))


def test_files_read_only():
    text = " ".join(command("--files", launcher.SCRATCH + ",ro", ARG))
    expect(f"path={launcher.SCRATCH},security_model=none,multidevs=remap,readonly=on" in text, text)


def test_arguments_are_encoded():
    text = after(command(ARG, "--", "a b", "", "ü", "x\ny", "%", "--frames"), "-append")
    expect(text.endswith("-- prog a%20b % %C3%BC x%0Ay %25 --frames"), text)


def test_environment():
    text = after(command(ARG, env={"TZ": "CET-1", "OMP_NUM_THREADS": "4", "GOMP_SPINCOUNT": "9", "SECRET": "x"}), "-append")
    expect("env.GOMP_SPINCOUNT=9 env.OMP_NUM_THREADS=4 env.TZ=CET-1 --" in text and "SECRET" not in text, text)


def test_icount_and_harts():
    words = command("--icount", "--harts", "4", ARG)
    expect(after(words, "-icount") == "shift=0,sleep=off" and after(words, "-smp") == "4", str(words))
    expect(" processors=1 icount=1 " in after(words, "-append"), "harts take turns there")


def test_arguments_too_long():
    done = run("--dry-run", ARG, "--", "x" * 70000)
    expect(done.returncode == 2 and b"ARGS" in done.stderr, done.stderr.decode())


def test_help():
    for words in (["--help"], [ARG, "--help"]):
        done = run(*words)
        expect(done.returncode == 0 and b"--frames" in done.stdout and not done.stderr, str(done))
        expect(b"with several harts\n" in done.stdout and b"instret, sfence_* and ipi_sent" in done.stdout, "what --icount repeats")
    for option, name in (("--policy", b"none"), ("--evict", b"fifo")):
        done = run(option, "help")
        expect(done.returncode == 0 and re.search(rb"^" + name + rb" +\w", done.stdout, re.MULTILINE), str(done))


def test_make_run_passes_arguments():
    done = subprocess.run(["make", "--no-print-directory", "run", f"APP={ARG}", "ARGS=one two",
                           f"RUN_FLAGS=--dry-run --frames 9 --run-dir {shlex.quote(launcher.SCRATCH)}"], cwd=launcher.ROOT,
                          capture_output=True, text=True, check=False)
    expect("frames=9" in done.stdout and "-- prog one two" in done.stdout, done.stdout + done.stderr)


def test_make_takes_seconds_from_the_environment():
    for name, goal, command in (("SOAK_SECONDS", "soak", "tests/soak 5"), ("FUZZ_SECONDS", "fuzz", "--seconds 5")):
        done = subprocess.run(["make", "--no-print-directory", "-n", goal], cwd=launcher.ROOT, env={**os.environ, name: "5"},
                              capture_output=True, text=True, check=False)
        expect(command in done.stdout, done.stdout + done.stderr)


if __name__ == "__main__":
    if not os.path.islink(ALIAS):
        os.symlink(BIG, ALIAS)
    launcher.report([(name, unusable(words, pattern)) for name, words, pattern in UNUSABLE]
                    + launcher.cases_of(sys.modules[__name__]))
