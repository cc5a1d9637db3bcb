#!/usr/bin/python3 -Wignore
# SPDX-License-Identifier: Apache-2.0
"""Hands and eyes of a person at a GTK program: drives it by its accessible names, as a screen reader does.

Reads a command a line: `type NAME<TAB>TEXT`, `press NAME`, `check NAME`, `sees TEXT`, `free NAME` (may it be pressed?),
`screenshot FILE`; answers each with `ok`, or `no` and what there is instead. `press`, `type`, `check` and `sees` wait.
"""
import os
import struct
import sys
import time
import zlib

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

PATIENCE = 30


def everything(node, depth=0):
    """All that is shown, in order."""
    if node is None or depth > 30:
        return
    if depth > 1 and not node.get_state_set().contains(Atspi.StateType.VISIBLE):
        return
    yield node
    for i in range(node.get_child_count()):
        yield from everything(node.get_child_at_index(i), depth + 1)


def program():
    desktop = Atspi.get_desktop(0)
    for i in range(desktop.get_child_count()):
        child = desktop.get_child_at_index(i)
        if child is not None and child.get_name() == sys.argv[1]:
            return child
    return None


def is_free(node):
    """It, and all that it is in, may be used."""
    while node is not None and node.get_role() != Atspi.Role.APPLICATION:
        if not node.get_state_set().contains(Atspi.StateType.SENSITIVE):
            return False
        node = node.get_parent()
    return True


def find(name, wanted):
    for node in everything(program()):
        if node.get_name() == name and wanted(node):
            return node
    return None


def type_text(argument):
    name, text = argument.split("\t")
    node = find(name, lambda it: it.get_editable_text_iface() is not None and is_free(it))
    return node is not None and node.get_editable_text_iface().set_text_contents(text)


def act(argument):
    node = find(argument, lambda it: it.get_action_iface() is not None and it.get_action_iface().get_n_actions() > 0)
    return node is not None and is_free(node) and node.get_action_iface().do_action(0)


def sees(argument):
    return any(argument in (node.get_name() or "") for node in everything(program()))


def is_pressable(argument):
    node = find(argument, lambda it: it.get_action_iface() is not None)
    return node is not None and is_free(node)


def screenshot(path):
    """The picture that Xvfb keeps in a file (XWD, 32 bits a pixel) as PNG."""
    data = open(os.environ["FRAMEBUFFER"], "rb").read()
    fields = struct.unpack(">25I", data[:100])
    header, width, height, stride, colours = fields[0], fields[4], fields[5], fields[12], fields[19]
    start = header + colours * 12
    rows = []
    for y in range(height):
        row = data[start + y * stride : start + y * stride + width * 4]
        rgb = bytearray(width * 3)
        rgb[0::3], rgb[1::3], rgb[2::3] = row[2::4], row[1::4], row[0::4]
        rows.append(b"\0" + bytes(rgb))

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    with open(path, "wb") as png:
        png.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)))
        png.write(chunk(b"IDAT", zlib.compress(b"".join(rows), 9)) + chunk(b"IEND", b""))
    return True


def until(done, argument):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if done(argument):
                return True
        except GLib.GError:
            pass  # a widget went away while it was looked at
        time.sleep(0.05)
    return False


COMMANDS = {
    "type": lambda it: until(type_text, it),
    "press": lambda it: until(act, it),
    "check": lambda it: until(act, it),
    "sees": lambda it: until(sees, it),
    "free": is_pressable,
    "screenshot": screenshot,
}

for line in sys.stdin:
    command, _, argument = line.rstrip("\n").partition(" ")
    if COMMANDS[command](argument):
        print("ok", flush=True)
    else:
        shown = [f"{node.get_role_name()} '{node.get_name()}'" for node in everything(program())]
        print("no: " + ", ".join(shown), flush=True)
