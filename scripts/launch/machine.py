"""The running virtual machine: its streams, the signals that end it, and its exit status."""
import contextlib
import ctypes
import errno
import os
import re
import selectors
import shutil
import signal
import socket
import subprocess
import threading
import time

from . import profile, qemu
from .common import EXIT_PANIC, EXIT_TIMEOUT, EXIT_UNUSABLE, Unusable, append, in_root, installed, shown
from .console import Console

STDIN, STDOUT, STDERR = 0, 1, 2
BROKEN_PIPE = 128 + signal.SIGPIPE
INTERRUPT = b"\x03"
ENDED = re.compile(rb"terminating on signal (\d+)")  # what QEMU says of one that is not the launcher's; its status is 0
GRACE = 2.0  # seconds that a reader of our streams gets once the machine is gone
PR_SET_PDEATHSIG = 1
SECTOR = 512


def make_folder(option, path):
    try:
        os.makedirs(path, exist_ok=True)
    except FileExistsError:
        raise Unusable(f"{option} {path}: not a folder") from None
    except OSError as error:
        raise Unusable(f"{option} {path}: {error.strerror.lower()}") from None


def trace_left(options):
    """Where the guest leaves its trace (kernel/pager/trace.c)."""
    return os.path.join(options.files, ".bower", "trace")


def keep_trace(options):
    """Brings the trace from the share to where it was asked for. False if it cannot be written there."""
    try:
        shutil.copyfile(trace_left(options), options.trace)
    except FileNotFoundError:
        say("no trace: the program did not come to its end, where it is written")
    except OSError as error:
        say(f"{shown(options.trace)} cannot be written: {error.strerror.lower()}")
        return False
    return True


def cut_to_size(disks):
    """A disk has whole sectors; a file that is none gets back the length that it had before its last one was written."""
    for disk in disks:
        with contextlib.suppress(OSError):  # the file may be gone
            if not disk.writable or not disk.size < os.path.getsize(disk.host_file) <= -(-disk.size // SECTOR) * SECTOR:
                continue
            os.truncate(disk.host_file, disk.size)


def say(text):
    os.write(STDERR, os.fsencode(f"scripts/run: {text}\n"))


def write_all(fd, data):
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(fd, view):]
        except BlockingIOError:  # somebody left our terminal or pipe non-blocking
            time.sleep(0.005)


