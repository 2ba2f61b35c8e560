"""An APP: where its sources are, and the ELF file that make builds of them."""
import fcntl
import glob
import hashlib
import os
import re
import subprocess

from .common import Unusable, in_root

PLAIN = re.compile(r"[A-Za-z0-9_./+@-]+")  # names that a makefile can hold as they are


class App:
    def __init__(self, name, source):
        self.name, self.source = name, source  # source: a folder or a .c file, relative to the root if it is inside
        self.elf = None


def find(text):
    """The App that text names: a folder of app/ first, then a path."""
    if re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*", text) and os.path.isdir(in_root("app", text)):
        path = in_root("app", text)
    else:
        path = os.path.abspath(text)
    if not text or not os.path.exists(path):
        raise Unusable(f"no program {text!r}: not a folder of app/ ({', '.join(programs())}), nor the path of a .c file or"
                       " of a folder of .c files")
    name = os.path.basename(path)
    if os.path.isdir(path):
        sources = glob.glob(os.path.join(glob.escape(path), "*.c"))
        if not sources:
            raise Unusable(f"{text}: the folder has no .c files")
    elif path.endswith(".c"):
        name, sources = name[:-2], [path]
        if not os.path.isfile(path):
            raise Unusable(f"{text}: not a file")
    else:
        raise Unusable(f"{text}: needs a .c file or a folder of .c files")
    for source in sources:
        if not PLAIN.fullmatch(os.path.basename(source)):
            raise Unusable(f"{os.path.basename(source)!r}: a source's name needs letters, digits and _ . + @ - only")
    return App(name, os.path.relpath(path, in_root()) if path.startswith(in_root("")) else path)


def programs():
    return sorted(os.path.basename(os.path.dirname(path)) for path in glob.glob(in_root("app", "*", "*.c"))
                  if re.search(r"^int main\b", open(path, errors="replace").read(), re.MULTILINE))


def place(app, options):
    """Sets app.elf: a folder of build/app/ of its own for each source and set of flags."""
    key = "\0".join([app.source, options.cflags, options.ldflags] + (["profile"] if options.profile else []))
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", app.name)
    folder = os.path.join("build", "app", f"{name}-{hashlib.sha256(os.fsencode(key)).hexdigest()[:10]}")
    app.elf = os.path.join(folder, f"{name}.elf")
    return folder


def build(app, options):
    folder = place(app, options)
    source = app.source
    if not PLAIN.fullmatch(source):
        source = reachable(folder, source)
    make([f"PROGRAM={app.elf}", f"SOURCE={source}", f"APP_CFLAGS={literal(options.cflags)}",
          f"APP_LDFLAGS={literal(options.ldflags)}", *(["SAMPLED=1"] if options.profile else []), "program"],
         Unusable(f"{app.name}: the program did not build"))


def reachable(folder, source):
    """The same sources by a name without spaces: a link beside the objects."""
    os.makedirs(in_root(folder), exist_ok=True)
    path = in_root(source)  # absolute paths stay as they are
    is_file = path.endswith(".c") and os.path.isfile(path)
    link = in_root(folder, "source")
    target = os.path.dirname(path) if is_file else path
    if not os.path.islink(link) or os.readlink(link) != target:
        if os.path.lexists(link):
            os.unlink(link)
        os.symlink(target, link)
    return os.path.join(folder, "source", os.path.basename(path)) if is_file else os.path.join(folder, "source")


def literal(flags):
    """A variable's value that make leaves alone."""
    return flags.replace("$", "$$")


def make(goals, failure=None):
    """Runs make in the project's folder, its output on stderr: stdout is the program's."""
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    verbose = re.search(r"(^| )V=1( |$)", os.environ.get("MAKEFLAGS", ""))
    how = ["V=1"] if verbose else ["-s"] if os.isatty(2) else ["-s", "QUIET=1"]  # people see what is built, files do not
    command = ["make", "--no-print-directory", *how, f"-j{os.cpu_count()}", *goals]
    os.makedirs(in_root("build"), exist_ok=True)
    with open(in_root("build", "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs may not build the same library at once
        result = subprocess.run(command, cwd=in_root(), env=environment, stdin=subprocess.DEVNULL, stdout=2, check=False)
    if result.returncode != 0:
        raise failure or Unusable(f"make {' '.join(goals)} failed")
