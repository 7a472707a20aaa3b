"""The places where blobs may be kept, for the suites over all of them."""

import pytest

from kinolog.common.ids import new_id
from kinolog.common.testing.s3_server import S3Server


@pytest.fixture(params=["folder", "memory", "s3"])
def blob_place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> str:
    """An empty one, as the URL that `BlobStore.open` takes."""
    if request.param == "memory":
        return "memory://"
    if request.param == "folder":
        return f"file://{tmp_path_factory.mktemp('blobs')}/a folder"
    server: S3Server = request.getfixturevalue("s3_server")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return f"{server.url}/{new_id('tst')}"
