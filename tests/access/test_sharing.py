"""What a person settles over HTTP, and what follows for others from the next request on."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from hub.accounts import ActorRole
from hub.database import Role
from hub.errors import DatabaseError
from tests.access.world import Holder, Somebody, World
from tests.ingest_api.test_api_register import problem
from tests.support.clock import begun
from timeseries.summaries import Summaries
from timeseries.trends import COMPOSITION

NO_PERSON = (404, "not_found")
FOUND = "found unconscious at home"


@pytest.fixture(scope="module")
def lasting_ada(world: World) -> Holder:
    """For tests that settle nothing which another would notice."""
    return world.measured("Ada")


@pytest.fixture
def ada(world: World) -> Holder:
    """With three glucoses and two weights of today."""
    return world.measured("Ada")


@pytest.fixture
def clinician(world: World) -> Somebody:
    """Nobody let them in yet."""
    return world.clinician()


def settle(ada: Holder, what: str, by: Somebody | None = None, **body: Any) -> dict[str, Any]:
    """Settle something in Ada's record; the answer."""
    answer = (by or ada).api.post(ada.path(f"/{what}"), {name.rstrip("_"): value for name, value in body.items()})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def put(ada: Holder, what: str, **body: Any) -> None:
    assert ada.api.request("PUT", ada.path(f"/{what}"), json=body).status_code == 200


def end(ada: Holder, what: str, by: Somebody | None = None) -> httpx.Response:
    return (by or ada).api.request("DELETE", ada.path(f"/{what}"))


def kinds_seen(ada: Holder, by: Somebody) -> set[str]:
    """The kinds of the readings they get; empty if the record is not there for them."""
    answer = by.api.get(ada.path("/readings"))
    return {each["kind"] for each in answer.json().get("readings", [])}


def sees(ada: Holder, by: Somebody) -> bool:
    return by.api.get(ada.path("/readings")).status_code == 200


def row(ada: Holder, by: Somebody) -> list[dict[str, Any]]:
    """Ada's row in their list."""
    people = by.api.get("/v1/population", limit=200).json()["people"]
    return [each for each in people if each["person"] == str(ada.id)]


def log(ada: Holder) -> list[dict[str, Any]]:
    """Ada's access log, oldest first, without numbers and times."""
    accesses = ada.api.get(ada.path("/access-log")).json()["accesses"]
    return [{name: each[name] for name in ("who", "role", "act", "kinds", "emergency")} for each in accesses[::-1]]


def moment(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


# ── Grants ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_granted_is_seen_by_the_next_request_and_what_is_revoked_no_more(
    ada: Holder, clinician: Somebody
) -> None:
    before = sees(ada, clinician)
    granted = settle(ada, "grants", to=clinician.name)
    during = sees(ada, clinician), len(row(ada, clinician))
    assert end(ada, f"grants/{granted['id']}").status_code == 200
    assert (before, during, sees(ada, clinician), row(ada, clinician)) == (False, (True, 1), False, [])


def test_a_grant_of_some_kinds_shows_those_alone(ada: Holder, clinician: Somebody) -> None:
    settle(ada, "grants", to=clinician.name, kinds=["weight"])
    told = {path: clinician.api.get(ada.path(path)).json() for path in ("/latest", "/trends/glucose", "/trends/weight")}
    assert kinds_seen(ada, clinician) == {"weight"}
    assert {each["kind"] for each in told["/latest"]["latest"]} == {"weight"}
    assert (told["/trends/glucose"]["readings"], len(told["/trends/weight"]["points"])) == (0, 2)
    assert clinician.api.get(ada.path("/profile/glucose")).json()["bins"] == []
    (listed,) = row(ada, clinician)
    assert (listed["glucose"], listed["last_glucose"], listed["reason"]) == (None, None, "no_sensor")
    assert listed["weight"]["value"] == 70


