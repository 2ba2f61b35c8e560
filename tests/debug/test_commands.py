#!/usr/bin/python3
"""The commands of scripts/gdb/bower.py where a plan has frames, and what they and scripts/debug say to what cannot be."""
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRIPT = """tbreak plan_cursor
continue
bower-frames 0 400
python
for line in ("bower-pt", "bower-page", "bower-region 77"):
    try:
        gdb.execute(line)
    except gdb.error as error:
        print(line, "SAYS", error)
end
kill
"""


def debug(*words):
    return subprocess.run([os.path.join(ROOT, "scripts/debug"), *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=180, text=True)


def main():
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "script.gdb")
        with open(script, "w") as file:
            file.write(SCRIPT)
        text = debug("--run-dir", folder, "--timeout", "120", "--batch", script, "llm", "--", "-n", "2").stdout
    icount = debug("--icount", "bower")
    checks = {
        "frames of the plan": re.search(r" planned +/dev/model page ", text) is not None,
        "an argument is missing": "bower-pt SAYS usage: bower-pt ADDRESS" in text and "usage: bower-page ADDRESS" in text,
        "no such region": "bower-region 77 SAYS no region 77" in text,
        "ended from gdb": "scripts/run: the machine was ended from gdb\n" in text,
        "not with icount": icount.returncode == 2 and icount.stdout.count("\n") == 1 and "--icount" in icount.stdout,
    }
    for name, good in checks.items():
        print(f"TEST {name.replace(' ', '_')}: {'OK' if good else 'FAIL'}")
    if not all(checks.values()):
        print(text, icount.stdout, file=sys.stderr)
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
