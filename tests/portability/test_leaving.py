"""Leaving: collection stopped and restarted, a record closed, a person deleted, and again after a restore."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege
from rich.console import Console

from alerts.daily import of_a_day
from alerts.prevention import Act, Language
from alerts.prevention.desk import Desk
from alerts.prevention.findrisc import Answers
from device_adapters.adapter import NO_KEYS
from hub.accounts import Accounts, ActorRole
from hub.database import Database, Role
from hub.directory import PostgresDirectory
from hub.errors import CollectionStopped, Malformed, NotFound
from hub.leaving import Leaving, read_deletions
from hub.measurements import Channel, RawPayload
from hub.records import Device, DeviceKind, Person
from ingest_api import quarantine
from ingest_api.access import Access
from ingest_api.app import Application
from ingest_api.context import Hub
from ingest_api.intake import Intake
from tests.support.http import Api
from tests.support.messages import item as an_item
from tests.support.messages import native
from tests.support.readings import NOON, a_reading, kg, mg_dl
from tests.support.record import Record
from tests.support.shared_scale import Home, a_home
from timeseries.attributor import Attributor
from timeseries.postgres_store import PostgresStore
from timeseries.summaries import Summaries
from vigie.quarantine import replay

SPAN = {"from_": "2026-08-01T00:00:00Z", "to": "2026-08-02T00:00:00Z"}
As = Callable[[Person], Api]


@pytest.fixture
def acting_as(app: Application, hub: Hub) -> As:
    """A person's own view."""
    return lambda person: Api(app, hub.access.create(ActorRole.PERSON, str(person.id)))


def send(api: Api, device: Device, key: str, after: float = 0) -> str:
    """What became of one reading."""
    reading = {name: value for name, value in an_item(key, "", after).items() if name != "device"}
    answer = api.post("/v1/readings", {"device": device.address, "readings": [reading]})
    outcome: str = answer.json()["results"][0]["outcome"]
    return outcome


def count(api: Api, person: Person) -> int:
    """How many readings are seen."""
    return len(api.get(f"/v1/people/{person.id}/readings", **SPAN).json()["readings"])


def stop(api: Api, person: Person, stopped: bool = True) -> int:
    """The status of the answer."""
    return api.post(f"/v1/people/{person.id}/collection", {"stopped": stopped}).status_code


def close(api: Api, person: Person) -> int:
    """The status of the answer."""
    return api.post(f"/v1/people/{person.id}/close", {"confirm": str(person.id)}).status_code


def delete(api: Api, person: Person, confirm: UUID | None = None) -> int:
    """The status of the answer."""
    said = {"confirm": str(confirm or person.id)}
    return api.request("DELETE", f"/v1/people/{person.id}", json=said).status_code


def acts(database: Database, person: Person) -> list[tuple[str, str]]:
    """Role and act of the person's log, oldest first."""
    with database.transaction(Role.REGISTER) as connection:
        return connection.execute(
            "SELECT role, act FROM access_log WHERE person = %s ORDER BY number", (person.number,)
        ).fetchall()


# ── Collection ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_comes_after_collection_was_stopped_waits_in_quarantine_and_is_not_stored(api: Api, desk: Record) -> None:
    person, device = desk.wearer()
    assert send(api, device, "before") == "stored"
    assert stop(api, person) == 200
    reading = {name: value for name, value in an_item("after", "", 60).items() if name != "device"}
    answer = api.post("/v1/readings", {"device": device.address, "readings": [reading]}).json()["results"][0]
    assert (answer["outcome"], answer["reason"].split(":")[0]) == ("quarantined", "collection_stopped")
    assert count(api, person) == 1


def test_a_gateway_is_acknowledged_all_the_same_and_others_in_its_message_are_stored(hub: Hub, desk: Record) -> None:
    (ada, adas), (_, bobs) = desk.wearer(), desk.wearer()
    _stop_by_hand(hub.database, ada)
    message = native(an_item("1", adas.address), an_item("1", bobs.address), gateway="loft")
    receipts, acks = hub.intake.accept([message])
    assert [fate.value for fate in receipts[0].fates] == ["quarantined", "stored"]
    assert [refused.why.code for refused in receipts[0].refused] == ["collection_stopped"]
    assert [ack.gateway for ack in acks] == ["loft"]


def _stop_by_hand(database: Database, person: Person) -> None:
    with psycopg.connect(database.url, options="-c search_path=vigie") as connection:
        connection.execute("UPDATE person SET collection_stopped_at = now() WHERE number = %s", (person.number,))


