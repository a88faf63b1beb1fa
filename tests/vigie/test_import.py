"""`vigie import`: a file's rows in one person's record, once, and what could not be read told line by line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner, Result

from hub.database import Database, Role
from hub.directory import PostgresDirectory
from hub.measurements import Channel
from hub.quantities import Kind
from hub.records import DeviceKind, Person
from hub.settings import load
from ingest_api import quarantine
from tests.support.record import Record
from timeseries.postgres_store import PostgresStore
from timeseries.store import Found, Query
from vigie.cli import app

CAPTURES = Path(__file__).parents[1] / "captures" / "exports"
EVER = datetime(2000, 1, 1, tzinfo=UTC)
FRENCH = "libreview-fr-mg-dl.csv"


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody with a database, at whose shell `vigie import` is typed."""

    database: Database
    record: Record
    folder: Path

    def imports(self, file: Path, person: Person | str, *options: str) -> Result:
        """Type the command."""
        who = person if isinstance(person, str) else str(person.id)
        return CliRunner().invoke(app, ["import", str(file), "--person", who, *options])

    def takes(self, name: str, person: Person, *options: str) -> Result:
        """Import a capture, which must go without a refusal."""
        done = self.imports(CAPTURES / name, person, *options)
        assert (done.exit_code, done.stderr) == (0, "")
        return done

    def file(self, text: str) -> Path:
        """A file with that text."""
        path = self.folder / f"{uuid4().hex}.csv"
        path.write_text(text, encoding="utf-8")
        return path

    def readings(self, person: Person) -> list[Found]:
        """All that stands in the person's record, oldest first."""
        query = Query(person.number, tuple(Kind), EVER, datetime.now(UTC), limit=100_000)
        with self.database.transaction(Role.INTAKE) as connection:
            return PostgresStore(connection).find(query)

    def said(self, person: Person) -> list[tuple[str, float | None, str]]:
        """The person's readings in short: when (UTC), the value in the hub's unit, the kind."""
        return [(f.taken_at.isoformat()[:16], f.value and round(f.value, 1), f.kind) for f in self.readings(person)]

    def quarantined(self) -> list[quarantine.Quarantined]:
        """What waits."""
        with self.database.transaction(Role.INTAKE) as connection:
            return quarantine.waiting(connection, 1000)


@pytest.fixture
def database(swept_database: Database) -> Database:
    """The file's database, emptied."""
    return swept_database


