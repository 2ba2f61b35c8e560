"""What the tests of the inference engine share: compiling for the host with sanitizers, running, synthetic models."""
import glob
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "reference"))

from checks import ROOT, Results, data_file, script  # noqa: E402,F401

WARNINGS = ["-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wconversion"]
ARITHMETIC = ["-std=gnu11", "-g", "-ffp-contract=off", "-fno-math-errno"]
SANITIZERS = ["-O1", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
RACES = ["-O1", "-fno-omit-frame-pointer", "-fsanitize=thread"]
SANITIZED = {**os.environ, "ASAN_OPTIONS": "detect_leaks=1:allocator_may_return_null=1", "UBSAN_OPTIONS": "print_stacktrace=1"}


def engine_sources():
    return sorted(glob.glob(os.path.join(ROOT, "app/infer/*.c")) + glob.glob(os.path.join(ROOT, "app/infer/*/*.c")))


def compile_program(output, sources, *flags, compiler="gcc"):
    """Compiles sources and the engine; AssertionError with the compiler's first words."""
    words = [compiler, *ARITHMETIC, *flags, "-I", ROOT, "-iquote", os.path.join(ROOT, "app"), "-o", output,
             *sources, *engine_sources(), "-lm", "-pthread"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, f"{compiler}: {done.stderr[:400]}"
    return output


def compile_test(folder, name, *flags, output=None):
    return compile_program(os.path.join(folder, output or name), [os.path.join(HERE, name + ".c")], *(flags or SANITIZERS), "-Wall",
                           "-Wextra", "-Werror")


def compile_app(folder, name, *flags):
    sources = sorted(glob.glob(os.path.join(ROOT, "app", name, "*.c")))
    return compile_program(os.path.join(folder, name), sources, *(flags or SANITIZERS), *WARNINGS)


def run(words, stdin=b""):
    return subprocess.run(words, input=stdin, capture_output=True, env=SANITIZED, timeout=600)


def synth(folder, name, *options):
    """A synthetic model and its tokenizer file, if it has one outside."""
    path = os.path.join(folder, name)
    script("synth-model", *options, path)
    return path
