"""Each ring reaches each of its recipients once, whatever fails on the way; and nobody who may not know."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Thread

import pytest

from alerts.delivery import outbox
from alerts.delivery.worker import TOLD_AFTER
from alerts.wording import Language, discreet
from hub.database import Role
from hub.quantities import Kind
from hub.sharing import Sharing, Veil
from tests.alerts.delivery.ringing import Scene
from tests.support.sinks import Fate

URGENT = discreet("urgent", Language.EN)


def test_without_a_chain_the_person_alone_is_told_and_of_no_value(scene: Scene) -> None:
    for somebody in (scene.ada, scene.mother):
        scene.address(somebody)
    scene.happens()
    scene.deliver()
    assert scene.texts() == [URGENT]
    assert scene.states() == [("ada", "raised", "sent", None)]


def test_each_address_of_a_recipient_is_told(scene: Scene) -> None:
    scene.address(scene.ada)
    scene.address(scene.ada, "email")
    scene.happens()
    scene.deliver()
    assert [len(scene.sink.took), len(scene.mail.took)] == [1, 1]
    assert scene.mail.took[0].headers["subject"] == "Vigie"
    assert URGENT.encode() in scene.mail.took[0].body


def test_an_address_that_was_not_confirmed_is_told_nothing(scene: Scene) -> None:
    contact = scene.address(scene.ada)
    scene.world.as_administrator("UPDATE contact SET verified_at = NULL WHERE id = %s", contact)
    scene.happens()
    scene.deliver()
    assert scene.states() == []


def test_planning_twice_plans_nothing_twice(scene: Scene) -> None:
    scene.address(scene.ada)
    scene.happens()
    scene.plan()
    scene.world.as_administrator("UPDATE alert_event SET planned_at = NULL")
    scene.deliver()
    assert len(scene.states()) == len(scene.sink.took) == 1


@pytest.mark.parametrize("fate", [Fate.FAIL, Fate.HANG, Fate.RESET])
@pytest.mark.parametrize("channel", ["webhook", "email"])
def test_what_fails_is_sent_again_and_held_once(
    scene: Scene, channel: str, fate: Fate, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.address(scene.ada, channel)
    sink = scene.sink if channel == "webhook" else scene.mail
    sink.fates.extend([fate, fate])
    scene.happens()
    with monkeypatch.context() as hasty:
        hasty.setattr("alerts.channels.email.WITHIN", 0.3)
        scene.fails(sink, 2)
    scene.deliver()
    assert sink.tried >= 3
    assert len(sink.keys) == 1
    assert scene.states() == [("ada", "raised", "sent", None)]
    outcomes = scene.deliver_role("SELECT outcome FROM attempt ORDER BY number")
    assert (set(outcomes[:-1]), outcomes[-1]) == ({("try_later",)}, ("accepted",))


def test_attempts_are_further_and_further_apart(scene: Scene) -> None:
    scene.address(scene.ada)
    scene.sink.fates.extend([Fate.FAIL] * 4)
    scene.happens()
    waits = []
    for _ in range(4):
        scene.deliver()
        waits += scene.deliver_role(
            "SELECT o.not_before - max(a.at) FROM outbox o JOIN attempt a ON a.message = o.number "
            "WHERE o.what = 'raised' GROUP BY o.number"
        )
        scene.hurry()
    assert all(earlier < later for (earlier,), (later,) in pairwise(waits))


def test_a_worker_that_died_between_sending_and_writing_is_made_good_with_the_same_key(scene: Scene) -> None:
    scene.address(scene.ada)
    scene.happens()
    scene.plan()
    with scene.world.database.transaction(Role.DELIVER) as connection:
        assert outbox.take(connection) is not None
    assert not scene.worker.turn()  # it is in another's hands
    scene.hurry()
    scene.deliver()
    assert len(scene.sink.keys) == 1
    assert scene.states() == [("ada", "raised", "sent", None)]


def test_a_worker_whose_lease_ran_out_says_nothing_any_more(scene: Scene) -> None:
    scene.address(scene.ada)
    scene.happens()
    scene.plan()
    with scene.world.database.transaction(Role.DELIVER) as connection:
        slow = outbox.take(connection)
    assert slow is not None
    scene.hurry()
    scene.deliver()
    with scene.world.database.transaction(Role.DELIVER) as connection:
        outbox.try_later(connection, slow, "late")
    assert scene.states() == [("ada", "raised", "sent", None)]


def test_two_workers_and_two_planners_send_each_message_once(scene: Scene) -> None:
    for _ in range(12):
        scene.address(scene.ada)
    scene.happens()
    workers = [scene.another_worker() for _ in range(2)]

    def work(turn: object) -> None:
        for _ in range(40):
            turn()  # type: ignore[operator]

    turns = [scene.planner.turn, scene.planner.turn, *(worker.turn for worker in workers)]
    threads = [Thread(target=work, args=(turn,)) for turn in turns]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    scene.deliver()
    assert len(scene.sink.took) == len(scene.sink.keys) == 12


# ── Escalation ───────────────────────────────────────────────────────────────────────────────────────────────────────


def everybody(scene: Scene) -> None:
    for somebody in (scene.ada, scene.mother, scene.doctor):
        scene.address(somebody)
    scene.chain((scene.ada, 0), (scene.mother, 5), (scene.doctor, 15))


def test_an_acknowledgement_stops_those_who_come_after(scene: Scene) -> None:
    everybody(scene)
    scene.happens()
    scene.deliver()
    scene.happens("acknowledged", by=str(scene.ada.account.number))
    scene.hurry()
    scene.deliver()
    assert scene.states() == [
        ("ada", "raised", "sent", None),
        ("mother", "raised", "cancelled", "acknowledged"),
        ("doctor", "raised", "cancelled", "acknowledged"),
    ]


def test_a_later_ring_takes_the_place_of_one_that_did_not_get_through(scene: Scene) -> None:
    everybody(scene)
    scene.happens(ago=6)
    scene.plan()
    scene.happens("rang", ago=0)
    scene.deliver()
    assert scene.states() == [
        ("ada", "raised", "cancelled", "newer"), ("mother", "raised", "cancelled", "newer"),
        ("doctor", "raised", "waiting", None),
        ("ada", "rang", "sent", None), ("mother", "rang", "sent", None), ("doctor", "rang", "waiting", None),
    ]  # fmt: skip


def test_after_an_acknowledgement_those_not_reached_are_left_alone(scene: Scene) -> None:
    everybody(scene)
    scene.happens(ago=40)
    scene.happens("acknowledged", ago=34, by=str(scene.ada.account.number))
    scene.happens("rang")
    scene.deliver()
    assert [state[:3] for state in scene.states() if state[1] == "rang"] == [
        ("ada", "rang", "sent"), ("mother", "rang", "sent"),
    ]  # fmt: skip


def test_what_is_worse_than_what_was_acknowledged_begins_anew(scene: Scene) -> None:
    everybody(scene)
    scene.happens(ago=40, level="notice")
    scene.happens("acknowledged", ago=39, by=str(scene.ada.account.number))
    scene.happens("worsened", level="warning")
    scene.plan()
    rows = scene.deliver_role(
        "SELECT step, round(extract(epoch FROM not_before - now()) / 60) FROM outbox WHERE what = 'worsened' ORDER BY 1"
    )
    assert [(step, int(minutes)) for step, minutes in rows] == [(0, 0), (1, 5), (2, 15)]


def test_a_snooze_of_one_leaves_the_others(scene: Scene) -> None:
    everybody(scene)
    scene.happens(ago=20)
    scene.plan()
    until = datetime.now(UTC) + timedelta(minutes=10)
    scene.happens("snoozed", by=str(scene.mother.account.number), until=until)
    scene.deliver()
    assert [state[:1] + state[2:] for state in scene.states()] == [
        ("ada", "sent", None), ("mother", "cancelled", "rests"), ("doctor", "sent", None),
    ]  # fmt: skip


def test_while_one_rests_a_ring_is_for_the_others_and_then_for_that_one_alone(scene: Scene) -> None:
    everybody(scene)
    mother = str(scene.mother.account.number)
    scene.happens(ago=40)
    scene.happens("rang", ago=20, quiet=[mother])
    scene.happens("rang", only=[mother])
    scene.plan()
    planned = scene.deliver_role("SELECT event, array_agg(step ORDER BY step) FROM outbox GROUP BY 1 ORDER BY 1")
    assert [steps for _, steps in planned] == [[0, 1, 2], [0, 2], [1]]


def sleeps(scene: Scene) -> None:
    """Ada, from an hour ago for two hours."""
    now = datetime.now(UTC)
    scene.world.as_administrator(
        "INSERT INTO quiet_hours VALUES (%s, %s, %s, 'UTC')",
        scene.ada.account.number, (now - timedelta(hours=1)).time(), (now + timedelta(hours=1)).time(),
    )  # fmt: skip


def test_quiet_hours_put_off_a_warning_and_not_what_is_urgent(scene: Scene) -> None:
    scene.address(scene.ada)
    sleeps(scene)
    scene.happens(level="warning")
    scene.deliver()
    assert scene.states() == [("ada", "raised", "waiting", None)]
    scene.happens("worsened", level="urgent")
    scene.deliver()
    assert scene.states()[-1] == ("ada", "worsened", "sent", None)


# ── Nobody who may not know ──────────────────────────────────────────────────────────────────────────────────────────


def revoked(scene: Scene) -> None:
    scene.world.as_administrator("UPDATE access_grant SET revoked_at = now()")


def blocked(scene: Scene) -> None:
    scene.world.block(scene.ada, scene.mother)


def closed_account(scene: Scene) -> None:
    scene.world.as_administrator("UPDATE account SET closed_at = now() WHERE number = %s", scene.mother.account.number)


def closed_record(scene: Scene) -> None:
    scene.world.as_administrator("UPDATE person SET closed_at = now() WHERE number = %s", scene.ada.number)


def hides(scene: Scene) -> None:
    with scene.world.database.transaction(Role.REGISTER) as connection:
        Sharing(connection).hide(scene.ada.number, Veil(Kind.WEIGHT), scene.ada.account.number)


def only_weight(scene: Scene) -> None:
    scene.world.as_administrator("UPDATE access_grant SET kinds = '{4}'")


@pytest.mark.parametrize("change", [revoked, blocked, closed_account, closed_record, hides, only_weight])
def test_the_right_is_looked_up_when_it_is_sent(scene: Scene, change: object) -> None:
    scene.address(scene.mother)
    scene.chain((scene.mother, 0))
    scene.happens()
    scene.plan()
    change(scene)  # type: ignore[operator]
    scene.deliver()
    assert scene.sink.took == []
    assert scene.states() == [("mother", "raised", "cancelled", "not_allowed")]


def test_an_account_that_was_closed_is_not_even_told_of_its_addresses(scene: Scene) -> None:
    scene.address(scene.mother, "email")
    scene.address(scene.mother)
    scene.chain((scene.mother, 0))
    scene.mail.fates.append(Fate.GONE)
    scene.happens()
    scene.plan()
    scene.world.as_administrator("DELETE FROM outbox WHERE channel = 'webhook'")
    scene.worker.turn()
    closed_account(scene)
    scene.deliver()
    assert scene.states()[-1] == ("mother", "dead_channel", "cancelled", "not_allowed")
    assert scene.sink.took == []


def test_whoever_left_the_chain_is_not_told(scene: Scene) -> None:
    scene.address(scene.mother)
    scene.chain((scene.mother, 0))
    scene.happens()
    scene.plan()
    scene.chain((scene.ada, 0))
    scene.deliver()
    assert scene.states() == [("mother", "raised", "cancelled", "not_in_chain")]


def test_whoever_does_not_see_hidden_things_is_told_of_what_they_see(scene: Scene) -> None:
    for somebody in (scene.ada, scene.mother):
        scene.address(somebody)
    scene.chain((scene.ada, 0), (scene.mother, 0))
    hides(scene)
    scene.happens(shown=False)
    scene.deliver()
    assert [state[:3] for state in scene.states()] == [("ada", "raised", "sent")]
    scene.happens(shown=True)
    scene.deliver()
    assert [state[:3] for state in scene.states()] == [("ada", "raised", "sent"), ("mother", "raised", "sent")]


def test_hiding_changes_nobodys_turn(scene: Scene) -> None:
    for somebody in (scene.ada, scene.mother):
        scene.address(somebody)
    scene.chain((scene.ada, 0), (scene.mother, 5))
    hides(scene)
    scene.happens(shown=True)
    scene.deliver()
    assert scene.states() == [("mother", "raised", "waiting", None)]


def test_an_alert_that_hiding_took_away_is_not_told(scene: Scene) -> None:
    scene.address(scene.mother)
    scene.chain((scene.mother, 0))
    hides(scene)
    scene.happens(shown=True)
    scene.plan()
    hides(scene)
    scene.deliver()
    assert scene.states() == [("mother", "raised", "cancelled", "over")]


def test_an_emergency_lets_nobody_be_told(scene: Scene) -> None:
    stranger = scene.world.clinician()
    scene.world.open_in_emergency(scene.ada, stranger)
    scene.address(stranger)
    scene.chain((stranger, 0))
    scene.happens()
    scene.plan()
    assert [state for state in scene.states() if state[1] == "raised"] == []


def test_asking_who_may_be_told_leaves_no_ticket_behind(scene: Scene) -> None:
    before = scene.world.as_administrator("SELECT count(*) FROM ticket")
    asked = (
        "SELECT may_be_told(%s, %s, '{1}', false), may_be_told(%s, %s, '{1}', true), current_setting('vigie.ticket')"
    )
    who = (scene.mother.account.number, scene.ada.number)
    assert scene.deliver_role(asked, *who, *who) == [(True, False, "")]
    assert scene.world.as_administrator("SELECT count(*) FROM ticket") == before


# ── What is said ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("asked", "let", "told"), [(True, True, True), (True, False, False), (False, True, False)])
def test_values_go_outside_only_where_both_want_them(scene: Scene, asked: bool, let: bool, told: bool) -> None:
    scene.address(scene.mother, reveals=asked)
    scene.chain((scene.mother, 0), reveals=let)
    scene.happens()
    scene.deliver()
    assert scene.texts() == ["Glucose 47\N{NO-BREAK SPACE}mg/dL, under 54\N{NO-BREAK SPACE}mg/dL." if told else URGENT]
    body = json.loads(scene.sink.took[0].body)
    assert ("person" in body, body["title"]) == (told, "Ada: Urgent low glucose" if told else "Vigie")


def test_a_repeated_ring_says_that_its_numbers_are_those_of_its_beginning(scene: Scene) -> None:
    scene.address(scene.ada, reveals=True)
    scene.happens(ago=5)
    scene.happens("rang")
    scene.deliver()
    assert scene.texts()[-1].startswith("Going on since ")


# ── Addresses that fail ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_dead_address_is_told_of_by_another_and_the_next_in_chain_at_once(scene: Scene) -> None:
    dead = scene.address(scene.ada, "email")
    everybody(scene)
    scene.world.as_administrator("DELETE FROM contact WHERE account = %s AND id <> %s", scene.ada.account.number, dead)
    scene.mail.fates.append(Fate.GONE)
    scene.happens()
    scene.plan()
    other = scene.address(scene.ada)
    scene.deliver()
    assert scene.states() == [
        ("ada", "raised", "given_up", "the mail server answered 550"),
        ("mother", "raised", "sent", None),
        ("doctor", "raised", "waiting", None),
        ("ada", "dead_channel", "sent", None),
        ("mother", "untold", "sent", None),
    ]
    scene.happens("rang")
    scene.deliver()
    assert [state for state in scene.states() if state[:2] == ("ada", "rang")] == [("ada", "rang", "sent", None)]
    assert scene.deliver_role("SELECT DISTINCT contact FROM outbox WHERE what = 'rang' AND account = %s",
                              scene.ada.account.number) == [(other,)]  # fmt: skip


def test_an_address_that_fails_three_times_is_told_of_once_and_still_tried(scene: Scene) -> None:
    scene.address(scene.ada, "email")
    scene.address(scene.ada)
    scene.mail.fates.extend([Fate.FAIL] * (TOLD_AFTER + 2))
    scene.happens()
    for _ in range(TOLD_AFTER + 3):
        scene.deliver()
        scene.hurry()
    assert len(scene.mail.took) == 1
    assert [state[1:3] for state in scene.states()].count(("dead_channel", "sent")) == 1
    assert scene.deliver_role("SELECT count(*) FROM contact WHERE failing_since IS NOT NULL") == [(0,)]


def test_by_night_an_address_that_fails_is_told_of_only_for_what_was_urgent(scene: Scene) -> None:
    scene.address(scene.ada, "email")
    scene.address(scene.ada)
    scene.happens(level="warning")
    scene.plan()
    sleeps(scene)
    scene.mail.fates.append(Fate.GONE)
    scene.deliver()
    assert scene.states()[-1] == ("ada", "dead_channel", "waiting", None)


def test_who_was_told_by_another_way_keeps_the_others_waiting(scene: Scene) -> None:
    scene.address(scene.ada, "email")
    everybody(scene)
    scene.mail.fates.append(Fate.GONE)
    scene.happens()
    scene.deliver()
    assert [state[:3] for state in scene.states() if state[0] == "mother"] == [("mother", "raised", "waiting")]


def test_a_fault_of_a_channel_harms_one_message(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.address(scene.ada)
    scene.happens()
    with monkeypatch.context() as broken:
        broken.setattr("alerts.channels.webhook.signature", lambda *_: 1 / 0)
        scene.deliver()
    scene.hurry()
    scene.deliver()
    assert scene.states() == [("ada", "raised", "sent", None)]


def test_what_cannot_be_planned_keeps_nobody_waiting(scene: Scene) -> None:
    scene.address(scene.ada)
    harmed = scene.happens("rang")
    scene.world.as_administrator("UPDATE alert_event SET quiet = '{nobody}' WHERE number = %s", harmed)
    scene.happens("rang")
    scene.deliver()
    assert scene.states() == [("ada", "rang", "sent", None)]


def test_what_cannot_be_put_into_words_keeps_nobody_waiting(scene: Scene) -> None:
    scene.address(scene.ada, reveals=True)
    scene.address(scene.mother)
    scene.chain((scene.ada, 0), (scene.mother, 0))
    harmed = scene.happens()
    scene.world.as_administrator("UPDATE alert_event SET because = '{}' WHERE number = %s", harmed)
    scene.deliver()
    assert scene.states() == [("ada", "raised", "waiting", None), ("mother", "raised", "sent", None)]
