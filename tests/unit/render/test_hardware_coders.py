"""What each vendor's encoders are told. No hardware is needed to read a command line."""

import pytest

from kinolog.render.adapters.ffmpeg_options import EncodeOptions
from kinolog.render.adapters.hardware_coders import decoding_arguments, encoding_aid
from kinolog.render.domain.hardware import (
    VENDORS,
    Coder,
    Decoder,
    Hardware,
    Vendor,
    conceivable_coders,
    conceivable_decoders,
)
from kinolog.render.domain.work import Picture, PictureCodec

OPTIONS = EncodeOptions(preset="veryfast", crf=18, audio_kbps=192, threads=0, max_pixels=1)
NODE = "/dev/dri/renderD128"


def told(vendor: Vendor, codec: PictureCodec = "h264", **picture: object) -> str | None:
    aid = encoding_aid(Picture(codec=codec, **picture), OPTIONS, Coder(vendor=vendor, codec=codec))  # type: ignore[arg-type]
    return " ".join(aid.picture) if aid else None


@pytest.mark.parametrize(
    ("vendor", "codec", "expected"),
    [
        ("nvenc", "h264", "-c:v h264_nvenc -preset p5 -rc vbr -cq 23 -b:v 0 -pix_fmt nv12"),
        ("nvenc", "hevc", "-c:v hevc_nvenc -preset p5 -rc vbr -cq 23 -b:v 0 -pix_fmt nv12 -tag:v hvc1"),
        ("qsv", "h264", "-c:v h264_qsv -preset medium -global_quality 23 -pix_fmt nv12"),
        ("vaapi", "h264", "-c:v h264_vaapi -rc_mode CQP -global_quality 23"),
        ("vaapi", "av1", "-c:v av1_vaapi -rc_mode CQP -global_quality 115"),
        ("amf", "h264", "-c:v h264_amf -quality balanced -rc cqp -qp_i 23 -qp_p 23 -pix_fmt nv12"),
        ("amf", "av1", "-c:v av1_amf -quality balanced -rc cqp -qp_i 115 -qp_p 115 -pix_fmt nv12"),
        ("videotoolbox", "h264", "-c:v h264_videotoolbox -allow_sw 0 -q:v 56 -pix_fmt nv12"),
    ],
)
def test_a_quality_is_told_in_the_words_of_each_vendor(vendor: Vendor, codec: PictureCodec, expected: str) -> None:
    assert expected == told(vendor, codec, quality=23)


@pytest.mark.parametrize(
    ("vendor", "expected"),
    [
        ("nvenc", "-c:v h264_nvenc -preset p5 -rc vbr"),
        ("qsv", "-c:v h264_qsv -preset medium"),
        ("vaapi", "-c:v h264_vaapi -rc_mode VBR"),
        ("amf", "-c:v h264_amf -quality balanced -rc vbr_peak"),
        ("videotoolbox", "-c:v h264_videotoolbox -allow_sw 0"),
    ],
)
def test_a_bitrate_is_an_average_with_a_ceiling(vendor: Vendor, expected: str) -> None:
    end = "" if vendor == "vaapi" else " -pix_fmt nv12"
    assert f"{expected} -b:v 1000k -maxrate 1500k -bufsize 3000k{end}" == told(vendor, bitrate_kbps=1000)


def test_without_a_quality_the_settings_decide() -> None:
    assert "-c:v h264_qsv -preset medium -global_quality 18 -pix_fmt nv12" == told("qsv")


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("quality", [0, 51])
@pytest.mark.parametrize("codec", ["h264", "hevc", "av1"])
def test_no_quality_says_that_the_hardware_may_choose(vendor: Vendor, quality: float, codec: PictureCodec) -> None:
    numbers = [int(word) for word in (told(vendor, codec, quality=quality) or "").split() if word.isdigit()]
    assert all(1 <= number <= 255 for number in numbers if not (vendor in ("nvenc", "videotoolbox") and number == 0))


@pytest.mark.parametrize("vendor", VENDORS)
def test_only_what_keeps_a_ceiling_beside_a_quality_is_given_both(vendor: Vendor) -> None:
    kept = told(vendor, quality=23, most_kbps=1000)
    assert (vendor == "nvenc") == (kept is not None)


@pytest.mark.parametrize(
    ("codec", "pixel_format", "expected"),
    [
        ("hevc", "yuv420p10le", "p010le"),
        ("av1", "yuv420p10le", "p010le"),
        ("h264", "yuv420p10le", None),
        ("hevc", "yuv444p", None),
    ],
)
def test_pixels_are_kept_or_left_to_the_cpu(codec: PictureCodec, pixel_format: str, expected: str | None) -> None:
    words = (told("nvenc", codec, pixel_format=pixel_format) or "").split()
    assert expected == (words[words.index("-pix_fmt") + 1] if words else None)


def test_vaapi_takes_frames_that_lie_on_its_device() -> None:
    aid = encoding_aid(Picture(), OPTIONS, Coder(vendor="vaapi", codec="h264", device=NODE))
    assert aid is not None
    assert (("-vaapi_device", NODE), "format=nv12,hwupload") == (aid.setup, aid.upload)


def test_decoded_frames_come_back_to_memory() -> None:
    assert ("-hwaccel", "cuda") == decoding_arguments(Decoder(acceleration="cuda"))
    assert ("-hwaccel", "vaapi", "-hwaccel_device", NODE) == decoding_arguments(
        Decoder(acceleration="vaapi", device=NODE)
    )


def test_what_needs_a_device_file_is_tried_on_each() -> None:
    nodes = (NODE, "/dev/dri/renderD129")
    tried = {(coder.name, coder.device) for coder in conceivable_coders(nodes, "vaapi", is_apple=False)}
    assert 6 == len(tried)
    assert [] == list(conceivable_coders((), "vaapi", is_apple=False))


def test_one_vendor_may_be_asked_for_alone() -> None:
    assert {"nvenc"} == {coder.vendor for coder in conceivable_coders((NODE,), "nvenc", is_apple=False)}
    assert ["cuda"] == [decoder.acceleration for decoder in conceivable_decoders((NODE,), "nvenc", is_apple=False)]


def test_apples_machines_have_apples_hardware_alone() -> None:
    coders = [coder.name for coder in conceivable_coders((), "auto", is_apple=True)]
    decoders = [decoder.name for decoder in conceivable_decoders((), "auto", is_apple=True)]
    assert (["h264_videotoolbox", "hevc_videotoolbox"], ["decode_videotoolbox"]) == (coders, decoders)


def test_options_of_an_encoder_keep_the_cpu() -> None:
    hardware = Hardware(coders=(Coder(vendor="nvenc", codec="h264"),))
    assert hardware.coder_for(Picture(extra=("-x264-params", "keyint=1"))) is None
    assert hardware.coder_for(Picture(codec="vp9")) is None
    assert hardware.coder_for(Picture()) is not None
