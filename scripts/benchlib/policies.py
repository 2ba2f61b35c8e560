"""Prefetch and eviction policies over workloads, in the simulator: what each costs, and what the predictions were worth."""
import os
import subprocess
import sys
from importlib.machinery import SourceFileLoader

import parallel
from launch.common import Unusable

from . import faults, guest, tables

# Prefetch policies are judged by time: 200 us and 200 MB/s are those of an eMMC; a fault costs what ten pages cost.
DEVICE = ["--latency", "200", "--bandwidth", "200"]

_SIZE = ["--pages", "1024", "--accesses", "4096"]
PREFETCH = [(f"{name}{f'-noise{noise}' if noise else ''}", [*args, *_SIZE, "--noise", str(noise)], [32, 128])
            for noise in (0, 10)
            for name, args in (
                ("sequential", ["--pattern", "sequential", "--passes", "3"]),
                ("strided", ["--pattern", "strided", "--stride", "7", "--passes", "7"]),
                ("column", ["--pattern", "column", "--passes", "2"]),
                ("streams-4", ["--pattern", "streams", "--seed", "1"]),
                ("streams-16", ["--pattern", "streams", "--streams", "16", "--seed", "3"]),
                ("threads-4", ["--pattern", "threads", "--seed", "1"]),
                ("product", ["--pattern", "product"]),
                ("phases", ["--pattern", "phases", "--seed", "1"]))
            ] + [(name, ["--pattern", name, *_SIZE], [32, 128]) for name in ("powerlaw", "random")]

_LONG = ["--accesses", "60000"]
EVICT = [("loop-110/100", ["--pattern", "cyclic", "--pages", "110", "--passes", "20"], [100]),
         ("loop-1100/1000", ["--pattern", "cyclic", "--pages", "1100", "--passes", "20"], [1000]),
         ("loop-300/100", ["--pattern", "cyclic", "--pages", "300", "--passes", "60"], [100]),
         ("power-512/64", ["--pattern", "powerlaw", "--pages", "512", *_LONG], [64]),
         ("power-4096/256", ["--pattern", "powerlaw", "--pages", "4096", *_LONG], [256]),
         ("hot+scan/256", ["--pattern", "hotscan", "--pages", "1000", *_LONG], [256]),
         ("ten-sets/256", ["--pattern", "sets", "--streams", "10", "--pages", "2000", *_LONG], [256]),
         ("ten-sets/150", ["--pattern", "sets", "--streams", "10", "--pages", "2000", *_LONG], [150]),
         ("drift/160", ["--pattern", "drift", "--pages", "1024", *_LONG], [160]),
         ("product/300", ["--pattern", "product", "--pages", "1024", *_LONG], [300]),
         ("threads/256", ["--pattern", "threads", "--pages", "1024", "--seed", "3", *_LONG], [256]),
         ("phases/256", ["--pattern", "phases", "--pages", "1024", "--seed", "5", *_LONG], [256])]


def composites(seeds):
    """Workloads drawn from seeds, with up to a tenth of noise."""
    return [(f"composite-{seed}", ["--pattern", "composite", "--seed", str(seed), "--noise", str(seed % 11), *_SIZE], [32, 128])
            for seed in seeds]


def simulator():
    """scripts/simulate as a module, its program built."""
    loader = SourceFileLoader("simulate", os.path.join(guest.ROOT, "scripts/simulate"))
    module = loader.load_module()  # pylint: disable=deprecated-method,no-value-for-parameter
    module.build()
    return module


def play(traces, prefetch, evict, more):
    """{(name, frames): {policy: counts}} of [(name, file, caps)]; the policies are the longer of the two lists."""
    simulate = simulator()
    jobs = [(name, frames, p, e, file) for name, file, caps in traces for frames in caps for p in prefetch for e in evict]
    found = {}
    for (name, frames, p, e, _), row in zip(jobs, parallel.each(lambda j: simulate.simulate(j[4], j[1], j[2], j[3], more), jobs)):
        found.setdefault((name, frames), {})[p if len(prefetch) > 1 else e] = row
    return found


def run(workloads, prefetch, evict, more, folder):
    """The same of [(name, arguments of app/workload, caps)], whose traces go into the folder."""
    program = faults.host_workload()
    os.makedirs(folder, exist_ok=True)

    def trace(name, args):
        path = os.path.join(folder, name.replace("/", "-"))
        with open(path, "w") as f:
            subprocess.run([program, *args, "--list"], check=True, stdout=f)
        return path

    return play([(name, trace(name, args), caps) for name, args, caps in workloads], prefetch, evict, more)


