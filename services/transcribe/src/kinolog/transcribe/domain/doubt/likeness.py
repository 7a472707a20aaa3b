"""When two words are the same one: whatever their case and the punctuation around them."""

import unicodedata

from kinolog.transcribe.domain.transcript import Segment, SpokenWord


def word_key(word: SpokenWord) -> str:
    """Letters with their accents, and digits; a word that has none is itself."""
    folded = word.text.strip().casefold()
    return "".join(sign for sign in folded if unicodedata.category(sign)[0] in "LMN") or folded


def line_key(segment: Segment) -> str:
    """With a space around each word, so that a part of a line is a part of its key."""
    return f" {' '.join(word_key(word) for word in segment.words)} "
