"""What all five services share: the log, its events, the aggregates, the worker runtime and blobs."""
