"""What the hub counts, for /metrics and the demo's table. Never a person in a label."""

from collections import Counter as Multiset
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from prometheus_client import Counter

from alerts.walked import Walked
from hub.measurements import Refused

MESSAGES = Counter("vigie_messages", "Payloads taken in and committed")
READINGS = Counter("vigie_readings", "Measurements by what became of them", ["fate"])
REFUSALS = Counter("vigie_refusals", "Refusals by reason", ["reason"])
ALERTS = Counter("vigie_alerts", "What the watch told of alerts, by rule", ["rule", "what"])
LOOKS = Counter("vigie_looks", "Times that the watch looked at somebody's alerts")


@dataclass(frozen=True, slots=True)
class Totals:
    """What this process has counted."""

    messages: int
    fates: dict[str, int]
    refusals: dict[str, int]


class _Receipt(Protocol):
    @property
    def fates(self) -> tuple[str, ...]: ...
    @property
    def refused(self) -> tuple[Refused, ...]: ...


def tally(receipts: Sequence[_Receipt]) -> None:
    """Count what was committed."""
    MESSAGES.inc(len(receipts))
    for fate, times in Multiset(fate for receipt in receipts for fate in receipt.fates).items():
        READINGS.labels(fate).inc(times)
    for refused in (refused for receipt in receipts for refused in receipt.refused):
        REFUSALS.labels(refused.why.code).inc()


def tell(walked: Walked) -> None:
    """Count what the watch committed."""
    LOOKS.inc()
    for told in walked.told:
        ALERTS.labels(told.event.rule, told.event.what).inc()


def totals() -> Totals:
    """What this process has counted since it began."""
    return Totals(sum(_by_label(MESSAGES).values()), _by_label(READINGS), _by_label(REFUSALS))


def _by_label(counter: Counter) -> dict[str, int]:
    samples = [sample for metric in counter.collect() for sample in metric.samples if sample.name.endswith("_total")]
    return {next(iter(sample.labels.values()), ""): int(sample.value) for sample in samples}
