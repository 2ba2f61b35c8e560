#!/usr/bin/python3
"""Machines that scripts/run does not build: old virtio, no sstc, no SSWI, gaps in the hart ids, little or much memory, no arguments."""
import os
import re
import shlex
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRATCH = os.environ["SCRATCH"]
PROGRAM = r"""
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
static sem_t turn[9];
static int threads;
static void *pass_on(void *arg)
{
    for (int i = 0; i < 100; i++) {
        sem_wait(arg);
        sem_post(&turn[((sem_t *)arg - turn + 1) % threads]);
    }
    return arg;
}
int main(int argc, char **argv)
{
    pthread_t others[9]; /* one for each hart, so that each is woken by interrupts, and nothing else */
    threads = 1 + (int)sysconf(_SC_NPROCESSORS_ONLN);
    for (int i = 1; i < threads; i++)
        pthread_create(&others[i], NULL, pass_on, &turn[i]);
    for (int i = 0; i < 100; i++) {
        sem_post(&turn[1]);
        sem_wait(&turn[0]);
    }
    for (int i = 1; i < threads; i++)
        pthread_join(others[i], NULL);
    struct timespec before, after, pause = { 0, 20000000 };
    clock_gettime(CLOCK_MONOTONIC, &before);
    nanosleep(&pause, NULL);
    clock_gettime(CLOCK_MONOTONIC, &after);
    long ns = (after.tv_sec - before.tv_sec) * 1000000000L + after.tv_nsec - before.tv_nsec;
    printf("slept %s, year %d, %s\n", ns >= 20000000 ? "enough" : "too short", (int)(time(NULL) / 31556952 + 1970) / 100,
           argc > 0 ? argv[0] : "no name");
    return argc > 1 ? 7 : 3;
}
"""


def qemu_words():
    """The launcher's own command for the program, built; stdout is the program's, stderr the console."""
    source = os.path.join(SCRATCH, "machine.c")
    with open(source, "w") as file:
        file.write(PROGRAM)
    files = os.path.join(SCRATCH, "files")
    os.makedirs(files, exist_ok=True)
    options = ["--harts", "1", "--run-dir", SCRATCH, "--files", files, source, "--", "x"]
    launcher = os.path.join(ROOT, "scripts/run")
    subprocess.run([launcher, *options], stdin=subprocess.DEVNULL, capture_output=True, timeout=200, check=False) # builds it
    done = subprocess.run([launcher, "--dry-run", *options], capture_output=True, text=True, check=True)
    return shlex.split(done.stdout.splitlines()[-1])


def changed(words, option, old, new):
    """The value of an option with old replaced."""
    words = list(words)
    at = words.index(option) + 1
    assert old in words[at], (option, words[at])
    words[at] = words[at].replace(old, new)
    return words


def other_tree(name, words, total, change):
    """A machine of `total` harts with a device tree that change(file) has edited."""
    words = changed(words, "-smp", "1", str(total))
    tree = os.path.join(SCRATCH, f"{name}.dtb")
    dump = changed(words, "-machine", "virt", f"virt,dumpdtb={tree}")
    subprocess.run(dump, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=True)
    change(tree)
    return [*words, "-dtb", tree]


def remove_hart_0(tree):
    """The firmware lets it alone, and another hart boots."""
    subprocess.run(["fdtput", "-r", tree, "/cpus/cpu@0"], check=True)


def disable_some(tree):
    """Gaps: harts that the firmware knows (it needs them to find the others' interrupt registers) but that are not ours."""
    for hart in (1, 2, 5, 6):
        subprocess.run(["fdtput", "-t", "s", tree, f"/cpus/cpu@{hart}", "status", "disabled"], check=True)


def boot(words):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr.partition("\2bower\n")[2]


def report(name, words, status, stdout, console):
    code, out, err = boot(words)
    good = code == status and re.search(stdout, out) and re.search(console, err)
    print(f"TEST {name}: " + ("OK" if good else f"FAIL exit status {code}, stdout {out!r}, console {err[-300:]!r}"))
    return bool(good)


def main():
    words = qemu_words()
    eight_harts = changed(words, "-smp", "1", "8")
    said = r"^slept enough, year 20, machine\n$"
    tests = [
        ("as_launched", words, 7, said, r"bower-stats"),
        ("legacy_virtio", changed(words, "-global", "force-legacy=false", "force-legacy=true"), 2, r"^$",
         r"^bower: legacy virtio-mmio: start QEMU with -global virtio-mmio.force-legacy=false\n$"),
        ("without_sstc", changed(words, "-cpu", "rv64", "rv64,sstc=false"), 7, said, r"bower-stats"),
        ("with_vectors", changed(words, "-cpu", "rv64", "rv64,v=true"), 7, said, r"bower-stats"),
        ("eight_harts", eight_harts, 7, said, r'bower-stats.*"harts": 8,.*"ipi_sent": [1-9][0-9]*, "ipi_firmware": 0,'),
        ("without_sswi", changed(eight_harts, "-machine", ",aclint=on", ""), 7, said, r'bower-stats.*"harts": 8,.*"ipi_firmware": [1-9]'),
        ("other_boot_hart", other_tree("other", words, 2, remove_hart_0), 7, said, r'bower-stats.*"harts": 1,'),
        ("gaps_in_hart_ids", other_tree("gaps", words, 8, disable_some), 7, said,
         r'bower-stats.*"harts": 4,.*"ipi_sent": [1-9][0-9]*, "ipi_firmware": 0,'),
        ("memory_64M", changed(words, "-m", "256M", "64M"), 7, said, r"bower-stats"),
        ("memory_3G", changed(words, "-m", "256M", "3G"), 7, said, r"bower-stats"),
        ("no_arguments", changed(words, "-append", words[words.index("-append") + 1], ""), 3, r"^slept enough", r"bower-stats"),
        ("bad_arguments", changed(words, "-append", "frames=", "frames%"), 2, r"^$", r"^bower: boot arguments cannot be read"),
    ]
    return 0 if all([report(*test) for test in tests]) else 1


if __name__ == "__main__":
    sys.exit(main())
