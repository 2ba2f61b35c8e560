"""Text files -> stories -> ids: cleaning, casing, the held-out split, batches."""
import collections
import os
import random
import re
import subprocess

import numpy as np

MOJIBAKE = [("\u00e2\u20ac\u0153", '"'), ("\u00e2\u20ac\u009d", '"'), ("\u00e2\u20ac\u2122", "'"),
            ("\u00e2\u20ac\u02dc", "'"), ("\u00e2\u20ac\u201c", "-"), ("\u00e2\u20ac\u201d", " - "),
            ("\u00e2\u20ac\u00a6", "..."), ("\u00e2\u20ac", '"'), ("\u201c", '"'), ("\u201d", '"'),
            ("\u2018", "'"), ("\u2019", "'"), ("\u2013", "-"), ("\u2014", " - "), ("\u2026", "...")]
HELD_OUT_EVERY = 25  # one story in 25 is never trained on


def clean(text):
    """ASCII quotes and dashes, one kind of line end, no trailing blanks."""
    for bad, good in MOJIBAKE:
        text = text.replace(bad, good)
    text = text.replace("\r\n", "\n").replace("\u00a0", " ")
    return re.sub(r"[ \t]+\n", "\n", text)


SINGLE_BREAK = r"(?<!\n)\n(?!\n)"
LONGEST, CHUNK = 6000, 1500  # characters: a longer story is cut into pieces of about CHUNK
WRAPPED = 300  # characters: pieces between single line ends shorter than this are wrapped lines


def pieces_of(part):
    """A text that is too long for a story -> pieces of about CHUNK characters that end
    with a paragraph, or with a sentence where a paragraph is very long."""
    paragraphs = []
    for para in part.split("\n\n"):
        whole = len(para) <= 2 * CHUNK
        paragraphs += [para] if whole else re.split(r"(?<=[.!?]) (?=[A-Z])", para)
        paragraphs[-1] += "\n\n"
    chunk = ""
    for para in paragraphs:
        chunk += para if not chunk or chunk.endswith("\n") else " " + para
        if len(chunk) > CHUNK:
            yield chunk.strip()
            chunk = ""
    yield chunk.strip()


def stories_of(text):
    """Cut a text into stories: at end-of-text marks if it has any, else where one single
    line end stands (paragraphs are parted by two), else by length."""
    text = clean(text)
    if "<|endoftext|>" in text:
        parts = text.split("<|endoftext|>")
    else:
        parts = re.split(SINGLE_BREAK, text)
        if len(text) < WRAPPED * len(parts):
            parts = [re.sub(SINGLE_BREAK, " ", text)]
    out = []
    for part in (p.strip() for p in parts):
        out.extend([part] if len(part) <= LONGEST else pieces_of(part))
    return [s for s in out if len(s) > 60 and s.isascii()]


class Caser:
    """Gives lower-cased text its capitals back, by what cased stories show.

    Sentence starts and "i" by rule; every other word by how often the cased
    stories capitalise it after the word before it, then by itself; a word they
    never show is a name where a text says "named <word>".
    """
    WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
    SPEECH = set("said asked replied shouted cried exclaimed yelled called answered whispered "
                 "thought screamed laughed says told added begged".split())

    def __init__(self, cased, lowered):
        self.pair, self.word = collections.Counter(), collections.Counter()
        for story in cased:
            for prev, word, start in self._walk(story):
                if not start:
                    low, up = word.lower(), word[0].isupper()
                    self.pair[prev.lower(), low, up] += 1
                    self.word[low, up] += 1
        self.names = collections.Counter()
        for story in lowered:
            self.names.update(re.findall(r"\b(?:named|called) ([a-z]+)\b", story))

    def _walk(self, story):
        """Yield (previous word, word, whether a sentence starts here)."""
        prev, end = "", 0
        for m in self.WORD.finditer(story):
            gap = story[end:m.start()]
            yield prev, m.group(), self._starts(story, gap, prev, m)
            prev, end = m.group(), m.end()

    def _starts(self, story, gap, prev, m):
        if not prev or "\n" in gap:
            return True
        if re.search(r'[.!?]["\')]*\s+["\'(]*$', gap):
            if not re.search(r'[!?]["\']+\s+$', gap):
                return prev.lower() not in ("mr", "mrs", "dr") or not gap.startswith(". ")
            after = story[m.start():m.start() + 40].lower().split()[:3]
            return not any(w.strip('.,') in self.SPEECH for w in after)
        return bool(re.search(r'[\s,]"$', gap)) and not re.search(r'[a-z]\s"$', gap)

    def _capital(self, prev, low):
        if low == "i" or low.startswith("i'") or low in ("mr", "mrs", "dr"):
            return True
        stem = low.split("'")[0]
        for table, key in ((self.pair, (prev, low)), (self.word, (low,)), (self.word, (stem,))):
            yes, no = table[key + (True,)], table[key + (False,)]
            if yes + no >= 2:
                return yes > no
        return self.names[stem] > 0

    def apply(self, story):
        """Lower-cased story -> the same with capitals."""
        out, end = [], 0
        marks = list(self._walk(story))
        for (prev, word, start), m in zip(marks, self.WORD.finditer(story)):
            out.append(story[end:m.start()])
            up = start or self._capital(prev.lower(), word)
            out.append(word[0].upper() + word[1:] if up else word)
            end = m.end()
        return "".join(out) + story[end:]


