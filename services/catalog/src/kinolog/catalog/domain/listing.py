"""What may be asked of each list: its filters, its orders and the fields it is searched by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError

from kinolog.catalog.domain.cursor import Place, read_cursor
from kinolog.catalog.domain.value import text_of, value_of
from kinolog.common.aggregates import (
    CAPTION,
    JOB,
    PROJECT,
    SCHEDULE,
    SETTING,
    VIDEO,
    Caption,
    Job,
    Project,
    Schedule,
    Setting,
    Video,
)
from kinolog.common.aggregates.base import State
from kinolog.common.errors import Refused
from kinolog.common.queries import ListName, ListQuery, Wanted

_SEARCHED: Final = ("name", "title", "filename")


@dataclass(frozen=True, slots=True)
class Derived:
    """A text inside of a field, kept in a column of its own since documents have no index."""

    name: str
    field: str
    of: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Listing:
    """One list. Every sort field is one that is never empty, so that pages can be told apart by it.

    `parents` are the filters that name what a row belongs to, where it goes with its project.
    """

    name: ListName
    kind: str
    model: type[State]
    filters: tuple[str, ...]
    sorts: tuple[str, ...]
    derived: tuple[Derived, ...] = ()
    parents: tuple[str, ...] = ()

    @property
    def searched(self) -> tuple[str, ...]:
        return tuple(name for name in _SEARCHED if name in self.model.model_fields)

    @property
    def has_deletion(self) -> bool:
        return "is_deleted" in self.model.model_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A list query that has been checked: what to select, in which order, from which place on.

    A list in `equals` stands for any of its values.
    """

    listing: Listing
    equals: Mapping[str, Any]
    contains: str | None
    order_by: str
    is_descending: bool
    after: Place | None
    limit: int
    is_of_live_projects: bool

    @property
    def sort(self) -> str:
        return f"-{self.order_by}" if self.is_descending else self.order_by


_TIMES: Final = ("created_at", "updated_at")

LISTINGS: Final[Mapping[ListName, Listing]] = MappingProxyType(
    {
        listing.name: listing
        for listing in (
            Listing("projects", PROJECT.kind, Project, (), (*_TIMES, "name")),
            Listing(
                "videos",
                VIDEO.kind,
                Video,
                ("project_id", "is_clip", "parent_video_id", "sha256"),
                (*_TIMES, "title", "duration", "size_bytes"),
                (Derived("sha256", "content", attrgetter("sha256")),),
                ("project_id", "parent_video_id"),
            ),
            Listing(
                "captions",
                CAPTION.kind,
                Caption,
                ("video_id", "project_id", "language"),
                (*_TIMES, "language"),
                parents=("video_id", "project_id"),
            ),
            Listing(
                "jobs",
                JOB.kind,
                Job,
                ("status", "type", "project_id", "video_id", "queue", "batch_id", "schedule_id"),
                (*_TIMES, "priority"),
            ),
            Listing("settings", SETTING.kind, Setting, (), (*_TIMES, "name")),
            Listing("schedules", SCHEDULE.kind, Schedule, ("is_paused",), (*_TIMES, "name")),
        )
    }
)


def select(listing: Listing, query: ListQuery) -> Selection:
    """What a query asks for. Raises Refused with the field that is at fault."""
    order_by = query.sort.removeprefix("-")
    if order_by not in listing.sorts:
        raise _refused("sort", f"{listing.name} are sorted by one of {', '.join(listing.sorts)}, after a minus or not")
    if query.q is not None and not listing.searched:
        raise _refused("q", f"{listing.name} have no name or title to search: leave q out")
    return Selection(
        listing=listing,
        equals=_equals(listing, query),
        contains=query.q,
        order_by=order_by,
        is_descending=query.sort.startswith("-"),
        after=read_cursor(query.cursor, query.sort, listing.model) if query.cursor is not None else None,
        limit=query.limit,
        is_of_live_projects=_is_of_live_projects(listing, query),
    )


def searchable(text: str) -> str:
    """Text as it is compared in a search: SQL engines differ in what they hold to be the same letter."""
    return text.casefold()


def _equals(listing: Listing, query: ListQuery) -> dict[str, Any]:
    equals = {name: _filter_value(listing, name, value) for name, value in query.filters.items()}
    if listing.has_deletion:
        equals["is_deleted"] = query.deleted
    elif query.deleted:
        raise _refused("deleted", f"{listing.name} are never deleted: leave deleted out")
    return equals


def _is_of_live_projects(listing: Listing, query: ListQuery) -> bool:
    """What went with its project is shown to whoever asks for it by name: as something to restore."""
    return bool(listing.parents) and not query.deleted and query.filters.keys().isdisjoint(listing.parents)


def _filter_value(listing: Listing, name: str, value: Wanted | list[Wanted]) -> Any:
    if isinstance(value, list):
        return [_filter_value(listing, name, each) for each in value]
    if name not in listing.filters:
        possible = f"one of {', '.join(listing.filters)}" if listing.filters else "nothing"
        raise _refused(name, f"{listing.name} are filtered by {possible}, not by {name}")
    is_derived = any(each.name == name for each in listing.derived)
    try:
        return text_of(value) if is_derived else value_of(listing.model, name, value)
    except ValidationError as error:
        raise _refused(name, f"{name}: {error.errors()[0]['msg']}") from error


def _refused(field: str, message: str) -> Refused:
    return Refused("validation", message, field=field)
