"""What tests of every service share: real servers, waiting for conditions, example data."""

from kinolog.common.testing.eventually import eventually
from kinolog.common.testing.logs import provisioned_log
from kinolog.common.testing.nats_server import NatsServer

__all__ = ["NatsServer", "eventually", "provisioned_log"]
