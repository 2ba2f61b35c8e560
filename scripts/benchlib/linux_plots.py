"""SVG plots of scripts/bench-linux, drawn by gnuplot: speed and bytes of every way, a group of bars for each cap and disk."""
import os
import subprocess

from . import steady

SCRIPT = """set terminal svg size 1000,460 background 'white' font 'sans,12'
set output '{out}'
set title '{title}' noenhanced
set ylabel '{label}'
set yrange [0:*]
set style data histogram
set style histogram clustered gap 1
set style fill solid 0.8 border -1
set xtics noenhanced
set key outside right top noenhanced
set grid ytics
$data << END
{data}
END
plot {bars}
"""


def plot(rows, key, label, title, out):
    """One group for each disk and cap, one bar for each way; a way that did not survive has none."""
    names = list(dict.fromkeys(row["way"] for row in rows))
    groups = {}
    for row in rows:
        groups.setdefault(f"{row['cap_percent']}%, {steady.disk_name(row['disk_mb_s'])}", {})[row["way"]] = row
    data = "\n".join(f'"{group}" ' + " ".join(f"{found.get(name, {}).get(key, 0):.4f}" for name in names)
                     for group, found in groups.items())
    bars = ", ".join(f"$data using {i + 2}:xtic(1) title '{name}'" for i, name in enumerate(names))
    subprocess.run(["gnuplot"], input=SCRIPT.format(out=out, title=title, label=label, data=data, bars=bars), text=True, check=True)


def draw(rows, folder):
    """speed.svg and bytes.svg."""
    model = rows[0]["model"]
    plot(rows, "tokens_per_s", "tokens per second", f"{model} on Linux and on Bower: speed", os.path.join(folder, "speed.svg"))
    plot(rows, "mib_per_token", "MiB read per token", f"{model} on Linux and on Bower: what a token reads",
         os.path.join(folder, "bytes.svg"))
