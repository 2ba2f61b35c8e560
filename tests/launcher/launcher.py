"""What the launcher's tests share: run scripts/run, report."""
import os
import subprocess
import sys
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RUN = os.path.join(ROOT, "scripts", "run")
SCRATCH = os.environ.get("SCRATCH", os.path.join(ROOT, "build", "tests", "launcher"))


def run(*words, **more):
    """scripts/run, its streams captured as bytes, in a run folder of its own."""
    more = {"stdin": subprocess.DEVNULL, "timeout": 100, **more}
    return subprocess.run([RUN, "--run-dir", SCRATCH, *words], cwd=more.pop("cwd", ROOT), capture_output=True, check=False,
                          **more)


def scratch_file(name, content=b"x"):
    os.makedirs(SCRATCH, exist_ok=True)
    path = os.path.join(SCRATCH, name)
    with open(path, "wb") as file:
        file.write(content)
    return path


class Skip(Exception):
    """Why a case cannot run here."""


NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"]


def run_with_full(folder, *words, room=0):
    """scripts/run in a mount namespace of its own, in which folder is a tmpfs with room for so many KiB: (what run gives, its files)."""
    os.makedirs(folder, exist_ok=True)
    mount = f'mount -t tmpfs -o size={4 + room}k none "{folder}" && head -c 4096 /dev/zero > "{folder}/filler"'
    if subprocess.run([*NAMESPACE, "sh", "-c", mount], capture_output=True, check=False).returncode != 0:
        raise Skip("no mount namespaces for users here")
    script = f'{mount}; "$@"; status=$?; ls "{folder}"; exit $status'
    done = subprocess.run([*NAMESPACE, "sh", "-c", script, "sh", RUN, "--run-dir", SCRATCH, *words], cwd=ROOT, capture_output=True,
                          stdin=subprocess.DEVNULL, check=False, timeout=100)
    return done, done.stdout.split()


def report(cases):
    """Runs (name, function) pairs; a function fails by an exception. Prints TEST lines; exits 1 if any failed."""
    failed = 0
    os.makedirs(SCRATCH, exist_ok=True)
    for name, case in cases:
        try:
            case()
            print(f"TEST {name}: OK", flush=True)
        except Skip as why:
            print(f"TEST {name}: SKIP {why}", flush=True)
        except Exception as error:
            failed += 1
            text = str(error) or traceback.format_exc(limit=-1)
            print(f"TEST {name}: FAIL {text.strip()[:400]!r}", flush=True)
    sys.exit(1 if failed else 0)


def cases_of(module):
    """The functions test_* of a module, in the order of the source."""
    return [(name[len("test_"):], value) for name, value in vars(module).items() if name.startswith("test_")]


def expect(condition, text):
    if not condition:
        raise AssertionError(text)
