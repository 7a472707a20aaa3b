"""The catalog's rows beside the fold of the log, row by row, as the catalog itself tells them."""

import json
from collections.abc import AsyncIterator
from typing import Any, Final, Protocol, get_args

from nats.aio.client import Client
from nats.errors import Error as NatsError

from kinolog.common.audit.holdings import Holding, Holdings, Key, digest_of
from kinolog.common.audit.report import Check, Report
from kinolog.common.errors import LogUnavailable
from kinolog.common.log import EventLog
from kinolog.common.queries import LONGEST_PAGE, ListName
from kinolog.common.subjects import catalog_query

_ANSWER_SECONDS: Final = 10.0


class NoCatalog(LogUnavailable):
    """The catalog does not answer, or says that it cannot."""


class Rows(Protocol):
    def rows(self, kind: str, min_seq: int) -> AsyncIterator[dict[str, Any]]:
        """Every row of a kind, from a catalog that has come to the sequence. Raises NoCatalog."""
        ...


class CatalogRows:
    """See `Rows`. Asks the running catalog, page by page; a page begins after a row, so new ones do not shift it."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def rows(self, kind: str, min_seq: int) -> AsyncIterator[dict[str, Any]]:
        for deleted in (False, True) if kind in DELETABLE else (False,):
            query: dict[str, Any] = {"limit": LONGEST_PAGE, "min_seq": min_seq, "deleted": deleted}
            page = await self._page(kind, query)
            while True:
                for row in page["data"]:
                    yield row
                if not page["has_more"]:
                    break
                page = await self._page(kind, query | {"cursor": page["next_cursor"]})

    async def _page(self, kind: str, query: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = await self._client.request(
                catalog_query(f"{kind}s"), json.dumps(query).encode(), timeout=_ANSWER_SECONDS
            )
        except NatsError as error:
            raise NoCatalog(f"the catalog does not answer: {error!r}") from error
        if (answer.headers or {}).get("Nats-Service-Error-Code"):
            raise NoCatalog(f"the catalog says: {json.loads(answer.data)['message']}")
        page: dict[str, Any] = json.loads(answer.data)
        return page


DELETABLE: Final = frozenset({"project", "video", "caption", "schedule"})
"""The kinds whose lists show deleted rows only to whoever asks for them."""

_LISTED: Final = tuple(name.removesuffix("s") for name in get_args(ListName))


async def check_rows(holdings: Holdings, end: int, rows: Rows, log: EventLog, report: Report) -> None:
    """Rows that changed after the sequence `end` are left out: the log goes on while it is audited."""
    expected = {key: holding for key, holding in holdings.all() if key[0] in _LISTED}
    try:
        for kind in _LISTED:
            async for row in rows.rows(kind, end):
                _compare((kind, row["id"]), row, expected.pop((kind, row["id"]), None), end, report)
    except NoCatalog as error:
        report.skip(Check.ROWS, str(error))
        report.looked_at.pop(Check.ROWS, None)
        return
    for (kind, aggregate_id), holding in expected.items():
        if (await log.read(kind, aggregate_id))[-1].sequence == holding.sequence:
            report.violate(Check.ROWS, f"{aggregate_id} has no row, although it stands at {holding.sequence}")


def _compare(key: Key, row: dict[str, Any], holding: Holding | None, end: int, report: Report) -> None:
    sequence = row.pop("sequence")
    if sequence > end:
        return
    report.look(Check.ROWS)
    if holding is None:
        report.violate(Check.ROWS, f"{key[1]} has a row of {sequence}, but nothing in the log makes one")
    elif sequence != holding.sequence:
        report.violate(Check.ROWS, f"{key[1]} has a row of {sequence}, but stands at {holding.sequence}")
    elif digest_of(row) != holding.digest:
        report.violate(Check.ROWS, f"{key[1]} has a row of {sequence} that says something else than its events")
