#!/usr/bin/python3
# timeout: 600
"""runtime/exports.txt names what the runtime defines for programs, all of it and nothing else; the linked object shows no more, and
uses none of it itself but what ISO C reserves: a program may have functions of its own under the other names."""
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NM = "riscv64-unknown-elf-nm"
# What newlib or the linker asks for by name: the strong ones.
STRONG = re.compile(r"_start|__getreent|_\w+_r|__retarget_lock_\w+|__lock___\w+")

RESERVED = re.compile(r"_\w+|abort|calloc|exit|getenv|mem(cpy|move)|c?pow|qsort|realloc|strerror|strto(f|ld)|scalbln[fl]?|atan2|hypotf?|"
                      r"fmax|fmin|(fmod|rint|sqrt)f?|"
                      r"(atan2|expm1|fm(ax|in|od)|frexp|hypot|ilogb|log1p|nextafter|remquo|rint|round|scalbn|trunc)l|"
                      r"c?(a?(cos|sin|tan)h?|exp|log|sqrt)l?|feraiseexcept")
# Variables that programs share with it, and what GCC compiles directives to.
SHARED = re.compile(r"opt(arg|err|ind|opt)|error_\w+|program_invocation_(short_)?name|GOMP_\w+")


def symbols(path):
    """(kind, name) of everything that the object file defines globally."""
    out = subprocess.run([NM, "--defined-only", "--extern-only", path], capture_output=True, text=True, check=True).stdout
    return [(words[1], words[2]) for words in map(str.split, out.splitlines()) if len(words) == 3]


def used(path):
    """Names of functions and objects that code and data of the object file refer to."""
    out = subprocess.run(["riscv64-unknown-elf-objdump", "-r", path], capture_output=True, text=True, check=True).stdout
    names, wanted = set(), False
    for line in out.splitlines():
        if line.startswith("RELOCATION RECORDS"):
            wanted = re.search(r"\[\.(text|rodata|s?data)", line) is not None
        elif wanted and len(line.split()) == 3:
            names.add(line.split()[2].split("+")[0])
    return names


def main():
    subprocess.run(["make", "-s", "all"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    with open(os.path.join(ROOT, "runtime", "exports.txt"), encoding="ascii") as file:
        listed = file.read().split()
    folder = os.path.join(ROOT, "build", "runtime")
    sources = [os.path.relpath(path, os.path.join(ROOT, "runtime"))
               for pattern in ("*.[cS]", "*/*.[cS]") for path in glob.glob(os.path.join(ROOT, "runtime", pattern))]
    defined = [s for name in sources for s in symbols(os.path.join(folder, name + ".o"))]
    wanted = {name for kind, name in defined if kind in "WV" or STRONG.fullmatch(name)} | {"_start"}
    shown = {name for _, name in symbols(os.path.join(ROOT, "build", "bower.o"))}
    called = {f"{name}: {use}" for name in sources for use in used(os.path.join(folder, name + ".o"))
              if use in listed and not any(kind.fullmatch(use) for kind in (STRONG, RESERVED, SHARED))}
    failed = False
    for test, problem in [
        ("exports-sorted", [] if listed == sorted(set(listed)) else ["the list is not sorted, or a name stands twice"]),
        ("exports-complete", sorted(wanted - set(listed))),
        ("exports-exist", sorted(set(listed) - wanted)),
        ("exports-alone", sorted(shown - set(listed))),
        ("exports-unused", sorted(called)),
    ]:
        print(f"TEST {test}: {'FAIL ' + ' '.join(problem) if problem else 'OK'}")
        failed |= bool(problem)
    return failed


sys.exit(main())
