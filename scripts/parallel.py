"""Jobs side by side, as many at a time as there are processors. Ctrl-C drops what has not begun; what runs ends as it does alone.

While jobs run, KeyboardInterrupt is not raised where the signal comes: amid the code of a future it would leave its lock held, and the
job that takes it to say that it is done would wait for ever. It is raised when all of them have ended.
"""
import concurrent.futures
import contextlib
import os
import signal


@contextlib.contextmanager
def _started(function, items, threads=None, stop=None):
    """(the future of function(item) for each, the signals that came). Behind it all have ended or were dropped. Main thread only."""
    came = []

    def interrupt(number, _):  # takes no lock: the code that it interrupts may hold any
        came.append(number)
        if stop:
            stop()

    def unless_interrupted(item):
        if came:
            raise KeyboardInterrupt
        return function(item)

    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:  # a shell's background job ignores it
        signal.signal(signal.SIGINT, interrupt)
    try:
        with concurrent.futures.ThreadPoolExecutor(threads or os.cpu_count()) as pool:
            jobs = [pool.submit(unless_interrupted, item) for item in items]
            try:
                yield jobs, came
            finally:
                for job in jobs:
                    job.cancel()
    except Exception:
        if not came:  # else it is what a job says that the signal ended
            raise
    finally:
        signal.signal(signal.SIGINT, before)
    if came:
        raise KeyboardInterrupt


def each(function, items, threads=None):
    """Yields function(item) of every item, in their order."""
    with _started(function, items, threads) as (jobs, interrupted):
        for job in jobs:
            result = job.result()
            if interrupted:
                return
            yield result


def as_they_end(function, items, stop):
    """Yields (item, function(item)), first those that end first. stop() ends what runs at Ctrl-C and does not get the signal."""
    items = list(items)
    with _started(function, items, stop=stop) as (jobs, interrupted):
        item_of = dict(zip(jobs, items))
        for job in concurrent.futures.as_completed(jobs):
            result = job.result()
            if interrupted:
                return
            yield item_of[job], result
