"""scripts/bench-linux --resident: one model with every page resident, on Linux and on Bower, at 1 and 2 harts.

The engine with its own threads on both, from a file in llama2.c's format; and llama2.c's run.c with OpenMP, if the user has it.
"""
import collections
import os
import subprocess

from launch.common import Unusable

from . import guest, linux_build, linux_guest, llm_models, steady, tables

HARTS = (1, 2)
TIMES = 1.3     # Bower's tokens a second to those of run.c on Linux, at 2 harts
SHAPE = "stories15M"
TOKENS = (3, 27)
PROMPT = "once upon a time"
OPENMP = ["-O3", "-fopenmp"]

COLUMNS = ["model", "system", "program", "harts", "tokens_per_s", "runs", "note"]

Cell = collections.namedtuple("Cell", "system program harts")


def cells(options):
    programs = ["llm", *(["run.c"] if options.run_c else [])]
    return [Cell(system, program, harts) for _ in range(options.repeat) for harts in HARTS for program in programs
            for system in ("Linux", "Bower")]


def listed(options):
    for cell in cells(options):
        yield f"{cell.system}: {cell.program}, {cell.harts} harts, every page resident"


def model():
    """(model, tokenizer) of llama2.c's formats, with random weights; made if missing."""
    path, tokenizer = (os.path.join(llm_models.CACHE, SHAPE + end) for end in (".bin", "-tokenizer.bin"))
    if not os.path.exists(path):
        os.makedirs(llm_models.CACHE, exist_ok=True)
        subprocess.run([os.path.join(guest.ROOT, "scripts/synth-model"), "--format", "llama2c", "--shape", SHAPE, "--tokenizer-out",
                        tokenizer, path + ".part"], check=True)
        os.rename(path + ".part", path)
    return path, tokenizer


def words(program, model_file, tokenizer, tokens, harts):
    """The program's arguments."""
    if program == "run.c":
        return [model_file, "-z", tokenizer, "-t", "0", "-n", str(tokens), "-i", PROMPT]
    return ["-m", model_file, "--tokenizer", tokenizer, *steady.arguments(tokens, harts)]


