"""Everything of a person as one file: complete, harmless, only what the asker may see, and back in as it was."""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from hub.accounts import ActorRole
from hub.database import Database, Role
from hub.errors import NotFound
from hub.measurements import Condition
from hub.quantities import KINDS, Kind, Quantity, Unit
from hub.readings import EARLIEST
from hub.records import DeviceKind, Person
from hub.settings import load
from ingest_api.app import Application
from ingest_api.context import Hub
from ingest_api.portability import csv_zip, fhir_bundle, source
from ingest_api.portability.source import Source
from ingest_api.whose import whose
from tests.support.http import Api
from tests.support.readings import a_reading, kg
from tests.support.record import Record
from tests.support.services import TestDatabases
from timeseries.postgres_store import PostgresStore
from timeseries.store import Found, Query
from vigie.cli import app as cli

As = Callable[[Person], Api]
Exported = dict[str, list[dict[str, str]]]


@pytest.fixture
def acting_as(app: Application, hub: Hub) -> As:
    """A person's own view."""
    return lambda person: Api(app, hub.access.create(ActorRole.PERSON, str(person.id)))


def a_life(database: Database, record: Record) -> Person:
    """Somebody with a sensor and a scale: three units, a bound, an odd fraction of a second."""
    person, sensor = record.wearer()
    scale = record.device(DeviceKind.SCALE)
    record.pair(scale, person)
    ours: dict[str, Any] = {"device": sensor.number, "person": person.number}
    high: dict[str, Any] = {"raw": Quantity(400.0, Unit.MG_DL), "value": None, "condition": Condition.ABOVE_RANGE}
    with database.transaction(Role.INTAKE) as connection:
        PostgresStore(connection).keep([
            *(a_reading(f"{n}", after=300 * n, **ours) for n in range(5)),
            a_reading("mmol", after=1500.25, raw=Quantity(5.55, Unit.MMOL_L), context='{"meal": "=1+1"}', **ours),
            a_reading("high", after=1800, **high, **ours),
            a_reading("kg", after=60, raw=kg(81.35), kind=Kind.WEIGHT, device=scale.number, person=person.number),
            a_reading("jin", after=7200, raw=Quantity(162.7, Unit.JIN), kind=Kind.WEIGHT, device=scale.number,
                      person=person.number),
        ])  # fmt: skip
    return person


def tables(content: bytes) -> Exported:
    """The archive's files as rows."""
    with ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {
            name.removesuffix(".csv"): list(csv.DictReader(StringIO(archive.read(name).decode(), newline="")))
            for name in archive.namelist()
        }


def export(api: Api, person: Person, form: str = "csv") -> bytes:
    """The file."""
    answer = api.get(f"/v1/people/{person.id}/export", format=form)
    assert answer.status_code == 200
    return answer.content


def bundle(content: bytes) -> dict[str, list[dict[str, Any]]]:
    """The bundle's resources by type."""
    told = json.loads(content)
    assert (told["resourceType"], told["type"]) == ("Bundle", "collection")
    assert [entry["fullUrl"] for entry in told["entry"]] == [f"urn:uuid:{e['resource']['id']}" for e in told["entry"]]
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in told["entry"]:
        found.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
    return found


# ── What is in it ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_person_gets_everything_with_what_is_hidden_and_who_saw_it(hub: Hub, desk: Record, acting_as: As) -> None:
    person, friend = a_life(hub.database, desk), desk.person("Eve")
    theirs = acting_as(person)
    path = f"/v1/people/{person.id}"
    theirs.post(f"{path}/grants", {"to": str(friend.id), "kinds": ["weight"]})
    theirs.post(f"{path}/hidden", {"kind": "weight"})
    theirs.post(f"{path}/blocks", {"account": str(friend.id)})
    told = tables(export(theirs, person))
    assert {name: len(rows) for name, rows in told.items()} == {
        "readings": 9, "person": 1, "devices": 2, "pairings": 2, "grants": 1, "hidden": 1, "blocks": 1,
        "emergencies": 0, "alerts": 0, "thresholds": 0, "prevention": 0, "prevention_answers": 0, "chain": 0,
        "addresses": 0, "quiet_hours": 0, "access_log": 4,
    }  # fmt: skip
    assert [row["act"] for row in told["access_log"]] == ["grant", "hide", "block", "export"]
    high = next(row for row in told["readings"] if row["condition"])
    assert (high["value"], high["raw_value"], high["raw_unit"]) == ("", "400.0", "mg/dL")
    assert (high["condition"], high["kind"]) == ("above_range", "glucose_interstitial")


