"""Reading back: a trend beside the bare SELECT of its rows, and beside ten times the history."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from time import perf_counter
from uuid import UUID

import httpx
import psycopg
from fastapi import Request
from rich.table import Table

from benchmarks.setting import Setting
from hub.database import Database, Role
from hub.directory import PostgresDirectory
from ingest_api.access import Access, ActorRole
from ingest_api.app import create_app
from ingest_api.context import Hub
from ingest_api.intake import Intake
from ingest_api.limits import Limits, Rates
from ingest_api.pages.preferences import Preferences
from ingest_api.pages.routes import report
from ingest_api.pages.views.report import days_asked
from ingest_api.pages.visitor import Visitor

DAYS = 14
_UNLIMITED = Rates(reads="1000000/minute", writes="1000000/minute", failures="1000000/minute")
_DRAWN_IN = 0.010
"""Seconds. Its queries are no measure for it: the quicker they are, the worse it would look."""

TIMES = 30
"""Requests a round; their median counts."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """Seconds of one request, floor and ours, round by round, and how many times the floor ours may take."""

    name: str
    floor: list[float]
    ours: list[float]
    most: float


def run(where: Setting, rounds: int) -> list[Ratio]:
    """What each costs beside its floor."""
    database = Database(where.database_url)
    try:
        return _trends(where, Asked(unlimited(database), ActorRole.ADMIN), rounds)
    finally:
        database.close()


def unlimited(database: Database) -> Hub:
    """The hub's parts, answering however often they are asked."""
    intake, limits = Intake(database, PostgresDirectory(database)), Limits(_UNLIMITED)
    return Hub(database, intake, Access(database), dict, limits=limits)


def table(ratios: list[Ratio]) -> Table:
    """Medians (least–most) in milliseconds."""
    shown = Table("", "floor, ms", "ours, ms", "ratio", "at most", title="median (least–most) of the rounds")
    for each in ratios:
        quotients = [ours / floor for floor, ours in zip(each.floor, each.ours, strict=True)]
        colour = "green" if median(quotients) <= each.most else "red"
        shown.add_row(
            each.name,
            _spread([1e3 * s for s in each.floor]),
            _spread([1e3 * s for s in each.ours]),
            f"[{colour}]{_spread(quotients)}[/]",
            f"{each.most:g}",
        )
    return shown


class Asked:
    """Requests to the application in this process, as somebody of that role."""

    def __init__(self, hub: Hub, role: ActorRole, name: str | None = None) -> None:
        """Whoever bears a token made for that name."""
        self.hub, self.database = hub, hub.database
        token = hub.access.create(role, name) if name else hub.access.create(role)
        actor = hub.access.actor(token)
        if actor is None:
            raise RuntimeError("the token just made is nobody's")
        self.actor = actor
        self._transport = httpx.ASGITransport(create_app(hub))
        self._headers = {"Authorization": f"Bearer {token}"}

    def seconds(self, path: str) -> float:
        """The median time of that GET."""
        return asyncio.run(self._in_turn([path], TIMES, 200))[0]

    def refused(self, paths: list[str], times: int) -> list[float]:
        """The median time of each of those GETs, asked in turn that many times; nothing is found there."""
        return asyncio.run(self._in_turn(paths, times, 404))

    async def _in_turn(self, paths: list[str], times: int, status: int) -> list[float]:
        async with httpx.AsyncClient(transport=self._transport, base_url="http://hub", headers=self._headers) as client:
            took: list[list[float]] = [[] for _ in paths]
            for turn in range(times * len(paths)):
                begun = perf_counter()
                answer = await client.get(paths[turn % len(paths)])
                took[turn % len(paths)].append(perf_counter() - begun)
                if answer.status_code != status:
                    raise RuntimeError(f"{answer.status_code} where {status} belongs")
            return [median(each) for each in took]


