"""The rules of storyboards and waveforms, what is read from ffmpeg's words, and who is analyzed."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kinolog.common.aggregates import VIDEO
from kinolog.common.events.job import JobQueued
from kinolog.common.jobs import AnalyzeInput, Output
from kinolog.common.testing.examples import a_video
from kinolog.common.testing.workshop import Workshop
from kinolog.common.worker.context import JobContext
from kinolog.ingest.adapters.analysis.loudness import loudness_in
from kinolog.ingest.adapters.analysis.peaks import peaks_in
from kinolog.ingest.domain.storyboard import Layout, StoryboardRule, layout_of
from kinolog.ingest.domain.waveform import WaveformRule, samples_per_peak
from kinolog.ingest.handlers.follow_up import followed_by_analysis

RULE = StoryboardRule(tile_width=160, columns=10, most_tiles=120, shortest_interval_seconds=1.0)
SUMMARY = """Title: Summary:
    I:          -5.0 LUFS
[Parsed_ebur128_3 @ 0x7f] Summary:

  Integrated loudness:
    I:         -23.1 LUFS
    Threshold: -33.2 LUFS

  Loudness range:
    LRA:         4.7 LU
    Threshold: -43.5 LUFS
    LRA low:   -27.2 LUFS
    LRA high:  -22.5 LUFS

  True peak:
    Peak:       {peak} dBFS"""


@pytest.mark.parametrize(
    ("seconds", "interval", "tiles", "columns", "rows"),
    [
        (0.04, 1.0, 1, 1, 1),
        (4.0, 1.0, 4, 4, 1),
        (4.5, 1.0, 5, 5, 1),
        (120.0, 1.0, 120, 10, 12),
        (121.0, 1.009, 120, 10, 12),
        (86_400.0, 720.0, 120, 10, 12),
    ],
)
def test_a_film_is_shown_in_as_many_tiles_as_are_allowed_but_no_closer_than_that(
    seconds: float, interval: float, tiles: int, columns: int, rows: int
) -> None:
    layout = layout_of(seconds, RULE)
    assert (interval, tiles, columns, rows) == (
        layout.interval_seconds,
        layout.tile_count,
        layout.columns,
        layout.rows,
    )


def test_every_tile_shows_a_moment_of_the_film() -> None:
    films = [0.01, 1.0, 59.94, 120.001, 599.999, 600.0, 7_200.5]
    assert [] == [seconds for seconds in films if layout_of(seconds, RULE).moments[-1] >= seconds]


def test_tiles_lie_row_by_row() -> None:
    layout = Layout(interval_seconds=1.0, tile_count=5, columns=2)
    assert [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2)] == [layout.place(tile) for tile in range(5)]


@pytest.mark.parametrize(
    ("seconds", "samples"), [(0.01, 480), (36.0, 960), (90.0, 2_400), (3_000.0, 2_400), (6_000.0, 4_800)]
)
def test_long_sound_has_fewer_peaks_a_second_and_short_sound_more(seconds: float, samples: int) -> None:
    assert samples == samples_per_peak(seconds, WaveformRule(peaks_per_second=20, least_peaks=1_800, most_peaks=60_000))


def test_peaks_are_the_lowest_and_the_highest_of_so_many_samples_and_of_the_rest() -> None:
    samples = np.array([0, 256, -256, 512, 1_024, 2_048, -32_768, 32_767], "<i2")
    peaks = np.concatenate(list(peaks_in(io.BytesIO(samples.tobytes()), 3)))
    assert [[-1, 1], [2, 8], [-128, 127]] == peaks.tolist()


def test_peaks_of_no_sound_are_none() -> None:
    assert [] == list(peaks_in(io.BytesIO(), 3))


def test_loudness_is_read_from_the_last_summary_whatever_a_film_is_called() -> None:
    loudness = loudness_in(SUMMARY.format(peak="-6.6").splitlines())
    assert {"integrated_lufs": -23.1, "range_lu": 4.7, "true_peak_dbtp": -6.6} == loudness


def test_of_silence_no_loudness_is_read() -> None:
    lines = SUMMARY.format(peak="-inf").replace("-23.1", "-70.0").splitlines()
    assert {"integrated_lufs": None, "range_lu": None, "true_peak_dbtp": None} == loudness_in(lines)


async def test_each_video_that_a_job_brings_in_is_queued_for_analysis(tmp_path: Path) -> None:
    ctx = await Workshop(tmp_path).begin("ingest", type="upload", queue="ingest", priority=7)

    async def bring(job: Any, ctx: JobContext) -> Output:
        ctx.create(VIDEO, a_video())
        return Output()

    await followed_by_analysis(bring)(None, ctx)
    registered, queued = ctx.changes
    assert isinstance(queued.event, JobQueued)
    assert queued.event.submission is not None
    submission = queued.event.submission
    assert ("analyze", registered.id, 7) == (submission.type, submission.video_id, submission.priority)
    assert f"evt.job.{queued.id}.1.queued.ingest.7" == str(queued.subject)
    assert AnalyzeInput() == AnalyzeInput.model_validate(submission.input_data)


async def test_a_job_that_finds_its_video_there_already_has_nothing_analyzed(tmp_path: Path) -> None:
    ctx = await Workshop(tmp_path).begin("ingest", type="download", queue="ingest")

    async def find(job: Any, ctx: JobContext) -> Output:
        return Output()

    await followed_by_analysis(find)(None, ctx)
    assert () == ctx.changes
