"""What was told over a year ago is forgotten with its proof; nothing that is due, and nothing of the record."""

import pytest

from alerts.delivery.forgetting import Forgetting
from hub.database import Role
from hub.errors import TryLater
from tests.alerts.delivery.ringing import Scene


def passes(scene: Scene, table: str, columns: str, span: str) -> None:
    """As if all of it had been so long ago."""
    past = ", ".join(f"{name} = {name} - interval '{span}'" for name in columns.split())
    scene.world.as_administrator(f"UPDATE {table} SET {past}")  # noqa: S608


def held(scene: Scene) -> list[int]:
    """How many messages, attempts, notices and entries of the journal there are."""
    tables = ("outbox", "attempt", "notice", "alert_event")
    return [scene.deliver_role(f"SELECT count(*) FROM {table}")[0][0] for table in tables]  # noqa: S608


@pytest.mark.parametrize(("span", "left"), [("11 months", [2, 2, 1, 1]), ("13 months", [0, 0, 0, 1])])
def test_the_proof_of_what_was_sent_is_kept_for_a_year_and_the_journal_for_ever(
    scene: Scene, span: str, left: list[int]
) -> None:
    scene.address(scene.ada)
    scene.happens()
    scene.world.as_administrator(
        "INSERT INTO notice (person, key, what) VALUES (%s, 'flu', 'reminder')", scene.ada.number
    )
    scene.deliver()
    passes(scene, "outbox", "created_at not_before settled_at", span)
    passes(scene, "notice", "due_at planned_at", span)
    passes(scene, "alert_event", "at planned_at", span)
    assert not Forgetting(scene.world.database).turn()
    assert held(scene) == left


def test_what_is_still_due_is_kept_however_old(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.address(scene.ada)
    scene.happens()
    scene.world.as_administrator(
        "INSERT INTO notice (person, key, what) VALUES (%s, 'flu', 'reminder')", scene.ada.number
    )
    scene.plan()
    scene.world.as_administrator(
        "INSERT INTO notice (person, key, what) VALUES (%s, 'later', 'reminder')", scene.ada.number
    )
    monkeypatch.setattr("alerts.channels.webhook.Webhook.send", _fails)
    scene.worker.turn()
    passes(scene, "outbox", "created_at not_before", "20 months")
    passes(scene, "notice", "due_at planned_at", "20 months")
    Forgetting(scene.world.database).turn()
    assert held(scene) == [2, 1, 2, 1]


def test_much_is_forgotten_in_parts(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.delivery.forgetting.AT_ONCE", 2)
    for _ in range(3):
        scene.address(scene.ada)
    scene.happens()
    scene.deliver()
    passes(scene, "outbox", "settled_at", "2 years")
    forgetting = Forgetting(scene.world.database)
    assert [forgetting.turn(), forgetting.turn()] == [True, False]
    assert held(scene)[:2] == [0, 0]
    with scene.world.database.transaction(Role.DELIVER) as connection:
        assert connection.execute("SELECT forget_told(2)").fetchone() == (0,)


def _fails(*_: object) -> None:
    raise TryLater("away")
