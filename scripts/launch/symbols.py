"""Functions of addresses, and where in a function its caller stands, from the debug information of an ELF file."""
import bisect
import os
import re
import subprocess

from .common import in_root

BINUTILS = "riscv64-unknown-elf-"
FRAME = re.compile(r"FDE .*pc=([0-9a-f]+)\.\.([0-9a-f]+)$")
TRAP_ENTRY = {"trap_entry", "trap_return"}  # trap.S: what it interrupted is not where ra points



def layer_of(name, place):
    """Which part of the whole a function is of, by where its source is."""
    inside = os.path.normpath(place)
    inside = inside[len(in_root("")):] if inside.startswith(in_root("")) else ""
    folder = inside.split(os.sep)[0]
    if folder in ("arch", "kernel", "runtime"):
        return folder
    return "" if not name else "libc" if place.startswith("?") or "newlib" in place or "libgcc" in place else "program"


class Symbols:
    """Looks up all addresses at once: each is asked for as it is and as one to return to, so one less as well."""

    def __init__(self, elf, addresses):
        self.elf = elf
        self.starts, self.in_ra = self.read_frames()
        self.text = self.read_text()
        self.layers = {}  # {function: program, libc, runtime, kernel or arch}
        self.names = self.look_up(sorted({a - less for a in addresses for less in (0, 1) if self.is_text(a)}))

    def run(self, tool, *arguments, given=""):
        return subprocess.run([BINUTILS + tool, *arguments, self.elf], input=given, capture_output=True, text=True,
                              check=True).stdout

    def read_text(self):
        """Addresses of the sections that hold code."""
        ranges = []
        for line in self.run("readelf", "-SW").splitlines():
            match = re.match(r"\s*\[ *\d+\] \S+ +\S+ +([0-9a-f]+) [0-9a-f]+ ([0-9a-f]+) \S+ +A?X?[A-Z]*X", line)
            if match:
                ranges.append((int(match[1], 16), int(match[1], 16) + int(match[2], 16)))
        return ranges

    def is_text(self, address):
        return any(start <= address < end for start, end in self.text)

    def look_up(self, addresses):
        """{address: its function, after those that were inlined into it there}"""
        given = "".join(f"{address:#x}\n" for address in addresses)
        answer = self.run("addr2line", "-a", "-f", "-i", "-e", given=given).splitlines()
        names, address = {}, None
        for line, following in zip(answer, [*answer[1:], ""]):
            if re.fullmatch(r"0x[0-9a-f]{16}", line):
                address = int(line, 16)
                names[address] = []
            elif re.search(r":[0-9?]+( \(discriminator \d+\))?$", following):  # this is a function, that its place
                name = "" if line == "??" else line
                names[address].append(name)
                self.layers.setdefault(name, layer_of(name, following))
        return names

    def functions(self, address):
        """The innermost first; an unknown one is ''."""
        return self.names.get(address) or [""]

    def read_frames(self):
        """Rows of the call frame information: from this address on, is the caller's address still, or again, in ra alone?"""
        rows = {}
        columns, end = [], None
        for line in self.run("readelf", "--debug-dump=frames-interp").splitlines():
            match = FRAME.search(line)
            words = line.split()
            if match:
                if end is not None:
                    rows.setdefault(end, True)
                end = int(match[2], 16)
            elif words[:1] == ["LOC"]:
                columns = words
            elif len(words) >= 2 and end is not None and re.fullmatch(r"[0-9a-f]{16}", words[0]):
                rules = dict(zip(columns, words))
                # With s0 set up the record that it points at counts, even while the epilogue has ra back already.
                rows[int(words[0], 16)] = not rules["CFA"].startswith("s0")
            elif "CIE" in line:
                rows.setdefault(end, True) if end is not None else None
                end = None
        starts = sorted(rows)
        return starts, [rows[start] for start in starts]

    def caller_in_ra(self, pc):
        if TRAP_ENTRY & set(self.functions(pc)):
            return False
        at = bisect.bisect_right(self.starts, pc) - 1
        return at < 0 or self.in_ra[at]  # assembly has no such information, and no frames
