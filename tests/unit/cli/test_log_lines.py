"""Output of children is cut, made harmless and prefixed, and a reader who stops reading holds up nobody."""

import os
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.cli.log_lines import LineSplitter, LineWriter, Prefixed, harmless


def test_lines_are_put_together_from_chunks() -> None:
    splitter = LineSplitter(limit_bytes=100)

    assert [["on"], ["etwo", ""], ["three"]] == [
        splitter.feed(b"on\n"),
        splitter.feed(b"etwo\r\n\nth"),
        splitter.feed(b"ree\n"),
    ]


def test_an_unfinished_last_line_is_kept() -> None:
    splitter = LineSplitter(limit_bytes=100)
    splitter.feed(b"no line break")

    assert ["no line break"] == splitter.finish()


def test_an_endless_line_is_cut_and_not_collected() -> None:
    splitter = LineSplitter(limit_bytes=10)
    for _ in range(1_000):
        assert [] == splitter.feed(b"x" * 1_000)

    assert ["xxxxxxxxxx …", "next"] == splitter.feed(b"\nnext\n")


@given(lines=st.lists(st.text(st.characters(categories=["L", "N"]), max_size=20)), cut=st.integers(1, 7))
def test_no_way_of_cutting_the_output_changes_its_lines(lines: list[str], cut: int) -> None:
    output = "".join(f"{line}\n" for line in lines).encode()
    splitter = LineSplitter(limit_bytes=1_000)

    assert lines == [line for at in range(0, len(output), cut) for line in splitter.feed(output[at : at + cut])]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ünïcode 字幕\t", "plain ünïcode 字幕\t"),
        ("\x1b[2J\x07", "\\x1b[2J\\x07"),
        ("movie\u202e4pm.exe", "movie\\u202e4pm.exe"),
    ],
)
def test_a_line_cannot_steer_the_terminal(text: str, shown: str) -> None:
    assert shown == harmless(text)


def test_every_part_has_a_prefix_of_the_same_width() -> None:
    written: list[str] = []
    log = Prefixed(["nats", "gateway"], written.append, colour=False)

    log("nats", "up")
    log("gateway", "up")

    assert ["nats    | up\n", "gateway | up\n"] == written


def test_a_reader_who_stops_reading_holds_up_nobody() -> None:
    read_end, write_end = os.pipe()
    writer = LineWriter(write_end, backlog_lines=10)

    for _ in range(1_000):
        writer.write("x" * 1_000 + "\n")
    os.close(read_end)
    writer.close()

    os.close(write_end)


def test_what_was_dropped_is_counted() -> None:
    read_end, write_end = os.pipe()
    writer = LineWriter(write_end, backlog_lines=2)
    for _ in range(300):
        writer.write("x" * 1_000 + "\n")

    with os.fdopen(read_end, "rb") as reader, ThreadPoolExecutor() as threads:
        output = threads.submit(reader.read)
        writer.close()
        os.close(write_end)

    assert re.search(r"\n\(\d+ lines were not read in time and dropped\)\n$", output.result().decode())
