"""A query parameter that nobody reads is a mistake: with `?stauts=failed` everything would be listed."""

from collections.abc import Iterator

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection

from kinolog.gateway.field_names import meant_instead
from kinolog.gateway.problems import invalid, shorten


async def refuse_unknown_parameters(connection: HTTPConnection) -> None:
    """For all routes at once, by what each of them declares. Raises the problem `validation`.

    The WebSocket answers for itself: what is raised before it stands cannot be told to a browser.
    """
    route = connection.scope.get("route")
    if not connection.query_params or not isinstance(route, APIRoute):
        return
    known = sorted(set(_declared(route.dependant)))
    for name in connection.query_params:
        if name not in known:
            raise invalid(f"?{shorten(name, 60)}", f"there is no such parameter: {meant_instead(name, known)}")


def _declared(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for below in dependant.dependencies:
        yield from _declared(below)
