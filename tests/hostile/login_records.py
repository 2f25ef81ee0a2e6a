"""Login records as the machines of four kinds write them."""

from __future__ import annotations

import struct

START = 1_592_903_275
LAYOUTS = [(size, order) for size in (384, 400) for order in "<>"]
COUNT = 12
X86 = (384, "<")


def record(layout: tuple[int, str], number: int, kind: int = 7) -> bytes:
    """One record of a session a minute behind the one before it (utmp(5), glibc bits/utmp.h)."""
    size, order = layout
    user, line = (b"reboot", b"~") if kind == 2 else (b"user%d" % number, b"pts/%d" % number)
    head = struct.pack(
        order + "hxxi32s4s32s256shh", kind, 800 + number, line, b"ts/0", user, b"client.example.net", 0, 0
    )
    words = struct.pack(order + ("iii" if size == 384 else "qqq"), 0, START + 60 * number, 0)
    return (head + words).ljust(size, b"\0")


def records(layout: tuple[int, str] = X86) -> list[bytes]:
    """A boot and the logins behind it."""
    return [record(layout, 0, 2), *(record(layout, number) for number in range(1, COUNT))]
