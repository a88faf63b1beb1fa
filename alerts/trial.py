"""Thresholds tried in one look over readings there are already: how many episodes each rule would have told of.

`alerts.replay` walks reading by reading, as the watch does, and takes seconds; this looks back once, as the watch does
after a backlog, and takes milliseconds. Both judge by the same rules. Silences and forecasts, which are of a moment
alone, are not counted here.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from alerts.history import History
from alerts.replay import tried
from alerts.rule import rules
from alerts.thresholds import Thresholds

COUNTED = frozenset(
    {"urgent_low", "low", "long_low_at_night", "high", "very_high", "prolonged_high", "fast_fall", "fast_rise"}
)
"""Rules whose episodes are all there to see afterwards."""


def told_of(history: History, thresholds: Thresholds, since: datetime, until: datetime) -> Mapping[str, int]:
    """By rule, the episodes that begin in that time and last long enough, had these thresholds held all along."""
    known = tried(history, [replace(thresholds, valid_from=since)]).known(until, back=until - since)
    found = (finding for rule in rules() if rule.name in COUNTED for finding in rule.find(known))
    return Counter(finding.rule for finding in found if finding.held and finding.since >= since)
