"""What a person is told besides alerts: who opened their record, and reminders."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.delivery.notices import notice
from alerts.prevention.words import Words
from alerts.wording import Language, discreet
from hub.accounts import ActorRole
from hub.database import Role
from tests.access.world import Somebody
from tests.alerts.delivery.ringing import Scene

FIRST, EMERGENCY, REMINDER = (discreet(what, Language.EN) for what in ("first_access", "emergency", "reminder"))
DUE = Words("Rappel : dépistage à faire.", "Reminder: a screening is due.")


def reads(somebody: Somebody, scene: Scene) -> None:
    assert somebody.api.get(scene.ada.path("/latest")).status_code == 200


def test_the_first_reading_by_a_professional_is_told_once(scene: Scene) -> None:
    scene.address(scene.ada)
    for _ in range(2):
        reads(scene.doctor, scene)
        scene.deliver()
    assert scene.texts() == [FIRST]
    reads(scene.mother, scene)  # a clinician too, in this scene
    scene.deliver()
    assert scene.texts() == [FIRST, FIRST]


def test_what_people_and_caregivers_read_is_no_news(scene: Scene) -> None:
    scene.address(scene.ada)
    caregiver = scene.world.somebody(ActorRole.CAREGIVER)
    scene.world.grant(scene.ada, caregiver)
    for somebody in (scene.ada, caregiver):
        reads(somebody, scene)
    scene.deliver()
    assert scene.texts() == []


def test_a_record_opened_in_an_emergency_is_told_at_once_at_any_hour(scene: Scene) -> None:
    scene.address(scene.ada)
    now = datetime.now(UTC)
    scene.world.as_administrator(
        "INSERT INTO quiet_hours VALUES (%s, %s, %s, 'UTC')",
        scene.ada.account.number, (now - timedelta(hours=1)).time(), (now + timedelta(hours=1)).time(),
    )  # fmt: skip
    stranger = scene.world.clinician()
    answer = stranger.api.post(scene.ada.path("/emergency"), {"reason": "found unconscious"})
    assert answer.status_code == 201
    reads(stranger, scene)
    scene.deliver()
    assert scene.texts() == [EMERGENCY]
    told = scene.world.as_administrator("SELECT what FROM notice WHERE person = %s", scene.ada.number)
    assert told == [("emergency",)]  # what it opened is told by it, not as a first look besides


def test_whoever_acts_for_the_person_is_told_with_them_and_nobody_else(scene: Scene) -> None:
    delegate = scene.world.somebody(ActorRole.CAREGIVER)
    scene.world.grant(scene.ada, delegate, delegate=True)
    for somebody in (scene.ada, delegate, scene.mother):
        scene.address(somebody)
    scene.world.open_in_emergency(scene.ada, scene.world.clinician())
    scene.deliver()
    assert [state[:3] for state in scene.states()] == [("ada", "emergency", "sent"), ("?", "emergency", "sent")]


def test_quiet_hours_in_a_zone_nobody_knows_keep_nobody_from_being_told(scene: Scene) -> None:
    for somebody in (scene.ada, scene.mother):
        scene.address(somebody)
    scene.world.grant(scene.ada, scene.mother, delegate=True)
    scene.world.as_administrator(
        "INSERT INTO quiet_hours VALUES (%s, '22:00', '07:00', 'Mars/Olympus_Mons')", scene.mother.account.number
    )
    reads(scene.doctor, scene)
    scene.deliver()
    assert scene.texts() == [FIRST, FIRST]


def test_a_delegate_who_no_longer_is_one_is_not_told(scene: Scene) -> None:
    delegate = scene.world.somebody(ActorRole.CAREGIVER)
    scene.world.grant(scene.ada, delegate, delegate=True)
    scene.address(delegate)
    scene.world.open_in_emergency(scene.ada, scene.world.clinician())
    scene.plan()
    scene.world.as_administrator("UPDATE access_grant SET revoked_at = now()")
    scene.deliver()
    assert scene.states() == [("?", "emergency", "cancelled", "not_allowed")]


def remind(scene: Scene, key: str, due_at: datetime) -> bool:
    with scene.world.database.transaction(Role.WATCH) as connection:
        return notice(connection, scene.ada.number, key, DUE, due_at)


@pytest.mark.parametrize(("reveals", "told"), [(False, REMINDER), (True, DUE.en)])
def test_a_reminder_is_told_once_for_its_key(scene: Scene, reveals: bool, told: str) -> None:
    scene.address(scene.ada, reveals=reveals)
    now = datetime.now(UTC)
    assert [remind(scene, "retina 2026", now), remind(scene, "retina 2026", now)] == [True, False]
    scene.deliver()
    assert scene.texts() == [told]
    assert remind(scene, "retina 2027", now)
    scene.deliver()
    assert scene.texts() == [told, told]


def test_a_reminder_waits_for_its_time(scene: Scene) -> None:
    scene.address(scene.ada)
    remind(scene, "retina 2026", datetime.now(UTC) + timedelta(hours=1))
    scene.deliver()
    assert scene.states() == []


def test_of_a_person_who_is_deleted_nothing_is_left_to_be_told(scene: Scene) -> None:
    scene.address(scene.ada)
    scene.address(scene.mother)
    scene.chain((scene.ada, 0), (scene.mother, 0))
    scene.happens()
    reads(scene.doctor, scene)
    remind(scene, "retina 2026", datetime.now(UTC))
    scene.deliver()
    assert len(scene.states()) == 4
    assert scene.world.as_administrator("SELECT delete_person(%s)", scene.ada.id) == [(True,)]
    for table in ("outbox", "attempt", "notice", "chain", "acquainted", "alert_event"):
        assert scene.world.as_administrator(f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608
    left = scene.world.as_administrator("SELECT account FROM contact")
    assert left == [(scene.mother.account.number,)]
