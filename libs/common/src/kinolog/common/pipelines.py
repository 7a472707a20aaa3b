"""Jobs that work on what other jobs give: where a submission refers to them, and what the references come to.

A reference is `{"$from": "<job id>.<field>"}` in the place of a value of `input_data`; `video_from` is the same for the
video, without the braces. The field is one of that job's `output_data`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from pydantic import ValidationError

from kinolog.common.aggregates import JOB, VIDEO, Job
from kinolog.common.errors import Refused
from kinolog.common.events.job import Resolved, Submission
from kinolog.common.ids import is_id
from kinolog.common.jobs import job_type

KEY: Final = "$from"
_DEEPEST: Final = 10

Path = tuple[str | int, ...]
Outputs = Mapping[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Reference:
    """A field of what another job gives."""

    job_id: str
    field: str

    @classmethod
    def parse(cls, text: Any, where: str) -> Self:
        """Raises Refused, naming `where` the reference stands."""
        job_id, dot, field = text.partition(".") if isinstance(text, str) else ("", "", "")
        if not (dot and field and is_id(job_id, JOB.id_prefix)):
            raise _invalid(where, f'write {{"{KEY}": "<job id>.<field of its output>"}}')
        return cls(job_id, field)

    def value(self, outputs: Outputs, where: str) -> Any:
        """Raises Refused where that job gave no such thing."""
        output = outputs.get(self.job_id, {})
        if self.field not in output:
            raise _invalid(where, f"the job {self.job_id} gave no {self.field}")
        return output[self.field]


def references(job: Submission | Job) -> set[tuple[str, str]]:
    """Every (job id, field) that a job refers to."""
    return {(found.job_id, found.field) for _, found in located(job)}


def located(job: Submission | Job) -> Iterator[tuple[str, Reference]]:
    """Every reference, with the field of the request where it stands, such as `input_data.caption_id`."""
    if job.video_from is not None:
        yield "video_id", Reference.parse(job.video_from, "video_id")
    for path, reference in in_input(job.input_data):
        yield _name(path), reference


def in_input(value: Any, path: Path = ()) -> Iterator[tuple[Path, Reference]]:
    """Every reference below a value, with the way to it."""
    if len(path) > _DEEPEST:
        raise _invalid(_name(path[:1]), f"is nested more than {_DEEPEST} levels deep")
    if is_reference(value):
        yield path, Reference.parse(value[KEY], _name(path))
    elif isinstance(value, dict | list):
        for key, below in value.items() if isinstance(value, dict) else enumerate(value):
            yield from in_input(below, (*path, key))


def is_reference(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {KEY}


def resolve(job: Job, outputs: Outputs) -> Resolved:
    """What the job works on, given the `output_data` of the jobs it refers to, by their ids.

    Raises Refused, naming the field, where something is missing or does not fit the job's type.
    """
    kind = job_type(job.type)
    try:
        given = kind.input_model.model_validate(_filled(job.input_data, outputs))
    except ValidationError as error:
        first = error.errors()[0]
        raise _invalid(_name(first["loc"]), str(first["msg"]).removeprefix("Value error, ")) from error
    video_id = _video(job, outputs)
    if kind.needs_video and video_id is None:
        raise _invalid("video_id", f"a {job.type} job needs the video it works on")
    return Resolved(input_data=given.model_dump(mode="json"), video_id=video_id, project_id=job.project_id)


def _filled(value: Any, outputs: Outputs, path: Path = ()) -> Any:
    if is_reference(value):
        return Reference.parse(value[KEY], _name(path)).value(outputs, _name(path))
    if isinstance(value, dict):
        return {key: _filled(below, outputs, (*path, key)) for key, below in value.items()}
    if isinstance(value, list):
        return [_filled(below, outputs, (*path, index)) for index, below in enumerate(value)]
    return value


def _video(job: Job, outputs: Outputs) -> str | None:
    if job.video_from is None:
        return job.video_id
    video_id = Reference.parse(job.video_from, "video_id").value(outputs, "video_id")
    if not (isinstance(video_id, str) and is_id(video_id, VIDEO.id_prefix)):
        raise _invalid("video_id", f"{job.video_from} is no video")
    return video_id


def _name(path: Path) -> str:
    return ".".join(("input_data", *map(str, path)))


def _invalid(field: str, message: str) -> Refused:
    return Refused("validation", message, field=field)