class Bench:
    def __init__(self, options):
        self.kernel = linux_build.kernel()
        self.model, self.tokenizer = model()
        self.run_c = options.run_c and os.path.abspath(options.run_c)
        folder = os.path.join(options.out, "programs")
        self.files = {**linux_build.programs(folder), "tokenizer.bin": self.tokenizer}
        if self.run_c:
            self.files["run.c"] = linux_build.compiled(os.path.join(folder, "run.c"), [self.run_c], OPENMP)  # as on Bower
        self.texts = {}

    def linux(self, cell):
        """[seconds of the shorter run, of the longer run], text of the longer one."""
        def command(tokens):
            return [f"/{cell.program}", *words(cell.program, "/dev/vda", "/tokenizer.bin", tokens, cell.harts)]

        commands = linux_guest.two_runs(*TOKENS, command)
        job = linux_guest.job_text({}, commands, environment=[f"OMP_NUM_THREADS={cell.harts}"])
        runs, console = linux_guest.boot(self.kernel, self.files, job, self.model, cell.harts)
        if any(run["status"] != 0 for run in runs.values()):
            raise guest.Failed(f"Linux: {cell.program} failed\n{console[-2000:]}")
        return [runs[name]["seconds"] for name in ("few", "many")], runs["many"]["text"].decode(errors="replace")

    def bower(self, cell):
        pages = -(-os.path.getsize(self.model) // steady.PAGE) + 1
        launcher = ["--model", self.model, "--frames", str(pages), "--mem", f"{guest.machine_mib(self.model)}M",
                    "--harts", str(cell.harts)]
        app = "llm"
        if cell.program == "run.c":
            app, launcher = self.run_c, [*launcher, "--cflags", " ".join(OPENMP)]
        seconds, text = [], ""
        os.environ["OMP_NUM_THREADS"] = str(cell.harts)
        for tokens in TOKENS:
            arguments = words(cell.program, "/dev/model", "/" + os.path.basename(self.tokenizer), tokens, cell.harts)
            text, _, counters = guest.execute(app, launcher, arguments, files=os.path.dirname(self.tokenizer))
            seconds.append(counters["time_ns"] / 1e9)
        return seconds, text

    def sample(self, cell):
        """Tokens a second in the steady state. guest.Failed where the program did not run."""
        seconds, text = self.linux(cell) if cell.system == "Linux" else self.bower(cell)
        if cell.program == "llm" and self.texts.setdefault(cell.program, text) != text:
            raise guest.Failed(f"{cell}: another text than the others: {text[:200]!r}")
        return steady.per_second((seconds[1] - seconds[0]) / (TOKENS[1] - TOKENS[0]))


def measure(bench, options):
    """A row for each cell; one that does not run on a system has a note instead of a speed."""
    wanted = cells(options)
    progress = steady.Progress("bench-linux", len(wanted))
    samples, notes = {}, {}
    for cell in wanted:
        samples.setdefault(cell, [])
        if cell not in notes:
            try:
                samples[cell].append(bench.sample(cell))
            except guest.Failed as error:
                notes[cell] = reason(error)
        progress.step(f"{cell.system}: {cell.program}, {cell.harts} harts")
    progress.end()
    rows = [{"model": SHAPE, "system": cell.system, "program": cell.program, "harts": cell.harts, "runs": len(found),
             "note": notes.get(cell, "")} for cell, found in samples.items()]
    for row, (cell, found) in zip(rows, samples.items()):
        if cell not in notes:
            row["tokens_per_s"] = steady.median(found)
    return rows


def reason(error):
    """The line of a failed run that says most: the program's last words before the counters."""
    lines = [line for line in str(error).splitlines()[1:] if line.strip() and not line.startswith(("bower-stats", "bench"))]
    return (lines or [str(error)])[-1].strip()[:120]


def figures(rows):
    """[(what, to reach, measured, reached?)]"""
    speed = {(row["system"], row["program"], row["harts"]): row["tokens_per_s"] for row in rows if row.get("tokens_per_s", 0) > 0}
    table = []
    for ours, theirs in (("run.c", "run.c"), ("llm", "run.c"), ("llm", "llm")):
        if ("Bower", ours, 2) in speed and ("Linux", theirs, 2) in speed:
            times = speed["Bower", ours, 2] / speed["Linux", theirs, 2]
            table.append((f"2 harts: {ours} on Bower / {theirs} on Linux", f">= {TIMES}", times, times >= TIMES))
    return table


def show(rows):
    print(f"{SHAPE}, random weights, every page resident\n{'program':<12}{'harts':>6}{'Linux':>10}{'Bower':>10}  tokens/s")
    for program, harts in dict.fromkeys((row["program"], row["harts"]) for row in rows):
        mine = [row for row in rows if (row["program"], row["harts"]) == (program, harts)]
        on = {row["system"]: f"{row['tokens_per_s']:.2f}" if "tokens_per_s" in row else "-" for row in mine}
        notes = "; ".join(f"{row['system']}: {row['note']}" for row in mine if row["note"])
        print(f"{program:<12}{harts:>6}{on['Linux']:>10}{on['Bower']:>10}  {notes}".rstrip())


def compare(options):
    """The table, resident.csv and resident.json."""
    if options.model:
        raise Unusable(f"--resident: its model is a synthetic {SHAPE}; --model is for the table over caps")
    rows = measure(Bench(options), options)
    tables.write(options.out, "resident", rows, COLUMNS)
    show(rows)
    for what, wanted, times, reached in figures(rows):
        print(f"{what:<50}{wanted:>8}{times:>8.2f}  {'reached' if reached else 'NOT reached'}")
    print(f"bench-linux: tables are in {options.out}/")
