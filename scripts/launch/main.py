"""scripts/run, in order: options, policies, program, machine."""
import os
import socket

from . import app as apps
from . import options as asked
from . import profile, qemu
from .common import EXIT_UNUSABLE, Unusable, in_root, shown
from .machine import BROKEN_PIPE, Machine, keep_trace, open_streams, say


def main(argv):
    open_streams()
    try:
        status = launch(argv)
    except Unusable as error:
        say(str(error).replace("\n", "\\n"))
        status = EXIT_UNUSABLE
    except KeyboardInterrupt:
        status = 130
    except BrokenPipeError:
        status = 141
    except OSError as error:  # the project's own folder is read-only, or full
        if not error.filename:
            raise
        say(f"{shown(error.filename)}: {error.strerror.lower()}")
        status = EXIT_UNUSABLE
    os._exit(status)  # a thread may still wait for our stdin


def launch(argv):
    options = asked.parse(argv)
    if options.help:
        return show(asked.USAGE)
    if options.list_policies:
        rows = asked.policies(options.list_policies)
        return show("".join(f"{name:12} {text}\n" for name, text in rows))
    app = apps.find(options.app)
    asked.check_policies(options)
    if options.gdb == 0:
        options.gdb = free_port()
    if options.dry_run:
        apps.place(app, options)
        if os.path.exists(in_root(app.elf)):
            asked.make_room(options, in_root(app.elf))
        return show(qemu.shown(qemu.command(options, app, in_root(app.elf), qemu.channels_by_hand(options))) + "\n")
    apps.build(app, options)
    asked.make_room(options, in_root(app.elf))
    if options.gdb is not None:
        say(f"gdb port {options.gdb} elf {app.elf}")
    machine = Machine(options, app)
    status = machine.run()
    if options.trace and not keep_trace(options):
        status = 1
    if options.profile and machine.failure in (None, BROKEN_PIPE):  # another was said, and leaves the samples cut short
        profile.write(options.profile, in_root(app.elf), " ".join([app.name, *options.args]), say)
    return status


def show(text):
    data = os.fsencode(text)
    try:
        while data:
            data = data[os.write(1, data):]
    except BrokenPipeError:
        raise
    except OSError as error:
        say(f"stdout cannot be written: {error.strerror.lower()}")
        return 1
    return 0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
