"""The table of fault counts: workloads x prefetch policies x caps, each with its lower bounds."""
import os
import subprocess
import sys

import parallel
from launch.common import Unusable

from . import bounds, guest, tables

# name, arguments of app/workload, caps in frames
WORKLOADS = [(f"lab-{start}", ["--pattern", "lab", "--write", "--seed", str(start - 1)], [16]) for start in range(1, 10)] + [
    ("sequential", ["--pattern", "sequential", "--pages", "1024", "--passes", "1"], [16, 64, 256]),
    ("strided", ["--pattern", "strided", "--pages", "4096", "--stride", "7", "--passes", "1"], [16, 64, 256]),
    ("column", ["--pattern", "column", "--pages", "1024", "--columns", "16", "--passes", "1"], [16, 64, 256]),
    ("cyclic", ["--pattern", "cyclic", "--pages", "288", "--passes", "4"], [64, 256]),
    ("powerlaw", ["--pattern", "powerlaw", "--pages", "1024", "--accesses", "2048"], [64, 256]),
    ("random", ["--pattern", "random", "--pages", "4096", "--accesses", "1024"], [16, 64, 256]),
]

COLUMNS = ["workload", "policy", "evict", "frames", "faults", "faults_bound", "pages_read", "pages_bound", "prefetched",
           "prefetch_used", "prefetch_wasted", "evicted", "io_reads", "instret"]


def host_workload():
    """app/workload built for the host, to list traces."""
    program = os.path.join(guest.ROOT, "build/host/workload")
    os.makedirs(os.path.dirname(program), exist_ok=True)
    folder = os.path.join(guest.ROOT, "app/workload")
    sources = sorted(os.path.join(folder, f) for f in os.listdir(folder) if f.endswith(".c"))
    part = f"{program}.{os.getpid()}"  # several at once may build; each moves a whole program into place
    subprocess.run(["gcc", "-O2", "-o", part, *sources, "-lm"], check=True)
    os.replace(part, program)
    return program


def trace_of(program, args):
    """The page numbers that this workload touches, in order."""
    done = subprocess.run([program, *args, "--list"], capture_output=True, text=True)
    if done.returncode:
        raise Unusable(done.stderr.strip())
    return [int(line.split()[1]) for line in done.stdout.splitlines() if not line.startswith("#")]


def for_guest(args):
    """(the launcher's options, the program's): a recorded trace is a disk there."""
    return (["--disk", f"{args[1]},name=trace"], ["--trace", "/dev/trace"]) if args[0] == "--trace" else ([], args)


def one_row(name, args, frames, policy, evict, bound, share=None):
    """Runs one cell of the table."""
    more, words = for_guest(args)
    _, stats = guest.run("workload", ["--frames", str(frames), "--policy", policy, "--evict", evict, *more], words, files=share)
    pages_bound, faults_bound = bound
    row = {key: stats[key] for key in COLUMNS if key in stats}
    row.update(workload=name, policy=policy, evict=evict, frames=frames, pages_read=stats["bytes_read"] // 4096,
               faults_bound=faults_bound, pages_bound=pages_bound)
    return row


def replay_row(name, args, frames, evict, bound):
    """replay needs a run to learn from: two runs on one share, the second counts."""
    import tempfile
    with tempfile.TemporaryDirectory(prefix="bench-", dir=os.path.join(guest.ROOT, "build")) as share:
        one_row(name, args, frames, "replay", evict, bound, share)
        return one_row(name, args, frames, "replay", evict, bound, share)


def asked(options):
    """The workloads that are asked for."""
    recorded = [(os.path.basename(path), ["--trace", os.path.abspath(path)], [64]) for path in options.trace]
    return [w for w in WORKLOADS if not options.only or options.only in w[0]] + recorded


def check(options):
    """Unusable where an option names what is not there."""
    if not asked(options):
        raise Unusable(f"--only {options.only}: in the name of no workload; they are {' '.join(w[0] for w in WORKLOADS)}")
    known = guest.policies("--evict")
    if options.evict not in known:
        raise Unusable(f"--evict {options.evict}: no such policy; one of {' '.join(known)}")


def cells(options):
    """Every (workload, args, frames, policy, bound) that is asked for."""
    program = host_workload()
    prefetch = guest.policies("--policy")
    for name, args, caps in asked(options):
        if options.quick and name != options.only and name in [f"lab-{s}" for s in (2, 3, 5, 6, 7, 8)]:
            continue
        trace = trace_of(program, args)
        for frames in caps[:1] if options.quick else caps:
            for policy in prefetch:
                yield name, args, frames, policy, bounds.bounds(trace, frames)


def measure(options):
    """All rows, two guests at a time, with progress on stderr."""
    wanted = list(cells(options))
    guest.build("workload")
    rows = []

    def row(cell):
        name, args, frames, policy, bound = cell
        if policy == "replay":
            return replay_row(name, args, frames, options.evict, bound)
        return one_row(name, args, frames, policy, options.evict, bound)

    for done in parallel.each(row, wanted):
        rows.append(done)
        print(f"\rbench: {len(rows)} of {len(wanted)} runs", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return rows


def write(rows, out):
    """faults.csv and faults.json."""
    tables.write(out, "faults", rows, COLUMNS)


def show(rows):
    """One line a workload and cap, one column a policy: faults/pages read, and the bound."""
    names = []
    for row in rows:
        if row["policy"] not in names:
            names.append(row["policy"])
    print("faults/pages read (replay: the second run)")
    print(f"{'workload':<12}{'frames':>7}{'bound':>11}" + "".join(f"{n:>12}" for n in names))
    lines = {}
    for row in rows:
        lines.setdefault((row["workload"], row["frames"]), {})[row["policy"]] = row
    for (workload, frames), by_policy in lines.items():
        some = next(iter(by_policy.values()))
        bound = f"{some['faults_bound']}/{some['pages_bound']}"
        print(f"{workload:<12}{frames:>7}{bound:>11}" +
              "".join(f"{str(by_policy[n]['faults']) + '/' + str(by_policy[n]['pages_read']):>12}" for n in names))
