"""The clinician's list of ten thousand people: its queries beside a pass over the rights, its page beside them.

And what it costs to open one record of so many.
"""

import json
from dataclasses import asdict
from uuid import UUID

import psycopg

from benchmarks.reading_back import Asked, Ratio, median_of, unlimited
from benchmarks.setting import Setting
from hub.accounts import ActorRole
from hub.database import Database, Role
from ingest_api.pages.routes.clinic import A_PAGE
from ingest_api.pages.views.clinic import LISTS
from ingest_api.population import glances, population
from timeseries.glucose.tally import Tally

PEOPLE = 10_000
_OWNER = "-c search_path=vigie,public"


def run(where: Setting, rounds: int) -> list[Ratio]:
    """The ratios; standings are made up, since what a page costs does not depend on what they say."""
    database = Database(where.database_url)
    try:
        asked = Asked(unlimited(database), ActorRole.CLINICIAN, "Dr Bench")
        _let_in(where, asked.actor.account)
        alone = Asked(asked.hub, ActorRole.CLINICIAN, "Dr Alone")
        record = f"/v1/people/{_one_for(where, alone.actor.account)}/latest"
        rights, query, page, one, of_many = [], [], [], [], []
        with psycopg.connect(where.database_url, autocommit=True, options=_OWNER) as owner:
            owner.execute("SELECT set_config('vigie.ticket', %s, false)", (str(asked.actor.ticket),))
            for _ in range(rounds):
                rights.append(median_of(lambda: _rights(owner)))
                query.append(median_of(lambda: _queries(database, asked.actor.ticket)))
                page.append(asked.seconds("/clinic"))
                one.append(alone.seconds(record))
                of_many.append(asked.seconds(record))
    finally:
        database.close()
    return [
        Ratio(f"the queries of a list of {PEOPLE:,} beside a pass over the rights", rights, query, 6.0),
        Ratio("its page, beside them", query, page, 1.5),
        Ratio(f"a record opened by who sees {PEOPLE:,}, beside who sees it alone", one, of_many, 1.2),
    ]


def _rights(owner: psycopg.Connection) -> None:
    owner.execute("SELECT count(*) FROM reach_by_way").fetchone()


def _queries(database: Database, ticket: UUID) -> None:
    with database.transaction(Role.API, ticket) as connection:
        glances(connection, population(connection, LISTS["all"], 1, A_PAGE).people)


def _let_in(where: Setting, account: int) -> None:
    """Everybody lets the clinician's team in, and has a fortnight behind them."""
    figures = {"mean": 150.0, "gmi": 6.9, "cv": 33.0, "tbr2": 0.5, "tbr1": 2.5, "tir": 70.0, "tar1": 20.0, "tar2": 7.0}
    told = json.dumps(figures | {"active": 95.0, "tir_before": 71.0, "need": 60, "severity": 0.0})
    classes = (0, 2, 5, 140, 60, 70, 11)
    day = json.dumps(
        asdict(
            Tally(n=288, days=1, lowest=61, highest=262, total=9000, squares=900_000, readings=classes,
                  minutes=tuple(5.0 * n for n in classes), steps=(5,))
        )
    )  # fmt: skip
    with psycopg.connect(where.database_url, autocommit=True, options=_OWNER) as connection:
        for statement in _MADE.split(";"):
            connection.execute(
                statement.encode(), {"people": PEOPLE, "told": told, "day": day, "account": account}, prepare=False
            )


def _one_for(where: Setting, account: int) -> UUID:
    """One of them lets that account in too."""
    with psycopg.connect(where.database_url, options=_OWNER) as connection:
        row = connection.execute(
            "WITH one AS (SELECT number, id FROM person WHERE family = 'L1' AND given = 'Listed'), let AS ("
            "INSERT INTO access_grant (person, account, during) "
            "SELECT number, %s, tstzrange('2020-01-01', NULL) FROM one) SELECT id FROM one",
            (account,),
        ).fetchone()
    if row is None:
        raise RuntimeError("the people just listed are gone")
    found: UUID = row[0]
    return found


_MADE = """
    DELETE FROM person WHERE given = 'Listed';
    INSERT INTO account (role, name) VALUES ('team', 'Ward') ON CONFLICT DO NOTHING;
    INSERT INTO team_member SELECT number, %(account)s FROM account WHERE name = 'Ward' ON CONFLICT DO NOTHING;
    INSERT INTO person (given, family, birth_date, sex, time_zone)
    SELECT 'Listed', 'L' || i, '1980-01-01', 'female', 'Europe/Paris' FROM generate_series(1, %(people)s) AS i;
    INSERT INTO standing (person, need, severity, glucose, last_glucose, turns_at)
    SELECT number, 10 * (1 + number %% 7), random() * 30, %(told)s, now(), now() + interval '1 day'
    FROM person WHERE given = 'Listed';
    INSERT INTO day (person, day, glucose) SELECT number, current_date - n, %(day)s
    FROM person, generate_series(0, 13) AS n WHERE given = 'Listed';
    INSERT INTO access_grant (person, account, during)
    SELECT p.number, a.number, tstzrange('2020-01-01', NULL) FROM person p, account a
    WHERE p.given = 'Listed' AND a.name = 'Ward';
    ANALYZE
"""
