"""Translation by an engine that speaks LibreTranslate's protocol, at an address that the operator chose.

What it answers is a stranger's: bounded, counted, and taken for text.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlsplit

import httpx2
from pydantic import BaseModel, Field, SecretStr, ValidationError

from kinolog.common.errors import PassingError, PermanentError, WorkError
from kinolog.common.subtitles.cue import one_line
from kinolog.transcribe.domain.transcript import UNDETERMINED

_LONGEST_DETAIL: Final = 300
# What is compressed has no bound that could be seen in time.
_PLAIN: Final = {"Accept-Encoding": "identity"}
_LONGEST_WAIT_SECONDS: Final = 3_600.0
# A language may need more letters than another, and never so many.
_LONGEST_TEXT_CHARACTERS: Final = 2_000
_MOST_GROWTH: Final = 4


class _Answer(BaseModel):
    texts: Annotated[tuple[str, ...], Field(alias="translatedText")]


@dataclass(frozen=True, slots=True, kw_only=True)
class LibreTranslate:
    """`url` is the engine's own, without `/translate`; a part of it may be a path. The key is in no error."""

    url: str
    key: SecretStr | None
    timeout_seconds: float
    max_answer_bytes: int

    @property
    def label(self) -> str:
        return f"libretranslate ({urlsplit(self.url).hostname})"

    async def translate(self, texts: Sequence[str], source: str, target: str) -> tuple[str, ...]:
        """Raises PassingError for an engine that is away, busy or ill, PermanentError for one that says no."""
        if not any(texts):
            return tuple(texts)
        status, headers, body = await self._asked(self._question(texts, source, target))
        if status != httpx2.codes.OK:
            raise self._refusal(status, headers, body)
        answers = _understood(body)
        _require_sense(texts, answers)
        return answers

    def _question(self, texts: Sequence[str], source: str, target: str) -> dict[str, object]:
        known = "auto" if source == UNDETERMINED else source
        key = {} if self.key is None else {"api_key": self.key.get_secret_value()}
        return {"q": list(texts), "source": known, "target": target, "format": "text", **key}

    async def _asked(self, question: dict[str, object]) -> tuple[int, httpx2.Headers, bytes]:
        address = f"{self.url.rstrip('/')}/translate"
        try:
            async with (
                httpx2.AsyncClient(timeout=self.timeout_seconds) as client,
                client.stream("POST", address, json=question, headers=_PLAIN) as answer,
            ):
                return answer.status_code, answer.headers, await self._bounded(answer)
        except httpx2.HTTPError as error:
            message = "the translation engine at KINOLOG_TRANSLATION_URL cannot be reached, or did not answer in time"
            raise PassingError("translation_engine", message, detail=repr(error)) from error

    async def _bounded(self, answer: httpx2.Response) -> bytes:
        body = bytearray()
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > self.max_answer_bytes:
                raise _senseless(f"its answer is longer than {self.max_answer_bytes} bytes")
        return bytes(body)

    def _refusal(self, status: int, headers: httpx2.Headers, body: bytes) -> WorkError:
        said = self._what_it_says(body)
        if status == httpx2.codes.TOO_MANY_REQUESTS or status >= httpx2.codes.INTERNAL_SERVER_ERROR:
            message = f"the translation engine is busy or ill (HTTP {status})"
            return PassingError("translation_engine", message, detail=said, retry_in_seconds=_wait(headers))
        if status in (httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN):
            message = "the translation engine wants another key: the operator sets KINOLOG_TRANSLATION_KEY"
            return PermanentError("translation_refused", message, detail=said)
        if status == httpx2.codes.BAD_REQUEST:
            return PermanentError("translation_refused", f"the translation engine refuses: {said}")
        message = f"KINOLOG_TRANSLATION_URL is no translation engine as LibreTranslate is one (HTTP {status})"
        return PermanentError("translation_refused", message, detail=said)

    def _what_it_says(self, body: bytes) -> str:
        try:
            said = json.loads(body)["error"]
        except (ValueError, TypeError, LookupError, RecursionError):
            said = body[: 4 * _LONGEST_DETAIL].decode(errors="replace")
        text = one_line(str(said))
        if self.key is not None:
            text = text.replace(self.key.get_secret_value(), "…")
        return text[:_LONGEST_DETAIL] or "it gives no reason"


def _understood(body: bytes) -> tuple[str, ...]:
    try:
        return _Answer.model_validate_json(body).texts
    except ValidationError as error:
        raise _senseless("its answer is no list of texts") from error


def _require_sense(texts: Sequence[str], answers: Sequence[str]) -> None:
    if len(answers) != len(texts):
        raise _senseless(f"it answers {len(texts)} texts by {len(answers)}")
    for text, answer in zip(texts, answers, strict=True):
        if len(answer) > max(_LONGEST_TEXT_CHARACTERS, _MOST_GROWTH * len(text)):
            raise _senseless(f"it makes {len(answer):,} characters of {len(text):,}")


def _senseless(reason: str) -> PermanentError:
    return PermanentError("translation_senseless", f"the translation engine answers without sense: {reason}")


def _wait(headers: httpx2.Headers) -> float | None:
    """As long as it wants, within reason; a date is not understood."""
    wanted = headers.get("retry-after", "")
    return min(float(wanted), _LONGEST_WAIT_SECONDS) if wanted.isascii() and wanted.isdigit() else None
