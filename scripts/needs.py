"""What a script needs of Debian's packages beyond those of `make run`: before any work, a line says what is missing and how it comes."""
import importlib
import os
import shutil
import sys


def refuse(what, group):
    script = os.path.basename(sys.argv[0])
    print(f"{script}: {what} is not installed: `scripts/setup {group}` installs it", file=sys.stderr)
    sys.exit(2)


def module(name, group):
    """The module, which belongs to a group of scripts/packages.txt."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        return refuse(f"Python's {name}", group)


def program(name, group):
    if not shutil.which(name):
        refuse(name, group)
