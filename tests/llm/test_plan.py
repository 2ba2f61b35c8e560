#!/usr/bin/python3
"""The declared plan: every cap reads close to what a token must read, without faults, and says what it says without a plan."""
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from guest import ROOT, RUN, Results, script  # noqa: E402

MODEL = os.path.join(ROOT, "models", "stories-gpt2.gguf")
PAGE = 4096
FIRST, LAST = 3, 7      # tokens; what lies between is a steady state
FAULTS = 2
FAULTS_OF_SEVERAL = 20  # a token: a run has few pages, and the workers are in several of them
INSTRUCTIONS = 250      # a page that is read


def token_pages(model):
    done = subprocess.run([os.path.join(ROOT, "scripts", "inspect"), "--json", model], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["pages_per_token"]


def generate(folder, cap, tokens, *more, model=MODEL, options=(), clock=("--icount",)):
    """(stdout, counters)"""
    stats = os.path.join(folder, "stats.json")
    done = subprocess.run([RUN, *clock, *options, "--run-dir", folder, "--files", folder, "--stats", stats, "--timeout", "200",
                           "--frames", cap, "--model", model, "llm", "--", "-p", "Once upon a time", "-n", str(tokens), "--temp", "0",
                           "--ignore-eos", *more], stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, f"status {done.returncode}: {done.stderr[-200:]}"
    with open(stats) as file:
        return done.stdout, json.load(file)


def steady(folder, cap, wanted, *more, model=MODEL):
    """What a token costs between FIRST and LAST."""
    _, before = generate(folder, cap, FIRST, *more, model=model)
    out, after = generate(folder, cap, LAST, *more, model=model)
    assert out == wanted, f"another text: {out[-40:]!r}"
    tokens = LAST - FIRST
    reads = (after["bytes_read"] - before["bytes_read"]) / PAGE / tokens
    faults = (after["faults"] - before["faults"]) / tokens
    missing = max(token_pages(model) - after["frames"], 0)
    assert reads <= 1.02 * missing + 16, f"{reads:.0f} pages a token where {missing} are missing"
    assert faults <= FAULTS, f"{faults:.1f} faults a token"
    assert after["frames_leaked"] == 0 and after["prefetch_used"] + after["prefetch_wasted"] == after["prefetched"], after
    return f"{reads:.1f} pages a token where {missing} are missing, {faults:.1f} faults"


def instructions(folder):
    """What the pager retires for each page that it brings in, where runs are short."""
    retired, pages = {}, {}
    for cap in ("25%", "100%"):
        (_, before), (_, after) = (generate(folder, cap, tokens) for tokens in (FIRST, LAST))
        retired[cap] = after["instret"] - before["instret"]
        pages[cap] = (after["bytes_read"] - before["bytes_read"]) // PAGE
    cost = (retired["25%"] - retired["100%"]) / (pages["25%"] - pages["100%"])
    assert cost <= INSTRUCTIONS, f"{cost:.0f} instructions a page"
    return f"{cost:.0f} a page"


def small_groups(folder):
    """Scales that lie apart from their values, so many that the order has thousands of pieces: all of them are in the plan."""
    tokenizer, model = os.path.join(folder, "tokenizer.bin"), os.path.join(folder, "groups-of-16.bin")
    script("synth-model", "--format", "llama2c", "--llama2c-version", "2", "--shape", "llama-test", "--ffn", "784",
           "--tokenizer-out", tokenizer, model)
    more = ["--tokenizer", os.path.basename(tokenizer)]
    wanted, _ = generate(folder, "100%", LAST, "--no-plan", *more, model=model)
    return steady(folder, "90%", wanted, *more, model=model)


def several_workers(folder, threads, wanted):
    """They share one hart: who is behind the others holds nobody's pages back, nor is its own taken away."""
    _, alone = generate(folder, "25%", LAST, "-t", "1")
    out, several = generate(folder, "25%", LAST, "-t", threads)
    assert out == wanted, f"another text: {out[-40:]!r}"
    more = several["bytes_read"] / alone["bytes_read"]
    assert more <= 1.01, f"{more:.3f} times the bytes of one worker"
    faults = several["faults_major"] / LAST
    assert faults <= FAULTS_OF_SEVERAL, f"{faults:.1f} major faults a token"
    return f"{more:.3f} times the bytes of one worker, {faults:.1f} major faults a token"


def main():
    results = Results()
    with tempfile.TemporaryDirectory() as folder:
        wanted, _ = generate(folder, "100%", LAST, "--no-plan")
        for cap in ("5%", "25%", "50%", "90%", "99%"):
            results.check(cap, steady, folder, cap, wanted)
        results.check("instructions", instructions, folder)
        results.check("small-groups", small_groups, folder)
        for threads in ("2", "4"):
            results.check(f"workers-{threads}", several_workers, folder, threads, wanted)
    return results.status()


if __name__ == "__main__":
    sys.exit(main())
