"""Once a day: what became due is noted, and the forecast learns; whatever happens to others."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.daily import Daily
from alerts.forecast.keeper import foresights
from alerts.fortnight import next_daily
from alerts.prevention.notices import note
from alerts.prevention.outlook import Outlook, outlook
from alerts.prevention.record import Known
from hub.accounts import ActorRole
from hub.database import Role
from tests.access.world import Holder, World
from tests.prevention.making import ITEM, a_woman, item, say, sense, told, weigh
from tests.support.clock import begun

PARIS = ZoneInfo("Europe/Paris")
DAY = timedelta(days=1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nobody_else_is_due(world: World) -> None:
    """Only who comes in the test."""
    world.as_administrator("UPDATE daily SET next_at = now() + interval '1 year'")


def turn(world: World, holder: Holder) -> None:
    """The work of a day, due now."""
    world.as_administrator("UPDATE daily SET next_at = now() WHERE person = %s", holder.number)
    while Daily(world.database).turn():
        pass


def noted(world: World, holder: Holder) -> dict[str, int]:
    """How often each was noted."""
    return dict(
        world.as_administrator(
            "SELECT name, count(*) FROM prevention_notice WHERE person = %s GROUP BY name", holder.number
        )
    )


def test_what_is_due_is_noted_once_and_told_with_the_item(world: World) -> None:
    ada = a_woman(world)
    turn(world, ada)
    turn(world, ada)
    pressing = {each["item"] for each in told(ada.api, ada)["items"] if each["status"] in ("due", "ask")}
    assert noted(world, ada) == dict.fromkeys(pressing, 1)
    assert item(ada.api, ada)["noted_at"] is not None


def test_what_is_done_is_no_longer_noted_and_its_next_turn_is_noted_again(world: World) -> None:
    ada = a_woman(world)
    turn(world, ada)
    said = say(ada.api, ada)
    turn(world, ada)
    assert item(ada.api, ada)["noted_at"] is None
    ada.api.request("DELETE", ada.path(f"/prevention/{ITEM}/said/{said}"))
    turn(world, ada)
    assert item(ada.api, ada)["noted_at"] is not None
    assert noted(world, ada)[ITEM] == 2


def test_a_note_is_to_the_person_and_not_to_those_who_look(world: World) -> None:
    ada, clinician = a_woman(world), world.clinician()
    world.grant(ada, clinician)
    turn(world, ada)
    assert item(ada.api, ada)["noted_at"] is not None
    assert item(clinician.api, ada)["noted_at"] is None


def test_somebody_new_is_looked_at_at_once_and_then_at_their_nine_o_clock(world: World) -> None:
    ada = a_woman(world)
    Daily(world.database).turn()
    assert noted(world, ada) != {}
    ((next_at,),) = world.as_administrator("SELECT next_at FROM daily WHERE person = %s", ada.number)
    assert next_at.astimezone(PARIS).hour == 9
    assert timedelta() < next_at - datetime.now(UTC) <= timedelta(hours=25)


def test_of_a_closed_record_nothing_is_noted(world: World) -> None:
    ada = a_woman(world)
    ada.api.post(ada.path("/close"), {"confirm": str(ada.id)})
    turn(world, ada)
    assert noted(world, ada) == {}


def test_whose_work_fails_does_not_hinder_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, bea = a_woman(world), a_woman(world)

    def fails_for_ada(known: Known) -> Outlook:
        if known.facts.conditions:
            raise ValueError
        return outlook(known)

    world.as_administrator("UPDATE person SET conditions = '{diabetes}' WHERE number = %s", ada.number)
    monkeypatch.setattr("alerts.daily.outlook", fails_for_ada)
    work = Daily(world.database)
    assert work.turn() is False
    assert work.turn() is False
    assert noted(world, ada) == {}
    assert noted(world, bea) != {}
    monkeypatch.undo()
    turn(world, ada)
    assert noted(world, ada) != {}


def test_who_is_being_looked_at_by_another_is_passed_over(world: World) -> None:
    ada = a_woman(world)
    with world.database.transaction(Role.WATCH) as other:
        other.execute("SELECT FROM daily WHERE person = %s FOR UPDATE", (ada.number,))
        Daily(world.database).turn()
        assert noted(world, ada) == {}
    Daily(world.database).turn()
    assert noted(world, ada) != {}


def reminders(world: World, holder: Holder) -> list[dict[str, str]]:
    """What is to be said to the person and those who act for them."""
    rows = world.as_administrator(
        "SELECT says FROM notice WHERE person = %s AND key LIKE 'prevention%%'", holder.number
    )
    return [says for (says,) in rows]


def test_all_that_became_due_is_one_reminder_said_once(world: World) -> None:
    ada = a_woman(world)
    turn(world, ada)
    turn(world, ada)
    (says,) = reminders(world, ada)
    titles = {each["title"] for each in told(ada.api, ada)["items"] if each["noted_at"]}
    assert says["en"].startswith("Prevention: ")
    assert set(says["en"].removeprefix("Prevention: ").split("; ")) == titles
    assert "Test HPV" in says["fr"]


def test_nobody_is_reminded_of_what_only_hidden_things_say(world: World) -> None:
    ada, twin = a_woman(world, height_cm=150), a_woman(world, height_cm=150)
    weigh(world, ada, *[60] * 10, *[110] * 20)
    ada.api.post(ada.path("/hidden"), {"kind": "weight"})
    for each in (ada, twin):
        turn(world, each)
    assert noted(world, ada)["bmi-class"] == 1
    assert reminders(world, ada) == reminders(world, twin)


def test_a_reminder_waits_for_the_day(world: World) -> None:
    ada = a_woman(world)
    turn(world, ada)
    ((due_at,),) = world.as_administrator("SELECT due_at FROM notice WHERE person = %s", ada.number)
    assert due_at.astimezone(PARIS).hour == 9
    assert timedelta(hours=-12) <= due_at - datetime.now(UTC) <= timedelta(hours=13)


def test_noting_names_only_what_is_new(world: World) -> None:
    ada = a_woman(world)
    with world.database.transaction(Role.WATCH) as connection:
        came = [
            note(connection, ada.number, dict.fromkeys(names), begun() + n * DAY)
            for n, names in enumerate([["a", "b"], ["b", "c"], ["b", "c"], ["a"], []])
        ]
    assert came == [["a", "b"], ["c"], [], ["a"], []]


@pytest.mark.parametrize("when", ["2026-03-28T08:00:00Z", "2026-03-28T07:59:59Z", "2026-10-24T07:00:00Z"])
def test_nine_o_clock_is_the_persons_own_on_days_the_clocks_change_too(when: str) -> None:
    after = datetime.fromisoformat(when)
    found = next_daily(after, PARIS)
    assert found > after
    assert found.astimezone(PARIS).time().hour == 9
    assert found - after <= timedelta(hours=25)


# ── The forecast ─────────────────────────────────────────────────────────────────────────────────────────────────────


def falls(days: float = 2) -> list[float]:
    """Glucose that swings between 50 and 180 mg/dL, in steps of 10, 28 readings a swing; whole swings."""
    down = [*range(180, 40, -10)]
    return [float(value) for value in (down + down[::-1]) * round(days * 288 / 28)]


def versions(world: World, holder: Holder, shown: bool = False) -> int:
    """How many versions there are."""
    with world.database.transaction(Role.WATCH) as connection:
        found = foresights(connection, [holder.number], LONG_AGO, datetime.now(UTC))
    return len(found.get((holder.number, shown), []))


def test_of_somebody_without_readings_nothing_is_learnt_and_one_version_is_in_force(world: World) -> None:
    ada = a_woman(world)
    turn(world, ada)
    turn(world, ada)
    answer = ada.api.get(ada.path("/forecast")).json()
    assert versions(world, ada) == 1
    assert (answer["ahead"], answer["learnt_days"], answer["asked_percent"]) == (None, 0, 45)
    assert answer["record"]["hit_percent"] is None


def test_before_the_first_day_there_is_nothing_to_tell(world: World) -> None:
    ada = a_woman(world)
    answer = ada.api.get(ada.path("/forecast")).json()
    assert (answer["ahead"], answer["asked_percent"], answer["learnt_at"]) == (None, None, None)


def test_what_was_foretold_is_scored_and_the_low_to_come_is_told(world: World) -> None:
    ada = a_woman(world)
    values = falls()
    sense(world, ada, values[: -28 + 10])
    turn(world, ada)
    told_of = ada.api.get(ada.path("/forecast"), unit="mmol/L").json()
    record, ahead = told_of["record"], told_of["ahead"]
    assert told_of["unit"] == "mmol/L"
    assert record["found"] + record["missed"] >= 18
    assert record["hit_percent"] > 50
    assert record["days"] == pytest.approx(2, abs=0.2)
    assert told_of["learnt_days"] > 1.5
    assert ahead["low_percent"] > 50
    assert ahead["value"] < 5.5
    assert datetime.fromisoformat(ahead["at"]) - datetime.fromisoformat(ahead["made_at"]) == timedelta(minutes=20)


def test_learning_day_by_day_scores_each_reading_once(world: World) -> None:
    ada, bea = a_woman(world), a_woman(world)
    values = falls()
    sense(world, ada, values)
    sense(world, bea, values[:300], until=begun() - timedelta(minutes=5 * (len(values) - 300)))
    turn(world, bea)
    sense(world, bea, values[300:])
    for each in (ada, bea, bea):
        turn(world, each)
    once, twice = (each.api.get(each.path("/forecast")).json()["record"] for each in (ada, bea))
    assert (twice["days"], twice["found"] + twice["missed"]) == (
        pytest.approx(once["days"]), once["found"] + once["missed"],
    )  # fmt: skip
    assert versions(world, bea) >= 2


def test_what_is_hidden_has_no_part_in_the_forecast_others_see(world: World) -> None:
    ada, twin, reader = a_woman(world), a_woman(world), world.clinician()
    for each in (ada, twin):
        world.grant(each, reader)
        each.api.post(each.path("/hidden"), {"kind": "height"})
    kept, hidden = falls(1), [100.0] * 150
    since = begun() - timedelta(minutes=5 * (len(hidden) - 1))
    for each in (ada, twin):
        sense(world, each, kept, until=since - timedelta(minutes=5))
    sense(world, ada, hidden)
    turn(world, ada)
    assert reader.api.get(ada.path("/forecast")).json() == ada.api.get(ada.path("/forecast")).json()
    ada.api.post(ada.path("/hidden"), {"kind": "glucose", "from": since.isoformat()})
    at_once = reader.api.get(ada.path("/forecast")).json()
    assert (at_once["ahead"], at_once["learnt_at"]) == (None, None)
    turn(world, ada)
    turn(world, twin)
    theirs, twins, hers = (
        api.get(holder.path("/forecast")).json()
        for api, holder in ((reader.api, ada), (reader.api, twin), (ada.api, ada))
    )
    assert {**theirs, "learnt_at": 0} == {**twins, "learnt_at": 0}
    assert hers["learnt_days"] > theirs["learnt_days"]


def test_what_is_shown_again_leaves_nothing_of_the_other_view(world: World) -> None:
    ada = a_woman(world)
    hidden = ada.api.post(ada.path("/hidden"), {"kind": "glucose_interstitial"}).json()["id"]
    turn(world, ada)
    assert versions(world, ada, shown=True) == 1
    ada.api.request("DELETE", ada.path(f"/hidden/{hidden}"))
    turn(world, ada)
    assert versions(world, ada, shown=True) == 0


def test_who_may_not_see_glucose_is_told_nothing_of_it(world: World) -> None:
    ada, some = a_woman(world), world.somebody(ActorRole.CAREGIVER)
    world.as_administrator("INSERT INTO access_grant (person, account, kinds, during) VALUES (%s, %s, '{4}', '(,)')",
                           ada.number, some.account.number)  # fmt: skip
    sense(world, ada, falls())
    turn(world, ada)
    answer = some.api.get(ada.path("/forecast")).json()
    assert (answer["ahead"], answer["learnt_days"], answer["asked_percent"]) == (None, 0, None)


def test_old_versions_go(world: World) -> None:
    ada = a_woman(world)
    turn(world, ada)
    world.as_administrator("UPDATE foresight SET valid_from = valid_from - interval '61 days'")
    sense(world, ada, falls())
    turn(world, ada)
    assert versions(world, ada) == 1
