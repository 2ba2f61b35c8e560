#!/usr/bin/python3
# timeout: 900
"""Programs written for Linux, built by gcc for the host and by scripts/run for Bower, with the same arguments, files and stdin:
stdout, exit status and what they leave in their folder must be the same, byte for byte."""
import concurrent.futures
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SCRATCH = os.path.join(ROOT, "build", "tests", "programs")
FLAGS = "-O2 -ffp-contract=off"  # RISC-V has fused multiply-add, the host's baseline need not

LISP = """
(define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
(fib 15)
(define (map f l) (if (null? l) '() (cons (f (car l)) (map f (cdr l)))))
(define (range a b) (if (< a b) (cons a (range (+ a 1) b)) '()))
(map (lambda (x) (* x x)) (range 0 10))
(car '())
(define (loop i acc) (if (= i 0) acc (loop (- i 1) (+ acc i))))
(loop 100000 0)
(undefined 3)
(define counter ((lambda (n) (lambda () (set! n (+ n 1)))) 0))
(list (counter) (counter) '(a (b c) 'd))
(/ 1 0)
"""
ED = r"""a
one two
three
four two
.
,n
1s/two/2&2/p
s/\(o\)\(n\)/\2\1/gp
$t0
,p
/three/d
,n
g/two/s/o/0/g
1m$
,p
w out.txt
/missing/
2,1p
1,2j
r out.txt
,n
?2?
$=
e main.c
/int main/,+3n
f
q
"""
EVENTS = """2024-03-31 02:30 an hour that is not there
every sunday 10:00 run
2024-02-30 no such day
every fri 18:15 beer
2024-03-31 03:30 after it
"""
STORE = """put a 1 2 3
put b x
put a new
get a
get z
fill 3000 7
check
scan key-0010 5
del key-00012
del b
sync
put long %s
scan z
quit
""" % ("v" * 90)
JSON = r"""{"name": "caf\u00e9 \ud83d\ude00", "list": [1, 2.5, -3e-7, 1e21, {"deep": [[], {}]}], "b": true, "a": null,
  "text": "tab\tline\nquote\"", "big": 123456789012345678}"""
CSV = 'city,x,y\nBern,1,2.5\nOslo,2,\n"Rome, Italy",3,foo\nBern,4,1e3\nOslo,5\nBern,-7.25,0x10\n' + "".join(
    f"Lima,{i * i % 37},{(i * 7919) % 1000 / 8}\n" for i in range(300))
TEXT = ["docs/design.md", "README.md"]  # of the project: something to read


class Case:
    def __init__(self, name, program, *args, stdin="", files=(), flags="", options=()):
        self.name, self.program, self.args, self.stdin, self.files = name, program, args, stdin, files
        self.flags, self.options = flags, options  # of the compilers, of scripts/run

    def source(self):
        path = os.path.join(HERE, self.program)
        return path if os.path.isdir(path) else path + ".c"

    def sources(self):
        path = self.source()
        if os.path.isfile(path):
            return [path]
        return sorted(os.path.join(path, name) for name in os.listdir(path) if name.endswith(".c"))

    def folder(self, kind):
        """A fresh folder with the files that the program finds."""
        path = os.path.join(SCRATCH, self.name, kind)
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
        for name in self.files:
            target = os.path.join(path, os.path.basename(name))
            if os.path.isdir(os.path.join(ROOT, name)):
                shutil.copytree(os.path.join(ROOT, name), target)
            else:
                shutil.copyfile(os.path.join(ROOT, name), target)
        return path


