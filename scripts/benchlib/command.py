"""How a script for measuring ends: whatever keeps it from going on is one line."""
import os
import subprocess
import sys

from launch.common import Unusable

from .guest import Failed


def shown(work):
    """work(), and what it printed is out. If it cannot be, nobody tries again."""
    try:
        status = work()
        if sys.stdout:
            sys.stdout.flush()
        return status
    except OSError:
        if sys.stdout:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


def run(parser, work):
    """The exit status of work(), which may raise Unusable (2), Failed, and what the system says (1)."""
    try:
        return shown(work)
    except Unusable as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 141
    except (Failed, subprocess.CalledProcessError) as error:
        why = error
    except OSError as error:
        why = f"{error.filename or 'stdout'}: {error.strerror}"
    print(f"{parser.prog}: {why}", file=sys.stderr)
    return 1
