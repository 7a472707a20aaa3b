"""Telling the worker now and then how far the work is: one that hears nothing for long takes a child for stuck."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeAlias, TypeVar

OnPercent: TypeAlias = Callable[[float], None]

_EVERY: Final = 200
_Item = TypeVar("_Item")


def reported(items: Iterable[_Item], total: int, on_percent: OnPercent) -> Iterator[_Item]:
    """The same items, of which there are `total`."""
    for number, item in enumerate(items):
        if number % _EVERY == 0:
            on_percent(min(100.0, 100 * number / total))
        yield item
