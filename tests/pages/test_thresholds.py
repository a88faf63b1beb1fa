"""The page of thresholds over the real application: what is shown, set, tried, and refused."""

from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Any

import pytest

from alerts.replay import replay, sensed
from alerts.rule import Subject
from alerts.thresholds import Below, Limit, Thresholds
from alerts.trial import told_of
from hub.database import Database
from hub.quantities import Kind, Unit
from ingest_api.pages.threshold_form import NAMES, parts, switch, typed
from tests.access.world import Holder, Somebody, World
from tests.pages.settling.visit import Html, visit
from tests.support.clock import begun
from tests.support.readings import a_reading, mg_dl
from tests.timeseries.glucose.making import PARIS, every, trace

BOTH = frozenset({Kind.GLUCOSE_INTERSTITIAL, Kind.WEIGHT})


def form_of(of: Thresholds, unit: Unit = Unit.MG_DL, **instead: str) -> dict[str, str]:
    """What a browser sends of the untouched form, but for those."""
    numbers = {
        part.field: "" if part.value is None else f"{part.value:.{part.decimals}f}"
        for name in NAMES for part in parts(of, name, unit)
    }  # fmt: skip
    switches = {f"{name}.on": "on" for name in NAMES if switch(of, name)}
    told = {name.replace("__", "."): value for name, value in instead.items()}
    return numbers | switches | {"unit": str(unit), "after": str(of.version)} | told


@pytest.fixture(scope="module")
def world(lasting_database: Database) -> World:
    return World(lasting_database)


@pytest.fixture
def ada(world: World) -> Holder:
    return world.holder("Ada")


@pytest.fixture
def doctor(world: World, ada: Holder) -> Somebody:
    """Follows all of Ada's."""
    told = world.clinician()
    world.grant(ada, told)
    return told


def path(holder: Holder) -> str:
    return f"/people/{holder.id}/thresholds"


def in_force(holder: Holder) -> dict[str, Any]:
    told: dict[str, Any] = holder.api.get(holder.path("/thresholds")).json()["now"]
    return told


@pytest.mark.parametrize("unit", [Unit.MG_DL, Unit.MMOL_L])
def test_an_untouched_form_changes_nothing_in_either_unit(unit: Unit) -> None:
    odd = Thresholds(low=Below(Limit(77.3, Unit.MG_DL), 15), night_low=Below(Limit(4.4, Unit.MMOL_L), 20))
    for of in (Thresholds(), odd):
        assert typed(form_of(of, unit), of, BOTH) == of


def test_a_number_is_meant_in_the_unit_the_form_was_shown_in() -> None:
    now = Thresholds()
    assert typed(form_of(now, Unit.MMOL_L, low__limit="4,2"), now, BOTH).low.limit == Limit(4.2, Unit.MMOL_L)
    assert typed(form_of(now, Unit.MG_DL, low__limit="75"), now, BOTH).low.limit == Limit(75, Unit.MG_DL)


def test_what_may_be_set_can_be_set_at_both_ends_of_what_is_said() -> None:
    now = Thresholds()
    for unit in (Unit.MG_DL, Unit.MMOL_L):
        for part in (part for name in NAMES for part in parts(now, name, unit)):
            for end in (part.low, part.high):
                typed({**form_of(now, unit), part.field: f"{end:g}"}, now, BOTH)


def test_a_clinician_sets_a_low_and_everybody_reads_who_and_what(world: World, ada: Holder, doctor: Somebody) -> None:
    text = visit(world, doctor).done(path(ada), form_of(Thresholds(), low__limit="75", high__on="on")).text
    assert "They hold from now on." in text
    assert in_force(ada)["thresholds"]["low"]["limit"] == {"value": 75, "unit": "mg/dL"}
    seen = visit(world, ada).page(path(ada)).text
    assert "Version 1, " in seen
    assert doctor.name in seen
    assert "Low glucose: under 70 mg/dL for 15 min → under 75 mg/dL for 15 min" in seen
    assert "High glucose: off → over 180 mg/dL for 15 min" in seen


@pytest.mark.parametrize(
    "instead",
    [{"urgent_low.limit": "40"}, {"low.limit": "abc"}, {"low.limit": ""}, {"low.limit": "1e2"},
     {"silence.minutes": "12.5"}, {"low.limit": "-70"}, {"unit": "g"}, {"low.limit": "3.9"}],
)  # fmt: skip
def test_what_cannot_be_set_is_refused_and_stays_typed(
    world: World, ada: Holder, doctor: Somebody, instead: Mapping[str, str]
) -> None:
    answer = visit(world, doctor).post(path(ada), form_of(Thresholds()) | dict(instead))
    assert answer.status_code == 422
    page = Html(answer.text)
    assert "Nothing was changed" in page.text
    values = {at.get("name"): at.get("value") for at in page.of("input")}
    assert {name: values[name] for name in values if name == "low.limit"} == {
        "low.limit": instead.get("low.limit", "70")
    }
    assert in_force(ada)["version"] == 0


