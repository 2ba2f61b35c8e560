"""The table of scripts/bench-cliff: one row for each policy, cap and disk, in the steady state of generating."""
import math
import os

from launch.common import Unusable

from . import guest, llm_models, steady, tables
from .steady import PAGE

CAPS, QUICK_CAPS = (5, 10, 25, 50, 75, 90, 95, 99, 105), (50, 90, 105)  # percent of the pages that a token reads
DISKS = (50, 200, 0)                                                  # MB/s, 0: not throttled
QUICK_POLICIES = ("lru", "auto", "plan")
MODEL = "gpt2-30M"      # synthetic: a token long enough to measure, short enough to wait for
PLAN = "plan"           # what the program declares; the policies run without
NO_PLAN = "--no-plan"
AT_LEAST = 0.93         # of the roofline
OVER, PAGES_OVER = 1.02, 16  # pages read: at most OVER (N - C) + PAGES_OVER
DEMAND_FAULTS = 2

COLUMNS = ["model", "policy", "disk_mb_s", "cap_percent", "frames", "tokens_per_s", "roofline_tokens_per_s", "of_roofline",
           "pages_per_token", "faults_per_token", "major_per_token", "stall_s_per_token", "token_pages", "bound_pages", "disk_bytes_per_s"]


def series(options):
    """{name: (options of the launcher, words of the program)}: a curve each."""
    known = {name: (["--evict", name], [NO_PLAN]) for name in guest.policies("--evict")}
    known[PLAN] = ([], [])
    names = options.policies.split(",") if options.policies is not None else [name for name in known
                                                                              if not options.quick or name in QUICK_POLICIES]
    for name in names:
        if name not in known:
            raise Unusable(f"--policies {name}: no such policy; one of {' '.join(known)}")
    return {name: known[name] for name in names}


def caps(options):
    return options.caps or (QUICK_CAPS if options.quick else CAPS)


def disks(options):
    return options.disks if options.disks is not None else DISKS


def cells(names, options):
    """Policies side by side, so that the host's moods meet all of them alike."""
    return [(disk, cap, name) for _ in range(options.repeat) for disk in disks(options) for cap in caps(options) for name in names]


def list_cells(names, options):
    for disk, cap, name in cells(names, options):
        print(f"{name} at {cap}%, {steady.disk_name(disk)}: {' '.join(sum(names[name], []))}")


def model(options):
    """The model that was asked for."""
    return llm_models.Model(os.path.abspath(options.model) if options.model else llm_models.synthetic(MODEL))


def read_speed(the_model):
    """Bytes a second of a disk without a limit, as a program on Bower reads it."""
    program = os.path.join(guest.ROOT, "scripts", "benchlib", "readspeed.c")
    out, _, _ = guest.execute(program, ["--model", the_model.path], [])
    return int(out)


def resident(the_model, options):
    """Seconds that a token computes: with every page resident and the disk out of the way."""
    costs, _ = steady.bower(the_model, the_model.pages + 1, 0, steady.AFTER + steady.MOST, options.harts)
    if costs["seconds"] <= 0:
        raise guest.Failed("the host is too busy to measure anything: a longer run took less time than a shorter one")
    return costs["seconds"]


