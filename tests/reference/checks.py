"""What the checks share: TEST lines, paths, and running the project's scripts. Import it before numpy."""
import os
import subprocess
import sys
import traceback

# One thread: the matrices are small, and threads that wait for each other on busy processors spin.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SCRIPTS = os.path.join(ROOT, "scripts")
DATA = os.environ.get("BOWER_DATA", os.path.join(ROOT, "..", "shared", "data"))
sys.path.insert(0, SCRIPTS)


class Skip(Exception):
    """Raised by a test that cannot run here; the text says what is missing."""


class Results:
    """Prints `TEST name: OK|FAIL reason|SKIP reason` and counts failures."""

    def __init__(self):
        self.failed = self.run_count = 0

    def check(self, name, function, *arguments):
        """Runs a test: it returns a remark or None, raises AssertionError with the reason, or Skip."""
        self.run_count += 1
        try:
            remark = function(*arguments)
            print(f"TEST {name}: OK{' ' + remark if remark else ''}", flush=True)
        except Skip as reason:
            print(f"TEST {name}: SKIP {reason}", flush=True)
        except Exception as error:      # any other exception is a failed test, not the end of the others
            self.failed += 1
            where = traceback.extract_tb(error.__traceback__)[-1]
            text = str(error).replace("\n", " ") or type(error).__name__
            print(f"TEST {name}: FAIL {text} ({os.path.basename(where.filename)}:{where.lineno})", flush=True)

    def status(self):
        """Exit status: 0 if nothing failed."""
        if not self.failed:
            print("ALL TESTS PASSED")
        return 1 if self.failed else 0


def data_file(name):
    """Path of a file of the data folder; Skip where it is absent."""
    path = os.path.join(DATA, name)
    if not os.path.exists(path):
        raise Skip(f"{name} is not in BOWER_DATA ({DATA})")
    return path


def script(name, *arguments, status=0):
    """Runs scripts/name; its stdout and stderr. AssertionError where the exit status is another."""
    done = subprocess.run([os.path.join(SCRIPTS, name), *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == status, f"{name} {' '.join(map(str, arguments))}: status {done.returncode}: {done.stderr[-200:]}"
    return done.stdout, done.stderr


def read_bytes(path):
    with open(path, "rb") as file:
        return file.read()
