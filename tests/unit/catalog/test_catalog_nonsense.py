"""Nonsense never gets as far as the database."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from kinolog.catalog.domain.applied import Applied
from kinolog.catalog.domain.folding import Folded
from kinolog.catalog.domain.listing import Selection
from kinolog.catalog.domain.usage import Taken
from kinolog.catalog.handlers.questions import Questions
from kinolog.common.errors import Refused


class UntouchedReader:
    async def rows(self, selection: Selection) -> Sequence[Folded]:
        raise AssertionError(f"asked for {selection}")

    async def count_by(self, kind: str, name: str) -> dict[Any, int]:
        raise AssertionError(f"asked for {kind} by {name}")

    async def count_live(self, kind: str) -> int:
        raise AssertionError(f"asked for every {kind}")

    async def count_quarantined(self) -> int:
        raise AssertionError("asked for the quarantine")

    async def usage(self, project_id: str | None) -> Taken:
        raise AssertionError(f"asked what {project_id} takes")


def request(**query: Any) -> bytes:
    return json.dumps(query).encode()


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (b"{", "validation", None),
        (b"[]", "validation", None),
        (b"\xff", "validation", None),
        (b"[" * 100_000, "validation", None),
        (request(limit=0), "validation", "limit"),
        (request(limit=201), "validation", "limit"),
        (request(limit="5"), "validation", "limit"),
        (request(min_seq=-1), "validation", "min_seq"),
        (request(min_seq=2**70), "validation", "min_seq"),
        (request(who="me"), "validation", "who"),
        (request(q="a\0"), "validation", "q"),
        (request(q="  "), "validation", "q"),
        (request(filters={"status": "done"}), "validation", "status"),
        (request(filters={"status": 7}), "validation", "status"),
        (request(filters={"'; DROP TABLE jobs; --": "x"}), "validation", "'; DROP TABLE jobs; --"),
        (request(sort="id; DROP TABLE jobs"), "validation", "sort"),
        (request(cursor="nonsense"), "bad-cursor", "cursor"),
    ],
)
async def test_nonsense_is_refused_with_the_field_at_fault(body: bytes, code: str, field: str | None) -> None:
    questions = Questions(UntouchedReader(), Applied(), wait_seconds=0.01, page_limit_bytes=1_000)
    with pytest.raises(Refused) as refusal:
        await questions.by_name()["jobs"](body)
    assert (code, field) == (refusal.value.code, refusal.value.field)
