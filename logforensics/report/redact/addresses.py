"""Turns addresses into others that keep what they have in common: two hosts of one subnet stay neighbours.

The permutation is that of Crypto-PAn (J. Xu, J. Fan, M. Ammar, S. Moon: Prefix-Preserving IP Address Anonymization,
ICNP 2002): bit i is flipped or not, as a keyed function of the i bits before it says, so that two addresses with
the first n bits in common have exactly n in common afterwards.  The keyed function is BLAKE2s.

Beyond the paper, an address stays in the range it is from: private, link-local and documentation addresses can be told
as such, and no other address becomes one of them.  Two addresses of one range with 16 bits or more in common keep
exactly as many.  With fewer, one of them may have had to walk on, and seldom they keep less.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

KEPT = tuple(
    map(
        ip_network,
        ("0.0.0.0/8", "127.0.0.0/8", "169.254.169.254/32", "224.0.0.0/4", "240.0.0.0/4", "::/127", "ff00::/8"),
    )
)
"""Ranges that tell of no host: this network, loopback, the clouds' metadata service, multicast, reserved, masks."""

RANGES = tuple(
    map(
        ip_network,
        (
            "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/16", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.0.0/16", "203.0.0.0/16",
            "2001:db8::/32", "2001::/32", "2002::/16", "2000::/3", "fc00::/7", "fe80::/64", "fe80::/10",
        ),
    )
)  # fmt: skip
"""Ranges that an address does not leave (RFC 6890, RFC 4193).  Those of 16 bits hold a range for documentation each:
that one is kept apart within them.  Where two hold an address, the first does."""

APART = tuple(map(ip_network, ("192.0.0.0/24", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")))
"""Ranges inside those of RANGES that are not mixed with what lies around them (RFC 5737)."""

CLASSES = 3
"""First bits of an IPv4 address that are never flipped: they would send one in eight to multicast and reserved."""

EMBEDDED = tuple(map(ip_network, ("::ffff:0:0/96", "64:ff9b::/96")))
"""IPv6 ranges whose last 32 bits are an IPv4 address (RFC 4291, RFC 6052)."""

_LOCAL_BITS = (6, 7)
"""Bits of a MAC address, counted from its first, that say locally administered and group; they stay (IEEE 802)."""


@dataclass(frozen=True)
class _Family:
    """What is known of one kind of address: its width, and the prefixes (bits, length) with a rule."""

    name: bytes
    width: int
    kept: tuple[tuple[int, int], ...] = ()
    ranges: tuple[tuple[int, int], ...] = ()
    apart: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, name: bytes, width: int, version: int) -> _Family:
        """The family of one version of the internet protocol."""

        def prefixes(networks: Iterable[IPv4Network | IPv6Network]) -> tuple[tuple[int, int], ...]:
            return tuple(
                (int(net.network_address) >> (width - net.prefixlen), net.prefixlen)
                for net in networks
                if net.version == version
            )

        return cls(name, width, prefixes(KEPT), prefixes(RANGES), prefixes(APART))

    def within(self, value: int, prefixes: tuple[tuple[int, int], ...]) -> int | None:
        """The length of the first of `prefixes` that holds the address; None if none does."""
        return next((length for bits, length in prefixes if value >> (self.width - length) == bits), None)


_V4 = _Family.of(b"ipv4", 32, 4)
_V6 = _Family.of(b"ipv6", 128, 6)
_MAC = _Family(b"mac", 48)


class Addresses:
    """A permutation of all addresses for each key (32 bytes)."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._bit = lru_cache(maxsize=1 << 18)(self._keyed_bit)

    def ipv4(self, text: str) -> str:
        """Another address of the same range; ValueError for what is none."""
        return str(IPv4Address(self._permuted_v4(int(IPv4Address(text)))))

    def ipv6(self, text: str) -> str:
        """Another address of the same range, an IPv4 address in it as `ipv4` gives it; ValueError for what is none."""
        address = IPv6Address(text)
        value = int(address)
        if any(address in network for network in EMBEDDED):
            value = value >> 32 << 32 | self._permuted_v4(value & 0xFFFFFFFF)
            if address.ipv4_mapped is not None:
                return f"::ffff:{IPv4Address(value & 0xFFFFFFFF)}"
        else:
            value = self._permuted(_V6, value)
        scope = f"%{address.scope_id}" if address.scope_id else ""
        return f"{IPv6Address(value)}{scope}"

    def mac(self, octets: bytes) -> bytes:
        """Another address whose vendor is another's as well; broadcast, multicast and zero stay."""
        value = int.from_bytes(octets, "big")
        if octets[0] & 1 or not value:
            return octets
        return self._walked(_MAC, value, 0, _LOCAL_BITS).to_bytes(6, "big")

    def _permuted_v4(self, value: int) -> int:
        return self._permuted(_V4, value)

    def _permuted(self, family: _Family, value: int) -> int:
        if family.within(value, family.kept) is not None:
            return value
        length = family.within(value, family.ranges)
        if family is _V6 and length is None:
            return value  # no range of hosts
        free = tuple(range(CLASSES)) if length is None else ()
        home = length or 0
        found = self._walked(family, value, home, free)
        # What left its range for another one walks on: a permutation comes back into the range at last (cycle walking,
        # Black and Rogaway 2002).  Neighbours walk together, for the ranges are wider than they.
        while not self._same_range(family, found, length):
            found = self._walked(family, found, home, free)
        return found

    def _same_range(self, family: _Family, value: int, length: int | None) -> bool:
        return family.within(value, family.kept) is None and family.within(value, family.ranges) == length

    def _walked(self, family: _Family, value: int, home: int, fixed: tuple[int, ...]) -> int:
        """The permutation once: every bit from `home` on but the `fixed` ones, and those that lead to ranges apart."""
        flips = 0
        for at in range(home, family.width):
            prefix = value >> (family.width - at)
            flip = at not in fixed and not self._leads_apart(family, prefix, at) and self._bit(family.name, prefix, at)
            flips = flips << 1 | flip
        return value ^ flips

    def _leads_apart(self, family: _Family, prefix: int, at: int) -> bool:
        return any(length > at and bits >> (length - at) == prefix for bits, length in family.apart)

    def _keyed_bit(self, family: bytes, prefix: int, at: int) -> int:
        data = at.to_bytes(1, "big") + prefix.to_bytes(16, "big")
        return hashlib.blake2s(data, key=self._key, person=family, digest_size=1).digest()[0] & 1
