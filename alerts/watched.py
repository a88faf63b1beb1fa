"""People whose alerts are due to be looked at, held by whoever looks, and where those stand."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from alerts.advance import SETTLE, Walk, from_json
from alerts.calm import MICROSECOND
from alerts.fortnight import next_daily
from alerts.history import DAY_BACK, TALLY_DAYS
from alerts.lifecycle import REMEMBERED, State, Told
from alerts.passing import calm_of
from alerts.rule import Subject
from hub.database import Connection
from timeseries.glucose.targets import profile_of
from timeseries.local_time import date_of, start_of_day

AHEAD = timedelta(minutes=1)
"""How far an instant already looked at may lie ahead of the clock. A clock that was set right goes further back than
that: then alerts begin anew, or nothing would be looked at in time until it is as late again. [own rule]"""

REMADE = timedelta(days=90)
"""How far back alerts are made anew without what somebody hides: a quarter, from one visit to the next. [own]"""


@dataclass(frozen=True, slots=True)
class Watched:
    """Somebody whose alerts are looked at now: what rules know of them, and where their alerts stand.

    `shown` is where they stand without what is hidden, of those who hide something; what happened before `remade_at`
    was told then. `anew` if nothing is known of before. Of who is not `collecting`, or has closed their record, nothing
    is told. `glanced_at`: up to when glances told that nothing went on. `now`: up to when to look, which is after all
    that was looked at, also where the clock stands still.
    """

    now: datetime
    number: int
    id: UUID
    subject: Subject
    collecting: bool
    anew: bool
    walk: Walk
    shown: Walk | None
    remade_at: datetime
    glanced_at: datetime

    @property
    def walks(self) -> tuple[Walk, ...]:
        """Both."""
        return (self.walk,) if self.shown is None else (self.walk, self.shown)

    def knowing(self, told: Mapping[tuple[int, bool], tuple[Told, ...]]) -> "Watched":
        """The same, those episodes (by person and whether shown) told already, where all else begins anew."""

        def known(walk: Walk, shown: bool) -> Walk:
            state = State(told=told.get((self.number, shown), ()))
            return replace(walk, state=state) if walk.state == State() else walk

        return replace(self, walk=known(self.walk, False), shown=self.shown and known(self.shown, True))

    @property
    def weighed(self) -> bool:
        """True if rules look at weighings up to now, whether any came or not."""
        return any(next_daily(walk.at, self.subject.zone) <= self.now for walk in self.walks)

    @property
    def since(self) -> datetime:
        """How far back rules look at glucose, going on from where the alerts stand up to now."""
        return min(_since(walk, self.subject.zone, self.now) for walk in self.walks)


def hold_due(connection: Connection, now: datetime, most: int, besides: Sequence[int]) -> list[int]:
    """Up to so many people with something due by itself, held until the transaction ends; others' are skipped."""
    asked = {"now": now, "most": most, "besides": list(besides)}
    return [person for (person,) in connection.execute(_HOLD_DUE, asked)]


def hold_marked(connection: Connection, most: int, besides: Sequence[int]) -> list[int]:
    """Up to so many people of whom something came, those who wait longest first; held like them."""
    return [person for (person,) in connection.execute(_HOLD_MARKED, {"most": most, "besides": list(besides)})]


def hold_quiet(connection: Connection, now: datetime, most: int, besides: Sequence[int]) -> list[int]:
    """Up to so many people at rest who could be silent by now; held like them."""
    asked = {"now": now, "most": most, "besides": list(besides)}
    return [person for (person,) in connection.execute(_HOLD_QUIET, asked)]


def hold(connection: Connection, person: int) -> bool:
    """That person, waited for; False if there is none."""
    return bool(connection.execute(_HOLD, (person,)).rowcount)


def due_ahead(connection: Connection, now: datetime) -> None:
    """Whoever was looked at further ahead than AHEAD is due."""
    connection.execute("UPDATE walk SET due_at = %s WHERE looked_at > %s AND NOT shown", (now, now + AHEAD))


def watched(connection: Connection, people: Sequence[int], now: datetime) -> list[Watched]:
    """Those people, as they are now; who begins anew is told nothing again that the journal has."""
    found = [_watched(row, now) for row in connection.execute(_WATCHED, (list(people),))]
    anew = [each.number for each in found if any(walk.state == State() for walk in each.walks)]
    told = _told(connection, anew, now) if anew else {}
    return [each.knowing(told) for each in found]


