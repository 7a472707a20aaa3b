"""Every wish of a caption job reaches the model, as far as the service and the device go along."""

from typing import Any, Final

import pytest
from harness.hearing import MODEL

from kinolog.common.errors import PermanentError
from kinolog.common.jobs import CaptionInput
from kinolog.common.jobs.caption import VoiceDetection
from kinolog.transcribe.domain.listening import Ear, asked_for, hearing_of, refuse_impossible
from kinolog.transcribe.domain.transcript import Hearing, ModelFacts, Spoken

GPU: Final = ModelFacts(name="large", sha256="cd" * 32, device="cuda", compute_type="float16")


def asked(**wishes: Any) -> dict[str, Any]:
    return asked_for(CaptionInput(**wishes), Ear(), vad=True, language=None)


def hearing(ear: Ear = Ear(), model: ModelFacts = MODEL, **wishes: Any) -> Hearing:  # noqa: B008 — it is frozen
    return hearing_of(CaptionInput(**wishes), ear, model)


@pytest.mark.parametrize(
    ("wishes", "argument"),
    [
        ({"task": "translate"}, ("task", "translate")),
        ({"beam_size": 2}, ("beam_size", 2)),
        ({"temperatures": (0.0, 0.5)}, ("temperature", [0.0, 0.5])),
        ({"words": ("Kinolog", "Ana Pérez")}, ("hotwords", "Kinolog, Ana Pérez")),
        ({"initial_prompt": " A talk. "}, ("hotwords", "A talk.")),
        ({"initial_prompt": "A talk.", "words": ("Kinolog",)}, ("hotwords", "Kinolog. A talk.")),
        ({"initial_prompt": "  "}, ("hotwords", None)),
    ],
)
def test_a_wish_is_an_argument(wishes: dict[str, Any], argument: tuple[str, Any]) -> None:
    name, expected = argument

    assert expected == asked(**wishes)[name]


def test_voice_detection_is_told_in_milliseconds() -> None:
    wish = VoiceDetection(threshold=0.3, min_speech_seconds=0.25, min_silence_seconds=1, pad_seconds=0.1)

    assert {
        "threshold": 0.3,
        "min_speech_duration_ms": 250,
        "min_silence_duration_ms": 1000,
        "speech_pad_ms": 100,
    } == asked(voice_detection=wish)["vad_parameters"]


def test_a_service_may_do_without_voice_detection_for_every_job() -> None:
    assert (True, False, False) == (
        hearing().vad,
        hearing(vad=False).vad,
        hearing(Ear(use_vad=False)).vad,
    )


@pytest.mark.parametrize(
    ("expected", "ear", "model", "wishes"),
    [
        (4, Ear(), MODEL, {}),
        (8, Ear(), GPU, {}),
        (3, Ear(batch_size=3), GPU, {}),
        (2, Ear(batch_size=3), GPU, {"batch_size": 2}),
        (1, Ear(), GPU, {"batch_size": 1}),
        (1, Ear(), GPU, {"batch_size": 16, "vad": False}),
    ],
)
def test_a_job_goes_before_the_service_and_that_before_the_device(
    expected: int, ear: Ear, model: ModelFacts, wishes: dict[str, Any]
) -> None:
    assert expected == hearing(ear, model, **wishes).batch_size


@pytest.mark.parametrize("name", ["turbo", "distil-large-v3"])
def test_a_model_that_cannot_translate_is_not_asked_to(name: str) -> None:
    with pytest.raises(PermanentError, match=rf"'{name}' was not taught to translate"):
        refuse_impossible(CaptionInput(model_size=name, task="translate"))

    refuse_impossible(CaptionInput(model_size=name))


def test_the_surer_language_wins() -> None:
    assert Spoken("de", 0.9) == Spoken("en", 0.4).or_surer(Spoken("de", 0.9))
    assert Spoken("en", 0.4) == Spoken("en", 0.4).or_surer(Spoken("de", 0.4))
