#!/usr/bin/python3
"""A program with much to say on stderr runs to its end under gdb, and all of it is seen."""
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LINES = 3000  # more than a pipe holds
PROGRAM = f"""#include <stdio.h>
int main(void)
{{
    for (int i = 0; i < {LINES}; i++)
        fprintf(stderr, "line %d of a program that talks\\n", i);
    return 0;
}}
"""


def main():
    with tempfile.TemporaryDirectory() as folder:
        program, script = os.path.join(folder, "talks.c"), os.path.join(folder, "script.gdb")
        for path, text in ((program, PROGRAM), (script, "continue\n")):
            with open(path, "w") as file:
                file.write(text)
        command = [os.path.join(ROOT, "scripts/debug"), "--batch", script, "--files", folder, "--run-dir", folder,
                   "--timeout", "120", program]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=180)
    good = done.stdout.count(b"of a program that talks\n") == LINES
    print(f"TEST debug/stderr_is_passed_on: {'OK' if good else 'FAIL'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
