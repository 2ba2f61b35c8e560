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

from checks import ROOT, Results, data_file, read_bytes  # puts scripts/ on the path
import parallel

HERE = os.path.dirname(os.path.abspath(__file__))
GROUPS = ("gpt2-*", "llama-*", "relu-*", "llmc-*", "llama2c-*")  # of check's synthetic models
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


def check(words):
    """TEST lines of one run of check, and how many failures they are; ending badly is one too."""
    done = subprocess.run([os.path.join(HERE, "check"), *words], capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("TEST ")]
    failed = sum(": FAIL" in line for line in lines)
    if not lines or done.returncode != (1 if failed else 0):
        failed += 1
        last = (done.stderr.strip().splitlines() or ["nothing on stderr"])[-1]
        lines.append(f"TEST check-{words[1]}: FAIL status {done.returncode} after {len(lines)} tests: {last}")
    return lines, failed


def main():
    results = Results()
    with tempfile.TemporaryDirectory() as folder:
        results.check("builds", lambda: build("gpt", folder) and build("llm", folder) and None)
        if results.failed:
            return 1
        results.check("stories260K-greedy-text", known_text, os.path.join(folder, "llm"))
        asked = [["--only", group] for group in GROUPS]
        asked += [["--model", path] for path in sorted(glob.glob(os.path.join(ROOT, "models", "*.gguf")))]
        program = os.path.join(folder, "gpt")
        for lines, failed in parallel.each(lambda words: check([*words, "host", program]), asked):
            print("\n".join(lines), flush=True)
            results.failed += failed
    return results.status()


if __name__ == "__main__":
    sys.exit(main())
