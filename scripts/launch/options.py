"""The command line of scripts/run: parsed by hand, so that every error is one line of our own."""
import os
import re
import shlex
import struct
import subprocess

from .common import GIB, KIB, MIB, PAGE, Unusable, host_processors, in_root

USAGE = """\
usage: scripts/run [options] [APP] [-- ARGS...]

APP is a folder of app/, the path of a .c file, or the path of a folder of .c files (default: llm).

  --model FILE               host file the program opens as /dev/model, read-only (llm: a model of models/)
  --files DIR[,ro]           host folder that is the program's / (default build/files); ro: read-only
  --disk FILE[,rw][,name=N]  further disk, opened as /dev/N (default disk0, disk1, ...), read-only unless rw
  --throttle MB/S            what the model's disk, and each further one, gives in a second: 10^6 bytes (no limit)
  --frames N|P%              cap of the MAP_LLM frame pool, in frames of 4 KiB or percent of the model (16; llm 25%)
  --policy NAME              prefetch policy; `--policy help` lists them (auto)
  --evict NAME               eviction policy; `--evict help` lists them (auto)
  --harts N, --mem SIZE      size of the machine (as many harts as the host has processors, with --icount 1;
                             256M, or what the cap and static data need)
  --icount                   clock that counts instructions: the same run twice prints the same counts (with several harts
                             all but instret, sfence_* and ipi_sent, which differ a little)
  --learn                    with --icount: learns plans as it does without, though no clock says how far the program is
  --cflags "...", --ldflags "..."   for the program that is built (-O2)
  --stats FILE               where the counters go, as JSON (build/run/stats.json)
  --trace FILE               records the pages touched, for scripts/simulate: one hart, two frames, no prefetching
  --profile DIR[,HZ]         samples every hart HZ times a second (997); flame graph and tables go to DIR
  --run-dir DIR              where console.log and stats.json go (build/run)
  --timeout S                ends a hung run after S seconds, exit status 124
  --verbose                  shows what the firmware and QEMU say
  --dry-run                  prints the QEMU command and does nothing
  --gdb[=PORT]               waits for gdb before the first instruction; not with --icount
  --help

FILE may also be a QEMU blkdebug:CONFIG:FILE, to try out disk errors.
"""

MAX_HARTS = 8                # arch/hart.h
MAX_DISKS = 6                # the machine has 8 virtio-mmio slots; console and files take two
DEFAULT_MEM = 256 * MIB
OUTSIDE_POOL = 64 * MIB      # what firmware, image, stacks, heap and page tables need beside the frame pool
MIN_MEM = OUTSIDE_POOL + MIB
ROOM = 192 * MIB           # the same, comfortably: a program's buffers and KV cache as well; what the default leaves
DATA = 16 * MIB            # of the image, in both
BELOW_TREE = GIB           # QEMU puts the device tree there at the latest: a pool lies before it, or behind
MAX_MEM = 512 * GIB          # half of what Sv39 maps
MAX_THROTTLE = 100000        # MB/s
SAMPLER = 16 * MIB         # what --profile takes of the machine's memory
DEFAULT_HZ, MAX_HZ = 997, 100000  # a prime: no loop keeps step with it
MIN_FRAMES = 2               # for each hart: an instruction may touch two pages at once
DEFAULT_FRAMES = 16
DEFAULT_LLM_PERCENT = 25
RESERVED_NAMES = {"null", "zero", "full", "random", "urandom", "tty", "console", "stdin", "stdout", "stderr", "fd"}

VALUED = {"--model", "--files", "--disk", "--throttle", "--frames", "--policy", "--evict", "--harts", "--mem", "--cflags",
          "--ldflags", "--stats", "--profile", "--trace", "--run-dir", "--timeout"}
FLAGS = {"--icount", "--learn", "--verbose", "--dry-run", "--help"}


class Disk:
    def __init__(self, image, writable, name):
        self.file, self.size, self.host_file = image
        self.writable, self.name = writable, name


class Options:
    def __init__(self):
        self.app = "llm"
        self.args = []
        self.model = None
        self.files, self.files_readonly = in_root("build", "files"), False
        self.disks = []
        self.throttle = None     # bytes a second of each disk
        self.frames = DEFAULT_FRAMES
        self.policy = self.evict = "auto"
        self.harts = None        # until the cap is known
        self.mem = DEFAULT_MEM
        self.mem_given = None    # the option's value
        self.icount = self.learn = self.verbose = self.dry_run = self.help = False
        self.cflags = self.ldflags = ""
        self.run_dir = in_root("build", "run")
        self.stats = None
        self.profile = None      # the folder
        self.trace = None        # the file
        self.profile_hz = DEFAULT_HZ
        self.timeout = None
        self.gdb = None          # a port, 0 for any
        self.list_policies = None


