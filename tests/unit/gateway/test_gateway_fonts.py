"""Fonts over HTTP: what is listed, taken, given out again and removed, and what is refused of strangers."""

import io
import struct
from hashlib import sha256
from typing import Any

import fontpkg
import httpx2
import pytest
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph
from fontTools.ttLib.tables.DefaultTable import DefaultTable
from harness.fonts import make_font

from kinolog.common.aggregates import SETTING
from kinolog.common.aggregates.setting import setting_id
from kinolog.common.audit.run import Scope, audit
from kinolog.common.blobs import BlobStore
from kinolog.common.fonts import SHIPPED_FONTS, STAND_INS
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.gateway.params import Gateway

PATH = "/v1/fonts"
TTF = {"Content-Type": "font/ttf"}


async def send(caller: httpx2.AsyncClient, content: bytes, query: str = "", **headers: str) -> httpx2.Response:
    return await caller.post(f"{PATH}{query}", content=content, headers={**TTF, **headers})


async def uploaded(caller: httpx2.AsyncClient) -> list[dict[str, Any]]:
    data = (await caller.get(PATH)).json()["data"]
    return [font for font in data if font["origin"] == "uploaded"]


def error(answer: httpx2.Response) -> tuple[int, str, str]:
    found = answer.json()["errors"][0]
    return answer.status_code, found["pointer"], found["detail"]


async def test_what_ships_is_listed_with_its_licence_and_what_stands_in_for_others(caller: httpx2.AsyncClient) -> None:
    data = (await caller.get(PATH)).json()["data"]
    shipped = {font["family"]: font["licence"] for font in data if font["origin"] == "shipped"}
    stand_ins = {font["family"]: font["drawn_as"] for font in data if font["origin"] == "stand_in"}
    assert (dict(SHIPPED_FONTS), dict(STAND_INS)) == (shipped, stand_ins)


@pytest.mark.parametrize("family", SHIPPED_FONTS)
def test_what_is_listed_ships(family: str) -> None:
    assert fontpkg.family(family).files


@pytest.mark.parametrize(("is_cff", "suffix"), [(False, "ttf"), (True, "otf")])
async def test_a_font_is_taken_and_given_out_again(caller: httpx2.AsyncClient, is_cff: bool, suffix: str) -> None:
    answer = await send(caller, make_font("Studio Sans", "Bold", weight=700, is_cff=is_cff), "?reason=ours")
    font = answer.json()
    assert (201, "Studio Sans", "Bold", 700, False, 52, "user:owner") == (
        answer.status_code,
        *(font[name] for name in ("family", "style", "weight", "is_italic", "character_count", "created_by")),
    )
    assert [font] == await uploaded(caller)
    content = await caller.get(f"{answer.headers['Location']}/content")
    assert (font["sha256"], f"font/{suffix}") == (sha256(content.content).hexdigest(), content.headers["Content-Type"])
    assert f'filename="Studio Sans Bold.{suffix}"' in content.headers["Content-Disposition"]


async def test_a_font_is_taken_from_a_form(caller: httpx2.AsyncClient) -> None:
    answer = await caller.post(PATH, files={"file": ("boxes.ttf", make_font(), "text/html")})
    assert (201, "Boxes") == (answer.status_code, answer.json()["family"])


