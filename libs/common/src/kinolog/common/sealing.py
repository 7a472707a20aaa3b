"""Secrets that people entrust to the platform, e.g. cookies for a site: only sealed ones ever reach the log.

A secret is the setting `secret.<name>`. The keys stay out of the log; without them nobody can read what it keeps.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr

from kinolog.common.aggregates import SETTING, Setting
from kinolog.common.aggregates.base import Aggregate, Loaded
from kinolog.common.aggregates.setting import setting_id
from kinolog.common.controls import secret_setting
from kinolog.common.errors import KinologError, PermanentError

LoadSetting = Callable[[Aggregate[Setting], str], Awaitable[Loaded[Setting]]]
SecretKind = Literal["cookies"]


class SealBroken(KinologError):
    """None of the keys opens it: it was sealed with another one, or is not what was sealed."""


class SealedSecret(BaseModel):
    """The value of a secret's setting. `size_bytes` is what the opened value has."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sealed: str
    kind: SecretKind
    size_bytes: int


class Sealer:
    """Seals with the first of its keys and opens with any of them, so that keys can be replaced one after the other."""

    def __init__(self, keys: SecretStr) -> None:
        """`keys` are separated by commas. Raises ValueError, which does not show them, for what is no key."""
        self._fernets = [_fernet(number, key) for number, key in enumerate(_parts(keys), start=1)]

    @property
    def has_keys(self) -> bool:
        return bool(self._fernets)

    def seal(self, value: bytes) -> str:
        """Two seals of one value differ. There must be a key."""
        return MultiFernet(self._fernets).encrypt(value).decode("ascii")

    def open(self, sealed: str) -> bytes:
        """Raises SealBroken."""
        try:
            return MultiFernet(self._fernets).decrypt(sealed)
        except InvalidToken as error:
            raise SealBroken("none of the keys opens it") from error


def new_key() -> str:
    return Fernet.generate_key().decode("ascii")


def _checked(keys: SecretStr) -> SecretStr:
    Sealer(keys)
    return keys


SecretsKeys = Annotated[SecretStr, AfterValidator(_checked)]
"""The setting `KINOLOG_SECRETS_KEYS`. Its settings class hides input in errors."""


async def open_secret(load: LoadSetting, sealer: Sealer, name: str) -> bytes:
    """What is kept under the name. `load` is a job's `ctx.load`.

    Raises PermanentError `secret_missing`, `secrets_not_configured` or `secret_unreadable`.
    """
    setting = (await load(SETTING, setting_id(secret_setting(name)))).state
    if setting is None or setting.value is None:
        raise PermanentError("secret_missing", f"There is no secret {name}: store it by `kinolog secrets set {name}`.")
    if not sealer.has_keys:
        raise PermanentError(
            "secrets_not_configured", "This worker has no key for secrets: set KINOLOG_SECRETS_KEYS as in the gateway."
        )
    return _opened(sealer, name, setting.value)


def _opened(sealer: Sealer, name: str, value: dict[str, Any]) -> bytes:
    try:
        return sealer.open(SealedSecret.model_validate(value).sealed)
    except (SealBroken, ValueError) as error:
        message = f"The secret {name} was sealed with a key that is not in KINOLOG_SECRETS_KEYS: store it again."
        raise PermanentError("secret_unreadable", message) from error


def _parts(keys: SecretStr) -> list[str]:
    return [part.strip() for part in keys.get_secret_value().split(",") if part.strip()]


def _fernet(number: int, key: str) -> Fernet:
    try:
        return Fernet(key)
    except ValueError:
        raise ValueError(f"key {number} of KINOLOG_SECRETS_KEYS is not one: 32 bytes in URL-safe Base64") from None
