"""The figures to reach, of scripts/bench-llm: kernels beside plain loops, and what the rows say of GPT-2 124M."""

from . import guest, tables
from .llm_models import SYNTHETIC

PLAIN_INT8 = 400  # million multiply-adds a second of the plain loop, for which TOKENS_PER_S is asked
TOKENS_PER_S = 2.5
MEMORY_BESIDE = 8_000_000  # bytes beside frames, keys and values


def kernels(options):
    """{name: million multiply-adds a second}, from app/kernels."""
    out, _, _ = guest.execute("kernels", ["--mem", "256M"], ["2" if options.quick else "5"])
    return {line.split()[0]: float(line.split()[1]) for line in out.splitlines()}


def figures(rows, speeds):
    """[(what, to reach, measured, reached?)]; of models that were not run nothing is said."""
    int8, fp32 = speeds["Q8_0"] / speeds["plain-int8"], speeds["F32"] / speeds["four-way-fp32"]
    table = [("Q8_0 product / plain int8 loop", ">= 1.2", f"{int8:.2f}", int8 >= 1.2),
             ("fp32 product / four-way loop", ">= 1.0", f"{fp32:.2f}", fp32 >= 1.0)]
    at = {row["cap_percent"]: row for row in rows if row["model"] == SYNTHETIC}
    if 100 in at:
        speed, wanted = at[100]["tokens_per_s"], TOKENS_PER_S * speeds["plain-int8"] / PLAIN_INT8
        share = at[100]["product_percent"]
        table += [("GPT-2 124M resident, tokens/s", f">= {wanted:.2f}", f"{speed:.2f}", speed >= wanted),
                  ("... of the time in matrix products", ">= 80%", f"{share}%", share >= 80)]
    if 100 in at and 25 in at and at[100]["tokens_per_s"]:
        part = at[25]["tokens_per_s"] / at[100]["tokens_per_s"]
        table += [("GPT-2 124M at 25% / resident", ">= 60%", f"{part:.0%}", part >= 0.6)]
    if 25 in at:
        beside = at[25]["memory_beside_pool"] - at[25]["keys_and_values"]
        table += [("GPT-2 124M, context 1024: memory beside frames, keys and values (25%)", f"<= {MEMORY_BESIDE / 1e6:.0f} MB",
                   f"{beside / 1e6:.2f} MB", beside <= MEMORY_BESIDE)]
    return table


def show(table, speeds, out):
    """Both tables, and figures.json."""
    rows = [dict(zip(("what", "to_reach", "measured", "reached"), row)) for row in table]
    tables.write_json(out, "figures", {"kernels": speeds, "figures": rows})
    print("\nmillion multiply-adds a second: " + ", ".join(f"{name} {speed:.0f}" for name, speed in speeds.items()))
    print(f"\n{'figure':<74}{'to reach':>10}{'measured':>12}")
    for what, wanted, measured, reached in table:
        print(f"{what:<74}{wanted:>10}{measured:>12}  {'reached' if reached else 'NOT reached'}")
    print("llama2.c's run.c on Linux on the same virtual machine: scripts/bench-linux --resident --run-c FILE")
