"""What was dropped, for people to look over."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from kinolog.common.events.caption import Dropped
from kinolog.transcribe.domain.doubt.rules import DroppedStretch
from kinolog.transcribe.domain.reading import ReadingReport


def counted(dropped: Iterable[DroppedStretch]) -> Dropped:
    return Dropped.model_validate(Counter(stretch.reason for stretch in dropped))


def report_json(dropped: Iterable[DroppedStretch], reading: ReadingReport | None = None) -> bytes:
    """`{"dropped": [{"start", "end", "text", "reason"}], "reading": {…}}`, the latter where it is given."""
    report: dict[str, Any] = {"dropped": [asdict(stretch) for stretch in dropped]}
    if reading is not None:
        report["reading"] = asdict(reading)
    return json.dumps(report, ensure_ascii=False).encode()
