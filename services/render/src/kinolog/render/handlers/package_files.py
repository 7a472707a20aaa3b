"""The files of a package, on their way into the blob store under the names that playlists call them by."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kinolog.common.blobs import BlobStore
from kinolog.common.events import BlobRef
from kinolog.common.packages import MANIFEST_MEDIA_TYPE, PLAYLIST_MEDIA_TYPE, PackageManifest, manifest_to_json

_HASH_CHARACTERS: Final = 12


@dataclass(slots=True)
class PackageFiles:
    blobs: BlobStore
    _files: dict[str, BlobRef] = field(default_factory=dict)

    async def add_media(self, file: Path, media_type: str) -> str:
        """Store it, and return its name: with a part of its hash, so that caches may keep it for ever."""
        blob = await self.blobs.put_file(file, media_type)
        return self._listed(f"{file.stem}-{blob.sha256[:_HASH_CHARACTERS]}{file.suffix}", blob)

    async def add_text(self, stem: str, text: str, media_type: str) -> str:
        blob = await self.blobs.put_bytes(text.encode(), media_type)
        return self._listed(f"{stem}-{blob.sha256[:_HASH_CHARACTERS]}.vtt", blob)

    async def add_playlist(self, name: str, text: str) -> str:
        return self._listed(name, await self.blobs.put_bytes(text.encode(), PLAYLIST_MEDIA_TYPE))

    async def manifest(self) -> tuple[PackageManifest, BlobRef]:
        """What was added so far, stored as well."""
        manifest = PackageManifest(files=self._files)
        return manifest, await self.blobs.put_bytes(manifest_to_json(manifest), MANIFEST_MEDIA_TYPE)

    def _listed(self, name: str, blob: BlobRef) -> str:
        self._files[name] = blob
        return name
