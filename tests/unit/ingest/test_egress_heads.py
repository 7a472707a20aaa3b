"""What is asked of the way out: read in one way only, and passed on without what concerns this connection alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.ingest.adapters.egress_head import BadHead, Head, parse_head


def asked(*lines: str) -> bytes:
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


@pytest.mark.parametrize(
    ("target", "host", "port"),
    [
        ("film.example:443", "film.example", 443),
        ("[2001:db8::1]:8443", "2001:db8::1", 8443),
        ("2001:db8::1:8443", "2001:db8::1", 8443),
        ("127.1:80", "127.1", 80),
    ],
)
def test_a_tunnel_names_a_host_and_a_port(target: str, host: str, port: int) -> None:
    head = parse_head(asked(f"CONNECT {target} HTTP/1.1", "Proxy-Authorization: Basic x"))
    assert Head(host, port, True, "Basic x") == head


def test_a_plain_request_goes_on_in_the_form_that_servers_know() -> None:
    head = parse_head(asked("GET http://film.example:8080/a?b=c#d HTTP/1.1", "Accept: */*", "Range: bytes=0-"))
    lines = ("GET /a?b=c HTTP/1.1", "Host: film.example:8080", "Accept: */*", "Range: bytes=0-", "Connection: close")
    assert Head("film.example", 8080, False, "", asked(*lines)) == head


def test_an_address_without_its_brackets_is_read_as_the_header_says() -> None:
    head = parse_head(asked("GET http://2001:db8::1:8080/ HTTP/1.1", "Host: [2001:db8::1]:8080"))
    assert ("2001:db8::1", 8080) == (head.host, head.port)
    assert b"\r\nHost: [2001:db8::1]:8080\r\n" in head.forwarded


def test_a_body_of_known_length_goes_along() -> None:
    head = parse_head(asked("POST http://film.example HTTP/1.1", "Content-Length: 12"))
    lines = ("POST / HTTP/1.1", "Host: film.example", "Content-Length: 12", "Connection: close")
    assert (80, 12, asked(*lines)) == (head.port, head.body_bytes, head.forwarded)


def test_what_concerns_this_connection_alone_is_not_passed_on() -> None:
    own = ("Proxy-Authorization: Basic x", "Proxy-Connection: keep-alive", "Connection: close, X-Own", "X-Own: 1")
    head = parse_head(asked("GET http://a.example/ HTTP/1.1", "Host: b.example", "Upgrade: h2c", "TE: trailers", *own))
    assert asked("GET / HTTP/1.1", "Host: a.example", "Connection: close") == head.forwarded


@pytest.mark.parametrize(
    "lines",
    [
        ("CONNECT film.example HTTP/1.1",),
        ("CONNECT user@film.example:443 HTTP/1.1",),
        ("CONNECT fe80::1%eth0:443 HTTP/1.1",),
        ("CONNECT film.example:https HTTP/1.1",),
        ("GET /film.mp4 HTTP/1.1", "Host: film.example"),
        ("GET https://film.example/ HTTP/1.1",),
        ("GET http://user:pass@film.example/ HTTP/1.1",),
        ("GET http://film.example\\@inner.example/ HTTP/1.1",),
        ("GET http:///film.mp4 HTTP/1.1",),
        ("GET http://[::1/ HTTP/1.1",),
        ("GET http://2001:db8::1:8080/ HTTP/1.1", "Host: film.example"),
        ("GET file:///etc/passwd HTTP/1.1",),
        ("DELETE http://film.example/ HTTP/1.1",),
        ("GET http://film.example/ HTTP/1.1", "X: a\nX-Hidden: b"),
        ("GET http://film.example/ HTTP/1.1", "X : a"),
        ("GET http://film.example/ HTTP/1.1", " folded"),
        ("POST http://film.example/ HTTP/1.1", "Transfer-Encoding: chunked"),
        ("POST http://film.example/ HTTP/1.1", "Content-Length: 1", "Content-Length: 2"),
        ("POST http://film.example/ HTTP/1.1", "Content-Length: +1"),
        ("GET http://film.example/ HTTP/1.1", "Proxy-Authorization: a", "Proxy-Authorization: b"),
        ("",),
    ],
)
def test_what_can_be_read_in_two_ways_is_not_read_at_all(lines: tuple[str, ...]) -> None:
    with pytest.raises(BadHead):
        parse_head(asked(*lines))


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reading_or_add_a_line(noise: bytes) -> None:
    try:
        head = parse_head(b"GET http://film.example/ HTTP/1.1\r\nX: " + noise + b"\r\n\r\n")
    except BadHead:
        return
    assert 1 == head.forwarded.count(b"\r\n\r\n")
