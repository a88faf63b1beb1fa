"""The door: what is stored, what is set aside, and that nothing stops what comes behind."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Literal
from uuid import UUID

import pytest

from device_adapters import adapter
from hub.database import Connection, Database, Role, SqlError
from hub.directory import MemoryDirectory, PostgresDirectory
from hub.measurements import CHANNEL_NUMBER, WHOLE, Channel, Decoded, Measurement, RawPayload
from hub.readings import Reading, tie
from hub.records import DeviceKind, HeldDevice, Person
from ingest_api import quarantine
from ingest_api.intake import Fate, Intake, Receipt
from ingest_api.progress import Ack
from ingest_api.quarantine import Quarantined
from tests.support.messages import BOOT, item, moment, native, up
from tests.support.readings import NOON
from tests.support.record import Record

STORED, DUPLICATE, QUARANTINED = Fate.STORED, Fate.DUPLICATE, Fate.QUARANTINED


@pytest.fixture
def database(swept_database: Database) -> Database:
    """An empty database."""
    return swept_database


@pytest.fixture
def ada(record: Record) -> Person:
    """Somebody with a sensor called S1."""
    person = record.person()
    record.pair(record.device(address="S1"), person)
    return person


def stored(database: Database) -> list[tuple[int, float]]:
    """Whose and what lies in the table, oldest first."""
    with database.transaction(Role.INTAKE) as connection:
        return connection.execute("SELECT person, value FROM reading ORDER BY taken_at, key").fetchall()


def waiting(database: Database) -> list[Quarantined]:
    """What lies in quarantine."""
    with database.transaction(Role.INTAKE) as connection:
        return quarantine.waiting(connection, 100)


def codes(receipt: Receipt) -> list[tuple[int, str]]:
    """Where and why something was refused."""
    return [(refused.position, refused.why.code) for refused in receipt.refused]


def count_of(database: Database, table: str) -> int:
    """How many rows it has."""
    with database.transaction(Role.INTAKE) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    assert row is not None
    number: int = row[0]
    return number


# ── What is right ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_gateways_message_is_stored_and_acknowledged(intake: Intake, database: Database, ada: Person) -> None:
    [receipt], acks = intake.accept([native(item("1", "S1"), item("2", "S1", 60, value=6.1, unit="mmol/L"))])
    assert (receipt.fates, receipt.refused) == ((STORED, STORED), ())
    assert acks == [Ack("attic", BOOT, 0)]
    assert stored(database) == [(ada.number, 110), (ada.number, pytest.approx(109.895, abs=0.001))]


def test_the_same_message_again_changes_nothing_and_is_acknowledged_again(
    intake: Intake, database: Database, ada: Person
) -> None:
    message = native(item("1", "S1"))
    _, first = intake.accept([message])
    [receipt], again = intake.accept([message])
    assert (receipt.fates, again) == ((DUPLICATE,), first)
    assert len(stored(database)) == 1


def test_each_of_many_payloads_has_its_receipt_in_its_place(intake: Intake, ada: Person) -> None:
    messages = [
        native(item("1", "S1"), seq=0),
        up(b"{", "attic"),
        native(item("2", "S1", 60), item("3", "nobody"), seq=1),
        native(item("1", "S1"), seq=2),
        native(seq=3),
    ]
    receipts, acks = intake.accept(messages)
    assert [receipt.fates for receipt in receipts] == [(STORED,), (), (STORED, QUARANTINED), (DUPLICATE,), ()]
    assert acks == [Ack("attic", BOOT, 3)]


def test_nothing_given_is_nothing_done(intake: Intake) -> None:
    assert intake.accept([]) == ([], [])


@pytest.mark.parametrize("other", [{}, {"unit": "mg"}])
def test_a_bound_of_the_range_is_kept_whatever_stands_beside_it(
    intake: Intake, ada: Person, other: dict[str, Any]
) -> None:
    message = native(item("1", "S1", value=400, condition="above_range"), item("2", "S1", 60, **other))
    assert intake.accept([message])[0][0].fates[0] is STORED


def test_what_is_no_measure_of_a_person_is_neither_stored_nor_refused(
    intake: Intake, database: Database, ada: Person
) -> None:
    [receipt], _ = intake.accept([native(item("1", "S1", condition="control_solution"), item("2", "S1", 60))])
    assert receipt.fates == (Fate.IGNORED, STORED)
    assert (len(stored(database)), waiting(database)) == (1, [])


def test_a_shared_scales_weight_waits_in_the_inbox(intake: Intake, database: Database, record: Record) -> None:
    record.household([record.person(), record.person()], [record.device(DeviceKind.SCALE, "SCALE")])
    weight = native(item("1", "SCALE", kind="weight", value=70.5, unit="kg"))
    assert intake.accept([weight])[0][0].fates == (STORED,)
    assert (count_of(database, "inbox"), stored(database)) == (1, [])


def test_the_scales_own_user_stands_in_the_inbox_beside_the_weight(
    intake: Intake, database: Database, record: Record
) -> None:
    record.household([record.person(), record.person()], [record.device(DeviceKind.SCALE, "SCALE")])
    intake.accept([native(item("1", "SCALE", kind="weight", value=70.5, unit="kg", hint="2"))])
    with database.transaction(Role.INTAKE) as connection:
        assert connection.execute("SELECT hint FROM inbox").fetchall() == [("2",)]


@pytest.mark.parametrize(
    ("said", "provenance"),
    [({"channel": "gatt"}, Channel.GATT), ({"channel": "advert"}, Channel.ADVERT), ({}, Channel.MQTT)],
)
def test_a_readings_provenance_is_how_the_gateway_heard_it(
    intake: Intake, database: Database, ada: Person, said: dict[str, Any], provenance: Channel
) -> None:
    intake.accept([native(item("1", "S1", **said))])
    with database.transaction(Role.INTAKE) as connection:
        assert connection.execute("SELECT channel FROM reading").fetchall() == [(CHANNEL_NUMBER[provenance],)]


def test_an_undated_weight_that_two_gateways_heard_is_one(intake: Intake, database: Database, record: Record) -> None:
    record.pair(record.device(DeviceKind.SCALE, "SCALE"), record.person())
    heard: dict[str, Any] = {"kind": "weight", "value": 70.5, "unit": "kg", "echo": 600}
    intake.accept([native(item("attic 1", "SCALE", 0, **heard), gateway="attic")])
    [receipt], _ = intake.accept([native(item("hall 1", "SCALE", 2, **heard), gateway="hall")])
    assert receipt.fates == (Fate.LINKED,)
    assert len(stored(database)) == 1


def test_other_software_at_the_broker_speaks_for_no_device_that_has_a_gateway(
    intake: Intake, database: Database, record: Record
) -> None:
    for address, gateway in (("C8:47:8C:00:00:01", "attic"), ("C8:47:8C:00:00:02", None)):
        record.pair(record.device(DeviceKind.SCALE, address, gateway), record.person())
    told = b'{"id": "%b", "weight": 70.5, "unit": "kg"}'
    heard = [
        RawPayload(Channel.MQTT, "home/cellar/BTtoMQTT/x", told % address, NOON)
        for address in (b"C8:47:8C:00:00:01", b"C8:47:8C:00:00:02")
    ]
    receipts, _ = intake.accept(heard)
    assert [[refused.why.code for refused in receipt.refused] for receipt in receipts] == [["foreign_gateway"], []]
    assert [value for _, value in stored(database)] == [70.5]


def test_a_scales_encrypted_beacon_that_another_gateway_passed_on_is_opened_with_the_hubs_key(
    database: Database, record: Record, caplog: pytest.LogCaptureFixture
) -> None:
    key, scale = bytes.fromhex("58305740b64e4b425e518aa1f4e51339"), "84:46:93:64:A5:E6"
    record.pair(record.device(DeviceKind.SCALE, scale), record.person())
    beacon = {
        "id": scale,
        "servicedata": "4859d53b2d3314943c58b133638c7457a4000000c3e670dc",
        "servicedatauuid": "0xfe95",
    }
    raw = RawPayload(Channel.MQTT, "home/gw/BTtoMQTT/84469364A5E6", json.dumps(beacon).encode(), NOON)
    door = Intake(database, PostgresDirectory(database), {scale: key})
    with caplog.at_level(logging.DEBUG):
        [receipt], _ = door.accept([raw])
    assert receipt.fates == (STORED,) * 3
    assert 74.2 in [value for _, value in stored(database)]
    assert key.hex() not in caplog.text


# ── What is refused ──────────────────────────────────────────────────────────────────────────────────────────────────

BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no unit": ({"unit": None}, "unit_missing"),
    "unknown unit": ({"unit": "mg/dl"}, "unit_unknown"),
    "unit of something else": ({"unit": "kg"}, "unit_mismatch"),
    "plausible in another unit": ({"value": 6.1}, "unit_suspect"),
    "implausible": ({"value": -5}, "implausible_value"),
    "number in a string": ({"value": "110"}, "not_a_number"),
    "boolean": ({"value": True}, "not_a_number"),
    "a number nobody can write": ({"value": 10**400}, "not_a_number"),
    "unknown kind": ({"kind": "mood"}, "kind_unknown"),
    "unknown device": ({"device": "nobody"}, "unknown_device"),
    "no device": ({"device": None}, "malformed"),
    "no id": ({"id": None}, "malformed"),
    "no time": ({"taken_at": None}, "malformed"),
    "time without offset": ({"taken_at": "2026-08-01T12:00:00"}, "malformed"),
    "1970": ({"taken_at": "1970-01-01T00:00:07Z"}, "implausible_time"),
    "2106": ({"taken_at": "2106-02-07T06:28:15Z"}, "implausible_time"),
    "year 1": ({"taken_at": "0001-01-01T00:00:00+14:00"}, "implausible_time"),
    "before its pairing": ({"taken_at": "2019-12-31T23:59:59Z"}, "not_paired"),
    "hint with a null character": ({"hint": "a\0b"}, "malformed"),
    "a channel no gateway hears on": ({"channel": "manual"}, "malformed"),
    "context with a null character": ({"context": {"note": "a\0b"}}, "malformed"),
}


@pytest.mark.parametrize(("said", "code"), BAD.values(), ids=BAD)
def test_a_bad_item_is_set_aside_by_name_and_the_others_are_kept(
    intake: Intake, database: Database, ada: Person, said: dict[str, Any], code: str
) -> None:
    message = native(item("1", "S1"), item("2", "S1", 60, **said), item("3", "S1", 120))
    [receipt], acks = intake.accept([message])
    assert (receipt.fates, codes(receipt)) == ((STORED, QUARANTINED, STORED), [(1, code)])
    assert acks == [Ack("attic", BOOT, 0)]
    [kept] = waiting(database)
    assert (kept.raw.payload, kept.raw.source) == (message.payload, message.source)
    assert [(position, why) for position, why, _ in kept.reasons] == [(1, code)]


HOLE = "HOLE"
WHOLE_BAD = {
    "nothing": (b"", "malformed"),
    "half a message": (b'{"boot": "', "malformed"),
    "not UTF-8": (b"\xff\xfe\x00", "malformed"),
    "null": (b"null", "malformed"),
    "a list": (b"[1, 2]", "malformed"),
    "nested for ever": (b"[" * 100_000, "malformed"),
    "no sequence": (b'{"boot": "8d1f1f6e-2f0b-4d5e-9c57-0a8f6a0b7c11", "items": []}', "malformed"),
    "a boot that is no uuid": (b'{"boot": "1", "seq": 1, "items": []}', "malformed"),
    "a negative sequence": (b'{"boot": "8d1f1f6e-2f0b-4d5e-9c57-0a8f6a0b7c11", "seq": -1, "items": []}', "malformed"),
    "longer than any": (b'{"items": "' + b"x" * 600_000 + b'"}', "too_large"),
}


@pytest.mark.parametrize(("payload", "code"), WHOLE_BAD.values(), ids=WHOLE_BAD)
def test_a_payload_that_says_nothing_is_set_aside_whole_and_the_others_are_stored(
    intake: Intake, database: Database, ada: Person, payload: bytes, code: str
) -> None:
    receipts, _ = intake.accept([native(item("1", "S1")), up(payload), native(item("2", "S1", 60), seq=1)])
    assert codes(receipts[1]) == [(WHOLE, code)]
    assert len(stored(database)) == 2
    assert [kept.raw.payload for kept in waiting(database)] == [payload]


def in_message(text: bytes) -> RawPayload:
    """A message whose second item's context is that JSON text, and which is right otherwise."""
    message = native(item("1", "S1"), item("2", "S1", 60, context=HOLE), item("3", "S1", 120))
    return replace(message, payload=message.payload.replace(json.dumps(HOLE).encode(), text))


