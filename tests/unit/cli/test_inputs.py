"""What is typed after --input becomes input data."""

from typing import Any

import pytest

from kinolog.cli.errors import BadSetting
from kinolog.cli.inputs import parse_inputs


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("x=1.5", 1.5),
        ("x=true", True),
        ('x={"fontSize": 30}', {"fontSize": 30}),
        ("x=My clip", "My clip"),
        ("x=a=b", "a=b"),
        ("x=", ""),
        ('x="1"', "1"),
    ],
)
def test_values_are_json_or_else_text(pair: str, value: Any) -> None:
    assert {"x": value} == parse_inputs([pair])


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_what_json_lacks_is_text(constant: str) -> None:
    value = parse_inputs([f"x={constant}"])["x"]

    assert constant == value


@pytest.mark.parametrize("pair", ["", "x", "=1"])
def test_what_is_not_a_pair_is_refused(pair: str) -> None:
    with pytest.raises(BadSetting, match="write KEY=VALUE"):
        parse_inputs([pair])
