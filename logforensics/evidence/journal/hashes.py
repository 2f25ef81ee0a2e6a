"""Turns payloads of data objects into whether each is the one that was hashed when the journal was written.

A data object stores the hash of its unpacked payload: SipHash-2-4 keyed with the file's id where the file says so
(systemd 246), else Bob Jenkins' lookup3 (systemd src/libsystemd/sd-journal: journal-file.c, lookup3.c;
src/basic/siphash24.c).  All payloads advance word by word together, as columns of numbers: the longest first, so that
those that still have words are always the first ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    Words = np.ndarray[tuple[int, ...], np.dtype[np.uint64]]
    Halves = np.ndarray[tuple[int, ...], np.dtype[np.uint32]]

LONGEST_CHECKED = 16 << 10
"""Bytes of a payload beyond which its hash is not computed: each word is a step for all, and a document or a core dump
would take longer than everything else."""

HEAD = 24
"""Bytes of a data object up to the end of its hash: type and flags, size, hash, eight bytes each."""


@dataclass(frozen=True)
class _Payloads:
    """Some payloads in one array of words: where each begins (in words), its size in bytes, and the hash stored."""

    words: Words
    begins: Numbers
    sizes: Numbers
    stored: Words


class Hashes:
    """How one file hashes: `key` is its id if it keys its hashes, None if it does not."""

    def __init__(self, key: bytes | None) -> None:
        self._key = key

    def wrong(self, buffer: bytes, places: Sequence[int], payload_at: int) -> list[int]:
        """Those of `places`, offsets of whole, unpacked data objects in `buffer`, whose payload has another hash.

        The places lie a multiple of 8 apart, and their payloads begin `payload_at` behind them.
        """
        if not places:
            return []
        import numpy as np

        at = np.array(places, np.int64)
        shift = int(at[0] % 8)
        words = _words(buffer[shift:])
        slots = (at - shift) >> 3
        sizes = words[slots + 1].astype(np.int64) - payload_at
        chosen = np.flatnonzero(sizes <= LONGEST_CHECKED)
        slots = slots[chosen]
        bad = self._bad(_Payloads(words, slots + (payload_at >> 3), sizes[chosen], words[slots + 2]))
        return [places[number] for number in chosen[bad].tolist()]

    def wrong_payloads(self, payloads: Sequence[bytes], stored: Sequence[int]) -> list[int]:
        """The positions of those payloads that have another hash than the one stored."""
        chosen = [number for number, payload in enumerate(payloads) if len(payload) <= LONGEST_CHECKED]
        if not chosen:
            return []
        import numpy as np

        parts = [payloads[number] for number in chosen]
        sizes = np.array([len(part) for part in parts], np.int64)
        room = (sizes + 7) >> 3
        begins = np.cumsum(room) - room
        words = _words(b"".join(part.ljust(len(part) + 7 & -8, b"\0") for part in parts))
        bad = self._bad(_Payloads(words, begins, sizes, np.array([stored[number] for number in chosen], np.uint64)))
        return [chosen[number] for number in bad.tolist()]

    def _bad(self, given: _Payloads) -> Numbers:
        """The positions of the payloads that have another hash, ascending."""
        import numpy as np

        order = np.argsort(-given.sizes, kind="stable")
        sizes = given.sizes[order]
        payloads = _Payloads(given.words, given.begins[order], sizes, given.stored[order])
        hashed = _jenkins(payloads) if self._key is None else _siphash(payloads, self._key)
        return np.sort(order[np.flatnonzero(hashed != payloads.stored)])


def _words(data: bytes) -> Words:
    """`data` as words of 8 bytes, with zeros behind it that the last step of a payload may reach into."""
    import numpy as np

    return np.frombuffer(data + bytes(24 - len(data) % 8), np.dtype("<u8"))


def _siphash(payloads: _Payloads, key: bytes) -> Words:
    """SipHash-2-4 (Aumasson, Bernstein 2012) of payloads, the longest first."""
    import numpy as np

    k0, k1 = (int.from_bytes(part, "little") for part in (key[:8], key[8:16]))
    start = (0x736F6D6570736575 ^ k0, 0x646F72616E646F6D ^ k1, 0x6C7967656E657261 ^ k0, 0x7465646279746573 ^ k1)
    state: list[Words] = [np.full(len(payloads.sizes), number, np.uint64) for number in start]
    counts = payloads.sizes >> 3  # whole words; one more holds the rest and the size
    rest = (payloads.sizes & 7).astype(np.uint64)
    low_bytes = (np.uint64(1) << (rest << np.uint64(3))) - np.uint64(1)
    size = payloads.sizes.astype(np.uint64) << np.uint64(56)
    for step, (living, going_on) in enumerate(_living(counts)):
        word = payloads.words[payloads.begins[:living] + step]
        last = slice(going_on, living)
        word[last] = word[last] & low_bytes[last] | size[last]
        v = [part[:living] for part in state]
        v[3] ^= word
        _sip_rounds(v, 2)
        v[0] ^= word
    state[2] ^= np.uint64(0xFF)
    _sip_rounds(state, 4)
    hashed: Words = state[0] ^ state[1] ^ state[2] ^ state[3]
    return hashed


def _living(counts: Numbers) -> list[tuple[int, int]]:
    """For each step, how many of the descending `counts` reach it, and how many reach beyond it."""
    import numpy as np

    reach = np.searchsorted(-counts, -np.arange(int(counts[0]) + 2), side="right").tolist()
    return list(pairwise(reach))


def _sip_rounds(v: list[Words], count: int) -> None:
    for _ in range(count):
        v[0] += v[1]
        v[2] += v[3]
        _rotate(v[1], 13)
        v[1] ^= v[0]
        _rotate(v[3], 16)
        v[3] ^= v[2]
        _rotate(v[0], 32)
        v[2] += v[1]
        v[0] += v[3]
        _rotate(v[1], 17)
        v[1] ^= v[2]
        _rotate(v[3], 21)
        v[3] ^= v[0]
        _rotate(v[2], 32)


def _rotate(word: Words, by: int) -> None:
    import numpy as np

    high = word << np.uint64(by)
    word >>= np.uint64(64 - by)
    word |= high


_MIX = ((0, 2, 1, 4), (1, 0, 2, 6), (2, 1, 0, 8), (0, 2, 1, 16), (1, 0, 2, 19), (2, 1, 0, 4))
_FINAL = ((2, 1, 14), (0, 2, 11), (1, 0, 25), (2, 1, 16), (0, 2, 4), (1, 0, 14), (2, 1, 24))


def _jenkins(payloads: _Payloads) -> Words:
    """hashlittle2 of lookup3 (Jenkins 2006) with both seeds 0, its first result in the high half, the longest first."""
    import numpy as np

    halves, begins = payloads.words.view(np.dtype("<u4")), payloads.begins * 2
    blocks = np.maximum(payloads.sizes - 1, 0) // 12  # of three halves; one more is mixed in at the end
    state: list[Halves] = [np.uint32(0xDEADBEEF) + payloads.sizes.astype(np.uint32) for _ in range(3)]
    for step, (_, going_on) in enumerate(_living(blocks)):
        s = [part[:going_on] for part in state]
        for number in range(3):
            s[number] += halves[begins[:going_on] + (3 * step + number)]
        for i, j, k, by in _MIX:
            s[i] -= s[j]
            s[i] ^= _turned(s[j], by)
            s[j] += s[k]
    empty = payloads.sizes == 0
    for number in range(3):
        rest = np.clip(payloads.sizes - 12 * blocks - 4 * number, 0, 4).astype(np.uint64)
        low_bytes = ((np.uint64(1) << (rest << np.uint64(3))) - np.uint64(1)).astype(np.uint32)
        state[number] += halves[np.minimum(begins + 3 * blocks + number, len(halves) - 1)] & low_bytes
    before = state[1].copy(), state[2].copy()
    for i, j, by in _FINAL:
        state[i] ^= state[j]
        state[i] -= _turned(state[j], by)
    low, high = (np.where(empty, start, part) for start, part in zip(before, state[1:], strict=True))
    hashed: Words = high.astype(np.uint64) << np.uint64(32) | low.astype(np.uint64)
    return hashed


def _turned(word: Halves, by: int) -> Halves:
    import numpy as np

    turned: Halves = word << np.uint32(by) | word >> np.uint32(32 - by)
    return turned