def parse(argv):
    """Options from a command line. Touches nothing but the files that it looks at."""
    given, disks, options = {}, [], Options()
    words = list(argv)
    app_seen = False
    while words:
        word = words.pop(0)
        if word == "--":
            options.args = words
            break
        name, equals, value = word.partition("=")
        if name == "--gdb":
            given[name] = value or "0"
        elif name in VALUED:
            if not equals:
                if not words:
                    raise Unusable(f"{name} needs a value")
                value = words.pop(0)
            if name == "--disk":
                disks.append(value)
            else:
                given[name] = value
        elif word == "-h":
            options.help = True
        elif word in FLAGS:
            setattr(options, word[2:].replace("-", "_"), True)
        elif word.startswith("-") and word != "-":
            raise Unusable(f"unknown option {word}; `scripts/run --help` lists the options")
        elif app_seen:
            raise Unusable(f"one APP at a time: {word!r} comes after {options.app!r}; the program's arguments follow `--`")
        else:
            options.app, app_seen = word, True
    if not options.help:
        apply(options, given, disks)
    return options


# What a flag for the compiler names: a folder or a file, if it starts from the working directory. Make runs in the project's.
NAMED_BY_FLAG = re.compile(r"(?<!\S)(-(?:I|L|iquote|isystem|idirafter|include|imacros) *)([^\s\"'$/-][^\s\"'$]*)(?!\S)")


def from_here(flags):
    return NAMED_BY_FLAG.sub(lambda flag: flag[1] + shlex.quote(os.path.abspath(flag[2])) if os.path.exists(flag[2]) else flag[0], flags)


def apply(options, given, disks):
    options.cflags = from_here(given.get("--cflags", ""))
    options.ldflags = from_here(given.get("--ldflags", ""))
    if "help" in (given.get("--policy"), given.get("--evict")):
        options.list_policies = "prefetch" if given.get("--policy") == "help" else "evict"
        return
    options.policy = given.get("--policy", options.policy)
    options.evict = given.get("--evict", options.evict)
    if "--harts" in given:
        options.harts = whole("--harts", given["--harts"], 1, MAX_HARTS)
    if "--timeout" in given:
        options.timeout = seconds(given["--timeout"])
    if "--gdb" in given:
        options.gdb = whole("--gdb", given["--gdb"], 0, 65535)
        if options.icount:
            raise Unusable("--gdb: not with --icount, since QEMU's debugger stub hangs on that clock")
    if "--throttle" in given:
        options.throttle = whole("--throttle", given["--throttle"], 1, MAX_THROTTLE, "of MB/s") * 10**6
    apply_files(options, given, disks)
    if "--trace" in given:
        options.harts, options.policy, options.evict = 1, "none", "fifo"
    if "--profile" in given:
        options.profile, options.profile_hz = profile(given["--profile"])
    apply_memory(options, given)


def apply_files(options, given, disks):
    if "--run-dir" in given:
        if not given["--run-dir"]:
            raise Unusable("--run-dir : needs the folder that console.log and stats.json go to")
        options.run_dir = os.path.abspath(given["--run-dir"])
    options.stats = os.path.join(options.run_dir, "stats.json")
    if "--stats" in given:
        options.stats = written("--stats", given["--stats"])
    if "--files" in given:
        options.files, options.files_readonly = share(given["--files"])
    if "--trace" in given:
        options.trace = written("--trace", given["--trace"])
        if options.files_readonly:
            raise Unusable("--trace: the program leaves the trace on its share; needs --files without ,ro")
    model = given.get("--model")
    if model is None and is_llm(options.app):
        model = in_root("models", "stories-gpt2.gguf")
    if model is not None:
        options.model = Disk(image("--model", model), False, "model")
    options.disks = further_disks(disks, options.model)
    check_writers(([options.model] if options.model else []) + options.disks)


def is_llm(app):
    """By its name or by its path."""
    return app == "llm" or os.path.abspath(app) == in_root("app", "llm")


def written(option, text):
    """The path of a file that will be written when the program has ended."""
    path = os.path.abspath(text)
    folder = os.path.dirname(path)
    if os.path.isdir(path) or not os.path.isdir(folder):
        raise Unusable(f"{option} {text}: not a file in a folder that exists")
    for place in (folder, path) if os.path.isfile(path) or not os.path.exists(path) else (path,):
        if os.path.exists(place) and not os.access(place, os.W_OK):
            raise Unusable(f"{option} {text}: cannot be written there")
    return path