def test_somebody_granted_gets_what_the_grant_shows_and_nothing_of_the_rest(
    hub: Hub, desk: Record, acting_as: As
) -> None:
    person, friend = a_life(hub.database, desk), desk.person("Eve")
    theirs = acting_as(person)
    theirs.post(f"/v1/people/{person.id}/grants", {"to": str(friend.id)})
    theirs.post(f"/v1/people/{person.id}/hidden", {"kind": "weight"})
    told = tables(export(acting_as(friend), person))
    assert {row["kind"] for row in told["readings"]} == {"glucose_interstitial"}
    assert [row["kind"] for row in told["devices"]] == ["cgm"]
    assert {name for name, rows in told.items() if rows} == {"readings", "person", "devices"}
    resources = bundle(export(acting_as(friend), person, "fhir"))
    assert {name: len(found) for name, found in resources.items()} == {"Patient": 1, "Observation": 7, "Device": 1}


SETTLED = """
    INSERT INTO vigie.alert (person, shown, key, id, rule, kinds, level, since, last, raised_at, because, evidence)
    VALUES (%(person)s, false, 'k', gen_random_uuid(), 'low', '{1}', 'warning', now(), now(), now(), '{}', '[]');
    INSERT INTO vigie.contact (account, channel, address, language, glucose_unit)
    SELECT number, 'web_push', '{"endpoint": "https://push.test/1", "keys": {"auth": "s3cret"}}', 'fr', 'mg/dL'
    FROM vigie.account WHERE person = %(person)s OR role = 'admin';
    INSERT INTO vigie.chain (person, step, account, after)
    SELECT person, 0, number, '5 minutes' FROM vigie.account WHERE person = %(person)s;
    INSERT INTO vigie.quiet_hours SELECT number, '22:00', '07:00', 'Europe/Paris' FROM vigie.account
    WHERE person = %(person)s OR role = 'admin'
"""


def test_what_rang_and_what_is_settled_is_in_it_and_addresses_for_the_person_alone(
    hub: Hub, desk: Record, app: Application, acting_as: As
) -> None:
    person = a_life(hub.database, desk)
    theirs, admin = acting_as(person), Api(app, hub.access.create(ActorRole.ADMIN))
    with psycopg.ClientCursor(psycopg.connect(hub.database.url, autocommit=True)) as cursor:
        cursor.execute(SETTLED, {"person": person.number})
        cursor.connection.close()
    theirs.post(f"/v1/people/{person.id}/prevention/influenza/done", {})
    told, to_others = (tables(export(each, person)) for each in (theirs, admin))
    assert [(each["rule"], each["kinds"]) for each in told["alerts"]] == [("low", "glucose_interstitial")]
    assert [(each["item"], each["act"]) for each in told["prevention"]] == [("influenza", "done")]
    assert [each["after_minutes"] for each in told["chain"]] == ["5"]
    assert [(each["channel"], each["address"]) for each in told["addresses"]] == [("web_push", "https://push.test/1")]
    assert [each["since"] for each in told["quiet_hours"]] == ["22:00:00"]
    assert to_others["alerts"] == told["alerts"]
    assert to_others["addresses"] == to_others["quiet_hours"] == []


def test_a_stranger_gets_what_there_is_for_nobody(hub: Hub, desk: Record, acting_as: As) -> None:
    person, stranger = a_life(hub.database, desk), acting_as(desk.person())
    for form in ("csv", "fhir"):
        answer = stranger.get(f"/v1/people/{person.id}/export", format=form)
        missing = stranger.get(f"/v1/people/{UUID(int=1)}/export", format=form)
        assert (answer.status_code, answer.json()) == (missing.status_code, missing.json()) == (404, missing.json())


