"""Commands for gdb: what the pager and the page table hold. Loaded by scripts/debug; each reads memory and changes nothing."""
import gdb

PAGE_SHIFT = 12
PAGE_STATES = ["ABSENT", "READING", "RESIDENT", "WRITING"]
FRAME_USES = ["free", "in flight", "untouched", "used", "planned"]
BATCH_KINDS = ["-", "fault", "advice", "write"]
PAGE_FLAGS = [(1, "untouched"), (2, "dirty"), (4, "swapped")]
PTE_FLAGS = "VRWXUGAD"


def number(expression):
    return int(gdb.parse_and_eval(expression))


def each_region():
    region = gdb.parse_and_eval("regions")
    while int(region):
        yield region
        region = region["next"]


def each_window(region):
    window = region["vmas"]
    while int(window):
        yield window
        window = window["sibling"]


def find_page(address):
    """(region, page number) that shows this address, or None."""
    for region in each_region():
        for window in each_window(region):
            start, end = int(window["start"]), int(window["end"])
            if start <= address < end:
                return region, int(window["first"]) + ((address - start) >> PAGE_SHIFT)
    return None


def page_text(page):
    flags = int(page["flags"])
    names = [name for bit, name in PAGE_FLAGS if flags & bit]
    frame = f" frame 0x{int(page['pfn']) << PAGE_SHIFT:x}" if int(page["state"]) else ""
    return PAGE_STATES[int(page["state"])] + frame + (" " + ",".join(names) if names else "")


class Command(gdb.Command):
    """A command whose arguments are gdb expressions, at least LEAST of them."""
    LEAST = 0

    def __init__(self):
        super().__init__(self.NAME, gdb.COMMAND_USER)

    def invoke(self, text, _tty):
        words = gdb.string_to_argv(text)
        if len(words) < self.LEAST:
            raise gdb.GdbError(f"usage: {self.__doc__.split(':')[0]}")
        self.run([number(word) for word in words])


class PageTable(Command):
    """bower-pt ADDRESS: walks the page table (Sv39) and shows every entry on the way."""
    NAME = "bower-pt"
    LEAST = 1

    def run(self, words):
        address, table = words[0], int(gdb.parse_and_eval("&pt_root[0]"))
        for level in (2, 1, 0):
            index = (address >> (PAGE_SHIFT + 9 * level)) & 511
            entry = number(f"*(unsigned long *)({table} + {8 * index})")
            flags = "".join(c if entry & (1 << i) else "-" for i, c in enumerate(PTE_FLAGS))
            target = (entry >> 10 & ((1 << 44) - 1)) << PAGE_SHIFT
            print(f"level {level} [{index:3}] at 0x{table + 8 * index:x}: 0x{entry:016x} {flags} -> 0x{target:x}")
            if not entry & 1:
                print("not mapped")
                return
            if entry & 0b1110:
                print(f"0x{address:x} -> 0x{target | (address & ((1 << (PAGE_SHIFT + 9 * level)) - 1)):x}")
                return
            table = target


class Frames(Command):
    """bower-frames [FIRST [COUNT]]: frames of the pool with their use and owner."""
    NAME = "bower-frames"

    def run(self, words):
        pool = gdb.parse_and_eval("llm_pool")
        total = int(pool["nframes"])
        first, count = (words + [0, 64][len(words):])[:2]
        print(f"{total} frames at 0x{int(pool['base']):x}: {int(pool['nfree'])} free, {int(pool['nused'])} used, "
              f"{int(pool['nuntouched'])} untouched, peak {int(pool['peak'])}")
        for i in range(first, min(first + count, total)):
            frame = pool["frames"][i]
            owner = ""
            if int(frame["region"]):
                owner = f" {frame['region']['name'].string()} page {int(frame['page'])}"
            print(f"{i:6} {FRAME_USES[int(frame['use'])]:<9}{owner}")


class Regions(Command):
    """bower-region [ID]: all regions with their windows; with an ID, that region's resident pages."""
    NAME = "bower-region"

    def run(self, words):
        if words and words[0] not in [int(region["id"]) for region in each_region()]:
            raise gdb.GdbError(f"no region {words[0]}")
        for region in each_region():
            if words and int(region["id"]) != words[0]:
                continue
            pool = "pool" if int(region["pool"]) else "plain"
            policy = region["prefetch"]["name"].string()
            print(f"region {int(region['id'])} {region['name'].string()}: {int(region['npages'])} pages, "
                  f"{int(region['resident'])} resident, {pool}, policy {policy}, faults {int(region['counters']['faults'])}")
            for window in each_window(region):
                print(f"    0x{int(window['start']):x}-0x{int(window['end']):x} prot {int(window['prot'])} "
                      f"from page {int(window['first'])}")
            for i in range(int(region["npages"]) if words else 0):
                if int(region["pages"][i]["state"]):
                    print(f"    page {i}: {page_text(region['pages'][i])}")


class Page(Command):
    """bower-page ADDRESS: the page that owns this address, and its state."""
    NAME = "bower-page"
    LEAST = 1

    def run(self, words):
        found = find_page(words[0])
        if not found:
            print("no mapping")
            return
        region, page = found
        print(f"region {int(region['id'])} {region['name'].string()} page {page}: {page_text(region['pages'][page])}")


class Faults(Command):
    """bower-faults [COUNT]: the last batches, newest first: what faulted, what was read with it, victims, error."""
    NAME = "bower-faults"

    def run(self, words):
        ring = gdb.parse_and_eval("batch_ring")
        length = ring.type.range()[1] + 1
        batches = sorted((ring[i] for i in range(length) if int(ring[i]["number"])), key=lambda b: -int(b["number"]))
        for batch in batches[:words[0] if words else 8]:
            pages = [int(batch["pages"][i]) for i in range(int(batch["npages"]))]
            print(f"#{int(batch['number'])} {BATCH_KINDS[int(batch['kind'])]} address 0x{int(batch['address']):x} "
                  f"{batch['region']['name'].string() if int(batch['kind']) == 1 else ''} pages {pages} "
                  f"requests {int(batch['nrequests'])} victims {int(batch['nvictims'])} "
                  f"{'busy' if batch['busy'] else 'done'} error {int(batch['error'])}")


for command in (PageTable, Frames, Regions, Page, Faults):
    command()
