"""What each profession sees of what it is given: every row of the table by every category, by every way in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from hub.accounts import ActorRole
from hub.database import Role, login
from hub.errors import SettingsError
from hub.professions import MEASURED, OTHER, UNKNOWN, Category, professions
from hub.quantities import KINDS, Kind, Quantity, Unit
from tests.access.test_attacks import become, ticket
from tests.access.test_sharing import NO_PERSON, kinds_seen
from tests.access.world import Holder, Somebody, World
from tests.ingest_api.test_api_register import problem
from tests.support.clock import begun
from tests.support.readings import a_reading

TABLE = {each.code: each.sees for each in professions()}
KNOWN = {each.code: each.spelled[0] for each in professions() if each.spelled} | {OTHER: "astronaut"}
HELD_BY = {
    Category.IDENTITY: "SELECT FROM api.person WHERE number = %(person)s",
    Category.ALERTS: "SELECT FROM api.alert WHERE person = %(person)s",
    Category.NOTES: "SELECT FROM api.clinical_note WHERE person = %(person)s",
} | {
    category: "SELECT FROM api.reading WHERE person = %(person)s AND kind = "
    f"ANY('{{{','.join(str(KINDS[kind].number) for kind in kinds)}}}')"
    for category, kinds in MEASURED.items()
}


@dataclass(frozen=True, slots=True)
class Ward:
    """Ada, who has something of every category, and a clinician of each profession."""

    world: World
    ada: Holder
    staff: dict[str, Somebody]


@pytest.fixture(scope="module")
def staff(world: World) -> dict[str, Somebody]:
    """A clinician of each profession."""
    return {code: a_clinician(world, KNOWN.get(code)) for code in TABLE}


@pytest.fixture
def ward(world: World, staff: dict[str, Somebody]) -> Ward:
    """Nobody is let in yet."""
    ada = world.measured("Ada")
    heart = Quantity(61, Unit.PER_MIN)
    world.keep(a_reading("p", person=ada.number, device=ada.sensor.number, kind=Kind.HEART_RATE, raw=heart))
    world.alert(ada)
    world.as_administrator("INSERT INTO clinical_note (person, text, whole) VALUES (%s, 'well', false)", ada.number)
    return Ward(world, ada, staff)


def a_clinician(world: World, profession: str | None) -> Somebody:
    """Somebody whose identity provider vouches for that profession."""
    made = world.clinician()
    world.as_administrator("UPDATE account SET profession = %s WHERE number = %s", profession, made.account.number)
    return made


def categories_seen(ward: Ward, by: Somebody) -> frozenset[Category]:
    """Of what Ada has, in the API's own session."""
    with psycopg.connect(login(ward.world.database.url, Role.API)) as session:
        become(session, ticket(ward.world, by))
        asked = {"person": ward.ada.number}
        return frozenset(each for each, query in HELD_BY.items() if session.execute(query.encode(), asked).rowcount)


def ways(ward: Ward) -> dict[str, Callable[[Somebody], object]]:
    """How somebody comes to see a whole record."""
    return {
        "grant": lambda who: ward.world.grant(ward.ada, who),
        "emergency": lambda who: ward.world.as_administrator(
            "INSERT INTO emergency (person, account, way, reason, until) "
            "VALUES (%s, %s, 'break_glass', 'found unconscious', now() + interval '1 hour')",
            ward.ada.number, who.account.number,
        ),
    }  # fmt: skip


@pytest.mark.parametrize("way", ["grant", "emergency"])
def test_every_profession_sees_its_categories_and_no_other(ward: Ward, way: str) -> None:
    for who in ward.staff.values():
        ways(ward)[way](who)
    assert {code: categories_seen(ward, who) for code, who in ward.staff.items()} == TABLE


def test_in_a_team_each_sees_what_their_own_profession_may(ward: Ward) -> None:
    pharmacist, podiatrist = ward.staff["21"], ward.staff["80"]
    team = ward.world.somebody(ActorRole.TEAM)
    for each in (pharmacist, podiatrist):
        ward.world.join(team, each)
    ward.world.grant(ward.ada, team)
    assert [categories_seen(ward, each) for each in (pharmacist, podiatrist)] == [TABLE["21"], TABLE["80"]]