def test_a_right_that_ends_meanwhile_breaks_the_export_off(
    hub: Hub, desk: Record, acting_as: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "PAGE", 2)
    person, friend = a_life(hub.database, desk), desk.person("Eve")
    theirs = acting_as(person)
    grant = theirs.post(f"/v1/people/{person.id}/grants", {"to": str(friend.id)}).json()["id"]
    actor = hub.access.actor(hub.access.create(ActorRole.PERSON, str(friend.id)))
    assert actor is not None
    with hub.reading(actor) as connection:
        found = whose(connection, person.id)
    assert found is not None
    pages = Source(hub, lambda: actor, person.id, found).readings()
    assert len(next(pages)) == 2
    theirs.request("DELETE", f"/v1/people/{person.id}/grants/{grant}")
    with pytest.raises(NotFound):
        next(pages)


def test_an_export_goes_on_longer_than_a_ticket_lasts(hub: Hub, desk: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "PAGE", 2)
    person, token = a_life(hub.database, desk), hub.access.create(ActorRole.ADMIN)
    actor = hub.access.actor(token)
    assert actor is not None
    with hub.reading(actor) as connection:
        found = whose(connection, person.id)
    assert found is not None
    pages = Source(hub, lambda: hub.access.actor(token), person.id, found).readings()
    next(pages)
    with hub.registering() as connection:
        connection.execute("DELETE FROM ticket")
    hub.access._tickets.clear()
    assert len(next(pages)) == 2


