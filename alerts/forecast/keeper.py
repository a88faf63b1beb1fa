"""What was learnt of each person, as it is kept: the model, the score, the versions that the alerts' rule goes by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.forecast.foresight import Foresight, foresight
from alerts.forecast.gate import Gate
from alerts.forecast.model import GENERAL, Model, learn
from alerts.forecast.replay import NEW, RECENT, replay
from hub.database import Connection, Jsonb
from timeseries import trends

FIRST = timedelta(days=14)
"""How far back somebody is first learnt from, the period of the figures (Battelino 2019): seconds. [own rule]"""

VERSIONS = timedelta(days=60)
"""How long versions that are no longer in force are kept, for replays."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """The model and the score, and when it last learnt; of somebody new, nothing."""

    model: Model = GENERAL
    gate: Gate = NEW
    at: datetime | None = None


class Keeper:
    """Learns within the transaction of `connection` (role `vigie_watch`).

    `shown`: as others see a person who hides something; who puts the schema `shown` first reads so.
    """

    def __init__(self, connection: Connection) -> None:
        """Work within that connection's transaction."""
        self._connection = connection

    def follow(self, person: int, zone: ZoneInfo, now: datetime, shown: bool = False) -> Learnt:
        """Score what was foretold since the last time, and learn what came; nothing goes by it yet."""
        after = _followed(self._connection, person, zone, now, self.learnt(person, shown))
        values = (person, shown, Jsonb(after.model.to_json()), Jsonb(after.gate.to_json()), now)
        self._connection.execute(_KEEP, values)
        return after

    def put_in_force(self, person: int, learnt: Learnt, at: datetime, shown: bool = False) -> None:
        """A version more, if it says anything else than the last one; those too old to be asked for go.

        Nobody may have looked at that instant yet: hold the person's walk before reading the clock.
        """
        sight = foresight(learnt.model, learnt.gate, at)
        last = foresights(self._connection, [person], at, at).get((person, shown), [])
        if last and _says(last[-1]) == _says(sight):
            return
        values = (person, shown, at, list(sight.weights), sight.error, sight.asked, sight.minutes)
        self._connection.execute(_FORCE, values)
        self._connection.execute(_FORGET, (person, shown, at - VERSIONS))

    def learnt(self, person: int, shown: bool = False) -> Learnt:
        """What is kept of them."""
        row = self._connection.execute(
            "SELECT model, gate, learnt_at FROM forecast WHERE person = %s AND shown = %s", (person, shown)
        ).fetchone()
        return Learnt() if row is None else Learnt(Model.from_json(row[0]), Gate.from_json(row[1]), row[2])

    def forget_shown(self, person: int) -> None:
        """Nothing is hidden any more."""
        self._connection.execute("DELETE FROM forecast WHERE person = %s AND shown", (person,))
        self._connection.execute("DELETE FROM foresight WHERE person = %s AND shown", (person,))


def foresights(
    connection: Connection, people: Sequence[int], since: datetime, now: datetime
) -> dict[tuple[int, bool], list[Foresight]]:
    """The versions in force at any time from `since` to `now`, oldest first, by person and whether `shown`."""
    found: dict[tuple[int, bool], list[Foresight]] = {}
    asked = {"people": list(people), "since": since, "now": now}
    for person, shown, at, weights, error, rung, minutes in connection.execute(_FORESIGHTS, asked):
        found.setdefault((person, shown), []).append(Foresight(at, tuple(weights), error, rung, minutes))
    return found


def _followed(connection: Connection, person: int, zone: ZoneInfo, now: datetime, before: Learnt) -> Learnt:
    known = [at for at in (before.gate.seen, before.model.until) if at is not None]
    since = min(known) - RECENT if known else now - FIRST
    series = trends.glucose(connection, person, zone, max(since, now - FIRST), now)
    model, gate = before.model, before.gate
    for step in replay(series, model, gate, before.at):
        model, gate = step.model, step.gate
    return Learnt(learn(model, series.distinct()), gate, now)


def _says(sight: Foresight) -> tuple[object, ...]:
    return sight.weights, sight.error, sight.asked, sight.minutes


_KEEP = """
    INSERT INTO forecast (person, shown, model, gate, learnt_at) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (person, shown) DO UPDATE SET
        (model, gate, learnt_at) = (EXCLUDED.model, EXCLUDED.gate, EXCLUDED.learnt_at)
"""
_FORESIGHTS = """
    SELECT person, shown, valid_from, weights, error, asked, minutes FROM foresight f
    WHERE person = ANY(%(people)s) AND valid_from <= %(now)s AND valid_from >= coalesce(
        (SELECT max(o.valid_from) FROM foresight o
         WHERE (o.person, o.shown) = (f.person, f.shown) AND o.valid_from <= %(since)s), '-infinity')
    ORDER BY person, shown, valid_from
"""
_FORGET = "DELETE FROM foresight WHERE person = %s AND shown = %s AND valid_from < %s"
_FORCE = """
    INSERT INTO foresight (person, shown, valid_from, weights, error, asked, minutes)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT DO NOTHING
"""
