"""Words: told apart, folded, asked for, and shown where they are, whatever the script."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.catalog.adapters.speech_engine import Fts5, TsVector
from kinolog.catalog.domain.highlight import highlights, words_said
from kinolog.catalog.domain.speech import MOST_TOKENS, tokens_of
from kinolog.catalog.domain.speech_query import Term, terms_of
from kinolog.common.errors import Refused
from kinolog.common.queries import SpokenWord


def words(text: str) -> list[str]:
    return [token.word for token in tokens_of(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, World! 42", ["hello", "world", "42"]),
        ("Straße ÉCOLE İstanbul", ["strasse", "ecole", "istanbul"]),
        ("e\u0301cole", ["ecole"]),
        ("Łódź smørrebrød", ["lodz", "smorrebrod"]),
        ("ﬁne ｆｕｌｌ", ["fine", "full"]),
        ("東京タワー", ["東", "京", "タ", "ワ", "ー"]),
        ("がかＦＭ", ["が", "か", "fm"]),
        ("한국어 자막", ["한국어", "자막"]),
        ("हिन्दी", ["हिन्दी"]),
        ("привет, Ёж", ["привет", "еж"]),
        ("…—🎬", []),
        ("", []),
    ],
)
def test_a_text_has_these_words(text: str, expected: list[str]) -> None:
    assert [unicodedata.normalize("NFC", word) for word in expected] == words(text)


@given(st.text())
def test_words_stand_in_the_text_one_after_the_other(text: str) -> None:
    places = [place for token in tokens_of(text) for place in (token.start, token.end)]
    assert all(0 <= place <= len(text) for place in places)
    assert sorted(token.start for token in tokens_of(text)) == [token.start for token in tokens_of(text)]


@given(st.text())
def test_no_word_has_a_character_that_an_engine_would_understand(text: str) -> None:
    kinds = {unicodedata.category(character)[0] for word in words(text) for character in word}
    assert kinds <= {"L", "N", "M"}


@given(st.text(max_size=50))
def test_a_word_is_found_by_itself(text: str) -> None:
    for word in words(text):
        assert [word] == words(word)


@given(st.text())
def test_case_makes_no_difference(text: str) -> None:
    assert words(text.casefold()) == words(text.casefold().casefold())
    assert words(text.upper()) == words(text.upper().casefold())


def test_a_text_without_end_has_so_many_words_and_no_more() -> None:
    assert [MOST_TOKENS, MOST_TOKENS, 64] == [
        len(words("a " * 10_000)),
        len(words("ä " * 10_000)),
        len(words("a" * 10_000)[0]),
    ]


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("One two one", [Term(("one",)), Term(("two",))]),
        ('"one two" three', [Term(("one", "two")), Term(("three",))]),
        ('pre* "last wor"*', [Term(("pre",), is_prefix=True), Term(("last", "wor"), is_prefix=True)]),
        ('"open end', [Term(("open", "end"))]),
        ("well-known", [Term(("well", "known"))]),
        ("東京", [Term(("東", "京"))]),
        ("東京*", [Term(("東", "京"))]),
        ("a*b ** ok", [Term(("a", "b")), Term(("ok",))]),
        ("OR AND NOT", [Term(("or",)), Term(("and",)), Term(("not",))]),
    ],
)
def test_a_query_asks_for_these_terms(query: str, terms: list[Term]) -> None:
    assert tuple(terms) == terms_of(query)


@given(st.text(max_size=200))
def test_no_query_breaks_anything(query: str) -> None:
    try:
        terms = terms_of(query)
    except Refused as refused:
        terms = ()
        field = refused.field
    else:
        field = "q"
    assert "q" == field
    for engine in (Fts5(), TsVector()):
        if terms:
            engine.matches(terms)


def test_both_engines_are_told_the_same_in_their_own_words() -> None:
    terms = terms_of('"new yor"* big')
    said = [
        str(engine.matches(terms).compile(compile_kwargs={"literal_binds": True})) for engine in (Fts5(), TsVector())
    ]
    assert 'speech_index.tokens MATCH \'"new yor" * AND "big"\'' == said[0]
    assert "'(''new'' <-> ''yor'':*) & (''big'')'" in said[1]


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("A Cat, a cat", "cat", [(2, 5), (9, 12)]),
        ("New York, old York, new yorkers", '"new york"', [(0, 3), (4, 8)]),
        ("New York, new yorkers", '"new york"*', [(0, 3), (4, 8), (10, 13), (14, 21)]),
        ("東京に行く", "東京", [(0, 2)]),
        ("Cafe\u0301 Café", "cafe", [(0, 5), (6, 10)]),
    ],
)
def test_what_was_found_is_shown(text: str, query: str, expected: list[tuple[int, int]]) -> None:
    assert expected == highlights(text, terms_of(query))


def test_words_with_times_are_those_of_the_phrase() -> None:
    said = [SpokenWord(text=text, start=n, end=n + 1) for n, text in enumerate((" New", " York,", " new", " you"))]
    assert said[:2] == words_said(said, terms_of('"new york"'))
