#!/usr/bin/python3
"""The program's streams, exit status and ends: redirected, piped, on a terminal, interrupted, timed out."""
# timeout: 600
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time

import launcher
from launcher import ROOT, RUN, SCRATCH, expect, run, scratch_file

PROGRAM = os.path.join(ROOT, "tests", "launcher", "streams.c")


def streams(*arguments, options=(), **more):
    return run(*options, "--timeout", "60", PROGRAM, "--", *arguments, **more)


def shell(script):
    """A bash script that runs the program as `$RUN WORDS...`."""
    return subprocess.run(["bash", "-c", script], cwd=SCRATCH, capture_output=True, timeout=100, check=False,
                          env={**os.environ, "RUN": f"{RUN} --run-dir {SCRATCH} --timeout 60 {PROGRAM} --"})


def words_of(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()
    except OSError:
        return b""


def machines():
    """Process ids of virtual machines that run for these tests."""
    share = f"id=share,path={SCRATCH}/own".encode()
    return [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and share in words_of(pid)]


def start_hanging():
    """The launcher with a program that hangs, once it does."""
    os.makedirs(f"{SCRATCH}/own", exist_ok=True)
    process = subprocess.Popen([RUN, "--run-dir", SCRATCH, "--files", f"{SCRATCH}/own", PROGRAM, "--", "hang"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    line = process.stderr.readline()
    expect(line == b"hanging\n", str(line))
    return process


def test_exit_status():
    for status in (0, 1, 77, 255):
        expect(streams("exit", str(status)).returncode == status, str(status))


def test_stdout_is_the_programs():
    done = streams("binary")
    expect(done.stdout == bytes(range(256)), str(done))


def test_stdout_and_stderr_are_complete():
    done = streams("both")
    expect(done.stdout == b"".join(b"out %d\n" % i for i in range(1000)), "stdout")
    lines = [line for line in done.stderr.splitlines(True) if not line.startswith(b"bower-stats ")]
    expect(b"".join(lines) == b"".join(b"err %d\n" % i for i in range(1000)), "stderr")


def test_stdin_file():
    content = os.urandom(300_000)
    with open(scratch_file("in", content), "rb") as file:
        expect(streams("copy", stdin=file).stdout == content, "the copy differs")


def test_stdin_pipe():
    done = shell("(echo one; sleep 0.3; echo two) | $RUN copy")
    expect(done.stdout == b"one\ntwo\n" and done.returncode == 0, str(done))


def test_siginterrupt():
    done = shell("rm -f f; { until [ -s f ]; do sleep 0.1; done; sleep 0.4; echo late; } | $RUN 'read in time' > f; cat f")
    expect(done.stdout == b"-1 1\n5\n", str(done))


def test_stdin_null_and_closed():
    for redirection in ("< /dev/null", "<&-"):
        done = shell(f"$RUN copy {redirection}")
        expect(done.stdout == b"" and done.returncode == 0, str(done))


def test_append_and_shared_file():
    done = shell("echo a > f; echo b | $RUN copy >> f; echo c >> f; (echo d; $RUN exit 3; echo $?) > g; cat f g")
    expect(done.stdout == b"a\nb\nc\nd\n3\n", str(done))


def test_broken_pipe():
    done = shell("$RUN yes 2> err | head -n 1; echo ${PIPESTATUS[0]}")
    expect(done.stdout == b"yes\n141\n", str(done))


def test_full_disk():
    done = shell("$RUN yes > /dev/full")
    expect(done.returncode == 1 and b"no space left on device" in done.stderr, str(done))
    done = shell(f"{RUN} --help > /dev/full")
    expect(done.returncode == 1 and done.stderr == b"scripts/run: stdout cannot be written: no space left on device\n", str(done))


def test_full_disk_of_the_counters():
    folder = os.path.join(SCRATCH, "full")
    done, left = launcher.run_with_full(folder, "--stats", f"{folder}/stats.json", "--timeout", "60", PROGRAM, "--", "exit", "0")
    lines = [line for line in done.stderr.splitlines() if not line.startswith(b"bower-stats ")]
    expect(done.returncode == 1 and len(lines) == 1, str(done))
    expect(re.fullmatch(rb"scripts/run: \S+full/stats.json cannot be written: no space left on device", lines[0]), str(lines))
    expect(left == [b"filler"], f"left behind: {left}")


def test_full_disk_of_the_log():
    folder = os.path.join(SCRATCH, "full")
    done, _ = launcher.run_with_full(folder, "--run-dir", folder, "--timeout", "60", PROGRAM, "--", "exit", "0")
    expect(done.returncode == 1, str(done))
    expect(re.fullmatch(rb"scripts/run: \S+full/console.log cannot be written: no space left on device\n", done.stderr), str(done))


def test_full_disk_of_the_trace():
    folder = os.path.join(SCRATCH, "full")
    done, _ = launcher.run_with_full(folder, "--trace", f"{folder}/trace", "--timeout", "60", PROGRAM, "--", "exit", "0")
    named = re.search(rb"scripts/run: \S+full/trace cannot be written: no space left on device\n", done.stderr)
    expect(done.returncode == 1 and named, str(done))


def test_slow_reader_loses_nothing():
    done = shell("seq 60000 | $RUN copy | (sleep 2; cat) | md5sum; seq 60000 | md5sum")
    first, second = done.stdout.splitlines()
    expect(first == second, "bytes were lost")


def test_arguments():
    arguments = ["a b", "", "ü", "x\ny", "%41", "--frames", "'\"\\", "--"]
    done = streams("args", *arguments, env={**os.environ, "TZ": "CET-1"})
    expect(done.stdout.decode() == "".join(f"[{word}]\n" for word in arguments) + "TZ=CET-1\n", str(done))


def test_long_arguments():
    done = streams("args", "x" * 20000)
    expect(done.stdout.startswith(b"[" + b"x" * 20000 + b"]\n"), done.stderr.decode()[:300])


def test_abort_is_134():
    done = streams("abort")
    expect(done.returncode == 134 and b"SIGABRT" in done.stderr, str(done))


def test_lines_like_a_backtrace_stay():
    done = streams("frames")
    expect(done.stderr.startswith(b"#1 0x80200000 here\n#2 of 3\n#3\n"), str(done))


def test_fault_is_134_with_backtrace():
    done = streams("fault")
    text = done.stderr.decode()
    expect(done.returncode == 134, f"{done.returncode} {text}")
    expect(re.search(r"^\s*#\d+ +0x[0-9a-f]+ main at tests/launcher/streams\.c:\d+$", text, re.MULTILINE), text)


def test_a_report_is_whole_though_nobody_reads():
    """Other harts write when it begins; the launcher stands still for longer than the report waits for them (TURN_LIMIT_NS)."""
    with subprocess.Popen([RUN, "--run-dir", SCRATCH, "--harts", "4", os.path.join(ROOT, "tests", "guest", "report_alone.c")],
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        process.stderr.readline()
        process.send_signal(signal.SIGSTOP)
        time.sleep(12)
        process.send_signal(signal.SIGCONT)
        text = process.stderr.read().decode()
    expect(process.returncode == 134, str(process.returncode))
    expect(re.search(r"^fault: .*\n(  (\w+ +[0-9a-f]{1,16} *)+\n)+address 0x1: .*\n#0 .*\n", text, re.MULTILINE), text[-3000:])


def test_stats():
    path = os.path.join(SCRATCH, "own-stats.json")
    done = streams("exit", "5", options=["--stats", path])
    with open(path) as file:
        counters = json.load(file)
    lines = [line for line in done.stderr.splitlines() if line.startswith(b"bower-stats ")]
    expect(len(lines) == 1 and json.loads(lines[0][len(b"bower-stats "):]) == counters, str(lines))
    expect(counters["status"] == 5 and counters["app"] == "streams", str(counters))
    streams("fault", options=["--stats", path])
    expect(not os.path.exists(path) or json.load(open(path))["status"] == 134, "counters of an earlier run were kept")


def test_trace_of_any_end():
    trace = os.path.join(SCRATCH, "trace")
    done = streams("exit", "7", options=["--trace", trace])
    expect(done.returncode == 7, str(done))
    with open(trace, "rb") as file:
        expect(file.read(8) == b"BOWERTR1", "no trace")
    os.unlink(trace)
    done = streams("fault", options=["--trace", trace])
    expect(done.returncode == 134 and b"no trace: " in done.stderr and not os.path.exists(trace), "an earlier run's trace: " + str(done))


def test_stats_to_a_pipe():
    """What is no plain file is written to, never replaced: /dev/null stays."""
    path = os.path.join(SCRATCH, "stats-pipe")
    if os.path.lexists(path):
        os.unlink(path)
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    streams("exit", "0", options=["--stats", path])
    expect(json.loads(os.read(reader, 1 << 16))["status"] == 0, "nothing came out of the pipe")
    os.close(reader)


def test_stats_after_unfinished_line():
    done = streams("args", options=["--stats", os.path.join(SCRATCH, "s.json")])
    expect(done.returncode == 0 and os.path.exists(os.path.join(SCRATCH, "s.json")), str(done))


def test_console_log_has_firmware():
    done = streams("exit", "0")
    with open(os.path.join(SCRATCH, "console.log"), "rb") as file:
        expect(b"OpenSBI" in file.read() and b"OpenSBI" not in done.stderr, "console.log")


def test_verbose_shows_firmware():
    done = streams("exit", "0", options=["--verbose"])
    expect(b"OpenSBI" in done.stderr and b"qemu-system-riscv64 -machine virt" in done.stderr and not done.stdout, str(done))


def test_timeout():
    done = run("--timeout", "2", PROGRAM, "--", "hang")
    expect(done.returncode == 124 and b"ended after 2 s (--timeout)" in done.stderr, str(done))


def test_signals_end_the_machine():
    for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)):
        process = start_hanging()
        expect(len(machines()) == 1, "the machine does not run")
        process.send_signal(number)
        expect(process.wait(60) == status, f"{number!r}: {process.returncode}")
        expect(wait_until(lambda: not machines()), f"{number!r}: the machine still runs")


def test_a_signal_to_qemu_is_named():
    process = start_hanging()
    os.kill(machines()[0], signal.SIGTERM)
    said = process.communicate(timeout=60)[1]
    expect(process.returncode == 143 and said.startswith(b"scripts/run: QEMU was ended by signal 15; "), f"{process.returncode} {said}")


def wait_until(done, limit=60):
    """Is done() true in the end?"""
    deadline = time.monotonic() + limit
    while not done() and time.monotonic() < deadline:
        time.sleep(0.01)
    return done()


def handled():
    """How many SIGINTs the program has had, and one: it says so in the log."""
    with open(f"{SCRATCH}/console.log", "rb") as file:
        return file.read().count(b"\2sigint=1\n")


def interrupt_until(process, done):
    """SIGINT until done() is true: one that comes before the program waits is handled before it waits, as on Linux. While one has not been
    handled, the next one would end the program."""
    while not done():
        had = handled()
        process.send_signal(signal.SIGINT)
        expect(wait_until(lambda: done() or handled() > had), "SIGINT changes nothing")
        wait_until(done, 2)


def test_sigint_reaches_a_handler():
    for where, line in (("read", "read 4"), ("sleep", "sleep 4"), ("pause", "pause 4"), ("loop", "loop")):
        process = subprocess.Popen([RUN, "--run-dir", SCRATCH, PROGRAM, "--", "interrupted", where], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for said in (b"waiting\n", b"waiting\n"):
            expect(process.stderr.readline() == said, f"{where}: {said!r}")
            interrupt_until(process, lambda: select.select([process.stderr], [], [], 0)[0])
        expect(process.stderr.readline() == b"default\n", where)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        expect(process.returncode == 130, f"{where}: {process.returncode}")
        expect(out.decode() == f"{line}\n{line}\n", f"{where}: {out} {err}")


def test_sigint_ends_a_computation():
    """A program that wants SIGINT but calls nothing that would deliver it: the launcher ends it at the next one."""
    process = subprocess.Popen([RUN, "--run-dir", SCRATCH, PROGRAM, "--", "deaf"], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    expect(process.stderr.readline() == b"deaf\n", "no start")
    for _ in range(30):  # the first may come while it still writes that line
        process.send_signal(signal.SIGINT)
        if wait_until(lambda: process.poll() is not None, 2):
            break
    expect(process.returncode == 130, str(process.returncode))


def on_terminal(words, keys):
    """(exit status, output) of a command on a terminal of its own, where keys are typed one after the other."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(words[0], words)
    output = b""
    for after, key in keys:
        while after not in output:
            try:
                output += os.read(terminal, 4096)
            except OSError:
                raise AssertionError(f"ended before {after}: {output}") from None
        expect(termios.tcgetattr(terminal)[3] & termios.ICANON, "the terminal's mode was changed")
        os.write(terminal, key)
    try:
        while True:
            output += os.read(terminal, 4096)
    except OSError:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), output


def test_terminal():
    base = [RUN, "--run-dir", SCRATCH, "--timeout", "60", PROGRAM, "--"]
    status, output = on_terminal([*base, "hang"], [(b"hanging", b"\x03")])
    expect(status == 130, f"Ctrl-C: {status} {output}")
    status, output = on_terminal([*base, "copy"], [(b"", b"typed\n"), (b"typed\r\ntyped\r\n", b"\x04")])
    expect(status == 0, f"Ctrl-D: {status} {output}")


def test_qemu_that_does_not_start():
    disk = scratch_file("locked", b"x" * 4096)
    process = subprocess.Popen([RUN, "--run-dir", SCRATCH, "--disk", f"{disk},rw", PROGRAM, "--", "hang"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    line = process.stderr.readline()
    expect(line == b"hanging\n", f"no start: {line}")
    done = run("--disk", f"{disk},rw", PROGRAM, "--", "exit", "0")
    process.terminate()
    process.wait()
    expect(done.returncode == 2 and re.fullmatch(rb"scripts/run: QEMU did not start: .*lock.*\n", done.stderr), str(done))


if __name__ == "__main__":
    launcher.report(launcher.cases_of(sys.modules[__name__]))