def _trends(where: Setting, asked: Asked, rounds: int) -> list[Ratio]:
    where.empty()
    short, long = people(where, 2)
    wear(where, short, DAYS)
    wear(where, long, 10 * DAYS)
    paths = {number: f"/v1/people/{id_of(where, number)}/trends/glucose" for number in (short, long)}
    whose = id_of(where, short)
    bare, trend, history, printed, drawn = [], [], [], [], []
    for _ in range(rounds):
        bare.append(_bare(asked, short))
        trend.append(asked.seconds(paths[short]))
        history.append(asked.seconds(paths[long]))
        printed.append(asked.seconds(f"/people/{whose}/report"))
        drawn.append(_drawing(asked, whose))
    return [
        Ratio(f"trend of {DAYS} days beside the bare SELECT of its rows", bare, trend, 3.0),
        Ratio("the same with ten times the history", trend, history, 1.1),
        Ratio(f"the report of {DAYS} days, a page, beside the trend of as many", trend, printed, 1.5),
        Ratio("drawing it, beside the 10 ms it may take", [_DRAWN_IN] * rounds, drawn, 1.0),
    ]


def _read(asked: Asked, person: UUID) -> report.Found:
    """What the report's page asks the database."""
    visitor, now = Visitor(Preferences(), who=asked.actor), datetime.now(UTC)
    return report.read(asked.hub, visitor, person, lambda zone: days_asked("", None, zone, now))


def _drawing(asked: Asked, person: UUID) -> float:
    """What is made of the answers: figures, charts, tables, the template."""
    found, visitor, now = _read(asked, person), Visitor(Preferences(), who=asked.actor), datetime.now(UTC)
    request = Request({"type": "http", "path": "/", "query_string": b"", "headers": [], "server": ("hub", 80)})
    return median_of(lambda: report.drawn(request, visitor, found, now))


def _bare(asked: Asked, person: int) -> float:
    """The rows a trend is made of, as the API's role reads them."""
    query = (
        "SELECT taken_at, value FROM reading WHERE person = %s AND kind = 1 "
        "AND taken_at >= now() - interval '14 days' AND taken_at < now()"
    )
    return median_of(lambda: _fetch(asked.database, asked.actor.ticket, query, person))


def _fetch(database: Database, ticket: UUID, query: str, person: int) -> None:
    with database.transaction(Role.API, ticket) as connection:
        connection.execute(query.encode(), (person,)).fetchall()


def people(where: Setting, how_many: int) -> list[int]:
    with psycopg.connect(where.database_url) as connection:
        rows = connection.execute("SELECT number FROM vigie.person ORDER BY number LIMIT %s", (how_many,)).fetchall()
    return [number for (number,) in rows]


def id_of(where: Setting, person: int) -> UUID:
    with psycopg.connect(where.database_url) as connection:
        row = connection.execute("SELECT id FROM vigie.person WHERE number = %s", (person,)).fetchone()
    if row is None:
        raise RuntimeError("the setting lost its people")
    found: UUID = row[0]
    return found


def wear(where: Setting, person: int, days: int) -> None:
    """A reading every five minutes up to now, in waves between 50 and 230 mg/dL."""
    with psycopg.connect(where.database_url, autocommit=True, options="-c search_path=vigie,public") as connection:
        connection.execute(
            "INSERT INTO reading (taken_at, received_at, key, value, raw_value, device, kind, raw_unit, utc_offset, "
            "channel, time_source, person) SELECT at, at, gen_random_uuid(), v, v, %(person)s, 1, 1, 60, 1, 1, "
            "%(person)s FROM (SELECT at, round(140 + 90 * sin(extract(epoch FROM at) / 9000)) AS v FROM "
            "generate_series(now() - %(days)s * interval '1 day', now(), interval '5 minutes') AS at) AS made",
            {"person": person, "days": days},
        )
        connection.execute("ANALYZE reading")


def median_of(what: Callable[[], object]) -> float:
    took = []
    for _ in range(TIMES):
        begun = perf_counter()
        what()
        took.append(perf_counter() - begun)
    return median(took)


def _spread(figures: list[float]) -> str:
    return f"{median(figures):.2f} ({min(figures):.2f}–{max(figures):.2f})"
