"""What the rights cost: 14 days of one person through the view, beside the same rows read by the tables' owner.

Plans are prepared on both sides, as rows come in binary, so that what is compared is the reading.
"""

from uuid import UUID

import psycopg

from benchmarks.reading_back import DAYS, Ratio, median_of, people, wear
from benchmarks.setting import Setting
from hub.database import Database, Role, login
from ingest_api.access import Access, ActorRole

MOST = 1.5
_AS_OWNER = "-c search_path=vigie,public -c TimeZone=UTC"
_QUERY = (
    b"SELECT taken_at, value FROM reading WHERE person = %s AND kind = 1 "
    b"AND taken_at >= now() - interval '14 days' AND taken_at < now()"
)
_WARM = 10


def run(where: Setting, rounds: int) -> list[Ratio]:
    """A clinician let in, reading somebody who hides nothing and somebody who hides a day."""
    where.empty()
    open_, hiding = people(where, 2)
    for person in (open_, hiding):
        wear(where, person, DAYS)
    ticket = _let_in(where, open_, hiding)
    with (
        psycopg.connect(where.database_url, options=_AS_OWNER) as floor,
        psycopg.connect(login(where.database_url, Role.API)) as ours,
    ):
        found = [
            [(_seconds(floor, ticket, person), _seconds(ours, ticket, person)) for _ in range(rounds)]
            for person in (open_, hiding)
        ]
    return [
        Ratio(
            f"{DAYS} days {what} through the view, beside the owner's read",
            [f for f, _ in each],
            [o for _, o in each],
            MOST,
        )
        for what, each in zip(("of somebody", "with a day hidden,"), found, strict=True)
    ]


def _let_in(where: Setting, *whom: int) -> UUID:
    """A clinician's ticket; the last of those people hides a day."""
    database = Database(where.database_url)
    access = Access(database)
    actor = access.actor(access.create(ActorRole.CLINICIAN, "Dr Bench"))
    database.close()
    if actor is None:
        raise RuntimeError("the token just made is nobody's")
    with psycopg.connect(where.database_url, options=_AS_OWNER) as connection:
        for person in whom:
            connection.execute(
                "INSERT INTO access_grant (person, account, during) VALUES (%s, %s, tstzrange('2020-01-01', NULL))",
                (person, actor.account),
            )
        connection.execute(
            "INSERT INTO hidden (person, kind, during) "
            "VALUES (%s, 1, tstzrange(now() - interval '3 days', now() - interval '2 days'))",
            (whom[-1],),
        )
    return actor.ticket


def _seconds(connection: psycopg.Connection, ticket: UUID, person: int) -> float:
    def read() -> None:
        with connection.transaction():
            connection.execute("SELECT set_config('vigie.ticket', %s, true)", (str(ticket),), prepare=True)
            connection.execute(_QUERY, (person,), prepare=True, binary=True).fetchall()

    for _ in range(_WARM):
        read()
    return median_of(read)
