"""What is typed after `--input`, as the input data of a job."""

import json
from typing import Annotated, Any

import typer

from kinolog.cli.client import Json
from kinolog.cli.errors import BadSetting

Inputs = Annotated[list[str] | None, typer.Option("--input", help="KEY=VALUE, the value as JSON or text.")]


def parse_inputs(pairs: list[str]) -> Json:
    """`["start_time=1.5", "title=My clip"]` as input data. Raises BadSetting for what is not KEY=VALUE."""
    data: Json = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not key or not equals:
            raise BadSetting(f"--input {pair}: write KEY=VALUE, e.g. --input start_time=1.5")
        data[key] = _value(value)
    return data


def _value(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except ValueError:
        return text


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