async def test_the_same_font_twice_is_one(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    answers = [await send(caller, make_font()) for _ in range(2)]
    assert ([201, 200], 1) == ([answer.status_code for answer in answers], await log.last_sequence())
    assert answers[0].json() == answers[1].json()


async def test_a_request_that_is_repeated_is_done_once(caller: httpx2.AsyncClient) -> None:
    key = {"Idempotency-Key": "one"}
    first = await send(caller, make_font(), **key)
    await caller.delete(f"{PATH}/{first.json()['id']}")
    again, other = await send(caller, make_font(), **key), await send(caller, make_font("Others"), **key)
    assert (200, "true", 422) == (again.status_code, again.headers["Idempotent-Replayed"], other.status_code)
    assert [] == await uploaded(caller)


async def test_a_removed_font_is_gone(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    path = f"{PATH}/{(await send(caller, make_font())).json()['id']}"
    answers = [await caller.delete(f"{path}?reason=left") for _ in range(2)]
    assert ([200, 404], True) == ([answer.status_code for answer in answers], answers[0].json()["is_deleted"])
    assert ([], 404) == (await uploaded(caller), (await caller.get(f"{path}/content")).status_code)
    setting = (await load(log, SETTING, setting_id("fonts"))).require()
    assert ("left", "user:owner") == (setting.reason, setting.changed_by)


async def test_a_list_that_somebody_else_has_changed_is_kept(caller: httpx2.AsyncClient) -> None:
    font, seen = (await send(caller, make_font())).json(), (await caller.get(PATH)).headers["ETag"]
    await send(caller, make_font("Others"))
    now = (await caller.get(PATH)).headers["ETag"]
    answers = [await caller.delete(f"{PATH}/{font['id']}", headers={"If-Match": etag}) for etag in (seen, now)]
    assert [412, 200] == [answer.status_code for answer in answers]


async def test_an_uploaded_font_can_be_named_by_a_style(caller: httpx2.AsyncClient) -> None:
    style = {"style": {"fontName": "boxes"}}
    before = await caller.put("/v1/presets/mine", json=style)
    await send(caller, make_font())
    after = await caller.put("/v1/presets/mine", json=style)
    assert [422, 200] == [before.status_code, after.status_code]


async def test_the_real_font_takes_the_place_of_its_stand_in(caller: httpx2.AsyncClient) -> None:
    await send(caller, make_font("Arial"))
    data = (await caller.get(PATH)).json()["data"]
    assert ["uploaded"] == [font["origin"] for font in data if font["family"] == "Arial"]


async def test_a_font_gets_another_name(caller: httpx2.AsyncClient) -> None:
    answer = await send(caller, make_font("Größe"), "?family=Groesse")
    content = await caller.get(f"{PATH}/{answer.json()['id']}/content")
    with TTFont(io.BytesIO(content.content)) as font:
        assert ("Groesse", "Nobody's") == tuple(str(font["name"].getName(number, 3, 1)) for number in (1, 0))


async def test_a_family_of_many_weights_has_one_name(caller: httpx2.AsyncClient) -> None:
    answer = (await send(caller, make_font("Studio", "Light", weight=300))).json()
    assert ("Studio", "Light", 300) == tuple(answer[name] for name in ("family", "style", "weight"))


async def test_a_style_that_cannot_be_shown_is_passed_over(caller: httpx2.AsyncClient) -> None:
    answer = (await send(caller, make_font(style="Bold\x00\n{\\fs9}"))).json()
    assert "Regular" == answer["style"]


async def test_nobody_has_to_guess_which_of_two_fonts_is_meant(caller: httpx2.AsyncClient) -> None:
    await send(caller, make_font())
    answers = [
        await send(caller, make_font(characters="ab")),
        await send(caller, make_font(), "?family=Arimo"),
        await send(caller, make_font(weight=700)),
    ]
    assert [409, 409, 201] == [answer.status_code for answer in answers]


async def test_there_are_so_many_fonts_and_no_more(caller: httpx2.AsyncClient) -> None:
    answers = [await send(caller, make_font(f"Boxes {number}")) for number in range(4)]
    assert [201, 201, 201, 409] == [answer.status_code for answer in answers]


async def test_tables_that_nobody_draws_with_are_left_out(caller: httpx2.AsyncClient) -> None:
    answer = await send(caller, with_table(make_font(), "meta", b"x" * 100))
    content = await caller.get(f"{PATH}/{answer.json()['id']}/content")
    with TTFont(io.BytesIO(content.content)) as ready:
        assert {"glyf", "name"} == {"glyf", "name", "meta", "DSIG"} & set(ready.keys())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "use TTF or OTF"),
        (b"\x00\x01\x00\x00", "damaged"),
        (b"<!DOCTYPE html><html>", "use TTF or OTF"),
        (b"wOF2" + bytes(100), "convert it to TTF or OTF"),
        (b"ttcf" + bytes(100), "take one font out"),
        (make_font()[:-500], "damaged"),
        (make_font(fs_type=2), "licence bits forbid"),
        (make_font(characters=""), "no Unicode characters"),
        (make_font("\x00Boxes"), "by ?family="),
        (make_font("Boxes\nDialogue: 0"), "by ?family="),
        (make_font("Größe"), "by ?family="),
        (make_font("B" * 65), "by ?family="),
        (make_font("{\\fs200}"), "by ?family="),
        (make_font(""), "by ?family="),
    ],
)
async def test_what_is_no_font_of_ours_is_refused_and_not_kept(
    caller: httpx2.AsyncClient, log: MemoryLog, blobs: BlobStore, content: bytes, said: str
) -> None:
    status, pointer, detail = error(await send(caller, content))
    assert (422, "/file", 0, []) == (status, pointer, await log.last_sequence(), [name async for name in blobs.names()])
    assert said in detail


