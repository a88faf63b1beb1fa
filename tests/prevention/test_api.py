"""Prevention over the API: what is due and why, what people say of it, and what is hidden without influence."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from hub.accounts import ActorRole, Scope
from hub.quantities import Kind
from tests.access.world import World
from tests.prevention.making import ITEM, a_woman, acts, item, names, say, sense, told, weigh
from tests.support.clock import begun

YEAR = timedelta(days=365)


def today() -> date:
    return begun().date()


def test_what_is_due_is_told_with_its_reason_its_source_and_since_when(world: World) -> None:
    ada = a_woman(world)
    found = item(ada.api, ada)
    assert (found["status"], found["since"], found["last"], found["said"]) == ("due", "2010-05-17", None, [])
    assert found["source"] == "ameli.fr 2024; depistagecancer-ge.fr"
    assert found["read"] == "2026-11-22"
    assert found["title"] == "Cervical HPV test"
    assert "every 5 years" in found["why"]


@pytest.mark.parametrize(
    ("asked", "accepted", "title"),
    [
        ({"language": "fr"}, "en", "Test HPV du col de l’utérus"),
        ({}, "fr-FR,fr;q=0.9,en;q=0.8", "Test HPV du col de l’utérus"),
        ({}, "de, en;q=0.5, fr;q=0.7", "Test HPV du col de l’utérus"),
        ({}, "fr;q=0, en;q=0.1", "Cervical HPV test"),
        ({}, "fr;q=x", "Cervical HPV test"),
        ({}, "", "Cervical HPV test"),
    ],
)
def test_it_is_told_in_the_language_asked_for_or_preferred(
    world: World, asked: dict[str, str], accepted: str, title: str
) -> None:
    ada = a_woman(world)
    answer = ada.api.request(
        "GET", ada.path("/prevention"), params=asked, headers={"Accept-Language": accepted, **_bearer(ada.api)}
    )
    assert title in [each["title"] for each in answer.json()["items"]]


def _bearer(api: object) -> dict[str, str]:
    return dict(api._headers)  # type: ignore[attr-defined]


def test_what_was_done_comes_again_at_its_next_turn(world: World) -> None:
    ada = a_woman(world)
    say(ada.api, ada, on=str(today() - YEAR))
    found = item(ada.api, ada)
    assert (found["status"], found["last"], found["since"]) == ("done", str(today() - YEAR), None)
    assert date.fromisoformat(found["next"]) > today() + 3 * YEAR


def test_what_is_declined_is_asked_again_later(world: World) -> None:
    ada = a_woman(world)
    say(ada.api, ada, "declined")
    found = item(ada.api, ada)
    assert found["status"] == "declined"
    assert date.fromisoformat(found["next"]) > today()


def test_who_said_it_for_which_day_is_told(world: World) -> None:
    ada, delegate = a_woman(world), world.somebody(ActorRole.CAREGIVER)
    world.grant(ada, delegate, delegate=True)
    said = say(delegate.api, ada, on="2024-03-01")
    (told_of,) = item(ada.api, ada)["said"]
    assert (told_of["id"], told_of["said"], told_of["on"], told_of["by"]) == (
        said, "done", "2024-03-01", delegate.name,
    )  # fmt: skip


def test_said_twice_it_is_said_once(world: World) -> None:
    ada = a_woman(world)
    assert say(ada.api, ada) == say(ada.api, ada)
    assert len(item(ada.api, ada)["said"]) == 1


def test_what_was_said_can_be_taken_back_as_if_it_had_never_been(world: World) -> None:
    ada = a_woman(world)
    before = item(ada.api, ada)
    said = say(ada.api, ada)
    for _ in range(2):
        assert ada.api.request("DELETE", ada.path(f"/prevention/{ITEM}/said/{said}")).status_code == 200
    assert item(ada.api, ada) == before
    assert say(ada.api, ada) != said


def test_of_two_things_said_the_one_taken_back_is_the_one_that_was_named(world: World) -> None:
    ada = a_woman(world)
    say(ada.api, ada, on="2020-01-01")
    later = say(ada.api, ada, on="2024-01-01")
    ada.api.request("DELETE", ada.path(f"/prevention/{ITEM}/said/{later}"))
    assert item(ada.api, ada)["last"] == "2020-01-01"


def test_what_another_said_cannot_be_taken_back_through_ones_own_record(world: World) -> None:
    ada, bea = a_woman(world), a_woman(world)
    hers = say(bea.api, bea)
    answer = ada.api.request("DELETE", ada.path(f"/prevention/{ITEM}/said/{hers}"))
    unknown = ada.api.request("DELETE", ada.path(f"/prevention/{ITEM}/said/{uuid4()}"))
    assert (answer.status_code, answer.text) == (unknown.status_code, unknown.text) == (404, unknown.text)
    assert item(bea.api, bea)["status"] == "done"


@pytest.mark.parametrize("on", [timedelta(days=2), -50 * YEAR], ids=["ahead", "long ago"])
def test_a_day_outside_the_persons_life_until_today_is_refused(world: World, on: timedelta) -> None:
    ada = a_woman(world)
    assert ada.api.post(ada.path(f"/prevention/{ITEM}/done"), {"on": str(today() + on)}).status_code == 409
    assert item(ada.api, ada)["status"] == "due"


def test_of_what_no_schedule_holds_nothing_can_be_said(world: World) -> None:
    ada = a_woman(world)
    assert ada.api.post(ada.path("/prevention/astrology/done"), {}).status_code == 404
    assert world.as_administrator("SELECT count(*) FROM prevention_act WHERE item = 'astrology'") == [(0,)]


def test_a_request_without_a_body_means_today(world: World) -> None:
    ada = a_woman(world)
    assert ada.api.request("POST", ada.path(f"/prevention/{ITEM}/done")).status_code == 200
    assert item(ada.api, ada)["last"] == told(ada.api, ada)["today"]


def test_what_is_said_and_read_is_entered_in_the_log(world: World) -> None:
    ada, reader = a_woman(world), world.clinician()
    world.grant(ada, reader)
    said = say(ada.api, ada)
    told(reader.api, ada)
    ada.api.request("DELETE", ada.path(f"/prevention/{ITEM}/said/{said}"))
    assert acts(world, ada) == [("person", "prevention"), ("clinician", "read"), ("person", "prevention")]


def test_what_cannot_be_entered_is_not_noted(world: World) -> None:
    ada = a_woman(world)
    with world.no_log():
        assert ada.api.request("POST", ada.path(f"/prevention/{ITEM}/done")).status_code == 503
    assert item(ada.api, ada)["said"] == []


def test_who_was_let_in_to_some_kinds_alone_sees_no_prevention(world: World) -> None:
    ada, some, every = a_woman(world), world.clinician(), world.clinician()
    world.grant(ada, some, [Kind.WEIGHT, Kind.GLUCOSE_INTERSTITIAL])
    world.grant(ada, every)
    assert some.api.get(ada.path("/prevention")).status_code == 404
    assert every.api.get(ada.path("/prevention")).status_code == 200
    assert acts(world, ada)[0] == ("clinician", "refused")


def test_a_limited_token_says_nothing(world: World) -> None:
    ada = a_woman(world)
    limited = world.caller(world.hub.access.create(ActorRole.PERSON, str(ada.id), [Scope.READINGS_READ]))
    assert limited.get(ada.path("/prevention")).status_code == 200
    assert limited.post(ada.path(f"/prevention/{ITEM}/done"), {}).status_code == 403


# ── What only the person knows ───────────────────────────────────────────────────────────────────────────────────────

ANSWERS = {
    "waist_cm": 95, "active": False, "greens": True, "pressure_drug": False, "high_glucose": False, "family": "close",
}  # fmt: skip


def test_answers_narrow_the_risk_to_a_number(world: World) -> None:
    ada = a_woman(world, height_cm=170)
    open_risk = told(ada.api, ada)["risk"]
    assert ada.api.request("PUT", ada.path("/prevention/answers"), json=ANSWERS).status_code == 200
    weigh(world, ada, 80, 80)
    risk = told(ada.api, ada)["risk"]
    assert open_risk["least"] < open_risk["most"]
    # 2 for 45 to 54 years, 1 for 25 to 30 kg/m², 4 for over 88 cm, 2 for too little activity, 5 for a close relative
    assert (risk["least"], risk["most"], risk["missing"]) == (14, 14, [])
    assert told(ada.api, ada)["answers"] == {"last_period": None, **ANSWERS}


def test_answers_are_kept_instead_of_those_before(world: World) -> None:
    ada = a_woman(world)
    ada.api.request("PUT", ada.path("/prevention/answers"), json=ANSWERS)
    ada.api.request("PUT", ada.path("/prevention/answers"), json={"waist_cm": 80})
    kept = told(ada.api, ada)["answers"]
    assert {name: value for name, value in kept.items() if value is not None} == {"waist_cm": 80}


def test_the_last_period_dates_a_pregnancy(world: World) -> None:
    ada = a_woman(world, "pregnancy", born=date(1995, 5, 17))
    asked = {each["item"] for each in told(ada.api, ada)["items"] if each["status"] == "ask"}
    period = {"last_period": str(today() - timedelta(weeks=10))}
    assert ada.api.request("PUT", ada.path("/prevention/answers"), json=period).status_code == 200
    after = {each["item"]: each["status"] for each in told(ada.api, ada)["items"]}
    assert asked
    assert {after.get(name) for name in asked}.isdisjoint({"ask"})


@pytest.mark.parametrize(
    "wrong",
    [{"waist_cm": 0}, {"waist_cm": "95"}, {"waist_cm": True}, {"active": 1}, {"family": "uncle"}, {"weight": 80},
     {"last_period": 20260101}],
)  # fmt: skip
def test_an_answer_that_is_none_is_refused_and_nothing_is_kept(world: World, wrong: dict[str, object]) -> None:
    ada = a_woman(world)
    assert ada.api.request("PUT", ada.path("/prevention/answers"), json=wrong).status_code == 422
    assert set(told(ada.api, ada)["answers"].values()) == {None}


def test_a_last_period_to_come_is_refused(world: World) -> None:
    ada = a_woman(world, "pregnancy")
    answer = ada.api.request("PUT", ada.path("/prevention/answers"), json={"last_period": str(today() + YEAR)})
    assert answer.status_code == 409


def test_a_condition_nobody_understands_is_told_and_changes_nothing(world: World) -> None:
    ada = a_woman(world, "prediabetes?")
    assert told(ada.api, ada)["not_understood"] == ["prediabetes?"]
    plain = a_woman(world)
    assert names(ada.api, ada) == names(plain.api, plain)


# ── Hidden means without influence ───────────────────────────────────────────────────────────────────────────────────


def test_a_weight_hidden_from_somebody_has_no_part_in_what_they_are_told(world: World) -> None:
    ada, twin, reader = a_woman(world, height_cm=150), a_woman(world, height_cm=150), world.clinician()
    for each in (ada, twin):
        world.grant(each, reader)
    weigh(world, ada, *[60] * 10, *[110] * 20)
    ada.api.post(ada.path("/hidden"), {"kind": "weight"})
    theirs, hers = told(reader.api, ada), told(ada.api, ada)
    assert theirs == told(reader.api, twin)
    assert item(reader.api, ada, "influenza") != item(ada.api, ada, "influenza")
    assert [signal["name"] for signal in hers["signals"]] == ["bmi-class"]
    assert hers["risk"]["least"] > theirs["risk"]["least"]


def test_glucose_hidden_from_somebody_has_no_part_in_what_they_are_told(world: World) -> None:
    ada, reader = a_woman(world, "type 2 diabetes"), world.clinician()
    world.grant(ada, reader)
    sense(world, ada, [220.0] * (95 * 96), step=15)
    world.settle()
    assert [signal["name"] for signal in told(reader.api, ada)["signals"]] == ["gmi-over-target"]
    ada.api.post(ada.path("/hidden"), {"kind": "glucose"})
    assert told(reader.api, ada)["signals"] == []
    world.settle()
    assert told(reader.api, ada)["signals"] == []
    assert [signal["name"] for signal in told(ada.api, ada)["signals"]] == ["gmi-over-target"]
