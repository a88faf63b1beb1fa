"""What a stream says of what is new: as whoever follows may see it, in their language and unit."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from alerts.rule import Because
from alerts.wording import sentence, title
from hub.database import Connection
from hub.quantities import GLUCOSE_KINDS, KINDS
from ingest_api.latest import FRESH, arrow_of, counts, current_glucose
from ingest_api.live.news import Arrived, Said
from ingest_api.pages.views.ages import moment
from ingest_api.pages.views.now import SILENT, Age, Now, now_of, telling_of, zone_of
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
    status = zone_of(each, telling_of(visitor, whose.conditions)).name if glucose and counts(each) else None
    return answer | {"arrow": None, "status": status}


def shown(now: Now) -> dict[str, str]:
    """Every displayed string by its key."""
    return {name: str(text) for name, text in asdict(now).items()}


def place_of(each: Found) -> Place:
    """Where it stands among others told at once."""
    return Place(each.taken_at, each.key)


def same(one: Current | None, other: Current | None) -> bool:
    """True if both are of one reading."""
    return (one and one.found.key) == (other and other.found.key)


def silence_data(age: Age, last: Current) -> dict[str, Any]:
    """Since when nothing was heard, and that it was so long."""
    minutes = (SILENT if age is Age.SILENT else FRESH) // timedelta(minutes=1)
    return {"kind": last.found.kind, "since": moment(last.found.taken_at), "minutes": minutes}


def alerts(connection: Connection, person: int, news: Sequence[Said], visitor: Guest) -> dict[int, dict[str, Any]]:
    """What the journal says under those numbers, as far as it may be seen."""
    wanted = {"person": person, "numbers": [each.event for each in news], "past": MADE_ANEW}
    rows = connection.execute(_EVENTS, wanted).fetchall() if news else []
    return {row[0]: _alert(row[1:], visitor) for row in rows}


def _alert(row: Sequence[Any], visitor: Guest) -> dict[str, Any]:
    alert, what, at, rule, level, because, rings, by, until = row
    told = sentence(_BECAUSE.validate_python(because), visitor.language, visitor.glucose_unit)
    return {
        "alert": str(alert), "what": what, "at": moment(at), "rule": rule, "level": level, "rings": rings, "by": by,
        "until": None if until is None else moment(until), "title": title(rule, visitor.language), "sentence": told,
    }  # fmt: skip


_BECAUSE = TypeAdapter(Because)
_READINGS = f"""
    SELECT {FOUND} FROM reading r JOIN device d ON d.number = r.device
    WHERE r.person = %(person)s AND r.kind = %(kind)s AND r.taken_at BETWEEN %(since)s AND %(until)s
      AND r.key = ANY(%(keys)s) ORDER BY r.taken_at, r.key
"""  # noqa: S608
_EVENTS = """
    SELECT number, alert, what, at, rule, level, because, rings, by, until FROM alert_event
    WHERE person = %(person)s AND number = ANY(%(numbers)s) AND at > committed_at - %(past)s
"""
