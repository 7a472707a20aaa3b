"""How far the words of captions have come into the index, and waiting for that."""

from kinolog.catalog.domain.applied import Applied
from kinolog.catalog.domain.errors import NotSearchable, Stale


class Indexed:
    """`problem` says why there can be no index here, where that is so.

    Events are heard of in the very step in which they are applied, so whoever waited for those knows which are to come.
    """

    def __init__(self) -> None:
        self._done = Applied()
        self._newest: int | None = None
        self.problem: str | None = None

    @property
    def is_complete(self) -> bool:
        """Whether everything is in the index that was heard of."""
        return self._newest is not None and self._newest <= self._done.sequence

    def hear(self, sequence: int) -> None:
        """An event of this sequence may change what is to be in the index."""
        self._newest = max(sequence, self._newest or 0)

    async def reach(self, sequence: int) -> None:
        """All that the events up to this one ask for is done. Sequence 0: there is an index, maybe an empty one."""
        await self._done.reach(sequence)

    async def wait_for(self, sequence: int, within_seconds: float) -> None:
        """Until the index shows what was so at a sequence. Raises Stale when that takes too long."""
        if self.problem:
            raise NotSearchable(self.problem)
        needed = sequence if self._newest is None else min(sequence, self._newest)
        try:
            await self._done.wait_for(needed, within_seconds=within_seconds)
        except Stale as error:
            raise Stale("the words of new captions are still being indexed: ask again, or with min_seq=0") from error
