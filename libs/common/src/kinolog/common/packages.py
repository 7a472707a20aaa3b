"""The manifest of a package: which files a streamed video consists of, and the blob that holds each."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kinolog.common.events import BlobRef

MANIFEST_MEDIA_TYPE: Final = "application/json"
PLAYLIST_MEDIA_TYPE: Final = "application/vnd.apple.mpegurl"
MASTER_PLAYLIST: Final = "master.m3u8"

PackageFileName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,80}\.(m3u8|mp4|ts|vtt)$")]


class PackageManifest(BaseModel):
    """`files` by the names that playlists call them by. Media files have a part of their hash in the name, so a name
    always means the same bytes; a playlist's does not.
    """

    model_config = ConfigDict(frozen=True)

    version: Literal[1] = 1
    format: Literal["hls"] = "hls"
    files: Annotated[dict[PackageFileName, BlobRef], Field(default_factory=dict)]

    @property
    def size_bytes(self) -> int:
        return sum(blob.size_bytes for blob in self.files.values())


def manifest_to_json(manifest: PackageManifest) -> bytes:
    return manifest.model_dump_json().encode()


def manifest_from_json(content: bytes) -> PackageManifest:
    """Raises ValueError for anything but what `manifest_to_json` of this or an older release wrote."""
    return PackageManifest.model_validate_json(content)
