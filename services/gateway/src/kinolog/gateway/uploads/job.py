"""From a stored file to the job that makes a video of it, alone or as the first of a pipeline."""

from dataclasses import dataclass
from typing import Final

from starlette.responses import JSONResponse

from kinolog.common.aggregates import JOB
from kinolog.common.aggregates.job_decisions import submit_job
from kinolog.common.events import Event
from kinolog.common.events.job import OnFailure, Submission
from kinolog.common.jobs import JOB_TYPES, UploadInput
from kinolog.common.pipelines import KEY
from kinolog.gateway.batch import submit_pipeline
from kinolog.gateway.command import Command
from kinolog.gateway.domain.wish import Wish
from kinolog.gateway.draft import Draft
from kinolog.gateway.params import Gateway
from kinolog.gateway.ready_made import caption_and_burn
from kinolog.gateway.uploads.plain import Upload
from kinolog.gateway.views import Json, answer_done, view

KNOWN_HEADER: Final = "Kinolog-Known"
"""`true` where the very same bytes were stored before."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """The job that an upload became, as callers see it, or the batch that begins with it."""

    job: Json
    response: JSONResponse
    batch_id: str | None = None

    @property
    def job_id(self) -> str:
        return str(self.job["id"])

    @property
    def is_known(self) -> bool:
        return bool(self.job["input_data"]["is_known"])

    def answer(self) -> JSONResponse:
        if self.is_known:
            self.response.headers[KNOWN_HEADER] = "true"
        return self.response


async def submit_upload(here: Gateway, command: Command, upload: Upload) -> Submitted:
    """Once for a command with a key. Its repetition, which finds the bytes stored already, finds what it led to."""
    command = command.about(_submission(upload.project_id, upload.input.model_copy(update={"is_known": False})))
    if upload.pipeline is not None:
        batch = await _submit_pipeline(here, command, upload)
        return Submitted(batch["data"][0]["job"], JSONResponse(batch), batch["id"])
    queued = submit_job(_submission(upload.project_id, upload.input))

    async def make() -> Event:
        return queued

    done = await here.desk.create(JOB, command, make)
    return Submitted(view(done.loaded), answer_done(done, 202, {"Location": f"/v1/jobs/{done.loaded.id}"}))


async def _submit_pipeline(here: Gateway, command: Command, upload: Upload) -> Json:
    draft = Draft(command, here.clock(), on_failure=OnFailure.CANCEL)
    draft.add_wish("upload", Wish(submission=_submission(upload.project_id, upload.input)))
    for item in caption_and_burn({KEY: "upload.video_id"}, {}, {}):
        draft.add(item)
    return await submit_pipeline(here, command, draft)


def _submission(project_id: str, upload: UploadInput) -> Submission:
    return Submission(
        type="upload",
        input_data=upload.model_dump(mode="json"),
        project_id=project_id,
        queue=JOB_TYPES["upload"].queue,
    )