def profile(text):
    """(folder, samples a second)"""
    path, comma, rate = text.rpartition(",")
    if not comma or os.path.isdir(text):
        path, rate = text, str(DEFAULT_HZ)
    if not path:
        raise Unusable(f"--profile {text}: needs the folder that the profile goes to")
    return os.path.abspath(path), whole("--profile", rate, 1, MAX_HZ, "of Hz")


def share(text):
    readonly = text.endswith(",ro")
    path = text[:-3] if readonly else text
    if not os.path.isdir(path):
        raise Unusable(f"--files {path}: not a folder" if os.path.exists(path) else f"--files {path}: no such folder")
    return os.path.abspath(path), readonly


def further_disks(texts, model):
    disks, names = [], {"model"} if model else set()
    for number, text in enumerate(texts):
        file, writable, name = text, False, f"disk{number}"
        while not os.path.exists(file):
            rest, comma, word = file.rpartition(",")
            if comma and word in ("rw", "ro"):
                file, writable = rest, word == "rw"
            elif comma and word.startswith("name="):
                file, name = rest, word[len("name="):]
            else:
                break
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}", name) or name in RESERVED_NAMES:
            raise Unusable(f"--disk name={name}: a name is 1 to 20 of A-Z a-z 0-9 . _ - and no other device's")
        if name in names:
            raise Unusable(f"--disk name={name}: the name is taken; each disk needs its own")
        names.add(name)
        disks.append(Disk(image("--disk", file, writable), writable, name))
    if len(disks) + (model is not None) > MAX_DISKS:
        raise Unusable(f"--disk: {len(disks) + (model is not None)} disks; at most {MAX_DISKS}, the model included")
    return disks


def check_writers(disks):
    """QEMU locks what it opens: many disks may read a file, whoever writes it has it alone."""
    for disk in disks:
        for other in disks:
            if disk.writable and other is not disk and os.path.samefile(disk.host_file, other.host_file):
                raise Unusable(f"--disk {disk.host_file},rw: the file is {other.name} as well; what is written is one disk only")


def image(option, text, writable=False):
    """(what QEMU opens, exact size in bytes, path) of a disk's file."""
    prefix, path = "", text
    if text.startswith("blkdebug:"):
        config, colon, path = text[len("blkdebug:"):].partition(":")
        if not colon or (config and not os.path.isfile(config)):
            raise Unusable(f"{option} {text}: needs blkdebug:CONFIG:FILE with a CONFIG that exists")
        prefix = f"blkdebug:{os.path.abspath(config) if config else ''}:"
    if os.path.isdir(path):
        raise Unusable(f"{option} {path}: a folder; needs a file")
    try:
        with open(path, "r+b" if writable else "rb") as file:
            size = file.seek(0, os.SEEK_END)
    except OSError as error:
        raise Unusable(f"{option} {path}: {error.strerror.lower()}") from None
    if size == 0:
        raise Unusable(f"{option} {path}: the file is empty")
    return prefix + os.path.abspath(path), size, path


