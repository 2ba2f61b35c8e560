"""SVG plots of scripts/bench-cliff, drawn by gnuplot: for each disk the speed beside the roofline, and the pages read."""
import os

from . import plots, steady

SPEED = """set ylabel 'tokens per second'
plot $bound using 1:4 with lines dt 2 lw 3 lc 'black' title 'roofline: max(computing, reading N - C)', \\
     {curves}
"""
PAGES = """set ylabel 'pages read per token'
plot {curves}, \\
     $bound using 1:2 with lines dt 2 lw 2 lc 'black' title 'N - C: no policy reads less', \\
     $bound using 1:3 with lines dt 3 lw 2 lc 'black' title 'N: everything anew'
"""


def block(name, lines):
    return f"${name} << END\n" + "\n".join(lines) + "\nEND\n"


def curves(names, column):
    return ", \\\n     ".join(f"$p{i} using 1:{column} with linespoints pt {4 + i} title '{name}'" for i, name in enumerate(names))


def one_disk(rows):
    """The data of one disk's two plots, and the names of its curves."""
    names = list(dict.fromkeys(row["policy"] for row in rows))
    data, bound = "", {}
    for i, name in enumerate(names):
        mine = sorted((row for row in rows if row["policy"] == name), key=lambda row: row["cap_percent"])
        data += block(f"p{i}", [f"{row['cap_percent']} {row['tokens_per_s']:.5f} {row['pages_per_token']:.1f}" for row in mine])
        bound.update({row["cap_percent"]: row for row in mine})
    data += block("bound", [f"{cap} {row['bound_pages']} {row['token_pages']} {row['roofline_tokens_per_s']:.5f}"
                            for cap, row in sorted(bound.items())])
    return names, data


def draw(rows, folder):
    """speed-DISK.svg and pages-DISK.svg for each disk."""
    for disk in dict.fromkeys(row["disk_mb_s"] for row in rows):
        mine = [row for row in rows if row["disk_mb_s"] == disk]
        names, data = one_disk(mine)
        title = f"{mine[0]['model']}, disk {steady.disk_name(disk)}"
        end = str(disk) if disk else "unthrottled"
        plots.over_caps(os.path.join(folder, f"speed-{end}.svg"), title + ": speed over the cap",
                        data + SPEED.format(curves=curves(names, 2)))
        plots.over_caps(os.path.join(folder, f"pages-{end}.svg"), title + ": pages read for a token over the cap",
                        data + PAGES.format(curves=curves(names, 3)))
