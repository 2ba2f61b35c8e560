#!/usr/bin/python3
# timeout: 1200
"""The OpenMP programs of tests/guest on the host: compiled by its gcc, linked with runtime/gomp instead of libgomp.

Each must print what it prints with libgomp: under AddressSanitizer and UBSan, under ThreadSanitizer, which sees the library's own
synchronisation as well, with threads that never spin and with threads that spin for long.
"""
import glob
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRATCH = os.environ.get("SCRATCH", os.path.join(ROOT, "build", "tests", "omp-host"))
LIBRARY = [path for path in sorted(glob.glob(os.path.join(ROOT, "runtime", "gomp", "*.c")))
           if not path.endswith("platform.c")] + [os.path.join(ROOT, "tests", "omp", "linux.c")]
STRICT = ["-std=gnu11", "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wconversion", "-fno-strict-aliasing", f"-I{ROOT}"]
SANITIZERS = {"asan": ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"], "tsan": ["-fsanitize=thread"]}
# name of a run: sanitizer, environment
RUNS = {"asan": ("asan", {}), "tsan": ("tsan", {"GOMP_SPINCOUNT": "0"}), "spinning": ("tsan", {"OMP_WAIT_POLICY": "active"})}
CANCELLING = "omp_cancel"


def call(words, **more):
    return subprocess.run(words, capture_output=True, timeout=300, check=False, **more)


def compiled(words):
    done = call(words)
    if done.returncode != 0:
        raise RuntimeError(f"does not compile: {done.stderr.decode(errors='replace')[-2000:]}")


def library(name, flags):
    """The objects of runtime/gomp for one sanitizer."""
    folder = os.path.join(SCRATCH, name)
    os.makedirs(folder, exist_ok=True)
    objects = [os.path.join(folder, os.path.basename(path) + ".o") for path in LIBRARY]
    jobs = [subprocess.Popen(["gcc", *STRICT, *flags, "-c", "-o", out, path]) for path, out in zip(LIBRARY, objects)]
    if any(job.wait() for job in jobs):
        raise RuntimeError("the library does not compile")
    return objects


def environment(program, more):
    cancel = {"OMP_CANCELLATION": "true"} if program == CANCELLING else {}
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "GOMP_"))}
    return {**clean, "OMP_NUM_THREADS": "4", "ASAN_OPTIONS": "detect_leaks=1", **cancel, **more}


def check(program, libraries):
    """What went wrong with each run of a program."""
    source, out = os.path.join(ROOT, "tests", "guest", program + ".c"), os.path.join(SCRATCH, program)
    compile_it = ["gcc", "-w", "-O1", "-g", "-funsigned-char", "-fopenmp"]
    compiled([*compile_it, "-o", out, source])
    want = call([out], env=environment(program, {}))
    if want.returncode != 0 or not want.stdout:
        raise RuntimeError(f"fails with libgomp: {want.returncode}")
    for name, flags in SANITIZERS.items():
        compiled([*compile_it, *flags, "-c", "-o", f"{out}.{name}.o", source])
        compiled(["gcc", *flags, "-o", f"{out}.{name}", f"{out}.{name}.o", *libraries[name], "-lpthread", "-lm"])
    for run, (name, more) in RUNS.items():
        done = call([f"{out}.{name}"], env=environment(program, more))
        if done.returncode != 0:
            print(done.stderr.decode(errors="replace")[:4000])
            yield run, f"exit status {done.returncode}"
        else:
            yield run, "" if done.stdout == want.stdout else "stdout differs from libgomp's"


def main():
    failed = False
    libraries = {name: library(name, flags) for name, flags in SANITIZERS.items()}
    for path in sorted(glob.glob(os.path.join(ROOT, "tests", "guest", "omp_*.c"))):
        program = os.path.basename(path)[:-2]
        if program == "omp_env":  # what it says is Bower's own
            continue
        try:
            for run, problem in check(program, libraries):
                print(f"TEST {program}-{run}: {'FAIL ' + problem if problem else 'OK'}", flush=True)
                failed |= bool(problem)
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            print(f"TEST {program}: FAIL {str(error)[:300]}", flush=True)
            failed = True
    return failed


sys.exit(main())
