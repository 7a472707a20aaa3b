"""Which process runs which test, where several share them."""

from typing import Final

from xdist.scheduler.loadscope import LoadScopeScheduling

# What takes long to make is made once by each process that runs tests of such a module, so one shall run all of them.
_TOGETHER: Final = (
    "tests/e2e/",
    "tests/integration/cli/test_import_of_folders.py",
    "tests/integration/render/test_partial_burn.py",
)
# One site stands for all faults, and one S3 server for all that is kept there.
_FAULTS: Final = "tests/faults/"
_ON_S3: Final = ("[s3]", "_to_s3_survives_a_killed_gateway")
# The stories of these have a platform of their own; all others are told on one.
_STORIES: Final = "tests/e2e/"
_APART: Final = ("from_upload_to_storyboard", "long_films", "secrets", "survival", "tracing")


class CostlyTogether(LoadScopeScheduling):  # type: ignore[misc]  # of a library without types
    """Whoever is free gets the next test, or all tests that begin with the same costly thing.

    The marks that pytest-xdist has for this do not reach its scheduler with pytest 9.2, which keeps ids of tests
    from being changed.
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.endswith(_ON_S3):
            return "s3"
        if nodeid.startswith(_FAULTS):
            return _FAULTS
        if not nodeid.startswith(_TOGETHER):
            return nodeid
        module = nodeid.partition("::")[0]
        is_shared = module.startswith(_STORIES) and not module.endswith(tuple(f"/test_{name}.py" for name in _APART))
        return _STORIES if is_shared else module
