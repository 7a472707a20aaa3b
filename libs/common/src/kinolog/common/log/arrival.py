"""A message as it arrived: of most of its headers nobody asks, so they are read for whoever does."""

from kinolog.common.log.headers import has_status, read_event_headers, read_headers


class Arrival:
    """`read` are the headers where somebody has read them already."""

    __slots__ = ("_raw", "_read", "data", "reply", "subject")

    def __init__(
        self, subject: str, reply: str, data: bytes, raw: bytes | None, read: dict[str, str] | None = None
    ) -> None:
        self.subject = subject
        self.reply = reply
        self.data = data
        self._raw = raw
        self._read = read

    @property
    def headers(self) -> dict[str, str]:
        """None of them where there are none."""
        if self._read is None:
            self._read = read_headers(self._raw) or {}
        return self._read

    @property
    def event_headers(self) -> dict[str, str]:
        """Those that describe an event, and perhaps others."""
        return read_event_headers(self._raw) if self._read is None else self._read

    @property
    def status(self) -> str | None:
        """What the server says instead of a message."""
        return self.headers.get("Status") if self._read is not None or has_status(self._raw) else None
