"""The table of scripts/bench-linux: one model on one disk under one cap, on Linux in several ways and on Bower."""
import collections

from . import guest, linux_guest, steady, tables
from .steady import PAGE

MODEL = "gpt2-30M"           # synthetic: a token long enough to measure, short enough to wait for
MANY = 13                    # tokens of the longer run
CAPS = (50, 90)              # percent of the pages that a token reads
DISKS, QUICK_DISKS = (200, 0), (200,)  # MB/s, 0: not throttled
STOCK_PAGES = 64             # charged to a cgroup in advance, for each hart (MEMCG_CHARGE_BATCH)
MARGIN_PAGES = 64            # for what the measured allowance may miss: in favour of Linux
READ_AHEAD_KB = 128          # Linux's default
BOWER, NO_PLAN = "Bower", "--no-plan"

# kind: plain (mmap and nothing else, classic LRU), kernel (what else the kernel does by itself), hand, bower
# Of Bower's, settings are options of the launcher and environment words of the program.
Way = collections.namedtuple("Way", "name kind program settings environment quick")


def way(name, kind, program="llm", mglru=0, read_ahead_kb=READ_AHEAD_KB, advice=None, quick=False):
    environment = [f"ADVICE={advice}"] if advice else []
    return Way(name, kind, program, {"mglru": mglru, "read_ahead_kb": read_ahead_kb}, environment, quick)


LINUX_WAYS = [
    way("mmap, LRU", "plain", quick=True),
    way("mmap, MGLRU", "kernel", mglru=1, quick=True),
    way("readahead 1 MiB, LRU", "kernel", read_ahead_kb=1024),
    way("readahead 1 MiB, MGLRU", "kernel", mglru=1, read_ahead_kb=1024, quick=True),
    way("readahead 4 MiB, MGLRU", "kernel", mglru=1, read_ahead_kb=4096),
    way("MADV_SEQUENTIAL, LRU", "kernel", "llm-advice", advice="sequential", quick=True),
    way("MADV_SEQUENTIAL, MGLRU", "kernel", "llm-advice", mglru=1, advice="sequential"),
    way("MADV_WILLNEED, MGLRU", "kernel", "llm-advice", mglru=1, advice="willneed"),
    way("pins and streams by hand", "hand", "llm-stream", quick=True),
]

# what, beside which kind of way, {cap: (times its speed, part of its bytes)} with a disk of 200 MB/s
TO_REACH = [("mmap, LRU", "plain", {50: (3, 1 / 2), 90: (5, 1 / 10)}), ("the kernel's best", "kernel", {50: (1.5, None), 90: (2, None)}),
            ("the best by hand", "hand", {50: (1, 1), 90: (1, 1)})]
TO_REACH_DISK = 200

COLUMNS = ["model", "system", "way", "kind", "harts", "disk_mb_s", "cap_percent", "frames", "tokens_per_s", "mib_per_token",
           "faults_per_token", "major_per_token", "runs", "note"]


def ways(options):
    """Bower last, so that the table ends with what it is about."""
    found = [each for each in LINUX_WAYS if each.quick or not options.quick]
    if not options.quick:
        found.append(Way(f"{BOWER}, without its plan", "bower", None, [], [NO_PLAN], False))
    found.append(Way(BOWER, "bower", None, [], [], True))
    return found


def cells(options):
    """All ways side by side, again and again, so that the host's moods meet all of them alike."""
    caps, disks = options.caps or CAPS, options.disks if options.disks is not None else (QUICK_DISKS if options.quick else DISKS)
    return [(disk, cap, each) for _ in range(options.repeat) for disk in disks for cap in caps for each in ways(options)]


class Bench:
    """The kernel, the programs, a model, and how much Linux needs beside the model's pages."""

    def __init__(self, kernel, files, model, harts):
        self.kernel, self.files, self.model, self.harts = kernel, files, model, harts
        self.texts = {}

    def linux(self, each, disk, cap_pages, frames, many):
        """(costs, text) of a token, or (None, why) if the kernel killed the program."""
        def command(tokens):
            return [f"/{each.program}", "-m", "/dev/vda", *steady.arguments(tokens, self.harts)]

        commands = linux_guest.two_runs(steady.AFTER, many, command)
        job = linux_guest.job_text(each.settings, commands, cap_pages, [*each.environment, f"STREAM_PAGES={frames}"])
        runs, console = linux_guest.boot(self.kernel, self.files, job, self.model.path, self.harts, disk * 10**6 or None)
        bad = next((run["status"] for run in runs.values() if run["status"] != 0), None)
        if bad == 128 + 9:
            return None, "killed: no memory within the cap"
        if bad is not None:
            raise guest.Failed(f"{each.name}: status {bad}\n{console[-2000:]}")
        costs = [{"seconds": run["seconds"], "bytes": run["bytes"], "faults": run["major"] + run["minor"], "major": run["major"],
                  "stall": 0} for run in (runs["few"], runs["many"])]
        return steady.difference(*costs, many - steady.AFTER), runs["many"]["text"].decode(errors="replace")

    def calibrate(self):
        """Pages that the program needs on Linux beside the model's: the most it held, less its page cache, when nothing is capped."""
        command = ["/llm", "-m", "/dev/vda", *steady.arguments(MANY, self.harts)]
        job = linux_guest.job_text(LINUX_WAYS[0].settings, {"n": command})
        runs, console = linux_guest.boot(self.kernel, self.files, job, self.model.path, self.harts)
        run = runs["n"]
        if run["status"] != 0:
            raise guest.Failed(f"Linux: status {run['status']}\n{console[-2000:]}")
        return run["peak_pages"] - run["file_pages"]

    def sample(self, each, disk, frames, allowance, many):
        """One run of a cell; the text must be what every other run with as many tokens wrote."""
        if each.kind == "bower":
            costs, text = steady.bower(self.model, frames, disk, many, self.harts, each.settings, each.environment)
        else:
            costs, text = self.linux(each, disk, frames + allowance, frames, many)
        if costs is not None and self.texts.setdefault(many, text) != text:
            raise guest.Failed(f"{each.name}: another text than the others: {text[:200]!r}, not {self.texts[many][:200]!r}")
        return costs, None if costs is not None else text


