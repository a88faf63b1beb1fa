"""The clinician's pages over the real application: who is listed, why, in which order; marks and notes."""

import re
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from hub.accounts import ActorRole
from hub.database import Database
from hub.quantities import Kind
from tests.access.world import Holder, Somebody, World
from tests.support.clock import begun
from tests.support.readings import a_reading, mg_dl

PARIS = ZoneInfo("Europe/Paris")
FRENCH = {"cookie": "vigie-preferences=fr.mmoll.light"}


def wear(world: World, given: str, value: float, days: float = 13.5) -> Holder:
    """Somebody whose sensor said that value every quarter of an hour."""
    holder = world.holder(given)
    world.keep(*(
        a_reading(f"{given}{n}", person=holder.number, device=holder.sensor.number, raw=mg_dl(value),
                  taken_at=begun() - timedelta(minutes=15 * n))
        for n in range(int(days * 96))
    ))  # fmt: skip
    return holder


class Ward:
    """One of each need, followed by one clinician."""

    def __init__(self, world: World) -> None:
        """All made and summarised."""
        self.world, self.doctor = world, world.clinician()
        self.fine, self.low, self.verylow = wear(world, "Fine", 110), wear(world, "Low", 60), wear(world, "Verylow", 50)
        self.high, self.little = wear(world, "<i>Hélène</i>", 200), wear(world, "Little", 110, days=5)
        self.without = world.holder("Without")
        for holder in (self.fine, self.low, self.verylow, self.high, self.little, self.without):
            world.grant(holder, self.doctor)
        world.settle()

    def listed(self, by: Somebody | None = None, **asked: str) -> str:
        answer = (by or self.doctor).api.get("/clinic", **asked)
        assert answer.status_code == 200, answer.text
        return answer.text


@pytest.fixture(scope="module")
def ward(lasting_database: Database) -> Ward:
    return Ward(World(lasting_database))


def names(html: str) -> list[str]:
    """Of the rows, in order."""
    return re.findall(r'<th scope="row"><a href="[^"]*">\S+ ([^<]*)</a>', html)


def flags(html: str) -> list[str]:
    return re.findall(r'class="flag [a-z-]+">([^<]*)<', html)


def drawn(html: str) -> list[str]:
    """Every figure and picture of the rows, without how long ago."""
    return re.findall(r'<td class="(?:why|number|drawn)".*?</td>', html, re.DOTALL)


def send(by: Somebody, path: str, **fields: str) -> httpx.Response:
    """As a form does."""
    return by.api.request("POST", path, data=fields)


# ── The list ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_those_who_need_most_come_first_each_with_one_reason(ward: Ward) -> None:
    html = ward.listed()
    assert names(html) == ["Verylow", "Low", "&lt;i&gt;Hélène&lt;/i&gt;", "Little", "Fine"]
    assert flags(html) == ["Very low", "Low", "Out of range", "Little data", "On target"]
    assert "100.0% of the time &lt;54\N{NO-BREAK SPACE}mg/dL (goal &lt;1%)" in html
    assert "0.0% of the time in range (goal &gt;70%)" in html


def test_those_without_data_are_a_list_of_their_own(ward: Ward) -> None:
    html = ward.listed(list="missing")
    assert (names(html), flags(html)) == (["Without"], ["No sensor"])


def test_a_list_of_one_reason_holds_those_alone_and_each_list_says_how_many_it_has(ward: Ward) -> None:
    html = ward.listed(list="low")
    assert names(html) == ["Low"]
    assert re.findall(r'<span class="count">(\d+)</span>', html) == ["5", "1", "1", "1", "1", "1", "1"]


@pytest.mark.parametrize("sought", ["hélène", "HELENE", " lène "])
def test_a_name_is_found_by_a_part_of_it_without_accents(ward: Ward, sought: str) -> None:
    assert names(ward.listed(q=sought)) == ["&lt;i&gt;Hélène&lt;/i&gt;"]


def test_a_name_that_nobody_has_is_said_so(ward: Ward) -> None:
    assert "Nobody is on this list." in ward.listed(q="%")