def apply_memory(options, given):
    options.mem_given = given.get("--mem")
    given_mem = memory(given["--mem"]) if "--mem" in given else None
    text = given.get("--frames", f"{DEFAULT_LLM_PERCENT}%" if is_llm(options.app) else str(DEFAULT_FRAMES))
    text = str(MIN_FRAMES) if options.trace else text
    options.frames = frames(text, options.model, options.harts or 1)
    if options.harts is None:
        # The instruction-counting clock is one for all harts, and a small cap is one for few.
        options.harts = 1 if options.icount else min(host_processors(), MAX_HARTS, options.frames // MIN_FRAMES)
    sampler = memory_of_samplers(options)
    need = memory_of_pool(options.frames) + OUTSIDE_POOL + sampler
    if given_mem is not None and need > given_mem:
        most = most_frames(given_mem - sampler)
        raise Unusable(f"--frames {text}: {options.frames} frames do not fit into --mem {given['--mem']};"
                       f" at most {most}, or a larger --mem")
    most = most_memory()
    wanted = given_mem if given_mem is not None else max(DEFAULT_MEM, -(-(need - OUTSIDE_POOL + ROOM) // MIB) * MIB)
    if wanted > most:
        option = f"--mem {given['--mem']}" if given_mem is not None else f"--frames {text}"
        allowed = f"at most {most // MIB}M" if given_mem is not None else f"at most {most_frames(most - (ROOM - OUTSIDE_POOL))} frames"
        raise Unusable(f"{option}: more memory than this host has; {allowed}")
    options.mem = wanted


def make_room(options, elf):
    """Gives the machine what the program's static data take beyond what every machine has for them."""
    data = -(-max(0, image_size(elf) - DATA) // MIB) * MIB
    if not data:
        return
    if data > BELOW_TREE - OUTSIDE_POOL:
        raise Unusable(f"the program's static data take {data // MIB}M; at most {(BELOW_TREE - OUTSIDE_POOL) // MIB}M")
    need = memory_of_pool(options.frames, data) + OUTSIDE_POOL + memory_of_samplers(options)
    if options.mem_given is None:
        options.mem = max(options.mem + data, -(-(need - OUTSIDE_POOL + ROOM) // MIB) * MIB)
        if options.mem > most_memory():
            raise Unusable(f"the program's static data take {data // MIB}M: more memory than this host has")
    elif need > options.mem:
        raise Unusable(f"--mem {options.mem_given}: the program's static data take {data // MIB}M; at least {-(-need // MIB)}M")


def image_size(elf):
    """Bytes of memory that the segments of a program take (ELF-64, little-endian)."""
    with open(elf, "rb") as file:
        header = file.read(64)
        start, size, count = struct.unpack_from("<32xQ14xHH", header)
        file.seek(start)
        table = file.read(size * count)
    return sum(length for kind, length in struct.iter_unpack(f"<I36xQ{size - 48}x", table) if kind == 1)  # PT_LOAD


def most_memory():
    return min(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"), MAX_MEM)


def memory_of_samplers(options):
    return (SAMPLER if options.profile else 0) + (SAMPLER if options.trace else 0)


def memory_of_pool(count, data=0):
    """Bytes of memory in which a pool of so many frames is found beside so many of static data: its frames lie side by side."""
    size = count * PAGE
    return data + size if data + size <= BELOW_TREE - OUTSIDE_POOL else BELOW_TREE + size


def most_frames(mem):
    """Of a pool that is found in a machine with so much memory."""
    size = mem - OUTSIDE_POOL
    return max(min(size, BELOW_TREE - OUTSIDE_POOL), size - BELOW_TREE) // PAGE


def frames(text, model, harts):
    least = MIN_FRAMES * harts
    match = re.fullmatch(r"([0-9]{1,18})(%?)", text)
    if not match:
        raise Unusable(f"--frames {text}: needs a number of 4 KiB frames (at least {least}) or P% of the model")
    count = int(match.group(1))
    if match.group(2):
        if model is None:
            raise Unusable(f"--frames {text}: percent of what? give --model FILE, or a number of frames")
        if count < 1:
            raise Unusable(f"--frames {text}: needs at least 1%")
        pages = -(-model.size // PAGE)
        return max(least, -(-pages * count // 100))
    if count < least:
        raise Unusable(f"--frames {text}: an instruction of each of {harts} harts may touch {MIN_FRAMES} pages at once; at least {least}")
    return count


def memory(text):
    match = re.fullmatch(r"([0-9]{1,15})([KMG]?)(i?B)?", text, re.IGNORECASE)
    unit = {"": MIB, "K": KIB, "M": MIB, "G": GIB}
    size = int(match.group(1)) * unit[match.group(2).upper()] if match else 0
    if size < MIN_MEM:
        raise Unusable(f"--mem {text}: needs a size such as 256M or 1G, at least {MIN_MEM // MIB}M")
    return -(-size // MIB) * MIB


def whole(option, text, least, most, unit=""):
    if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
        raise Unusable(f"{option} {text}: needs a whole number{unit and ' '}{unit} from {least} to {most}")
    return int(text)


def seconds(text):
    if not re.fullmatch(r"[0-9]{1,8}(\.[0-9]{1,6})?", text) or float(text) == 0:
        raise Unusable(f"--timeout {text}: needs a number of seconds above 0")
    return float(text)


def policies(kind):
    """[(name, help)] of the source tables, "prefetch" or "evict": a host program prints them."""
    from .app import make
    tool = os.path.join("build", "host", "policies")
    make([tool])
    listed = subprocess.run([in_root(tool)], check=True, capture_output=True, text=True).stdout
    rows = [line.split("\t") for line in listed.splitlines()]
    return [(name, text) for of, name, text in rows if of == kind]


def check_policies(options):
    for option, kind, name in (("--policy", "prefetch", options.policy), ("--evict", "evict", options.evict)):
        if name != "auto":
            names = [known for known, _ in policies(kind)]
            if name not in names:
                raise Unusable(f"{option} {name}: no such policy; one of {' '.join(names)}")

