"""The audit: does what is stored keep the promises of DESIGN and README? Reads everything, changes nothing."""

from kinolog.common.audit.report import Check, Report
from kinolog.common.audit.run import Scope, audit

__all__ = ["Check", "Report", "Scope", "audit"]
