"""Words of every script are put together as its readers write them."""

import pytest

from kinolog.common.subtitles.scripts import joined


@pytest.mark.parametrize(
    ("texts", "text"),
    [
        (["one", "two", "three"], "one two three"),
        (["我们", "去。", "好"], "我们去。好"),
        (["东京", "Tower"], "东京Tower"),
        (["ไป", "กัน"], "ไปกัน"),
        (["우리", "는"], "우리 는"),
        (["Oh 😀", "yes"], "Oh 😀 yes"),
        (["", "one", ""], "one"),
        ([], ""),
    ],
)
def test_a_space_stands_where_the_script_has_one(texts: list[str], text: str) -> None:
    assert text == joined(texts)
