"""The environment of the ingest service."""

from kinolog.common.media.settings import MediaSettings


class IngestSettings(MediaSettings):
    """Variables are the field names in capitals after `KINOLOG_`, e.g. `KINOLOG_MEDIA_MAX_PIXELS`."""

    # Reading and hashing wait for the disk, so two jobs at once fill each other's gaps.
    ingest_slots: int = 2
