"""The list of projects and videos that an older system left as JSON. No two of them agree on its shape, so much is
taken that can be understood, and what cannot is told.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

from kinolog.cli.errors import BadExport
from kinolog.cli.library.json_file import read_json
from kinolog.cli.library.record import Notes, Record

_LONGEST_FILENAME: Final = 200
_LONGEST_PLACE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class OldProject:
    """`old_id` is what the older system calls it."""

    place: str
    old_id: str
    name: str
    description: str | None
    created_at: datetime | None
    updated_at: datetime | None
    is_deleted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What the list says of a file: seconds, pixels, bytes, hexadecimal digits."""

    duration: float | None
    width: int | None
    height: int | None
    size_bytes: int | None
    sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OldVideo:
    """`path` is where its file lies, as far as it is told; `filename` the last part of that, or what people see."""

    place: str
    old_id: str
    project_old_id: str
    title: str
    filename: str
    path: str | None
    source_url: str | None
    parent_old_id: str | None
    is_clip: bool
    claims: Claims
    created_at: datetime | None
    updated_at: datetime | None
    is_deleted: bool


@dataclass(frozen=True, slots=True)
class Export:
    """Every video is of one of the projects; no id is there twice."""

    projects: tuple[OldProject, ...]
    videos: tuple[OldVideo, ...]
    notes: Notes


def read_export(path: Path, notes: Notes, most_bytes: int) -> Export:
    """Raises BadExport for what is no such list at all."""
    reader = _Reader(notes)
    reader.read(_listing_in(path, read_json(path, most_bytes)))
    return Export(tuple(reader.projects.values()), tuple(reader.videos.values()), notes)


class _Reader:
    def __init__(self, notes: Notes) -> None:
        self.projects: dict[str, OldProject] = {}
        self.videos: dict[str, OldVideo] = {}
        self._notes = notes

    def read(self, listing: dict[str, Any]) -> None:
        """A video may stand in its project, or beside all projects and name its own."""
        top = Record("", listing, self._notes)
        for record in self._records("projects", top.items("projects")):
            self._read_project(record)
        for record in self._records("videos", top.items("videos")):
            self._read_video(record, record.key("project_id", "projectId", "project"))
        top.finish()
        for video in self.videos.values():
            if video.parent_old_id is not None and video.parent_old_id not in self.videos:
                self._notes.problem(video.place, "was made of a video that is not in this file; that is left out")

    def _records(self, place: str, items: Any) -> Iterator[Record]:
        """Of a list, or of an object that has its items under their ids; a video may be no more than its path."""
        for where, item in _entries(items):
            at = f"{place}[{str(where)[:_LONGEST_PLACE]}]"
            if isinstance(item, str) and place.endswith("videos"):
                item = {"path": item}
            if not isinstance(item, dict):
                self._notes.lose(at, "must be an object")
                continue
            yield Record(at, item if isinstance(where, int) else {"id": where, **item}, self._notes)
        if items is not None and not isinstance(items, list | dict):
            self._notes.lose(place, "must be a list")

    def _read_project(self, record: Record) -> None:
        name = record.line("name", "title")
        old_id = record.key("id", "project_id", "uuid") or name
        videos = record.items("videos")
        if old_id is None or old_id in self.projects:
            record.lose(_no_id(self.projects.get(old_id or "")))
            return
        self.projects[old_id] = OldProject(
            place=record.place,
            old_id=old_id,
            name=name or old_id,
            description=record.text("description"),
            created_at=(created_at := _created(record)),
            updated_at=_updated(record, created_at),
            is_deleted=record.flag("is_deleted", "isDeleted", "deleted"),
        )
        record.finish()
        for video in self._records(f"{record.place}.videos", videos):
            video.key("project_id", "projectId", "project")  # It is where it stands, whatever it says.
            self._read_video(video, old_id)

    def _read_video(self, record: Record, project_old_id: str | None) -> None:
        if project_old_id not in self.projects:
            record.lose("names no project of this file")
            return
        path = record.path("path", "file_path", "filePath", "filepath", "local_path")
        filename = record.path("filename", "file_name", "fileName", "original_filename")
        old_id = record.key("id", "video_id", "uuid") or _id_by_path(project_old_id, path or filename)
        if old_id is None or old_id in self.videos:
            record.lose(_no_id(self.videos.get(old_id or "")))
            return
        label = _last_part(filename or path or old_id)
        self.videos[old_id] = OldVideo(
            place=record.place,
            old_id=old_id,
            project_old_id=project_old_id or "",
            title=record.line("title", "name") or PurePosixPath(label).stem or old_id,
            filename=label,
            path=path or filename,
            source_url=record.url("source_url", "sourceUrl", "url"),
            parent_old_id=record.key("parent_video_id", "parentVideoId", "parent_id"),
            is_clip=record.flag("is_clip", "isClip"),
            claims=_claims(record),
            created_at=(created_at := _created(record)),
            updated_at=_updated(record, created_at),
            is_deleted=record.flag("is_deleted", "isDeleted", "deleted"),
        )
        record.finish()


def _listing_in(path: Path, document: Any) -> dict[str, Any]:
    if isinstance(document, list):
        return {"projects": document}
    if not isinstance(document, dict) or "projects" not in document:
        raise BadExport(f'{path}: must be a list of projects, or an object with such a list under "projects"')
    return document


def _entries(items: Any) -> Iterator[tuple[int | str, Any]]:
    if isinstance(items, list):
        yield from enumerate(items)
    elif isinstance(items, dict):
        yield from items.items()


def _claims(record: Record) -> Claims:
    return Claims(
        duration=record.number("duration", "duration_seconds"),
        width=record.whole("width"),
        height=record.whole("height"),
        size_bytes=record.whole("size_bytes", "sizeBytes", "file_size", "size"),
        sha256=record.sha256("sha256", "hash", "checksum"),
    )


def _created(record: Record) -> datetime | None:
    return record.moment("created_at", "createdAt", "created", "date_added", "uploaded_at")


def _updated(record: Record, created_at: datetime | None) -> datetime | None:
    updated_at = record.moment("updated_at", "updatedAt", "updated", "modified_at")
    if updated_at is not None and created_at is not None and updated_at < created_at:
        record.problem("was updated before it was created; that time is left out")
        return None
    return updated_at


def _id_by_path(project_old_id: str | None, path: str | None) -> str | None:
    return None if path is None else f"{project_old_id}/{path}"


def _no_id(before: OldProject | OldVideo | None) -> str:
    return "has no id" if before is None else f"has the id of {before.place}"


def _last_part(path: str) -> str:
    """What a file is called, as one line."""
    last = path.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return "".join(character for character in last if character.isprintable())[:_LONGEST_FILENAME] or "video"
