"""What events cost in retired instructions, beside Linux 6.1 on the same virtual machine (docs/linux.md says how measured)."""
import os
import tempfile

from . import guest, tables

FRAMES = 256
FILE_PAGES = 16 * FRAMES

# name, what, to reach, Linux
EVENTS = [
    ("soft_fault", "fault on a page already in a frame", 300, "1,636 (cached), 942 (zero page)"),
    ("device_fault", "fault with a device read", 1500, "11,700 to 15,000"),
    ("further_page_neighbour", "each further page of a batch, neighbours", 60, "3,419 (readahead)"),
    ("further_page_scattered", "each further page of a batch, scattered", 150, "10,617 (userfaultfd)"),
    ("boot", "boot, first S-mode instruction to main", 1000000, "-"),
]


def measure(_options):
    """{event: instructions}, from app/costs on a disk of FILE_PAGES pages."""
    with tempfile.NamedTemporaryFile(dir=os.path.join(guest.ROOT, "build"), suffix=".img") as disk:
        disk.truncate(FILE_PAGES * 4096)
        out, stats = guest.run("costs", ["--frames", str(FRAMES), "--evict", "fifo", "--model", disk.name], [])
    result = {line.split()[0]: int(line.split()[1]) for line in out.splitlines()}
    result["boot"] = stats["boot_instret"]
    return result


def show(result, out):
    """The table, and costs.json."""
    tables.write_json(out, "costs", result)
    print(f"\n{'instructions (evict fifo)':<44}{'Bower':>9}{'to reach':>10}  Linux 6.1")
    for name, what, reach, linux in EVENTS:
        if name in result:
            print(f"{what:<44}{result[name]:>9,}{reach:>10,}  {linux}")
