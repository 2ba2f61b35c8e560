"""What the kinds of tests share: a test, its outcome, and how a command is run for it."""
import contextlib
import os
import re
import shutil
import signal
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PYTHON = "/usr/bin/python3"
TIMEOUT = 300  # seconds of a test that names no other: what hangs ends then, on a busy host what does not needs less
REPORT = re.compile(r"^TEST (\S+): (OK|FAIL|SKIP)\b ?(.*)$", re.MULTILINE)
DIRECTIVE = re.compile(r"^\s*(?://|\*|#)\s*([a-z]+!?~?):\s?(.*?)\s*(?:\*/)?$")


class Outcome:
    def __init__(self, name, status, reason=""):
        self.name, self.status, self.reason = name, status, reason[:240]  # status: OK, FAIL or SKIP


class Test:
    """One thing to run; it may report several outcomes."""
    timeout = TIMEOUT

    def __init__(self, name, path):
        self.name, self.path = name, path
        self.folder = os.path.join(ROOT, "build", "tests", name.replace("#", "-"))

    def prepare(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)

    def log(self):
        return os.path.join(self.folder, "log")


def directives(path):
    """[(key, value)] of the comment at the top of a source."""
    found = []
    with open(path, errors="replace") as file:
        for line in list(file)[:60]:
            text = line.strip()
            if text and not text.startswith(("//", "/*", "*", "#!", "# ", '"""')):
                break
            match = DIRECTIVE.match(line)
            if match:
                found.append((match[1], match[2]))
    return found


running = set()  # process groups of commands


def end_all():
    """Asks every command that runs to end."""
    for group in list(running):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGTERM)


def execute(words, timeout, stdout, stderr, **more):
    """Exit status of a command; None if it took too long, with everything that it started ended."""
    process = subprocess.Popen(words, stdout=stdout, stderr=stderr, start_new_session=True,
                               **{"cwd": ROOT, "stdin": subprocess.DEVNULL, **more})
    running.add(process.pid)
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None
    finally:
        running.remove(process.pid)


def reported(test, status):
    """Outcomes of a program that prints TEST lines, or of its exit status alone."""
    with open(test.log(), errors="replace") as file:
        text = file.read()
    outcomes = [Outcome(f"{test.name}/{name}", result, reason) for name, result, reason in REPORT.findall(text)]
    if status is None:
        outcomes.append(Outcome(test.name, "FAIL", f"ran longer than {test.timeout} s"))
    elif status != 0 and not any(outcome.status == "FAIL" for outcome in outcomes):
        outcomes.append(Outcome(test.name, "FAIL", f"exit status {status}; {last_line(text)}"))
    return outcomes or [Outcome(test.name, "OK")]


def last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    summary = [line for line in lines if re.search(r"ERROR: \w+Sanitizer|runtime error:|Error\b", line)]
    return (summary or lines or ["no output"])[-1][:200]
