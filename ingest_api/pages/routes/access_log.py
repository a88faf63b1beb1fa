"""Who saw a record, in words, day by day."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from ingest_api.context import TheHub
from ingest_api.pages.render import page
from ingest_api.pages.settings import frame, kinds_told, moment_told
from ingest_api.pages.visitor import Guest, TheVisitor
from ingest_api.settled import Entry, Opening, reading_settled, tell_of_emergencies

router = APIRouter(tags=["pages"])

ON_A_PAGE = 200


@dataclass(frozen=True, slots=True)
class Line:
    """What one account did once, or several times in a row: when, who, what, of which kinds."""

    when: str
    who: str
    role: str
    act: str
    times: str
    what: str
    emergency: bool
    refused: bool


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the person's, newest line first."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class OpeningLine:
    """An opening in an emergency, in words."""

    who: str
    way: str
    reason: str
    when: str


@router.get("/people/{person}/access-log", response_class=HTMLResponse)
def access_log(
    person: UUID,
    request: Request,
    hub: TheHub,
    visitor: TheVisitor,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> HTMLResponse:
    """Who did what and when, newest first; emergencies at the top."""
    with reading_settled(hub, visitor.actor, person) as settled:
        zone = settled.record.whose.zone
        found = settled.log(ON_A_PAGE + 1, before)
        names = settled.housemates() | {str(person): visitor.words("access-log")["themselves"]}
        openings = tell_of_emergencies(hub, visitor.actor, settled)
        model = frame(visitor, settled.record)
    entries = found[:ON_A_PAGE]
    return page(
        request, visitor, "access-log.html", **model,
        days=list(days(visitor, entries, zone, names)),
        openings=[opening_line(visitor, each, zone) for each in openings] if before is None else [],
        base=f"/people/{person}/access-log",
        older=entries[-1].number if len(found) > ON_A_PAGE else None,
        newest=before is None,
    )  # fmt: skip


def days(visitor: Guest, entries: Sequence[Entry], zone: ZoneInfo, names: Mapping[str, str]) -> Iterator[Day]:
    """Entries by day; what one account did over and over in a row is one line.

    `names` is what those are called whom nobody vouched for: their accounts bear numbers.
    """
    for _, of_day in groupby(entries, lambda entry: entry.at.astimezone(zone).date()):
        the_day = list(of_day)
        runs = (list(run) for _, run in groupby(the_day, _alike))
        name = visitor.numbers.long_day(the_day[0].at.astimezone(zone).date())
        yield Day(name, tuple(_line(visitor, run, zone, names) for run in runs))


def opening_line(visitor: Guest, opening: Opening, zone: ZoneInfo) -> OpeningLine:
    """An opening in words."""
    words = visitor.words("access-log")
    return OpeningLine(
        opening.who, words["way"][opening.way], opening.reason, moment_told(visitor, opening.opened_at, zone)
    )


def _alike(entry: Entry) -> tuple[object, ...]:
    return entry.name, entry.role, entry.act, entry.kinds, entry.emergency


def _line(visitor: Guest, run: Sequence[Entry], zone: ZoneInfo, names: Mapping[str, str]) -> Line:
    words, entry = visitor.words("access-log"), run[0]
    acts = words.table("act")
    act = acts[entry.act] if entry.act in acts else words.say("another_act", act=entry.act)
    return Line(
        when=_between(run[-1].at.astimezone(zone), entry.at.astimezone(zone)),
        who=names.get(entry.name, entry.name),
        role=visitor.words("settling")["role"][entry.role],
        act=act,
        times="" if len(run) == 1 else words.count("times", len(run)),
        what="" if entry.kinds == () or entry.act not in _OF_KINDS else kinds_told(visitor, entry.kinds),
        emergency=entry.emergency,
        refused=entry.act == "refused",
    )


_OF_KINDS = ("read", "grant", "consult", "hide", "assign", "emergency")
"""Acts that are about kinds of measures."""


def _between(first: datetime, last: datetime) -> str:
    begin, end = f"{first:%H:%M}", f"{last:%H:%M}"
    return begin if begin == end else f"{begin}–{end}"
