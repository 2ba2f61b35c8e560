#!/usr/bin/python3
"""What msync has confirmed is in the host's file when the machine is killed; a file cut short while mapped is a bus error."""
import os
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PAGES, PAGE = 64, 4096
SECONDS = 120


def boot(folder, what):
    """The program, as far as its line "ready"."""
    share = os.path.join(folder, "share")
    command = [os.path.join(ROOT, "scripts/run"), "--files", share, "--run-dir", folder, "--frames", "8", "--policy", "none",
               "--timeout", str(SECONDS), os.path.join(HERE, "killed.c"), "--", what]
    run = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    line = run.stdout.readline()
    if line != b"ready\n":
        run.kill()
        raise AssertionError(f"no ready line but {line!r}: {run.stderr.read()!r}")
    return run


def killed(folder):
    """SIGKILL: nobody gets a chance to tidy up."""
    run = boot(folder, "kill")
    run.send_signal(signal.SIGKILL)
    run.wait()
    with open(os.path.join(folder, "share", "mapped.dat"), "rb") as f:
        data = f.read()
    lost = [i for i in range(PAGES) if data[i * PAGE + i] != i + 1]
    assert len(data) == PAGES * PAGE and not lost, f"{len(data)} bytes, pages {lost} lost"


def cut_short(folder):
    """The first touch of a page that is not there any more ends in a report that names file and offset."""
    path = os.path.join(folder, "share", "mapped.dat")
    with open(path, "wb") as f:
        f.truncate(PAGES * PAGE)
    run = boot(folder, "cut")
    os.truncate(path, PAGE)
    _, report = run.communicate(b"\n")
    text = report.decode(errors="replace")
    assert run.returncode == 134, (run.returncode, text)
    assert "mapped.dat" in text and f"offset {(PAGES - 1) * PAGE}" in text, text


def main():
    failed = False
    for test in (killed, cut_short):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, "share"))
            try:
                test(folder)
                print(f"TEST share/{test.__name__}: OK")
            except AssertionError as error:
                failed = True
                print(f"TEST share/{test.__name__}: FAIL {' | '.join(str(error).split(chr(10)))}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
