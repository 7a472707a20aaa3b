"""The platform's REST interface as methods; what it refuses becomes one readable line."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2

from kinolog.cli.address import Address
from kinolog.cli.errors import ApiRefused, Unreachable

Json = dict[str, Any]

_TIMEOUT = httpx2.Timeout(30.0)
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file as it arrived on this disk."""

    path: Path
    sha256: str
    size_bytes: int


class Client:
    """Every method raises ApiRefused or Unreachable."""

    def __init__(self, address: Address, http: httpx2.AsyncClient) -> None:
        self.address = address
        self._http = http

    async def create_project(self, name: str) -> Json:
        return await self._json("POST", "/v1/projects", json={"name": name})

    async def upload(self, project_id: str, path: Path, title: str) -> Json:
        """Send a file; the answer is the upload job."""
        with path.open("rb") as file:
            return await self._json(
                "POST",
                "/v1/videos/upload",
                data={"project_id": project_id, "title": title},
                files={"file": (path.name, file)},
            )

    async def submit(self, body: Json) -> Json:
        """The answer is the job."""
        return await self._json("POST", "/v1/jobs", json=body)

    async def job(self, job_id: str) -> Json:
        return await self._json("GET", _path("jobs", job_id))

    async def get(self, *path: str, **params: Any) -> Json:
        """What is at `/v1/<path>`; ids and names in it are quoted."""
        return await self._json("GET", _path(*path), params=params)

    async def post(self, *path: str, body: Json | None = None) -> Json:
        return await self._json("POST", _path(*path), json=body or {})

    async def put(self, *path: str, body: Json) -> Json:
        return await self._json("PUT", _path(*path), json=body)

    async def delete(self, *path: str, **params: Any) -> Json:
        return await self._json("DELETE", _path(*path), params=params)

    async def send(self, method: str, *path: str, **request: Any) -> httpx2.Response:
        """For answers whose headers matter; `request` is as httpx2 takes it."""
        return await self._send(method, _path(*path), **request)

    async def all_of(self, *path: str) -> list[Json]:
        """Everything in a list that has pages."""
        return await self._all(_path(*path))

    async def whole_list(self, *path: str) -> list[Json]:
        """Everything in a list that comes as a whole."""
        return list((await self.get(*path))["data"])

    async def job_events(self, job_id: str) -> list[Json]:
        return await self._all(_path("jobs", job_id, "events"))

    async def jobs(self, filters: Json, limit: int) -> list[Json]:
        """The newest that match, at most `limit` of them."""
        return await self._some("/v1/jobs", filters, limit)

    async def events(self, filters: Json, limit: int) -> list[Json]:
        """Events of the log in order, at most `limit` of them."""
        return await self._some("/v1/events", filters, limit)

    async def found_speech(self, filters: Json, limit: int) -> list[Json]:
        """The best places where something is said, at most `limit` of them."""
        return await self._some("/v1/search", filters, limit)

    async def video(self, video_id: str) -> Json:
        return await self._json("GET", _path("videos", video_id))

    async def caption_cues(self, caption_id: str) -> Any:
        return (await self._send("GET", _path("captions", caption_id, "content"), params={"format": "json"})).json()

    async def download_video(self, video_id: str, to: Path) -> Downloaded:
        return await self._download(_path("videos", video_id, "content"), {}, to)

    async def download_caption(self, caption_id: str, caption_format: str, to: Path) -> Downloaded:
        return await self._download(_path("captions", caption_id, "content"), {"format": caption_format}, to)

    async def _download(self, path: str, params: Json, to: Path) -> Downloaded:
        """Stream the content into the file, in constant memory."""
        digest, size = hashlib.sha256(), 0
        with _reachable(self.address):
            async with self._http.stream("GET", path, params=params) as response:
                if response.is_error:
                    await response.aread()
                    raise _refusal(response)
                with to.open("wb") as file:
                    async for chunk in response.aiter_bytes():
                        digest.update(chunk)
                        size += file.write(chunk)
        return Downloaded(to, digest.hexdigest(), size)

    async def _all(self, path: str) -> list[Json]:
        return [item async for item in self._items(path, {}, _PAGE)]

    async def _some(self, path: str, filters: Json, limit: int) -> list[Json]:
        found: list[Json] = []
        async for item in self._items(path, filters, min(limit, _PAGE)):
            found.append(item)
            if len(found) == limit:
                break
        return found

    async def _items(self, path: str, filters: Json, page_size: int) -> AsyncIterator[Json]:
        params = {**filters, "limit": page_size}
        while True:
            page = await self._json("GET", path, params=params)
            for item in page["data"]:
                yield item
            if not page["has_more"]:
                return
            params["cursor"] = page["next_cursor"]

    async def _json(self, method: str, path: str, **request: Any) -> Json:
        answer: Json = (await self._send(method, path, **request)).json()
        return answer

    async def _send(self, method: str, path: str, **request: Any) -> httpx2.Response:
        with _reachable(self.address):
            response = await self._http.request(method, path, **request)
        if response.is_error:
            raise _refusal(response)
        return response


@asynccontextmanager
async def connected(address: Address) -> AsyncIterator[Client]:
    """A client with a pool of connections of its own. Proxies of the environment are not for a platform nearby."""
    headers = {"Authorization": f"Bearer {address.token}"}
    async with httpx2.AsyncClient(base_url=address.url, headers=headers, timeout=_TIMEOUT, trust_env=False) as http:
        yield Client(address, http)


@contextmanager
def _reachable(address: Address) -> Iterator[None]:
    try:
        yield
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        reason = str(error) or type(error).__name__
        raise Unreachable(
            f"no answer from {address.url} ({reason}); is the platform up? `kinolog up` starts it"
        ) from error


def _path(resource: str, *segments: str) -> str:
    """Ids come from the command line: quoted, none of them can lead elsewhere."""
    return "/".join(["/v1", resource, *(quote(segment, safe="") for segment in segments)])


def _refusal(response: httpx2.Response) -> ApiRefused:
    """What problem+json says, or the status line where the answer is something else."""
    try:
        problem = response.json()
        text = str(problem.get("detail") or problem["title"])
        # With a single error, its text is the detail already.
        text += "".join(_field_error(error) for error in problem.get("errors") or () if error["detail"] not in text)
    except (ValueError, KeyError, AttributeError, TypeError):
        text = f"{response.status_code} {response.reason_phrase}"
    return ApiRefused(response.status_code, text)


def _field_error(error: Json) -> str:
    return f"; {error['pointer']}: {error['detail']}"