def test_a_profession_adds_nothing_to_a_grant_and_overrides_no_opposition(ward: Ward) -> None:
    nurse, dietitian, physician = ward.staff["60"], ward.staff["95"], ward.staff["10"]
    ward.world.grant(ward.ada, nurse, [Kind.WEIGHT])
    ward.world.grant(ward.ada, dietitian, [Kind.WEIGHT, Kind.HEART_RATE])
    ward.world.grant(ward.ada, physician)
    ward.ada.api.post(ward.ada.path("/hidden"), {"kind": "weight", "to": (begun() - timedelta(minutes=30)).isoformat()})
    ward.world.block(ward.ada, physician)
    assert [kinds_seen(ward.ada, each) for each in (nurse, dietitian, physician)] == [{"weight"}, {"weight"}, set()]


def test_alerts_are_told_to_those_alone_whose_profession_sees_them(ward: Ward) -> None:
    told = {}
    for code, who in ward.staff.items():
        ward.world.grant(ward.ada, who)
        asked = "SELECT may_be_told(%s, %s, '{1}', false)"
        told[code] = ward.world.as_administrator(asked, who.account.number, ward.ada.number) == [(True,)]
    assert told == {code: sees >= {Category.ALERTS, Category.GLUCOSE} for code, sees in TABLE.items()}


def test_whose_profession_sees_nothing_opens_nothing_in_an_emergency(ward: Ward) -> None:
    body = {"way": "break_glass", "reason": "found unconscious"}
    answers = {code: ward.staff[code].api.post(ward.ada.path("/emergency"), body) for code in (OTHER, "10")}
    assert problem(answers[OTHER]) == NO_PERSON
    assert answers["10"].status_code == 201


def test_a_caregiver_is_held_to_no_profession(ward: Ward) -> None:
    caregiver = ward.world.measured("Bob")
    claim = "UPDATE account SET profession = 'astronaut' WHERE number = %s"
    ward.world.as_administrator(claim, caregiver.account.number)
    ward.world.grant(ward.ada, caregiver)
    assert categories_seen(ward, caregiver) == frozenset(Category)


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ("60^1.2.250.1.213.1.1.5.5", "60"), ("60", "60"), ("Nurse", "60"), ("PHARMACIEN", "21"), (None, UNKNOWN),
        ("", OTHER), ("600", OTHER), ("unknown", OTHER), ("^60", OTHER),
    ],
)  # fmt: skip
def test_a_profession_is_known_by_its_code_or_spelling_whole(world: World, stated: str | None, code: str) -> None:
    who = a_clinician(world, stated)
    assert world.as_administrator("SELECT code FROM held_to WHERE account = %s", who.account.number) == [(code,)]


# ── The table ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_kind_is_in_one_category() -> None:
    assert sorted(kind for kinds in MEASURED.values() for kind in kinds) == sorted(Kind)


LAST = ('[[profession]]\ncode = "other"\nsees = []\n', '[[profession]]\ncode = "unknown"\nsees = []\n')


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ('code = "10"\nsees = ["glucose"]', "nothing is seen without identity"),
        ('code = "10"\nsees = ["identity", "notes"]', "notes may tell of anything"),
        ('code = "10"\nsees = ["identity", "everything"]', "sees"),
        ('code = "10"\nsees = []\nsee = []', "see"),
        ('code = "10"\nalso = ["Other"]\nsees = []', "twice"),
        ('code = "other"\nsees = []', "twice"),
        ('code = "10', "VIGIE_PROFESSIONS"),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(tmp_path: Path, row: str, why: str) -> None:
    file = tmp_path / "professions.toml"
    file.write_text("".join([*LAST, "[[profession]]\n", row]), "utf-8")
    with pytest.raises(SettingsError, match=why):
        professions(file)


@pytest.mark.parametrize("left", [0, 1])
def test_a_table_without_its_last_rows_is_refused(tmp_path: Path, left: int) -> None:
    file = tmp_path / "professions.toml"
    file.write_text(LAST[left], "utf-8")
    with pytest.raises(SettingsError, match="must be there"):
        professions(file)
