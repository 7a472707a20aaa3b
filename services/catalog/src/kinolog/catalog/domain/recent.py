"""The aggregates that were folded last, kept so that their rows need not be read back for the next event."""

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping

from kinolog.catalog.domain.folding import Folded, Key


class Recent:
    """They are as the rows were at one mark, and are all forgotten where the rows are found at any other.

    Whoever else writes the rows, or undoes what was written, leaves another mark there.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._mark: Hashable = None
        self._folded: OrderedDict[Key, Folded] = OrderedDict()

    def known(self, keys: Iterable[Key], mark: Hashable) -> dict[Key, Folded]:
        """Those of the keys that are remembered."""
        self._move_to(mark)
        return {key: folded for key in keys if (folded := self._folded.get(key)) is not None}

    def remember(self, changed: Mapping[Key, Folded], before: Hashable, after: Hashable) -> None:
        """What was written, the mark that was found and the one that was left, once all that is certain to last."""
        self._move_to(before)
        self._mark = after
        self._folded.update(changed)
        for key in changed:
            self._folded.move_to_end(key)
        while len(self._folded) > self._most:
            self._folded.popitem(last=False)

    def _move_to(self, mark: Hashable) -> None:
        if mark != self._mark:
            self._folded.clear()
            self._mark = mark
