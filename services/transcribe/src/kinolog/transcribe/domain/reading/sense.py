"""What it costs the reader's understanding when a line or a caption ends between two units.

Nothing after a sentence, little where a part of a sentence ends or begins, most where a small word is torn from what it
belongs to. The numbers have no unit; the other costs, in `cuts` and `lines`, are weighed against them.
"""

import re
from typing import Final

from kinolog.transcribe.domain.reading.particles import Particles
from kinolog.transcribe.domain.reading.units import Unit

SENTENCE: Final = 0.0
CLAUSE: Final = 2.0
CONJUNCTION: Final = 4.0
PREPOSITION: Final = 5.0
PLAIN: Final = 8.0
TORN: Final = 16.0

SENTENCE_MARKS: Final = tuple(".!?…。！？．؟।")
CLAUSE_MARKS: Final = tuple(",;:–—、，；：،؛")
CLOSERS: Final = "\"'”’»›)]}」』）】》〉"
AROUND: Final = "".join((*SENTENCE_MARKS, *CLAUSE_MARKS, CLOSERS, "([{«‹„“‘¿¡"))

TITLE: Final = re.compile(r"(?:mr|mrs|ms|dr|prof|st|sr|sra|hr|fr|nr|no|mme|mlle|sig|dott|mevr|dhr)\.", re.IGNORECASE)
ABBREVIATION: Final = re.compile(r"(?:jr|vs|ca|bzw|usw|etc|\d{1,2}|\w)\.", re.IGNORECASE)


def break_cost(before: Unit, after: Unit, particles: Particles) -> float:
    if ends_sentence(before, after):
        return SENTENCE
    if TITLE.fullmatch(before.text):
        return TORN
    if _bare(before.text).endswith(CLAUSE_MARKS + SENTENCE_MARKS):
        return CLAUSE
    cost = _cost_between_words(_word(before), _word(after), particles)
    return min(cost, CLAUSE) if after.begins_segment and cost < TORN else cost


def ends_sentence(before: Unit, after: Unit | None = None) -> bool:
    """A full stop after an abbreviation, or before a small letter, ends none."""
    text = _bare(before.text)
    if not text.endswith(SENTENCE_MARKS):
        return False
    return after is None or not (TITLE.fullmatch(text) or ABBREVIATION.fullmatch(text) or goes_on(after))


def goes_on(unit: Unit) -> bool:
    """Whether it visibly does not begin a sentence. Scripts without capitals never tell."""
    return next((sign.islower() for sign in unit.text if sign.isalpha()), False)


def _cost_between_words(before: str, after: str, particles: Particles) -> float:
    """A preposition in front of "and" belongs to the verb before it: "turn it on | and wait", but "in which"."""
    if before in particles.prepositions and after in particles.coordinators:
        return CONJUNCTION
    if particles.leads(before):
        return TORN
    if after in particles.coordinators or after in particles.subordinators:
        return CONJUNCTION
    return PREPOSITION if after in particles.prepositions else PLAIN


def _bare(text: str) -> str:
    return text.rstrip(CLOSERS)


def _word(unit: Unit) -> str:
    return unit.text.strip(AROUND).lower()