def recase(groups):
    """Per file a list of stories -> one list, true-cased, without repeats.

    A file is taken for lower-cased if it has next to no capital letter."""
    cased, lowered = [], []
    for stories in groups:
        text = "".join(stories)
        upper = sum(c.isupper() for c in text) / max(1, len(text))
        (lowered if upper < 0.0005 else cased).extend(stories)
    seen, out = set(), []
    caser = Caser(cased, lowered) if lowered else None
    for story in cased + [caser.apply(s) for s in lowered if caser]:
        key = story.lower()
        if key not in seen:
            seen.add(key)
            out.append(story)
    return out


AUSTEN = ("suppressMessages(library(janeaustenr)); for (book in list(emma, mansfieldpark, "
          "northangerabbey, persuasion, prideprejudice, sensesensibility)) writeLines(book)")
DEBIAN = {"bible-kjv-text": ["bible", "-f", "gen1:1-rev22:21"],
          "r-cran-janeaustenr": ["Rscript", "-e", AUSTEN]}


def debian_texts():
    """What Debian packages hold, for when no file is named: list of texts."""
    texts = []
    for command in DEBIAN.values():
        try:
            text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            texts.append(re.sub(r"(?m)^\w+\d+:\d+ ", "", text))  # "Ge1:1 In the beginning ..."
        except (OSError, subprocess.CalledProcessError):
            pass
    if not texts:
        raise SystemExit("train: name text files, or install " + " or ".join(DEBIAN))
    return texts


def read_stories(paths):
    """Files (or Debian's texts when none) -> list of stories."""
    texts = []
    for path in paths:
        with open(path, encoding="utf-8", errors="replace") as src:
            texts.append(src.read())
    return recase([stories_of(t) for t in texts or debian_texts()])


def split_held_out(stories, seed):
    """Shuffle by seed; return (training stories, held-out stories)."""
    order = list(stories)
    random.Random(seed).shuffle(order)
    held = order[::HELD_OUT_EVERY]
    train = [s for i, s in enumerate(order) if i % HELD_OUT_EVERY]
    return train, held


class Batches:
    """Endless batches of windows: end-of-text, story, end-of-text, story, ...

    Every epoch the stories are shuffled anew and the cut starts elsewhere, so a
    window is hardly ever seen twice. The state is three numbers (resume)."""

    def __init__(self, stories, end, context, seed):
        self.stories = [np.asarray([end] + s, dtype=np.int64) for s in stories]
        self.context, self.seed = context, seed
        self.epoch, self.at = -1, 0
        self.windows = []
        self.size = sum(len(s) for s in self.stories)  # tokens of an epoch

    def _next_epoch(self):
        self.epoch += 1
        rng = random.Random(self.seed * 1000003 + self.epoch)
        order = list(range(len(self.stories)))
        rng.shuffle(order)
        stream = np.concatenate([self.stories[i] for i in order])
        stream = np.roll(stream, rng.randrange(len(stream)))
        count = (len(stream) - 1) // self.context
        self.windows = [stream[i * self.context:(i + 1) * self.context + 1] for i in range(count)]
        rng.shuffle(self.windows)
        self.at = 0

    def take(self, rows):
        """(rows, context + 1) int64."""
        out = []
        while len(out) < rows:
            if self.at >= len(self.windows):
                self._next_epoch()
            out.append(self.windows[self.at])
            self.at += 1
        return np.stack(out)

    def state(self):
        return {"epoch": self.epoch, "at": self.at}

    def restore(self, state):
        self.epoch = state["epoch"] - 1
        self._next_epoch()
        self.at = state["at"]


def default_paths(names):
    """Check that every named file can be read."""
    for name in names:
        if not os.path.isfile(name):
            raise SystemExit("train: %s: no such file" % name)
    return names
