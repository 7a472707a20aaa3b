"""The main story: a spoken clip is uploaded, captioned, burned and trimmed, and every step can be looked up."""

import hashlib
import re
from typing import Any

from harness.platform import SAMPLE, Platform

SPOKEN = (
    "welcome to the video this is the first caption find the red clip in scene three "
    "open the video and trim the last scene the picture is small and green"
)


def words(text: str) -> str:
    return " ".join(re.findall(r"[a-z]+", text.lower()))


async def test_a_spoken_clip_becomes_a_captioned_burned_trimmed_film(platform: Platform) -> None:
    project_id = await platform.project()
    video_id = await platform.video(project_id)
    captioned = await platform.ends(await platform.submit("caption", video_id, word_level=True))
    assert captioned["status"] == "completed", captioned
    await the_transcript_is_what_was_said(platform, captioned["output_data"]["caption_id"])
    burned = await platform.ends(await platform.submit("burn", video_id))
    assert burned["status"] == "completed", burned
    trimmed = await platform.ends(await platform.submit("trim", video_id, start_time=2.0, end_time=6.0, title="Clip"))
    assert trimmed["status"] == "completed", trimmed
    await the_file_is_what_the_log_says(platform, burned["output_data"]["video_id"])
    await the_clip_knows_where_it_comes_from(platform, trimmed["output_data"]["video_id"], video_id)
    await the_lists_show_everything(platform, project_id)
    assert ["job.queued", "job.started", "job.completed"] == await platform.history(burned["id"])


async def the_transcript_is_what_was_said(platform: Platform, caption_id: str) -> None:
    content = await platform.get(f"/v1/captions/{caption_id}/content", format="json")
    assert SPOKEN == words(" ".join(cue["text"] for cue in content["cues"]))
    for name, sign in (("srt", "-->"), ("vtt", "WEBVTT"), ("ass", "[Events]")):
        answer = await platform.client.get(f"/v1/captions/{caption_id}/content", params={"format": name})
        assert sign in answer.text


async def the_file_is_what_the_log_says(platform: Platform, video_id: str) -> None:
    video = await platform.get(f"/v1/videos/{video_id}")
    answer = await platform.client.get(f"/v1/videos/{video_id}/content")
    assert video["content"]["sha256"] == hashlib.sha256(answer.content).hexdigest()
    part = await platform.client.get(f"/v1/videos/{video_id}/content", headers={"Range": "bytes=100-199"})
    assert (206, answer.content[100:200]) == (part.status_code, part.content)


async def the_clip_knows_where_it_comes_from(platform: Platform, clip_id: str, video_id: str) -> None:
    clip: dict[str, Any] = await platform.get(f"/v1/videos/{clip_id}")
    assert (True, video_id, "Clip", 4.0) == (
        clip["is_clip"],
        clip["parent_video_id"],
        clip["title"],
        round(clip["duration"], 1),
    )


async def the_lists_show_everything(platform: Platform, project_id: str) -> None:
    lists = [await platform.get(f"/v1/{name}", project_id=project_id) for name in ("videos", "captions", "jobs")]
    assert [3, 2, 4] == [len(each["data"]) for each in lists]  # The clip has its part of the caption.
    assert project_id in [each["id"] for each in (await platform.get("/v1/projects"))["data"]]


async def test_the_same_bytes_are_stored_once(platform: Platform) -> None:
    project_id = await platform.project()
    one, two = await platform.video(project_id), await platform.video(project_id)
    blobs = {(await platform.get(f"/v1/videos/{video_id}"))["content"]["sha256"] for video_id in (one, two)}
    stored = list((platform.running.folder / "blobs").rglob(hashlib.sha256(SAMPLE.read_bytes()).hexdigest()))
    assert (1, 1, True) == (len(blobs), len(stored), one != two)


async def test_a_job_can_be_seen_as_it_was(platform: Platform) -> None:
    upload = await platform.upload(await platform.project())
    done = await platform.ends(upload["id"])
    queued = (await platform.get(f"/v1/jobs/{upload['id']}/events"))["data"][0]
    then = await platform.get(f"/v1/jobs/{upload['id']}", as_of=queued["seq"])
    assert ("pending", "completed") == (then["status"], done["status"])
