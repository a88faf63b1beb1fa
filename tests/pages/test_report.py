"""The glucose report over the real application: whose days, which figures, and what it says of what is missing."""

import gzip
import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.database import Database, Role
from hub.measurements import Condition
from hub.quantities import Kind
from hub.readings import Reading
from hub.sharing import Sharing, Veil
from ingest_api.pages.views.report import LENGTHS, days_asked
from tests.access.world import Holder, World, glucose
from tests.pages.settling.visit import HOSTILE, Html, visit
from tests.support.clock import begun
from tests.support.readings import a_reading, mg_dl
from tests.timeseries.glucose.making import trace

PARIS = ZoneInfo("Europe/Paris")

HEAVIEST = 25_000
"""Bytes that the page may take, gzipped."""


def yesterday() -> date:
    """The last whole day."""
    return begun().astimezone(PARIS).date() - timedelta(days=1)


def midnight() -> datetime:
    """After it."""
    return datetime.combine(yesterday() + timedelta(days=1), time(), PARIS).astimezone(UTC)


def sensed(holder: Holder, days: float, value: float = 120, until: datetime | None = None) -> list[Reading]:
    """Every quarter of an hour, until the last midnight unless told."""
    until = until or midnight()
    return [
        a_reading(f"{value}{until}{n}", person=holder.number, device=holder.sensor.number, raw=mg_dl(value),
                  taken_at=until - timedelta(minutes=15 * (n + 1)))
        for n in range(round(days * 96))
    ]  # fmt: skip


def a_real_fortnight(holder: Holder) -> list[Reading]:
    """A week of a real trace, twice."""
    of = trace("cgmq_dexcom")
    last = of.at[-1].item().replace(tzinfo=UTC)
    return [
        a_reading(f"{ago}{n}", person=holder.number, device=holder.sensor.number, raw=mg_dl(value),
                  taken_at=at.replace(tzinfo=UTC) + (midnight() - last) - timedelta(days=ago, minutes=1))
        for ago in (0, 8)
        for n, (at, value) in enumerate(zip(of.at.tolist(), of.values.tolist(), strict=True))
    ]  # fmt: skip


@pytest.fixture(scope="module")
def world(lasting_database: Database) -> World:
    return World(lasting_database)


@pytest.fixture(scope="module")
def ada(world: World) -> Holder:
    """A real fortnight."""
    holder = world.holder("Ada")
    world.keep(*a_real_fortnight(holder))
    return holder


def of(world: World, holder: Holder, rest: str = "", language: str = "en") -> Html:
    return visit(world, holder, language).page(f"/people/{holder.id}/report{rest}")


def test_the_page_says_the_figures_that_the_api_says(world: World, ada: Holder) -> None:
    asked = {"from": (midnight() - timedelta(days=14)).isoformat(), "to": midnight().isoformat()}
    metrics = ada.api.get(ada.path("/trends/glucose"), **asked).json()["metrics"]
    text = of(world, ada).text
    assert f"Mean glucose goal <154 mg/dL {metrics['mean']:.0f}\N{NO-BREAK SPACE}mg/dL".replace("\xa0", " ") in text
    assert f"GMI) goal <7% ✓ met {metrics['gmi']:.1f}%" in text
    assert f"✓ met {metrics['cv']:.1f}%" in text
    assert f"{round(metrics['tir'])}%" in text


def test_it_says_who_when_born_and_which_days(world: World, ada: Holder) -> None:
    text = of(world, ada).text
    assert "Ada Martin Date of birth: 17 May 1980" in text
    first = yesterday() - timedelta(days=13)
    assert (
        f"{first.day} {first:%b} {first.year} – {yesterday().day} {yesterday():%b} {yesterday().year} · 14 whole days"
        in text
    )
    assert re.search(r"sensor active 9\d\.\d%", text)


def test_in_french_and_mmol_numbers_have_commas(world: World, ada: Holder) -> None:
    likes = {"Cookie": "vigie-preferences=fr.mmoll.light"}
    text = Html(ada.api.request("GET", f"/people/{ada.id}/report", headers=likes).text).text
    assert "Rapport glycémique" in text
    assert re.search(r"Glucose moyen objectif <.8,6.mmol/L \d,\d.mmol/L", text)
    assert re.search(r"Variabilité \(CV\) objectif ≤.36.% ✓ atteint \d\d,\d.%", text)


def test_today_is_not_over_and_does_not_count(world: World) -> None:
    holder = world.holder("Today")
    world.keep(*sensed(holder, 14, 120), glucose(holder, 390, timedelta(0)))
    assert "Highest 120 mg/dL" in of(world, holder).text


def test_the_first_and_the_last_minute_of_the_days_count_and_no_other(world: World) -> None:
    holder = world.holder("Edges")
    begin = midnight() - timedelta(days=14)
    inside = [(begin, 61), (midnight() - timedelta(minutes=1), 299)]
    outside = [(begin - timedelta(minutes=1), 41), (midnight(), 399)]
    world.keep(*sensed(holder, 13, 120, midnight() - timedelta(hours=12)), *(
        a_reading(f"edge{n}", person=holder.number, device=holder.sensor.number, raw=mg_dl(value), taken_at=at)
        for n, (at, value) in enumerate((*inside, *outside))
    ))  # fmt: skip
    text = of(world, holder).text
    assert "Lowest 61 mg/dL Highest 299 mg/dL" in text


