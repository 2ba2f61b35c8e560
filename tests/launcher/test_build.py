#!/usr/bin/python3
"""Set-up and build: done once, keyed by what they depend on, and clear when they fail."""
# timeout: 600
import os
import re
import subprocess
import sys
import time

import launcher
from launcher import ROOT, SCRATCH, expect, run

HELLO = b'#include <stdio.h>\n#ifndef WORD\n#define WORD "hello"\n#endif\nint main(void) { puts(WORD); return 0; }\n'


def source(name, content=HELLO):
    path = os.path.join(SCRATCH, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    return path


def prints(expected, *words, **more):
    done = run("--timeout", "60", *words, **more)
    expect(done.returncode == 0 and done.stdout == expected, str(done))


def test_file_and_folder():
    path = source("one/hello.c")
    prints(b"hello\n", path)
    prints(b"hello\n", os.path.dirname(path))
    prints(b"hello\n", "hello.c", cwd=os.path.dirname(path))
    prints(b"hello\n", ".", cwd=os.path.dirname(path))


def test_file_beside_the_makefile():
    path = os.path.join(ROOT, f"hello-{os.getpid()}.c")
    try:
        with open(path, "wb") as file:
            file.write(HELLO)
        prints(b"hello\n", os.path.basename(path))
    finally:
        os.unlink(path)


def test_folder_of_several():
    source("two/main.c", b'#include "part.h"\nint main(void) { return part() - 7; }\n')
    source("two/part.h", b"int part(void);\n")
    source("two/part.c", b'#include "part.h"\nint part(void) { return 7; }\n')
    prints(b"", os.path.join(SCRATCH, "two"))


def test_awkward_names():
    prints(b"hello\n", source("with space/hello.c"))
    prints(b"hello\n", os.path.dirname(source("a$b#c'd:e/hello.c")))
    prints(b"hello\n", source("with space/he llo (1).c"))
    source("two words/ma in.c", b'#include "pa rt.h"\nint main(void) { return part() - 7; }\n')
    source("two words/pa rt.h", b"int part(void);\n")
    path = source("two words/\u00e9t\u00e9.c", b"int part(void) { return 7; }\n")
    prints(b"", os.path.dirname(path))
    os.unlink(path)
    source("two words/part.c", b'#include <stdio.h>\nint part(void) { puts("part"); return 7; }\n')
    prints(b"part\n", os.path.dirname(path))


def test_same_name_other_place():
    first, second = source("x/same.c"), source("y/same.c", HELLO.replace(b'"hello"', b'"other"'))
    prints(b"hello\n", first)
    prints(b"other\n", second)
    prints(b"hello\n", first)


def test_a_change_is_seen():
    path = source("change/hello.c")
    prints(b"hello\n", path)
    time.sleep(0.02)
    source("change/hello.c", HELLO.replace(b'"hello"', b'"changed"'))
    prints(b"changed\n", path)


def test_cflags_and_ldflags():
    path = source("flags/hello.c")
    prints(b"a $HOME 'b'\n", "--cflags", """-O0 -DWORD='"a $HOME '"\\'b\\'"'"'""", path)
    prints(b"hello\n", path)
    path = source("flags/there.c", b"extern char there[];\nint main(void) { return there != (char *)0x80300000; }\n")
    prints(b"", "--ldflags", "-Wl,--defsym=there=0x80300000", path)
    expect(run(path).returncode == 2, "ldflags of another build were kept")


def test_cflags_name_from_where_one_is():
    path = source("with space/above/main.c", HELLO.replace(b"<stdio.h>", b"<said.h>"))
    source("with space/parts/said.h", b"#include <stdio.h>\n")
    source("with space/word.h", b'#define WORD "from here"\n')
    prints(b"from here\n", "--cflags", "-O1 -Iparts -include word.h", "above/main.c", cwd=os.path.dirname(os.path.dirname(path)))
    prints(b"from here\n", "--cflags", "-I ../parts -include ../word.h -I..", ".", cwd=os.path.dirname(path))
    prints(b"hello\n", "--cflags", "-I ../parts -I no-such-folder", ".", cwd=os.path.dirname(path))


def one_clear_line(done, compiler_says):
    lines = done.stderr.decode().splitlines()
    expect(done.returncode == 2 and not done.stdout, str(done))
    expect(any(compiler_says in line for line in lines), str(lines))
    expect(lines[-1].startswith("scripts/run: ") and lines[-1].endswith("did not build"), lines[-1])


def test_compile_error():
    path = source("bad/bad.c", b"int main(void) { return oops; }\n")
    one_clear_line(run(path), "'oops' undeclared")
    expect(f"{os.path.relpath(path, ROOT)}:1:" in run(path).stderr.decode(), "the compiler's words were changed")


def test_link_error():
    one_clear_line(run(source("bad/link.c", b"int nowhere(void);\nint main(void) { return nowhere(); }\n")),
                   "undefined reference to `nowhere'")
    one_clear_line(run(source("bad/nomain.c", b"int f(void) { return 1; }\n")), "undefined reference to `main'")


def test_bad_cflags():
    one_clear_line(run("--cflags", "--no-such-flag", source("bad/flag.c")), "unrecognized command-line option")


def test_warnings_are_no_errors():
    prints(b"", "--cflags", "-Wall", source("warn/warn.c", b"int main(void) { int unused; return 0; }\n"))


def test_unchanged_is_fast():
    path = source("fast/hello.c")
    run(path)
    before = os.times()
    done = run("--timeout", "60", path)
    after = os.times()
    took = after.children_user + after.children_system - before.children_user - before.children_system
    expect(took < 2, f"{took:.2f} s of a processor to find nothing to build and boot")
    expect(not re.search(rb"CC|LINK", done.stderr), str(done))


def make(*goals, **more):
    return subprocess.run(["make", "--no-print-directory", *goals], cwd=ROOT, capture_output=True, text=True, check=False, **more)


def test_second_make_does_nothing():
    make()
    again = make("V=1")
    expect(again.returncode == 0 and not re.search(r"gcc|setup|objcopy", again.stdout), again.stdout + again.stderr)


def test_help_lists_targets():
    text = make("help").stdout
    for target in ("run", "test", "bench", "debug", "lint", "format", "clean"):
        expect(re.search(rf"^ *make {target} +\w", text, re.MULTILINE), f"{target}: {text}")


def setup(fakes, *words, **environment):
    """scripts/setup where some commands are others."""
    folder = os.path.join(SCRATCH, "fakes")
    os.makedirs(folder, exist_ok=True)
    for name, script in fakes.items():
        with open(os.path.join(folder, name), "w") as file:
            file.write(f"#!/bin/sh\n{script}\n")
        os.chmod(os.path.join(folder, name), 0o755)
    done = subprocess.run([os.path.join(ROOT, "scripts", "setup"), *words], capture_output=True, text=True, check=False,
                          env={**os.environ, **environment, "PATH": f"{folder}:{os.environ['PATH']}"})
    for name in fakes:
        os.unlink(os.path.join(folder, name))
    return done


def test_setup_without_root():
    done = setup({"dpkg-query": "exit 1", "id": "echo 1000", "apt-get": "echo apt-get was called; exit 1"}, "run")
    expect(done.returncode != 0 and "apt-get was called" not in done.stdout + done.stderr, str(done))
    lines = done.stderr.splitlines()
    expect(len(lines) == 2 and "run as root" in lines[0], done.stderr)
    expect(re.match(r" +apt-get update && apt-get install .*qemu-system-misc .*newlib-source", lines[1]), done.stderr)


def test_setup_as_root_installs_the_missing():
    done = setup({"dpkg-query": "exit 1", "id": "echo 0", "apt-get": 'echo "$@"'}, "bench")
    expect(done.returncode == 0 and re.search(r"^install .*gnuplot-nox", done.stderr, re.MULTILINE), str(done))


def test_missing_programs():
    """Whoever has removed make or QEMU since the set-up is told so in a line."""
    folder = os.path.join(SCRATCH, "programs")
    os.makedirs(folder, exist_ok=True)
    for where in reversed(os.environ["PATH"].split(":")):
        for name in os.listdir(where) if os.path.isdir(where) else []:
            link = os.path.join(folder, name)
            if not name.startswith("qemu-system") and not os.path.lexists(link):
                os.symlink(os.path.join(where, name), link)
    path = source("one/hello.c")
    for programs, missing in ((folder, b"qemu-system-riscv64"), (SCRATCH, b"make")):
        done = run(path, env={**os.environ, "PATH": programs})
        said = b"scripts/run: " + missing + b" is not installed; scripts/packages.txt names the packages that are needed\n"
        expect(done.returncode == 2 and done.stderr == said, str(done))


def test_read_only_tree():
    path, build = source("one/hello.c"), os.path.join(ROOT, "build")
    mount = f'mount --bind "{build}" "{build}" && mount -o remount,bind,ro "{build}"'
    if subprocess.run([*launcher.NAMESPACE, "sh", "-c", mount], capture_output=True, check=False).returncode != 0:
        raise launcher.Skip("no mount namespaces for users here")
    for words, said in (([launcher.RUN, path], b"scripts/run: build/lock"),
                        ([os.path.join(ROOT, "tests/run"), "host/test_fdt"], b"tests/run: build/tests/durations.json")):
        done = subprocess.run([*launcher.NAMESPACE, "sh", "-c", f'{mount} && "$@"', "sh", *words], cwd=ROOT, capture_output=True,
                              stdin=subprocess.DEVNULL, check=False, timeout=100)
        expect(done.returncode == 2 and done.stderr == said + b": read-only file system\n", str(done))


def test_setup_again_does_nothing():
    stamp = os.path.join(SCRATCH, "setup.mk")
    done = setup({"apt-get": "echo apt-get was called; exit 1", "make": "echo make was called; exit 1"}, "run", stamp)
    expect(done.returncode == 0 and not done.stdout and not done.stderr, str(done))
    with open(stamp) as file:
        expect(re.fullmatch(r"NEWLIB := /.*\n", file.read()), "no newlib")


def test_setup_that_fails_leaves_no_cache():
    cache = os.path.join(SCRATCH, "cache")
    done = setup({"make": "echo something went wrong; exit 1"}, "run", XDG_CACHE_HOME=cache)
    expect(done.returncode == 1 and "something went wrong" in done.stderr and "did not build" in done.stderr, str(done))
    left = [name for name in os.listdir(os.path.join(cache, "bower")) if not name.endswith((".log", ".lock"))]
    expect(not left, f"left behind: {left}")


def test_newlib_is_one_library():
    with open(os.path.join(ROOT, "build", "setup.mk")) as file:
        newlib = file.read().split(":=")[1].strip()
    libraries = [os.path.join(folder, name) for folder, _, names in os.walk(newlib) for name in names if name == "libc.a"]
    expect(libraries == [os.path.join(newlib, "lib", "libc.a")], str(libraries))
    symbols = subprocess.run(["riscv64-unknown-elf-nm", libraries[0]], capture_output=True, text=True, check=False).stdout
    for name in ("__getreent", "__retarget_lock_acquire_recursive", "_rename", "_sbrk"):
        expect(re.search(rf" U {name}$", symbols, re.MULTILINE), f"nothing calls {name}")


if __name__ == "__main__":
    launcher.report(launcher.cases_of(sys.modules[__name__]))
