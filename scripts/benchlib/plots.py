"""SVG plots, drawn by gnuplot: those of the fault table, and the frame of those over caps."""
import os
import subprocess

HEAD = """set terminal svg size 900,420 background 'white' font 'sans,12'
set output '{out}'
set title '{title}'
set ylabel '{label}'
set logscale y
set style data histogram
set style histogram clustered gap 1
set style fill solid 0.8 border -1
set xtics rotate by -30
set key outside right top
set grid ytics
"""

OVER_CAPS = """set terminal svg size 900,480 background 'white' font 'sans,12'
set output '{out}'
set title '{title}' noenhanced
set xlabel 'frames, in percent of the file'
set xrange [0:*]
set yrange [0:*]
set grid xtics ytics
set key below height 1 noenhanced
"""


def over_caps(out, title, script):
    """A plot whose x axis is the cap; script sets the rest."""
    subprocess.run(["gnuplot"], input=OVER_CAPS.format(out=out, title=title) + script, text=True, check=True)


def plot(rows, key, bound, label, title, out):
    """One histogram: workloads along x, one bar a policy, the bound first."""
    policies = list(dict.fromkeys(r["policy"] for r in rows))
    cells = {}
    for r in rows:
        cells.setdefault(f"{r['workload']}/{r['frames']}", {})[r["policy"]] = r
    data = ["# workload bound " + " ".join(policies)]
    for name, by_policy in cells.items():
        some = next(iter(by_policy.values()))
        data.append(" ".join([name, str(some[bound])] + [str(by_policy[p][key]) if p in by_policy else "0" for p in policies]))
    columns = ["bound"] + policies
    script = HEAD.format(out=out, title=title, label=label)
    script += "$data << END\n" + "\n".join(data) + "\nEND\nplot " + ", ".join(
        f"$data using {i + 2}:xtic(1) title '{name}'" for i, name in enumerate(columns)) + "\n"
    subprocess.run(["gnuplot"], input=script, text=True, check=True)


def draw(rows, folder):
    """faults.svg and reads.svg."""
    plot(rows, "faults", "faults_bound", "faults", "Faults by workload/frames and policy", os.path.join(folder, "faults.svg"))
    plot(rows, "pages_read", "pages_bound", "pages read", "Pages read by workload/frames and policy",
         os.path.join(folder, "reads.svg"))
