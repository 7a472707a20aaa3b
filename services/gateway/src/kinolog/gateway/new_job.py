"""What a caller says when they want a job: the body of `POST /v1/jobs`, an item of a batch, what a schedule repeats."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator, AwareDatetime, Field, PlainValidator, StrictBool, ValidationError, WithJsonSchema

from kinolog.common.events.job import OnFailure, Submission
from kinolog.common.fields import Priority, Request, Title
from kinolog.common.jobs import JOB_TYPES, JobType
from kinolog.common.pipelines import KEY, in_input, is_reference
from kinolog.common.subjects import GPU_QUEUES
from kinolog.gateway.domain.wish import MOST_DEPENDENCIES, MOST_RETRIES, Wish, submittable
from kinolog.gateway.problems import invalid
from kinolog.gateway.translation import problem_of_validation

LONGEST_DELAY_SECONDS: Final = 366 * 86_400.0
LONGEST_TIMEOUT_SECONDS: Final = 30 * 86_400.0
_DEEPEST: Final = 20
_PATIENCE: Final = ("max_retries", "attempt_timeout_seconds", "total_timeout_seconds", "heartbeat_timeout_seconds")

Id = Annotated[str, Field(max_length=60)]


def _not_too_deep(value: Any, level: int = 0) -> Any:
    if level > _DEEPEST:
        raise ValueError(f"must not be nested more than {_DEEPEST} levels deep")
    for below in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _not_too_deep(below, level + 1)
    return value


JsonObject = Annotated[dict[str, Any], AfterValidator(_not_too_deep)]
"""Any JSON object that is safe to walk."""


def _video_name(value: Any) -> str | dict[str, str] | None:
    name = value[KEY] if is_reference(value) else value
    if name is not None and not (isinstance(name, str) and len(name) <= 200):
        raise ValueError(f'give the id of a video, or {{"{KEY}": "<job id>.video_id"}}')
    return value  # type: ignore[no-any-return]  # it was looked at from all sides


VideoName = Annotated[
    str | dict[str, str] | None,
    PlainValidator(_video_name),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "maxLength": 60},
                {"type": "object", "properties": {KEY: {"type": "string"}}, "required": [KEY]},
                {"type": "null"},
            ]
        }
    ),
]
TimeoutSeconds = Annotated[float, Field(strict=True, gt=0, le=LONGEST_TIMEOUT_SECONDS)]


class Reason(Request):
    """Why, in a line for whoever reads the log."""

    reason: Title | None = None


class JobTemplate(Request):
    """`input_data` is what the type takes; `priority` runs from 0 to 10, higher first.

    What is left out of retries and timeouts is as the type has it. Timeouts: of one attempt, of the whole job from
    its submission on, and of silence in an attempt. A job with `gpu` waits for a worker that has one.
    """

    type: Annotated[str, Field(max_length=60)]
    project_id: Id | None = None
    video_id: VideoName = None
    input_data: JsonObject = Field(default_factory=dict)
    priority: Priority = 0
    gpu: StrictBool = False
    max_retries: Annotated[int, Field(strict=True, ge=0, le=MOST_RETRIES)] | None = None
    attempt_timeout_seconds: TimeoutSeconds | None = None
    total_timeout_seconds: TimeoutSeconds | None = None
    heartbeat_timeout_seconds: TimeoutSeconds | None = None

    def submission(self, **more: Any) -> Submission:
        """Raises Refused or the problem `validation` unless the type knows what to do with the input."""
        kind = submittable(self.type)
        patience = {name: _first(getattr(self, name), getattr(kind.patience, name)) for name in _PATIENCE}
        video = {"video_from": self.video_id[KEY]} if isinstance(self.video_id, dict) else {"video_id": self.video_id}
        return Submission(
            type=kind.name,
            queue=_gpu_queue(kind) if self.gpu else kind.queue,
            input_data=_checked(kind, self.input_data),
            project_id=self.project_id,
            priority=self.priority,
            **patience,
            **video,
            **more,
        )


class NewJob(JobTemplate, Reason):
    """A value of `input_data`, or `video_id`, may be `{"$from": "<job id>.<field>"}`: the job waits for that one.

    `on_failure` says what becomes of this job when one that it depends on fails or is cancelled.
    """

    depends_on: Annotated[list[Id], Field(max_length=MOST_DEPENDENCIES)] = Field(default_factory=list)
    not_before: AwareDatetime | None = None
    delay_seconds: Annotated[float, Field(strict=True, ge=0, le=LONGEST_DELAY_SECONDS)] | None = None
    on_failure: OnFailure | None = None

    def wish(self, now: datetime, *, on_failure: OnFailure = OnFailure.CANCEL, batch_id: str | None = None) -> Wish:
        """Raises as `submission` does; `on_failure` is for a job that leaves it open."""
        self._refuse_duplicates()
        return Wish(
            submission=self.submission(on_failure=self.on_failure or on_failure, batch_id=batch_id),
            depends_on=tuple(self.depends_on),
            not_before=self._begin(now),
            reason=self.reason,
        )

    def _refuse_duplicates(self) -> None:
        for index, job_id in enumerate(self.depends_on):
            if job_id in self.depends_on[:index]:
                raise invalid(f"/depends_on/{index}", "this job is named twice: remove it")

    def _begin(self, now: datetime) -> datetime | None:
        if self.not_before is not None and self.delay_seconds is not None:
            raise invalid("/delay_seconds", "give either not_before or delay_seconds, and not both")
        if self.delay_seconds is not None:
            return now + timedelta(seconds=self.delay_seconds)
        if self.not_before is not None and self.not_before > now + timedelta(seconds=LONGEST_DELAY_SECONDS):
            raise invalid("/not_before", f"must be within {LONGEST_DELAY_SECONDS / 86_400:g} days from now")
        return self.not_before


def _checked(kind: JobType, input_data: dict[str, Any]) -> dict[str, Any]:
    """The input as the type has it, with its defaults; as it was sent where it refers to other jobs.

    What stands in the place of a reference is not known yet, so it is not checked either.
    """
    open_paths = [path for path, _ in in_input(input_data)]
    try:
        checked = kind.input_model.model_validate(input_data).model_dump(mode="json")
    except ValidationError as error:
        wrong = [found for found in error.errors() if not _is_open(found["loc"], open_paths)]
        if wrong:
            raise problem_of_validation(wrong, root="/input_data", model=kind.input_model) from error
    return input_data if open_paths else checked


def _is_open(location: tuple[int | str, ...], open_paths: list[tuple[str | int, ...]]) -> bool:
    return any(location[: len(path)] == path for path in open_paths)


def _gpu_queue(kind: JobType) -> str:
    if not kind.can_use_gpu:
        able = ", ".join(sorted(each.name for each in JOB_TYPES.values() if each.can_use_gpu and not each.is_internal))
        raise invalid("/gpu", f"jobs of the type {kind.name} gain nothing by a GPU, only {able} do: leave it out")
    return GPU_QUEUES[kind.queue]


def _first(asked: Any, usual: Any) -> Any:
    return usual if asked is None else asked
