#!/usr/bin/python3
"""Type text, and a GPT-2 model that runs in Bower goes on from it.

Turns the text into token ids with the model's GPT-2 vocabulary, runs `scripts/run gpt` with them, and prints the text
of the ids that come back. Text comes from the command line, or line by line from stdin.

  chat.py --model models/gpt2.gguf "Once upon a time"
  chat.py --model gpt2_124M.bin --tokenizer gpt2_tokenizer.bin

Whatever follows "--" goes to the launcher in front of its "--", as in: chat.py --model M "Hi" -- --frames 25%
"""
import argparse
import os
import subprocess
import sys

import arguments
import clitools
from modellib import gguf, modelfile, vocabulary

LAUNCHER = os.path.join(os.path.dirname(os.path.realpath(__file__)), "run")


def load_vocabulary(model_path, tokenizer_path):
    """The model's Tokenizer, and the ids that begin every text.

    Of the file that is named, of the model itself, or of gpt2_tokenizer.bin beside it.
    """
    beside = os.path.join(os.path.dirname(model_path), "gpt2_tokenizer.bin")
    metadata = modelfile.open_model(model_path, tokenizer_path).metadata
    if "tokenizer.ggml.model" not in metadata and os.path.exists(beside):
        metadata = vocabulary.read(beside, 0)
    first = [int(metadata["tokenizer.ggml.bos_token_id"])] if metadata.get("tokenizer.ggml.add_bos_token") else []
    return vocabulary.bpe(metadata), first


def complete(ids, count, model_path, launcher_options):
    """Runs the program on the ids; the ids that it prints. GGUFError where it fails or prints something else."""
    total = len(ids) + count
    command = [LAUNCHER, "gpt", "--model", model_path, *launcher_options, "--", "-n", str(total), *map(str, ids)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise gguf.GGUFError(f"the program ended with status {done.returncode}")
    try:
        return [int(line) for line in done.stdout.split()]
    except ValueError:
        raise gguf.GGUFError(f"the program printed no token ids: {done.stdout[:80]!r}") from None


def answer(text, tokenizer, first, args):
    """Prints the text and what the model adds."""
    ids = first + tokenizer.encode(text) or [tokenizer.end]
    result = complete(ids, args.n, args.model, args.options)
    bad = [number for number in result if not 0 <= number < tokenizer.size]
    if bad:
        raise gguf.GGUFError(f"the program printed the id {bad[0]}, the vocabulary has {tokenizer.size}")
    print(tokenizer.decode(result))


def command_line():
    """The command line; `options` holds what follows "--"."""
    parser = arguments.Parser(prog="chat.py", description=__doc__,
                              formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, metavar="FILE")
    parser.add_argument("--tokenizer", metavar="FILE", help="llm.c's tokenizer file or a GGUF (default: the model's own, "
                        "or gpt2_tokenizer.bin beside it)")
    parser.add_argument("-n", type=arguments.number(0, 2**31 - 1), default=32, metavar="N", help="tokens to add (32)")
    parser.add_argument("text", nargs="*", help="what to go on from (default: each line of stdin)")
    words, rest = sys.argv[1:], []
    if "--" in words:
        words, rest = words[:words.index("--")], words[words.index("--") + 1:]
    args = parser.parse_args(words)
    args.options = rest
    return args


def main():
    args = command_line()
    tokenizer, first = load_vocabulary(args.model, args.tokenizer)
    if args.text:
        answer(" ".join(args.text), tokenizer, first, args)
        return
    prompt = "> " if sys.stdin.isatty() else ""
    while True:
        try:
            line = input(prompt)
        except (EOFError, KeyboardInterrupt):
            return
        answer(line, tokenizer, first, args)


if __name__ == "__main__":
    clitools.run("chat.py", main)
