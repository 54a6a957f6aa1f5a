"""Where a session was opened, as far as one may know without asking anybody: the visitor's network."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

LOCAL = "local"
_V4_BITS, _V6_BITS = 24, 48


def place_of(address: str) -> str:
    """Return "local" for this machine, else the network, as "203.0.113.0/24"; "" for what is no address."""
    parsed = parse_address(address)
    if parsed is None:
        return ""
    if parsed.is_loopback:
        return LOCAL
    bits = _V4_BITS if parsed.version == 4 else _V6_BITS
    return str(ip_network(f"{parsed}/{bits}", strict=False))


def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """An IPv4 address in IPv6's clothes is the IPv4 address; a zone ("%eth0") is dropped."""
    try:
        parsed = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed
