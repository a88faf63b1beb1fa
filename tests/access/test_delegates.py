"""What those who act for a person may settle: what was given to them, and until when a minor is represented."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.accounts import ActorRole
from hub.records import Sex
from hub.sharing import May
from ingest_api.pages.routes.sharing import OF_AGE
from ingest_api.whose import Whose
from tests.access.test_sharing import end, kinds_seen, sees, settle
from tests.access.world import Holder, Somebody, World
from tests.ingest_api.test_api_register import problem

SETTLED_BY: dict[May, list[tuple[str, str, dict[str, Any]]]] = {
    May.SHARE: [
        ("POST", "/grants", {"to": "friend"}), ("DELETE", "/grants/{grant}", {}),
        ("POST", "/blocks", {"account": "friend"}), ("DELETE", "/blocks/friend", {}),
        ("PUT", "/attending", {"account": None}), ("PUT", "/oppositions", {"regulation": True, "break_glass": True}),
    ],
    May.HIDE: [("POST", "/hidden", {"kind": "height"}), ("DELETE", "/hidden/{item}", {})],
    May.LEAVE: [("POST", "/collection", {"stopped": True}), ("DELETE", "", {"confirm": "{id}"})],
}  # fmt: skip


@pytest.fixture
def ada(world: World) -> Holder:
    """With readings of today, of age."""
    return world.measured("Ada")


@pytest.fixture
def sister(world: World) -> Somebody:
    """Nobody let her in yet."""
    return world.somebody(ActorRole.CAREGIVER)


@pytest.fixture
def office(world: World) -> Somebody:
    """Who keeps the records."""
    return world.somebody(ActorRole.ADMIN, "administrator")


def ask(ada: Holder, by: Somebody, call: tuple[str, str, dict[str, Any]], **named: object) -> int:
    """What it is answered with; what it names is made for it."""
    method, path, body = call
    said = {name: value.format(id=ada.id) if isinstance(value, str) else value for name, value in body.items()}
    return by.api.request(method, ada.path(path.format(**named)), json=said).status_code


def born(world: World, ada: Holder, years: int, days: int = 0, zone: str = "Europe/Paris") -> None:
    """Make Ada that old, and that many days, where she lives."""
    world.as_administrator(
        "UPDATE person SET time_zone = %s, birth_date = (now() AT TIME ZONE %s)::date "
        "- make_interval(years => %s, days => %s) WHERE number = %s", zone, zone, years, days, ada.number,
    )  # fmt: skip


# ── What was given ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("held", [(), (May.SHARE,), (May.HIDE,), (May.LEAVE,)])
def test_a_delegate_settles_what_was_given_to_them_and_nothing_else(
    world: World, ada: Holder, sister: Somebody, held: tuple[May, ...]
) -> None:
    world.somebody(ActorRole.CAREGIVER, "friend")
    named = {"grant": settle(ada, "grants", to="friend")["id"], "item": settle(ada, "hidden", kind="steps")["id"]}
    settle(ada, "blocks", account="friend")
    settle(ada, "grants", to=sister.name, delegate=True, may=held)
    came = {may: {ask(ada, sister, call, **named) for call in calls} for may, calls in SETTLED_BY.items()}
    assert {may for may, answers in came.items() if answers <= {200, 201}} == set(held)
    assert {may for may, answers in came.items() if answers == {404}} == set(May) - set(held)


def test_who_acts_for_a_person_looks_after_their_record_without_being_given_more(
    world: World, ada: Holder, sister: Somebody
) -> None:
    world.grant(ada, sister, delegate=True)
    alert = world.alert(ada)
    paths = ("/grants", "/hidden", "/access-log", "/chain", "/notifications")
    assert {sister.api.get(ada.path(path)).status_code for path in paths} == {200}
    assert sister.api.post(f"/v1/alerts/{alert}/acknowledge", {}).status_code == 200


def test_nobody_hands_on_what_they_were_not_given(world: World, ada: Holder, sister: Somebody) -> None:
    friend = world.somebody(ActorRole.CAREGIVER)
    world.grant(ada, sister, delegate=True, may=[May.SHARE])
    body = {"to": friend.name, "delegate": True}
    for to in (friend.name, sister.name):
        asked = body | {"to": to, "may": ["share", "hide"]}
        assert problem(sister.api.post(ada.path("/grants"), asked)) == (409, "conflict")
    assert sister.api.post(ada.path("/grants"), body | {"may": ["share"]}).status_code == 201


def test_who_may_settle_something_is_listed_with_it(ada: Holder, sister: Somebody) -> None:
    said = settle(ada, "grants", to=sister.name, delegate=True, may=["leave", "hide"])
    (listed,) = ada.api.get(ada.path("/grants")).json()["grants"]
    assert said.items() <= listed.items()
    assert (listed["may"], listed["representative"], listed["withheld"]) == (["hide", "leave"], False, [])


def test_only_a_delegate_is_given_something_to_settle(ada: Holder, sister: Somebody) -> None:
    assert ada.api.post(ada.path("/grants"), {"to": sister.name, "may": ["share"]}).status_code == 422


def test_what_was_hidden_is_not_told_by_the_log_to_who_does_not_see_it(
    world: World, ada: Holder, sister: Somebody, office: Somebody
) -> None:
    world.grant(ada, sister, delegate=True, may=[May.HIDE])
    item = settle(ada, "hidden", kind="weight")["id"]
    end(ada, f"hidden/{item}")
    settle(ada, "hidden", by=sister, kind="height")
    told = {who: [each["act"] for each in log_of(ada, by)] for who, by in
            {"ada": ada, "sister": sister, "office": office}.items()}  # fmt: skip
    assert [act for act in told["sister"] if "hide" in act] == ["hide"]
    assert [[act for act in told[who] if "hide" in act] for who in ("ada", "office")] == [
        ["hide", "unhide", "hide"]
    ] * 2


# ── Minors ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_representative_settles_everything_and_is_entered_by_who_saw_the_papers(
    world: World, ada: Holder, sister: Somebody, office: Somebody
) -> None:
    born(world, ada, 12)
    for who in (ada, sister):
        world.grant(ada, sister, delegate=True, may=list(May))
        asked = {"to": sister.name, "representative": True}
        assert problem(who.api.post(ada.path("/grants"), asked)) == (409, "conflict")
    mother = world.somebody(ActorRole.CAREGIVER)
    said = settle(ada, "grants", by=office, to=mother.name, representative=True)
    assert (said["delegate"], said["may"], said["representative"]) == (True, ["hide", "leave", "share"], True)
    assert mother.api.post(ada.path("/collection"), {"stopped": True}).status_code == 200


def test_who_is_of_age_has_no_representative(ada: Holder, sister: Somebody, office: Somebody) -> None:
    asked = {"to": sister.name, "representative": True}
    assert problem(office.api.post(ada.path("/grants"), asked)) == (409, "conflict")


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue"])
def test_on_their_eighteenth_birthday_where_they_live_they_are_represented_no_longer(
    world: World, ada: Holder, office: Somebody, zone: str
) -> None:
    mother, aunt = world.somebody(ActorRole.CAREGIVER), world.somebody(ActorRole.CAREGIVER)
    born(world, ada, 18, -1, zone)
    settle(ada, "grants", by=office, to=mother.name, representative=True)
    settle(ada, "grants", to=aunt.name, delegate=True, may=["share"])
    the_day_before = [sees(ada, who) for who in (mother, aunt)]
    born(world, ada, 18, 0, zone)
    assert (the_day_before, [sees(ada, who) for who in (mother, aunt)]) == ([True, True], [False, True])
    assert mother.api.get(ada.path("/grants")).status_code == 404
    assert [each["to"] for each in ada.api.get(ada.path("/grants")).json()["grants"]] == [aunt.name]
    (told,) = world.as_administrator("SELECT may_be_told(%s, %s, NULL, false)", mother.account.number, ada.number)
    assert told == (False,)


@pytest.mark.parametrize(
    ("birth", "today", "minor"),
    [("2008-02-29", "2026-02-28", True), ("2008-02-29", "2026-03-01", False), ("2008-11-30", "2026-11-29", True),
     ("2008-11-30", "2026-11-30", False), ("2008-03-31", "2026-03-30", True)],
)  # fmt: skip
def test_somebody_comes_of_age_on_a_day_of_the_calendar(world: World, birth: str, today: str, minor: bool) -> None:
    body = world.as_administrator("SELECT prosrc FROM pg_proc WHERE proname = 'is_minor'")[0][0]
    asked = (
        body.replace("now()", f"timestamptz '{today} 12:00Z'")
        .replace("zone", "'UTC'")
        .replace("born", f"date '{birth}'")
    )
    assert world.as_administrator(asked) == [(minor,)]
    assert (whose_born(birth).age(datetime.fromisoformat(today)) < OF_AGE) is minor


def test_what_a_minor_hides_their_representative_does_not_see_and_cannot_tell(
    world: World, ada: Holder, office: Somebody
) -> None:
    born(world, ada, 15)
    mother, friend = world.somebody(ActorRole.CAREGIVER), world.somebody(ActorRole.CAREGIVER)
    settle(ada, "grants", by=office, to=mother.name, representative=True)
    settle(ada, "grants", to=friend.name)
    settle(ada, "hidden", kind="weight")
    world.settle()
    assert kinds_seen(ada, mother) == kinds_seen(ada, friend) == {"glucose_interstitial"}
    assert mother.api.get(ada.path("/hidden")).json()["hidden"] == []
    assert "hide" not in {each["act"] for each in log_of(ada, mother)}


# ── Names ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_whoever_tries_one_name_after_another_is_held_off_whether_the_next_is_right_or_not(
    ada: Holder, sister: Somebody
) -> None:
    ways = [("/grants", "to"), ("/blocks", "account")] * 10
    tries = [ada.api.post(ada.path(path), {field: f"nobody {n}"}) for n, (path, field) in enumerate(ways)]
    after = [ada.api.post(ada.path("/grants"), {"to": name}) for name in (sister.name, "nobody else")]
    assert [answer.status_code for answer in tries] == [404] * 20
    assert [answer.status_code for answer in after] == [429] * 2
    assert {answer.headers["retry-after"].isdigit() for answer in after} == {True}


def test_right_names_are_never_counted(ada: Holder, sister: Somebody) -> None:
    assert [ada.api.post(ada.path("/grants"), {"to": sister.name}).status_code for _ in range(21)] == [201] * 21


def log_of(ada: Holder, by: Somebody) -> list[dict[str, Any]]:
    """Ada's log as they see it, oldest first."""
    accesses: list[dict[str, Any]] = by.api.get(ada.path("/access-log")).json()["accesses"]
    return accesses[::-1]


def whose_born(birth: str) -> Whose:
    """Somebody born then."""
    return Whose(1, ZoneInfo("UTC"), date.fromisoformat(birth), (), None, Sex.UNKNOWN)
