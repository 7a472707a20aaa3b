"""The outside of the catalog: its database and its questions over NATS."""
