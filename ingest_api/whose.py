"""Whose record a request is about, as far as whoever asks may see it, and over which time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Query

from hub.database import Connection
from hub.errors import Malformed
from hub.readings import EARLIEST
from hub.records import Sex
from ingest_api.moment import Moment

Since = Annotated[Moment | None, Query(alias="from")]
Until = Annotated[Moment | None, Query(alias="to")]

CALENDAR = (datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
"""A period lies within; its ends can be moved by days and zones without leaving what a calendar holds."""

LONGEST = timedelta(days=366)
"""A trend over more says nothing of how somebody is, and would hold a year of one-minute readings in memory."""


@dataclass(frozen=True, slots=True)
class Whose:
    """What a trend needs to know of the person."""

    number: int
    zone: ZoneInfo
    birth_date: date
    conditions: tuple[str, ...]
    height_cm: float | None
    sex: Sex

    def age(self, on: datetime) -> int:
        """Whole years."""
        return on.year - self.birth_date.year - ((on.month, on.day) < (self.birth_date.month, self.birth_date.day))


def whose(connection: Connection, person: UUID) -> Whose | None:
    """That person's; None if the actor may not see them, whether they exist or not."""
    row = connection.execute(
        "SELECT number, time_zone, birth_date, conditions, height_cm, sex FROM person WHERE id = %s", (person,)
    ).fetchone()
    return None if row is None else Whose(row[0], ZoneInfo(row[1]), row[2], tuple(row[3]), row[4], Sex(row[5]))


def period(since: datetime | None, until: datetime | None, usual: timedelta) -> tuple[datetime, datetime]:
    """The period asked for, in UTC, ending now and of the `usual` length unless told; raises Malformed."""
    for asked in (since, until):
        if asked is not None and not CALENDAR[0] <= asked <= CALENDAR[1]:
            raise Malformed(f"`from` and `to` must lie between {CALENDAR[0].year} and {CALENDAR[1].year}")
    end = (until or datetime.now(UTC)).astimezone(UTC)
    begin = (since or max(end, EARLIEST + usual) - usual).astimezone(UTC)
    if begin >= end:
        raise Malformed("`from` must be before `to`")
    if end - begin > LONGEST:
        raise Malformed(f"ask for at most {LONGEST.days} days at once")
    return begin, end