def test_a_grant_of_glucose_shows_no_weight(ada: Holder, clinician: Somebody) -> None:
    settle(ada, "grants", to=clinician.name, kinds=["glucose_interstitial"])
    trend = clinician.api.get(ada.path("/trends/weight")).json()
    (listed,) = row(ada, clinician)
    assert kinds_seen(ada, clinician) == {"glucose_interstitial"}
    assert (trend["points"], trend["bmi"], listed["weight"], listed["last_weight"]) == ([], None, None, None)
    assert listed["last_glucose"] is not None


@pytest.mark.parametrize(("from_", "until", "seen"), [(-2, -1, False), (1, 2, False), (-1, 1, True), (-1, None, True)])
def test_a_grant_holds_from_and_until_its_times(
    lasting_ada: Holder, clinician: Somebody, from_: float, until: float | None, seen: bool
) -> None:
    ends = None if until is None else moment(until)
    settle(lasting_ada, "grants", to=clinician.name, from_=moment(from_), until=ends)
    assert (sees(lasting_ada, clinician), len(row(lasting_ada, clinician))) == (seen, int(seen))


def test_a_caregiver_named_by_their_own_record_sees_both(world: World, ada: Holder) -> None:
    bob = world.measured("Bob")
    settle(ada, "grants", to=str(bob.id))
    assert {each["given"] for each in bob.api.get("/v1/population").json()["people"]} == {"Ada", "Bob"}


