"""What makes a job acceptable, as pure rules over what the job names: a video, a caption, other jobs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from kinolog.common.aggregates import Caption, Job, Video
from kinolog.common.aggregates.job_decisions import submit_job
from kinolog.common.errors import Refused
from kinolog.common.events import Event
from kinolog.common.events.job import Submission
from kinolog.common.jobs import JOB_TYPES, UNABLE_TO_TRANSLATE, JobType, job_type
from kinolog.common.pipelines import KEY, is_reference, located, references

MOST_RETRIES: Final = 20
MOST_DEPENDENCIES: Final = 50
CAPTION_MAKERS: Final = ("caption", "translate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A job that somebody wants, of a known type with valid input; what it names has not been looked up yet."""

    submission: Submission
    depends_on: tuple[str, ...] = ()
    not_before: datetime | None = None
    reason: str | None = None

    @property
    def dependencies(self) -> tuple[str, ...]:
        """The jobs to wait for: those that are named as such, and those that the input refers to."""
        implied = {job_id for job_id, _ in references(self.submission)}
        return tuple(dict.fromkeys((*self.depends_on, *sorted(implied))))

    @property
    def lacks_a_caption(self) -> bool:
        """Whether the caller leaves it to us which caption the job works on."""
        return self.works_on_a_caption and self.submission.input_data.get("caption_id") is None

    @property
    def works_on_a_caption(self) -> bool:
        return "caption_id" in JOB_TYPES[self.submission.type].input_model.model_fields

    def with_caption(self, caption: str | dict[str, str]) -> "Wish":
        return self.having(input_data={**self.submission.input_data, "caption_id": caption})

    def having(self, **changes: object) -> "Wish":
        return replace(self, submission=self.submission.model_copy(update=changes))

    def event(self) -> Event:
        submitted = submit_job(self.submission, not_before=self.not_before, depends_on=self.dependencies)
        return submitted.model_copy(update={"reason": self.reason})


def submittable(type_name: str) -> JobType:
    """Raises Refused for a type that nobody handles, or that is not for people to submit."""
    kind = job_type(type_name)
    if kind.name == "upload":
        raise _invalid("type", "upload jobs are made by POST /v1/videos/upload, or by tus at /v1/uploads")
    if kind.is_internal:
        raise _invalid("type", f"{kind.name} jobs are for measurements of the engine itself")
    return kind


def refuse_unfit(wish: Wish) -> None:
    """Raises Refused where nothing that exists could make the job possible."""
    asked = wish.submission
    kind = JOB_TYPES[asked.type]
    if kind.needs_video and asked.video_id is None and asked.video_from is None:
        raise _invalid("video_id", f"a {asked.type} job needs the video it works on")
    if kind.needs_project and asked.project_id is None:
        raise _invalid("project_id", f"a {asked.type} job needs the project that its video goes into")
    if asked.type == "caption" and asked.input_data.get("task") == "translate":
        _refuse_untaught(str(asked.input_data.get("model_size")))
    if len(wish.dependencies) > MOST_DEPENDENCIES:
        raise _invalid("depends_on", f"a job may wait for {MOST_DEPENDENCIES} others at most")


def _refuse_untaught(model: str) -> None:
    if model.startswith(UNABLE_TO_TRANSLATE):
        raise _invalid(
            "input_data.model_size", f"the model {model} was not taught to translate: choose medium or large"
        )


def refuse_beyond_its_end(wish: Wish, video: Video) -> None:
    """Raises Refused for a trim that goes on after the video has ended. What other jobs give is not known yet."""
    if wish.submission.type == "trim":
        for where, end in _ends(wish.submission.input_data):
            if isinstance(end, int | float) and end > video.duration:
                raise _invalid(where, f"the video ends at {video.duration:g} s")


def _ends(trim: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "input_data.end_time", trim.get("end_time")
    ranges = trim.get("ranges")
    for number, each in enumerate(ranges if isinstance(ranges, list) else ()):
        yield f"input_data.ranges.{number}.end_time", each.get("end_time")


def refuse_bad_references(wish: Wish, jobs: Mapping[str, Job]) -> None:
    """Raises Refused, naming the field, for a reference to something that the other job does not give."""
    for where, reference in located(wish.submission):
        job = jobs[reference.job_id]
        if reference.field not in JOB_TYPES[job.type].output_model.model_fields:
            raise _invalid(where, f"a {job.type} job gives no {reference.field}")


def place_of(wish: Wish, job_id: str) -> str:
    """The field in which the wish names a job that it depends on."""
    if job_id in wish.depends_on:
        return f"depends_on.{wish.depends_on.index(job_id)}"
    return next(where for where, reference in located(wish.submission) if reference.job_id == job_id)


def caption_made_by(wish: Wish, jobs: Mapping[str, Job]) -> dict[str, str] | None:
    """The caption that a job waits for, as a reference; None where it waits for no job that makes one."""
    makers = [job_id for job_id in wish.dependencies if jobs[job_id].type in CAPTION_MAKERS]
    if len(makers) > 1:
        wanted = f'say which with {{"{KEY}": "<job id>.caption_id"}}'
        raise _invalid("input_data.caption_id", f"the job waits for {len(makers)} captions: {wanted}")
    return {KEY: f"{makers[0]}.caption_id"} if makers else None


def refuse_foreign_caption(caption: Caption, video_id: str) -> None:
    if caption.video_id != video_id:
        raise _invalid("input_data.caption_id", f"the caption belongs to the video {caption.video_id}")


def refuse_same_language(wish: Wish, caption: Caption) -> None:
    """Raises Refused for a translation into the language that the caption is in."""
    if wish.submission.type == "translate" and wish.submission.input_data.get("language") == caption.language:
        raise _invalid("input_data.language", f"the caption {caption.id} is in {caption.language} already")


def named_caption(wish: Wish) -> str | None:
    """The id of an existing caption, where the wish names one."""
    caption_id = wish.submission.input_data.get("caption_id") if wish.works_on_a_caption else None
    return None if caption_id is None or is_reference(caption_id) else str(caption_id)


def project_of(wish: Wish, video: Video | None, jobs: Mapping[str, Job]) -> str | None:
    """The project that was named, or else that of the video, or of the job that will make the video."""
    asked = wish.submission
    if asked.project_id is not None or video is not None:
        return asked.project_id or (video.project_id if video else None)
    makers = [reference.job_id for where, reference in located(asked) if where == "video_id"]
    return jobs[makers[0]].project_id if makers else None


def _invalid(field: str, message: str) -> Refused:
    return Refused("validation", message, field=field)
