"""What the guest's sampler wrote (kernel/thread/sampler.c), symbolised: folded stacks, a flat table, a flame graph."""
import os

from . import flame
from .common import Unusable, shown
from .symbols import Symbols

SAMPLES, FOLDED, WAITS, FLAT, GRAPH = "samples.txt", "folded.txt", "waits.txt", "flat.txt", "profile.svg"
UNKNOWN = "[unknown]"
TRAP = 1                 # of a stack: what follows was interrupted
MOST_THREADS = 32        # that flat.txt lists
LEAST_SHARE = 0.0005  # of the rows of flat.txt


class Stack:
    def __init__(self, idle, hart, thread, moments, frames):
        self.idle, self.hart, self.thread, self.moments = idle, hart, thread, moments
        self.frames = frames  # names, the outermost first


class Profile:
    def __init__(self, elf):
        self.rate = 0
        self.complete = False    # the guest came to the end of its list
        self.lost = 0            # moments for which the sampler had no room
        self.stacks = []
        self.layers = {}         # of functions: see symbols.py
        self.elf = elf

    def moments(self, idle, hart=None):
        return sum(stack.moments for stack in self.stacks if stack.idle == idle and hart in (None, stack.hart))

    def harts(self):
        return sorted({stack.hart for stack in self.stacks})


def clear(folder):
    """What an earlier run left says nothing about this one."""
    for name in (SAMPLES, FOLDED, WAITS, FLAT, GRAPH):
        path = os.path.join(folder, name)
        if os.path.lexists(path):
            os.unlink(path)


def write(folder, elf, title, say):
    """Makes the reader's files of the samples, and says so."""
    if not os.path.exists(os.path.join(folder, SAMPLES)):
        return  # there was no machine
    profile = read(os.path.join(folder, SAMPLES), elf)
    if not profile.complete:
        say("no profile: the program did not come to its end, where it is written")
        return
    busy, waits = fold(profile, False), fold(profile, True)
    graph = flame.graph(busy, profile.layers, title, subtitle(profile))
    texts = {FOLDED: folded(busy), WAITS: folded(waits), FLAT: flat(profile), GRAPH: graph}
    for name, text in texts.items():
        path = os.path.join(folder, name)
        try:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            if os.path.isfile(path):
                os.unlink(path)  # half of it says less than none
            raise Unusable(f"{shown(path)} cannot be written: {error.strerror.lower()}") from None
    paths = " ".join(shown(os.path.join(folder, name)) for name in (GRAPH, FLAT, FOLDED))
    say(f"profile: {profile.moments(False)} samples, {number_of_harts(profile)}: {paths}")


# ---- reading

def read(path, elf):
    profile, raw = Profile(elf), []
    with open(path, encoding="ascii") as file:
        lines = [line.split() for line in file]
    for words in lines:
        if words[0] in ("busy", "idle"):
            raw.append((words[0] == "idle", *map(int, words[1:4]), [int(word, 16) for word in words[4:]]))
        elif words[0] == "rate":
            profile.rate = int(words[1])
        elif words[0] == "lost":
            profile.lost += int(words[2])
        profile.complete = words[0] == "end"
    if not profile.complete:
        return profile
    symbols = Symbols(elf, {word & ~1 for *_, words in raw for word in words})
    profile.layers = symbols.layers
    for idle, hart, thread, moments, words in raw:
        profile.stacks.append(Stack(idle, hart, thread, moments, frames_of(words, symbols)))
    return profile


def frames_of(words, symbols):
    """Names of the functions of a stack, the outermost first. arch/sampling.h says what the words are."""
    addresses, part = [], []
    for word in [*words, TRAP]:
        if word != TRAP:
            part.append(word)
        elif part:
            addresses += callers(part, symbols)
            part = []
    names = []
    for address, is_return in addresses:
        names += symbols.functions(address - is_return)  # the call is before where it returns to
    names = [name or UNKNOWN for name in reversed(names)]
    return names[names.index("main"):] if "main" in names else names


def callers(part, symbols):
    """[(address, is it one to return to)] of an interrupted pc: ra first, where it and not the frame holds the caller."""
    pc, ra, *chain = part
    is_leaf, ra = ra & 1, ra & ~1
    found = [(pc, False)]
    if (is_leaf or symbols.caller_in_ra(pc)) and symbols.is_text(ra):
        found.append((ra, True))
    return found + [(address, True) for address in chain]


# ---- writing

def fold(profile, idle):
    """{names: moments}"""
    sums = {}
    for stack in profile.stacks:
        if stack.idle == idle:
            key = tuple(stack.frames)
            sums[key] = sums.get(key, 0) + stack.moments
    return sums


def folded(sums):
    return "".join(f"{';'.join(names)} {count}\n" for names, count in sorted(sums.items()))


def subtitle(profile):
    total = profile.moments(False) + profile.moments(True)
    idle = profile.moments(True) / total if total else 0
    return f"{profile.moments(False)} samples, {profile.rate} Hz, {number_of_harts(profile)}, {idle:.1%} of the time idle"


def number_of_harts(profile):
    count = len(profile.harts())
    return f"{count} hart{'s' * (count != 1)}"


def tally(profile, idle):
    """{function: [self, with callees, {hart: self}]}"""
    rows = {}
    for stack in profile.stacks:
        if stack.idle != idle:
            continue
        for name in set(stack.frames):
            rows.setdefault(name, [0, 0, {}])[1] += stack.moments
        row = rows[stack.frames[-1]]
        row[0] += stack.moments
        row[2][stack.hart] = row[2].get(stack.hart, 0) + stack.moments
    return rows


def flat(profile):
    """As perf report --stdio: by what a function takes itself, and with what it calls; then who waited."""
    harts, busy = profile.harts(), profile.moments(False)
    lines = [f"# {subtitle(profile)}"]
    if profile.lost:
        lines.append(f"# {profile.lost} samples more found no room in the guest's tables")
    for hart in harts:
        all_of_it = profile.moments(False, hart) + profile.moments(True, hart)
        lines.append(f"# hart {hart}: {profile.moments(False, hart)} samples, idle {profile.moments(True, hart) / all_of_it:.1%}")
    threads = {}
    for stack in profile.stacks:
        if not stack.idle:
            threads[stack.thread] = threads.get(stack.thread, 0) + stack.moments
    if len(threads) > 1:
        lines += [f"# {f'thread {number}' if number else 'no thread'}: {count} samples"
                  for number, count in sorted(threads.items())[:MOST_THREADS]]
    columns = "".join(f"{f'hart {hart}':>8}" for hart in harts) if len(harts) > 1 else ""
    lines += ["#", f"#{'self':>8}{'children':>10}{'samples':>9}{columns}  function"]
    for name, (own, whole, by_hart) in by_weight(tally(profile, False), 0):
        if whole >= LEAST_SHARE * busy:
            shares = "".join(f"{by_hart.get(hart, 0):8}" for hart in harts) if len(harts) > 1 else ""
            lines.append(f"{own / busy:9.2%}{whole / busy:10.2%}{own:9}{shares}  {name}")
    idle = profile.moments(True)
    if idle:
        lines += ["", "# Where harts were idle, as shares of the time that they were: the innermost functions only wait.",
                  f"#{'children':>8}{'samples':>9}  function"]
    for name, (_, whole, _) in by_weight(tally(profile, True), 1):
        if whole >= 0.01 * idle:
            lines.append(f"{whole / idle:9.2%}{whole:9}  {name}")
    return "\n".join(lines) + "\n"


def by_weight(rows, column):
    return sorted(rows.items(), key=lambda item: (-item[1][column], -item[1][1], item[0]))
