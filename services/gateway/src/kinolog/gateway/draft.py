"""A batch in the making: each item gets its job's id up front, and may refer to earlier items by their names."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import StringConstraints, ValidationError

from kinolog.common.aggregates import JOB
from kinolog.common.errors import Refused
from kinolog.common.events.job import OnFailure
from kinolog.common.pipelines import KEY, is_reference
from kinolog.gateway.command import Command
from kinolog.gateway.domain.wish import Wish
from kinolog.gateway.new_job import NewJob
from kinolog.gateway.problems import Problem, invalid
from kinolog.gateway.translation import problem_of, problem_of_validation
from kinolog.gateway.views import Json

BATCH_PREFIX: Final = "bat"

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,60}$")]


class BatchItem(NewJob):
    """`name` is what later items call this one by: in `depends_on`, and in `{"$from": "<name>.<field>"}`.

    The failure of an item ends those that depend on it, and theirs, unless they say `keep`. It ends the whole batch
    only where the item, or the batch for all that leave `on_failure` open, says `cancel`.
    """

    name: Name | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An item, under the id that its job gets. `needs` are the indexes of the items that it depends on."""

    index: int
    name: str | None
    job_id: str
    wish: Wish | Problem
    needs: frozenset[int] = frozenset()


class Draft:
    """With a key, the id of the batch and those of its jobs follow from the key."""

    def __init__(
        self, command: Command, now: datetime, *, on_failure: OnFailure | None = None, reason: str | None = None
    ) -> None:
        self.id = command.new_id(BATCH_PREFIX)
        self.entries: list[Entry] = []
        self._command, self._now = command, now
        self._on_failure, self._reason = on_failure, reason
        self._ids: dict[str, str] = {}
        self._index_of: dict[str, int] = {}

    def add(self, sent: Json) -> None:
        """Take the next item as it was sent; what is wrong with it becomes its answer."""
        name = sent.get("name")
        try:
            wish: Wish | Problem = self._wish(sent)
        except (Refused, Problem) as error:
            wish = problem_of(error)
        self._append(name if isinstance(name, str) else None, wish)

    def add_wish(self, name: str, wish: Wish) -> None:
        self._append(name, wish.having(batch_id=self.id))

    def _wish(self, sent: Json) -> Wish:
        try:
            item = BatchItem.model_validate(_with_ids(sent, self._ids))
        except ValidationError as error:
            raise problem_of_validation(error.errors(), model=BatchItem) from error
        if item.name in self._ids:
            raise invalid("/name", "an earlier item has this name: names must differ")
        asked = item.on_failure or self._on_failure
        wish = item.wish(self._now, on_failure=asked or OnFailure.CANCEL, batch_id=self.id)
        wish = wish.having(stops_batch=asked is OnFailure.CANCEL)
        return replace(wish, reason=wish.reason or self._reason)

    def _append(self, name: str | None, wish: Wish | Problem) -> None:
        index = len(self.entries)
        job_id = self._command.part(index).new_id(JOB.id_prefix)
        dependencies = () if isinstance(wish, Problem) else wish.dependencies
        needs = frozenset(self._index_of[each] for each in dependencies if each in self._index_of)
        self.entries.append(Entry(index, name, job_id, wish, needs))
        self._index_of[job_id] = index
        if name is not None:
            self._ids.setdefault(name, job_id)


def _with_ids(sent: Json, ids: dict[str, str]) -> Json:
    """What was sent, with the ids of earlier items in the place of their names."""
    named: Json = _referring(sent, ids)
    depends_on = named.get("depends_on")
    if isinstance(depends_on, list):
        named["depends_on"] = [ids.get(each, each) if isinstance(each, str) else each for each in depends_on]
    return named


def _referring(value: Any, ids: dict[str, str]) -> Any:
    if is_reference(value) and isinstance(value[KEY], str):
        name, dot, field = value[KEY].partition(".")
        return {KEY: f"{ids.get(name, name)}{dot}{field}"}
    if isinstance(value, dict):
        return {key: _referring(below, ids) for key, below in value.items()}
    if isinstance(value, list):
        return [_referring(below, ids) for below in value]
    return value
