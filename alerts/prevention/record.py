"""What of a record prevention goes by, read by whoever acts or by the watch: tables and views bear the same names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from alerts.prevention.conditions import understand
from alerts.prevention.facts import Act, Event, Facts
from alerts.prevention.findrisc import Answers, Family
from alerts.prevention.gmi_over_target import MONTH
from hub.database import Connection
from hub.records import Sex
from timeseries import trends
from timeseries.glucose.tally import Tally
from timeseries.weight import weight_series, weight_trend

QUARTER = timedelta(days=3 * MONTH)
"""Days of glucose that are looked at."""


class Whom(Protocol):
    """Whose record it is, as far as prevention asks; `height_cm` is None where nobody measured it."""

    @property
    def number(self) -> int: ...
    @property
    def zone(self) -> ZoneInfo: ...
    @property
    def birth_date(self) -> date: ...
    @property
    def sex(self) -> Sex: ...
    @property
    def conditions(self) -> tuple[str, ...]: ...
    @property
    def height_cm(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Known:
    """All that prevention goes by on a person's local day `today`.

    `days`: glucose tallies of the quarter before; `weights`: each day's last trend, kg, oldest first; `not_understood`:
    conditions of the record that no schedule knows.
    """

    today: date
    facts: Facts
    answers: Answers
    events: tuple[Event, ...]
    days: Mapping[date, Tally]
    weights: tuple[tuple[date, float], ...]
    height_cm: float | None
    not_understood: tuple[str, ...]


def local_day(whom: Whom, now: datetime) -> date:
    """The person's calendar day at that instant."""
    return now.astimezone(whom.zone).date()


def known(connection: Connection, whom: Whom, now: datetime, days: Mapping[date, Tally]) -> Known:
    """What is known of them now; the tallies are given, since who may see which is asked in two ways."""
    today, understood = local_day(whom, now), understand(whom.conditions)
    last_period, answers = _answered(connection, whom.number)
    weights, bmi = _weights(connection, whom, now)
    return Known(
        today=today,
        facts=Facts(whom.birth_date, whom.sex, understood.conditions, bmi, last_period),
        answers=answers,
        events=_events(connection, whom.number),
        days=days,
        weights=weights,
        height_cm=whom.height_cm,
        not_understood=understood.not_understood,
    )


def _events(connection: Connection, person: int) -> tuple[Event, ...]:
    rows = connection.execute(
        "SELECT item, act, day FROM prevention_act WHERE person = %s AND undone_at IS NULL", (person,)
    )
    return tuple(Event(item, Act(act), day) for item, act, day in rows)


def _answered(connection: Connection, person: int) -> tuple[date | None, Answers]:
    row = connection.execute(
        "SELECT last_period, waist_cm, active, greens, pressure_drug, high_glucose, family "
        "FROM prevention_facts WHERE person = %s",
        (person,),
    ).fetchone()
    if row is None:
        return None, Answers()
    last_period, waist, active, greens, drug, high, family = row
    return last_period, Answers(waist, active, greens, drug, high, None if family is None else Family(family))


def _weights(connection: Connection, whom: Whom, now: datetime) -> tuple[tuple[tuple[date, float], ...], float | None]:
    """The trend of each day weighed, and the body mass index of the last; None without height or weighing."""
    found = trends.weighings(connection, whom.number, now - trends.BEFORE, now)
    told = weight_trend(weight_series(found, whom.zone), whom.height_cm)
    of_day = {local_day(whom, point.taken_at): point.trend for point in told.points if point.trend is not None}
    return tuple(of_day.items()), told.bmi


def beginning_of_quarter(today: date) -> date:
    """The first day whose glucose is looked at."""
    return today - QUARTER
