"""QEMU's command line: the only place that has one."""
import os
import shlex

from .common import MIB, Unusable, host_processors
from .profile import SAMPLES

EMULATOR = "qemu-system-riscv64"
MAX_BOOT_ARGUMENTS = 64 * 1024
MAX_LINUX_ARGUMENTS = 1023  # COMMAND_LINE_SIZE of Linux 6.1 on RISC-V, less the terminator
PLAIN_BYTES = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/:=,+-")


def encode(text):
    """One token of the boot arguments: bytes outside the plain ones are %XX, nothing at all is a lone %."""
    data = os.fsencode(text)
    return "".join(chr(byte) if byte in PLAIN_BYTES else f"%{byte:02X}" for byte in data) or "%"


def boot_arguments(options, app):
    """What the kernel reads (kernel/bootargs.h)."""
    tokens = [f"frames={options.frames}", f"policy={options.policy}", f"evict={options.evict}", f"app={app.name}"]
    processors = os.environ.get("BOWER_PROCESSORS") or (1 if options.icount else host_processors())  # that run harts at the same time
    tokens += [f"processors={encode(str(processors))}"]
    tokens += ["icount=1"] if options.icount else []
    tokens += ["learn=1"] if options.learn else []
    tokens += ["trace=1"] if options.trace else []
    tokens += [f"profile={options.profile_hz}"] if options.profile else []
    tokens += [f"disk.{disk.name}={disk.size}" for disk in all_disks(options)]
    tokens += [f"env.{name}={value}" for name, value in sorted(os.environ.items())
               if name in ("TZ", "GOMP_SPINCOUNT") or name.startswith("OMP_")]
    line = " ".join([encode(token) for token in tokens] + ["--"] + [encode(word) for word in [app.name, *options.args]])
    if len(line) > MAX_BOOT_ARGUMENTS:
        raise Unusable(f"ARGS: {len(line)} bytes once encoded, with the environment; at most {MAX_BOOT_ARGUMENTS}")
    return line


def all_disks(options):
    return ([options.model] if options.model else []) + options.disks


def comma(text):
    """A value inside a comma-separated list of QEMU's."""
    return text.replace(",", ",,")


def channels_of_sockets(sockets):
    """The streams as sockets that the launcher holds the other ends of."""
    return {name: f"socket,id={name},fd={fd}" for name, fd in sockets.items()}


def channels_by_hand(options):
    """For --dry-run: the same machine by hand, the program's stdout on the terminal."""
    channels = {"console": "file,id=console,path=/dev/stderr,append=on", "stdin": "null,id=stdin",
                "stdout": "stdio,id=stdout,signal=off"}
    if options.profile:
        channels["profile"] = f"file,id=profile,path={comma(os.path.join(options.profile, SAMPLES))}"
    return channels


def machine(harts, mem, kernel, append):
    """What every machine has: board, processors, memory, firmware, and a kernel with its arguments."""
    return [EMULATOR, "-machine", "virt,aclint=on", "-global", "virtio-mmio.force-legacy=false", "-cpu", "rv64",
            "-smp", str(harts), "-m", f"{mem // MIB}M", "-bios", "default", "-kernel", kernel, "-append", append,
            "-nodefaults", "-display", "none", "-monitor", "none", "-no-reboot"]


def drive(disk, throttle):
    """
    A virtio-blk disk with its own limit of `throttle` bytes a second, None for none. Guests merge neighbours by themselves; what they ask
    for in several requests they want to see done one by one.
    """
    limit = f",throttling.bps-total={throttle}" if throttle else ""
    return ["-drive", f"file={comma(disk.file)},format=raw,if=none,id=disk.{disk.name},"
                      f"read-only={'off' if disk.writable else 'on'},rerror=report,werror=report{limit}",
            "-device", f"virtio-blk-device,drive=disk.{disk.name},serial={disk.name},request-merging=off"]


# What programs seed their generators with: the date and the host's random bytes. The same run counts the same twice.
SAME_EVERY_TIME = ["-rtc", "base=2024-01-01T00:00:00,clock=vm", "-seed", "1"]


def command(options, app, elf, channels):
    words = machine(options.harts, options.mem, elf, boot_arguments(options, app))
    if options.icount:
        words += ["-icount", "shift=0,sleep=off", *SAME_EVERY_TIME]
    words += ["-chardev", channels["console"], "-serial", "chardev:console",
              "-device", "virtio-serial-device,max_ports=4"]
    for number, name in ((1, "stdin"), (2, "stdout")):
        words += ["-chardev", channels[name], "-device", f"virtserialport,chardev={name},name={name},nr={number}"]
    if options.profile:
        words += ["-chardev", channels["profile"], "-device", "virtserialport,chardev=profile,name=profile,nr=3"]
    readonly = ",readonly=on" if options.files_readonly else ""
    words += ["-fsdev", f"local,id=share,path={comma(options.files)},security_model=none,multidevs=remap{readonly}",
              "-device", "virtio-9p-device,fsdev=share,mount_tag=share"]
    for disk in all_disks(options):
        words += drive(disk, options.throttle)
    if options.gdb is not None:
        words += ["-S", "-gdb", f"tcp:127.0.0.1:{options.gdb}"]
    return words


def linux_command(guest):
    """The same machine under Linux (scripts/bench-linux): its console on stdout, one disk."""
    if len(guest.arguments) > MAX_LINUX_ARGUMENTS:
        raise Unusable(f"Linux takes {MAX_LINUX_ARGUMENTS} bytes of arguments, not {len(guest.arguments)}")
    return machine(guest.harts, guest.mem, guest.kernel, guest.arguments) + [
        "-initrd", guest.initrd, "-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console",
        *drive(guest.disk, guest.throttle)]


def shown(words):
    return " ".join(shlex.quote(word) for word in words)
