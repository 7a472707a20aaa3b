"""Which process runs which test, where several share them."""

from typing import Final

from xdist.scheduler.loadscope import LoadScopeScheduling

# What takes long to make is made once by each process that runs tests of such a module, so one shall run all of them.
_TOGETHER: Final = ("tests/e2e/", "tests/integration/render/test_partial_burn.py")


class CostlyTogether(LoadScopeScheduling):  # type: ignore[misc]  # of a library without types
    """Whoever is free gets the next test, or all tests of a module that begins with something costly.

    The marks that pytest-xdist has for this do not reach its scheduler with pytest 9.2, which keeps ids of tests
    from being changed.
    """

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.partition("::")[0] if nodeid.startswith(_TOGETHER) else nodeid
