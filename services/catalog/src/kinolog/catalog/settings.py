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
    catalog_check_interval_seconds: float = 15.0
    # A transaction costs as much as fifty events. Nobody who waits for a sequence is kept waiting by this.
    catalog_rest_seconds: float = 0.1
    # After a transaction of so many events it rests longer: a job that is started and completed meanwhile is written
    # once, and most of those that a busy worker holds are.
    catalog_busy_events: int = 50
    catalog_busy_rest_seconds: float = 0.3
    # A rebuild folds so many in one transaction, and holds them until then: two kilobytes each, as a rule.
    catalog_window_events: int = 5_000
    # Aggregates that are remembered, so that their rows need not be read back for the next event.
    catalog_recent_aggregates: int = 10_000
    # How long a question waits for the sequence that its caller has seen.
    catalog_wait_seconds: float = 5.0
    catalog_questions_at_once: int = 200
    # A NATS message holds a megabyte by default, headers included.
    catalog_page_limit_bytes: int = 900_000
    # How often jobs are looked for whose worker is gone and whose delivery was forgotten, while any run.
    catalog_reap_interval_seconds: float = 5.0

    # The process managers act on what they hear. This is how often they look anyhow, and how long they gather hints.
    catalog_manager_interval_seconds: float = 30.0
    catalog_manager_pause_seconds: float = 0.1
    # The jobs of a batch are written in any order: how long a job waits for one that is not in the log.
    catalog_missing_job_grace_seconds: float = 60.0
    # A time of a schedule that is later than this was missed: then its catch-up policy decides.
    catalog_schedule_grace_seconds: float = 60.0
    catalog_schedule_most_times: int = 100

    # A film of three hours with the times of its words has three million.
    speech_max_bytes: int = 67_108_864
    # The projection waits for as long as one transaction takes.
    speech_cues_per_transaction: int = 250
    # Where the storage fails, reading the cues is tried again after this, and then after twice as long each time.
    speech_retry_seconds: float = 5.0
    speech_longest_retry_seconds: float = 3600.0

    # Beyond this wait a job goes before those of higher lanes, one in three.
    dispatch_longest_wait_seconds: float = 900.0
    dispatch_turns: int = 64
    # Workers follow an order for three seconds.
    dispatch_repeat_seconds: float = 1.0
    # A worker that was silent for so long is not counted as alive.
    dispatch_worker_silence_seconds: float = 15.0
