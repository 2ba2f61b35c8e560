"""Tests that run on the host: C programs with sanitizers, and scripts.

The comment at a C test's top: `// sources: kernel/policy/prefetch/*.c ...` (patterns, from the root), and if needed
`// flags: ...` for the compiler, `// sanitize: thread` (in place of address,undefined) and `// timeout: S` (300).
tests/host/NAME.c without `sources:` is no test of its own.
"""
import glob
import os
import shlex

from .common import PYTHON, ROOT, TIMEOUT, Outcome, Test, directives, execute, reported

COMPILE = ["gcc", "-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fno-omit-frame-pointer",
           "-fno-sanitize-recover=all", "-I."]
ENVIRONMENT = {"ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0", "UBSAN_OPTIONS": "print_stacktrace=1",
               "TSAN_OPTIONS": "halt_on_error=1:exitcode=66"}


class HostTest(Test):
    def __init__(self, name, path, header):
        super().__init__(name, path)
        self.header = header
        self.timeout = float(header.get("timeout", TIMEOUT))

    def sources(self):
        found = [os.path.relpath(self.path, ROOT)]
        for pattern in self.header["sources"].split():
            matches = sorted(glob.glob(os.path.join(ROOT, pattern)))
            if not matches:
                raise FileNotFoundError(pattern)
            found += [os.path.relpath(match, ROOT) for match in matches]
        return list(dict.fromkeys(found))

    def run(self):
        self.prepare()
        program = os.path.join(self.folder, "program")
        with open(self.log(), "wb") as log:
            try:
                words = [*COMPILE, "-fsanitize=" + self.header.get("sanitize", "address,undefined"), "-o", program,
                         *self.sources(), *shlex.split(self.header.get("flags", ""))]
            except FileNotFoundError as error:
                return [Outcome(self.name, "FAIL", f"no source matches {error}")]
            if execute(words, TIMEOUT, log, log) != 0:
                return [Outcome(self.name, "FAIL", "does not compile")]
            status = execute([program], self.timeout, log, log, env={**os.environ, **ENVIRONMENT, "SCRATCH": self.folder})
        return reported(self, status)


class ScriptTest(Test):
    def __init__(self, name, path):
        super().__init__(name, path)
        self.timeout = float(dict(directives(path)).get("timeout", TIMEOUT))

    def run(self):
        self.prepare()
        with open(self.log(), "wb") as log:
            status = execute([PYTHON, "-B", self.path], self.timeout, log, log, env={**os.environ, "SCRATCH": self.folder})
        return reported(self, status)


def collect_program(path):
    header = {}
    for key, value in directives(path):
        header[key] = f"{header[key]} {value}" if key in ("sources", "flags") and key in header else value
    return [HostTest("host/" + os.path.basename(path)[:-2], path, header)] if "sources" in header else []


def collect_script(path):
    folder = os.path.relpath(os.path.dirname(path), os.path.join(ROOT, "tests"))
    return [ScriptTest(os.path.normpath(os.path.join(folder, os.path.basename(path)[len("test_"):-3])), path)]
