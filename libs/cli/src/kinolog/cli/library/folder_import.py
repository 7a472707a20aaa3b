"""A folder's way into a project: all of it once, or whatever comes into it until Ctrl-C."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kinolog.cli.client import Client, Json
from kinolog.cli.errors import BadSetting, Incomplete
from kinolog.cli.library.at_once import at_once
from kinolog.cli.library.bars import ImportBars
from kinolog.cli.library.folder import Found, Listing, list_media
from kinolog.cli.library.sending import Sender
from kinolog.cli.library.settings import ImportSettings
from kinolog.cli.library.tally import Outcome, Tally, Verdict
from kinolog.cli.library.watching import Settling
from kinolog.cli.tables import plain
from kinolog.cli.talk import console
from kinolog.common.ids import is_id


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderImport:
    """`project` is an id, or the name of one that is made where it is missing; without it, the folder's name is."""

    root: Path
    extensions: frozenset[str]
    project: str | None
    settings: ImportSettings
    is_watch: bool = False
    is_rehearsal: bool = False

    async def run(self, client: Client) -> None:
        """Raises Incomplete where something failed, once all else was taken in."""
        project_id = await self._project_id(client)
        sender = Sender(client, project_id, self.settings, is_rehearsal=self.is_rehearsal)
        tally = Tally()
        try:
            with ImportBars(console) as bars:
                await _Work(sender, tally, bars, self).go()
        finally:
            for table in tally.tables():
                console.print(table)
        if failed := tally.counts[Verdict.FAILED]:
            raise Incomplete(f"{failed} could not be taken in; the same command again takes in what is missing")

    async def _project_id(self, client: Client) -> str | None:
        """None where a rehearsal would make it."""
        if self.project is not None and is_id(self.project, "prj"):
            return str((await client.get("projects", self.project))["id"])
        name = self.project or self.root.name
        ids = [project["id"] for project in await client.all_of("projects") if project["name"] == name]
        if len(ids) > 1:
            raise BadSetting(f"--project {name}: {len(ids)} projects have this name; give an id: {', '.join(ids)}")
        if ids or self.is_rehearsal:
            return ids[0] if ids else None
        made: Json = await client.create_project(name)
        return str(made["id"])


@dataclass(slots=True)
class _Work:
    sender: Sender
    tally: Tally
    bars: ImportBars
    order: FolderImport

    async def go(self) -> None:
        if self.order.is_watch:
            await self._watch()
            return
        listing = await self._list()
        self._note_unreadable(listing)
        await self._take_all(listing.files)

    async def _watch(self) -> None:
        """Until it is cancelled."""
        settings = self.order.settings
        settling = Settling(settings.settle_seconds, asyncio.get_running_loop().time)
        while True:
            listing = await self._list()
            self._note_unreadable(listing)
            for outcome in await self._take_all(settling.ready(listing.files)):
                if outcome.verdict is Verdict.FAILED:
                    settling.again(outcome.path)
            await asyncio.sleep(settings.poll_seconds)

    async def _list(self) -> Listing:
        return await asyncio.to_thread(list_media, self.order.root, self.order.extensions)

    def _note_unreadable(self, listing: Listing) -> None:
        for folder, reason in listing.unreadable:
            self._note(Outcome(folder, Verdict.FAILED, reason))

    async def _take_all(self, files: Iterable[Found]) -> list[Outcome]:
        waiting, outcomes = list(files), list[Outcome]()
        self.bars.expect(waiting)

        async def take(found: Found) -> None:
            with self.bars.file(found) as bar:
                outcome = await self.sender.take_in(found, bar)
            outcomes.append(outcome)
            self._note(outcome)

        await at_once(self.order.settings.jobs, waiting, take)
        return outcomes

    def _note(self, outcome: Outcome) -> None:
        if self.tally.add(outcome) and self.order.is_watch:
            console.print(plain(f"{outcome.verdict}  {outcome.path}  {outcome.detail}"), soft_wrap=True)
