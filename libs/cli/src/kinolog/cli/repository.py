"""What a clone of the repository holds besides code: the sample clip and the small speech model of the tests."""

from pathlib import Path

from kinolog.cli.errors import DemoFailed


def find(path: str) -> Path | None:
    """A file or folder of the clone this package runs from; None when it is installed elsewhere."""
    for folder in Path(__file__).parents:
        if (folder / "requirements.lock").exists() and (folder / path).exists():
            return folder / path
    return None


def sample_clip() -> Path:
    found = find("tests/data/sample/hello.mp4")
    if found is None:
        raise DemoFailed("there is no sample clip outside a clone of the repository; name a video with --file")
    return found


def small_speech_model() -> Path | None:
    return find("tests/data/whisper-fixture/model")


def root() -> Path:
    """The clone's top folder, else the folder we were started in."""
    lock = find("requirements.lock")
    return lock.parent if lock else Path.cwd()
