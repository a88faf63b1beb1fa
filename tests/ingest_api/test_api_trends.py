"""Trends over HTTP: the figures of a real trace, in the unit asked for, and what is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from hub.database import Database, Role
from hub.quantities import GLUCOSE_MG_DL_PER_MMOL_L, Kind, Quantity, Unit
from hub.records import DeviceKind, Person
from tests.ingest_api.test_api_register import problem
from tests.support.http import Api
from tests.support.readings import a_reading, kg, mg_dl
from tests.support.record import Record
from tests.timeseries.glucose.making import recommended, trace
from timeseries.glucose.series import moment
from timeseries.postgres_store import PostgresStore

FROM, TO = "2016-10-24T00:00:00Z", "2016-11-02T00:00:00Z"
"""Around the trace."""

Body = dict[str, Any]


@pytest.fixture(scope="module")
def worn(lasting_database: Database) -> Person:
    """Somebody who wore the sensor of a real trace."""
    person, device = Record(lasting_database).wearer(zone=ZoneInfo("UTC"))
    series = trace("cgmq_dexcom")
    readings = [
        a_reading(f"{n}", person=person.number, device=device.number, taken_at=moment(at), raw=mg_dl(float(value)))
        for n, (at, value) in enumerate(zip(series.at, series.values, strict=True))
    ]
    with lasting_database.transaction(Role.INTAKE) as connection:
        PostgresStore(connection).keep(readings)
    return person


@pytest.fixture(scope="module")
def weighed(lasting_database: Database) -> Person:
    """Somebody who lost 0.1 kg a day for 40 days, and once held a suitcase."""
    person, device = Record(lasting_database).wearer(DeviceKind.SCALE)
    start = datetime(2026, 6, 1, 6, tzinfo=UTC)
    common = {"person": person.number, "device": device.number}
    readings = [
        a_reading(
            f"{n}",
            kind=Kind.WEIGHT,
            raw=kg(80 - 0.1 * n + 15 * (n == 20)),
            taken_at=start + timedelta(days=n),
            **common,
        )
        for n in range(40)
    ]
    fat = a_reading("fat", kind=Kind.BODY_FAT, raw=Quantity(24.5, Unit.PERCENT), taken_at=start, **common)
    with lasting_database.transaction(Role.INTAKE) as connection:
        PostgresStore(connection).keep([*readings, fat])
    with lasting_database.transaction(Role.REGISTER) as connection:
        connection.execute("UPDATE person SET height_cm = 180 WHERE number = %s", (person.number,))
    return person


def trend(api: Api, person: UUID, what: str = "trends/glucose", **asked: Any) -> Body:
    answer = api.get(f"/v1/people/{person}/{what}", **{"from_": FROM, "to": TO} | asked)
    assert answer.status_code == 200, answer.text
    body: Body = answer.json()
    return body


@pytest.mark.parametrize(
    "metric",
    ["mean", "sd", "cv", "gmi", "tir", "titr", "gri", "lbgi", "hbgi", "adrr", "mage", "modd", "conga1", "j_index"],
)
def test_a_figure_is_what_the_fields_tool_gives(api: Api, worn: Person, metric: str) -> None:
    assert trend(api, worn.id)["metrics"][metric] == pytest.approx(recommended("cgmq_dexcom", metric), rel=1e-4)


def test_the_ranges_sum_to_a_hundred(api: Api, worn: Person) -> None:
    told = trend(api, worn.id)["metrics"]
    assert sum(told[name] for name in ("tbr2", "tbr1", "tir", "tar1", "tar2")) == pytest.approx(100)


def test_a_glucose_is_told_in_the_unit_asked_for_and_a_percentage_is_not(api: Api, worn: Person) -> None:
    mg, mmol = trend(api, worn.id), trend(api, worn.id, unit="mmol/L")
    assert mmol["metrics"]["mean"] == pytest.approx(mg["metrics"]["mean"] / GLUCOSE_MG_DL_PER_MMOL_L)
    assert mmol["metrics"]["tir"] == mg["metrics"]["tir"]
    assert (mg["metric_units"]["mean"], mmol["metric_units"]["mean"], mmol["metric_units"]["tir"]) == (
        "mg/dL", "mmol/L", "%",
    )  # fmt: skip


def test_it_says_over_what_it_was_taken(api: Api, worn: Person) -> None:
    told = trend(api, worn.id)
    assert (told["from"], told["to"], told["unit"], told["time_zone"]) == (FROM, TO, "mg/dL", "UTC")
    assert (told["readings"], told["days"], told["sufficient"]) == (2148, 9, False)


def test_a_period_cuts_exactly(api: Api, worn: Person) -> None:
    day = trend(api, worn.id, from_="2016-10-25T00:00:00Z", to="2016-10-26T00:00:00Z")
    halves = [
        trend(api, worn.id, from_="2016-10-25T00:00:00Z", to="2016-10-25T12:00:00Z"),
        trend(api, worn.id, from_="2016-10-25T12:00:00Z", to="2016-10-26T00:00:00Z"),
    ]
    assert day["readings"] == sum(half["readings"] for half in halves) > 200


def test_goals_say_what_they_are_held_against(api: Api, worn: Person) -> None:
    told = {goal["figure"]: goal for goal in trend(api, worn.id)["goals"]}
    assert told["tir"] | {"value": 0} == {
        "figure": "tir", "comparison": "above", "percent": 70.0, "value": 0, "met": True,
    }  # fmt: skip


def test_episodes_are_those_of_the_reference(api: Api, worn: Person) -> None:
    kinds = [episode["kind"] for episode in trend(api, worn.id)["episodes"]]
    assert kinds.count("hypo_level_1") == recommended("cgmq_dexcom", "ep_hypo_lv1_count")
    assert kinds.count("hyper_level_1") == recommended("cgmq_dexcom", "ep_hyper_lv1_count")


def test_nobody_without_readings_has_figures(api: Api, desk: Record) -> None:
    told = trend(api, desk.person().id)
    assert (told["readings"], told["goals"], told["episodes"]) == (0, [], [])
    assert set(told["metrics"].values()) == {None}


def test_the_profile_is_of_clock_times_that_five_days_have(api: Api, worn: Person) -> None:
    bins = trend(api, worn.id, "profile/glucose")["bins"]
    assert [each["minute"] for each in bins] == sorted({each["minute"] for each in bins})
    assert min(each["n"] for each in bins) >= 5
    assert all(b["p5"] <= b["p25"] <= b["p50"] <= b["p75"] <= b["p95"] for b in bins)


def test_a_profile_of_too_few_days_is_empty(api: Api, worn: Person) -> None:
    told = trend(api, worn.id, "profile/glucose", to="2016-10-27T00:00:00Z")
    assert told["bins"] == []


@pytest.mark.parametrize("what", ["trends/glucose", "profile/glucose", "trends/weight"])
def test_nobody_has_no_trend(api: Api, what: str) -> None:
    assert problem(api.get(f"/v1/people/{uuid4()}/{what}")) == (404, "not_found")


@pytest.mark.parametrize("what", ["trends/glucose", "profile/glucose", "trends/weight"])
@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"unit": "furlong"}, "unit_unknown"),
        ({"unit": "%"}, "unit_mismatch"),
        ({"from_": TO, "to": FROM}, "malformed"),
        ({"from_": "2014-01-01T00:00:00Z", "to": FROM}, "malformed"),
        ({"from_": "yesterday"}, "invalid_request"),
        ({"to": "0001-01-01T00:00:00+14:00"}, "malformed"),
        ({"from_": "0001-01-01T00:00:00Z", "to": "0001-03-01T00:00:00Z"}, "malformed"),
        ({"from_": "9999-12-01T00:00:00Z", "to": "9999-12-31T23:00:00Z"}, "malformed"),
    ],
)
def test_what_makes_no_trend_is_refused(api: Api, worn: Person, what: str, asked: Body, code: str) -> None:
    assert problem(api.get(f"/v1/people/{worn.id}/{what}", **asked)) == (422, code)


WEEKS = {"from_": "2026-06-15T00:00:00Z", "to": "2026-08-01T00:00:00Z"}


def test_a_weight_trend_shows_every_weighing_and_believes_not_all(api: Api, weighed: Person) -> None:
    points = trend(api, weighed.id, "trends/weight", **WEEKS)["points"]
    assert [point["value"] for point in points if point["outlier"]] == [93.0]
    assert len(points) == 26


def test_a_weight_trend_tells_slope_change_and_bmi(api: Api, weighed: Person) -> None:
    told = trend(api, weighed.id, "trends/weight", **WEEKS)
    assert told["slope_kg_per_week"] == pytest.approx(-0.7)
    assert told["change"]["7d"]["value"] == pytest.approx(-0.7, abs=0.05)
    assert (told["change"]["180d"], told["unit"]) == (None, "kg")
    assert 23 < told["bmi"] < 25


def test_a_weight_trend_in_pounds(api: Api, weighed: Person) -> None:
    told = trend(api, weighed.id, "trends/weight", unit="lb", **WEEKS)
    assert told["points"][0]["value"] == pytest.approx(78.6 / 0.45359237)
    assert (told["unit"], told["slope_kg_per_week"]) == ("lb", pytest.approx(-0.7))


def test_body_composition_stands_beside_its_weighing(api: Api, weighed: Person) -> None:
    told = trend(api, weighed.id, "trends/weight", from_="2026-06-01T00:00:00Z", to="2026-08-01T00:00:00Z")
    assert [(each["taken_at"], each["body_fat"]) for each in told["composition"]] == [("2026-06-01T06:00:00Z", 24.5)]
