#!/usr/bin/python3
"""In the guest: a prompt passes the weights once, however long, where there is memory for it; else in smaller blocks, with the
same bits."""
import json
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from guest import ROOT, RUN, Results  # noqa: E402

MODEL = os.path.join(ROOT, "models", "stories-relu.gguf")
TEXT = "Once upon a time, there was a little girl named Lily. She loved to play outside in the park with her friends. " * 10
TOKENS = 261
PAGE = 4096


def token_pages():
    """What one token reads."""
    done = subprocess.run([os.path.join(ROOT, "scripts", "inspect"), "--json", MODEL], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["pages_per_token"]


def first_token(folder, *arguments, memory="256M"):
    """(stdout, pages read) of a run that ends with the first token after the prompt, at a cap of a quarter. None: no memory."""
    with open(os.path.join(folder, "prompt.txt"), "w") as file:
        file.write(TEXT)
    stats = os.path.join(folder, "stats.json")
    done = subprocess.run([RUN, "--run-dir", folder, "--files", folder, "--stats", stats, "--timeout", "200", "--mem", memory,
                           "--frames", "25%", "--model", MODEL, "llm", "--", "-f", "prompt.txt", "-n", "1", "--temp", "0",
                           *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if "no memory" in done.stderr:
        return None
    assert done.returncode == 0, f"status {done.returncode}: {done.stderr[-200:]}"
    assert re.search(rf"prompt {TOKENS} tokens", done.stderr), done.stderr[:200]
    with open(stats) as file:
        return done.stdout, json.load(file)["bytes_read"] / PAGE


def one_pass(folder, reference):
    """A quarter of a pass more covers the tokenizer, read at the start, and the embedding of the prompt's tokens."""
    out, pages = first_token(folder, "-c", "1024")
    passes = pages / token_pages()
    assert 1.0 <= passes < 1.25, f"{pages:.0f} pages are {passes:.2f} passes"
    assert out == reference, f"another text: {out[-40:]!r}"
    return f"{pages:.0f} pages are {passes:.2f} passes"


def little_memory(folder, reference):
    """As large a context as there is memory for: that leaves room for some positions only. A pass after the first reads what the cap
    does not hold: three quarters."""
    tries = (first_token(folder, "-c", str(context), memory="96M") for context in range(18000, 14000, -500))
    out, pages = next(done for done in tries if done)
    passes = pages / token_pages()
    assert 1.5 <= passes < TOKENS / 16 + 1, f"{pages:.0f} pages are {passes:.2f} passes"
    assert out == reference, f"another text: {out[-40:]!r}"
    return f"{pages:.0f} pages are {passes:.2f} passes"


def main():
    results = Results()
    with tempfile.TemporaryDirectory() as folder:
        reference, _ = first_token(folder, "-c", "1024", "-b", "64")
        results.check("one-pass", one_pass, folder, reference)
        results.check("little-memory", little_memory, folder, reference)
    return results.status()


if __name__ == "__main__":
    sys.exit(main())