POISON = {
    "a null character": b'"a\\u0000b"',
    "half a character": b'"\\ud800"',
    "a number of 5000 digits": b"9" * 5000,
    "a number of 200000 digits": b"9" * 200_000,
    "a number too large": b"1e400",
    "NaN": b"NaN",
    "a key twice": b'{"a": 1, "a": 2}',
    "nested 150 deep": b"[" * 150 + b"]" * 150,
    "nested 100000 deep": b"[" * 100_000 + b"]" * 100_000,
}


@pytest.mark.parametrize("context", POISON.values(), ids=POISON)
def test_poison_never_stops_what_comes_before_and_behind(
    intake: Intake, database: Database, ada: Person, context: bytes
) -> None:
    before, behind = native(item("a", "S1", 600), seq=0), native(item("b", "S1", 660), seq=2)
    poison = in_message(context)
    receipts, _ = intake.accept([before, poison, behind])
    assert [receipts[0].fates, receipts[2].fates] == [(STORED,), (STORED,)]
    assert [kept.raw.payload for kept in waiting(database)] == [poison.payload for _ in receipts[1].refused[:1]]


LEGIBLE = {name: text for name, text in POISON.items() if name != "nested 100000 deep"}


@pytest.mark.parametrize("context", LEGIBLE.values(), ids=LEGIBLE)
def test_a_poisoned_message_of_a_gateway_counts_as_received(intake: Intake, ada: Person, context: bytes) -> None:
    poison = replace(in_message(context), payload=in_message(context).payload.replace(b'"seq": 0', b'"seq": 1'))
    _, acks = intake.accept([native(seq=0), poison, native(seq=2)])
    assert acks[-1] == Ack("attic", BOOT, 2)


