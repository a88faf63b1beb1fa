"""Summaries equal what the readings say, whatever happened and in whichever order."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.database import Connection, Database, Role
from hub.quantities import Kind
from hub.records import Person
from tests.support.clock import begun
from tests.support.examples import so_many
from tests.support.readings import a_reading, kg, mg_dl
from tests.support.record import PARIS, Record
from timeseries.columns import samples
from timeseries.glucose.one_source import one_source
from timeseries.glucose.tally import Tally, tally_by_day
from timeseries.local_time import date_of
from timeseries.postgres_store import PostgresStore
from timeseries.standing import Need
from timeseries.summaries import tallies_of
from timeseries.upkeep import Upkeep

ANY_DAY = (date(2000, 1, 1), date(2100, 1, 1))
TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.fixture
def record(swept_database: Database) -> Record:
    """An empty register."""
    return Record(swept_database)


def caught_up(database: Database) -> None:
    """Let the watch do all there is to do."""
    upkeep = Upkeep(database)
    while upkeep.turn():
        pass


def summarised(database: Database, person: Person) -> dict[date, Tally]:
    with database.transaction(Role.WATCH) as connection:
        return tallies_of(connection, person.number, *ANY_DAY)


def recomputed(connection: Connection, person: Person, zone: ZoneInfo) -> dict[date, Tally]:
    """What the readings say, all read at once."""
    begin, end = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    found = samples(connection, person.number, Kind.GLUCOSE_INTERSTITIAL, begin, end)
    return {date_of(day): told for day, told in tally_by_day(one_source(found, zone)).items()}


def keep(database: Database, person: Person, device: int, times: list[datetime], value: float = 110.0) -> None:
    with database.transaction(Role.INTAKE) as connection:
        PostgresStore(connection).keep(
            [
                a_reading(
                    f"{at.isoformat()} {value}", person=person.number, device=device, taken_at=at, raw=mg_dl(value)
                )
                for at in times
            ]
        )


def every_five_minutes(since: datetime, hours: float) -> list[datetime]:
    return [since + timedelta(minutes=5 * n) for n in range(int(hours * 12))]


def test_a_day_is_the_persons_own(swept_database: Database, record: Record) -> None:
    person, device = record.wearer(zone=TOKYO)
    keep(swept_database, person, device.number, every_five_minutes(datetime(2026, 8, 1, 12, tzinfo=UTC), 6))
    caught_up(swept_database)
    days = summarised(swept_database, person)
    assert {day: told.n for day, told in days.items()} == {date(2026, 8, 1): 36, date(2026, 8, 2): 36}


def test_a_late_reading_changes_its_own_day(swept_database: Database, record: Record) -> None:
    person, device = record.wearer()
    keep(swept_database, person, device.number, every_five_minutes(begun() - timedelta(days=3), 24))
    caught_up(swept_database)
    before = summarised(swept_database, person)
    keep(swept_database, person, device.number, [begun() - timedelta(days=9)], 45.0)
    caught_up(swept_database)
    late = (begun() - timedelta(days=9)).astimezone(PARIS).date()
    after = summarised(swept_database, person)
    assert after.pop(late).lowest == 45.0
    assert after == before


def test_nothing_is_summarised_twice(swept_database: Database, record: Record) -> None:
    person, device = record.wearer()
    keep(swept_database, person, device.number, [begun()])
    caught_up(swept_database)
    with swept_database.transaction(Role.WATCH) as connection:
        assert connection.execute("SELECT count(*) FROM stale").fetchone() == (0,)


def test_another_zone_makes_other_days_of_the_whole_history(swept_database: Database, record: Record) -> None:
    person, device = record.wearer()
    keep(swept_database, person, device.number, every_five_minutes(datetime(2025, 1, 10, 12, tzinfo=UTC), 24))
    keep(swept_database, person, device.number, every_five_minutes(datetime(2026, 8, 1, 12, tzinfo=UTC), 24))
    caught_up(swept_database)
    with swept_database.transaction(Role.REGISTER) as connection:
        connection.execute("UPDATE person SET time_zone = 'Asia/Tokyo' WHERE number = %s", (person.number,))
    caught_up(swept_database)
    with swept_database.transaction(Role.WATCH) as connection:
        assert summarised(swept_database, person) == recomputed(connection, person, TOKYO)


def test_a_deleted_day_is_gone_from_the_summaries(swept_database: Database, record: Record) -> None:
    person, device = record.wearer()
    keep(swept_database, person, device.number, every_five_minutes(begun() - timedelta(days=3), 48))
    caught_up(swept_database)
    _as_owner(swept_database, "DELETE FROM reading WHERE taken_at < %s", (begun() - timedelta(days=2),))
    caught_up(swept_database)
    with swept_database.transaction(Role.WATCH) as connection:
        assert summarised(swept_database, person) == recomputed(connection, person, PARIS)


def test_a_corrected_value_is_a_corrected_summary(swept_database: Database, record: Record) -> None:
    person, device = record.wearer()
    keep(swept_database, person, device.number, every_five_minutes(begun() - timedelta(days=1), 3))
    caught_up(swept_database)
    _as_owner(swept_database, "UPDATE reading SET value = 50 WHERE taken_at < %s", (begun() - timedelta(hours=23),))
    caught_up(swept_database)
    assert min(told.lowest or 0 for told in summarised(swept_database, person).values()) == 50.0


def test_what_fails_for_one_person_leaves_the_others_unharmed(
    swept_database: Database, record: Record, caplog: pytest.LogCaptureFixture
) -> None:
    (sick, sensor), (well, other) = record.wearer(), record.wearer()
    keep(swept_database, sick, sensor.number, [begun()])
    keep(swept_database, well, other.number, [begun()])
    _as_owner(swept_database, "UPDATE person SET time_zone = 'Nowhere/Atall' WHERE number = %s", (sick.number,))
    caught_up(swept_database)
    assert (len(summarised(swept_database, well)), len(summarised(swept_database, sick))) == (1, 0)
    assert [record.levelname for record in caplog.records] == ["ERROR"]


class Hours:
    """What may happen to two people within a week, an hour of readings at a time."""

    zones = st.sampled_from(["Europe/Paris", "Asia/Tokyo", "America/St_Johns"])
    hour = st.integers(0, 24 * 7)
    who = st.integers(0, 1)
    acts = st.lists(
        st.one_of(
            st.tuples(st.just("keep"), who, hour, st.integers(40, 400)),
            st.tuples(st.just("delete"), who, hour, st.just(0)),
            st.tuples(st.just("move"), who, hour, st.just(0)),
            st.tuples(st.just("zone"), who, st.integers(0, 2), st.just(0)),
            st.tuples(st.just("summarise"), who, hour, st.just(0)),
        ),
        max_size=12,
    )


WEEK = datetime(2026, 3, 25, tzinfo=UTC)
ZONES = ["Europe/Paris", "Asia/Tokyo", "America/St_Johns"]


@settings(max_examples=so_many(15), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=Hours.acts)
def test_whatever_happens_the_summaries_equal_the_readings(
    swept_database: Database, acts: list[tuple[str, int, int, int]]
) -> None:
    record = Record(swept_database)
    worn = [record.wearer(), record.wearer()]
    zones = [PARIS, PARIS]
    for act, who, hour, value in acts:
        person, device = worn[who]
        since = WEEK + timedelta(hours=hour)
        parameters = {
            "person": person.number,
            "other": worn[1 - who][0].number,
            "since": since,
            "zone": ZONES[hour % 3],
        }
        match act:
            case "keep":
                keep(swept_database, person, device.number, every_five_minutes(since, 1), float(value))
            case "summarise":
                Upkeep(swept_database).turn()
            case _:
                _as_owner(swept_database, _ACTS[act], parameters)
                zones[who] = ZoneInfo(ZONES[hour % 3]) if act == "zone" else zones[who]
    caught_up(swept_database)
    with swept_database.transaction(Role.WATCH) as connection:
        for (person, _), zone in zip(worn, zones, strict=True):
            told, expected = summarised(swept_database, person), recomputed(connection, person, zone)
            assert {day: asdict(t) for day, t in told.items()} == {day: asdict(t) for day, t in expected.items()}


_HOUR = "taken_at >= %(since)s AND taken_at < %(since)s + interval '1 hour' AND person = %(person)s"
_ACTS = {
    "delete": f"DELETE FROM reading WHERE {_HOUR}",  # noqa: S608
    "move": f"UPDATE reading SET person = %(other)s WHERE {_HOUR}",  # noqa: S608
    "zone": "UPDATE person SET time_zone = %(zone)s WHERE number = %(person)s",
}


def _as_owner(database: Database, act: str, parameters: object) -> None:
    """What no role of Vigie may do by itself."""
    import psycopg

    with psycopg.connect(database.url, options="-c search_path=vigie") as connection:
        connection.execute(act, parameters)  # type: ignore[call-overload]


def weigh(database: Database, person: Person, device: int, at: datetime, kilograms: float) -> None:
    with database.transaction(Role.INTAKE) as connection:
        PostgresStore(connection).keep(
            [
                a_reading(
                    f"{at} {kilograms}",
                    person=person.number,
                    device=device,
                    kind=Kind.WEIGHT,
                    raw=kg(kilograms),
                    taken_at=at,
                )
            ]
        )


def row(database: Database, query: str, *parameters: object) -> tuple[object, ...] | None:
    with database.transaction(Role.WATCH) as connection:
        return connection.execute(query, parameters).fetchone()


def test_a_days_last_weight_is_kept_beside_its_glucose(swept_database: Database, record: Record) -> None:
    person, device = record.wearer()
    noon = datetime(2026, 8, 1, 12, tzinfo=UTC)
    keep(swept_database, person, device.number, [noon])
    weigh(swept_database, person, device.number, noon, 70.4)
    weigh(swept_database, person, device.number, noon + timedelta(hours=1), 70.1)
    caught_up(swept_database)
    told = row(swept_database, "SELECT weight, glucose->'n' FROM day WHERE person = %s", person.number)
    assert told == ({"n": 2, "last": 70.1}, 1)


def test_without_its_glucose_a_day_keeps_its_weight(swept_database: Database, record: Record) -> None:
    person, device = record.wearer()
    keep(swept_database, person, device.number, [begun()])
    weigh(swept_database, person, device.number, begun(), 70.4)
    caught_up(swept_database)
    _as_owner(swept_database, "DELETE FROM reading WHERE kind = 1", ())
    caught_up(swept_database)
    assert row(swept_database, "SELECT weight->'last', glucose FROM day") == (70.4, None)


def test_how_a_weight_stands_is_told_with_its_change(swept_database: Database, record: Record) -> None:
    person, device = record.wearer()
    for ago in range(40):
        weigh(swept_database, person, device.number, begun() - timedelta(days=ago), 70.0)
    caught_up(swept_database)
    query = "SELECT weight->'kg', weight->'trend', weight->'change_30d'->'kg' FROM standing WHERE person = %s"
    assert row(swept_database, query, person.number) == (70.0, 70.0, 0.0)


def test_a_new_person_stands_without_a_sensor(swept_database: Database, record: Record) -> None:
    person = record.person()
    caught_up(swept_database)
    assert row(swept_database, "SELECT need FROM standing WHERE person = %s", person.number) == (Need.NO_SENSOR,)


def test_at_midnight_everybody_stands_anew(swept_database: Database, record: Record) -> None:
    person, device = record.wearer()
    keep(swept_database, person, device.number, every_five_minutes(begun() - timedelta(days=2), 40), 100.0)
    caught_up(swept_database)
    _as_owner(swept_database, "UPDATE standing SET need = 99, turns_at = now() - interval '1 second'", ())
    caught_up(swept_database)
    assert row(swept_database, "SELECT need, turns_at > now() FROM standing") == (Need.LITTLE_WEAR, True)
