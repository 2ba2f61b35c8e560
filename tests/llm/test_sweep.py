#!/usr/bin/python3
# timeout: 1800
"""In the guest a model says the same, and its logits are the same bits, whatever the pager does; and as on the host.

Swept: caps from the smallest to everything, every prefetch policy with every eviction policy, block sizes of the prompt.
"""
import glob
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from guest import LOGITS, ROOT, RUN, Programs, Results, data_file, synth  # noqa: E402
import parallel  # noqa: E402

CAPS = ("2", "3", "4", "25%", "50%", "75%", "100%")     # and 16, with every pair of policies
SHIPPED_CAPS = ("2", "16", "10%", "25%", "60%", "100%")
BLOCKS = ("1", "3", "8", "128")
HARTS = (("1", "4", "16", "128"), ("2", "2", "4", "3"), ("2", "2", "25%", "1"), ("2", "3", "25%", "1"), ("3", "2", "100%", "8"),
         ("4", "4", "8", "128"))
PROMPT = "once upon a time there was a small red boat"
GENERATE = ("-p", PROMPT, "-n", "10", "--temp", "0", "--ignore-eos", "--logits", LOGITS)
TINY = {"gpt2": ("--shape", "gpt2-tiny", "--type", "Q8_0"),
        "llama": ("--shape", "llama-tiny", "--layers", 4, "--type", "F16", "--untied")}


def policies(option):
    """The names that --policy or --evict takes."""
    listed = subprocess.run([RUN, option, "help"], check=True, capture_output=True, text=True).stdout
    return [line.split()[0] for line in listed.splitlines() if line.strip()]


def every_way(prefetch, evict):
    """(cap, prefetch, evict, block): every pair at cap 16, every prefetch and every eviction policy at every other."""
    ways = [("16", p, e) for p in prefetch for e in evict]
    for turn, cap in enumerate(CAPS):
        ways += [(cap, p, evict[(at + turn) % len(evict)]) for at, p in enumerate(prefetch)]
    return [(*way, BLOCKS[at % len(BLOCKS)]) for at, way in enumerate(ways)]


def some_ways(prefetch, evict):
    """Each policy and each cap, one after the other."""
    count = max(len(prefetch), len(evict), len(SHIPPED_CAPS))
    return [(SHIPPED_CAPS[n % len(SHIPPED_CAPS)], prefetch[n % len(prefetch)], evict[n % len(evict)], BLOCKS[n % len(BLOCKS)])
            for n in range(count)]


def one_way(programs, model, want, way):
    """None, or what differs. replay runs twice: the first run leaves the profile that the second one follows."""
    cap, prefetch, evict, block = way
    share = programs.share()
    for _ in range(2 if prefetch == "replay" else 1):
        got = programs.guest("llm", model, *GENERATE, "-b", block, share=share,
                             options=("--harts", "1", "--frames", cap, "--policy", prefetch, "--evict", evict))
        try:
            got.must_be(want)
        except AssertionError as reason:
            return f"--frames {cap} --policy {prefetch} --evict {evict} -b {block}: {reason}"
    return None


def sweep(programs, model, ways):
    want = programs.host("llm", model, *GENERATE)
    assert want.status == 0 and len(want.logits) > 1000, f"the host's: status {want.status}, {want.lines[-1:]}"
    wrong = [line for line in parallel.each(lambda way: one_way(programs, model, want, way), ways) if line]
    assert not wrong, f"{len(wrong)} of {len(ways)} runs differ, the first: {wrong[0]}"
    return f"{len(ways)} ways, {len(want.logits) // 4} words of logits each"


def more_harts(programs, model):
    """Threads over harts, fewer and more of them, at the smallest caps and at larger ones; token by token and in blocks."""
    few = (*GENERATE[:2], "-n", "3", *GENERATE[4:])
    want = programs.host("llm", model, *few, "-t", "1")
    assert want.status == 0 and len(want.logits) > 1000, f"the host's: status {want.status}, {want.lines[-1:]}"
    for harts, threads, cap, block in HARTS:
        got = programs.guest("llm", model, *few, "-t", threads, "-b", block, options=("--harts", harts, "--frames", cap))
        try:
            got.must_be(want)
        except AssertionError as reason:
            raise AssertionError(f"--harts {harts} --frames {cap} -t {threads} -b {block}: {reason}") from None
    return f"{len(HARTS)} ways, {len(want.logits) // 4} words of logits each"


def known_text(programs, name):
    """stories260K, greedy, 200 tokens: byte for byte what llama2.c's run.c writes."""
    tokenizer = data_file("tok512.bin")
    got = programs.guest("llm", data_file(name), "--tokenizer", "tok512.bin", "--temp", "0", "-n", "200", files=[tokenizer],
                         options=("--frames", "25%"))
    assert got.status == 0, got.lines[-1:]
    with open(data_file("stories260K.greedy.txt"), "rb") as file:
        assert got.out == file.read(), f"another text: {got.out[:80]!r}"
    return f"{len(got.out)} bytes"


def gpt_recompute(programs, model):
    """With a cache and without: the ids and logits of the host, where the lab's program recomputes all."""
    given = ("-n", "24", "--logits", LOGITS, "5", "17", "200", "9")
    want = programs.host("gpt", model, *given)
    assert want.status == 0 and len(want.out.split()) == 24, f"status {want.status}: {want.lines[-1:]}"
    programs.guest("gpt", model, *given, options=("--frames", "16")).must_be(want)
    programs.guest("gpt", model, "--recompute", *given, options=("--frames", "16")).must_be(want)


def gpt_ten(programs, model):
    """Ten ids by default, the given ones included, and chosen again from any of them on."""
    ids = programs.guest("gpt", model, "5", "17").out.split()
    assert len(ids) == 10 and ids[:2] == [b"5", b"17"], ids
    again = programs.guest("gpt", model, *[i.decode() for i in ids[:6]]).out.split()
    assert again == ids, f"{again}, not {ids}"


def main():
    results = Results()
    prefetch, evict = policies("--policy"), policies("--evict")
    with tempfile.TemporaryDirectory() as folder:
        programs = Programs(folder)
        for name, options in TINY.items():
            model = synth(folder, name, *options)
            results.check(f"{name}-sweep", sweep, programs, model, every_way(prefetch, evict))
            results.check(f"{name}-harts", more_harts, programs, model)
            results.check(f"{name}-gpt-recompute", gpt_recompute, programs, model)
        results.check("gpt-ten-ids", gpt_ten, programs, os.path.join(folder, "gpt2"))
        for model in sorted(glob.glob(os.path.join(ROOT, "models", "*.gguf"))):
            results.check(f"{os.path.basename(model)}-sweep", sweep, programs, model, some_ways(prefetch, evict))
        for name in ("stories260K.bin", "stories260K.v1.bin"):
            results.check(f"{name}-greedy-text", known_text, programs, name)
    return results.status()


if __name__ == "__main__":
    sys.exit(main())
