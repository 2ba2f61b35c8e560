#!/usr/bin/python3
"""In the guest: what llm and gpt say to prompts and model files that they cannot use, or that are merely strange."""
import os
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from guest import LOGITS, Programs, Results, synth  # noqa: E402

GREEDY = ("--temp", "0", "--ignore-eos", "--logits", LOGITS)
FAILED, USAGE = 1, 2
STRANGE = b"caf\xff\xfe \xe2\x82 na\xc3\xafve \xf0\x9f\x98\x80 \xed\xa0\x80 end\xc3"


def same_as_host(programs, model, *arguments, files=()):
    want = programs.host("llm", model, *arguments, files=files)
    assert want.status == 0, f"the host's: {want.lines[-1:]}"
    got = programs.guest("llm", model, *arguments, files=files)
    got.must_be(want)
    return got


def empty_prompt(programs, model):
    same_as_host(programs, model, "-p", "", "-n", "6", *GREEDY)
    same_as_host(programs, model, "-n", "6", *GREEDY)


def invalid_utf8(programs, model, folder):
    """Comes back as it was, followed by what the host says; as a file and on the command line."""
    path = os.path.join(folder, "strange.txt")
    with open(path, "wb") as file:
        file.write(STRANGE)
    said = same_as_host(programs, model, "-f", "strange.txt", "-n", "6", *GREEDY, files=[path])
    assert STRANGE in said.out, f"the prompt came back as {said.out[:60]!r}"
    again = programs.guest("llm", model, "-p", os.fsdecode(STRANGE), "-n", "6", *GREEDY)
    again.must_be(said)


def context_overflow(programs, model):
    line = programs.guest("llm", model, "-c", "8", "-p", "a b c d e f g h i j k l m n", "-n", "4").must_refuse(
        FAILED, "prompt =", "-c 8")
    programs.guest("gpt", model, *["7"] * 300).must_refuse(FAILED, "300 tokens", "256 positions")
    programs.guest("llm", model, "-c", "100000", "-p", "a").must_refuse(USAGE, "--ctx-size 100000")
    return line


def context_fills(programs, model):
    """Generating stops at the end of the context, says so, and that is no failure."""
    said = programs.guest("llm", model, "-c", "8", "-p", "a b", "-n", "40", "--temp", "0", "--ignore-eos")
    assert said.status == 0, said.lines[-1:]
    assert any("context of 8 positions is full" in line for line in said.lines), said.lines


def token_ids(programs, model):
    programs.guest("gpt", model, "1", "320").must_refuse(FAILED, "token id 320", "319")
    programs.guest("gpt", model, "1", "99999999999").must_refuse(USAGE, "token id 99999999999")
    programs.guest("gpt", model, "1", "x").must_refuse(USAGE, "token id x")
    return programs.guest("gpt", model).must_refuse(USAGE, "no token ids")


def truncated(programs, model, folder):
    """Cut inside header, metadata, and tensors: one line that names the file."""
    with open(model, "rb") as file:
        whole = file.read()
    path, lines = os.path.join(folder, "cut.gguf"), []
    for size in (3, 20, 600, 9000, len(whole) // 2, len(whole) - 4096):
        with open(path, "wb") as file:
            file.write(whole[:size])
        for app, arguments in (("llm", ("-p", "a", "-n", "2")), ("gpt", ("1",))):
            lines.append(programs.guest(app, path, *arguments).must_refuse(FAILED, f"{app}: /dev/model"))
    return lines[-1]


def no_model(programs, model):
    programs.guest("llm", model, "-m", "nothing.gguf").must_refuse(FAILED, "nothing.gguf")
    return programs.guest("llm", model, "--temperature", "1").must_refuse(USAGE, "--temperature")


def main():
    results = Results()
    with tempfile.TemporaryDirectory() as folder:
        programs = Programs(folder)
        model = synth(folder, "tiny.gguf", "--shape", "gpt2-tiny", "--type", "Q8_0")
        results.check("empty-prompt", empty_prompt, programs, model)
        results.check("invalid-utf8", invalid_utf8, programs, model, folder)
        results.check("context-overflow", context_overflow, programs, model)
        results.check("context-fills", context_fills, programs, model)
        results.check("token-ids", token_ids, programs, model)
        results.check("truncated-model", truncated, programs, model, folder)
        results.check("no-model", no_model, programs, model)
    return results.status()


if __name__ == "__main__":
    sys.exit(main())
