"""SVG plots of scripts/bench-llm, drawn by gnuplot: speed and bytes read over the cap, one file a model."""
import os
import subprocess

from .llm import PAGE

SCRIPT = """set terminal svg size 820,420 background 'white' font 'sans,12'
set output '{out}'
set title '{model}: speed, and bytes read for a token, over the cap'
set xlabel 'frames, in percent of the file'
set xrange [0:105]
set ylabel 'MB read per token'
set yrange [0:*]
set y2label 'tokens per second'
set y2range [0:*]
set y2tics
set ytics nomirror
set grid xtics ytics
set key outside bottom center horizontal
$data << END
{data}
END
N = {n}
plot $data using 1:2 with linespoints pt 7 lw 2 title 'read', \\
     (N - {per_percent} * x > 0 ? N - {per_percent} * x : 0) with lines dt 2 title 'N - C: no policy reads less', \\
     N with lines dt 3 title 'N: everything anew', \\
     $data using 1:3 axes x1y2 with linespoints pt 5 title 'tokens per second'
"""


def draw(rows, folder):
    """MODEL.svg for each model."""
    for model in dict.fromkeys(row["model"] for row in rows):
        mine = [row for row in rows if row["model"] == model]
        data = "\n".join(f"{row['cap_percent']} {row['bytes_per_token'] / 1e6:.4f} {row['tokens_per_s']:.4f}" for row in mine)
        script = SCRIPT.format(out=os.path.join(folder, model + ".svg"), model=model.replace("_", "-"), data=data,
                               n=mine[0]["token_pages"] * PAGE / 1e6, per_percent=mine[0]["pages"] * PAGE / 1e8)
        subprocess.run(["gnuplot"], input=script, text=True, check=True)
