"""Where a stream stands: the `id` of its events, by which it resumes with nothing lost and nothing twice.

PostgreSQL's snapshots say exactly what somebody has seen, whatever is committed late: what is new is what was not
visible in the snapshot they looked at. What is new at once is told in the order of its numbers; `upto`, `number` and
`place` say how far that has come.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from timeseries.store import Place

KEPT = timedelta(hours=1)
"""How long news is kept; a stream that was away for longer begins anew, with what is newest."""

_SNAPSHOT = r"\d{1,18}:\d{1,18}:(?:\d{1,18}(?:,\d{1,18}){0,200})?"
_WRITTEN = re.compile(
    rf"(?P<at>\d{{1,10}})~(?P<seen>{_SNAPSHOT})"
    rf"(~(?P<upto>{_SNAPSHOT})~(?P<number>\d{{1,18}})(~(?P<micros>\d{{1,17}})~(?P<key>[0-9a-f]{{32}}))?)?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Mark:
    """All that was visible in the snapshot `seen` is told, at the instant `at`.

    Of what came between it and `upto`: the news before `number`, and of that one the readings up to `place`.
    """

    at: datetime
    seen: str
    upto: str | None = None
    number: int = 0
    place: Place | None = None

    def __str__(self) -> str:
        """As events bear it."""
        parts: list[object] = [int(self.at.timestamp()), self.seen]
        if self.upto is not None:
            parts += [self.upto, self.number]
        if self.upto is not None and self.place is not None:
            parts += [(self.place.taken_at - _EPOCH) // _MICRO, self.place.key.hex()]
        return "~".join(map(str, parts))


def read_mark(said: str | None, now: datetime) -> Mark | None:
    """The mark that a client sends back; None if it is none of ours, or too old to resume from."""
    found = _WRITTEN.fullmatch(said or "")
    if found is None:
        return None
    at = _EPOCH + timedelta(seconds=int(found["at"]))
    snapshots = [found["seen"], *filter(None, [found["upto"]])]
    if not now - KEPT < at <= now + timedelta(seconds=1) or not all(map(_is_snapshot, snapshots)):
        return None
    return Mark(at, found["seen"], found["upto"], int(found["number"] or 0), _place(found["micros"], found["key"]))


def _place(micros: str | None, key: str | None) -> Place | None:
    return Place(_EPOCH + int(micros) * _MICRO, bytes.fromhex(key)) if micros and key else None


def _is_snapshot(text: str) -> bool:
    """True if the database would read it as one: what was running lies between its ends, in order."""
    low, high, between = text.split(":")
    running = [int(number) for number in between.split(",") if number]
    within = all(int(low) <= number < int(high) for number in running)
    return 0 < int(low) <= int(high) and within and running == sorted(set(running))
