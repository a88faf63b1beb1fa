"""The store in memory: for tests that need no database. Passes the same contract as the real one."""

from collections.abc import Sequence
from uuid import UUID

from hub.readings import Key, Reading
from timeseries.store import Found, Outcome, Query, same_measure


class MemoryStore:
    """See timeseries.store.Store."""

    def __init__(self, devices: dict[int, UUID]) -> None:
        """An empty store; `devices` gives each device number its id, as the register does."""
        self._devices = devices
        self._keys: set[Key] = set()
        self._kept: list[Reading] = []
        self.linked: list[Reading] = []

    def keep(self, readings: Sequence[Reading]) -> list[Outcome]:
        """See Store."""
        by_key = sorted(range(len(readings)), key=lambda place: readings[place].key)
        outcomes = {place: self._keep(readings[place]) for place in by_key}
        return [outcomes[place] for place in range(len(readings))]

    def find(self, query: Query) -> list[Found]:
        """See Store."""
        found = sorted(
            (self._found(r) for r in self._kept if r.person == query.person and r.kind in query.kinds),
            key=lambda f: (f.taken_at, f.key),
        )
        return [f for f in found if _within(f, query)][: query.limit]

    def latest(self, person: int) -> list[Found]:
        """See Store."""
        newest: dict[str, Reading] = {}
        for reading in sorted(self._kept, key=lambda r: (r.taken_at, r.key)):
            if reading.person == person:
                newest[reading.kind] = reading
        return [self._found(reading) for reading in newest.values()]

    def _keep(self, reading: Reading) -> Outcome:
        if reading.key in self._keys:
            return Outcome.DUPLICATE
        self._keys.add(reading.key)
        theirs = [r for r in self._kept if (r.person, r.household) == (reading.person, reading.household)]
        if any(same_measure(reading, other) for other in theirs):
            self.linked.append(reading)
            return Outcome.LINKED
        if any(_sameness(reading) == _sameness(other) for other in theirs):
            return Outcome.DUPLICATE
        self._kept.append(reading)
        return Outcome.STORED

    def _found(self, r: Reading) -> Found:
        return Found(
            r.kind, r.taken_at, r.utc_offset, r.value, r.raw, r.condition, self._devices[r.device],
            r.channel, r.time_source, r.received_at, r.device_time, r.key,
        )  # fmt: skip


def _sameness(r: Reading) -> tuple[object, ...]:
    return r.kind, r.taken_at, r.device, r.value, r.condition


def _within(found: Found, query: Query) -> bool:
    after = query.after is None or (found.taken_at, found.key) > (query.after.taken_at, query.after.key)
    return query.since <= found.taken_at < query.until and after