def test_what_is_missing_is_said_with_its_reason(world: World) -> None:
    told = {}
    for days in (0, 0.5, 5, 14):
        holder = world.holder("Little")
        world.keep(*sensed(holder, days))
        told[days] = of(world, holder).text
    assert "The sensor said nothing in these days" in told[0]
    assert "less than a fourteenth" in told[0.5]
    assert "The sensor spoke for only 35.7% of 14 days" in told[5]
    assert "(GMI) it needs 14 days in 70% of which the sensor spoke –" in told[5]
    assert "it needs 14 days" not in told[14]
    assert ["Mean glucose" in each for each in told.values()] == [False, False, True, True]
    assert ["Daily profiles" in each for each in told.values()] == [False, True, True, True]


def test_what_the_sensor_could_not_measure_is_no_number(world: World) -> None:
    holder = world.holder("Low")
    low = {"raw": mg_dl(40), "value": None, "condition": Condition.BELOW_RANGE}
    world.keep(*sensed(holder, 14), a_reading("lo", person=holder.number, device=holder.sensor.number,
                                              taken_at=midnight() - timedelta(minutes=7), **low))  # fmt: skip
    text = of(world, holder).text
    assert "Lowest LO" in text
    assert "39" not in text.replace("399", "")


def test_what_is_hidden_is_not_in_the_report_of_whom_it_is_hidden_from(world: World) -> None:
    holder, doctor = world.holder("Hides"), world.clinician()
    world.keep(*sensed(holder, 14), *sensed(holder, 0.01, 333, midnight() - timedelta(minutes=5)))
    world.grant(holder, doctor)
    with world.database.transaction(Role.REGISTER) as connection:
        veil = Veil(Kind.GLUCOSE_INTERSTITIAL, since=midnight() - timedelta(minutes=30), until=midnight())
        Sharing(connection).hide(holder.number, veil, holder.account.number)
    path = f"/people/{holder.id}/report"
    assert "Highest 333 mg/dL" in visit(world, holder).page(path).text
    assert "Highest 120 mg/dL" in visit(world, doctor).page(path).text


def test_pregnancy_has_its_own_goals_and_no_others(world: World) -> None:
    holder = world.holder("Expects")
    world.as_administrator("UPDATE person SET conditions = '{pregnancy}' WHERE number = %s", holder.number)
    world.keep(*sensed(holder, 14))
    text = of(world, holder).text
    assert "Goals for pregnancy with type 1 diabetes" in text
    assert "63–140 mg/dL" in text
    assert "<154" not in text


def test_a_name_is_text_and_the_page_is_light(world: World) -> None:
    holder = world.holder(HOSTILE)
    world.keep(*a_real_fortnight(holder))
    html = visit(world, holder).get(f"/people/{holder.id}/report")
    assert Html(html.text).of("img") == []
    assert len(gzip.compress(html.content)) <= HEAVIEST


@pytest.mark.parametrize("query", ["?to=1900-01-01", "?to=9999-12-31", "?days=7", "?days=-1&to=2000-01-01"])
def test_an_odd_address_shows_the_nearest_days_there_are(world: World, ada: Holder, query: str) -> None:
    assert "14 days" in of(world, ada, query).text


def test_earlier_and_later_lead_from_days_to_the_days_beside_them(world: World, ada: Holder) -> None:
    links = [at["href"] or "" for at in of(world, ada).of("a") if "to=" in (at["href"] or "")]
    before = yesterday() - timedelta(days=14)
    assert links == [f"?days=14&to={before}"]
    back = [at["href"] for at in of(world, ada, links[0]).of("a") if "to=" in (at["href"] or "")]
    assert back == [f"?days=14&to={before - timedelta(days=14)}", f"?days=14&to={yesterday()}"]


def test_a_clinicians_note_stands_below_and_a_strangers_does_not(world: World, ada: Holder) -> None:
    doctor = world.clinician()
    world.grant(ada, doctor)
    assert visit(world, doctor).post(f"/people/{ada.id}/notes", {"text": "Check the nights"}).status_code == 303
    assert "Check the nights" in of(world, ada).text
    assert "Check the nights" in visit(world, doctor).page(f"/people/{ada.id}/report").text
    some = world.clinician()
    world.grant(ada, some, [Kind.GLUCOSE_INTERSTITIAL])
    assert "Check the nights" not in visit(world, some).page(f"/people/{ada.id}/report").text


@given(st.sampled_from(LENGTHS), st.dates(date(2001, 1, 1), date(2040, 1, 1)), st.integers(0, 40))
def test_days_are_whole_and_over_whatever_clocks_do(length: int, today: date, ago: int) -> None:
    now = datetime.combine(today, time(12), PARIS)
    days = days_asked(str(length), today - timedelta(days=ago), PARIS, now)
    since, until = (each.astimezone(PARIS) for each in (days.span.since, days.span.until))
    assert (since.time(), until.time()) == (time(), time())
    assert (until.date() - since.date()).days == length
    assert until <= now
    assert until.date() == min(today - timedelta(days=ago) + timedelta(days=1), today)
