"""The page of what is hidden: said first, hidden then, shown again whole."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from hub.accounts import ActorRole
from hub.quantities import Kind
from hub.sharing import May
from ingest_api.pages.hiding import Chosen, chosen, reading_field, together
from ingest_api.pages.settings import GROUPS
from ingest_api.settled import Hidden
from tests.access.world import Holder, Somebody, World, glucose
from tests.pages.settling.visit import Html, visit
from tests.support.clock import begun

PARIS = ZoneInfo("Europe/Paris")


def hidden(world: World, ada: Holder) -> int:
    return len(world.as_administrator("SELECT 1 FROM hidden WHERE person = %s AND lifted_at IS NULL", ada.number))


def latest(ada: Holder, who: Somebody) -> list[tuple[str, float, str]]:
    """What somebody sees of her, but for its age."""
    told = who.api.get(ada.path("/latest")).json()["latest"]
    return [(each["kind"], each["value"], each["taken_at"]) for each in told]


def test_nothing_is_hidden_before_it_was_said_what_others_will_not_know(world: World, ada: Holder) -> None:
    answer = visit(world, ada).post(f"/people/{ada.id}/hidden", {"what": "weight"})
    page = Html(answer.text)
    assert answer.status_code == 200
    assert hidden(world, ada) == 0
    assert "in an emergency either" in page.text
    assert "No alert made of it reaches anybody else" in page.text
    assert "all there is and all to come (2 readings so far)" in page.text
    kept = {at["name"]: at["value"] for at in page.of("input") if at["name"] != "csrf"}
    assert kept == {"what": "weight"}


def test_what_is_hidden_is_gone_for_others_listed_once_and_comes_back_whole(
    world: World, ada: Holder, doctor: Somebody
) -> None:
    world.grant(ada, doctor)
    before = latest(ada, doctor)
    browser = visit(world, ada)
    page = browser.done(f"/people/{ada.id}/hidden", {"what": "glucose", "sure": "yes"})
    assert hidden(world, ada) == len(GROUPS["glucose"])
    assert "glucose: all there is and all to come" in page.text
    assert "glucose" not in str(doctor.api.get(ada.path("/latest")).json())
    (items,) = [at["value"] for at in page.of("input") if at["name"] == "items"]
    shown = browser.done(f"/people/{ada.id}/hidden/show", {"items": items or ""})
    assert "Nothing is hidden." in shown.text
    assert latest(ada, doctor) == before


def test_one_reading_is_chosen_from_its_day_and_hidden_alone(world: World, ada: Holder, doctor: Somebody) -> None:
    world.grant(ada, doctor)
    browser, day = visit(world, ada), begun().astimezone(PARIS).date().isoformat()
    listed = browser.page(f"/people/{ada.id}/hidden?day={day}&group=weight")
    fields = [at["value"] or "" for at in listed.of("button") if at.get("name") == "reading"]
    newest = max(fields, key=lambda field: field.split(" ")[2])
    question = browser.post(f"/people/{ada.id}/hidden", {"reading": newest})
    assert "(1 reading so far)" in Html(question.text).text
    page = browser.done(f"/people/{ada.id}/hidden", {"reading": newest, "sure": "yes"})
    assert "One reading: weight" in page.text
    weights = {
        "kind": "weight",
        "from_": (begun() - timedelta(days=3)).isoformat(),
        "to": datetime.now(UTC).isoformat(),
    }
    seen, own = (who.get(ada.path("/readings"), **weights).json()["readings"] for who in (doctor.api, ada.api))
    assert len(own) - len(seen) == 1


def test_a_device_and_a_time_narrow_what_is_hidden(world: World, ada: Holder, doctor: Somebody) -> None:
    world.grant(ada, doctor)
    world.keep(glucose(ada, 222, timedelta(days=10)))
    asked = {"what": "everything", "device": str(ada.sensor.id), "to": (begun() - timedelta(days=5)).date().isoformat()}
    page = visit(world, ada).done(f"/people/{ada.id}/hidden", asked | {"sure": "yes"})
    assert "everything, from Glucose sensor: until" in page.text
    told = {"kind": "glucose", "from_": (begun() - timedelta(days=20)).isoformat(), "to": datetime.now(UTC).isoformat()}
    seen = doctor.api.get(ada.path("/readings"), **told).json()["readings"]
    assert [reading["value"] for reading in seen] == [120.0, 110.0, 100.0]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"what": "nothing known"},
        {"what": "weight", "from": "2026-03-02", "to": "2026-03-01"},
        {"what": "weight", "device": "mine"},
        {"reading": "all of them"},
        {"reading": f"{uuid4()} weight yesterday"},
    ],
)
def test_what_no_form_says_hides_nothing(world: World, ada: Holder, asked: dict[str, str]) -> None:
    answer = visit(world, ada).post(f"/people/{ada.id}/hidden", asked | {"sure": "yes"})
    assert answer.status_code == 422
    assert "Nothing was hidden" in answer.text
    assert hidden(world, ada) == 0


def test_anothers_hidden_thing_cannot_be_shown(world: World, ada: Holder) -> None:
    eve = world.holder("Eve")
    visit(world, ada).done(f"/people/{ada.id}/hidden", {"what": "weight", "sure": "yes"})
    ((item,), *_) = world.as_administrator("SELECT id FROM hidden WHERE person = %s", ada.number)
    assert visit(world, eve).post(f"/people/{eve.id}/hidden/show", {"items": str(item)}).status_code == 404
    assert visit(world, ada).post(f"/people/{ada.id}/hidden/show", {"items": "x"}).status_code == 404
    assert hidden(world, ada) == len(GROUPS["weight"])


def test_a_delegate_is_not_shown_what_is_hidden_from_them(world: World, ada: Holder) -> None:
    sister = world.somebody(ActorRole.CAREGIVER)
    world.grant(ada, sister, delegate=True, may=[May.HIDE])
    visit(world, ada).done(f"/people/{ada.id}/hidden", {"what": "weight", "sure": "yes"})
    day = begun().astimezone(PARIS).date().isoformat()
    page = visit(world, sister).page(f"/people/{ada.id}/hidden?day={day}&group=weight")
    assert "Nothing is hidden" in page.text
    assert [at for at in page.of("button") if at.get("name") == "reading"] == []


def test_a_reading_says_itself_in_one_field() -> None:
    key, at = uuid4(), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    read = chosen({"reading": reading_field(key, Kind.WEIGHT, at)}, PARIS)
    assert (read.kinds, read.reading, read.since) == ((Kind.WEIGHT,), key, at)
    assert [veil.reading for veil in read.veils()] == [key]


def test_kinds_hidden_alike_are_one_line_and_others_another() -> None:
    ids, at = [uuid4() for _ in range(4)], datetime(2026, 3, 1, tzinfo=UTC)
    items = [
        Hidden(ids[0], Kind.WEIGHT, None, None, None, None),
        Hidden(ids[1], Kind.HEIGHT, None, None, None, None),
        Hidden(ids[2], Kind.HEIGHT, None, None, at, None),
        Hidden(ids[3], None, None, None, None, None),
    ]
    assert together(items) == [
        (Chosen((Kind.WEIGHT, Kind.HEIGHT)), (ids[0], ids[1])),
        (Chosen((Kind.HEIGHT,), since=at), (ids[2],)),
        (Chosen(), (ids[3],)),
    ]
