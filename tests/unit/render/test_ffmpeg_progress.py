"""Reading ffmpeg's progress."""

from kinolog.render.adapters.ffmpeg_progress import ProgressReader
from kinolog.render.domain.progress import EncodeProgress, progress_of


def reports_of(*lines: str, total_seconds: float = 10.0) -> list[EncodeProgress]:
    reports: list[EncodeProgress] = []
    reader = ProgressReader(total_seconds, reports.append)
    for line in lines:
        reader(line)
    return reports


def test_a_block_becomes_one_report() -> None:
    assert [EncodeProgress(25.0, 2.5, 3.0, 62)] == reports_of(
        "frame=62", "out_time_us=2500000", "speed=2.5x", "progress=continue"
    )


def test_what_ffmpeg_does_not_know_yet_is_unknown() -> None:
    assert [EncodeProgress(0.0, None, None)] == reports_of("out_time_us=N/A", "speed=N/A", "progress=continue")


def test_a_film_a_little_longer_than_planned_is_no_more_than_done() -> None:
    assert 100.0 == reports_of("out_time_us=10200000", "progress=end")[0].percent


def test_progress_never_goes_back() -> None:
    reports = reports_of("out_time_us=5000000", "progress=continue", "out_time_us=-1000", "progress=continue")
    assert [50.0, 50.0] == [report.percent for report in reports]


def test_only_a_film_that_grew_counts_as_a_sign_of_life() -> None:
    reader = ProgressReader(10.0, lambda progress: None)
    lines = ("out_time_us=1000", "out_time_us=1000", "speed=1x", "progress=continue", "out_time_us=2000")
    assert [True, False, False, False, True] == [reader(line) for line in lines]


def test_another_frame_is_a_sign_of_life_and_the_same_number_again_is_none() -> None:
    reader = ProgressReader(10.0, lambda progress: None)
    assert [False, True, False, True] == [reader(line) for line in ("frame=0", "frame=1", "frame=1", "frame=2")]


def test_garbage_is_no_progress() -> None:
    assert [] == reports_of("", "===", "out_time_us=", "nonsense", "\ufffd=\ufffd")


def test_a_film_of_no_length_is_not_divided_by() -> None:
    assert EncodeProgress(0.0, 1.0, 0.0) == progress_of(0.0, 0.0, 1.0)