def measure(bench, options):
    """(all rows, the allowance in pages)."""
    allowance = bench.calibrate() + STOCK_PAGES * bench.harts + MARGIN_PAGES
    wanted = cells(options)
    progress = steady.Progress("bench-linux", len(wanted))
    samples, notes = {}, {}
    for disk, cap, each in wanted:
        frames = -(-bench.model.token_pages * cap // 100)
        key = (each.name, disk, cap, frames)
        samples.setdefault(key, [])
        if key not in notes:
            costs, note = bench.sample(each, disk, frames, allowance, MANY)
            if note:
                notes[key] = note
            else:
                samples[key].append(costs)
        progress.step(f"{each.name} at {cap}%, {steady.disk_name(disk)}")
    progress.end()
    by_name = {each.name: each for each in ways(options)}
    return [row_of(bench, by_name[key[0]], key[1:], found, notes.get(key, "")) for key, found in samples.items()], allowance


def row_of(bench, each, where, samples, note):
    disk, cap, frames = where
    row = {"model": bench.model.name, "system": "Bower" if each.kind == "bower" else "Linux", "way": each.name, "kind": each.kind,
           "harts": bench.harts, "disk_mb_s": disk, "cap_percent": cap, "frames": frames, "runs": len(samples), "note": note}
    if samples and not note:
        cost = steady.medians(samples)
        row.update(tokens_per_s=steady.per_second(cost["seconds"]), mib_per_token=cost["bytes"] / 2**20, faults_per_token=cost["faults"],
                   major_per_token=cost["major"])
    return row


def write(rows, out):
    """linux.csv and linux.json."""
    tables.write(out, "linux", rows, COLUMNS)


def show(rows, model, allowance):
    """A block for each disk and cap."""
    print(f"{model.name}: a token reads {model.token_pages} pages, {model.token_pages * PAGE / 2**20:.1f} MiB; on Linux the cap is"
          f" {allowance} pages more, for the program itself")
    for disk, cap in dict.fromkeys((row["disk_mb_s"], row["cap_percent"]) for row in rows):
        mine = [row for row in rows if (row["disk_mb_s"], row["cap_percent"]) == (disk, cap)]
        least = max(model.token_pages - mine[0]["frames"], 0) * PAGE / 2**20
        head = f"cap {cap}%, disk {steady.disk_name(disk)}; N-C {least:.1f} MiB"
        print(f"\n{head:<46}{'tokens/s':>10}{'MiB/token':>11}{'faults/token':>14}{'of them major':>15}")
        for row in mine:
            name = f"  {row['system']}: {row['way']}" if row["system"] == "Linux" else f"  {row['way']}"
            print(f"{name:<46}" + (f"{row['tokens_per_s']:>10.2f}{row['mib_per_token']:>11.1f}{row['faults_per_token']:>14.1f}"
                                   f"{row['major_per_token']:>15.1f}" if "tokens_per_s" in row else f"  {row['note']}"))


def figures(rows):
    """[(what, to reach, measured, reached?)] of Bower's best way beside each kind of Linux's."""
    table = []
    for cap in CAPS:
        mine = [row for row in rows if row["disk_mb_s"] == TO_REACH_DISK and row["cap_percent"] == cap and row.get("tokens_per_s", 0) > 0]
        bower = max((row for row in mine if row["system"] == "Bower"), key=lambda row: row["tokens_per_s"], default=None)
        for what, kind, wanted in TO_REACH:
            best = max((row for row in mine if row["kind"] == kind), key=lambda row: row["tokens_per_s"], default=None)
            if not bower or not best:
                continue
            speed, part = wanted[cap]
            times = bower["tokens_per_s"] / best["tokens_per_s"]
            name = what if best["way"] in what or kind == "hand" else f"{what} ({best['way']})"
            table.append((f"at {cap}%, speed to {name}", f">= {speed}", f"{times:.2f}", times >= speed))
            if part is not None and best["mib_per_token"] > 0:
                share = bower["mib_per_token"] / best["mib_per_token"]
                table.append((f"at {cap}%, bytes to {name}", f"<= {part:g}", f"{share:.2f}", share <= part))
    return table


def show_figures(table):
    print(f"\n{f'figure, disk at {TO_REACH_DISK} MB/s':<66}{'to reach':>10}{'measured':>10}")
    for what, wanted, measured, reached in table:
        print(f"{what:<66}{wanted:>10}{measured:>10}  {'reached' if reached else 'NOT reached'}")


def listed(options):
    """The cells as lines, for --dry-run."""
    for disk, cap, each in cells(options):
        settings = [f"{key}={value}" for key, value in each.settings.items()] if each.program else each.settings
        what = " ".join([each.program or BOWER, *settings, *each.environment])
        yield f"{each.name} at {cap}%, {steady.disk_name(disk)}: {what}"
