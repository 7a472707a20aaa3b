"""A web site of a few pages and files on loopback, for whatever reads sites."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.web_server import Answer, Asked, answer_file, answer_status

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".mp4": "video/mp4",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".ts": "video/mp2t",
    ".vtt": "text/vtt",
    ".rss": "application/rss+xml",
}


@dataclass
class Pages:
    """What is at each path: the content of a file, or an answer of its own. `HOST` in pages is where they are asked."""

    at: dict[str, str | bytes | Answer] = field(default_factory=dict)

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        path = asked.path.partition("?")[0]
        found = self.at.get(path, answer_status(404))
        if isinstance(found, str):
            found = found.replace("HOST", f"http://{asked.headers['host']}").encode()
        if isinstance(found, bytes):
            kind = {"Content-Type": _TYPES.get(Path(path).suffix, "text/html; charset=utf-8")}
            found = answer_file(found, etag=f'"{path}-{len(found)}"', headers=kind)
        await found(asked, writer)


def page(body: str = "", *, title: str = "A film", head: str = "") -> str:
    return f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def player(source: str, tracks: Mapping[str, str] | None = None) -> str:
    """A video element, with subtitles by language."""
    named = "".join(f'<track kind="subtitles" srclang="{name}" src="{at}">' for name, at in (tracks or {}).items())
    return f'<video controls><source src="{source}">{named}</video>'
