"""A JSON file of somebody else's, read as a whole or refused in one line that names the place."""

import json
import math
from pathlib import Path
from typing import Any, Final

from kinolog.cli.errors import BadExport

# Longer whole numbers are none that anybody meant.
_MOST_DIGITS: Final = 19


def read_json(path: Path, most_bytes: int) -> Any:
    """Numbers that are none, such as NaN, are there as such, for whoever reads on to tell of them at their place.

    Raises BadExport.
    """
    return _parsed(path, _content_of(path, most_bytes))


def _content_of(path: Path, most_bytes: int) -> bytes:
    if not path.is_file():
        raise BadExport(f"{path}: is no file")
    try:
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)
    except OSError as error:
        raise BadExport(f"{path}: cannot be read: {error.strerror}") from error
    if len(content) > most_bytes:
        raise BadExport(f"{path}: has more than {most_bytes} bytes; KINOLOG_IMPORT_EXPORT_MAX_BYTES allows more")
    return content


def _parsed(path: Path, content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8-sig"), parse_int=_whole, parse_constant=lambda _: math.nan)
    except UnicodeDecodeError as error:
        raise BadExport(f"{path}: is no text in UTF-8, from byte {error.start} on") from None
    except json.JSONDecodeError as error:
        raise BadExport(f"{path}: is no JSON, at line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise BadExport(f"{path}: is nested too deeply for a list of projects") from None


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MOST_DIGITS else math.inf