def test_what_must_ring_has_no_switch(world: World, ada: Holder, doctor: Somebody) -> None:
    names = {at.get("name") for at in visit(world, doctor).page(path(ada)).of("input")}
    assert {"urgent_low.limit", "silence.minutes", "low.on"} <= names
    assert {"urgent_low.on", "silence.on"} & names == set()


def test_thresholds_set_meanwhile_are_not_overwritten(world: World, ada: Holder, doctor: Somebody) -> None:
    browser = visit(world, doctor)
    browser.done(path(ada), form_of(Thresholds(), low__limit="75"))
    answer = browser.post(path(ada), form_of(Thresholds(), low__limit="65"))
    assert (answer.status_code, in_force(ada)["thresholds"]["low"]["limit"]["value"]) == (422, 75)
    assert "meanwhile" in Html(answer.text).text


def test_whoever_follows_weight_alone_can_set_nothing_of_glucose(world: World, ada: Holder) -> None:
    some = world.clinician()
    world.grant(ada, some, [Kind.WEIGHT])
    names = {at.get("name") for at in visit(world, some).page(path(ada)).of("input")}
    assert "weight_gain.kg" in names
    assert "low.limit" not in names
    visit(world, some).done(path(ada), form_of(Thresholds(), low__limit="99", weight_gain__kg="3"))
    told = in_force(ada)["thresholds"]
    assert (told["low"]["limit"]["value"], told["weight_gain"]["kg"]) == (70, 3)


def test_those_who_may_not_set_see_no_form(world: World, ada: Holder, doctor: Somebody) -> None:
    hurried = world.clinician()
    world.open_in_emergency(ada, hurried)
    for who in (ada, hurried):
        page = visit(world, who).page(path(ada))
        assert "under 54 mg/dL, at once" in page.text
        assert [at for at in page.of("form") if at.get("action") == path(ada)] == []
    assert visit(world, ada).post(path(ada), form_of(Thresholds())).status_code == 403
    assert visit(world, hurried).post(path(ada), form_of(Thresholds(), low__limit="80")).status_code == 404
    assert in_force(ada)["version"] == 0


def low_for_half_an_hour(world: World, holder: Holder) -> None:
    """68 mg/dL once a day for a week, else 120."""
    world.keep(*(
        a_reading(f"r{n}", person=holder.number, device=holder.sensor.number,
                  raw=mg_dl(68 if n % 96 in (40, 41, 42) else 120), taken_at=begun() - timedelta(minutes=15 * n))
        for n in range(7 * 96)
    ))  # fmt: skip


def test_a_trial_counts_and_changes_nothing(world: World, ada: Holder, doctor: Somebody) -> None:
    low_for_half_an_hour(world, ada)
    form = form_of(Thresholds(), low__limit="65", night_low__limit="65") | {"try": "yes"}
    answer = visit(world, doctor).post(path(ada), form)
    text = Html(answer.text).text
    assert answer.status_code == 200
    assert "With these it would have rung for 0 episodes in 14 days; as it is now, for 7" in text
    assert [at["value"] for at in Html(answer.text).of("input") if at.get("name") == "low.limit"] == ["65"]
    assert in_force(ada)["version"] == 0


def test_a_trial_is_entered_as_reading_glucose(world: World, ada: Holder, doctor: Somebody) -> None:
    visit(world, doctor).post(path(ada), form_of(Thresholds()) | {"try": "yes"})
    newest = ada.api.get(ada.path("/access-log")).json()["accesses"][0]
    assert (newest["who"], newest["act"], newest["kinds"]) == (doctor.name, "read", ["glucose_interstitial"])


def test_a_trial_finds_what_the_walk_through_the_readings_raises() -> None:
    """Two days of a real trace: the quick look and the whole walk, by the same rules."""
    whole = trace("cgmq_dexcom")
    since = whole.at[0].item().replace(tzinfo=UTC) + timedelta(days=2)
    until = since + timedelta(days=1)
    subject, thresholds = Subject(PARIS, begun().date()), Thresholds()
    history = sensed(whole.between(since - timedelta(days=1), until), subject, [thresholds])
    raised = [event for event in replay(history, since, until) if event.what == "raised"]
    counted = told_of(history, thresholds, since, until)
    assert sum(counted.values()) > 0
    assert counted == {rule: sum(event.rule == rule for event in raised) for rule in counted}
    assert {event.rule for event in raised} - {"predicted_low", "sensor_silence"} == set(counted)


def test_a_version_set_today_is_tried_on_all_the_days_before() -> None:
    of = every(5, [120] * 12 + [90] * 12 + [120] * 12)
    begin = of.at[0].item().replace(tzinfo=UTC)
    late = Thresholds(valid_from=begun(), low=Below(Limit(100, Unit.MG_DL), 15))
    history = sensed(of, Subject(PARIS, begun().date()))
    assert told_of(history, late, begin, begin + timedelta(hours=3)) == {"low": 1}


def test_a_low_that_has_only_just_begun_is_not_counted() -> None:
    of = every(5, [120] * 12 + [60] * 2)
    begin = of.at[0].item().replace(tzinfo=UTC)
    history = sensed(of, Subject(PARIS, begun().date()))
    assert told_of(history, Thresholds(), begin, begin + timedelta(minutes=66)) == {}
