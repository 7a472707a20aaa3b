"""Search in what is said: from words to the moments of videos."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import ValidationError
from starlette.responses import JSONResponse

from kinolog.common.fields import INT64_MAX
from kinolog.common.queries import LONGEST_CURSOR, LONGEST_PAGE, LONGEST_WORDS, SpeechQuery
from kinolog.gateway.caption_views import HitsView, hits_view
from kinolog.gateway.listing import as_parameters
from kinolog.gateway.params import Here
from kinolog.gateway.translation import problem_of_validation

router = APIRouter(prefix="/v1/search", tags=["search"])

Words = Annotated[
    str,
    Query(
        max_length=LONGEST_WORDS,
        description='Words that are all said in one cue, "phrases in quotes", and beginnings of words with a *.',
    ),
]
Only = Annotated[str | None, Query(max_length=200)]


@router.get("", operation_id="search_speech", response_model=HitsView)
async def search_speech(
    here: Here,
    q: Words,
    project_id: Only = None,
    video_id: Only = None,
    language: Only = None,
    sort: Annotated[Literal["best", "time"], Query(description="`time` is for one video.")] = "best",
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 50,
    cursor: Annotated[str | None, Query(max_length=LONGEST_CURSOR)] = None,
    min_seq: Annotated[int | None, Query(ge=0, le=INT64_MAX, description="Wait for this sequence.")] = None,
) -> JSONResponse:
    """The cues in which it is said, each with its moment; and with the moments of the very words where a caption has
    them.
    """
    try:
        query = SpeechQuery(
            q=q,
            project_id=project_id or None,
            video_id=video_id or None,
            language=language or None,
            sort=sort,
            limit=limit,
            cursor=cursor,
            min_seq=here.desk.newest_sequence if min_seq is None else min_seq,
        )
    except ValidationError as error:
        raise problem_of_validation(as_parameters(error)) from error
    return JSONResponse(hits_view(await here.catalog.speech(query)))