@pytest.mark.parametrize("page", [1, 2, 3])
def test_pages_neither_lose_nor_repeat(
    hub: Hub, desk: Record, acting_as: As, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    person = a_life(hub.database, desk)
    whole = tables(export(acting_as(person), person))
    monkeypatch.setattr(source, "PAGE", page)
    again = tables(export(acting_as(person), person))
    assert again["readings"] == whole["readings"]
    assert again["access_log"][: len(whole["access_log"])] == whole["access_log"]


def test_in_fhir_a_bound_is_a_comparator_and_a_unit_without_a_ucum_code_is_named_only(
    hub: Hub, desk: Record, acting_as: As
) -> None:
    person = a_life(hub.database, desk)
    said = [each["valueQuantity"] for each in bundle(export(acting_as(person), person, "fhir"))["Observation"]]
    ucum = "http://unitsofmeasure.org"
    assert {"value": 400.0, "unit": "mg/dL", "comparator": ">", "system": ucum, "code": "mg/dL"} in said
    assert {"value": 162.7, "unit": "jin"} in said
    assert {"value": 5.55, "unit": "mmol/L", "system": ucum, "code": "mmol/L"} in said


# ── Harmless ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r1", "＝1", "a;=1", 'a;"=1', "a\n-2", " =1"])
def test_no_cell_begins_a_formula(text: str) -> None:
    assert "'" in csv_zip.harmless(text)


@pytest.mark.parametrize("text", ["", "Ada Martin", "Jean-Luc", "a = b", "2026-08-01", "18:30 - 19:00"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert csv_zip.harmless(text) == text


@given(st.text(alphabet="=+-@;,\t\r\n ab'\"", max_size=30))
def test_whatever_the_separator_no_part_of_a_text_begins_with_a_sign(text: str) -> None:
    for separator in ";,\t\r\n":
        for part in csv_zip.harmless(text).split(separator):
            assert part.strip(" \t\r\n'\"")[:1] not in set("=+-@") or part.lstrip(' "')[:1] == "'"


def test_a_persons_name_cannot_run_in_a_spreadsheet(hub: Hub, desk: Record, acting_as: As) -> None:
    person = desk.person("=cmd|' /C calc'!A0")
    assert tables(export(acting_as(person), person))["person"][0]["given"].startswith("'=")


# ── Back in ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def imports(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[Database, Person, bytes], str]]:
    """`vigie import` into that database."""

    def import_(database: Database, person: Person, content: bytes) -> str:
        file = tmp_path / "export"
        file.write_bytes(content)
        monkeypatch.setenv("VIGIE_DATABASE_URL", database.url)
        load.cache_clear()
        done = CliRunner().invoke(cli, ["import", str(file), "--person", str(person.id)])
        assert (done.exit_code, done.stderr) == (0, "")
        return done.stdout.splitlines()[0]

    yield import_
    load.cache_clear()


def record_of(database: Database, person: Person) -> list[Found]:
    """Everything in the record, by time."""
    query = Query(person.number, tuple(Kind), EARLIEST, datetime.now(UTC), 1000)
    with database.transaction(Role.WATCH) as connection:
        return PostgresStore(connection).find(query)


def essence(found: list[Found]) -> list[tuple[Any, ...]]:
    """What an import must not change: all but the ways they came, and the devices' numbers."""
    return sorted(
        (f.kind, f.taken_at, f.utc_offset, f.value, f.raw.value, f.raw.unit, f.condition or "", f.key[4:])
        for f in found
    )


@pytest.mark.parametrize("form", ["csv", "fhir"])
def test_an_export_imported_elsewhere_gives_the_same_rows_and_exports_alike(
    hub: Hub, desk: Record, acting_as: As, service_endpoints: TestDatabases,
    imports: Callable[[Database, Person, bytes], str], form: str,
) -> None:  # fmt: skip
    person = a_life(hub.database, desk)
    content = export(acting_as(person), person, form)
    with service_endpoints.migrated() as url:
        elsewhere = Database(url)
        other = Record(elsewhere).person()
        assert ": 9 stored, 0 already there, 0 linked" in imports(elsewhere, other, content)
        assert ": 0 stored, 9 already there, 0 linked" in imports(elsewhere, other, content)
        assert essence(record_of(elsewhere, other)) == essence(record_of(hub.database, person))
        there = Hub(elsewhere, hub.intake, type(hub.access)(elsewhere), dict)
        again = _written(there, other, form)
        elsewhere.close()
    assert _told(again, form) == _told(content, form)


def _written(hub: Hub, person: Person, form: str) -> bytes:
    actor = hub.access.actor(hub.access.create(ActorRole.ADMIN))
    assert actor is not None
    with hub.reading(actor) as connection:
        found = whose(connection, person.id)
    assert found is not None
    writer = {"csv": csv_zip.write, "fhir": fhir_bundle.write}[form]
    return b"".join(writer(Source(hub, lambda: actor, person.id, found)))


def _told(content: bytes, form: str) -> list[Any]:
    """What either file says of the readings, without the devices' ids and the ways they came."""
    if form == "csv":
        names = ("taken_at", "kind", "value", "unit", "raw_value", "raw_unit", "condition", "device_kind")
        return [tuple(row[name] for name in names) for row in tables(content)["readings"]]
    fields = ["code", "effectiveDateTime", "valueQuantity", "interpretation"]
    return [[each.get(name) for name in fields] for each in bundle(content)["Observation"]]


@pytest.mark.parametrize("form", ["csv", "fhir"])
def test_importing_ones_own_export_changes_nothing(
    hub: Hub, desk: Record, acting_as: As, imports: Callable[[Database, Person, bytes], str], form: str
) -> None:
    person = a_life(hub.database, desk)
    before = record_of(hub.database, person)
    assert ": 0 stored, 9 already there, 0 linked" in imports(
        hub.database, person, export(acting_as(person), person, form)
    )
    assert record_of(hub.database, person) == before


def test_an_export_naming_a_device_that_was_also_anothers_carries_nothing_into_their_record(
    hub: Hub, desk: Record, acting_as: As, imports: Callable[[Database, Person, bytes], str]
) -> None:
    person, bob = a_life(hub.database, desk), desk.person("Bob")
    content = export(acting_as(person), person)
    sensor = tables(content)["devices"][0]["id"]
    with hub.database.transaction(Role.REGISTER) as connection:
        connection.execute(
            "UPDATE holding SET person = %s WHERE device = (SELECT number FROM device WHERE id = %s)",
            (bob.number, sensor),
        )
    imports(hub.database, person, content)
    assert record_of(hub.database, bob) == []


def test_every_kinds_codes_lead_back_to_it() -> None:
    assert [fhir_bundle._codes(kind)[-1]["code"] for kind in KINDS] == list(KINDS)
