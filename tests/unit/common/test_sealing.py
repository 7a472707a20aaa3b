"""Secrets are kept sealed: which keys open them, and what is said where none does."""

from typing import Any

import pytest
from pydantic import SecretStr

from kinolog.common.aggregates import SETTING
from kinolog.common.aggregates.base import Loaded, unborn
from kinolog.common.aggregates.setting import setting_id
from kinolog.common.controls import secret_name, secret_setting
from kinolog.common.errors import PermanentError
from kinolog.common.events.setting import SettingChanged, SettingCleared
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.sealing import SealBroken, Sealer, new_key, open_secret
from kinolog.common.testing.examples import ORIGIN

OLD, NEW = new_key(), new_key()
VALUE = b"canary \x00 cookies"


def sealer(*keys: str) -> Sealer:
    return Sealer(SecretStr(",".join(keys)))


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


async def stored(log: MemoryLog, value: dict[str, Any]) -> None:
    born: Loaded[Any] = unborn(SETTING, setting_id(secret_setting("site")))
    await log.append(born.changes(SettingChanged(name=secret_setting("site"), value=value)), ORIGIN)


async def sealed(log: MemoryLog, key: str = OLD) -> None:
    await stored(log, {"sealed": sealer(key).seal(VALUE), "kind": "cookies", "size_bytes": len(VALUE)})


async def opened(log: MemoryLog, *keys: str) -> bytes:
    return await open_secret(lambda aggregate, name: load(log, aggregate, name), sealer(*keys), "site")


async def refused(log: MemoryLog, *keys: str) -> str:
    with pytest.raises(PermanentError) as raised:
        await opened(log, *keys)
    return raised.value.kind


def test_what_was_sealed_is_opened_again() -> None:
    assert VALUE == sealer(OLD).open(sealer(OLD).seal(VALUE))


def test_a_seal_shows_nothing_of_its_value() -> None:
    assert "canary" not in sealer(OLD).seal(VALUE)


def test_a_new_key_in_front_seals_while_the_old_one_still_opens() -> None:
    rotated, before = sealer(NEW, OLD), sealer(OLD).seal(VALUE)
    after = rotated.seal(VALUE)
    assert (VALUE, VALUE) == (rotated.open(before), sealer(NEW).open(after))


def test_another_key_opens_nothing() -> None:
    with pytest.raises(SealBroken):
        sealer(NEW).open(sealer(OLD).seal(VALUE))


def test_a_seal_that_was_tampered_with_is_broken() -> None:
    seal = sealer(OLD).seal(VALUE)
    with pytest.raises(SealBroken):
        sealer(OLD).open(f"{seal[:40]}{'A' if seal[40] != 'A' else 'B'}{seal[41:]}")


@pytest.mark.parametrize(
    "key", ["hunter2-hunter2", "ä" * 44, "=" * 44, OLD[:-4]], ids=["word", "umlauts", "padding", "cut"]
)
def test_what_is_no_key_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(ValueError, match="key 2 of KINOLOG_SECRETS_KEYS is not one") as raised:
        sealer(NEW, key)
    assert key not in str(raised.value)


def test_only_settings_of_secrets_have_the_name_of_one() -> None:
    assert ("site", None) == (secret_name(secret_setting("site")), secret_name("queue.secret.x"))


async def test_a_stored_secret_is_opened(log: MemoryLog) -> None:
    await sealed(log)
    assert VALUE == await opened(log, NEW, OLD)


async def test_a_secret_that_was_never_stored_is_missing(log: MemoryLog) -> None:
    assert "secret_missing" == await refused(log, OLD)


async def test_a_secret_that_was_removed_is_missing(log: MemoryLog) -> None:
    await sealed(log)
    secret = await load(log, SETTING, setting_id(secret_setting("site")))
    await log.append(secret.changes(SettingCleared()), ORIGIN)
    assert "secret_missing" == await refused(log, OLD)


async def test_a_worker_without_keys_says_so(log: MemoryLog) -> None:
    await sealed(log)
    assert "secrets_not_configured" == await refused(log)


async def test_a_secret_of_another_key_is_unreadable(log: MemoryLog) -> None:
    await sealed(log)
    assert "secret_unreadable" == await refused(log, NEW)


@pytest.mark.parametrize("value", [{}, {"sealed": "ä", "kind": "cookies", "size_bytes": 1}, {"sealed": 7}])
async def test_a_setting_that_is_no_secret_is_unreadable(log: MemoryLog, value: dict[str, Any]) -> None:
    await stored(log, value)
    assert "secret_unreadable" == await refused(log, OLD)
