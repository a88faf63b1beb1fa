"""A person's first page: what it says, to whom, and what it does not."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from hub.accounts import ActorRole
from hub.database import Role
from hub.measurements import Condition
from hub.quantities import Kind
from hub.sharing import Sharing, Veil
from tests.access.world import Holder, World, glucose, weight
from tests.pages.browser import Browser, Page
from tests.pages.conftest import Opens
from tests.support.clock import begun
from tests.support.readings import a_reading, mg_dl

MINUTES = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def now_is_each_tests_own() -> None:
    """Pages say how many minutes ago: a test that comes late in the file is told another number, or of a silence."""
    begun.cache_clear()


def page_of(holder: Holder) -> str:
    return f"/people/{holder.id}"


def told_of(browser: Browser, holder: Holder) -> str:
    """Their page, but for who they are and when it was asked."""
    page = browser.page(page_of(holder)).answer.text.replace(str(holder.id), "")
    return re.sub('data-(told-at|after)="[^"]*"', "", page)


def at_one_moment(told: Callable[[Holder], str], one: Holder, other: Holder) -> tuple[str, str]:
    """What is told of both while nothing moves on with the clock: curves do, and how many minutes ago."""
    return next(
        (before, others)
        for before, others, after in ((told(one), told(other), told(one)) for _ in range(20))
        if before == after
    )


def banners(page: Page) -> str:
    """What warns on it now."""
    return " ".join(each.text for each in page.all("p", class_="banner") if "hidden" not in each.attributes)


def test_the_glucose_of_now_is_told_in_either_language_and_unit(world: World, opens: Opens) -> None:
    ada = world.holder()
    world.keep(*(glucose(ada, 126 - 4 * n, (10 - 5 * n) * MINUTES) for n in range(3)))
    english, french = opens(ada).page(page_of(ada)), opens(ada, "fr.mmoll.dark").page(page_of(ada))
    keys = ("value", "unit", "arrow", "arrow_word", "status", "source")
    assert [english.live(key) for key in keys] == ["118", "mg/dL", "→", "steady", "In target", "Sensor"]
    assert [french.live(key) for key in keys] == ["6,5", "mmol/L", "→", "stable", "Dans la cible", "Capteur"]


def test_an_old_number_looks_old(world: World, opens: Opens) -> None:
    ada = world.holder()
    world.keep(glucose(ada, 118, 40 * MINUTES))
    page = opens(ada).page(page_of(ada))
    now = page.one("section", data_live_now="")
    assert (now["data-age"], now["data-zone"], page.live("arrow")) == ("silent", "", "")
    assert page.live("status") == "Too old to go by"


def test_what_the_sensor_could_not_measure_is_lo_and_never_a_number(world: World, opens: Opens) -> None:
    ada = world.holder()
    low: dict[str, Any] = {"raw": mg_dl(40), "value": None, "condition": Condition.BELOW_RANGE}
    about: dict[str, Any] = {"person": ada.number, "device": ada.sensor.number, "taken_at": begun()}
    world.keep(glucose(ada, 75, 10 * MINUTES), glucose(ada, 62, 5 * MINUTES), a_reading("lo", **about, **low))
    page = opens(ada).page(page_of(ada))
    assert (page.live("value"), page.live("status")) == ("LO", "Very low")
    assert "39\N{NO-BREAK SPACE}mg/dL" not in page.one("svg", role="img")["aria-label"]


def test_a_control_solution_and_a_sensors_fault_are_nobodys_glucose(world: World, opens: Opens) -> None:
    ada = world.holder()
    odd: dict[str, Any] = {"person": ada.number, "device": ada.sensor.number}
    world.keep(
        glucose(ada, 100, 9 * MINUTES),
        a_reading("c", **odd, raw=mg_dl(222), condition=Condition.CONTROL_SOLUTION, taken_at=begun() - 4 * MINUTES),
        a_reading("f", **odd, raw=mg_dl(333), condition=Condition.SENSOR_FAULT, taken_at=begun() - 2 * MINUTES),
    )
    page = opens(ada).page(page_of(ada))
    assert page.live("value") == "100"
    assert [number for number in ("222", "333") if number in page.said] == []


def test_a_fresh_sensor_goes_before_a_meter_and_a_meter_before_an_old_sensor(world: World, opens: Opens) -> None:
    ada, bob = world.holder(), world.holder()
    for holder, ago in ((ada, 6), (bob, 26)):
        pricked: dict[str, Any] = {"kind": Kind.GLUCOSE_CAPILLARY, "raw": mg_dl(140), "taken_at": begun()}
        meter = a_reading("m", person=holder.number, device=holder.sensor.number, **pricked)
        world.keep(glucose(holder, 100, ago * MINUTES), meter)
    told = [opens(each).page(page_of(each)) for each in (ada, bob)]
    assert [(page.live("value"), page.live("source")) for page in told] == [("100", "Sensor"), ("140", "Meter")]


def test_somebody_new_is_told_what_to_do_next(world: World, opens: Opens) -> None:
    nora = world.holder()
    page = opens(nora, "fr.mgdl.device").page(page_of(nora))
    assert "Pas encore de mesure de glucose." in page.said
    assert page.all("a", href=f"{page_of(nora)}/devices")
    assert page.all("svg") == []


def test_whoever_was_let_in_to_weights_finds_no_trace_of_glucose(world: World, opens: Opens) -> None:
    ada, carer = world.measured(), world.somebody(ActorRole.CAREGIVER)
    world.alert(ada)
    world.grant(ada, carer, [Kind.WEIGHT])
    pages = [opens(carer).page(page_of(ada) + rest) for rest in ("", "/glucose", "/alerts")]
    assert "70.0" in pages[0].said
    assert [
        word for page in pages for word in ("100", "110", "120", "Low glucose", "Prevention") if word in page.said
    ] == []


def test_what_is_hidden_has_no_part_in_what_others_are_told(world: World, opens: Opens) -> None:
    ada, twin, doctor = world.holder(), world.holder(), world.clinician()
    for holder in (ada, twin):
        world.keep(glucose(holder, 100, 20 * MINUTES), glucose(holder, 104, 10 * MINUTES), weight(holder, 70, MINUTES))
        world.grant(holder, doctor)
    world.keep(glucose(ada, 45, 5 * MINUTES))
    with world.database.transaction(Role.REGISTER) as connection:
        veil = Veil(Kind.GLUCOSE_INTERSTITIAL, since=begun() - 7 * MINUTES)
        Sharing(connection).hide(ada.number, veil, ada.account.number)
    world.settle()
    hers, twins = at_one_moment(partial(told_of, opens(doctor)), ada, twin)
    assert hers == twins
    assert opens(ada).page(page_of(ada)).live("value") == "45"


def test_in_an_emergency_every_page_says_so_and_nothing_can_be_settled(world: World, opens: Opens) -> None:
    ada, doctor = world.measured(), world.clinician()
    world.alert(ada)
    world.open_in_emergency(ada, doctor)
    for rest in ("", "/glucose", "/weight", "/alerts", "/prevention"):
        page = opens(doctor).page(page_of(ada) + rest)
        assert "You opened this record in an emergency" in banners(page)
        assert [form["action"] for form in page.all("form")] == ["/sign-out"]
    assert banners(opens(ada).page(page_of(ada))) == ""


def test_the_person_reads_who_looked(world: World, opens: Opens) -> None:
    ada, doctor, other = world.measured(), world.clinician(), world.clinician()
    world.grant(ada, doctor)
    world.open_in_emergency(ada, other)
    for each in (doctor, doctor, other):
        opens(each).page(page_of(ada))
    said = opens(ada).page(page_of(ada)).said
    assert f"{doctor.name} (professional) looked 2 times" in said
    assert f"In an emergency: {other.name} (professional) looked once" in said
    assert "Who looked" not in opens(doctor).page(page_of(ada)).said


def test_a_neighbour_who_looked_is_not_taken_for_the_person(world: World, opens: Opens) -> None:
    ada, bob = world.measured("Ada"), world.measured("Bob")
    world.grant(ada, bob)
    opens(bob).page(page_of(ada))
    said = opens(ada).page(page_of(ada)).said
    assert "another person looked once" in said
    assert "the person looked" not in said


def test_looking_enters_the_log_once_a_page(world: World, opens: Opens) -> None:
    ada, doctor = world.measured(), world.clinician()
    world.grant(ada, doctor)
    for rest in ("", "/glucose", "/weight", "/alerts", "/prevention"):
        opens(doctor).page(page_of(ada) + rest)
    entries = ada.api.get(ada.path("/access-log")).json()["accesses"]
    assert [(entry["who"], entry["act"]) for entry in entries] == [(doctor.name, "read")] * 5


def test_a_page_is_about_one_person_whoever_else_one_sees(world: World, opens: Opens) -> None:
    ada, bob, doctor = world.measured("Ada"), world.measured("Bob"), world.clinician()
    for holder in (ada, bob):
        world.grant(holder, doctor)
    world.alert(bob)
    pages = {each.person.given: opens(doctor).page(page_of(each)).said for each in (ada, bob)}
    assert {name: "Low glucose" in said for name, said in pages.items()} == {"Ada": False, "Bob": True}


def test_a_look_over_everybody_enters_each_ones_log(world: World, opens: Opens) -> None:
    holders, doctor = [world.measured("Ada"), world.measured("Bob")], world.clinician()
    for holder in holders:
        world.grant(holder, doctor)
    opens(doctor).page("/people")
    logs = [each.api.get(each.path("/access-log")).json()["accesses"] for each in holders]
    assert [[(entry["who"], entry["act"]) for entry in log] for log in logs] == [[(doctor.name, "read")]] * 2


def test_a_caregivers_start_is_everybody_they_may_see_the_alarmed_first(world: World, opens: Opens) -> None:
    anna, zoe, carer = world.measured("Anna"), world.measured("Zoe"), world.somebody(ActorRole.CAREGIVER)
    assert "Nobody shares a record with you yet." in opens(carer).page("/people").said
    for holder in (anna, zoe):
        world.grant(holder, carer)
    world.alert(zoe)
    assert opens(carer).get("/").headers["location"] == "/people"
    page = opens(carer).page("/people")
    assert [link.text for link in page.all("a") if link["href"] in (page_of(anna), page_of(zoe))] == [
        "Zoe Martin", "Anna Martin",
    ]  # fmt: skip
    assert "1 alert going on" in page.said


@pytest.mark.parametrize(("role", "place"), [(ActorRole.CLINICIAN, "/clinic"), (ActorRole.ADMIN, "/first-run")])
def test_everybody_starts_where_their_work_is(world: World, opens: Opens, role: ActorRole, place: str) -> None:
    name = "administrator" if role is ActorRole.ADMIN else None
    assert opens(world.somebody(role, name)).get("/").headers["location"] == place


def test_a_persons_start_is_their_own_record(world: World, opens: Opens) -> None:
    ada = world.holder()
    assert opens(ada).get("/").headers["location"] == page_of(ada)
