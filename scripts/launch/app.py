"""An APP: where its sources are, and the ELF file that make builds of them."""
import contextlib
import fcntl
import glob
import hashlib
import os
import re
import subprocess

from .common import Unusable, in_root, installed

PLAIN = re.compile(r"[A-Za-z0-9_./+@-]+")  # names that a makefile can hold as they are


class App:
    def __init__(self, name, source, files):
        self.name, self.source = name, source  # source: a folder or a .c file, relative to the root if it is inside
        self.files = files  # the names of its .c files
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
    files = [os.path.basename(source) for source in sources]
    return App(name, os.path.relpath(path, in_root()) if path.startswith(in_root("")) else path, files)


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
    source, cflags = app.source, literal(options.cflags)
    if not all(PLAIN.fullmatch(name) for name in app.files):
        source, cflags = renamed(folder, app), f"{cflags} -iquote {folder}/source"
    elif not PLAIN.fullmatch(source):
        source = reachable(folder, source)
    make([f"PROGRAM={app.elf}", f"SOURCE={source}", f"APP_CFLAGS={cflags}",
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


def renamed(folder, app):
    """A folder of links to the sources, for files whose names have spaces and the like; headers stay where they are."""
    reachable(folder, app.source)
    links = in_root(folder, "renamed")
    os.makedirs(links, exist_ok=True)
    wanted = {name if PLAIN.fullmatch(name) else f"{hashlib.sha256(os.fsencode(name)).hexdigest()[:10]}.c": name for name in app.files}
    if os.path.isfile(in_root(app.source, "app.mk")):
        wanted["app.mk"] = "app.mk"
    for link in set(os.listdir(links)) - set(wanted):
        os.unlink(os.path.join(links, link))
    for link, name in wanted.items():
        with contextlib.suppress(FileExistsError):
            os.symlink(os.path.join("..", "source", name), os.path.join(links, link))
    return os.path.join(folder, "renamed")


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
    with open(in_root("build", "lock"), "w") as lock, installed("make"):
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs may not build the same library at once
        result = subprocess.run(command, cwd=in_root(), env=environment, stdin=subprocess.DEVNULL, stdout=2, check=False)
    if result.returncode != 0:
        raise failure or Unusable(f"make {' '.join(goals)} failed")
