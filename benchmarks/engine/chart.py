"""A bar for each peer, drawn as SVG by hand: readable on light and on dark pages, with no fonts of its own."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Final

from benchmarks.engine.report import US, short

_WIDTH: Final = 720
_LEFT: Final = 120
_RIGHT: Final = 200
_TOP: Final = 48
_ROW: Final = 34
_BAR: Final = 20
_STYLE: Final = """\
.page { fill: #ffffff } text { font: 14px system-ui, sans-serif; fill: #1f2328 } .title { font-weight: 600 }
.note { fill: #59636e } .bar { fill: #afb8c1 } .us { fill: #0969da }
@media (prefers-color-scheme: dark) {
  .page { fill: #0d1117 } text { fill: #f0f6fc } .note { fill: #9198a1 } .bar { fill: #57606a } .us { fill: #4493f8 }
}"""


def bars(title: str, figures: Mapping[str, float], shares: Mapping[str, float]) -> str:
    """The longest bar first; beside each its figure, and Kinolog's share of it."""
    ranked = sorted(figures.items(), key=lambda item: -item[1])
    height = _TOP + _ROW * len(ranked) + 12
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>{_STYLE}</style>",
            f'<rect class="page" width="{_WIDTH}" height="{height}" rx="8"/>',
            f'<text class="title" x="16" y="28">{escape(title)}</text>',
            *(line for place, (peer, _) in enumerate(ranked) for line in _bar(peer, place, figures, shares.get(peer))),
            "</svg>\n",
        ]
    )


def _bar(peer: str, place: int, figures: Mapping[str, float], share: float | None) -> Iterator[str]:
    figure, top = figures[peer], _TOP + place * _ROW
    width = max(2.0, (_WIDTH - _LEFT - _RIGHT) * figure / max(figures.values()))
    middle, kind = top + _BAR * 0.75, "us" if peer == US else "bar"
    yield f'<text x="{_LEFT - 10}" y="{middle}" text-anchor="end">{escape(peer)}</text>'
    yield f'<rect class="{kind}" x="{_LEFT}" y="{top}" width="{width:.1f}" height="{_BAR}" rx="3"/>'
    yield f'<text x="{_LEFT + width + 8:.1f}" y="{middle}">{short(figure)}{_compared(share)}</text>'


def _compared(share: float | None) -> str:
    return "" if share is None else f'<tspan class="note" dx="10">Kinolog: {share:.2f} ×</tspan>'
