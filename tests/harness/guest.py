"""Tests that run in the virtual machine. The comment at a test's top, one `// key: value` to a line:

    run: OPTIONS [-- ARGS]   options of scripts/run and the program's arguments; several lines are several tests
    exit: N                  exit status (0)
    stdout: FILE             exactly these bytes on stdout
    stdout~: REGEX           stdout has a match (also stderr~); stdout!~, stderr!~: has none. ^ and $ match at lines
    stdin: FILE              what the program reads (nothing)
    env: NAME=VALUE ...      further environment of scripts/run, which passes TZ and OMP_* on
    stats: EXPRESSION        is true, in the counters' names: faults <= 6 and frames_leaked == 0
    setup: COMMAND           bash, before the run; check: COMMAND, after it, must succeed. Both in the scratch folder, for 300 s
    timeout: S               (300)
    skip: WHY                not run

Lines before the first `run:` hold for every run, lines after one for that run. {dir} is the test's scratch folder and {files}
the folder in it that is the program's /. Commands find the root of the project in $ROOT.
"""
import json
import os
import re
import shlex
import subprocess

from .common import ROOT, TIMEOUT, Outcome, Test, directives, execute


class GuestTest(Test):
    def __init__(self, name, path, expectations, run):
        super().__init__(name, path)
        self.expectations, self.run_line = expectations, run
        self.timeout = float(self.value("timeout", TIMEOUT))

    def value(self, key, default=None):
        return ([value for found, value in self.expectations if found == key] or [default])[-1]

    def values(self, key):
        return [value for found, value in self.expectations if found == key]

    def expand(self, text, quote=str):
        return text.replace("{dir}", quote(self.folder)).replace("{files}", quote(os.path.join(self.folder, "files")))

    def command(self):
        options, dashes, arguments = [self.expand(word) for word in shlex.split(self.run_line)], [], []
        if "--" in options:
            at = options.index("--")
            options, dashes, arguments = options[:at], ["--"], options[at + 1:]
        words = [os.path.join(ROOT, "scripts", "run"), "--run-dir", self.folder, "--timeout", f"{self.timeout:g}"]
        if "--files" not in options:
            words += ["--files", os.path.join(self.folder, "files")]
        return [*words, *options, self.path, *dashes, *arguments]

    def environment(self):
        more = [word.split("=", 1) for value in self.values("env") for word in shlex.split(value)]
        return {**os.environ, **dict(more)}

    def run(self):
        if self.value("skip") is not None:
            return [Outcome(self.name, "SKIP", self.value("skip"))]
        self.prepare()
        os.makedirs(os.path.join(self.folder, "files"))
        for command in self.values("setup"):
            if failed := self.shell(command):
                return [Outcome(self.name, "FAIL", f"setup {failed}")]
        source = self.value("stdin")
        stdin = open(os.path.join(ROOT, source), "rb") if source else subprocess.DEVNULL
        with open(self.log(), "wb") as err, open(os.path.join(self.folder, "stdout"), "wb") as out:
            status = execute(self.command(), self.timeout + 180, out, err, stdin=stdin, env=self.environment())
        reason = self.verdict(status)
        return [Outcome(self.name, "FAIL" if reason else "OK", reason)]

    def shell(self, command):
        """Why it failed, or an empty string."""
        words = ["bash", "-c", "IFS=$'\\n'; " + self.expand(command, shlex.quote)]  # no word ends within $ROOT, whatever its name
        with open(os.path.join(self.folder, "commands"), "ab") as log:
            status = execute(words, TIMEOUT, log, log, cwd=self.folder, env={**os.environ, "ROOT": ROOT})
        if status is None:
            return f"ran longer than {TIMEOUT} s: {command}"
        return f"failed: {command}" if status != 0 else ""

    def verdict(self, status):
        """Why it failed, or an empty string."""
        wanted = int(self.value("exit", 0))
        with open(self.log(), errors="replace") as file:
            stderr = file.read()
        with open(os.path.join(self.folder, "stdout"), "rb") as file:
            stdout = file.read()
        if status != wanted:
            lines = [line for line in stderr.splitlines() if line.strip() and not line.startswith("bower-stats")]
            return f"exit status {status}, not {wanted}; {lines[-1][:200] if lines else 'nothing on stderr'}"
        for file_name in self.values("stdout"):
            with open(os.path.join(ROOT, file_name), "rb") as file:
                if file.read() != stdout:
                    return f"stdout differs from {file_name}"
        for key, text in (("stdout", stdout.decode(errors="replace")), ("stderr", stderr)):
            for pattern in self.values(key + "~"):
                if not re.search(pattern, text, re.MULTILINE):
                    return f"{key} has no match of {pattern}"
            for pattern in self.values(key + "!~"):
                if re.search(pattern, text, re.MULTILINE):
                    return f"{key} has a match of {pattern}"
        return self.stats_verdict() or self.check_verdict()

    def stats_verdict(self):
        if not self.values("stats"):
            return ""
        try:
            with open(os.path.join(self.folder, "stats.json")) as file:
                counters = json.load(file)
        except (OSError, ValueError):
            return "there are no counters"
        for expression in self.values("stats"):
            if not eval(expression, {"__builtins__": {"sum": sum, "all": all, "any": any, "len": len}}, counters):
                names = sorted(set(re.findall(r"[a-z_]+", expression)) & set(counters))
                return f"not so: {expression} ({', '.join(f'{name} = {counters[name]}' for name in names)})"
        return ""

    def check_verdict(self):
        for command in self.values("check"):
            if failed := self.shell(command):
                return f"check {failed}"
        return ""


def collect(path):
    """The tests of one source: one for each of its `run:` lines."""
    common, runs = [], []
    for key, value in directives(path):
        if key == "run":
            runs.append((value, []))
        elif runs:
            runs[-1][1].append((key, value))
        else:
            common.append((key, value))
    name = "guest/" + os.path.basename(path)[:-2]
    runs = runs or [("", [])]
    return [GuestTest(name if len(runs) == 1 else f"{name}#{number}", path, common + own, run)
            for number, (run, own) in enumerate(runs, 1)]