def measure(the_model, names, options):
    """All rows. What a token computes is measured anew beside each cap, since the host's speed changes within a run."""
    unlimited = read_speed(the_model) if 0 in disks(options) else None
    wanted = cells(names, options)
    progress = steady.Progress("bench-cliff", len(wanted))
    samples, computing, beside = {}, {}, None
    for disk, cap, name in wanted:
        if beside != (disk, cap):
            beside = (disk, cap)
            computing.setdefault(beside, []).append(resident(the_model, options))
        frames = max(2, -(-the_model.token_pages * cap // 100))
        best = steady.roofline((computing[beside][-1], bound_pages(the_model, frames) * PAGE), disk * 10**6 or unlimited)
        costs, _ = steady.bower(the_model, frames, disk, steady.longer(best), options.harts, *names[name])
        samples.setdefault((name, disk, cap, frames), []).append(costs)
        progress.step(f"{name} at {cap}%, {steady.disk_name(disk)}")
    progress.end()
    costs = {key: steady.medians(found) for key, found in samples.items()}
    return rows_of(the_model, costs, {key: steady.median(found) for key, found in computing.items()}, unlimited)


def bound_pages(the_model, frames):
    """Pages that any policy must read for a token."""
    return max(the_model.token_pages - frames, 0)


def rows_of(the_model, costs, computing, unlimited):
    """costs: {(policy, disk, cap, frames): of a token}; computing: {(disk, cap): T_compute beside them}."""
    rows = []
    for (name, disk, cap, frames), cost in costs.items():
        bound = bound_pages(the_model, frames)
        speed = disk * 10**6 or unlimited
        best = steady.roofline((computing[disk, cap], bound * PAGE), speed)
        tokens_per_s = steady.per_second(cost["seconds"])
        rows.append({"model": the_model.name, "policy": name, "disk_mb_s": disk, "cap_percent": cap, "frames": frames,
                     "tokens_per_s": tokens_per_s, "roofline_tokens_per_s": 1 / best, "of_roofline": best * tokens_per_s,
                     "pages_per_token": cost["bytes"] / PAGE, "faults_per_token": cost["faults"], "major_per_token": cost["major"],
                     "stall_s_per_token": cost["stall"], "token_pages": the_model.token_pages, "bound_pages": bound,
                     "disk_bytes_per_s": speed})
    return rows


def write(rows, out):
    """cliff.csv and cliff.json."""
    tables.write(out, "cliff", rows, COLUMNS)


def show(rows):
    """A line for each row."""
    print(f"{'disk':<13}{'cap':>5}  {'policy':<9}{'tokens/s':>9}{'roofline':>10}{'of it':>7}{'pages/token':>13}{'N':>7}{'N-C':>7}"
          f"{'faults':>9}{'major':>8}{'stall ms':>10}")
    for row in rows:
        print(f"{steady.disk_name(row['disk_mb_s']):<13}{row['cap_percent']:>4}%  {row['policy']:<9}{row['tokens_per_s']:>9.2f}"
              f"{row['roofline_tokens_per_s']:>10.2f}{row['of_roofline']:>7.0%}{row['pages_per_token']:>13.0f}"
              f"{row['token_pages']:>7}{row['bound_pages']:>7}{row['faults_per_token']:>9.1f}{row['major_per_token']:>8.1f}"
              f"{1e3 * row['stall_s_per_token']:>10.1f}")


def figures(rows):
    """[(what, to reach, worst that was measured and where, reached?)] of the plan."""
    best = PLAN
    mine = [row for row in rows if row["policy"] == best and row["bound_pages"] > 0]
    shares = [row for row in rows if row["policy"] == best and not math.isnan(row["of_roofline"])]
    table = []

    def worst(what, wanted, of, value, good, shown):
        if of:
            row = max(of, key=value)
            where = f"{row['cap_percent']}%, {steady.disk_name(row['disk_mb_s'])}"
            table.append((f"{best}: {what}", wanted, f"{shown(row)} ({where})", good(row)))
    worst("pages read beyond N-C, of N-C", f"{OVER} (N-C) + {PAGES_OVER}", mine,
          lambda row: row["pages_per_token"] - OVER * row["bound_pages"],
          lambda row: row["pages_per_token"] <= OVER * row["bound_pages"] + PAGES_OVER,
          lambda row: f"{row['pages_per_token']:.0f} of {row['bound_pages']}")
    # A fault on a page on its way is none of these: where the disk is the slower one, the program has to wait for most runs.
    worst("faults a token that had to read", f"<= {DEMAND_FAULTS}", mine, lambda row: row["major_per_token"],
          lambda row: row["major_per_token"] <= DEMAND_FAULTS, lambda row: f"{row['major_per_token']:.1f}")
    worst("tokens a second, of the roofline", f">= {AT_LEAST}", shares, lambda row: -row["of_roofline"],
          lambda row: row["of_roofline"] >= AT_LEAST, lambda row: f"{row['of_roofline']:.2f}")
    return table


def show_figures(table):
    print(f"\n{'figure, at its worst':<42}{'to reach':>18}{'measured':>36}")
    for what, wanted, measured, reached in table:
        print(f"{what:<42}{wanted:>18}{measured:>36}  {'reached' if reached else 'NOT reached'}")
