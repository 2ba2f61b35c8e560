"""Command lines of the scripts: what cannot be used ends in one line that says what is allowed, and status 2, as in scripts/run."""
import argparse
import os
import re

from launch.common import EXIT_UNUSABLE, in_root, shown
from launch.options import MAX_HARTS


class Parser(argparse.ArgumentParser):
    """No abbreviations, so that a misspelt option is none; no usage above the line that says what is wrong."""

    def __init__(self, **more):
        super().__init__(allow_abbrev=False, **more)

    def error(self, message):
        what = re.sub(r"^argument ([^:]*): ", r"\1 ", message)
        self.exit(EXIT_UNUSABLE, f"{self.prog}: {what}; --help lists the options\n")


def number(least, most):
    """The type of a whole number from least to most."""
    def parse(text):
        if not re.fullmatch("[0-9]{1,18}", text) or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text}: needs a whole number from {least} to {most}")
        return int(text)
    return parse


def numbers(least, most, what):
    """The type of several such numbers with commas between."""
    def parse(text):
        words = text.split(",")
        if not all(re.fullmatch("[0-9]{1,6}", word) and least <= int(word) <= most for word in words):
            raise argparse.ArgumentTypeError(f"{text}: needs {what} from {least} to {most}, with commas between")
        return [int(word) for word in words]
    return parse


percents = numbers(1, 1000, "percentages")
speeds = numbers(0, 100000, "MB/s (0: not throttled)")
repeats = number(1, 99)
harts = number(1, MAX_HARTS)


def file(text):
    """The type of a file that is there."""
    if not os.path.isfile(text):
        raise argparse.ArgumentTypeError(f"{text}: no such file")
    return text


def folder(text):
    """The type of a folder that is there, or can be made when it is needed."""
    at = os.path.abspath(text)
    while not os.path.lexists(at):
        at = os.path.dirname(at)
    if not text or not os.path.isdir(at) or not os.access(at, os.W_OK):
        raise argparse.ArgumentTypeError(f"{text}: needs a folder that can be written to")
    return text


def add_out(parser, where, what="the files go"):
    """--out of a script whose files go into this folder of the project."""
    parser.add_argument("--out", metavar="DIR", type=folder, default=shown(in_root(where)), help=f"where {what} ({where})")
