"""What becomes of the ways in which ffmpeg fails: tried again where that may help, explained where it cannot."""

import pytest

from kinolog.common.errors import ChildError, ChildFailed, ChildStalled, ChildTimedOut, PassingError, PermanentError
from kinolog.render.adapters.ffmpeg import explained


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (ChildFailed(228, "av_interleaved_write_frame(): No space left on device"), "storage_full"),
        (ChildFailed(-9, ""), "out_of_memory"),
        (ChildFailed(244, "Error: Cannot allocate memory"), "out_of_memory"),
        (ChildStalled(120, ""), "encode_stalled"),
        (ChildFailed(255, "Immediate exit requested"), "encode_stopped"),
    ],
)
def test_trouble_that_may_pass_is_tried_again(failure: ChildError, kind: str) -> None:
    error = explained(failure)
    assert (PassingError, kind) == (type(error), error.kind)


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (ChildFailed(-25, ""), "media_limits"),
        (ChildFailed(-24, ""), "media_limits"),
        (ChildTimedOut(60, ""), "media_limits"),
        (ChildFailed(183, "Invalid data found when processing input"), "encode_failed"),
    ],
)
def test_trouble_that_will_not_pass_fails_the_job(failure: ChildError, kind: str) -> None:
    error = explained(failure)
    assert (PermanentError, kind) == (type(error), error.kind)


def test_what_ffmpeg_said_is_kept_as_detail() -> None:
    assert "moov atom not found" == explained(ChildFailed(1, "moov atom not found")).detail
