"""What subtitles say besides their words: tags are taken out and counted, and characters that were escaped come back.

Every pattern is linear in the length of the text, whatever a stranger wrote into it.
"""

import html
import re
from typing import Final

from kinolog.common.subtitles.reading.lines import Pile

# Python refuses to read numbers that long, and no character has one.
_NO_CHARACTER: Final = re.compile(r"&#\d{8,};?")


def without(markup: re.Pattern[str], text: str, pile: Pile) -> str:
    plain, count = markup.subn("", text)
    pile.leave_out("style", count)
    return plain


def unescaped(text: str) -> str:
    """The characters that HTML and WebVTT write as `&amp;` and the like."""
    return html.unescape(_NO_CHARACTER.sub("\ufffd", text))
