"""Where hardware comes into the command line of ffmpeg."""

from pathlib import Path

from kinolog.render.adapters.ffmpeg_arguments import ffmpeg_arguments, work_of
from kinolog.render.adapters.ffmpeg_options import EncodeOptions
from kinolog.render.adapters.gpu_ffmpeg import uploading
from kinolog.render.adapters.hardware_coders import Aid, encoding_aid
from kinolog.render.domain.hardware import Coder
from kinolog.render.domain.recipe import Recipe, Track
from kinolog.render.domain.work import Picture, Source, Work

OPTIONS = EncodeOptions(preset="veryfast", crf=18, audio_kbps=192, threads=0, max_pixels=1)
NODE = "/dev/dri/renderD128"
TRACK = Track(stream=0, filters=("hflip",))
RECIPE = Recipe(container="mp4", picture=TRACK, seconds=2.0, frame_count=60)
WORK = work_of(RECIPE, Path("/in.mp4"), Path("/out.mp4"))


def graph_work(*sources: Source) -> Work:
    return Work(
        sources=sources,
        arguments=("-filter_complex", "[0:v][1:v]overlay[v]", "-map", "[v]"),
        picture=Picture(),
        output=Path("/out.mp4"),
        seconds=2.0,
    )


def test_hardware_takes_the_place_of_the_cpus_encoder() -> None:
    aid = encoding_aid(Picture(), OPTIONS, Coder(vendor="qsv", codec="h264", device=NODE))
    assert aid is not None
    told = " ".join(ffmpeg_arguments(WORK, OPTIONS, aid))
    assert f"-qsv_device {NODE} " in told
    assert "-c:v h264_qsv -preset medium -global_quality 18 -pix_fmt nv12" in told
    assert "libx264" not in told
    assert ("h264_qsv", "qsv") == (aid.encoder, aid.hardware)


def test_every_source_is_decoded_by_the_device() -> None:
    sources = (Source(path=Path("/a.mp4"), container="mp4"), Source(path=Path("/b.mkv"), container="matroska"))
    told = ffmpeg_arguments(graph_work(*sources), OPTIONS, Aid(decoding=("-hwaccel", "cuda")))
    before = [word for word in told if word in ("-hwaccel", "-i", "-filter_complex")]
    assert ["-hwaccel", "-i", "-hwaccel", "-i", "-filter_complex"] == before


def test_filters_end_on_a_device_that_encodes_only_what_lies_there() -> None:
    uploaded = uploading(WORK, "format=nv12,hwupload")
    assert uploaded is not None
    assert "hflip,format=nv12,hwupload" in uploaded.arguments


def test_a_graph_of_filters_is_not_lengthened() -> None:
    assert uploading(graph_work(), "format=nv12,hwupload") is None
    assert graph_work() == uploading(graph_work(), "")