async def test_a_font_without_outlines_is_refused(caller: httpx2.AsyncClient) -> None:
    with TTFont(io.BytesIO(make_font())) as font:
        for name in font.getGlyphOrder():
            font["glyf"][name] = Glyph()
        answer = await send(caller, saved(font))
    assert 422 == answer.status_code


async def test_tables_that_share_their_bytes_do_not_multiply(caller: httpx2.AsyncClient) -> None:
    """Each of the entries in the directory of tables is made to name all of the file."""
    content = bytearray(make_font())
    for place in range(12, 12 + 16 * struct.unpack(">H", content[4:6])[0], 16):
        content[place + 8 : place + 16] = struct.pack(">II", 0, len(content))
    assert "damaged" in error(await send(caller, bytes(content)))[2]


async def test_more_bytes_than_a_font_may_have_are_refused(caller: httpx2.AsyncClient, log: MemoryLog) -> None:
    assert (413, 0) == ((await send(caller, bytes(400_000))).status_code, await log.last_sequence())


@pytest.mark.parametrize("query", ["?family=a%0ab", "?family=%7B%5Cfs9%7D", f"?family={'a' * 65}", "?family="])
async def test_a_family_that_no_style_could_name_is_refused(caller: httpx2.AsyncClient, query: str) -> None:
    assert (422, "?family") == error(await send(caller, make_font(), query))[:2]


async def test_another_kind_of_body_is_refused(caller: httpx2.AsyncClient) -> None:
    answer = await caller.post(PATH, content=make_font(), headers={"Content-Type": "text/html"})
    assert 415 == answer.status_code


@pytest.mark.parametrize("font_id", ["fnt_1", "..%2fsecret", f"vid_{'0' * 32}", f"fnt_{'0' * 32}"])
async def test_an_id_that_names_no_font_is_not_found(caller: httpx2.AsyncClient, font_id: str) -> None:
    assert [404, 404] == [
        (await caller.delete(f"{PATH}/{font_id}")).status_code,
        (await caller.get(f"{PATH}/{font_id}/content")).status_code,
    ]


async def test_where_fonts_cannot_be_checked_none_is_taken(
    caller: httpx2.AsyncClient, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kinolog.gateway.adapters.font_checker.find_spec", lambda _: None)
    answer = await send(caller, make_font())
    assert (501, "fonts-not-possible") == (answer.status_code, answer.json()["type"])


async def test_bytes_of_a_font_that_are_lost_are_found_missing(
    caller: httpx2.AsyncClient, log: MemoryLog, blobs: BlobStore
) -> None:
    font = (await send(caller, make_font())).json()
    whole = await audit(log, Scope(blobs=blobs))
    lost = await audit(log, Scope(blobs=BlobStore.open("memory://")))
    assert ([], []) == (whole.violations, [note for note in whole.notes if "named by nothing" in note])
    assert font["sha256"] in str(lost.violations)


async def test_a_stranger_may_not_touch_fonts(stranger: httpx2.AsyncClient) -> None:
    assert [401, 401] == [(await send(stranger, make_font())).status_code, (await stranger.get(PATH)).status_code]


def with_table(content: bytes, tag: str, data: bytes) -> bytes:
    table = DefaultTable(tag)
    table.data = data
    with TTFont(io.BytesIO(content)) as font:
        font[tag] = table
        return saved(font)


def saved(font: TTFont) -> bytes:
    file = io.BytesIO()
    font.recalcTimestamp = False
    font.save(file)
    return file.getvalue()
