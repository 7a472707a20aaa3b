"""Which addresses Kinolog connects to when somebody gives it a URL: public ones, and what the operator allows besides.

Lists, and not the properties of `ipaddress`: those call several relays, tunnels and clouds' own addresses global.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Final

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network


def _networks(text: str) -> tuple[IPNetwork, ...]:
    return tuple(ip_network(part) for part in text.split())


# Nobody's web server: this network, link-local with the clouds' metadata, multicast, reserved; and metadata elsewhere.
_NEVER: Final = _networks(
    "0.0.0.0/8 169.254.0.0/16 224.0.0.0/4 240.0.0.0/4 100.100.100.200/32 168.63.129.16/32 192.0.0.192/32 "
    "::/128 fe80::/10 ff00::/8 fd00:ec2::/32 fd20:ce::254/128"
)
_NOT_PUBLIC: Final = _networks(
    "10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 "
    "192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 "
    "2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20"
)
_PUBLIC_IPV6: Final = IPv6Network("2000::/3")

_LOOPBACK_IPV6: Final = IPv6Address("::1")
_TEREDO: Final = IPv6Network("2001::/32")
_SIX_TO_FOUR: Final = IPv6Network("2002::/16")
# IPv4-compatible, IPv4-mapped, IPv4-translated, NAT64: the IPv4 address is in the last 32 bits.
_IPV4_AT_THE_END: Final = _networks("::/96 ::ffff:0:0/96 ::ffff:0:0:0/96 64:ff9b::/96")
_ISATAP: Final = (0x0000_5EFE, 0x0200_5EFE)


@dataclass(frozen=True, slots=True)
class Reach:
    """The networks that an operator allows besides the public ones, and the ports that may be connected to."""

    networks: tuple[IPNetwork, ...] = ()
    ports: frozenset[int] = frozenset({80, 443})

    def allows(self, address: IPAddress) -> bool:
        carried = carried_by(address)
        if carried:
            return all(self.allows(inner) for inner in carried)
        if is_never_allowed(address):
            return False
        return _is_public(address) or any(address in network for network in self.networks)


def is_never_allowed(address: IPAddress) -> bool:
    """Whether no setting can make it one to connect to."""
    carried = carried_by(address)
    if carried:
        return any(is_never_allowed(inner) for inner in carried)
    return any(address in network for network in _NEVER)


def carried_by(address: IPAddress) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses inside an IPv6 one: what a translator or tunnel on the way would connect to."""
    if isinstance(address, IPv4Address) or address == _LOOPBACK_IPV6:
        return ()
    if address in _TEREDO:
        return address.teredo or ()
    if address in _SIX_TO_FOUR:
        return (IPv4Address(int(address) >> 80 & 0xFFFF_FFFF),)
    if any(address in network for network in _IPV4_AT_THE_END):
        return (IPv4Address(int(address) & 0xFFFF_FFFF),)
    return ()


def _is_public(address: IPAddress) -> bool:
    if any(address in network for network in _NOT_PUBLIC):
        return False
    return isinstance(address, IPv4Address) or (address in _PUBLIC_IPV6 and not _is_isatap(address))


def _is_isatap(address: IPv6Address) -> bool:
    return int(address) >> 32 & 0xFFFF_FFFF in _ISATAP
