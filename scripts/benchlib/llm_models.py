"""The models that scripts/bench-llm and its like run: what ships, and synthetic GPT-2s."""
import glob
import json
import os
import subprocess

from launch.common import Unusable

from . import guest

CACHE = os.path.join(guest.ROOT, "build", "bench-llm-models")
SYNTHETIC = "gpt2-124M-q8_0"


class Model:
    """A GGUF file; few, many: tokens of the two runs whose difference is the steady state."""

    def __init__(self, path, few=3, many=7):
        self.path, self.few, self.many = path, few, many
        self.name = os.path.basename(path).removesuffix(".gguf")
        self.synthetic = self.name == SYNTHETIC
        words = [os.path.join(guest.ROOT, "scripts/inspect"), "--json", path]
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode:
            raise Unusable(done.stderr.strip())
        known = json.loads(done.stdout)
        self.pages, self.token_pages = known["pages"], known["pages_per_token"]  # of 4096 bytes


def synthetic(shape="gpt2-124M"):
    """Path of a GPT-2: llm.c's format with random weights, converted to Q8_0 in the order of use; made if missing."""
    path = os.path.join(CACHE, shape + "-q8_0.gguf")
    if not os.path.exists(path):
        os.makedirs(CACHE, exist_ok=True)
        raw, tokenizer, part = (os.path.join(CACHE, shape + end) for end in (".bin", "-tokenizer.bin", "-part.gguf"))
        scripts = os.path.join(guest.ROOT, "scripts")
        subprocess.run([os.path.join(scripts, "synth-model"), "--format", "llmc", "--shape", shape, "--tokenizer-out",
                        tokenizer, raw], check=True)
        subprocess.run([os.path.join(scripts, "convert"), raw, "--tokenizer", tokenizer, "--type", "Q8_0", "--layout", "run",
                        part], check=True)
        os.remove(raw)
        os.rename(part, path)
    return path


def shipped():
    return sorted(glob.glob(os.path.join(guest.ROOT, "models", "*.gguf")))


def check(options):
    """Unusable where no model is asked for."""
    known = [*map(os.path.basename, shipped()), SYNTHETIC]
    if options.only and not any(options.only in name for name in known):
        raise Unusable(f"--only {options.only}: in the name of no model; they are {' '.join(known)}")


def models(options):
    """Each model that is asked for."""
    wanted = options.only or ""
    for path in shipped():
        if wanted in os.path.basename(path):
            yield Model(path, 8, 24 if options.quick else 72)
    if wanted in SYNTHETIC:
        yield Model(synthetic(), 3, 7 if options.quick else 13)