class Machine:
    def __init__(self, options, app):
        self.options, self.app = options, app
        self.ours, self.process = {}, None
        self.endings, self.ending = os.pipe()  # the numbers of signals that end us: on_signal may come anywhere, wait() is where it counts
        self.failure = None      # exit status that a stream's failure asks for
        self.log = self.samples = None

    def run(self):
        """Boots, passes the streams on, and returns the exit status."""
        self.prepare_files()
        theirs = {}
        for name in ("console", "stdin", "stdout", *(["profile"] if self.options.profile else [])):
            self.ours[name], theirs[name] = socket.socketpair()
        words = qemu.command(self.options, self.app, in_root(self.app.elf),
                             qemu.channels_of_sockets({name: end.fileno() for name, end in theirs.items()}))
        if self.options.verbose:
            say(qemu.shown(words))
        self.console = Console(self.log, in_root(self.app.elf), self.options.stats, self.options.verbose,
                               lambda data: write_all(STDERR, data))
        self.start(words, theirs)
        status = self.wait()
        cut_to_size(self.options.disks)
        return self.finish(status)

    def prepare_files(self):
        make_folder("--run-dir", self.options.run_dir)
        make_folder("--files", self.options.files)
        if self.options.profile:
            make_folder("--profile", self.options.profile)
            profile.clear(self.options.profile)
        stats = self.options.stats
        try:
            # What an earlier run left says nothing about this one.
            if os.path.isfile(stats) and not os.path.islink(stats):
                os.unlink(stats)
            if self.options.trace and os.path.lexists(trace_left(self.options)):
                os.unlink(trace_left(self.options))
            self.log = open(os.path.join(self.options.run_dir, "console.log"), "wb")
            if self.options.profile:
                self.samples = open(os.path.join(self.options.profile, profile.SAMPLES), "wb")
        except OSError as error:
            raise Unusable(f"{error.filename}: {error.strerror.lower()}") from None

    def start(self, words, theirs):
        libc = ctypes.CDLL(None)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.on_signal)
        with installed(words[0]):
            self.process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                pass_fds=[end.fileno() for end in theirs.values()], start_new_session=True,
                preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))  # it never outlives us
        for end in theirs.values():
            end.close()
        self.pump = threading.Thread(target=self.pass_output, daemon=True)
        self.pump.start()
        threading.Thread(target=self.pass_input, daemon=True).start()

    def wait(self):
        """QEMU's status, or ours if we had to end it."""
        gone = os.pidfd_open(self.process.pid)
        selector = selectors.DefaultSelector()
        for fd in (gone, self.endings):
            selector.register(fd, selectors.EVENT_READ)
        ready = [key.fd for key, _ in selector.select(self.options.timeout)]
        if gone in ready:
            return self.process.wait()
        self.kill()
        return 128 + os.read(self.endings, 1)[0] if ready else EXIT_TIMEOUT

    def on_signal(self, number, _):
        """SIGINT goes to a program that handles it; it ends the machine if the program does not, or did not take the last one."""
        if number == signal.SIGINT and self.console.wants_sigint:
            self.console.wants_sigint = False  # until the runtime says that it was delivered
            try:
                self.ours["console"].send(INTERRUPT, socket.MSG_DONTWAIT)
                return
            except OSError:
                pass
        os.write(self.ending, bytes([number]))

    def kill(self):
        self.process.kill()
        self.process.wait()

    def finish(self, status):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        own_end = status == EXIT_TIMEOUT or status > 128
        self.pump.join(GRACE if own_end else None)  # a machine that ended by itself has more to say: all of it
        if self.failure is not None:
            return self.failure
        if status == EXIT_TIMEOUT:
            say(f"ended after {self.options.timeout:g} s (--timeout)")
        elif status < 0:
            say(f"QEMU died of signal {-status}; see {self.log_name()}")
            return 128 - status
        elif status == 0 and (ended := ENDED.search(self.chatter)):
            say(f"QEMU was ended by signal {int(ended[1])}; see {self.log_name()}")
            return 128 + int(ended[1])
        elif self.options.gdb is not None and status == 0 and self.console.stats is None:
            say("the machine was ended from gdb")  # whose `kill` may come before the runtime's first line
            return EXIT_PANIC
        elif not self.console.started and status < 128:
            return self.explain_start(status)
        elif status == 0 and self.console.stats is None:
            say(f"the machine stopped, but the program did not end; see {self.log_name()}")
            return EXIT_PANIC
        return status

    def explain_start(self, status):
        lines = [line for line in self.chatter.decode(errors="replace").splitlines() if line.strip() and "warning:" not in line]
        if status != 0 and not self.console.any and lines:
            say("QEMU did not start: " + lines[-1].removeprefix(f"{qemu.EMULATOR}: "))
            return EXIT_UNUSABLE
        say(f"the machine stopped before the runtime started; see {self.log_name()}")
        return status or 1

    def log_name(self):
        return shown(self.log.name)

    def pass_output(self):
        """Thread: everything that comes out of the machine, until all of it has come."""
        self.chatter = b""
        sources = {self.ours["stdout"].fileno(): self.on_stdout, self.ours["console"].fileno(): self.console.feed,
                   self.process.stderr.fileno(): self.on_chatter}
        if self.options.profile:  # QEMU itself would try to write to a full disk for ever
            sources[self.ours["profile"].fileno()] = self.on_samples
        selector = selectors.DefaultSelector()
        for fd in sources:
            selector.register(fd, selectors.EVENT_READ)
        while sources and self.failure is None:
            for key, _ in selector.select():
                try:
                    data = os.read(key.fd, 1 << 16)
                except ConnectionResetError:
                    data = b""
                if not data:
                    selector.unregister(key.fd)
                    del sources[key.fd]
                elif not self.hand_on(sources[key.fd], data):
                    break
        if self.failure is None:
            self.hand_on(lambda _: self.console.end(), b"")

    def hand_on(self, take, data):
        """False if what comes out cannot be passed on or kept any more: that ends the machine, as it would end a process."""
        try:
            take(data)
            return True
        except OSError as error:
            self.failure = BROKEN_PIPE if error.errno == errno.EPIPE else 1
            if error.errno != errno.EPIPE:
                what = shown(error.filename) if error.filename else "what the program writes"
                say(f"{what} cannot be written: {error.strerror.lower()}")
            self.process.kill()
            return False

    def on_stdout(self, data):
        write_all(STDOUT, data)

    def on_samples(self, data):
        append(self.samples, data)

    def on_chatter(self, data):
        self.chatter = (self.chatter + data)[-(1 << 16):]
        append(self.log, data)
        if self.options.verbose:
            write_all(STDERR, data)

    def pass_input(self):
        """Thread: our stdin. A pipe of our own keeps QEMU's hands off the terminal's mode."""
        to = self.ours["stdin"]
        to.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)  # read ahead little of what others may want to read
        try:
            while may_read():
                data = os.read(STDIN, 4096)
                if not data:
                    break
                to.sendall(data)
            to.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the machine is gone, or there is no stdin


def may_read():
    """Waits while we are in the background of a terminal, where reading would stop us."""
    while os.isatty(STDIN):
        try:
            if os.tcgetpgrp(STDIN) == os.getpgrp():
                return True
        except OSError:
            return False
        time.sleep(0.2)
    return True


def open_streams():
    """Nothing else may become file 0, 1 or 2 when the caller closed them."""
    for fd in (STDIN, STDOUT, STDERR):
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
