"""Addresses become others that keep what they have in common, and the range they are from."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logforensics.report.redact.addresses import KEPT, RANGES, Addresses
from logforensics.report.redact.pseudonyms import Pseudonyms

KEY = b"a key for tests, of 32 bytes....."[:32]
HIDE, OTHER = Addresses(KEY), Addresses(KEY[::-1])
NAMES = Pseudonyms(KEY)

V4, V6 = st.ip_addresses(v=4).map(str), st.ip_addresses(v=6).map(str)


def home(address: IPv4Address | IPv6Address) -> IPv4Network | IPv6Network | None:
    """The range that an address does not leave."""
    return next((net for net in (*KEPT, *RANGES) if net.version == address.version and address in net), None)


def shared(one: IPv4Address | IPv6Address, other: IPv4Address | IPv6Address) -> int:
    """How many first bits two addresses have in common."""
    return one.max_prefixlen - (int(one) ^ int(other)).bit_length()


@given(first=V4, length=st.integers(16, 32), tail=st.integers(0, 0xFFFF))
def test_neighbours_keep_exactly_the_bits_they_share(first: str, length: int, tail: int) -> None:
    """Two hosts of one subnet are in one subnet afterwards, and two of two subnets in two."""
    one = IPv4Address(first)
    other = IPv4Address(int(one) ^ (tail & ((1 << (32 - length)) - 1)))
    if home(one) == home(other):
        hidden = IPv4Address(HIDE.ipv4(str(one))), IPv4Address(HIDE.ipv4(str(other)))
        assert shared(*hidden) == shared(one, other)


@given(first=V6, length=st.integers(16, 128), tail=st.integers(0, (1 << 112) - 1))
def test_neighbours_keep_exactly_the_bits_they_share_in_ipv6(first: str, length: int, tail: int) -> None:
    """The same for addresses of 128 bits."""
    one = IPv6Address(first)
    other = IPv6Address(int(one) ^ (tail & ((1 << (128 - length)) - 1)))
    if home(one) is not None and home(one) == home(other) and one.ipv4_mapped is None:
        hidden = IPv6Address(HIDE.ipv6(str(one))), IPv6Address(HIDE.ipv6(str(other)))
        assert shared(*hidden) == shared(one, other)


@given(address=st.one_of(V4, V6))
def test_an_address_stays_in_its_range(address: str) -> None:
    """Private stays private, documentation stays documentation, and nothing else becomes either."""
    hidden = NAMES.address(address)
    assert hidden is not None
    one = ip_address(address)
    other = type(one)(hidden)
    assert home(other) == home(one)
    assert other.is_private == one.is_private or one.version == 6


@pytest.mark.parametrize("network", ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"])
def test_documentation_ranges_stay_apart(network: str) -> None:
    """RFC 5737 and RFC 3849."""
    inside = ip_network(network)
    for host in (1, 77, 200):
        hidden = NAMES.address(str(inside[host]))
        assert hidden is not None
        assert type(inside[0])(hidden) in inside


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.0.0.53", "0.1.2.3", "255.255.255.0", "255.255.255.255", "224.0.0.251", "169.254.169.254", "::",
     "::1", "ff02::1"],
)  # fmt: skip
def test_what_tells_of_no_host_stays(address: str) -> None:
    """Loopback, masks, multicast, and the clouds' metadata service."""
    assert NAMES.address(address) == address


@given(addresses=st.sets(st.integers(0, (1 << 32) - 1), max_size=40))
def test_two_addresses_never_become_one(addresses: set[int]) -> None:
    """So distinct clients stay distinct."""
    assert len({HIDE.ipv4(str(IPv4Address(value))) for value in addresses}) == len(addresses)


def test_a_whole_subnet_is_permuted() -> None:
    """All 256 hosts of one /24 become all 256 hosts of another."""
    hidden = {IPv4Address(HIDE.ipv4(f"151.101.7.{host}")) for host in range(256)}
    assert len(hidden) == 256
    assert len({int(address) >> 8 for address in hidden}) == 1


def test_another_key_gives_another_permutation() -> None:
    """Whoever lacks the key learns nothing from having seen another one's."""
    some = [f"151.101.{number}.9" for number in range(40)]
    assert [HIDE.ipv4(one) for one in some] != [OTHER.ipv4(one) for one in some]


@pytest.mark.parametrize(
    ("text", "start"),
    [("::ffff:203.0.113.9", "::ffff:203.0.113."), ("fe80::1%eth0", "fe80::"), ("64:ff9b::c000:221", "64:ff9b::")],
)
def test_what_stands_around_an_address_stays(text: str, start: str) -> None:
    """The way IPv4 is embedded, and the interface of a link-local address."""
    hidden = NAMES.address(text)
    assert hidden is not None
    assert hidden.startswith(start)
    assert hidden != text
    assert hidden.endswith("%eth0") == text.endswith("%eth0")


def test_an_embedded_address_is_the_plain_one() -> None:
    """A server that listens on both families logs one client in two ways."""
    assert NAMES.address("::ffff:203.0.113.9") == f"::ffff:{NAMES.address('203.0.113.9')}"


def test_a_network_becomes_the_network_of_its_hosts() -> None:
    """Its host bits stay zero."""
    network, host = NAMES.address("192.168.178.0/24"), NAMES.address("192.168.178.61")
    assert network is not None
    assert host is not None
    assert IPv4Address(host) in IPv4Network(network)


@pytest.mark.parametrize("text", ["", "1.2.3", "1.2.3.400", "a::b::c", "10.0.0.1/99", "word"])
def test_what_is_no_address_has_no_pseudonym(text: str) -> None:
    """Not everything with points is one."""
    assert NAMES.address(text) is None


@pytest.mark.parametrize("text", ["00:1e:c9:12:34:56", "00-1E-C9-12-34-56", "001e.c912.3456"])
def test_a_hardware_address_keeps_its_notation(text: str) -> None:
    """And is the same in each."""
    hidden = NAMES.mac(text)
    assert [char for char in hidden if not char.isalnum()] == [char for char in text if not char.isalnum()]
    assert hidden.replace(":", "").replace("-", "").replace(".", "") == NAMES.mac("001ec9123456")
    assert hidden.lower() != text.lower()


@pytest.mark.parametrize("text", ["ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00", "33:33:00:00:00:01", "01:00:5e:00:00:fb"])
def test_broadcast_and_multicast_stay(text: str) -> None:
    """They are no card's."""
    assert NAMES.mac(text) == text