def test_what_only_the_database_refuses_is_set_aside_and_counts_as_received(
    intake: Intake, database: Database, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def poisoned(measurement: Measurement, held: HeldDevice) -> Reading:
        contexts = {"bad": '"\\u0000"'}
        return replace(tie(measurement, held), context=contexts.get(measurement.key))

    monkeypatch.setattr("ingest_api.intake.tie", poisoned)
    messages = [native(item(key, "S1", seq * 60), seq=seq) for seq, key in enumerate(["1", "bad", "3"])]
    receipts, acks = intake.accept(messages)
    assert [receipt.fates for receipt in receipts] == [(STORED,), (), (STORED,)]
    assert (codes(receipts[1]), acks[-1]) == ([(WHOLE, "not_storable")], Ack("attic", BOOT, 2))
    assert len(waiting(database)) == 1


def test_a_gateway_with_an_endless_name_stops_nobody(intake: Intake, database: Database, ada: Person) -> None:
    name = "".join(f"{n:04x}" for n in range(5000))
    receipts, _ = intake.accept([native(item("1", "S1"), gateway=name), native(item("2", "S1", 60))])
    assert receipts[1].fates == (STORED,)


@pytest.mark.parametrize("topic", ["nobody/knows", "vigie/v1/up/", "\N{REPLACEMENT CHARACTER}", "x" * 60_000])
def test_a_topic_nobody_understands_is_set_aside(intake: Intake, database: Database, topic: str) -> None:
    [receipt], acks = intake.accept([RawPayload(Channel.MQTT, topic, b"1", NOON)])
    assert (codes(receipt), acks) == ([(WHOLE, "decode_error")], [])
    assert [kept.raw.source for kept in waiting(database)] == [topic]


def test_a_fault_of_our_decoder_sets_its_payload_aside_and_stops_nothing(
    intake: Intake, database: Database, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(_: RawPayload) -> Decoded:
        raise ZeroDivisionError("with a secret value")

    [broken] = [a for a in adapter.adapters() if a.name == "native-http"]
    others = tuple(a for a in adapter.adapters() if a is not broken)
    monkeypatch.setattr(adapter, "adapters", lambda: (replace(broken, decode=faulty), *others))
    adapter.adapter_for.cache_clear()
    http = RawPayload(Channel.HTTP, "/v1/readings", b"{}", NOON)
    receipts, _ = intake.accept([http, native(item("1", "S1"))])
    adapter.adapter_for.cache_clear()
    assert (codes(receipts[0]), receipts[1].fates) == ([(WHOLE, "decoder_fault")], (STORED,))
    assert "secret" not in str(waiting(database)[0].reasons)


def test_a_fault_of_ours_while_tying_sets_one_item_aside(
    intake: Intake, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("ingest_api.intake.tie", faulty)
    [receipt], acks = intake.accept([native(item("1", "S1"))])
    assert (codes(receipt), acks) == ([(0, "decoder_fault")], [Ack("attic", BOOT, 0)])


# ── Quarantine ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_refused_again_and_again_is_kept_once_and_counted(intake: Intake, database: Database) -> None:
    message = native(item("1", "nobody"))
    intake.accept([message])
    intake.accept([message, message])
    intake.accept([replace(message, again=True)])
    [kept] = waiting(database)
    assert (kept.times, kept.raw.received_at) == (4, message.received_at)


def test_an_unknown_devices_message_is_accepted_by_a_replay_once_it_is_registered(
    intake: Intake, database: Database, record: Record
) -> None:
    intake.accept([native(item("1", "late"), item("2", "late", 60))])
    [kept] = waiting(database)
    assert [code for _, code, _ in kept.reasons] == ["unknown_device"] * 2
    person, device = record.person(), record.device(address="late")
    record.pair(device, person)
    [receipt], _ = intake.accept([kept.raw])
    assert receipt.fates == (STORED, STORED)
    with database.transaction(Role.INTAKE) as connection:
        quarantine.resolve(connection, kept.raw)
    assert (waiting(database), stored(database)) == ([], [(person.number, 110)] * 2)


def test_what_is_refused_after_it_was_resolved_waits_again(intake: Intake, database: Database) -> None:
    message = native(item("1", "nobody"))
    intake.accept([message])
    with database.transaction(Role.INTAKE) as connection:
        quarantine.resolve(connection, message)
    intake.accept([message])
    assert [kept.times for kept in waiting(database)] == [2]


def test_quarantine_is_read_in_pages(intake: Intake, database: Database) -> None:
    intake.accept([native(item("1", "nobody"), seq=n) for n in range(5)])
    with database.transaction(Role.INTAKE) as connection:
        first = quarantine.waiting(connection, 2)
        rest = quarantine.waiting(connection, 10, first[-1].id)
    assert [kept.id for kept in first + rest] == [kept.id for kept in waiting(database)]


def test_no_reason_says_what_was_measured(intake: Intake, database: Database, ada: Person) -> None:
    intake.accept([native(item("1", "S1", value=4321.125), item("2", "S1", value=4.32125, unit="mg/dL"))])
    assert "4321" not in str(waiting(database)[0].reasons)
    assert "4.32" not in str(waiting(database)[0].reasons)


# ── After a failure ──────────────────────────────────────────────────────────────────────────────────────────────────


class Failing(Database):
    """A database that is lost once, just before or just after it commits what was written."""

    lost: Literal["before", "after", "never"] = "never"

    @contextmanager
    def transaction(self, role: Role, ticket: UUID | None = None) -> Iterator[Connection]:
        """A transaction that may end badly."""
        with super().transaction(role, ticket) as connection:
            yield connection
            wrote = connection.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL").fetchone() == (True,)
            self._lose("before", wrote)
        self._lose("after", wrote)

    def _lose(self, when: str, wrote: bool) -> None:
        if wrote and self.lost == when:
            self.lost = "never"
            raise SqlError("server closed the connection unexpectedly")


@pytest.mark.parametrize(("lost", "fate"), [("before", STORED), ("after", DUPLICATE)])
def test_after_a_commit_that_failed_the_same_again_is_right(
    database: Database, ada: Person, lost: Literal["before", "after"], fate: Fate
) -> None:
    failing = Failing(database.url)
    intake = Intake(failing, PostgresDirectory(failing))
    messages = [native(item("1", "S1"), item("2", "nobody")), native(item("3", "S1", 60), seq=1)]
    failing.lost = lost
    with pytest.raises(SqlError):
        intake.accept(messages)
    receipts, acks = intake.accept(messages)
    failing.close()
    assert [receipt.fates for receipt in receipts] == [(fate, QUARANTINED), (fate,)]
    assert acks == [Ack("attic", BOOT, 1)]
    assert (len(stored(database)), len(waiting(database))) == (2, 1)


def test_a_failure_leaves_nothing_half_done(database: Database, ada: Person) -> None:
    failing = Failing(database.url)
    failing.lost = "before"
    with pytest.raises(SqlError):
        Intake(failing, PostgresDirectory(failing)).accept([native(item("1", "S1"), item("2", "nobody"))])
    failing.close()
    tables = ("reading", "reading_key", "quarantine", "gateway_progress")
    assert [count_of(database, table) for table in tables] == [0, 0, 0, 0]


def test_the_door_works_with_a_directory_in_memory(database: Database) -> None:
    [receipt], _ = Intake(database, MemoryDirectory([])).accept(
        [native(item("1", "S1"), item("2", "S1", value=moment()))]
    )
    assert codes(receipt) == [(1, "not_a_number"), (0, "unknown_device")]
