"""What a model heard that nobody said: found by its marks, left out, and reported."""

from kinolog.transcribe.domain.doubt.report import counted, report_json
from kinolog.transcribe.domain.doubt.rules import DroppedStretch, Reason, Rules, Sifted
from kinolog.transcribe.domain.doubt.sift import sift

__all__ = ["DroppedStretch", "Reason", "Rules", "Sifted", "counted", "report_json", "sift"]