def _watched(row: tuple[Any, ...], now: datetime) -> Watched:
    number, id_, zone, birth, height, conditions, collecting, hides, *stands = row
    began, state, at, shown_began, shown_state, shown_at, calm, glanced_at = stands
    walk = _walk(state, at, now)
    # made anew from as far back as the alerts themselves go, and not further than REMADE
    shown = _walk(shown_state, shown_at or max(began, now - REMADE), now) if hides else None
    ahead = walk.at < at
    return Watched(
        now=max(now, walk.at + MICROSECOND),
        number=number,
        id=id_,
        subject=Subject(ZoneInfo(zone), birth, height, profile_of(conditions)),
        collecting=collecting,
        anew=state is None or ahead,
        walk=walk if calm is None or ahead else replace(walk, calm=calm_of(calm)),
        shown=shown,
        remade_at=shown_began or now,
        glanced_at=min(glanced_at or at, now),
    )


def _walk(state: str | None, at: datetime, now: datetime) -> Walk:
    if at > now + AHEAD:
        return Walk(at=now)
    return Walk(at=at) if state is None else replace(from_json(state.encode()), at=at)


def _told(connection: Connection, people: Sequence[int], now: datetime) -> Mapping[tuple[int, bool], tuple[Told, ...]]:
    found: defaultdict[tuple[int, bool], tuple[Told, ...]] = defaultdict(tuple)
    asked = {"people": list(people), "now": now, "since": now - REMEMBERED}
    for person, shown, *told in connection.execute(_TOLD, asked):
        found[person, shown] += (Told(*told),)
    return found


def _since(walk: Walk, zone: ZoneInfo, now: datetime) -> datetime:
    """A day before; whole days where the period of the figures is judged; further where it is looked back."""
    found = [(walk.at if walk.calm is None else min(walk.at, walk.calm.at)) - DAY_BACK]
    if next_daily(walk.at, zone) <= now:
        today = (walk.at.astimezone(zone).date() - date_of(0)).days
        found.append(start_of_day(today - TALLY_DAYS, zone))
    if walk.old_since is not None and walk.settle_at is not None and walk.settle_at <= now:
        found.append(walk.old_since - DAY_BACK)
    if now - walk.at > SETTLE:
        found.append(walk.at - REMEMBERED - 2 * DAY_BACK)
    return min(found)


# Somebody who is being deleted is held by whoever deletes them.
_HOLD_DUE = """
    SELECT w.person FROM walk w JOIN person p ON p.number = w.person
    WHERE NOT w.shown AND w.due_at <= %(now)s AND NOT w.person = ANY(%(besides)s)
    ORDER BY w.due_at LIMIT %(most)s
    FOR UPDATE OF w SKIP LOCKED FOR KEY SHARE OF p SKIP LOCKED
"""
_HOLD_MARKED = """
    SELECT w.person FROM (SELECT person, min(number) AS first FROM arrival GROUP BY person) AS a
    JOIN walk w ON w.person = a.person AND NOT w.shown JOIN person p ON p.number = w.person
    WHERE NOT w.person = ANY(%(besides)s)
    ORDER BY a.first LIMIT %(most)s
    FOR UPDATE OF w SKIP LOCKED FOR KEY SHARE OF p SKIP LOCKED
"""
_HOLD_QUIET = """
    SELECT c.person FROM calm c JOIN walk w ON w.person = c.person AND NOT w.shown JOIN person p ON p.number = c.person
    WHERE c.glance_at <= %(now)s AND NOT c.person = ANY(%(besides)s)
    ORDER BY c.glance_at LIMIT %(most)s
    FOR UPDATE OF w SKIP LOCKED FOR KEY SHARE OF p SKIP LOCKED
"""
_HOLD = """
    SELECT FROM walk w JOIN person p ON p.number = w.person WHERE NOT w.shown AND w.person = %s
    FOR UPDATE OF w FOR KEY SHARE OF p
"""
_TOLD = """
    SELECT person, shown, rule, since, greatest(last, coalesce(until, %(now)s)) FROM alert
    WHERE person = ANY(%(people)s) AND coalesce(until, %(now)s) >= %(since)s ORDER BY raised_at, key
"""
_WATCHED = """
    SELECT p.number, p.id, p.time_zone, p.birth_date, p.height_cm, p.conditions,
           p.collection_stopped_at IS NULL AND p.closed_at IS NULL,
           EXISTS (SELECT FROM hidden h WHERE h.person = p.number AND h.lifted_at IS NULL),
           w.began_at, w.state::text, w.looked_at, s.began_at, s.state::text, s.looked_at, c.told, c.looked_at
    FROM person p JOIN walk w ON w.person = p.number AND NOT w.shown
    LEFT JOIN calm c ON c.person = p.number
    LEFT JOIN walk s ON s.person = p.number AND s.shown
    WHERE p.number = ANY(%s) ORDER BY p.number
"""
