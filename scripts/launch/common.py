"""What every part of the launcher shares."""
import contextlib
import os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = 4096
KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30

EXIT_UNUSABLE = 2
EXIT_TIMEOUT = 124
EXIT_PANIC = 134


class Unusable(Exception):
    """An option, file or program that cannot be used: one line that says what is wrong and what is allowed."""


@contextlib.contextmanager
def writing(path):
    """An OSError inside says which file it is about; those of write() and close() do not by themselves."""
    try:
        yield
    except OSError as error:
        error.filename = path
        raise


@contextlib.contextmanager
def installed(program):
    """Where a program of the host is started: it may be missing."""
    try:
        yield
    except FileNotFoundError:
        raise Unusable(f"{program} is not installed; scripts/packages.txt names the packages that are needed") from None


def append(file, data):
    with writing(file.name):
        file.write(data)
        file.flush()


def in_root(*parts):
    return os.path.join(ROOT, *parts)


def host_processors():
    """Processors that this process, and so QEMU, may use."""
    return len(os.sched_getaffinity(0))


def shown(path):
    """A path as people write it: relative to where they are, if that is shorter."""
    relative = os.path.relpath(path)
    return relative if len(relative) < len(path) else path
