"""The page at `/`: a first look at the platform, opened by the link with the token, as Jupyter does it."""

from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import FileResponse, RedirectResponse, Response

from kinolog.gateway.params import Here
from kinolog.gateway.problems import Problem

MaybeToken = Annotated[str | None, Query(max_length=1000)]

router = APIRouter(include_in_schema=False)

ASSETS: Final = Path(__file__).parents[1] / "assets"
COOKIE_SECONDS: Final = 30 * 24 * 3600
_MEDIA_TYPES: Final = {"app.js": "text/javascript", "app.css": "text/css", "icon.svg": "image/svg+xml"}
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@router.get("/")
async def show_page(
    request: Request, here: Here, token: Annotated[str | None, Query(max_length=1000)] = None
) -> Response:
    """The page holds no data: whoever has no cookie sees an empty one that tells how to get in."""
    if token is None:
        headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}
        return FileResponse(ASSETS / "index.html", media_type="text/html", headers=headers)
    if not here.doorkeeper.is_token(token):
        raise Problem("unauthenticated", "the link's token is not this gateway's: open the link that was printed last")
    # The answer moves the token out of the address bar, the history and whatever else remembers addresses.
    answer = RedirectResponse("/", 303, headers={"Cache-Control": "no-store"})
    answer.set_cookie(
        here.doorkeeper.cookie_name,
        here.doorkeeper.cookie_value,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


@router.get("/assets/{name}")
async def read_asset(name: str) -> Response:
    if name not in _MEDIA_TYPES:
        raise Problem("not-found", "there is no such asset")
    return FileResponse(ASSETS / name, media_type=_MEDIA_TYPES[name], headers={"Cache-Control": "no-cache"})
