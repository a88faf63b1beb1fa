"""What the hub counts, for /metrics and the demo's table. Never a person in a label."""

from collections.abc import Iterable
from typing import Protocol

from prometheus_client import Counter

from hub.measurements import Refused

MESSAGES = Counter("vigie_messages", "Payloads taken in and committed")
READINGS = Counter("vigie_readings", "Measurements by what became of them", ["fate"])
REFUSALS = Counter("vigie_refusals", "Refusals by reason", ["reason"])


class _Receipt(Protocol):
    @property
    def fates(self) -> tuple[str, ...]: ...
    @property
    def refused(self) -> tuple[Refused, ...]: ...


def count(receipts: Iterable[_Receipt]) -> None:
    """Count what was committed."""
    for receipt in receipts:
        MESSAGES.inc()
        for fate in receipt.fates:
            READINGS.labels(fate).inc()
        for refused in receipt.refused:
            REFUSALS.labels(refused.why.code).inc()
