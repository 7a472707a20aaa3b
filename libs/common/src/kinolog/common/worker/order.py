"""Whose turn it is: what the catalog tells workers while projects compete for a queue, or one has reached its limit.

It is advice, repeated while it holds. Workers that hear none take the lanes as they come, so nothing ever waits for it.
"""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from kinolog.common.events.job import PickedBecause


class Turn(BaseModel):
    """A job that may start now, by the sequence of its latest `queued` event."""

    model_config = ConfigDict(frozen=True)

    job_id: str
    queued_sequence: int
    because: PickedBecause


class DispatchOrder(BaseModel):
    """What `progress.queue.<queue>` carries: `turns` in order. While it `is_managed`, nothing else is to be started."""

    model_config = ConfigDict(frozen=True)

    queue: str
    at: datetime
    is_managed: bool
    turns: tuple[Turn, ...] = ()
