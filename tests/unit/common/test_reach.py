"""Which addresses and URLs are taken, in every spelling."""

from ipaddress import ip_address, ip_network

import pytest
from pydantic import ValidationError

from kinolog.common.jobs import DownloadInput
from kinolog.common.reach import Reach
from kinolog.common.web_url import address_spelled

NOT_PUBLIC = [
    "127.0.0.1",
    "127.255.0.3",
    "0.0.0.0",
    "0.1.2.3",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::2",
    "fe80::1",
    "fec0::1",
    "fc00::1",
    "fd00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    "2001:2::1",
    "2001:10::1",
    "3fff::1",
    "100::1",
    "5f00::1",
    "4000::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "::ffff:0:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:a00:1::f5ff:fffe",
    "2001:0:808:808::80ff:fffe",
    "2606:4700::5efe:a00:1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "172.15.0.1",
    "172.32.0.1",
    "100.63.0.1",
    "192.0.3.1",
    "2606:4700:4700::1111",
    "2a00:1450::1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_is_not_public_is_out_of_reach(address: str) -> None:
    assert not Reach().allows(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_can_be_reached(address: str) -> None:
    assert Reach().allows(ip_address(address))


@pytest.mark.parametrize(("address", "is_allowed"), [("10.1.2.3", True), ("10.2.0.1", False), ("192.168.1.1", False)])
def test_an_operator_allows_what_is_in_the_named_networks_and_nothing_else(address: str, is_allowed: bool) -> None:
    assert is_allowed == Reach((ip_network("10.1.0.0/16"),)).allows(ip_address(address))


def test_an_allowed_network_is_reached_through_a_translator_too() -> None:
    assert Reach((ip_network("10.0.0.0/8"),)).allows(ip_address("::ffff:10.0.0.1"))


@pytest.mark.parametrize("address", ["169.254.169.254", "64:ff9b::a9fe:a9fe", "0.0.0.0", "fe80::1", "fd00:ec2::254"])
def test_metadata_and_its_like_cannot_be_allowed(address: str) -> None:
    everything = Reach((ip_network("0.0.0.0/0"), ip_network("::/0")))
    assert not everything.allows(ip_address(address))


LOOPBACK = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.1.",
    "１２７。0.0.1",
]


@pytest.mark.parametrize("host", LOOPBACK)
def test_an_address_is_known_in_every_spelling(host: str) -> None:
    assert ip_address("127.0.0.1") == address_spelled(host)


@pytest.mark.parametrize("host", ["example.com", "localhost", "1.2.3.4.example", "127.0.0.1.nip.example", "ä.example"])
def test_a_name_is_no_address(host: str) -> None:
    assert address_spelled(host) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/film.mp4?key=1&t=%20#t=10",
        "http://example.com",
        "HTTPS://Example.com:8443/f",
        "https://[2606:4700::1]/film",
        "https://müller.example/film",
        "http://good.example#@evil.example/",  # Only what is before the `#` is ever asked for
    ],
)
def test_a_plain_url_is_taken_as_it_is(url: str) -> None:
    assert url == DownloadInput(url=url).url


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "begin with http"),
        ("ftp://example.com/f", "begin with http"),
        ("data:text/plain,hello", "begin with http"),
        ("ytsearch5:x", "begin with http"),
        ("-h", "begin with http"),
        ("--exec=id", "begin with http"),
        ("//example.com/f", "begin with http"),
        ("http:///f", "begin with http"),
        ("http://user:secret@example.com/f", "user name or password"),
        ("http://good.example\\@evil.example/", "backslashes"),
        ("http://exa\tmple.com/", "control characters"),
        ("http://example.com/\nX: y", "control characters"),
        ("http://example.com/a b", "spaces"),
        ("http://example\u200b.com/", "control characters"),
        ("http://example.com/" + "x" * 2_048, "2048"),
        ("http://example.com/" + "ü" * 1_020, "2048"),
        ("http://127%2e0.0.1/", "plainly"),
        ("http://example.com:0/", "plainly"),
        ("http://example.com:99999/", "[Pp]ort"),
        ("http://[::1/", "IPv6"),
        ("http://169.254.169.254/latest/meta-data", "give a public one"),
        ("http://0xa9fea9fe/", "give a public one"),
        ("http://[64:ff9b::a9fe:a9fe]/", "give a public one"),
        ("http://0/", "give a public one"),
        ("", "at least 1"),
    ],
)
def test_any_other_url_is_refused_saying_why(url: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        DownloadInput(url=url)
