"""Pipelines that are made for you: which jobs they consist of, as the items of a batch."""

from typing import Any, Final

from kinolog.common.pipelines import KEY
from kinolog.gateway.views import Json

CAPTION_AND_BURN: Final = "caption-and-burn"


def download(url: str, title: str | None, project_id: str | None) -> Json:
    source = {"url": url} if title is None else {"url": url, "title": title}
    return {"name": "download", "type": "download", "project_id": project_id, "input_data": source}


def caption_and_burn(video: str | Json, caption: Json, burn: Json, **options: Any) -> list[Json]:
    """Caption a video, then burn that caption into it; `options` are for both jobs."""
    burned = {**burn, "caption_id": {KEY: "caption.caption_id"}}
    return [
        {"name": "caption", "type": "caption", "video_id": video, "input_data": caption, **options},
        {"name": "burn", "type": "burn", "video_id": video, "input_data": burned, **options},
    ]
