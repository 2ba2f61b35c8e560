"""A flame graph in one self-contained SVG: a click zooms, Ctrl-F or the word at the top right searches by regular expression."""
import html
import os
import zlib

WIDTH, ROW, MARGIN, HEAD, FOOT = 1200, 17, 10, 58, 40
LETTER = 7.0     # width of one, in pixels, as the style below sets it
LEAST = 0.1      # pixels: what is narrower is left out until somebody zooms, and then it still is
COLOURS = {"program": (230, 110, 60), "libc": (225, 175, 60), "runtime": (120, 180, 90), "kernel": (110, 150, 215),
           "arch": (165, 130, 205), "": (170, 170, 170)}
with open(os.path.join(os.path.dirname(__file__), "flame.js"), encoding="utf-8") as source:
    SCRIPT = source.read()

STYLE = """text { font: 12px monospace; fill: #000; pointer-events: none }
#title { font-size: 17px } .button { pointer-events: auto; cursor: pointer; fill: #555 } .frame { cursor: pointer }
.frame:hover rect { stroke: #000; stroke-width: 0.7 } .frame.ancestor rect { opacity: 0.4 } .frame.found rect { fill: #e0208f }"""


def merge(sums):
    """[(names, count)] as a list of frames: (depth, first sample, samples, name); an outer one comes before what it calls."""
    frames = []

    def descend(stacks, depth, start):
        groups = {}
        for names, count in stacks:
            if len(names) > depth:
                groups.setdefault(names[depth], []).append((names, count))
        for name, inside in sorted(groups.items()):
            total = sum(count for _, count in inside)
            frames.append((depth, start, total, name))
            descend(inside, depth + 1, start)
            start += total

    descend(list(sums.items()), 0, 0)
    return frames


def colour(name, layer):
    """The layer's, a little lighter or darker by the name, so that neighbours differ."""
    shift = zlib.crc32(name.encode()) % 41 - 20
    return "#" + "".join(f"{min(255, max(0, part + shift)):02x}" for part in COLOURS[layer])


def graph(sums, layers, title, subtitle):
    """sums: {names, the outermost first: samples}; layers: {name: a key of COLOURS}"""
    total = sum(sums.values()) or 1
    scale = (WIDTH - 2 * MARGIN) / total
    frames = [(0, 0, total, "all")] + [(depth + 1, *rest) for depth, *rest in merge(sums)]
    frames = [frame for frame in frames if frame[2] * scale >= LEAST]
    deepest = max(depth for depth, *_ in frames)
    height = HEAD + (deepest + 1) * ROW + FOOT
    out = [f'<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
           f'width="{WIDTH}" height="{height}">\n<style>{STYLE}</style>\n<rect width="100%" height="100%" fill="#fdfcf8"/>',
           f'<text id="title" x="{WIDTH / 2}" y="24" text-anchor="middle">{html.escape(title)}</text>',
           f'<text x="{WIDTH / 2}" y="42" text-anchor="middle">{html.escape(subtitle)}</text>',
           f'<text id="back" class="button" x="{MARGIN}" y="24"></text>',
           f'<text id="search" class="button" x="{WIDTH - MARGIN}" y="24" text-anchor="end">search</text>',
           f'<text id="details" x="{MARGIN}" y="{height - 14}"></text>', legend(height)]
    for depth, start, count, name in frames:
        out.append(frame_of(name, layers.get(name, ""), count, total,
                            (MARGIN + start * scale, HEAD + (deepest - depth) * ROW, count * scale)))
    out.append(f"<script><![CDATA[\nconst total = {total}, margin = {MARGIN}, width = {WIDTH - 2 * MARGIN}, letter = {LETTER};\n"
               f"{SCRIPT}]]></script>\n</svg>\n")
    return "\n".join(out)


def legend(height):
    parts, x = [], WIDTH - MARGIN
    for layer in reversed([layer for layer in COLOURS if layer]):
        x -= len(layer) * LETTER
        parts.append(f'<text x="{x:.1f}" y="{height - 14}">{layer}</text>')
        x -= 16
        parts.append(f'<rect x="{x:.1f}" y="{height - 24}" width="12" height="12" fill="{colour("", layer)}"/>')
        x -= 14
    return "".join(parts)


def frame_of(name, layer, count, total, place):
    x, y, width = place
    fits = int((width - 6) / LETTER)
    shown = "" if fits < 3 else name if len(name) <= fits else name[:fits - 2] + ".."
    name, shown = html.escape(name), html.escape(shown)
    return (f'<g class="frame" data-name="{name}" data-count="{count}"><title>{name}: {count} samples, {count / total:.2%}</title>'
            f'<rect x="{x:.2f}" y="{y}" width="{width:.2f}" height="{ROW - 1}" rx="1" fill="{colour(name, layer)}"/>'
            f'<text x="{x + 3:.2f}" y="{y + 12}">{shown}</text></g>')
