"""The page of who saw what: in words, day by day, emergencies first."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.accounts import ActorRole
from hub.quantities import Kind
from ingest_api.pages.preferences import Preferences
from ingest_api.pages.routes.access_log import ON_A_PAGE, days
from ingest_api.pages.visitor import Guest
from ingest_api.pages.words import Language
from ingest_api.settled import Entry
from tests.access.world import Holder, Somebody, World
from tests.pages.settling.visit import visit

PARIS = ZoneInfo("Europe/Paris")
EN, FR = Guest(Preferences(Language.EN)), Guest(Preferences(Language.FR))
MIDNIGHT = datetime(2026, 11, 21, 23, 0, tzinfo=UTC)  # in Paris


def entry(minutes: int, **said: Any) -> Entry:
    of: dict[str, Any] = {
        "name": "Dr Roux",
        "role": ActorRole.CLINICIAN,
        "act": "read",
        "kinds": (Kind.WEIGHT,),
        "emergency": False,
    }
    return Entry(number=minutes, at=MIDNIGHT + timedelta(minutes=minutes), **(of | said))


def test_a_day_ends_at_the_persons_midnight_and_repeated_looks_are_one_line() -> None:
    told = list(days(EN, [entry(20), entry(19), entry(5), entry(-1)], PARIS, {}))
    assert [(day.name, [(line.when, line.times) for line in day.lines]) for day in told] == [
        ("Sun 22 Nov 2026", [("00:05–00:20", "3 times")]),
        ("Sat 21 Nov 2026", [("23:59", "")]),
    ]


def test_what_differs_is_never_one_line() -> None:
    others: list[dict[str, Any]] = [{"emergency": True}, {"kinds": None}, {"name": "Dr House"}, {"act": "export"}]
    entries = [entry(30), *(entry(29 - n, **said) for n, said in enumerate(others))]
    (day,) = days(EN, entries, PARIS, {})
    assert [(line.who, line.act, line.what, line.emergency) for line in day.lines] == [
        ("Dr Roux", "Looked at", "weight", False),
        ("Dr Roux", "Looked at", "weight", True),
        ("Dr Roux", "Looked at", "everything", False),
        ("Dr House", "Looked at", "weight", False),
        ("Dr Roux", "Exported", "", False),
    ]


def test_the_person_is_not_called_by_a_number_and_an_act_nobody_named_yet_is_told_all_the_same() -> None:
    (day,) = days(FR, [entry(1, name="her id", act="dance", role=ActorRole.PERSON)], PARIS, {"her id": "La personne"})
    assert (day.lines[0].who, day.lines[0].act) == ("La personne", "A fait autre chose (dance)")


def test_an_emergency_stands_above_all_with_its_reason_and_the_person_counts_as_told(
    world: World, ada: Holder, doctor: Somebody
) -> None:
    doctor.api.post(ada.path("/emergency"), {"reason": "found <b>unconscious</b>"})
    doctor.api.get(ada.path("/latest"))
    sister = world.somebody(ActorRole.CAREGIVER)
    world.grant(ada, sister, delegate=True)
    visit(world, sister).page(f"/people/{ada.id}/access-log")
    told = "SELECT told_at IS NOT NULL FROM emergency WHERE person = %s"
    assert world.as_administrator(told, ada.number) == [(False,)]
    page = visit(world, ada).page(f"/people/{ada.id}/access-log")
    assert page.text.index("found <b>unconscious</b>") < page.text.index("Looked at everything In an emergency")
    assert world.as_administrator(told, ada.number) == [(True,)]


def test_refused_attempts_are_marked(world: World, ada: Holder, doctor: Somebody) -> None:
    doctor.api.get(ada.path("/latest"))
    assert "Asked, and was shown nothing Refused" in visit(world, ada).page(f"/people/{ada.id}/access-log").text


def test_older_pages_follow_without_a_gap(world: World, ada: Holder, doctor: Somebody) -> None:
    world.grant(ada, doctor)
    for n in range(ON_A_PAGE // 2 + 1):
        doctor.api.get(ada.path("/latest" if n % 2 else "/trends/weight"))
        doctor.api.get(ada.path("/trends/glucose"))
    browser = visit(world, ada)
    first = browser.page(f"/people/{ada.id}/access-log")
    (older,) = [at["href"] or "" for at in first.of("a") if "before=" in (at["href"] or "")]
    second = browser.page(older)
    assert "before=3" in older
    assert second.text.count("Looked at") == 2
    assert [at for at in second.of("a") if "before=" in (at["href"] or "")] == []
