"""What an event is: frozen data with a wire type and a version; and how a stored body becomes one again."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, ValidationError, model_serializer

from kinolog.common.errors import BadEvent, NewerEvent, UnknownEvent

Upcast = Callable[[dict[str, Any]], dict[str, Any]]

_MOST_FAULTS_TOLD: Final = 5

_CLASSES: Final[dict[str, type["Event"]]] = {}
_UPCASTS: Final[dict[tuple[str, int], Upcast]] = {}


class Event(BaseModel):
    """A fact. Subclasses say `class VideoRegistered(Event, type="video.registered", version=1)`."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    event_type: ClassVar[str]
    data_version: ClassVar[int]

    def __init_subclass__(cls, *, type: str, version: int = 1, **config: Any) -> None:
        super().__init_subclass__(**config)
        cls.event_type, cls.data_version = type, version
        if type in _CLASSES:
            raise TypeError(f"two classes claim the event type {type}")
        _CLASSES[type] = cls

    def subject_suffix(self) -> tuple[str, ...]:
        """Tokens that follow the event's name in its subject; most events have none."""
        return ()


class OnlyWhatWasSet(BaseModel):
    """Mixed into an event that changes some fields: a field left alone is not stored, so it stays apart from null."""

    @model_serializer(mode="wrap")
    def _only_what_was_set(self, serialise: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in serialise(self).items() if name in self.model_fields_set}


class BlobRef(BaseModel):
    """An immutable blob by the hash of its bytes."""

    model_config = ConfigDict(frozen=True)

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    size_bytes: Annotated[int, Field(ge=0)]
    media_type: str = "application/octet-stream"


def upcast(event_type: str, *, from_version: int) -> Callable[[Upcast], Upcast]:
    """Register the pure step that turns a stored body of one version into the next version's body."""

    def register(step: Upcast) -> Upcast:
        _UPCASTS[event_type, from_version] = step
        return step

    return register


def event_classes() -> dict[str, type[Event]]:
    return dict(_CLASSES)


def decode_json(event_type: str, version: int, body: bytes) -> Event:
    """As `decode`, from JSON. The usual body, one of today's version, becomes an event without a stop in between."""
    cls = _CLASSES.get(event_type)
    if cls is not None and version == cls.data_version:
        with suppress(ValidationError):  # What is wrong, if anything, is found out the long way.
            return cls.model_validate_json(body)
    refuse_newer(event_type, version)
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadEvent(event_type, version, f"the body is no JSON: {error}") from error
    if not isinstance(content, dict):
        raise BadEvent(event_type, version, "the body is not a JSON object")
    return decode(event_type, version, content)


def decode(event_type: str, version: int, body: dict[str, Any]) -> Event:
    """The event that a stored body stands for today.

    Raises UnknownEvent, NewerEvent or BadEvent; never returns half an event.
    """
    cls = _CLASSES.get(event_type)
    if cls is None:
        raise UnknownEvent(event_type, version, "this release does not know the type")
    refuse_newer(event_type, version)
    for step in range(version, cls.data_version):
        if (event_type, step) not in _UPCASTS:
            raise BadEvent(event_type, version, f"no upcast leads from version {step} to {step + 1}")
        body = _UPCASTS[event_type, step](body)
    try:
        return cls.model_validate(body)
    except ValidationError as error:
        raise BadEvent(event_type, version, _in_one_line(error)) from error


def refuse_newer(event_type: str, version: int) -> None:
    """Raises NewerEvent. To be asked before anything else, since a newer release may write all the rest differently."""
    cls = _CLASSES.get(event_type)
    if cls is not None and version > cls.data_version:
        raise NewerEvent(event_type, version, f"this release reads up to version {cls.data_version}: upgrade it")


def _in_one_line(error: ValidationError) -> str:
    """Without the values, which may be long or nobody's business."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    told = [f"{'.'.join(map(str, each['loc'])) or 'the body'}: {each['msg']}" for each in found[:_MOST_FAULTS_TOLD]]
    more = [f"{len(found) - len(told)} more"] if len(found) > len(told) else []
    return " ".join("; ".join(told + more).split())
