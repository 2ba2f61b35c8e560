"""What the UART says: firmware first, then the runtime's log and the program's stderr, and the counters at the end."""
import contextlib
import json
import os
import re
import subprocess

from .common import append, in_root, writing

START = b"\x02bower\n"          # the kernel's first line: what came before is the firmware's
STATS = re.compile(rb"bower-stats (\{.*\})\s*$")
FRAME = re.compile(rb"\s*#([0-9]+) +(0x[0-9a-f]+)\s*")                 # a line of a backtrace
SIGINT = re.compile(rb"\x02sigint=([01])\n")  # whether the program wants SIGINT passed on; also: it has had one
SIGINT_BEGUN = re.compile(rb"\x02(s(i(g(i(n(t(=[01]?)?)?)?)?)?)?)?$")
FRAME_BEGUN = re.compile(rb"\s{0,8}(#([0-9]+( +(0(x[0-9a-f]*\s*)?)?)?)?)?")  # may still become one


class Console:
    """Takes the UART's bytes, keeps all of them in console.log, and hands on what belongs on stderr as soon as it comes."""

    def __init__(self, log, elf, stats_file, verbose, write):
        self.log, self.elf, self.stats_file, self.verbose, self.write = log, elf, stats_file, verbose, write
        self.started = False
        self.any = False
        self.wants_sigint = False
        self.mark = b""     # of a message about SIGINT that is not complete yet
        self.stats = None
        self.firmware = b""
        self.line = b""     # of the line that is not complete yet: all of it
        self.held = 0       # how many bytes of it have not been handed on

    def feed(self, data):
        self.any = True
        append(self.log, data)
        if not self.started:
            data = self.skip_firmware(data)
        data = self.take_marks(data)
        while data:
            piece, newline, data = data.partition(b"\n")
            self.line += piece + newline
            self.held += len(piece + newline)
            if newline:
                self.end_line()
            elif not FRAME_BEGUN.fullmatch(self.line):
                self.release()

    def skip_firmware(self, data):
        """The bytes after the start line; none while it has not come."""
        self.firmware += data
        before, start, after = self.firmware.partition(START)
        if self.verbose:
            shown = before if start else self.firmware[:max(0, len(self.firmware) - len(START))]
            self.write(shown)
            self.firmware = self.firmware[len(shown):]
        else:
            self.firmware = self.firmware[-len(START):]
        self.started = bool(start)
        return after

    def take_marks(self, data):
        """The bytes without the runtime's messages about SIGINT."""
        data = self.mark + data
        for wanted in SIGINT.findall(data):
            self.wants_sigint = wanted == b"1"
        data = SIGINT.sub(b"", data)
        begun = SIGINT_BEGUN.search(data)
        self.mark = begun[0] if begun else b""
        return data[:len(data) - len(self.mark)]

    def release(self):
        if self.held:
            self.write(self.line[-self.held:])
            self.held = 0

    def end_line(self):
        frame = FRAME.fullmatch(self.line)
        if frame and self.held == len(self.line):
            self.line = self.line.rstrip() + self.symbol(int(frame[1]), int(frame[2], 16)) + b"\n"
            self.held = len(self.line)
        self.release()
        counters = STATS.search(self.line)
        if counters:
            self.keep_stats(counters[1])
        self.line = b""

    def symbol(self, number, address):
        """Function and line of an address. All but the first of a backtrace are return addresses: the call is before them."""
        looked_up = address - (number > 0)
        try:
            answer = subprocess.run(["riscv64-unknown-elf-addr2line", "-f", "-e", self.elf, hex(looked_up)],
                                    stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=True)
            function, line = answer.stdout.splitlines()[:2]
        except (OSError, ValueError, subprocess.SubprocessError):
            return b""
        if function == "??":
            return b""
        line = re.sub(r" \(discriminator \d+\)$", "", os.path.normpath(line))
        line = line[len(in_root("")):] if line.startswith(in_root("")) else line
        return os.fsencode(f" {function}" + (f" at {line}" if not line.startswith("??") else ""))

    def keep_stats(self, text):
        try:
            self.stats = json.loads(text)
        except ValueError:
            return
        if os.path.islink(self.stats_file) or os.path.exists(self.stats_file):  # a pipe, /dev/null: not ours to replace
            with writing(self.stats_file), open(self.stats_file, "wb") as file:
                file.write(text + b"\n")
            return
        temporary = f"{self.stats_file}.{os.getpid()}"
        with writing(self.stats_file):
            try:
                with open(temporary, "wb") as file:
                    file.write(text + b"\n")
                os.replace(temporary, self.stats_file)
            except OSError:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)
                raise

    def end(self):
        """No more will come."""
        if not self.started and self.verbose:
            self.write(self.firmware)
        self.line += self.mark
        self.held += len(self.mark)
        self.release()
