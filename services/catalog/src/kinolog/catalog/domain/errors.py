"""What can go wrong in the catalog itself.

KinologError
├── UpgradeNeeded      a newer release wrote an event: folding on without it would give rows that are wrong
├── Unstorable         a value that no column can hold
├── StoreUnavailable   the database cannot be used at present: try again
├── RebuildRunning     another process is rebuilding the same tables
└── Stale              the catalog did not reach the asked sequence in time
    └── NotSearchable  nor will it ever: this database cannot search in speech
"""

from kinolog.common.errors import KinologError


class UpgradeNeeded(KinologError):
    """Stop and install the newer release."""


class Unstorable(KinologError):
    """Names the field and what is wrong with its value."""


class StoreUnavailable(KinologError):
    """Locked, restarting, out of connections, or gone."""


class RebuildRunning(KinologError):
    """Wait for the other rebuild, or stop it."""


class Stale(KinologError):
    """The caller may ask again."""


class NotSearchable(Stale):
    """Says what is missing."""
