"""What was received of many people, read from the store with a few queries for all of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from alerts.history import WEIGHT_BACK, moment, us
from alerts.rule import Weighed
from hub.database import Connection, raw_rows
from hub.measurements import CONDITION_BY_NUMBER
from hub.quantities import GLUCOSE_KINDS, KIND_BY_NUMBER, KINDS, Kind
from timeseries.columns import elements, samples_of
from timeseries.glucose.one_source import Samples

Flags = NDArray[np.bool_]

_GLUCOSE = [KINDS[kind].number for kind in GLUCOSE_KINDS]
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Mark:
    """Readings of one person, kind and day that came, changed or went, and that nobody has looked at."""

    person: int
    kind: Kind
    since: datetime
    until: datetime
    keys: tuple[UUID, ...]
    gone: bool


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """One person's records of one kind; `received` when they could be seen, as far as that is known.

    (n,) each: `hidden` from others; `attribution` as stored, 0 for none.
    """

    samples: Samples
    hidden: Flags
    attribution: NDArray[np.int16]

    def only(self, chosen: Flags) -> "Records":
        """Those records."""
        samples = Samples(**{field.name: getattr(self.samples, field.name)[chosen] for field in fields(Samples)})
        return Records(samples, self.hidden[chosen], self.attribution[chosen])

    def seen(self, fresh: frozenset[bytes], after: datetime, now: datetime) -> "Records":
        """The same, those of these keys lifted to `now`, past `after`, that were received by `after`, or will be."""
        received = self.samples.received
        late = (received <= us(after)) | (received > us(now))
        lifted = late & np.isin(self.samples.key, np.array(sorted(fresh), "S16"))
        samples = replace(self.samples, received=np.where(lifted, us(now), received))
        return Records(samples, self.hidden, self.attribution)

    def moved(self, to: "Records") -> list[bytes]:
        """Keys of those of which the other says that they were received at another time."""
        keys = self.samples.key[self.samples.received != to.samples.received]
        return [key.ljust(16, b"\0") for key in keys.tolist()]


Received = Mapping[int, Mapping[Kind, Records]]
"""By person's number and kind."""


def take_marks(connection: Connection, people: Sequence[int]) -> list[Mark]:
    """What is to be looked at of these people, which then is nobody's to look at any more."""
    rows = connection.execute(_TAKE, (list(people),), binary=True)
    return [
        Mark(person, KIND_BY_NUMBER[kind], since, until, tuple(keys), gone)
        for person, kind, since, until, keys, gone in rows
    ]


def glucose(connection: Connection, people: Sequence[int], hiders: Sequence[int], since: datetime) -> Received:
    """Their glucose from `since` on; nothing is hidden but of `hiders`."""
    asked = {"people": list(people), "kinds": _GLUCOSE, "hiders": list(hiders), "since": since, "until": None}
    return _records(connection, asked)


def weights(connection: Connection, people: Sequence[int], hiders: Sequence[int], since: datetime) -> Received:
    """Their weighings as far back as rules look from `since`."""
    asked = {
        "people": list(people), "kinds": [KINDS[Kind.WEIGHT].number], "hiders": list(hiders),
        "since": since - WEIGHT_BACK, "until": None,
    }  # fmt: skip
    return _records(connection, asked) if people else {}


def marked(connection: Connection, mark: Mark, hides: bool, before: datetime) -> Mapping[Kind, Records]:
    """The readings of a mark that were taken before that."""
    asked = {
        "people": [mark.person], "kinds": [KINDS[mark.kind].number], "hiders": [mark.person] * hides,
        "since": mark.since, "until": min(before, mark.until + _MICROSECOND),
    }  # fmt: skip
    found = _records(connection, asked).get(mark.person, {})
    keys = np.array([key.bytes for key in mark.keys], "S16")
    return {kind: records.only(np.isin(records.samples.key, keys)) for kind, records in found.items()}


def joined(parts: Iterable[Mapping[Kind, Records]]) -> dict[Kind, Records]:
    """All of them."""
    found: defaultdict[Kind, list[Records]] = defaultdict(list)
    for part in parts:
        for kind, records in part.items():
            found[kind].append(records)
    return {kind: each[0] if len(each) == 1 else _concatenated(each) for kind, each in found.items()}


def weighings(records: Records) -> tuple[Weighed, ...]:
    """Those records as weighings."""
    s = records.samples
    columns = (s.at, s.received, s.value, s.device, s.key, records.attribution, s.condition)
    return tuple(
        Weighed(
            taken_at=moment(at),
            received_at=moment(received),
            value=None if np.isnan(value) else value,
            device=device,
            key=key,
            attribution=attribution or None,
            condition=CONDITION_BY_NUMBER[condition] if condition else None,
        )
        for at, received, value, device, key, attribution, condition in zip(
            *(column.tolist() for column in columns), strict=True
        )
    )


def _records(connection: Connection, asked: Mapping[str, object]) -> dict[int, dict[Kind, Records]]:
    found: defaultdict[int, dict[Kind, Records]] = defaultdict(dict)
    for person, kind, hidden, attribution, *columns in raw_rows(connection, _SELECT, asked):
        told = Records(
            samples=samples_of(columns),
            hidden=elements(hidden, ">i2").astype(np.bool_),
            attribution=elements(attribution, ">i2").astype(np.int16),
        )
        found[_integer(person)][KIND_BY_NUMBER[_integer(kind)]] = told
    return found


def _concatenated(parts: Sequence[Records]) -> Records:
    columns = {field.name: np.concatenate([getattr(p.samples, field.name) for p in parts]) for field in fields(Samples)}
    hidden, attribution = np.concatenate([p.hidden for p in parts]), np.concatenate([p.attribution for p in parts])
    return Records(Samples(**columns), hidden, attribution)


def _integer(told: bytes | None) -> int:
    return int.from_bytes(told or b"")


_TAKE = "DELETE FROM arrival WHERE person = ANY(%s) RETURNING person, kind, since, until, keys, gone"
_SELECT = """
    SELECT r.person, r.kind, array_agg(r.hidden), array_agg(coalesce(r.attribution, 0::int2)),
           array_agg(r.taken_at), array_agg(coalesce(r.value, 'NaN')), array_agg(r.raw_value), array_agg(r.raw_unit),
           array_agg(coalesce(r.condition, 0::int2)), array_agg(r.device), array_agg(r.received_at), array_agg(r.key)
    FROM (
        SELECT r.person, r.kind, r.attribution, r.taken_at, r.value, r.raw_value, r.raw_unit, r.condition, r.device,
               r.key, coalesce(l.seen_at, r.received_at) AS received_at,
               CASE WHEN r.person = ANY(%(hiders)s) THEN EXISTS (
                    SELECT FROM hidden h WHERE h.person = r.person AND h.lifted_at IS NULL AND r.taken_at <@ h.during
                    AND (h.kind IS NULL OR h.kind = r.kind) AND (h.device IS NULL OR h.device = r.device)
                    AND (h.reading IS NULL OR h.reading = r.key)) ELSE false END::int::int2 AS hidden
        FROM reading r LEFT JOIN seen_late l ON (l.person, l.key) = (r.person, r.key) AND l.person = ANY(%(people)s)
        WHERE r.person = ANY(%(people)s) AND r.kind = ANY(%(kinds)s::smallint[])
          AND r.taken_at >= %(since)s AND (%(until)s::timestamptz IS NULL OR r.taken_at < %(until)s)
    ) AS r
    GROUP BY r.person, r.kind
"""
