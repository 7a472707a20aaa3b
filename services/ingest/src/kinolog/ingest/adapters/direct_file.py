"""A file that is being received: what the server says of it, which of its pieces are here, and their bytes on disk."""

import zlib
from dataclasses import dataclass

from kinolog.common.media.ask import OnPercent
from kinolog.ingest.adapters.partial_file import PartialFile
from kinolog.ingest.domain.fetching import Checkpoint, Fetched, Source
from kinolog.ingest.domain.pieces import Piece, Plan


@dataclass(slots=True)
class DirectFile:
    """`plan` is None until a server has said what there is."""

    part: PartialFile
    source: Source
    plan: Plan | None = None

    @property
    def received_bytes(self) -> int:
        return self.plan.received_bytes if self.plan else 0

    @property
    def can_be_gone_on_with(self) -> bool:
        """Whether others of the same state of the file can be asked for than the bytes that are here."""
        is_of_use = self.received_bytes > 0 or (self.plan is not None and self.plan.is_split)
        return is_of_use and self.source.validator is not None

    @property
    def is_complete(self) -> bool:
        return self.plan is not None and self.plan.is_complete

    async def store(self, piece: Piece, received: bytes) -> None:
        """Keep the next bytes of a piece, and hash on where they close a gap."""
        await self.part.write(piece.position, received)
        piece.crc = None if piece.crc is None else zlib.crc32(received, piece.crc)
        piece.received += len(received)
        await self._hash_on()

    async def forget(self) -> None:
        self.plan, self.source = None, Source(self.source.url)
        await self.part.cut(0)

    async def checkpoint(self) -> Checkpoint:
        """What is here, made durable."""
        await self._hash_on()
        first, plan = self.part.fingerprint(), self.plan or Plan(None)
        attempt = int(self.part.path.stem)
        checkpoint = Checkpoint(self.source, attempt, first, plan.piece_bytes, plan.others(first.size_bytes))
        await self.part.sync()
        return checkpoint

    async def is_sound(self, checkpoint: Checkpoint, on_percent: OnPercent) -> bool:
        """Whether what a checkpoint tells of is here, read anew and the same."""
        received = checkpoint.received
        share = 100 / max(1, received.size_bytes)
        await self.part.hash_to(received.size_bytes, lambda hashed: on_percent(share * hashed))
        if self.part.fingerprint() != received:
            return False
        for other in checkpoint.others:
            if await self.part.crc(other.begin, other.received) != other.crc:
                return False
        return True

    async def finish(self) -> Fetched:
        """Once nobody receives anything more."""
        await self._hash_on()
        await self.part.cut(self.received_bytes)
        return Fetched(self.part.path, self.part.fingerprint(), self.source.filename)

    def close(self) -> None:
        self.part.close()

    async def _hash_on(self) -> None:
        if self.plan is not None:
            await self.part.hash_to(self.plan.first_bytes)
