"""What was over before it got through rings no more, and is still told, once, to those it was for."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.delivery import outbox
from hub.database import Role
from hub.quantities import Kind
from hub.sharing import Sharing, Veil
from tests.alerts.delivery.ringing import Scene
from tests.support.sinks import Fate


def everybody(scene: Scene) -> None:
    for somebody in (scene.ada, scene.mother, scene.doctor):
        scene.address(somebody)
    scene.chain((scene.ada, 0), (scene.mother, 5), (scene.doctor, 15))


def asleep(scene: Scene, until_hours: float = 1) -> None:
    """Ada, from two hours ago."""
    now = datetime.now(UTC)
    since, until = now - timedelta(hours=2), now + timedelta(hours=until_hours)
    scene.world.as_administrator(
        "INSERT INTO quiet_hours VALUES (%s, %s, %s, 'UTC')", scene.ada.account.number, since.time(), until.time()
    )


def told_afterwards(scene: Scene) -> list[tuple[str, str]]:
    """To whom, and how it stands."""
    return [(who, state) for who, what, state, _ in scene.states() if what in ("was", "meanwhile")]


def test_what_nobody_was_told_of_is_told_to_the_person_and_the_next_as_past(scene: Scene) -> None:
    everybody(scene)
    scene.happens(ago=4)
    scene.plan()
    scene.happens("resolved")
    scene.hurry()
    scene.deliver()
    scene.deliver()
    assert [state[2:] for state in scene.states()[:3]] == [("cancelled", "over")] * 3
    assert told_afterwards(scene) == [("ada", "sent"), ("mother", "sent")]
    assert all(b'"level": "notice"' in took.body for took in scene.sink.took)
    spans = [text.partition(", and you could not")[0] for text in scene.texts()]
    assert all(span.startswith("Vigie: an urgent alert went on from ") and " to " in span for span in spans)


def test_who_was_told_while_it_rang_hears_nothing_more_and_nobody_new_is_told(scene: Scene) -> None:
    everybody(scene)
    scene.happens(ago=4)
    scene.deliver()
    scene.happens("resolved")
    scene.deliver()
    assert told_afterwards(scene) == []


def test_whoever_was_due_and_could_not_be_reached_is_told_though_others_were(scene: Scene) -> None:
    everybody(scene)
    mail = scene.address(scene.doctor, "email")
    scene.world.as_administrator(
        "DELETE FROM contact WHERE account = %s AND id <> %s", scene.doctor.account.number, mail
    )
    scene.mail.fates.append(Fate.FAIL)
    scene.happens(ago=20)
    scene.deliver()
    scene.happens("resolved")
    scene.deliver()
    assert told_afterwards(scene) == [("doctor", "sent")]


def test_a_message_on_its_way_is_waited_for(scene: Scene) -> None:
    scene.address(scene.ada)
    scene.happens()
    scene.plan()
    with scene.world.database.transaction(Role.DELIVER) as connection:
        in_hand = outbox.take(connection)
    assert in_hand is not None
    scene.happens("resolved")
    scene.plan()
    assert told_afterwards(scene) == []
    with scene.world.database.transaction(Role.DELIVER) as connection:
        outbox.sent(connection, in_hand)
    scene.plan()
    assert told_afterwards(scene) == []


@pytest.mark.parametrize("doing", ["acknowledged", "snoozed"])
def test_whoever_answered_knows(scene: Scene, doing: str) -> None:
    scene.address(scene.ada)
    scene.happens(ago=2)
    scene.plan()
    scene.happens(doing, by=str(scene.ada.account.number), until=datetime.now(UTC) + timedelta(hours=1))
    scene.happens("resolved")
    scene.deliver()
    assert told_afterwards(scene) == []


def test_what_became_worse_than_what_was_answered_is_told(scene: Scene) -> None:
    scene.address(scene.ada)
    scene.happens(ago=9, level="warning")
    scene.deliver()
    scene.happens("acknowledged", ago=8, by=str(scene.ada.account.number))
    scene.sink.fates.append(Fate.FAIL)
    scene.happens("worsened", ago=1)
    scene.deliver()
    scene.happens("resolved")
    scene.deliver()
    assert told_afterwards(scene) == [("ada", "sent")]


def test_one_that_rings_again_is_told_as_present(scene: Scene) -> None:
    scene.address(scene.ada)
    scene.happens(ago=5)
    scene.happens("resolved", ago=1)
    scene.plan()
    scene.happens("reopened")
    scene.deliver()
    assert [state[1:] for state in scene.states()] == [
        ("raised", "cancelled", "over"), ("was", "cancelled", "newer"), ("reopened", "sent", None),
    ]  # fmt: skip


def test_of_a_night_there_is_one_message_for_all_that_was_not_urgent(scene: Scene) -> None:
    scene.address(scene.ada)
    asleep(scene)
    for number in (1, 2):
        scene.happens(level="warning", ago=9)
        scene.plan()
        scene.happens("resolved", level="warning", ago=number)
        scene.world.as_administrator("UPDATE alert_event SET alert = alert || %s", str(number))
        scene.world.as_administrator("UPDATE alert SET key = key || %s", str(number))
    scene.deliver()
    assert told_afterwards(scene) == [("ada", "waiting")]
    scene.hurry()
    scene.deliver()
    assert scene.texts() == ["Vigie: there were alerts during your quiet hours, which are over. Sign in to read them."]


def test_an_urgent_one_that_could_not_be_told_by_night_is_told_at_its_end_by_itself(scene: Scene) -> None:
    scene.address(scene.ada)
    asleep(scene)
    scene.sink.fates.append(Fate.FAIL)
    scene.happens(ago=9)
    scene.deliver()
    scene.happens("resolved")
    scene.deliver()
    assert scene.states()[-1] == ("ada", "was", "waiting", None)


def test_an_urgent_one_that_was_lost_sight_of_may_go_on_and_rings_at_any_hour(scene: Scene) -> None:
    scene.address(scene.ada)
    asleep(scene)
    scene.happens(ago=50)
    scene.happens("resolved", ended="lost")
    scene.deliver()
    assert scene.states()[-1] == ("ada", "lost", "sent", None)
    assert b'"level": "urgent"' in scene.sink.took[-1].body
    assert "nothing was heard after" in scene.texts()[-1]


def test_whoever_left_the_chain_by_night_is_not_told_of_the_night(scene: Scene) -> None:
    scene.address(scene.ada)
    scene.chain((scene.ada, 0))
    asleep(scene)
    scene.happens(level="warning", ago=9)
    scene.happens("resolved", level="warning")
    scene.plan()
    scene.chain((scene.mother, 0))
    scene.hurry()
    scene.deliver()
    assert scene.states()[-1] == ("ada", "meanwhile", "cancelled", "not_in_chain")


def test_nobody_is_told_of_what_they_may_not_see(scene: Scene) -> None:
    everybody(scene)
    with scene.world.database.transaction(Role.REGISTER) as connection:
        Sharing(connection).hide(scene.ada.number, Veil(Kind.WEIGHT), scene.ada.account.number)
    scene.happens(ago=20)
    scene.happens("resolved")
    scene.deliver()
    assert told_afterwards(scene) == [("ada", "sent")]
