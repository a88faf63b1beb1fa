"""Alerts and thresholds over HTTP, with the watch at work behind them."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.watcher import Watcher
from hub.database import Database
from hub.quantities import Kind
from tests.access.world import Holder, Somebody, World, glucose
from tests.support.clock import begun

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def world(lasting_database: Database) -> World:
    """The API, and whoever a test brings."""
    return World(lasting_database)


def low(world: World) -> tuple[Holder, Somebody]:
    """Somebody whose glucose is 50 mg/dL, and a clinician who follows them."""
    ada, clinician = world.holder(), world.clinician()
    world.grant(ada, clinician)
    world.keep(*(glucose(ada, 50, n * MINUTE) for n in range(3)))
    world.settle()
    return ada, clinician


def alerts(of: Somebody, whose: Holder, **asked: object) -> list[dict[str, object]]:
    """As they are answered."""
    answer = of.api.get("/v1/alerts", person=str(whose.id), **asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()["alerts"]
    return found


def test_a_low_is_told_in_words_in_the_unit_asked_for(world: World) -> None:
    ada, clinician = low(world)
    (alert,) = alerts(clinician, ada, unit="mmol/L")
    assert (alert["rule"], alert["level"], alert["state"]) == ("urgent_low", "urgent", "raised")
    assert "2.8" in str(alert["because"])
    assert alert["unit"] == "mmol/L"
    assert {"name": "glucose", "value": 50.0, "unit": "mg/dL"} in alert["numbers"]  # type: ignore[operator]
    assert alert["evidence"][0]["device"] == str(ada.sensor.id)  # type: ignore[index]


def test_a_low_that_has_not_lasted_yet_is_pending_for_whoever_may_see_what_shows_it(world: World) -> None:
    ada, clinician, of_weight, therapist = world.holder(), *(world.clinician() for _ in range(3))
    noon = f"Etc/GMT{begun().hour - 12:+}"  # at night a low is pending by another rule too
    world.as_administrator("UPDATE person SET time_zone = %s WHERE number = %s", noon, ada.number)
    world.as_administrator("UPDATE account SET profession = '70' WHERE number = %s", therapist.account.number)
    world.grant(ada, clinician, [Kind.GLUCOSE_INTERSTITIAL])
    world.grant(ada, of_weight, [Kind.WEIGHT])
    world.grant(ada, therapist)
    world.keep(*(glucose(ada, 65, n * 5 * MINUTE) for n in (1, 2)))
    world.settle()
    (told,) = alerts(clinician, ada, state="pending")
    assert (told["rule"], told["state"], told["raised_at"]) == ("low", "pending", None)
    assert told["evidence"][0]["device"] == str(ada.sensor.id)  # type: ignore[index]
    assert [alerts(ada, ada), *(alerts(each, ada, state="pending") for each in (of_weight, therapist))] == [[], [], []]
    assert clinician.api.post(f"/v1/alerts/{told['id']}/acknowledge", {}).status_code == 404
    ada.api.post(ada.path("/hidden"), {"kind": "glucose_interstitial"})
    world.settle()
    assert alerts(clinician, ada, state="pending") == []
    assert len(alerts(ada, ada, state="pending")) == 1
    world.keep(*(glucose(ada, 65, n * 5 * MINUTE) for n in (0, 3)))
    world.settle()
    assert "pending" not in {each["state"] for each in alerts(ada, ada, state=["pending", "raised"])}


def test_acknowledged_by_one_it_is_acknowledged_for_all_with_the_note(world: World) -> None:
    ada, clinician = low(world)
    (alert,) = alerts(ada, ada)
    told = clinician.api.post(f"/v1/alerts/{alert['id']}/acknowledge", {"note": "called her"}).json()
    assert (told["state"], told["acknowledged_by"], told["note"]) == ("acknowledged", clinician.name, "called her")
    (after,) = alerts(ada, ada, state="acknowledged")
    assert (after["acknowledged_by"], after["note"]) == (clinician.name, "called her")
    assert alerts(ada, ada, state="raised") == []


def test_a_rest_is_whose_it_is_and_no_longer_than_half_an_hour_for_an_urgent_low(world: World) -> None:
    ada, clinician = low(world)
    (alert,) = alerts(ada, ada)
    until = datetime.now(UTC) + timedelta(hours=8)
    told = clinician.api.post(f"/v1/alerts/{alert['id']}/snooze", {"until": until.isoformat()}).json()
    assert told["state"] == "snoozed"
    assert datetime.fromisoformat(told["snoozed_until"]) <= datetime.now(UTC) + timedelta(minutes=30)
    assert alerts(ada, ada)[0]["state"] == "raised"
    past = {"until": (datetime.now(UTC) - MINUTE).isoformat()}
    assert clinician.api.post(f"/v1/alerts/{alert['id']}/snooze", past).status_code == 422


def test_what_is_done_and_seen_is_in_the_access_log(world: World) -> None:
    ada, clinician = low(world)
    (alert,) = alerts(clinician, ada)
    clinician.api.get("/v1/alerts")
    clinician.api.post(f"/v1/alerts/{alert['id']}/acknowledge", {})
    body = {"after": 0, "thresholds": {"low": {"limit": {"value": 75, "unit": "mg/dL"}, "minutes": 15}}}
    clinician.api.request("PUT", ada.path("/thresholds"), json=body)
    log = ada.api.get(ada.path("/access-log")).json()["accesses"]
    acts = [each["act"] for each in reversed(log) if each["who"] == clinician.name]
    assert acts == ["read", "read", "acknowledge", "thresholds"]


def test_the_list_is_read_page_by_page_the_newest_first(world: World) -> None:
    ada = world.holder()
    made = [str(world.alert(ada)) for _ in range(5)]
    found: list[str] = []
    cursor = None
    for _ in range(3):
        page = ada.api.get("/v1/alerts", limit=2, **({"cursor": cursor} if cursor else {})).json()
        found += [each["id"] for each in page["alerts"]]
        cursor = page["next"]
    assert cursor is None
    assert sorted(found) == sorted(made)


def test_a_grant_of_another_kind_shows_no_glucose_alert(world: World) -> None:
    ada, _ = low(world)
    dietician = world.clinician()
    world.grant(ada, dietician, [Kind.WEIGHT])
    assert alerts(dietician, ada) == []
    (alert,) = alerts(ada, ada)
    assert dietician.api.post(f"/v1/alerts/{alert['id']}/acknowledge", {}).status_code == 404


# ── Thresholds ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_thresholds_are_versions_of_which_the_newest_holds(world: World) -> None:
    ada, clinician = low(world)
    path = ada.path("/thresholds")
    first = ada.api.get(path).json()["now"]
    assert (first["version"], first["set_by"]) == (0, None)
    wanted = first["thresholds"] | {"low": {"limit": {"value": 4.2, "unit": "mmol/L"}, "minutes": 10, "on": True}}
    told = clinician.api.request("PUT", path, json={"after": 0, "thresholds": wanted}).json()
    assert (told["version"], told["thresholds"]["low"]["minutes"]) == (1, 10)
    again = clinician.api.request("PUT", path, json={"after": 0, "thresholds": wanted})
    assert again.status_code == 409
    kept = ada.api.get(path, unit="mg/dL").json()
    assert kept["now"]["thresholds"]["low"]["limit"] == {"value": 75.67, "unit": "mg/dL"}
    assert kept["now"]["set_by"] == clinician.name
    assert [each["version"] for each in kept["before"]] == [0]


def test_seventy_is_said_as_three_nine_and_back(world: World) -> None:
    ada, _ = low(world)
    told = ada.api.get(ada.path("/thresholds"), unit="mmol/L").json()["now"]["thresholds"]
    assert told["low"]["limit"] == {"value": 3.9, "unit": "mmol/L"}
    assert told["urgent_low"]["limit"] == {"value": 3.0, "unit": "mmol/L"}


@pytest.mark.parametrize(
    "unsafe",
    [
        {"urgent_low": {"limit": {"value": 45, "unit": "mg/dL"}}},
        {"silence": {"minutes": 600}},
        {"silence": None},
        {"sensor_silence": {"on": False}},
        {"low": {"limit": {"value": 70}, "minutes": 15}},
    ],
)
def test_what_would_silence_an_urgent_low_or_a_silence_is_refused(world: World, unsafe: dict[str, object]) -> None:
    ada, clinician = low(world)
    answer = clinician.api.request("PUT", ada.path("/thresholds"), json={"after": 0, "thresholds": unsafe})
    assert answer.status_code == 422
    assert ada.api.get(ada.path("/thresholds")).json()["before"] == []


def test_whoever_follows_weight_only_sets_no_glucose_threshold(world: World) -> None:
    ada, nurse = world.holder(), world.clinician()
    world.grant(ada, nurse, [Kind.WEIGHT])
    path = ada.path("/thresholds")
    glucose_too = {"after": 0, "thresholds": {"high": {"limit": {"value": 200, "unit": "mg/dL"}, "minutes": 15}}}
    weight = {"after": 0, "thresholds": {"weight_gain": {"kg": 1.5, "days": 2, "on": True}}}
    assert nurse.api.request("PUT", path, json=glucose_too).status_code == 404
    assert nurse.api.request("PUT", path, json=weight).status_code == 200


def test_new_thresholds_hold_from_the_next_reading_on(world: World) -> None:
    ada, clinician = world.holder(), world.clinician()
    world.grant(ada, clinician)
    wanted = {"high": {"limit": {"value": 150, "unit": "mg/dL"}, "minutes": 0, "on": True}}
    world.keep(glucose(ada, 160, 2 * MINUTE))
    world.settle()
    clinician.api.request("PUT", ada.path("/thresholds"), json={"after": 0, "thresholds": wanted})
    assert alerts(ada, ada) == []
    world.keep(glucose(ada, 161, MINUTE))
    world.settle()
    assert [alert["rule"] for alert in alerts(ada, ada)] == ["high"]


# ── Burden ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_burden_counts_rings_a_day_and_how_soon_somebody_answered(world: World) -> None:
    ada, clinician = low(world)
    (alert,) = alerts(ada, ada)
    clinician.api.post(f"/v1/alerts/{alert['id']}/acknowledge", {})
    told = ada.api.get(ada.path("/alerts/burden")).json()
    (rule,) = told["rules"]
    assert (rule["rule"], rule["alerts"], rule["rings"], rule["acknowledged_percent"]) == ("urgent_low", 1, 1, 100)
    assert rule["rings_per_day"] == pytest.approx(1 / 14)
    assert 0 <= rule["minutes_to_acknowledgement"] < 5
    assert told["total"]["rings"] == 1


def test_an_act_waits_for_whoever_looks_and_is_not_lost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, clinician = low(world)
    (alert,) = alerts(ada, ada)
    monkeypatch.setattr(Watcher, "look_at", lambda *_: None)
    clinician.api.post(f"/v1/alerts/{alert['id']}/acknowledge", {})
    monkeypatch.undo()
    world.settle()
    assert alerts(ada, ada)[0]["state"] == "acknowledged"
