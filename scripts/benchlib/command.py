"""How a script for measuring ends: whatever keeps it from going on is one line."""
import subprocess
import sys

from launch.common import Unusable

from .guest import Failed


def run(parser, work):
    """The exit status of work(), which may raise Unusable (2), Failed, and what the system says (1)."""
    try:
        return work()
    except Unusable as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 141
    except (Failed, subprocess.CalledProcessError) as error:
        why = error
    except OSError as error:
        why = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    print(f"{parser.prog}: {why}", file=sys.stderr)
    return 1