def quality(row, none):
    """What the predictions were worth, against the run without any (both of one workload and cap)."""
    used, asked = row["prefetch_used"], none["faults_major"]
    return {"coverage": used / asked, "accuracy": used / row["prefetched"] if row["prefetched"] else 1.0,
            "timeliness": 1 - row["prefetch_late"] / used if used else 1.0,
            "pollution": max(0, row["faults_major"] + used - asked) / asked, "overhead": row["pages_read"] / none["pages_read"] - 1,
            "time": row["time_ns"] / none["time_ns"]}


def behind(rows, names):
    """How much more time `auto` takes than the best of these."""
    return rows["auto"]["time_ns"] / min(rows[n]["time_ns"] for n in names) - 1


def show_prefetch(found, out):
    """One line a workload and cap: faults/pages read; then what each policy's predictions were worth, on average."""
    names = list(next(iter(found.values())))
    print("faults/pages read; last: time of auto against the best of the others")
    print(f"{'workload':<20}{'frames':>7}" + "".join(f"{n:>12}" for n in names) + f"{'auto':>8}")
    for (workload, frames), rows in found.items():
        others = [n for n in names if n not in ("auto", "none")]
        print(f"{workload:<20}{frames:>7}" + "".join(f"{str(r['faults']) + '/' + str(r['pages_read']):>12}" for r in rows.values()) +
              f"{behind(rows, others) * 100:>+7.1f}%")
    late = [behind(rows, [n for n in names if n != "auto"]) for rows in found.values()]
    print(f"auto more than 5% behind the best other policy: {sum(x > 0.05 for x in late)} of {len(late)} runs, "
          f"at most {max(late) * 100:.0f}%")
    table = [{"workload": w, "frames": f, "policy": n, "faults": rows[n]["faults"], "pages_read": rows[n]["pages_read"],
              **quality(rows[n], rows["none"])} for (w, f), rows in found.items() for n in names]
    keys = ["coverage", "accuracy", "timeliness", "pollution", "overhead", "time"]
    print(f"\n{'mean of all':<12}" + "".join(f"{k:>12}" for k in keys))
    for n in names:
        mine = [row for row in table if row["policy"] == n]
        print(f"{n:<12}" + "".join(f"{sum(row[k] for row in mine) / len(mine):>12.3f}" for k in keys))
    tables.write_csv(out, "prefetch", table, list(table[0]))


def show_evict(found, out):
    """Misses without prefetching, and their mean against MIN's."""
    names = list(next(iter(found.values())))
    print(f"misses without prefetching\n{'workload/frames':<18}{'MIN':>9}" + "".join(f"{n:>9}" for n in names))
    table = []
    for (workload, frames), rows in found.items():
        least = rows[names[0]]["min_misses"]
        print(f"{workload:<18}{least:>9}" + "".join(f"{rows[n]['pages_read']:>9}" for n in names))
        table.append({"workload": workload, "frames": frames, "MIN": least, **{n: rows[n]["pages_read"] for n in names}})
    print(f"{'mean over MIN':<27}" + "".join(f"{sum(row[n] / row['MIN'] for row in table) / len(table):>9.3f}" for n in names))
    tables.write_csv(out, "evict", table, list(table[0]))


def main(options):
    """scripts/bench --policies."""
    os.makedirs(options.out, exist_ok=True)
    traces = os.path.join(guest.ROOT, "build/bench-traces")
    prefetch, evict = guest.policies("--policy"), guest.policies("--evict")
    workloads, scans = ([w for w in table if not options.only or options.only in w[0]]
                        for table in (PREFETCH + composites(range(options.composites)), EVICT))
    if not workloads and not scans:
        raise Unusable(f"--only {options.only}: in the name of no workload; they are {' '.join(w[0] for w in PREFETCH + EVICT)}")
    print(f"bench: {len(workloads)} workloads for prefetching, {len(scans)} for eviction, in the simulator", file=sys.stderr)
    if workloads:
        show_prefetch(run(workloads, prefetch, ["auto"], DEVICE, traces), options.out)
    if workloads and scans:
        print()
    if scans:
        show_evict(run(scans, ["none"], evict, [], traces), options.out)
