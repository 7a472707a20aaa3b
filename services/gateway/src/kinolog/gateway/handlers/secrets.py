"""What people entrust to the platform for its jobs: taken once, used by name, and never given out again."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.responses import JSONResponse

from kinolog.common.aggregates import SETTING, Setting
from kinolog.common.aggregates.setting import setting_id
from kinolog.common.aggregates.setting_decisions import change_setting
from kinolog.common.controls import secret_name, secret_setting
from kinolog.common.fields import Request, Title
from kinolog.common.jobs.ingest import NAME_PATTERN
from kinolog.common.sealing import SealedSecret
from kinolog.gateway.command import Command
from kinolog.gateway.controls import clear_control, find_setting, list_settings
from kinolog.gateway.domain.cookies import netscape_cookies
from kinolog.gateway.params import Edit, Gateway, Here, QueryReason
from kinolog.gateway.problems import FieldError, Problem, invalid, not_found
from kinolog.gateway.views import Json, ListView, SecretView, list_view

router = APIRouter(prefix="/v1/secrets", tags=["secrets"])

SecretPath = Annotated[str, Path(pattern=NAME_PATTERN, description="Lower case letters, digits and hyphens.")]

_NOT_CONFIGURED: Final = "this gateway has no key to seal secrets with: set KINOLOG_SECRETS_KEYS, for ingest too"


class NewSecret(Request):
    """`value` is the text of a cookies.txt in Netscape's format."""

    kind: Literal["cookies"]
    value: Annotated[str, Field(min_length=1, json_schema_extra={"writeOnly": True})]
    reason: Title | None = None


@router.put("/{name}", operation_id="secrets_set", response_model=SecretView)
async def set_secret(name: SecretPath, body: NewSecret, here: Here, command: Edit) -> JSONResponse:
    """Takes the place of what was kept under the name. Setting the same again seals it anew, with the newest key."""
    secret = _sealed(here, body)
    setting = await _keep(here, command, name, secret, body.reason)
    return JSONResponse(_view(name, secret, setting.model_dump(mode="json")))


@router.get("", operation_id="secrets_list", response_model=ListView)
async def list_secrets(here: Here) -> JSONResponse:
    """All of them, by name; never what they hold."""
    rows, seq = await list_settings(here.desk, here.catalog, secret_setting(""))
    named = [(secret_name(row["name"]), row) for row in rows]
    data = [_view(name, SealedSecret.model_validate(row["value"]), row) for name, row in named if name is not None]
    return list_view(data, next_cursor=None, has_more=False, seq=seq)


@router.delete("/{name}", operation_id="secrets_remove", response_model=SecretView)
async def remove_secret(name: SecretPath, here: Here, command: Edit, reason: QueryReason = None) -> JSONResponse:
    """Jobs that name it fail from now on. What the log keeps of it is sealed."""
    setting = await find_setting(here.desk, secret_setting(name))
    if setting is None or setting.value is None:
        raise not_found("secret", name)
    done = await clear_control(here.desk, command, secret_setting(name), reason)
    after = done.loaded.require().model_dump(mode="json")
    return JSONResponse(_view(name, SealedSecret.model_validate(setting.value), after, is_deleted=True))


def _sealed(here: Gateway, body: NewSecret) -> SealedSecret:
    """Raises problems that show nothing of the value."""
    if not here.sealer.has_keys:
        raise Problem("secrets-not-configured", _NOT_CONFIGURED)
    if len(body.value.encode()) > here.most_secret_bytes:
        detail = f"must have {here.most_secret_bytes} bytes at most"
        raise Problem("payload-too-large", f"value: {detail}", errors=[FieldError("/value", detail)])
    try:
        cookies = netscape_cookies(body.value).encode()
    except ValueError as error:
        raise invalid("/value", str(error)) from None
    return SealedSecret(sealed=here.sealer.seal(cookies), kind=body.kind, size_bytes=len(cookies))


async def _keep(here: Gateway, command: Command, name: str, secret: SealedSecret, reason: str | None) -> Setting:
    kept_as, value = secret_setting(name), secret.model_dump(mode="json")

    def decide(setting: Setting | None) -> Any:
        return change_setting(setting, kept_as, value, default={}, reason=reason)

    return (await here.desk.put(SETTING, setting_id(kept_as), command, "seal", decide)).loaded.require()


def _view(name: str, secret: SealedSecret, setting: Json, *, is_deleted: bool = False) -> Json:
    changed = {"changed_by": setting["changed_by"], "changed_at": setting["updated_at"], "reason": setting["reason"]}
    known = secret.model_dump(include={"kind", "size_bytes"})
    return {"object": "secret", "name": name, **known, **changed, "is_deleted": is_deleted}