def test_a_replay_after_the_restart_stores_what_waited(api: Api, hub: Hub, desk: Record, acting_as: As) -> None:
    person, device = desk.wearer()
    stop(acting_as(person), person)
    send(api, device, "waited")
    replay(hub.database.url, NO_KEYS, Console(quiet=True))
    assert count(api, person) == 0
    assert stop(acting_as(person), person, stopped=False) == 200
    replay(hub.database.url, NO_KEYS, Console(quiet=True))
    assert count(api, person) == 1
    assert acts(hub.database, person)[:2] == [("person", "stop"), ("admin", "read")]


def test_a_stranger_cannot_stop_anybodys_collection(api: Api, desk: Record, acting_as: As) -> None:
    person, device = desk.wearer()
    assert stop(acting_as(desk.person()), person) == 404
    assert send(api, device, "1") == "stored"


def test_a_shared_scales_weight_is_not_given_to_somebody_who_stopped(database: Database) -> None:
    home = a_home(database)
    for day in range(20):
        home.keep(home.weighing(f"{day}", 80.0, after=day * 60 - 36_000))
        home.give(home.undecided()[0], home.bob)
    known = len(home.weights(home.bob))
    _stop_by_hand(database, home.bob)
    home.keep(home.weighing("new", 80.1))
    with database.transaction(Role.WATCH) as connection:
        Attributor(connection).turn()
    assert len(home.weights(home.bob)) == known
    assert _waits(home, "new")


def _waits(home: Home, key: str) -> bool:
    wanted = UUID(bytes=home.weighing(key, 1.0).key)
    with home.database.transaction(Role.WATCH) as connection:
        row = connection.execute("SELECT person, confirmed FROM inbox WHERE key = %s", (wanted,)).fetchone()
    return row == (None, False)


def test_nor_by_hand(database: Database) -> None:
    home = a_home(database)
    home.keep(home.weighing("1", 80.0))
    _stop_by_hand(database, home.bob)
    with pytest.raises(CollectionStopped):
        home.give(home.undecided()[0], home.bob)


# ── Closing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_closed_record_is_nobodys_to_read_nor_to_feed_and_is_kept(
    api: Api, hub: Hub, desk: Record, acting_as: As
) -> None:
    person, device = desk.wearer()
    send(api, device, "1")
    theirs = acting_as(person)
    assert close(theirs, person) == 200
    for caller in (theirs, api):
        assert caller.get(f"/v1/people/{person.id}/readings", **SPAN).status_code == 404
        assert caller.get(f"/v1/people/{person.id}").status_code == 404
        assert caller.get(f"/v1/people/{person.id}/access-log").status_code == 404
    assert send(api, device, "2", 60) == "quarantined"
    with hub.database.transaction(Role.REGISTER) as connection:
        Leaving(connection).reopen(person.id)
    assert count(api, person) == 1


def test_it_cannot_be_opened_in_an_emergency_either(app: Application, hub: Hub, desk: Record, acting_as: As) -> None:
    person = desk.person()
    close(acting_as(person), person)
    doctor = Api(app, hub.access.create(ActorRole.CLINICIAN, "Dr Closed"))
    said = {"way": "break_glass", "reason": "unconscious at the door"}
    assert doctor.post(f"/v1/people/{person.id}/emergency", said).status_code == 404


# ── Deletion ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_only_the_person_and_administrators_delete_and_only_with_a_confirmation(
    api: Api, desk: Record, acting_as: As
) -> None:
    person, other, delegate = desk.person(), desk.person(), desk.person()
    api.post(f"/v1/people/{person.id}/grants", {"to": str(delegate.id), "delegate": True})
    assert delete(acting_as(other), person) == 404
    assert delete(acting_as(delegate), person) == 404
    assert close(acting_as(delegate), person) == 404
    assert delete(acting_as(person), person, confirm=other.id) == 422
    assert delete(acting_as(person), person) == 200
    assert delete(api, person) == 404


def test_a_closed_record_can_be_deleted_by_its_person(desk: Record, acting_as: As) -> None:
    person = desk.person()
    theirs = acting_as(person)
    close(theirs, person)
    assert delete(theirs, person) == 200
    assert theirs.get("/v1/session").status_code == 401


