"""The table of scripts/bench-llm: one row for each model and cap, in the steady state of generating."""
import re
import sys

from . import guest, tables

PAGE = 4096
CAPS, QUICK_CAPS = (10, 25, 50, 75, 90, 100), (25, 50, 100)  # percent of the file's pages
PROMPT = "once upon a time"
ARGUMENTS = ["-p", PROMPT, "--temp", "0", "--ignore-eos", "--memory"]
SPEED = re.compile(r"generated (\d+) tokens, ([\d.]+) tokens/s, (\d+)% of the time in matrix products")
MEMORY = re.compile(r"memory (\d+) bytes beside the frame pool, (\d+) of them keys and values")

COLUMNS = ["model", "cap_percent", "frames", "tokens_per_s", "product_percent", "bytes_per_token", "faults_per_token", "pages",
           "token_pages", "bound_bytes_per_token", "instructions_per_token", "memory_beside_pool", "keys_and_values"]


def once(model, cap, tokens, *options):
    """Counters of one run, with `seconds` for generating, the share of products and the memory."""
    launcher = ["--model", model.path, "--frames", f"{cap}%", "--mem", f"{guest.machine_mib(model.path)}M", *options]
    _, said, counters = guest.execute("llm", launcher, [*ARGUMENTS, "-n", str(tokens)])
    generated, speed, share = SPEED.search(said).groups()
    memory, keys = MEMORY.search(said).groups()
    counters.update(seconds=int(generated) / float(speed), share=int(share), memory=int(memory), keys=int(keys))
    return counters


def one_row(model, cap):
    """A token costs what a longer run has more than a shorter one, over the tokens that it has more."""
    few, many = once(model, cap, model.few), once(model, cap, model.many)
    more = model.many - model.few

    def each(key):
        return (many[key] - few[key]) / more
    seconds = each("seconds")
    row = {"model": model.name, "cap_percent": cap, "frames": many["frames"], "tokens_per_s": 1 / seconds if seconds > 0 else 0.0,
           "product_percent": many["share"], "bytes_per_token": each("bytes_read"), "faults_per_token": each("faults"),
           "pages": model.pages, "token_pages": model.token_pages,
           "bound_bytes_per_token": max(model.token_pages - many["frames"], 0) * PAGE,
           "memory_beside_pool": many["memory"], "keys_and_values": many["keys"]}
    if not model.synthetic:
        few, many = (once(model, cap, n, "--icount") for n in (model.few, model.many))
        row["instructions_per_token"] = each("instret")
    return row


def measure(model, options):
    """All rows of one model; one guest at a time, so that the clock is its own."""
    for cap in QUICK_CAPS if options.quick else CAPS:
        print(f"bench-llm: {model.name} at {cap}%", file=sys.stderr, flush=True)
        yield one_row(model, cap)


def write(rows, out):
    """llm.csv and llm.json."""
    tables.write(out, "llm", rows, COLUMNS)


def show(rows):
    """A line for each row; MB are 10^6 bytes."""
    print(f"{'model':<18}{'cap':>5}{'frames':>8}{'tokens/s':>10}{'products':>10}{'MB/token':>10}{'N':>8}{'N-C':>8}"
          f"{'faults/token':>14}{'Minstr/token':>14}")
    for row in rows:
        instructions = row.get("instructions_per_token")
        print(f"{row['model']:<18}{row['cap_percent']:>4}%{row['frames']:>8}{row['tokens_per_s']:>10.2f}"
              f"{row['product_percent']:>9}%{row['bytes_per_token'] / 1e6:>10.2f}{row['token_pages'] * PAGE / 1e6:>8.2f}"
              f"{row['bound_bytes_per_token'] / 1e6:>8.2f}{row['faults_per_token']:>14.1f}"
              f"{f'{instructions / 1e6:.1f}' if instructions else '-':>14}")
