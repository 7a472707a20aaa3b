"""Rendering a film in part: the worker's side, which plans and encodes, and sends child programs for the packets."""

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import av

from kinolog.common.child import Child, run_child
from kinolog.common.errors import ChildError, PermanentError
from kinolog.common.media.facts import Question
from kinolog.render.adapters.ffmpeg import FFmpeg
from kinolog.render.adapters.partial.errand_file import track_of, write_errand
from kinolog.render.adapters.partial.index_files import read_index
from kinolog.render.domain.errand import Action, Errand, Film, KeptSound, Places
from kinolog.render.domain.obstacle import Obstacle, PartialRefused, is_sound_alone
from kinolog.render.domain.packets import PacketIndex
from kinolog.render.domain.partial import PartialPlan, Seconds
from kinolog.render.domain.partial_encode import encode_work
from kinolog.render.domain.partial_result import OnJoined, OnPhase, PartialResult, explained
from kinolog.render.domain.progress import EncodeProgress
from kinolog.render.domain.work import Encoded

_PROGRAM: Final = "kinolog.render.adapters.partial.program"
_UNTOLD: Final = frozenset({"examined", "refused"})


def _nobody(result: PartialResult) -> None:
    """Waits for what was joined to be examined as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialBounds:
    """What a film may have at most to be looked into, and to be rendered in part."""

    max_pixels: int
    max_streams: int
    max_duration_seconds: float
    max_packets: int
    max_runs: int


@dataclass(frozen=True, slots=True)
class PartialEngine:
    encoder: FFmpeg
    bounds: PartialBounds

    @property
    def versions(self) -> dict[str, str]:
        return {**self.encoder.versions, "pyav": av.__version__}

    async def index(self, film: Film, on_phase: OnPhase, spans: tuple[Seconds, ...] = ()) -> PacketIndex:
        """Raises PartialRefused for a film that new packets cannot be joined to.

        With `spans`, what `plan_overlay` would have encoded for them is fed ahead.
        """
        answer = await self._send(replace(self._errand(film, "index"), spans=spans), on_phase)
        return await asyncio.to_thread(_read_index, film, answer)

    async def encode(
        self,
        film: Film,
        index: PacketIndex,
        plan: PartialPlan,
        on_phase: OnPhase,
        *,
        drawing: str | None = None,
        is_fed: bool = False,
    ) -> tuple[Encoded, ...]:
        """Make the frames that are new, if any; `drawing` is a filter for them, and `is_fed` when they were fed ahead.

        Raises PartialRefused where all of the film has to be encoded instead, and WorkError as an encoder does.
        """
        self._refuse_scatter(plan)
        if not plan.runs:
            return ()
        places = Places(folder=film.workdir)
        try:
            if not is_fed:
                await self._send(replace(self._errand(film, "feed"), track=index.track, plan=plan), on_phase)
            return (await self._encode(places, index, plan, drawing, on_phase),)
        finally:
            places.feed.unlink(missing_ok=True)

    async def join(
        self,
        film: Film,
        index: PacketIndex,
        plan: PartialPlan,
        on_phase: OnPhase,
        *,
        encoded: tuple[Encoded, ...],
        sound: KeptSound | None = None,
        on_joined: OnJoined = _nobody,
    ) -> PartialResult:
        """Make the film that is planned, with what was encoded for it, and see that it is as planned.

        Raises PartialRefused where it cannot be, and on any doubt. Without success no file is left, but for what was
        encoded where the sound alone does not fit: the film may be joined again with another.
        """
        places = Places(folder=film.workdir)
        errand = replace(self._errand(film, "join"), track=index.track, plan=plan, sound=sound)
        result = explained(plan, places.joined, encoded)
        try:
            await self._send(errand, on_phase, lambda: on_joined(result))
        except BaseException as error:
            places.joined.unlink(missing_ok=True)
            if not is_sound_alone(error):
                places.runs.unlink(missing_ok=True)
            raise
        places.runs.unlink(missing_ok=True)
        return result

    def _refuse_scatter(self, plan: PartialPlan) -> None:
        if len(plan.runs) > self.bounds.max_runs:
            raise PartialRefused(Obstacle.TOO_MANY_RUNS, f"{len(plan.runs)} places")

    async def _encode(
        self, places: Places, index: PacketIndex, plan: PartialPlan, drawing: str | None, on_phase: OnPhase
    ) -> Encoded:
        work = await asyncio.to_thread(encode_work, index, plan.runs, drawing, places.feed, places.runs)
        try:
            return _named(await self.encoder.run(work, lambda progress: on_phase("encode", progress)))
        except PermanentError as error:
            raise PartialRefused(Obstacle.UNFIT_RUNS, error.detail or error.message) from error

    async def _send(
        self, errand: Errand, on_phase: OnPhase, on_joined: Callable[[], None] = lambda: None
    ) -> dict[str, Any]:
        """The last that the child tells. How far examining is stays here: it goes on beside a phase of its own."""
        answer: dict[str, Any] = {}

        def hear(line: str) -> bool:
            answer.clear()
            answer.update(json.loads(line))
            if not _UNTOLD & answer.keys():
                on_phase(errand.action, EncodeProgress(answer.get("percent", 100.0), None, None))
            if "joined" in answer:
                on_joined()
            return True

        await asyncio.to_thread(write_errand, errand, Places(folder=errand.folder).errand)
        try:
            await run_child(self._child(errand), hear)
        except ChildError as error:
            raise PartialRefused(Obstacle.BROKEN, f"{error}\n{error.stderr_tail}") from error
        if refused := answer.get("refused"):
            raise PartialRefused(Obstacle(refused["obstacle"]), refused["detail"])
        return answer

    def _child(self, errand: Errand) -> Child:
        bounds = self.encoder.bounds
        return Child(
            argv=(sys.executable, "-I", "-m", _PROGRAM, str(Places(folder=errand.folder).errand.absolute())),
            workdir=errand.folder,
            limits=bounds.limits,
            timeout_seconds=bounds.timeout_seconds,
            stall_seconds=bounds.stall_seconds,
        )

    def _errand(self, film: Film, action: Action) -> Errand:
        question = Question(
            path=str(film.path.absolute()),
            container=film.container,
            max_pixels=self.bounds.max_pixels,
            max_streams=self.bounds.max_streams,
            max_duration_seconds=self.bounds.max_duration_seconds,
        )
        return Errand(
            action=action,
            question=question,
            folder=film.workdir.absolute(),
            max_packets=self.bounds.max_packets,
            threads=self.encoder.options.threads,
        )


def _read_index(film: Film, answer: dict[str, Any]) -> PacketIndex:
    index = read_index(track_of(answer["track"]), Places(folder=film.workdir))
    index.refuse_flaws()
    return index


def _named(encoded: Encoded) -> Encoded:
    """What the encoder read and wrote are films of our own, not the one that went in nor the one that came out."""
    names = {"{source0}": "{folder}/feed", "{output}": "{folder}/runs"}
    return replace(encoded, arguments=tuple(names.get(word, word) for word in encoded.arguments))
