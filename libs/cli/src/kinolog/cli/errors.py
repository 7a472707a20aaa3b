"""What can go wrong at the command line; each is told to the user in one line and ends with exit status 1.

CliError
├── BadSetting          an environment variable or option that makes no sense
├── FolderInUse         another supervisor works in this data folder
├── PortInUse           something else listens where the gateway should
├── StartFailed         a part of the platform did not come up
├── Unreachable         no platform answers at that address
├── Incomplete          an import left something out, or found other than it was told
├── BadExport           a list of projects that cannot be read
├── Violated            an audit found that a promise was not kept
├── ApiRefused          the platform answered with an error
└── DemoFailed          a step of the demo did not do what it promises
"""

from kinolog.common.errors import KinologError


class CliError(KinologError):
    """The root: its text is the whole message."""


class BadSetting(CliError):
    """The message names the setting and says what is wrong with it."""


class FolderInUse(CliError):
    """Two supervisors in one folder would write one log twice."""


class PortInUse(CliError):
    """Chosen ports are never changed silently: scripts rely on them."""


class StartFailed(CliError):
    """The platform was taken down again."""


class Unreachable(CliError):
    """Nothing was sent, or nothing came back."""


class Incomplete(CliError):
    """What it was is shown before."""


class BadExport(CliError):
    """The message names the file, and the place in it where there is one."""


class Violated(CliError):
    """What was found is shown before."""


class ApiRefused(CliError):
    """`status` is the HTTP status code."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class DemoFailed(CliError):
    """Something did not really happen."""
