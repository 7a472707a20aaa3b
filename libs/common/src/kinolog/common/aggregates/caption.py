"""A caption: the timed words of one video in one language."""

from datetime import datetime

from kinolog.common.aggregates.base import Aggregate, State
from kinolog.common.events import RecordedEvent
from kinolog.common.events.caption import (
    CaptionCreated,
    CaptionDeleted,
    CaptionEdited,
    CaptionFacts,
    CaptionPurged,
    CaptionRestored,
    CaptionStyled,
)


class Caption(CaptionFacts, State):
    created_at: datetime
    updated_at: datetime
    is_deleted: bool = False


def evolve(state: Caption | None, recorded: RecordedEvent) -> Caption | None:
    event, at = recorded.event, recorded.occurred_at
    if isinstance(event, CaptionCreated):
        return Caption(id=recorded.subject.id, **event.model_dump(), created_at=at, updated_at=at)
    if state is None:
        return None
    match event:
        case CaptionEdited(cues=cues, cue_count=count):
            return state.model_copy(update={"cues": cues, "cue_count": count, "updated_at": at})
        case CaptionStyled(style=style):
            return state.model_copy(update={"style": style, "updated_at": at})
        case CaptionDeleted():
            return state.model_copy(update={"is_deleted": True, "updated_at": at})
        case CaptionRestored():
            return state.model_copy(update={"is_deleted": False, "updated_at": at})
        case CaptionPurged():
            return None
    return state


CAPTION = Aggregate("caption", "cap", evolve)
