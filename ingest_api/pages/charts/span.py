"""From when until when a chart shows."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` up to but not including `until`, kept in UTC: between times of one zone Python counts wall hours."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        """Refuse times without an offset, and a span without length; raises ValueError."""
        if self.since.tzinfo is None or self.until.tzinfo is None:
            raise ValueError("give the times of a chart with their offset")
        object.__setattr__(self, "since", self.since.astimezone(UTC))
        object.__setattr__(self, "until", self.until.astimezone(UTC))
        if self.since >= self.until:
            raise ValueError("a chart must end later than it begins")

    def place(self, at: datetime) -> float:
        """How far from the left a time lies, as a fraction."""
        return (at - self.since) / (self.until - self.since)
