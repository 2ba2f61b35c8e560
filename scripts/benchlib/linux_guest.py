"""A run of the Linux machine: an initramfs with the programs and a job, one disk, and what the console says at the end."""
import os
import re
import subprocess
import tempfile

from launch import qemu
from launch.common import MIB

from . import guest

ARGUMENTS = "console=ttyS0 quiet loglevel=3"
TIMEOUT = 600  # seconds
FOLDER, PROGRAM, DATA, CHARACTER = 0o040755, 0o100755, 0o100644, 0o020600
FOLDERS = ["dev", "proc", "sys"]
RUN = re.compile(r"^bench run=(.*)$", re.MULTILINE)


class Guest:
    """What scripts/launch/qemu.py makes a command line of."""

    def __init__(self, kernel, initrd, disk, mem, harts=1, throttle=None):
        self.kernel, self.initrd, self.disk, self.harts, self.throttle = kernel, initrd, disk, harts, throttle
        self.mem, self.arguments = mem, ARGUMENTS


class Disk:
    def __init__(self, file):
        self.file, self.name, self.writable = os.path.abspath(file), "model", False


def entry(number, name, mode, data=b"", device=(0, 0)):
    """One file of a cpio archive in the "newc" format (Linux, driver-api/early-userspace/buffer-format)."""
    fields = [number, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name) + 1, 0]
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
    return padded(head) + padded(data)


def padded(data):
    return data + b"\0" * (-len(data) % 4)


def archive(files, job):
    """An initramfs: {path: host file} of programs and data, and the text of /job."""
    entries = [(name, FOLDER, b"", (0, 0)) for name in FOLDERS] + [("dev/console", CHARACTER, b"", (5, 1))]
    for name, path in files.items():
        with open(path, "rb") as file:
            entries.append((name, PROGRAM, file.read(), (0, 0)))
    entries.append(("job", DATA, job.encode(), (0, 0)))
    whole = b"".join(entry(number, *each) for number, each in enumerate(entries, 1))
    return whole + entry(0, "TRAILER!!!", 0)


def job_text(settings, runs, cap_pages=0, environment=()):
    """/job (scripts/linux/init.c): settings {key: value} first, then runs {name: command}."""
    lines = [f"{key} {value}" for key, value in settings.items()] + [f"cap_pages {cap_pages}"]
    lines += [f"env {word}" for word in environment]
    for name, command in runs.items():
        lines += [f"arg {word}" for word in command] + [f"run {name}"]
    return "\n".join(lines) + "\n"


def two_runs(few, many, command):
    """{name: words} of what a boot runs to tell a token's cost: command(tokens) for few, then for many.

    One more goes before: a boot's first run is the one for which QEMU translates the code and the host finds the memory. On Bower,
    where each run is a boot, both pay that.
    """
    return {"first": command(few), "few": command(few), "many": command(many)}


def results(console):
    """{run: {key: number, "text": bytes}} of the lines that init printed."""
    found = {}
    for line in RUN.findall(console.replace("\r", "")):
        words = line.split(" ")
        run = {key: value for key, _, value in (word.partition("=") for word in words[1:])}
        text = bytes.fromhex(run.pop("text"))
        found[words[0]] = {**{key: float(value) if "." in value else int(value) for key, value in run.items()}, "text": text}
    return found


def boot(kernel, files, job, disk, harts=1, throttle=None):
    """Runs a job; {run: results}, and the whole console."""
    with tempfile.TemporaryDirectory(prefix="bench-linux-", dir=os.path.join(guest.ROOT, "build")) as folder:
        initrd = os.path.join(folder, "initramfs")
        with open(initrd, "wb") as file:
            file.write(archive(files, job))
        words = qemu.linux_command(Guest(kernel, initrd, Disk(disk), guest.machine_mib(disk) * MIB, harts, throttle))
        try:
            done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, check=False)
        except subprocess.TimeoutExpired as expired:
            said = (expired.stdout or b"").decode(errors="replace")
            raise guest.Failed(f"Linux did not end within {TIMEOUT} s:\n{said[-2000:]}") from None
    console = done.stdout.decode(errors="replace")
    if "bench-end" not in console:
        raise guest.Failed(f"Linux ended early:\n{console[-2000:]}\n{done.stderr.decode(errors='replace')[-1000:]}")
    return results(console), console
