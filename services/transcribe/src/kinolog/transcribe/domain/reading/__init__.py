"""The rules of captions: how the words somebody spoke become lines that can be read in time."""

from kinolog.transcribe.domain.reading.captions import cues_of
from kinolog.transcribe.domain.reading.layout import Layout, layout_for
from kinolog.transcribe.domain.reading.report import ReadingReport, reading_report
from kinolog.transcribe.domain.reading.wrapping import shared_out, wrapped

__all__ = ["Layout", "ReadingReport", "cues_of", "layout_for", "reading_report", "shared_out", "wrapped"]