def test_it_is_told_in_french_and_mmol(ward: Ward) -> None:
    html = ward.doctor.api.request("GET", "/clinic", headers=FRENCH).text
    assert "100,0\N{NARROW NO-BREAK SPACE}% du temps &lt;\N{NARROW NO-BREAK SPACE}3,0\N{NO-BREAK SPACE}mmol/L" in html


def test_pages_follow_one_another_in_the_order_of_the_whole(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = names(ward.listed())
    monkeypatch.setattr("ingest_api.pages.routes.clinic.A_PAGE", 2)
    last = (len(whole) + 1) // 2
    pages = [ward.listed(page=str(number)) for number in range(1, last + 1)]
    assert [name for html in pages for name in names(html)] == whole
    assert ['rel="next"' in html for html in pages] == [*[True] * (last - 1), False]
    assert ['rel="prev"' in html for html in pages] == [False, *[True] * (last - 1)]


def test_a_clinician_whom_nobody_let_in_is_shown_nobody(ward: Ward) -> None:
    html = ward.listed(by=ward.world.clinician())
    assert names(html) == []
    assert "Nobody has given you access yet." in html


def test_an_empty_list_tells_how_many_there_are_on_the_others(ward: Ward) -> None:
    clinician, newcomer = ward.world.clinician(), ward.world.holder("Neo")
    ward.world.grant(newcomer, clinician)
    ward.world.settle()
    html = ward.listed(by=clinician)
    assert names(html) == []
    assert "Nobody is on this list." in html
    assert 'No data <span class="count">1</span>' in html


def test_whose_glucose_is_not_to_be_seen_stands_among_those_without_data(ward: Ward) -> None:
    partly = ward.world.clinician()
    ward.world.grant(ward.verylow, partly, [Kind.WEIGHT])
    assert (names(ward.listed(by=partly)), names(ward.listed(by=partly, list="missing"))) == ([], ["Verylow"])
    assert ">54" not in ward.listed(by=partly, list="missing")  # an id may hold it too


def test_what_is_hidden_has_no_influence_on_a_row(ward: Ward) -> None:
    holder, attending = wear(ward.world, "Hider", 110), ward.world.clinician()
    for each in (ward.doctor, attending):
        ward.world.grant(holder, each)
    holder.api.request("PUT", holder.path("/attending"), json={"account": attending.name})
    window = {"from": (begun() - timedelta(days=3)).isoformat(), "to": (begun() - timedelta(days=2)).isoformat()}
    assert holder.api.post(holder.path("/hidden"), {"kind": "glucose", **window}).status_code == 201
    ward.world.settle()
    before = ward.listed(q="Hider")
    about: dict[str, Any] = {"person": holder.number, "device": holder.sensor.number, "raw": mg_dl(45)}
    ward.world.keep(*(
        a_reading(f"hidden {n}", **about, taken_at=begun() - timedelta(days=2, minutes=7 + 15 * n)) for n in range(90)
    ))  # fmt: skip
    ward.world.settle()
    assert drawn(ward.listed(q="Hider")) == drawn(before)
    assert flags(ward.listed(q="Hider")) == ["On target"]
    assert flags(ward.listed(by=attending, q="Hider")) == ["Very low"]


def test_the_days_are_those_of_the_report_and_today_counts_in_neither(ward: Ward) -> None:
    holder = ward.world.holder("Today")
    midnight = datetime.combine(begun().astimezone(PARIS), time(), PARIS)
    ward.world.keep(*(
        a_reading(f"today {n}", person=holder.number, device=holder.sensor.number, taken_at=at, raw=mg_dl(value))
        for n in range(-96 * 14, 96)
        if (at := midnight + timedelta(minutes=15 * n)) <= begun()
        for value in [50 if n >= 0 else 200 if n >= -96 * 7 else 120]
    ))  # fmt: skip
    ward.world.grant(holder, ward.doctor)
    ward.world.settle()
    row, report = ward.listed(q="Today"), ward.doctor.api.get(f"/people/{holder.id}/report").text
    assert (flags(row), "50.0% of the time in range" in row) == (["Out of range"], True)
    assert ">50%</text>" in report
    assert "14 whole days" in row
    assert "14 whole days" in report


def test_open_alerts_are_counted_on_the_row(ward: Ward) -> None:
    ward.world.alert(ward.fine)
    assert re.search(r'/alerts">1 warning</a>', ward.listed(q="Fine"))


def test_a_page_of_the_list_holds_neither_style_nor_script_in_line(ward: Ward) -> None:
    html = ward.listed()
    assert not re.search(r"<script(?![^>]*src)|<style|\sstyle=|\son\w+=", html)
    assert "<i>Hélène" not in html


# ── Looked through ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_record_is_marked_as_reviewed_and_taken_back(ward: Ward) -> None:
    assert send(ward.doctor, f"/people/{ward.low.id}/reviewed", next="/clinic?list=low").headers["location"] == (
        "/clinic?list=low&done=reviewed"
    )
    html = ward.listed(list="low")
    path = re.search(rf"/people/{ward.low.id}/reviewed/[0-9a-f-]+/undo", html)
    assert path
    assert "just now" in html
    send(ward.doctor, path[0])
    assert "/undo" not in ward.listed(list="low")


def test_a_mark_is_shown_to_those_of_the_same_team_and_to_no_other_clinician(ward: Ward) -> None:
    team = ward.world.somebody(ActorRole.TEAM)
    colleague, stranger = ward.world.clinician(), ward.world.clinician()
    for member in (ward.doctor, colleague):
        ward.world.join(team, member)
    for each in (colleague, stranger):
        ward.world.grant(ward.little, each)
    send(ward.doctor, f"/people/{ward.little.id}/reviewed")
    assert ward.doctor.name in ward.listed(by=colleague)
    assert "/undo" not in ward.listed(by=colleague)
    assert ward.doctor.name not in ward.listed(by=stranger)


def test_a_form_leads_nowhere_else(ward: Ward) -> None:
    answer = send(ward.doctor, f"/people/{ward.fine.id}/reviewed", next="https://elsewhere.test/")
    assert answer.headers["location"] == "/?done=reviewed"


# ── Notes ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def written(ward: Ward, by: Somebody, holder: Holder) -> list[str]:
    html = by.api.get(f"/people/{holder.id}/notes").text
    return re.findall(r'<p class="note-text">([^<]*)</p>', html)


def test_a_note_is_read_by_the_person_and_taken_back_by_its_writer(ward: Ward) -> None:
    send(ward.doctor, f"/people/{ward.high.id}/notes", text="Call on <Monday>")
    assert written(ward, ward.doctor, ward.high) == written(ward, ward.high, ward.high) == ["Call on &lt;Monday&gt;"]
    html = ward.doctor.api.get(f"/people/{ward.high.id}/notes").text
    path = re.search(rf"/people/{ward.high.id}/notes/[0-9a-f-]+/take-back", html)
    assert path
    other = ward.world.clinician()
    ward.world.grant(ward.high, other)
    assert send(other, path[0]).status_code == 404
    send(ward.doctor, path[0])
    assert written(ward, ward.high, ward.high) == []


def test_a_note_written_before_something_was_hidden_is_not_shown_to_those_it_is_hidden_from(ward: Ward) -> None:
    holder, reader = wear(ward.world, "Noted", 110, days=1), ward.world.clinician()
    for each in (ward.doctor, reader):
        ward.world.grant(holder, each)
    send(ward.doctor, f"/people/{holder.id}/notes", text="before")
    holder.api.post(holder.path("/hidden"), {"kind": "weight"})
    send(ward.doctor, f"/people/{holder.id}/notes", text="after")
    assert written(ward, reader, holder) == ["after"]
    assert written(ward, ward.doctor, holder) == written(ward, holder, holder) == ["after", "before"]


def test_whoever_opened_the_record_in_an_emergency_writes_and_marks_nothing(ward: Ward) -> None:
    stranger = ward.world.clinician()
    ward.world.open_in_emergency(ward.fine, stranger)
    assert stranger.api.get(f"/people/{ward.fine.id}/notes").status_code == 200
    assert send(stranger, f"/people/{ward.fine.id}/notes", text="I was here").status_code == 404
    assert send(stranger, f"/people/{ward.fine.id}/reviewed").status_code == 404
