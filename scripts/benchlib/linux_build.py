"""Linux for scripts/bench-linux: the kernel, built once from Debian's linux-source into a cache, and the programs in its initramfs."""
import contextlib
import fcntl
import glob
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time

from launch.common import GIB, Unusable, in_root

VERSION = "6.1"
CROSS = "riscv64-linux-gnu-"
SOURCE = f"/usr/src/linux-source-{VERSION}.tar.xz"
FRAGMENT = in_root("scripts", "linux", "kernel.config")
DISK_NEEDED = 2 * GIB   # sources and objects while it is built; what stays is a few MiB
LOG_LINES = 950         # of a whole build, for the progress
JOBS = 2                # a kernel is no reason to take the whole host
# Not needed for this configuration, but a quarter of the sources. Kconfig files stay.
LEFT_OUT = ["Documentation/*/*", "drivers/gpu/drm/amd/include/*", "tools/testing/*", "drivers/net/*.c", "sound/*.c"]

# Programs of the initramfs: sources beside the engine's, and further flags.
ENGINE = ["app/llm/*.c", "app/infer/*.c", "app/infer/*/*.c"]
EXACT = ["-ffp-contract=off", "-fno-math-errno"]  # app/llm/app.mk's arithmetic
PROGRAMS = {"init": (["scripts/linux/init.c"], []), "llm": (ENGINE, EXACT),
            "llm-advice": (["scripts/linux/advice.c", *ENGINE], [*EXACT, "-Wl,--wrap=file_open"]),
            "llm-stream": (["scripts/linux/stream.c", *ENGINE], [*EXACT, "-Wl,--wrap=decoder_eval,--wrap=matmul"])}
FLAGS = ["-std=gnu11", "-O2", "-g", "-Wall", "-static", "-pthread"]  # of every program, as the Makefile's


def say(text):
    print(f"bench-linux: {text}", file=sys.stderr, flush=True)


def cache(*parts):
    return os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "bower", *parts)


def packages():
    """The installed versions that the kernel's cache is keyed by."""
    words = ["dpkg-query", "-W", f"linux-source-{VERSION}", "gcc-riscv64-linux-gnu", "gcc-12-riscv64-linux-gnu"]
    found = subprocess.run(words, capture_output=True, text=True, check=False)
    if found.returncode != 0 or not os.path.exists(SOURCE):
        raise Unusable("packages are missing: scripts/setup linux")
    return found.stdout


def kernel():
    """Path of the kernel's image; built if it is not in the cache."""
    with open(FRAGMENT) as file:
        key = hashlib.sha256((packages() + file.read()).encode()).hexdigest()[:16]
    folder = cache(f"linux-{key}")
    image = os.path.join(folder, "Image")
    if not os.path.exists(image):
        os.makedirs(cache(), exist_ok=True)
        with locked(folder + ".lock"):
            if not os.path.exists(image):
                build(folder)
    return image


@contextlib.contextmanager
def locked(path):
    with open(path, "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("somebody else builds the kernel; waiting")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
        with contextlib.suppress(FileNotFoundError):  # who waited for it looks for the kernel again
            os.unlink(path)


def build(folder):
    for left in glob.glob(glob.escape(folder) + ".??????*/"):  # of a build that was killed
        shutil.rmtree(left, ignore_errors=True)
    os.makedirs(cache(), exist_ok=True)
    free = shutil.disk_usage(cache()).free
    if free < DISK_NEEDED:
        raise Unusable(f"{cache()}: {free / GIB:.1f} GiB are free; building Linux needs {DISK_NEEDED / GIB:.0f} GiB for a while")
    say(f"building Linux {VERSION} (once, some five minutes) into {folder}")
    work = tempfile.mkdtemp(prefix=os.path.basename(folder) + ".", dir=cache())
    log = folder + ".log"
    try:
        with open(log, "w") as out:
            compile_kernel(work, out)
        os.makedirs(os.path.join(work, "done"))
        for path in ("arch/riscv/boot/Image", ".config"):
            shutil.copy(os.path.join(work, "out", path), os.path.join(work, "done", os.path.basename(path).lstrip(".")))
        os.rename(os.path.join(work, "done"), folder)
        os.unlink(log)
    except subprocess.CalledProcessError:
        with open(log, errors="replace") as out:
            print("".join(out.readlines()[-25:]), file=sys.stderr, end="")
        raise Unusable(f"Linux did not build; the whole log is in {log}") from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


def compile_kernel(work, log):
    """The result is in work/out."""
    words = ["tar", "-x", "-f", SOURCE, "-C", work, *(f"--exclude=*/{pattern}" for pattern in LEFT_OUT)]
    subprocess.run(["nice", "-n", "15", *words], check=True, stdout=log, stderr=log)
    out, config = os.path.join(work, "out"), os.path.join(work, "out", ".config")
    make = ["nice", "-n", "15", "make", "-C", glob.glob(os.path.join(work, "linux-*"))[0], "ARCH=riscv", f"CROSS_COMPILE={CROSS}",
            f"O={out}", "KBUILD_BUILD_TIMESTAMP=bower", "KBUILD_BUILD_USER=bower", "KBUILD_BUILD_HOST=bower"]
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    subprocess.run([*make, "tinyconfig"], check=True, stdout=log, stderr=log, env=environment)
    with open(FRAGMENT) as fragment, open(config, "a") as file:
        file.write(fragment.read())
    subprocess.run([*make, "olddefconfig"], check=True, stdout=log, stderr=log, env=environment)
    check_config(config)
    process = subprocess.Popen([*make, f"-j{JOBS}", "Image"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
    watch(process, log.name)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, "make")


def check_config(path):
    """olddefconfig drops what it does not know or what depends on something else: say so, rather than measure another kernel."""
    with open(path) as file:
        set_to = dict(line.strip().split("=", 1) for line in file if line.startswith("CONFIG_"))
    with open(FRAGMENT) as file:
        for line in file:
            if line.startswith("CONFIG_"):
                name, value = line.strip().split("=", 1)
                if set_to.get(name, "n") != value:
                    raise Unusable(f"Linux's configuration: {name} is {set_to.get(name, 'n')}, not {value}")


def watch(process, log):
    start, told = time.monotonic(), 0.0
    while process.poll() is None:
        time.sleep(1)
        with open(log, "rb") as file:
            part = min(99, 100 * sum(1 for _ in file) // LOG_LINES)
        if sys.stderr.isatty():
            print(f"\rbench-linux: kernel {part:3d}% ", end="", file=sys.stderr, flush=True)
        elif time.monotonic() - start - told >= 20:
            told = time.monotonic() - start
            say(f"kernel {part}%")
    if sys.stderr.isatty():
        print(file=sys.stderr)


def compiled(output, sources, flags):
    """Compiles one program for Linux; Unusable with the compiler's first words."""
    words = [CROSS + "gcc", *FLAGS, "-I", in_root(), "-iquote", in_root("app"), *flags, "-o", output, *sources, "-lm"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unusable(f"{os.path.basename(output)} did not build for Linux: {done.stderr.strip()[:400]}")
    subprocess.run([CROSS + "strip", output], check=True)
    return output


def programs(folder):
    """{name: path} of the programs of the initramfs."""
    os.makedirs(folder, exist_ok=True)
    built = {}
    for name, (patterns, flags) in PROGRAMS.items():
        sources = [path for pattern in patterns for path in sorted(glob.glob(in_root(pattern)))]
        built[name] = compiled(os.path.join(folder, name), sources, flags)
    return built
