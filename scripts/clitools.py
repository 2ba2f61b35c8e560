"""What the scripts for model files share (convert, inspect, synth-model, chat.py): progress on stderr, errors as one line."""
import sys
import time

import needs

needs.module("numpy", "bench")

from modellib import gguf  # noqa: E402


def progress(label):
    """A callback (done, total) in bytes that shows a line on stderr from two seconds on, at most twice a second."""
    began = shown = time.monotonic()
    finished = False

    def show(done, total):
        nonlocal shown, finished
        now = time.monotonic()
        if now - began > 2 and (now - shown > 0.5 or done == total) and not finished:
            shown, finished = now, done == total
            end = "\n" if done == total else ""
            sys.stderr.write(f"\r{label}: {100 * done // max(total, 1)}% of {total / 1e6:.0f} MB{end}")
            sys.stderr.flush()
    return show


def run(name, main):
    """Ends the process with what `main()` returns; a foreseen error is one line and status 1."""
    try:
        status = main()
        if sys.stdout:  # not where the caller has closed it
            sys.stdout.flush()
    except BrokenPipeError:
        status = 1
    except KeyboardInterrupt:
        status = 130
    except OSError as error:
        status = f"{name}: {error.filename or 'stdout'}: {error.strerror}"
    except gguf.GGUFError as error:
        status = f"{name}: {error}"
    sys.exit(status)