def rows_naming(database: Database, column: str, value: object) -> dict[str, int]:
    """In how many rows each table's column of that name holds the value, where any does."""
    with psycopg.connect(database.url, options="-c search_path=vigie") as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.columns JOIN information_schema.tables "
            "USING (table_schema, table_name) "
            "WHERE table_schema = 'vigie' AND column_name = %s AND table_type = 'BASE TABLE'",
            (column,),
        ).fetchall()
        ask = sql.SQL("SELECT count(*) FROM {} WHERE {} = %s")
        found = {
            name: connection.execute(ask.format(sql.Identifier(name), sql.Identifier(column)), (value,)).fetchone()
            for (name,) in tables
        }
    return {name: row[0] for name, row in found.items() if row and row[0]}


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that holds anything of anybody, but the log and the list of deletions."""
    apart = ("access_log", "access_head", "deletion", "migration", "register_version", "ticket")
    with psycopg.connect(database.url, options="-c search_path=vigie") as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'vigie'").fetchall()
        return {
            name: sorted(connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))), key=repr)
            for (name,) in names
            if name not in apart
        }


def live(home: Home, person: Person, device: Device, hub: Hub) -> None:
    """Everything a person can leave behind: readings, a link, an inbox weight, sharing, sessions, a refused payload."""
    database, number = home.database, person.number
    with database.transaction(Role.INTAKE) as connection:
        store = PostgresStore(connection)
        store.keep([a_reading(f"{n}", device=device.number, person=number, after=300 * n) for n in range(3)])
        twin = home.record.device(address=f"second of {number}")
        home.record.pair(twin, person)
        store.keep([a_reading("t", device=twin.number, person=number, after=5, shared=True)])
    home.keep(home.weighing(f"w{number}", 70.0 + number, after=number * 3600))
    home.give(home.undecided()[0], person)
    hub.intake.accept([native(an_item("odd", device.address.lower(), unit="stone"), gateway=f"g{number}")])
    hub.access.create(ActorRole.PERSON, str(person.id))
    _prevention_and_forecast(database, person)
    _beside_the_record(database, person)


def _beside_the_record(database: Database, person: Person) -> None:
    """What clinicians keep there."""
    with database.transaction(Role.REGISTER) as connection:
        by = Accounts(connection).named(ActorRole.CLINICIAN, "Dr Roux").number
        connection.execute("INSERT INTO reviewed (person, account) VALUES (%s, %s)", (person.number, by))
        connection.execute(
            "INSERT INTO clinical_note (person, by, text, whole) VALUES (%s, %s, 'well', false)", (person.number, by)
        )


def _prevention_and_forecast(database: Database, person: Person) -> None:
    with database.transaction(Role.REGISTER) as connection:
        desk, by = Desk(connection), Accounts(connection).named(ActorRole.PERSON, str(person.id)).number
        desk.say(person.number, "influenza", Act.DONE, NOON.date(), by)
        desk.answer(person.number, None, Answers(waist_cm=90), by)
        desk.open_calendar(person.number, person.id, Language.EN, in_full=True)
    with database.transaction(Role.WATCH) as connection:
        of_a_day(connection, person.number, datetime.now(UTC))


def test_deletion_leaves_nothing_of_the_person_and_everything_of_others(database: Database, app: Application) -> None:
    hub = _hub(database)
    home = a_home(database)
    sensors = [home.record.device(address=f"AA:BB:CC:00:00:0{n}") for n in (1, 2)]
    for sensor, person in zip(sensors, (home.bob, home.ada), strict=True):
        home.record.pair(sensor, person)
    live(home, home.bob, sensors[0], hub)
    before = everything(database)
    live(home, home.ada, sensors[1], hub)
    _summarise(database, home.ada)
    _delete_by_desk(database, home.ada)
    assert rows_naming(database, "person", home.ada.number) == {}
    assert rows_naming(database, "device", sensors[1].number) == {}
    after = everything(database)
    ada = str(home.ada.id)
    assert {name: [row for row in rows if ada in str(row)] for name, rows in after.items() if ada in str(rows)} == {}
    for kept in ("reading", "reading_key", "reading_link", "inbox", "quarantine"):
        assert after[kept] == before[kept]
    assert [row[1] for row in after["person"]] == [home.bob.id]


def _summarise(database: Database, person: Person) -> None:
    with database.transaction(Role.WATCH) as connection:
        Summaries(connection).catch_up(person.number)


def _hub(database: Database) -> Hub:
    return Hub(database, Intake(database, PostgresDirectory(database)), Access(database), dict)


def _delete_by_desk(database: Database, person: Person) -> None:
    with database.transaction(Role.REGISTER) as connection:
        Leaving(connection).delete(person.id)


def test_of_what_was_refused_ones_own_goes_and_nobody_elses(database: Database, record: Record) -> None:
    ada = record.person()
    for address in ("openscale", "openscale:ada"):
        record.pair(record.device(DeviceKind.SCALE, address), ada)
    topics = [f"openScaleSync/{name}measurements/insert" for name in ("", "ada/", "bob/")]
    weight = b'{"date": 1785578400000, "weight": 9000}'
    Intake(database, PostgresDirectory(database)).accept([
        RawPayload(Channel.MQTT, topic, weight, NOON) for topic in topics
    ])  # fmt: skip
    _delete_by_desk(database, ada)
    with database.transaction(Role.INTAKE) as connection:
        assert [each.raw.source for each in quarantine.waiting(connection, 10)] == topics[2:]


def test_a_device_that_was_also_somebody_elses_stays_with_their_readings(database: Database, record: Record) -> None:
    ada, bob, sensor = record.person(), record.person(), record.device()
    record.pair(sensor, ada, until=NOON)
    record.pair(sensor, bob, since=NOON)
    with database.transaction(Role.INTAKE) as connection:
        PostgresStore(connection).keep([
            a_reading("a", device=sensor.number, person=ada.number, after=-timedelta(hours=1).total_seconds()),
            a_reading("b", device=sensor.number, person=bob.number, raw=mg_dl(90)),
        ])  # fmt: skip
    _delete_by_desk(database, ada)
    assert rows_naming(database, "device", sensor.number) == {"holding": 1, "reading": 1, "arrival": 1}
    with psycopg.connect(database.url, options="-c search_path=vigie") as connection:
        assert connection.execute("SELECT count(*) FROM reading_key").fetchone() == (1,)


def test_a_home_left_empty_goes_with_its_scale_and_inbox(database: Database, record: Record) -> None:
    ada, scale = record.person(), record.device(DeviceKind.SCALE)
    home = record.number_of_household(record.household([ada], [scale]).id)
    with database.transaction(Role.INTAKE) as connection:
        weight = a_reading("1", device=scale.number, person=None, household=home, raw=kg(70), kind="weight")
        PostgresStore(connection).keep([weight])
    _delete_by_desk(database, ada)
    left = everything(database)
    assert {name: left[name] for name in ("household", "device", "inbox", "reading_key", "holding")} == {
        "household": [], "device": [], "inbox": [], "reading_key": [], "holding": [],
    }  # fmt: skip


def test_the_log_of_accesses_stays_unbroken_and_says_who_deleted(hub: Hub, desk: Record, acting_as: As) -> None:
    person = desk.person()
    theirs = acting_as(person)
    stop(theirs, person)
    delete(theirs, person)
    assert acts(hub.database, person) == [("person", "stop"), ("person", "delete")]
    with psycopg.connect(hub.database.url, options="-c search_path=vigie") as connection:
        broken = connection.execute(
            "SELECT count(*) FROM (SELECT hash, access_hash(lag(hash, 1, '') OVER (ORDER BY number), l) AS due "
            "FROM access_log l WHERE person = %s) AS each WHERE hash <> due",
            (person.number,),
        ).fetchone()
    assert broken == (0,)


def test_a_restored_backup_loses_again_whoever_was_deleted_since(
    service_endpoints: Any, database: Database, record: Record
) -> None:
    ada, bob = record.person("Ada"), record.person("Bob")
    database.close()  # nobody else may be in a database while it is copied
    with service_endpoints.bare(_name(database.url)) as restored:
        _delete_by_desk(database, ada)
        with database.transaction(Role.REGISTER) as connection:
            written = [each.line() for each in Leaving(connection).deletions()]
        assert str(ada.id) not in str(written)
        again = [_apply(restored, written), _apply(restored, written)]
        with psycopg.connect(restored, options="-c search_path=vigie") as connection:
            people = connection.execute("SELECT id FROM person").fetchall()
    assert (again, people) == ([1, 0], [(bob.id,)])


def _name(url: str) -> str:
    return url.rsplit("/", 1)[1].split("?")[0]


def _apply(url: str, lines: list[str]) -> int:
    with psycopg.connect(url, options="-c search_path=vigie,api,public") as connection:
        return Leaving(connection).delete_again(list(read_deletions(lines)))


@pytest.mark.parametrize("line", ["", "aa 2026-08-01T00:00:00+00:00", f"{'a' * 64} 2026-08-01T00:00:00", "x y"])
def test_a_line_that_is_no_deletion_is_refused(line: str) -> None:
    with pytest.raises(Malformed, match="line 1"):
        list(read_deletions([line]))


def test_somebody_who_does_not_exist_cannot_be_deleted(hub: Hub) -> None:
    with pytest.raises(NotFound), hub.database.transaction(Role.REGISTER) as connection:
        Leaving(connection).delete(UUID(int=7))


@pytest.mark.parametrize("role", [Role.API, Role.INTAKE, Role.WATCH])
def test_no_other_role_can_delete(hub: Hub, role: Role) -> None:
    with pytest.raises(InsufficientPrivilege), hub.database.transaction(role) as connection:
        connection.execute("SELECT vigie.delete_person(gen_random_uuid())")


def test_the_register_deletes_nobody_but_by_the_function(hub: Hub) -> None:
    with pytest.raises(InsufficientPrivilege), hub.database.transaction(Role.REGISTER) as connection:
        connection.execute("DELETE FROM person")
