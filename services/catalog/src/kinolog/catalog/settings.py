"""The environment of the catalog."""

from pydantic import SecretStr

from kinolog.common.settings import ServiceSettings


class CatalogSettings(ServiceSettings):
    """Variables are the field names in capitals after `KINOLOG_`, e.g. `KINOLOG_DATABASE_URL`, a secret."""

    # sqlite:///relative.db, sqlite:////absolute.db or postgresql://user:password@host/database
    database_url: SecretStr = SecretStr("sqlite:///data/catalog.db")
    sqlite_busy_timeout_seconds: float = 5.0
    # Copying a million rebuilt rows into place is the longest statement.
    postgres_timeout_seconds: float = 60.0
    postgres_pool_size: int = 5

    catalog_retry_interval_seconds: float = 0.5
    # How soon tables are missed that somebody has deleted.
    catalog_check_interval_seconds: float = 5.0
    # A transaction costs as much as fifty events. Nobody who waits for a sequence is kept waiting by this.
    catalog_rest_seconds: float = 0.1
    # Aggregates that are remembered, so that their rows need not be read back for the next event.
    catalog_recent_aggregates: int = 2_000
    # How long a question waits for the sequence that its caller has seen.
    catalog_wait_seconds: float = 5.0
    catalog_questions_at_once: int = 200
    # A NATS message holds a megabyte by default, headers included.
    catalog_page_limit_bytes: int = 900_000
    # How often jobs are looked for whose worker is gone and whose delivery was forgotten.
    catalog_reap_interval_seconds: float = 5.0
