"""Events that cannot be read stop their own aggregate and nothing else; those of a newer release stop the reader."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from harness.site import Site, opened_site

from kinolog.common.audit import Check, Scope, audit
from kinolog.common.log.api import ApiError
from kinolog.common.testing import NatsServer, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One of its own: what cannot be read stays in a log for ever."""
    with NatsServer(tmp_path_factory.mktemp("nats")) as server:
        async with opened_site(tmp_path_factory.mktemp("site"), server.url) as site:
            await asyncio.gather(site.gateway(), site.catalog(), site.worker())
            yield site


HEADERS = {
    "ce-specversion": "1.0",
    "ce-id": "evt_bad",
    "ce-type": "job.reprioritised",
    "ce-dataversion": "1",
    "ce-time": "2026-11-21T12:00:00+00:00",
    "ce-source": "test",
    "ce-actor": "test",
    "ce-correlationid": "cor_bad",
}
GOOD = json.dumps({"priority": 3}).encode()

BAD = {
    "not JSON": ("reprioritised", {}, b"\xff{"),
    "a field is missing": ("reprioritised", {}, b"{}"),
    "a field is of another type": ("reprioritised", {}, b'{"priority": "high"}'),
    "an unknown type": ("exploded", {"ce-type": "job.exploded"}, GOOD),
    "a type that does not belong there": ("completed", {}, GOOD),
    "a time without a zone": ("reprioritised", {"ce-time": "2026-11-21T12:00:00"}, GOOD),
}


async def publish(site: Site, job_id: str, name: str, headers: dict[str, str], body: bytes) -> None:
    """Past every rule of ours, as a mistaken or malicious client would."""
    subject = f"evt.job.{job_id}.9.{name}"
    answer: dict[str, Any] = json.loads((await site.nats.request(subject, body, headers=HEADERS | headers)).data)
    if "error" in answer:
        raise ApiError.of(answer["error"])


async def test_events_that_cannot_be_read_stop_nothing_but_their_own_job(site: Site) -> None:
    video_id = await site.video()
    for number, (name, headers, body) in enumerate(BAD.values()):
        job_id = await site.submit(video_id, f"bad-{number}", seconds=1)
        await publish(site, job_id, name, headers, body)
    good = [await site.submit(video_id, f"good-{number}") for number in range(5)]
    await eventually(lambda: all_completed(site, good))
    report = await site.audited()
    assert [] == report.violations
    assert len(BAD) == sum("in quarantine" in note for note in report.notes)
    assert [None] * len(site.parts) == [part.process.poll() for part in site.parts.values()]


async def all_completed(site: Site, jobs: list[str]) -> bool:
    return {"completed"} == {await site.status(job_id) for job_id in jobs}


async def test_an_event_of_a_newer_release_stops_the_catalog_and_says_so(site: Site) -> None:
    video_id = await site.video()
    await publish(site, await site.submit(video_id, "newer"), "reprioritised", {"ce-dataversion": "99"}, GOOD)
    assert 1 == await site.parts["catalog"].ended()
    assert "newer than this release" in site.parts["catalog"].log.read_text()
    goes_on = await site.submit(video_id, "goes-on")
    await eventually(lambda: all_completed(site, [goes_on]))
    assert {Check.READABLE: 1} == dict((await audit(site.log, Scope())).violated)
