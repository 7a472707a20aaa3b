"""Answers the question that is in a file, into another file beside it; progress goes to standard output."""

import os
import sys
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from kinolog.ingest.domain.site import ANSWER_FILE, SiteQuestion, SiteTask
from kinolog.ingest.site_program.asking import opened
from kinolog.ingest.site_program.confinement import confine
from kinolog.ingest.site_program.describing import describe
from kinolog.ingest.site_program.fetching import fetch
from kinolog.ingest.site_program.listing import list_entries
from kinolog.ingest.site_program.refusals import refusal_of
from kinolog.ingest.site_program.reporting import QUIET

_TASKS: Final = {SiteTask.DESCRIBE: describe, SiteTask.FETCH: fetch, SiteTask.LIST: list_entries}


def main(question_file: str) -> None:
    os.umask(0o077)
    question = SiteQuestion.model_validate_json(Path(question_file).read_bytes())
    confine(question.proxy_url)
    answer = Path(question.private_folder) / ANSWER_FILE
    answer.write_text(_answer(question).model_dump_json(), encoding="utf-8")


def _answer(question: SiteQuestion) -> BaseModel:
    try:
        with opened(question) as library:
            return _TASKS[question.task](library, question)
    except Exception as error:  # yt-dlp's parts raise whatever they come upon
        return refusal_of(error, question.limits, QUIET.errors)


if __name__ == "__main__":
    main(sys.argv[1])
