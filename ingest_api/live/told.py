"""What a stream says of what is new: as whoever follows may see it, in their language and unit."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from alerts.rule import Because
from alerts.wording import sentence, title
from hub.database import Connection
from hub.quantities import GLUCOSE_KINDS, KINDS
from ingest_api.latest import arrow_of, current_glucose
from ingest_api.live.news import Arrived, Said
from ingest_api.pages.views.now import Now, now_of, telling_of, zone_of
from ingest_api.pages.visitor import Guest
from ingest_api.routes.readings import ReadingAnswer, said
from ingest_api.whose import Whose
from timeseries.glucose.rate import Arrow
from timeseries.postgres_store import PostgresStore
from timeseries.reading_rows import FOUND, found
from timeseries.store import Found, Place

MADE_ANEW = timedelta(hours=1)
"""What the journal says of a time longer ago was made again of the past, and is no news."""


@dataclass(frozen=True, slots=True)
class Event:
    """One of a stream; `id` is where it stands when this is told, None of what can be told again."""

    name: str
    data: dict[str, Any]
    id: str | None = None

    def spelled(self) -> bytes:
        """As it is sent (WHATWG HTML, server-sent events)."""
        mark = "" if self.id is None else f"id: {self.id}\n"
        return f"{mark}event: {self.name}\ndata: {json.dumps(self.data, ensure_ascii=False)}\n\n".encode()


@dataclass(frozen=True, slots=True)
class Current:
    """The glucose somebody has now, and which way it moves; `arrow` where two readings tell it."""

    found: Found
    arrow: Arrow | None

    def shown(self, visitor: Guest, whose: Whose, now: datetime) -> Now:
        """Everything that a page displays of it."""
        telling = telling_of(visitor, whose.conditions)
        return now_of(self.found, self.arrow, telling, visitor, whose.zone, now)


def current(connection: Connection, whose: Whose, now: datetime) -> Current | None:
    """None if they never had one that may be seen."""
    store = PostgresStore(connection)
    newest = current_glucose(store, whose.number, now)
    return None if newest is None else Current(newest, arrow_of(store, whose.number, newest))


def readings(connection: Connection, whose: Whose, news: Arrived, after: Place | None) -> list[Found]:
    """Those of the news that are in the record and may be seen, by time; the ones after that place."""
    wanted = {
        "person": whose.number, "kind": KINDS[news.kind].number, "keys": news.keys,
        "since": news.since, "until": news.until,
    }  # fmt: skip
    rows = [found(values) for values in connection.execute(_READINGS, wanted, binary=True)]
    return [each for each in rows if after is None or (each.taken_at, each.key) > (after.taken_at, after.key)]


def reading_data(each: Found, visitor: Guest, whose: Whose) -> dict[str, Any]:
    """A reading as the API answers it, and the range it lies in."""
    glucose = each.kind in GLUCOSE_KINDS
    answer = ReadingAnswer(**said(each, visitor.glucose_unit if glucose else None)).model_dump(mode="json")
    status = zone_of(each, telling_of(visitor, whose.conditions)).name if glucose and _measured(each) else None
    return answer | {"status": status}


def shown(now: Now | None) -> dict[str, str] | None:
    """Every displayed string by its key."""
    return None if now is None else {name: str(text) for name, text in asdict(now).items()}


def alerts(connection: Connection, person: int, news: Sequence[Said], visitor: Guest) -> dict[int, dict[str, Any]]:
    """What the journal says under those numbers, as far as it may be seen."""
    wanted = {"person": person, "numbers": [each.event for each in news], "past": MADE_ANEW}
    rows = connection.execute(_EVENTS, wanted).fetchall() if news else []
    return {row[0]: _alert(row[1:], visitor) for row in rows}


def open_alerts(connection: Connection, person: int) -> int:
    """How many are raised and not over."""
    row = connection.execute(_OPEN, (person,)).fetchone()
    return int(row[0]) if row else 0
