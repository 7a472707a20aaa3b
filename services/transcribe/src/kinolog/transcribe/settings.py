"""The environment of the transcribe service."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from kinolog.common.settings import WorkerSettings
from kinolog.common.web_url import WebUrl


class TranscribeSettings(WorkerSettings):
    """Variables are the field names in capitals after `KINOLOG_`, e.g. `KINOLOG_TRANSCRIBE_MODEL_DIR`."""

    # What is wrong is said without showing the rest, which holds a secret.
    model_config = SettingsConfigDict(hide_input_in_errors=True)

    # A folder with a CTranslate2 Whisper model. It serves every `model_size`, and no hub is asked.
    transcribe_model_dir: Path | None = None
    # A folder of such folders: `model_size` "dir:NAME" is the one called NAME.
    transcribe_models_dir: Path | None = None
    # Where models come from and where they stay; the library's own defaults where unset.
    transcribe_hub_url: str | None = None
    transcribe_download_dir: Path | None = None
    transcribe_hub_timeout_seconds: float = 10.0
    # Models stay in memory between jobs: together about this much, which holds the largest one, and so long unused.
    transcribe_models_memory_bytes: int = Field(4 * 1024**3, gt=0)
    transcribe_model_idle_seconds: float = Field(600.0, ge=0)

    transcribe_device: Literal["auto", "cpu", "cuda"] = "auto"
    transcribe_find_gpu_seconds: float = 60.0
    # How long a GPU may take to compute with a model for the first time, which it has to before it is relied upon.
    transcribe_try_gpu_seconds: float = Field(180.0, gt=0)
    # "auto" is int8 on a CPU and float16 on a GPU.
    transcribe_compute_type: str = "auto"
    # 0 leaves the number to CTranslate2.
    transcribe_cpu_threads: int = 0
    transcribe_slots: int = Field(1, ge=1)

    # Off shows every job's sound to the model as a whole, silence too.
    transcribe_use_vad: bool = True
    # How many stretches of speech are heard at a time; 0 is 4 on a CPU and 8 on a GPU. A job may wish otherwise.
    transcribe_batch_size: int = Field(0, ge=0, le=64)
    # The language is looked for in up to so many half minutes of speech, until one is as certain as this.
    transcribe_language_windows: int = Field(4, ge=1, le=10)
    transcribe_language_certainty: float = Field(0.8, gt=0, le=1)
    # What looks invented is skipped where this much silence surrounds it.
    transcribe_invented_silence_seconds: float = Field(2.0, gt=0)
    # Sound is held a piece at a time, which a crash may cost. Longer ones need more memory, about 0.4 MB a second and
    # 1 MB where a job is heard in turn; shorter ones more time, since each ends with a half minute that is not full.
    transcribe_piece_seconds: float = Field(600.0, ge=5)
    transcribe_max_audio_seconds: float = 8 * 3600.0
    # How long a cancelled job waits for its thread, which looks up between two segments.
    transcribe_stop_grace_seconds: float = 1.5

    # What a reader can take in, unless a job says otherwise. A full-width sign counts as two characters.
    caption_line_characters: int = Field(42, ge=10)
    caption_lines: int = Field(2, ge=1)
    caption_characters_per_second: float = Field(17.0, gt=0)
    caption_max_seconds: float = Field(7.0, gt=0)
    # 20 of 24 frames.
    caption_min_seconds: float = Field(0.833, ge=0)
    # 2 of 24 frames: without a gap readers do not notice that the text is another.
    caption_min_gap_seconds: float = Field(0.083, ge=0)
    # A pause this long between two words begins a new caption.
    caption_pause_seconds: float = Field(1.0, gt=0)

    # What is held to be invented and left out. A loop is something that is said so many times in a row, be it lines
    # with no more than the gap between them or words that make so many in all ...
    caption_doubt_repeats: int = Field(4, ge=2)
    caption_doubt_phrase_lines: int = Field(3, ge=1)
    caption_doubt_phrase_words: int = Field(20, ge=1, le=100)
    caption_doubt_loop_words: int = Field(12, ge=2)
    caption_doubt_gap_seconds: float = Field(0.5, ge=0)
    # ... if it is as fast as this or the model was as unsure as this (an average log probability); or so many times,
    # so many words, where the model's text could be compressed so much.
    caption_doubt_crammed_characters_per_second: float = Field(25.0, gt=0)
    caption_doubt_unsure_log_probability: float = Field(-1.0, le=0)
    caption_doubt_sure_repeats: int = Field(12, ge=2)
    caption_doubt_sure_words: int = Field(36, ge=2)
    caption_doubt_compression_ratio: float = Field(2.4, gt=0)
    # Nobody says so many characters or more that fast.
    caption_doubt_characters_per_second: float = Field(40.0, gt=0)
    caption_doubt_characters: int = Field(40, ge=1)
    # Unsure words where nobody speaks by this probability; the credits of subtitlers at a smaller doubt.
    caption_doubt_no_speech_probability: float = Field(0.6, gt=0, le=1)
    caption_doubt_credits_log_probability: float = Field(-0.5, le=0)
    # Speech within the time of other speech with the same words, give or take this much.
    caption_doubt_overlap_seconds: float = Field(0.1, ge=0)

    # An engine that speaks LibreTranslate's protocol; without one, `translate` jobs are refused.
    translation_url: WebUrl | None = None
    translation_key: SecretStr | None = None
    # A sentence is translated as a whole, over at most so many cues, and never across such a pause.
    translation_passage_cues: int = Field(6, ge=1, le=50)
    translation_passage_pause_seconds: float = Field(2.0, gt=0)
    # For the texts that are sent at once. LibreTranslate's own server limits both where its operator wants it to.
    translation_timeout_seconds: float = Field(120.0, gt=0)
    translation_batch_texts: int = Field(32, ge=1, le=1_000)
    translation_batch_characters: int = Field(4_000, ge=1)
    translation_max_answer_bytes: int = Field(4 * 1024**2, ge=1_024)