CASES = [
    Case("agenda", "agenda", "-z", "CET-1CEST,M3.5.0,M10.5.0/3", "2024", "mar", stdin=EVENTS),
    Case("agenda-south", "agenda", "-z", "<-03>3<-02>,M10.1.0,M3.3.0", "-w", "sun", "1999", "12", stdin="1999-12-31 23:59 party\n"),
    Case("compress", "compress", "-v9", "design.md", "README.md", files=TEXT),
    Case("csvstat", "csvstat", "-g", "1", stdin=CSV),
    Case("csvstat-plain", "csvstat", "-H", "-d", " ", "missing.csv", "README.md", files=TEXT),
    Case("digest-test", "digest", "-t"),
    Case("digest-files", "digest", "design.md", "nowhere", "README.md", files=TEXT),
    Case("digest-encode", "digest", "-e", stdin="".join(map(chr, range(1, 128))) * 50),
    Case("ed", "ed", "-s", stdin=ED, files=["tests/programs/digest/main.c"]),
    Case("json", "json", "-s", stdin=JSON),
    Case("json-pick", "json", "-c", ".list[4].deep", stdin=JSON),
    Case("json-wrong", "json", stdin='[1,\n {"a": tru}]'),
    Case("kvstore", "kvstore", "store.db", stdin=STORE),
    *[Case(f"lifecycle-{mode}", "lifecycle", mode) for mode in
      ("exit", "quick", "_exit", "return", "signals", "jumps", "abort", "handled-abort", "assert", "kill", "segments")],
    Case("linalg", "linalg", "40"),
    Case("lisp", "lisp", stdin=LISP),
    Case("minigrep", "minigrep", "-rn", "--include=*.[ch]", r"^static .*\(|[0-9]{4,}", files=["tests/programs/digest"]),
    Case("minigrep-words", "minigrep", "-ioF", "frame", "design.md", "absent", "README.md", files=TEXT),
    Case("minigrep-none", "minigrep", "-c", "no such line", stdin="one\ntwo\n"),
    Case("nbody", "nbody", "1500"),
    Case("pipeline", "pipeline", flags="-pthread", options=["--harts", "2"]),
    Case("pipeline-narrow", "pipeline", "-w", "3", "-q", "1", "-n", "150", flags="-pthread", options=["--harts", "1"]),
    Case("raytrace", "raytrace", "-w", "100", "-h", "75", "-o", "picture.ppm"),
    Case("stencil", "stencil", "-n", "80", flags="-fopenmp", options=["--harts", "2"]),
    Case("wordindex", "wordindex", "-i", "-n", "25", "design.md", "README.md", files=TEXT),
    Case("wordindex-word", "wordindex", "-w", "page", "README.md", "design.md", files=TEXT),
    Case("wordindex-sizes", "wordindex", "--statistics", "-l2", stdin=LISP * 20),
]


def tree(folder):
    """{relative path: content} of every file."""
    found = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found


def run_native(case):
    folder, binary = case.folder("native"), os.path.join(SCRATCH, case.name, "native-program")
    subprocess.run(["gcc", "-w", "-std=gnu11", *FLAGS.split(), *case.flags.split(), "-o", binary, *case.sources(), "-lm"], check=True)
    done = subprocess.run([binary, *case.args], cwd=folder, input=case.stdin.encode(), capture_output=True, timeout=60, check=False)
    status = done.returncode if done.returncode >= 0 else 128 - done.returncode  # as a shell shows a signal
    return done.stdout, status, tree(folder)


def run_in_bower(case):
    folder = case.folder("bower")
    command = [os.path.join(ROOT, "scripts", "run"), "--run-dir", os.path.join(SCRATCH, case.name, "run"), "--files", folder,
               "--timeout", "120", *case.options, "--cflags", f"{FLAGS} {case.flags}".strip(), case.source(), "--", *case.args]
    done = subprocess.run(command, input=case.stdin.encode(), capture_output=True, timeout=300, check=False)
    with open(os.path.join(SCRATCH, case.name, "stderr"), "wb") as file:
        file.write(done.stderr)
    return done.stdout, done.returncode, tree(folder)


def difference(native, bower):
    """What differs, or an empty string."""
    (stdout, status, files), (bower_stdout, bower_status, bower_files) = native, bower
    if status != bower_status:
        return f"exit status {bower_status}, not {status}"
    if stdout != bower_stdout:
        for number, (wanted, got) in enumerate(zip(stdout.splitlines(), bower_stdout.splitlines()), 1):
            if wanted != got:
                return f"stdout, line {number}: {got[:90]!r}, not {wanted[:90]!r}"
        return f"stdout: {len(bower_stdout)} bytes, not {len(stdout)}"
    names = sorted(name for name in {*files, *bower_files} if files.get(name) != bower_files.get(name))
    return f"files differ: {' '.join(names)}" if names else ""


def run_case(case):
    try:
        reason = difference(run_native(case), run_in_bower(case))
    except (OSError, subprocess.SubprocessError) as error:
        reason = str(error)
    print(f"TEST {case.name}: {'FAIL ' + reason if reason else 'OK'}", flush=True)
    return not reason


def main():
    wanted = [case for case in CASES if len(sys.argv) < 2 or any(word in case.name for word in sys.argv[1:])]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return not all(list(pool.map(run_case, wanted)))


if __name__ == "__main__":
    sys.exit(main())
