"""A glance at people of whom nothing goes on: what came of them changes nothing, and nobody is silent.

Nothing is written of it but that it was taken, and what the next readings are held against: the next full look finds
the readings, leaps over them, and tells what it would have told. Who is not surely at rest is left to a full look, in
the same transaction. Hundreds of people are glanced at in one stroke: columns, and no object of each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from alerts.history import us
from alerts.passing import CALM, READING, Lately, Records, in_order, kept, lately, passing
from alerts.rule import LIVE
from hub.database import Connection, raw_rows
from hub.quantities import KINDS, UNIT_NUMBER, Kind, Unit
from timeseries.columns import POSTGRES_EPOCH_US, elements, moments
from timeseries.glucose.bounds import Flags
from timeseries.glucose.one_source import Integers

RECENT = timedelta(minutes=60) + LIVE
"""A reading marked as come that was taken before is looked at in full, whatever it says."""


@dataclass(frozen=True, slots=True, eq=False)
class Glanced:
    """What people's calms are held against; microseconds.

    (p,) `person` their numbers; `looked_at`, `glance_at`; `plain` if all that came are their sensors' own numbers. What
    they `said` lately and what came, by their places.
    """

    person: Integers
    calm: Records
    looked_at: Integers
    glance_at: Integers
    plain: Flags
    said: Lately

    def resting(self, now: int) -> Flags:
        """(p,) True if all that came is such as changes nothing, and silence is not to be told."""
        said, new = self.said, self.said.new
        amiss = np.zeros(len(said.at), np.bool_)
        amiss[new] = ~passing(self.calm, self.looked_at, said) | (said.received[new] > now)
        amiss[1:] |= new[:-1] & ~new[1:] & (said.of[1:] == said.of[:-1])  # before what was looked at already
        rests = self.plain & (now < self.silent_at)
        rests[said.of[amiss]] = False
        return rests

    @property
    def silent_at(self) -> Integers:
        """(p,) When silence may have to be told, if nothing comes; of who said nothing lately it is long past."""
        last = np.zeros(len(self.person), np.int64)
        last[self.said.of] = self.said.at
        return np.where(last > 0, last + self.calm["fresh"], 0)


def at_rest(connection: Connection, people: Sequence[int], now: datetime) -> frozenset[int]:
    """Those of the people held by the transaction that need no full look; what came of them has been looked at."""
    if not people:
        return frozenset()
    asked = {"people": integers(people), "now": now, "recent": now - RECENT}
    found = _glanced(connection, asked | {"kind": KINDS[Kind.GLUCOSE_INTERSTITIAL].number})
    rests = found.resting(us(now))
    if rests.any():
        connection.execute("DELETE FROM arrival WHERE person = ANY(%s::int[])", (integers(found.person[rests]),))
        connection.execute(_NOTE, _noted(found, rests, now))
    return frozenset(found.person[rests].tolist())


def _noted(found: Glanced, rests: Flags, now: datetime) -> dict[str, object]:
    """What is written of those people."""
    said = kept(found.said.only(rests[found.said.of]), len(rests))
    told = np.empty(len(said.at), READING)
    told["at"], told["value"] = said.at, said.values
    sizes = np.bincount(said.of, minlength=len(rests))[rests] * READING.itemsize
    # in time for whoever speaks in turn, so that nobody need be looked for
    soon = found.glance_at - us(now) <= found.calm["fresh"] // 2
    return {
        "now": now,
        "people": integers(found.person[rests]),
        "at": integers(np.where(soon, found.silent_at, found.glance_at)[rests] - POSTGRES_EPOCH_US),
        "sizes": integers(sizes),
        "begins": integers(np.cumsum(sizes) - sizes + 1),
        "told": told.tobytes(),
    }


def _glanced(connection: Connection, asked: Mapping[str, object]) -> Glanced:
    ((people, calm, sizes, said, looked_at, glance_at),) = raw_rows(connection, _CALM, asked)
    person = elements(people, ">i4").astype(np.int64)
    records = np.frombuffer(calm or b"", CALM)
    of = np.repeat(np.arange(len(person)), elements(sizes, ">i4").astype(np.int64) // READING.itemsize)
    plain, came = _came(connection, asked, person, records)
    return Glanced(
        person=person,
        calm=records,
        looked_at=moments(looked_at),
        glance_at=moments(glance_at),
        plain=plain,
        said=in_order(lately(np.frombuffer(said or b"", READING), of), came),
    )


def _came(connection: Connection, asked: Mapping[str, object], person: Integers, calm: Records) -> tuple[Flags, Lately]:
    """(p,) True for whom nothing but the sensor's numbers came, in its unit; those, of these people in order."""
    ((people, *said),) = raw_rows(connection, _CAME, asked)
    number = elements(people, ">i4").astype(np.int64)
    of = np.searchsorted(person, number)
    known = np.append(person, -1)[of] == number
    of, columns = of[known], [column[known] for column in (
        elements(said[0], ">i2") != 0, elements(said[1], ">i4"), elements(said[2], ">i2"),
        moments(said[3]), elements(said[4], ">f8").astype(np.float64), moments(said[5]),
    )]  # fmt: skip
    sure, device, unit, at, values, received = columns
    wanted = np.where(calm["in_mmol"][of], UNIT_NUMBER[Unit.MMOL_L], UNIT_NUMBER[Unit.MG_DL])
    plain = np.ones(len(person), np.bool_)
    plain[of[~(sure & (device == calm["device"][of]) & (unit == wanted))]] = False
    return plain, Lately(of, at, values, received, np.ones(len(of), np.bool_))


def integers(values: Sequence[int] | Integers) -> str:
    """An array as SQL has it; hundreds of numbers one by one are slow to hand over."""
    return "{" + ",".join(map(str, np.asarray(values).tolist())) + "}"


# Only while no full look is due.
_CALM = """
    SELECT array_agg(person), string_agg(told, ''), array_agg(octet_length(lately)), string_agg(lately, ''),
           array_agg(looked_at), array_agg(glance_at)
    FROM (SELECT c.person, c.told, c.lately, w.looked_at, c.glance_at
          FROM calm c JOIN walk w ON w.person = c.person AND NOT w.shown AND w.due_at > %(now)s
          WHERE c.person = ANY(%(people)s::int[]) ORDER BY c.person) AS c
"""
# A row a reading that says its number; of other marks, and of old ones, one that is not sure of anything.
_CAME = """
    SELECT array_agg(a.person), array_agg(a.sure::int::int2), array_agg(coalesce(a.device, 0)),
           array_agg(coalesce(a.unit, 0::int2)), array_agg(coalesce(t.taken, a.since)),
           array_agg(coalesce(t.number, 0)), array_agg(coalesce(t.received, a.since))
    FROM (SELECT *, NOT gone AND kind = %(kind)s AND since > %(recent)s
                 AND cardinality(numbers) = cardinality(keys) AS sure
          FROM arrival WHERE person = ANY(%(people)s::int[])) AS a
    LEFT JOIN LATERAL unnest(a.taken, a.numbers, a.received) AS t (taken, number, received) ON a.sure
"""
_NOTE = """
    UPDATE calm c SET looked_at = %(now)s, lately = substring(%(told)s::bytea FROM g.begins FOR g.size),
        glance_at = timestamptz '2000-01-01 00:00:00+00' + g.at * interval '1 microsecond'
    FROM unnest(%(people)s::int[], %(at)s::bigint[], %(begins)s::int[], %(sizes)s::int[])
         AS g (person, at, begins, size)
    WHERE c.person = g.person
"""