@pytest.mark.parametrize(
    ("what", "body", "expected"),
    [
        ("grants", {"to": "nobody of that name"}, (404, "not_found")),
        ("grants", {"to": "a\0b"}, (422, "invalid_request")),
        ("grants", {"to": "clinician 0", "kinds": []}, (422, "invalid_request")),
        ("hidden", {"kind": "shoe_size"}, (422, "kind_unknown")),
        ("hidden", {"device": str(uuid4())}, (404, "not_found")),
        ("hidden", {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, (409, "conflict")),
        ("hidden", {"from": "2026-01-02T00:00:00Z", "to": "2026-01-02T00:00:00Z"}, (409, "conflict")),
        ("blocks", {"account": "nobody of that name"}, (404, "not_found")),
    ],
)
def test_what_cannot_be_settled_is_said(
    lasting_ada: Holder, what: str, body: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert problem(lasting_ada.api.post(lasting_ada.path(f"/{what}"), body)) == expected


def test_nobody_lets_themselves_in_or_shuts_themselves_out(ada: Holder) -> None:
    for what, body in (("grants", {"to": str(ada.id)}), ("blocks", {"account": str(ada.id)})):
        assert problem(ada.api.post(ada.path(f"/{what}"), body)) == (409, "conflict")


def test_a_grant_that_ends_before_it_begins_is_refused(lasting_ada: Holder, clinician: Somebody) -> None:
    body = {"to": clinician.name, "until": moment(-1)}
    assert problem(lasting_ada.api.post(lasting_ada.path("/grants"), body)) == (409, "conflict")


# ── Shutting out, teams, delegates ───────────────────────────────────────────────────────────────────────────────────


def test_a_block_beats_every_way_in(world: World, ada: Holder, clinician: Somebody) -> None:
    team = world.somebody(ActorRole.TEAM)
    world.join(team, clinician)
    settle(ada, "grants", to=clinician.name)
    settle(ada, "grants", to=team.name)
    world.open_in_emergency(ada, clinician)
    before = sees(ada, clinician)
    settle(ada, "blocks", account=clinician.name)
    shut_out = sees(ada, clinician), row(ada, clinician)
    settle(ada, "grants", to=clinician.name)
    still = sees(ada, clinician)
    assert end(ada, f"blocks/{clinician.name}").status_code == 200
    assert (before, shut_out, still, sees(ada, clinician)) == (True, (False, []), False, True)


@pytest.mark.parametrize("way", ["grant", "team", "emergency"])
def test_a_block_beats_each_way_alone(world: World, ada: Holder, clinician: Somebody, way: str) -> None:
    team = world.somebody(ActorRole.TEAM)
    world.join(team, clinician)
    ways: dict[str, Callable[[], object]] = {
        "grant": lambda: world.grant(ada, clinician),
        "team": lambda: world.grant(ada, team),
        "emergency": lambda: world.open_in_emergency(ada, clinician),
    }
    ways[way]()
    before = sees(ada, clinician)
    settle(ada, "blocks", account=clinician.name)
    assert (before, sees(ada, clinician)) == (True, False)


def test_a_team_shut_out_keeps_its_members_out_but_for_what_is_theirs(
    world: World, ada: Holder, clinician: Somebody
) -> None:
    team, other = world.somebody(ActorRole.TEAM), world.clinician()
    world.join(team, clinician)
    world.join(team, other)
    settle(ada, "grants", to=team.name)
    settle(ada, "grants", to=other.name)
    settle(ada, "blocks", account=team.name)
    assert (sees(ada, clinician), sees(ada, other)) == (False, True)


def test_a_delegate_settles_under_their_own_name_and_does_not_see_what_is_hidden(world: World, ada: Holder) -> None:
    delegate, friend = world.somebody(ActorRole.CAREGIVER), world.somebody(ActorRole.CAREGIVER)
    settle(ada, "grants", to=delegate.name, delegate=True, may=["share", "hide"])
    settle(ada, "grants", by=delegate, to=friend.name)
    settle(ada, "hidden", by=delegate, kind="weight")
    world.settle()
    assert {kind for who in (delegate, friend) for kind in kinds_seen(ada, who)} == {"glucose_interstitial"}
    assert delegate.api.get(ada.path("/hidden")).json()["hidden"] == []
    assert [each["who"] for each in log(ada) if each["act"] in ("grant", "hide")] == [str(ada.id), *[delegate.name] * 2]


def test_a_delegate_of_some_kinds_could_hand_on_the_others_and_is_refused(ada: Holder, clinician: Somebody) -> None:
    body = {"to": clinician.name, "kinds": ["weight"], "delegate": True}
    assert problem(ada.api.post(ada.path("/grants"), body)) == (409, "conflict")


def test_whoever_is_let_in_settles_nothing(lasting_ada: Holder, clinician: Somebody) -> None:
    settle(lasting_ada, "grants", to=clinician.name)
    answer = clinician.api.post(lasting_ada.path("/grants"), {"to": clinician.name, "delegate": True})
    assert problem(answer) == NO_PERSON


# ── Hiding ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_hiding_twice_shows_nothing_more_before_the_summaries_are_made_anew(
    world: World, ada: Holder, clinician: Somebody
) -> None:
    settle(ada, "grants", to=clinician.name)
    settle(ada, "hidden", kind="height")
    world.settle()
    before = row(ada, clinician)
    settle(ada, "hidden", kind="weight")
    at_once = row(ada, clinician)
    world.settle()
    assert (before[0]["weight"]["value"], at_once) == (70, [])
    assert [(each["weight"], each["last_weight"]) for each in row(ada, clinician)] == [(None, None)]


def test_what_is_hidden_while_the_summaries_are_made_is_not_in_them(
    world: World, ada: Holder, clinician: Somebody
) -> None:
    settle(ada, "grants", to=clinician.name)
    settle(ada, "hidden", kind="height")
    with ThreadPoolExecutor() as threads:
        with world.database.transaction(Role.WATCH) as connection:
            Summaries(connection).catch_up(ada.number)
            hiding = threads.submit(settle, ada, "hidden", kind="weight")
            while not hiding.done() and not world.as_administrator("SELECT 1 FROM pg_locks WHERE NOT granted"):
                pass
        hiding.result()
    assert row(ada, clinician) == []


def test_what_is_shown_again_is_exactly_as_it_was(world: World, ada: Holder, clinician: Somebody) -> None:
    settle(ada, "grants", to=clinician.name)
    before = clinician.api.get(ada.path("/readings")).json(), row(ada, clinician)
    hidden = settle(ada, "hidden", kind="glucose")
    world.settle()
    assert kinds_seen(ada, clinician) == {"weight"}
    assert [end(ada, f"hidden/{item}").status_code for item in hidden["items"]] == [200] * 4
    world.settle()
    assert (clinician.api.get(ada.path("/readings")).json(), row(ada, clinician)) == before


@pytest.mark.parametrize("by_team", [False, True])
def test_the_attending_physician_sees_what_is_hidden_as_far_as_let_in(
    world: World, ada: Holder, clinician: Somebody, by_team: bool
) -> None:
    team = world.somebody(ActorRole.TEAM)
    world.join(team, clinician)
    settle(ada, "grants", to=[clinician.name, team.name][by_team], kinds=["weight"])
    put(ada, "attending", account=clinician.name)
    settle(ada, "hidden")
    world.settle()
    assert kinds_seen(ada, clinician) == {"weight"}
    assert [each["weight"]["value"] for each in row(ada, clinician)] == [70]


def test_what_the_attending_physician_sees_by_another_way_alone_stays_hidden(
    world: World, ada: Holder, clinician: Somebody
) -> None:
    settle(ada, "grants", to=clinician.name, kinds=["glucose_interstitial"])
    put(ada, "attending", account=clinician.name)
    settle(ada, "hidden", kind="weight")
    world.open_in_emergency(ada, clinician)
    world.settle()
    assert kinds_seen(ada, clinician) == {"glucose_interstitial"}
    assert [(each["weight"], each["last_weight"]) for each in row(ada, clinician)] == [(None, None)]


def test_an_attending_physician_is_a_clinician(world: World, lasting_ada: Holder) -> None:
    body = {"account": world.somebody(ActorRole.APP).name}
    assert problem(lasting_ada.api.request("PUT", lasting_ada.path("/attending"), json=body)) == (409, "conflict")


# ── Emergencies ──────────────────────────────────────────────────────────────────────────────────────────────────────


def open_record(ada: Holder, by: Somebody, **body: Any) -> httpx.Response:
    return by.api.post(ada.path("/emergency"), {"reason": FOUND} | body)


def test_an_emergency_opens_the_record_to_read_for_an_hour(world: World, ada: Holder, clinician: Somebody) -> None:
    opened = open_record(ada, clinician).json()
    lasts = datetime.fromisoformat(opened["until"]) - datetime.now(UTC)
    assert timedelta(minutes=59) < lasts <= timedelta(hours=1)
    assert "Emergency" in opened["banner"]
    assert (sees(ada, clinician), len(row(ada, clinician))) == (True, 1)
    world.as_administrator("UPDATE emergency SET until = now() WHERE id = %s", opened["id"])
    assert (sees(ada, clinician), row(ada, clinician)) == (False, [])


@pytest.mark.parametrize("reason", ["", "too short", " " * 20, "\u00a0" * 20, f"{'x' * 20}\0", "x" * 501, None])
def test_without_a_reason_an_emergency_is_refused_and_tells_nothing(
    ada: Holder, clinician: Somebody, reason: str | None
) -> None:
    answer = open_record(ada, clinician, reason=reason)
    nobodys = clinician.api.post(f"/v1/people/{uuid4()}/emergency", {"reason": reason})
    assert problem(answer) == (422, "invalid_request")
    assert (answer.status_code, answer.text) == (nobodys.status_code, nobodys.text)


def test_an_emergency_changes_nothing_in_the_record(ada: Holder, clinician: Somebody) -> None:
    open_record(ada, clinician)
    tried = [
        clinician.api.post(ada.path("/grants"), {"to": clinician.name}),
        clinician.api.post(ada.path("/hidden"), {}),
        clinician.api.get(ada.path("/access-log")),
        clinician.api.post("/v1/readings", {"device": str(ada.sensor.id), "readings": []}),
    ]
    assert [problem(answer) for answer in tried] == [NO_PERSON] * 4


@pytest.mark.parametrize("opposed", ["regulation", "break_glass"])
def test_each_way_is_opposed_by_itself(ada: Holder, clinician: Somebody, opposed: str) -> None:
    put(ada, "oppositions", **{"regulation": False, "break_glass": False, opposed: True})
    answered = {way: open_record(ada, clinician, way=way).status_code for way in ("regulation", "break_glass")}
    assert answered == {"regulation": 201, "break_glass": 201, opposed: 404}


def test_an_opposition_ends_an_emergency_that_is_open(ada: Holder, clinician: Somebody) -> None:
    open_record(ada, clinician)
    put(ada, "oppositions", regulation=False, break_glass=True)
    assert not sees(ada, clinician)


def test_what_is_hidden_stays_hidden_in_an_emergency(world: World, ada: Holder, clinician: Somebody) -> None:
    settle(ada, "hidden", kind="weight")
    world.settle()
    open_record(ada, clinician)
    assert kinds_seen(ada, clinician) == {"glucose_interstitial"}
    assert [(each["weight"], each["last_weight"]) for each in row(ada, clinician)] == [(None, None)]


def test_an_emergency_is_in_the_log_and_the_list_and_its_reason_in_the_list_alone(
    ada: Holder, clinician: Somebody
) -> None:
    open_record(ada, clinician)
    clinician.api.get(ada.path("/trends/glucose"))
    (listed,) = ada.api.get(ada.path("/emergency")).json()["emergencies"]
    assert (listed["who"], listed["way"], listed["reason"]) == (clinician.name, "break_glass", FOUND)
    assert log(ada) == [entry(clinician, "emergency", True), entry(clinician, "read", True, ["glucose_interstitial"])]
    assert FOUND not in ada.api.get(ada.path("/access-log")).text


def test_what_is_granted_anyway_is_no_emergency_and_what_is_beyond_it_is(ada: Holder, clinician: Somebody) -> None:
    settle(ada, "grants", to=clinician.name, kinds=["weight"])
    open_record(ada, clinician)
    for kind in ("weight", "glucose_interstitial"):
        clinician.api.get(ada.path("/readings"), kind=kind)
    assert log(ada)[2:] == [
        entry(clinician, "read", False, ["weight"]),
        entry(clinician, "read", True, ["glucose_interstitial"]),
    ]


# ── Who saw what ─────────────────────────────────────────────────────────────────────────────────────────────────────


def entry(who: Somebody, act: str, emergency: bool = False, kinds: list[str] | None = None) -> dict[str, Any]:
    return {"who": who.name, "role": who.account.role, "act": act, "kinds": kinds, "emergency": emergency}


def test_every_read_of_others_is_entered_and_none_of_ones_own(world: World, ada: Holder, clinician: Somebody) -> None:
    world.grant(ada, clinician)
    for caller in (ada, clinician):
        for path in ("", "/trends/weight", "/latest", "/trends/glucose", "/profile/glucose"):
            assert caller.api.get(ada.path(path)).status_code == 200
    clinician.api.get("/v1/population")
    glucose = ["glucose_interstitial"]
    kinds: list[list[str] | None] = [
        [],
        [str(kind) for kind in COMPOSITION],
        None,
        glucose,
        glucose,
        [*glucose, "weight"],
    ]
    assert log(ada) == [entry(clinician, "read", False, each) for each in kinds]


def test_what_cannot_be_entered_is_not_settled(
    ada: Holder, clinician: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise DatabaseError("the log cannot be written")

    monkeypatch.setattr("ingest_api.settled.enter", fail)
    assert ada.api.post(ada.path("/grants"), {"to": clinician.name}).status_code == 503
    monkeypatch.undo()
    assert ada.api.get(ada.path("/grants")).json()["grants"] == []


def test_a_look_at_what_is_settled_is_entered_too(world: World, ada: Holder) -> None:
    support = world.somebody(ActorRole.ADMIN, "administrator")
    for path in ("/grants", "/hidden", "/access-log", "/emergency"):
        assert support.api.get(ada.path(path)).status_code == 200
    assert log(ada) == [entry(support, "read", False, [])] * 4


def test_refused_attempts_are_entered(ada: Holder, clinician: Somebody) -> None:
    clinician.api.get(ada.path("/readings"))
    clinician.api.get(ada.path("/grants"))
    assert log(ada) == [entry(clinician, "refused")] * 2


def test_the_log_is_read_page_by_page(world: World, ada: Holder, clinician: Somebody) -> None:
    for _ in range(5):
        clinician.api.get(ada.path("/readings"))
    first = ada.api.get(ada.path("/access-log"), limit=3).json()
    second = ada.api.get(ada.path("/access-log"), limit=3, cursor=first["next"]).json()
    assert [each["number"] for page in (first, second) for each in page["accesses"]] == [5, 4, 3, 2, 1]
    assert second["next"] is None


@pytest.mark.parametrize(
    "path",
    ["{}", "{}/readings", "{}/latest", "{}/trends/glucose", "{}/profile/glucose", "{}/trends/weight", "/v1/population"],
)
def test_no_entry_no_read(world: World, ada: Holder, clinician: Somebody, path: str) -> None:
    world.grant(ada, clinician)
    with world.no_log():
        answer = clinician.api.get(path.format(ada.path()))
    assert problem(answer) == (503, "database_error")


def test_no_entry_no_grant_and_no_emergency(world: World, ada: Holder, clinician: Somebody) -> None:
    with world.no_log():
        tried = [open_record(ada, clinician), ada.api.post(ada.path("/grants"), {"to": clinician.name})]
    assert [problem(answer) for answer in tried] == [(503, "database_error")] * 2
    assert not sees(ada, clinician)


# ── Sending ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def sent(by: Somebody, sender: object, **said: Any) -> httpx.Response:
    """A glucose of now."""
    reading = {"id": "1", "kind": "glucose", "value": 99, "unit": "mg/dL", "taken_at": moment(0)} | said
    return by.api.post("/v1/readings", {"device": str(sender), "readings": [reading]})


def test_nobody_sends_for_a_device_that_was_somebody_elses(world: World, ada: Holder) -> None:
    bob, passed_on = world.holder("Bob"), world.record.device()
    world.record.pair(passed_on, bob.person, until=begun() - timedelta(days=9))
    world.record.pair(passed_on, ada.person, since=begun() - timedelta(days=9))
    answer = sent(ada, passed_on.id, taken_at=moment(-240))
    assert problem(answer) == NO_PERSON
    assert problem(sent(ada, uuid4())) == NO_PERSON
    assert sent(ada, ada.sensor.id).json()["results"][0]["outcome"] == "stored"


def test_a_reading_cannot_name_a_device_of_its_own(world: World, ada: Holder) -> None:
    bob = world.holder("Bob")
    sent(ada, ada.sensor.id, device=str(bob.sensor.id))
    told = ada.api.get(ada.path("/readings"), from_=moment(-0.1), kind="glucose").json()["readings"]
    assert [each["device"] for each in told if each["value"] == 99] == [str(ada.sensor.id)]
    assert bob.api.get(bob.path("/readings")).json()["readings"] == []


def test_an_application_shut_out_sends_nothing(world: World, ada: Holder) -> None:
    app = world.somebody(ActorRole.APP)
    settle(ada, "grants", to=app.name)
    before = sent(app, ada.sensor.id).status_code
    settle(ada, "blocks", account=app.name)
    assert (before, problem(sent(app, ada.sensor.id))) == (200, NO_PERSON)
