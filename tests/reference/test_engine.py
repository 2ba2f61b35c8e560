#!/usr/bin/python3
# timeout: 2400
"""Check the engine, built for the host, against the references (see check) and against a known text; prints TEST lines.

Models: synthetic ones of each architecture and tensor type, what models/ ships, and stories260K where it is.
"""
import glob
import os
import subprocess
import sys
import tempfile

from checks import ROOT, Results, data_file, read_bytes

HERE = os.path.dirname(os.path.abspath(__file__))
FLAGS = ("-std=gnu11", "-O2", "-ffp-contract=off")


def build(name, folder):
    """Compiles app/`name` with the engine for the host; the program's path."""
    program = os.path.join(folder, name)
    sources = [path for pattern in (f"app/{name}/*.c", "app/infer/*.c", "app/infer/*/*.c")
               for path in sorted(glob.glob(os.path.join(ROOT, pattern)))]
    done = subprocess.run(["gcc", *FLAGS, "-I", ROOT, "-I", os.path.join(ROOT, "app"), "-o", program, *sources, "-lm"],
                          capture_output=True, text=True)
    assert done.returncode == 0, f"gcc: {done.stderr[-300:]}"
    return program


def known_text(program):
    """stories260K, greedy: run.c's 200 tokens, byte for byte."""
    model, tokenizer, text = map(data_file, ("stories260K.bin", "tok512.bin", "stories260K.greedy.txt"))
    done = subprocess.run([program, "-m", model, "--tokenizer", tokenizer, "--temp", "0", "-n", "200"], capture_output=True)
    assert done.returncode == 0, done.stderr[-200:]
    assert done.stdout == read_bytes(text), f"{len(done.stdout)} bytes that differ from the known text"


def main():
    results = Results()
    with tempfile.TemporaryDirectory() as folder:
        results.check("builds", lambda: build("gpt", folder) and build("llm", folder) and None)
        if results.failed:
            return 1
        results.check("stories260K-greedy-text", known_text, os.path.join(folder, "llm"))
        check = [os.path.join(HERE, "check")]
        shipped = [word for path in sorted(glob.glob(os.path.join(ROOT, "models", "*.gguf"))) for word in ("--model", path)]
        for models in [[], shipped] if shipped else [[]]:
            sys.stdout.flush()
            results.failed += subprocess.run([*check, *models, "host", os.path.join(folder, "gpt")]).returncode
    return 1 if results.failed else 0


if __name__ == "__main__":
    sys.exit(main())
