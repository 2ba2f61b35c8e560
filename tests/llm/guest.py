"""What the tests of the language model in the guest share: the programs on the host and in the guest, and what they say."""
import itertools
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "infer"))

from hosttools import ROOT, Results, compile_app, data_file, script, synth  # noqa: E402,F401

RUN = os.path.join(ROOT, "scripts", "run")
LOGITS = "logits.bin"
GUEST_SECONDS = 120
numbers = itertools.count(1)


class Said:
    """What one run of a program left: exit status, stdout, the lines of stderr that are not counters, its logits."""

    def __init__(self, done, folder):
        self.status, self.out = done.returncode, done.stdout
        lines = done.stderr.decode(errors="replace").splitlines()
        self.lines = [line for line in lines if line and not line.startswith("bower-stats")]
        path = os.path.join(folder, LOGITS)
        self.logits = b""
        if os.path.exists(path):
            with open(path, "rb") as file:
                self.logits = file.read()
            os.remove(path)

    def must_be(self, other):
        """The same status, text and logits, bit for bit."""
        assert self.status == other.status, f"status {self.status}, not {other.status}: {self.lines[-1:]}"
        assert self.out == other.out, f"text differs: {self.out[:80]!r}, not {other.out[:80]!r}"
        if self.logits != other.logits:
            pairs = zip(self.logits, other.logits)
            at = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(self.logits), len(other.logits)))
            raise AssertionError(f"logits differ from byte {at} on ({len(self.logits)} bytes, {len(other.logits)} wanted)")

    def must_refuse(self, status, *words):
        """Exit status and exactly one line, with these words in it, and nothing on stdout."""
        assert self.status == status, f"status {self.status}, not {status}: {self.lines[-2:]}"
        assert self.out == b"", f"wrote {self.out[:60]!r}"
        assert len(self.lines) == 1, f"{len(self.lines)} lines: {self.lines[:3]}"
        missing = [word for word in words if word not in self.lines[0]]
        assert not missing, f"no {missing[0]!r} in: {self.lines[0]}"
        return self.lines[0]


class Programs:
    """llm and gpt, for the host and for the guest. files: what a program sees as its folder besides what it writes."""

    def __init__(self, folder):
        self.folder = folder
        self.host_programs = {name: compile_app(folder, name, "-O2") for name in ("llm", "gpt")}
        for name in self.host_programs:     # the first run builds; later ones may stand side by side
            said = self.guest(name, __file__, "--help")
            assert said.status == 0, f"{name} --help: status {said.status}: {said.lines[-2:]}"

    def share(self, files=()):
        """A new folder with copies of these files."""
        path = os.path.join(self.folder, f"share-{next(numbers)}")
        os.mkdir(path)
        for name in files:
            with open(name, "rb") as source, open(os.path.join(path, os.path.basename(name)), "wb") as copy:
                copy.write(source.read())
        return path

    def host(self, app, model, *arguments, files=()):
        folder = self.share(files)
        words = [self.host_programs[app], "-m", model, *arguments]
        done = subprocess.run(words, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=GUEST_SECONDS)
        return Said(done, folder)

    def guest(self, app, model, *arguments, options=(), files=(), share=None):
        folder = share or self.share(files)
        scratch = os.path.join(self.folder, f"run-{next(numbers)}")
        os.mkdir(scratch)
        words = [RUN, "--run-dir", scratch, "--files", folder, "--stats", os.path.join(scratch, "stats.json"), "--timeout",
                 str(GUEST_SECONDS), "--model", model, *options, app, "--", *arguments]
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=GUEST_SECONDS + 30)
        return Said(done, folder)