@pytest.fixture
def desk(database: Database, record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk in this test's database."""
    monkeypatch.setenv("VIGIE_DATABASE_URL", database.url)
    load.cache_clear()
    yield Desk(database, record, tmp_path)
    load.cache_clear()


def test_a_french_libreview_export_is_read_with_each_record_type_as_its_own_kind(desk: Desk) -> None:
    ada = desk.record.person()
    done = desk.takes(FRENCH, ada)
    assert desk.said(ada) == [
        ("2024-05-01T05:58", 112.0, "glucose_interstitial"),
        ("2024-05-01T06:05", 115.0, "glucose_scan"),
        ("2024-05-01T06:13", 118.0, "glucose_interstitial"),
        ("2024-05-01T06:20", 109.0, "glucose_capillary"),
        ("2024-05-01T06:21", 0.3, "ketones"),
        ("2024-05-01T06:28", 131.0, "glucose_interstitial"),
    ]
    assert "libreview: 6 stored, 0 already there, 0 linked to the same measure from elsewhere, 0 refused" in done.stdout
    assert "not measures: 1 food, 1 insulin, 1 notes, 1 rows without a value" in done.stdout


def test_an_english_export_in_mmol_keeps_its_own_number_and_unit(desk: Desk) -> None:
    ada = desk.record.person()
    desk.takes("libreview-en-mmol-l.csv", ada)
    assert desk.said(ada) == [
        ("2024-05-03T21:50", 111.7, "glucose_interstitial"),
        ("2024-05-03T22:05", 118.9, "glucose_interstitial"),
        ("2024-05-03T22:10", 117.1, "glucose_scan"),
        ("2024-05-04T10:20", 180.2, "glucose_interstitial"),
    ]
    assert [(f.raw.value, f.raw.unit) for f in desk.readings(ada)][-1] == (10.0, "mmol/L")


def test_scans_are_never_among_the_history(desk: Desk) -> None:
    ada = desk.record.person()
    desk.takes(FRENCH, ada)
    history = [said for said in desk.said(ada) if said[2] == "glucose_interstitial"]
    assert [value for _, value, _ in history] == [112.0, 118.0, 131.0]


@pytest.mark.parametrize("name", [FRENCH, "libreview-fr-clocks-turned-back.csv", "clarity-en-mg-dl.csv"])
def test_importing_twice_changes_nothing(desk: Desk, name: str) -> None:
    ada = desk.record.person()
    desk.takes(name, ada)
    before = desk.readings(ada)
    again = desk.takes(name, ada)
    assert desk.readings(ada) == before
    assert f"0 stored, {len(before)} already there" in again.stdout


def test_a_later_export_that_overlaps_adds_only_what_is_new(desk: Desk) -> None:
    ada = desk.record.person()
    head, names, *rows = (CAPTURES / "libreview-fr-clocks-turned-back.csv").read_text(encoding="utf-8").splitlines()
    desk.imports(desk.file("\n".join([head, names, *rows[:7]])), ada)
    later = desk.imports(desk.file("\n".join([head, names, *rows[5:]])), ada)
    assert "3 stored, 2 already there" in later.stdout
    assert len(desk.readings(ada)) == 10


def test_both_passes_of_the_repeated_hour_are_kept_at_their_own_instants(desk: Desk) -> None:
    ada = desk.record.person()
    desk.takes("libreview-fr-clocks-turned-back.csv", ada)
    half_past_two = [f for f in desk.readings(ada) if f.device_time == datetime(2024, 10, 27, 2, 30)]  # noqa: DTZ001
    assert [(f.taken_at.hour, f.taken_at.minute, f.raw.value, f.utc_offset) for f in half_past_two] == [
        (0, 30, 6.3, 120),
        (1, 30, 6.7, 60),
    ]
    assert [f.raw.value for f in desk.readings(ada)] == [6.0, 6.1, 6.2, 6.3, 6.4, 6.5, 6.2, 6.7, 6.8, 6.9]


def test_clarity_bounds_are_bounds_and_its_alert_settings_are_no_glucose(desk: Desk) -> None:
    ada = desk.record.person()
    done = desk.takes("clarity-en-mg-dl.csv", ada)
    assert [(f.value, f.raw.value, f.condition) for f in desk.readings(ada)] == [
        (142.0, 142.0, None),
        (None, 40.0, "below_range"),
        (None, 400.0, "above_range"),
        (139.0, 139.0, None),
        (155.0, 155.0, None),
    ]
    assert "1 food, 1 insulin, 1 rows without a value, 6 the person, devices and alert settings" in done.stdout


def test_a_clarity_export_in_french_and_mmol_has_its_own_bounds(desk: Desk) -> None:
    ada = desk.record.person()
    desk.takes("clarity-fr-mmol-l.csv", ada)
    assert [(f.raw.value, f.raw.unit, f.condition) for f in desk.readings(ada)] == [
        (7.9, "mmol/L", None),
        (2.2, "mmol/L", "below_range"),
        (22.2, "mmol/L", "above_range"),
    ]


def test_nightscout_entries_are_mg_dl_whatever_they_say_and_error_codes_are_nobodys_glucose(desk: Desk) -> None:
    ada = desk.record.person()
    done = desk.takes("nightscout-entries.json", ada)
    assert desk.said(ada) == [
        ("2024-05-01T06:05", 98.0, "glucose_capillary"),
        ("2024-05-01T06:15", 118.0, "glucose_interstitial"),
        ("2024-05-01T06:20", 121.0, "glucose_interstitial"),
    ]
    assert "1 sensor calibrations, 1 sensor errors" in done.stdout


def test_xdrip_does_not_say_its_unit_so_the_person_must(desk: Desk) -> None:
    ada = desk.record.person()
    without = desk.imports(CAPTURES / "xdrip-mg-dl.csv", ada)
    assert (without.exit_code, desk.readings(ada)) == (2, [])
    assert "--unit mg/dL or mmol/L" in " ".join(without.stderr.split())
    desk.takes("xdrip-mg-dl.csv", ada, "--unit", "mg/dL")
    assert [value for _, value, _ in desk.said(ada)] == [115.0, 121.0, 119.0]


def test_a_unit_that_cannot_be_is_refused_row_by_row_and_nothing_is_converted(desk: Desk) -> None:
    ada = desk.record.person()
    done = desk.imports(CAPTURES / "xdrip-mg-dl.csv", ada, "--unit", "mmol/L")
    assert (done.exit_code, desk.readings(ada)) == (1, [])
    assert {code for each in desk.quarantined() for _, code, _ in each.reasons} == {"unit_suspect"}


def test_openscale_and_withings_bring_weights_in_their_unit(desk: Desk) -> None:
    ada, jean, zoe = desk.record.person(), desk.record.person("Jean"), desk.record.person("Zoé")
    desk.takes("openscale-before-3.csv", ada)
    desk.takes("openscale-since-3.csv", jean, "--unit", "kg")
    desk.takes("withings-fr-lb.csv", zoe)
    assert {(value, kind) for _, value, kind in desk.said(ada)} == {
        (71.4, "weight"), (22.5, "body_fat"), (54.1, "body_water"), (38.9, "muscle_percent"), (3.1, "bone_mass"),
        (70.9, "weight"),
    }  # fmt: skip
    assert {(value, kind) for _, value, kind in desk.said(jean)} == {
        (71.4, "weight"), (64.0, "heart_rate"), (71.1, "weight"),
    }  # fmt: skip
    assert {(value, kind) for _, value, kind in desk.said(zoe)} == {
        (71.1, "weight"), (3.1, "bone_mass"), (52.1, "muscle_mass"),
    }  # fmt: skip


def test_any_other_table_is_read_by_a_mapping(desk: Desk) -> None:
    ada = desk.record.person()
    done = desk.takes("apple-health.csv", ada, "--mapping", str(CAPTURES / "apple-health.toml"))
    assert desk.said(ada) == [
        ("2024-05-01T05:12", 71.4, "weight"),
        ("2024-05-01T05:20", 104.5, "glucose_capillary"),
    ]
    assert "1 rows that no measure of the mapping fits" in done.stdout


def test_another_zone_can_be_said_for_a_journey(desk: Desk) -> None:
    ada = desk.record.person()
    desk.takes(FRENCH, ada, "--zone", "America/Montreal")
    assert desk.said(ada)[0] == ("2024-05-01T11:58", 112.0, "glucose_interstitial")


def test_what_cannot_be_read_is_told_by_its_line_and_waits_with_it_in_quarantine(desk: Desk) -> None:
    ada = desk.record.person()
    text = (CAPTURES / FRENCH).read_text(encoding="utf-8").rstrip()
    broken = "FreeStyle LibreLink,6A1F0C52,02-05-2024 08:13,0,11x8,,,,,,,,,,,,,,"
    shifted = "FreeStyle LibreLink,6A1F0C52,02-05-2024 08:28,0,7,1,,,,,,,,,,,,,,"
    done = desk.imports(desk.file("\n".join([text, broken, shifted])), ada)
    assert done.exit_code == 1
    assert "line 14: value must be a finite number, not text, a boolean or NaN" in done.stdout
    assert "line 15: more cells than columns" in done.stdout
    assert "6 stored" in done.stdout
    assert [json.loads(each.raw.payload)["raw"] for each in desk.quarantined()] == [broken, shifted]


def test_a_measured_value_is_never_printed(desk: Desk) -> None:
    ada = desk.record.person()
    row = "FreeStyle LibreLink,6A1F0C52,{},{},{},,,,,,,,,,,,,,"
    rows = [row.format("02-05-2024 08:13", "0", "1187"), row.format("1187", "0", "118"), row.format("118", "1187", "9")]
    text = (CAPTURES / FRENCH).read_text(encoding="utf-8").rstrip()
    done = desk.imports(desk.file("\n".join([text, *rows])), ada)
    assert "3 refused" in done.stdout
    assert "118" not in done.output


def test_only_the_first_refusals_are_told_one_by_one(desk: Desk) -> None:
    ada = desk.record.person()
    rows = "\n".join(f"01.05.2024;08:{minute:02};x;;;;" for minute in range(25))
    done = desk.imports(desk.file(f"DAY;TIME;UDT_CGMS;BG_LEVEL;CH_GR;BOLUS;REMARK\n{rows}"), ada, "--unit", "mg/dL")
    assert done.stdout.count("\nline ") == 20
    assert "… and 5 more; vigie quarantine list" in done.stdout


def test_an_import_reaches_only_the_record_of_the_person_it_is_for(desk: Desk) -> None:
    jean, his_sensor = desk.record.wearer()
    serial = "6A1F0C52-7D0B-4F2E-9C11-2B7B0F6E4D10"
    hers = desk.record.device(DeviceKind.CGM, address=serial)
    desk.record.pair(hers, jean)
    ada = desk.record.person()
    desk.takes(FRENCH, ada)
    desk.takes(FRENCH, jean)
    assert len(desk.readings(ada)) == len(desk.readings(jean)) == 6
    assert not {f.device for f in desk.readings(ada)} & {his_sensor.id, hers.id}
    assert not {f.device for f in desk.readings(ada)} & {f.device for f in desk.readings(jean)}


def test_the_device_of_an_export_is_the_persons_since_ever(desk: Desk) -> None:
    ada = desk.record.person()
    desk.takes(FRENCH, ada)
    address = f"export:libreview:6A1F0C52-7D0B-4F2E-9C11-2B7B0F6E4D10:{ada.id.hex[:8]}"
    held = PostgresDirectory(desk.database).held([address])[address]
    assert [(h.person, h.since.year, h.until) for h in held.holdings] == [(ada.number, 1970, None)]
    assert {f.channel for f in desk.readings(ada)} == {Channel.FILE}


def test_a_line_that_cannot_be_read_registers_no_device(desk: Desk) -> None:
    ada = desk.record.person()
    text = (CAPTURES / FRENCH).read_text(encoding="utf-8").rstrip()
    desk.imports(desk.file(f"{text}\nFreeStyle LibreLink,6A1"), ada)
    assert not PostgresDirectory(desk.database).held([f"export:libreview:6A1:{ada.id.hex[:8]}"])


def test_a_column_of_serial_numbers_that_holds_none_registers_nothing(desk: Desk) -> None:
    ada = desk.record.person()
    text = (CAPTURES / FRENCH).read_text(encoding="utf-8").rstrip()
    rows = [f"FreeStyle LibreLink,{number},02-05-2024 08:13,0,118,,,,,,,,,,,,,," for number in range(101)]
    done = desk.imports(desk.file("\n".join([text, *rows])), ada)
    assert (done.exit_code, desk.readings(ada)) == (2, [])
    assert "more than 100 devices" in done.stderr


@pytest.mark.parametrize("person", ["nobody", str(UUID(int=1))])
def test_somebody_who_is_not_there_is_an_error_of_use(desk: Desk, person: str) -> None:
    done = desk.imports(CAPTURES / FRENCH, person)
    assert done.exit_code == 2
    assert "no such person" in done.stderr


def test_a_file_nobody_knows_is_answered_with_what_is_understood(desk: Desk) -> None:
    done = desk.imports(desk.file("time,glucose\n2024-05-01,112\n"), desk.record.person())
    assert done.exit_code == 2
    assert all(name in done.stderr for name in ("libreview", "clarity", "nightscout", "xdrip", "openscale", "withings"))


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        (FRENCH, ("--unit", "mmol/L"), "leave --unit out"),
        (FRENCH, ("--unit", "mmol"), "is not known"),
        (FRENCH, ("--zone", "Europe/Nowhere"), "--zone must be"),
        (FRENCH, ("--mapping", "/nowhere.toml"), "cannot be read"),
        ("nothing.csv", (), "cannot be read"),
        ("openscale-since-3.csv", (), "--unit kg or lb or st"),
        ("openscale-since-3.csv", ("--unit", "mmol/L"), "give one of them"),
    ],
)
def test_wrong_use_changes_nothing_and_says_what_to_do(
    desk: Desk, name: str, options: tuple[str, ...], says: str
) -> None:
    ada = desk.record.person()
    done = desk.imports(CAPTURES / name, ada, *options)
    assert (done.exit_code, desk.readings(ada)) == (2, [])
    assert says in " ".join(done.stderr.split())
