"""Every route and method, by everybody there is: what each may ask is declared here, in words, and nowhere else."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from threading import current_thread
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from fastapi.routing import APIRoute

from alerts.prevention import Act
from alerts.prevention.desk import Desk
from alerts.thresholds import Thresholds
from hub.accounts import ActorRole
from hub.database import Database, Role
from hub.quantities import Kind, Unit
from hub.sharing import May, Sharing, Veil
from ingest_api.app import ALL, create_app
from ingest_api.context import policy_of
from ingest_api.import_desk import ImportDesk, looked_into
from ingest_api.pages.threshold_form import NAMES, parts
from tests.access.world import Holder, Somebody, World
from tests.support.clock import begun
from tests.support.http import Api
from tests.support.readings import a_reading, kg
from timeseries.postgres_store import PostgresStore

ITEM = "mammography"


class Answer(StrEnum):
    """What a call comes to."""

    ANSWERED = "answered"
    WHO = "401"
    ROLE = "403"
    NOT_THERE = "as if it were not there"


STRANGERS = frozenset({"nobody", "bad token"})
EVERYBODY = STRANGERS | {
    "the person", "another person", "caregiver granted", "clinician granted", "clinician without grant",
    "clinician blocked", "team member", "delegate", "representative", "app granted", "app without grant", "gateway",
    "administrator", "clinician in emergency",
}  # fmt: skip
SIGNED_IN = EVERYBODY - STRANGERS
CLINICIANS = frozenset(
    {"clinician granted", "clinician without grant", "clinician blocked", "team member", "clinician in emergency"}
)
SETTLE = frozenset({"the person", "representative", "administrator"})
ACT = SETTLE | {"delegate"}
READ = ACT | {"caregiver granted", "clinician granted", "team member", "app granted", "clinician in emergency"}


@dataclass(frozen=True, slots=True)
class Policy:
    """Who is answered; whose role is not asked at all; the rest of those signed in find nothing there."""

    words: str
    answered: frozenset[str]
    refused: frozenset[str] = frozenset()

    def of(self, who: str) -> Answer:
        """What that actor's call should come to."""
        if who in self.answered:
            return Answer.ANSWERED
        if who in STRANGERS:
            return Answer.WHO
        return Answer.ROLE if who in self.refused else Answer.NOT_THERE


PUBLIC = Policy("anybody, since it tells nothing of anybody", EVERYBODY)
ANYONE = Policy("whoever is signed in, about themselves or those they may see", SIGNED_IN)
READS = Policy("whoever the person let in, and whoever opened the record in an emergency", READ)
ACTS = Policy("the person, whoever acts for them, an administrator", ACT)
SETTLES = Policy("those of them to whom it was given", SETTLE)
SENDS = Policy("those, an application they let in, and the device's own gateway", ACT | {"app granted", "gateway"})
OPENS = Policy(
    "clinicians whom the person has not shut out", CLINICIANS - {"clinician blocked"}, SIGNED_IN - CLINICIANS
)
ASKS = Policy("clinicians, of whoever it may be: the page tells nothing", CLINICIANS, SIGNED_IN - CLINICIANS)
FOLLOWS = Policy("whoever the person let in; an emergency is to read only", READ - {"clinician in emergency"})
SETS = Policy(
    "clinicians whom the person let in, and administrators",
    frozenset({"clinician granted", "team member", "administrator"}), SIGNED_IN - CLINICIANS - {"administrator"},
)  # fmt: skip
CLINICS = Policy("clinicians", CLINICIANS, SIGNED_IN - CLINICIANS)
MARKS = Policy(
    "clinicians whom the person let in", frozenset({"clinician granted", "team member"}), SIGNED_IN - CLINICIANS
)
UNMARKS = Policy("the clinician who did it", frozenset({"clinician granted"}), SIGNED_IN - CLINICIANS)
OWNS = Policy("whoever the address belongs to", frozenset({"the person"}))
RUNS = Policy("administrators", frozenset({"administrator"}), SIGNED_IN - {"administrator"})


@dataclass(frozen=True, slots=True)
class Scene:
    """Ada, her home and her device, and everybody who might ask; Cleo let nobody in, and shut one clinician out."""

    world: World
    ada: Holder
    cleo: Holder
    home: UUID
    weighing: UUID
    callers: Mapping[str, Api]

    def grant(self) -> UUID:
        """One more, to be revoked."""
        return self.world.grant(self.ada, self.world.clinician())

    def hidden(self) -> UUID:
        """One more, to be shown again."""
        with self.world.database.transaction(Role.REGISTER) as connection:
            veil = Veil(Kind.HEIGHT, until=begun() - timedelta(days=3000))
            return Sharing(connection).hide(self.ada.number, veil, self.ada.account.number)

    def mark(self, table: str) -> UUID:
        """One more of the granted clinician's, to be taken back."""
        queries = {
            "reviewed": "INSERT INTO reviewed (person, account) "
            "SELECT %s, number FROM account WHERE id = %s RETURNING id",
            "clinical_note": "INSERT INTO clinical_note (person, by, text, whole) "
            "SELECT %s, number, 'well', false FROM account WHERE id = %s RETURNING id",
        }
        account = self.callers["clinician granted"].get("/v1/session").json()["account"]
        rows = self.world.as_administrator(queries[table], self.ada.number, account)
        made: UUID = rows[0][0]
        return made

    def blocked(self) -> UUID:
        """One more shut out, to be let in again."""
        whom = self.world.clinician()
        self.world.block(self.ada, whom)
        return whom.account.id

    def said(self) -> UUID:
        """Something more said of an item, to be taken back."""
        with self.world.database.transaction(Role.REGISTER) as connection:
            return Desk(connection).say(self.ada.number, ITEM, Act.DONE, begun().date(), self.ada.account.number)

    def thresholds(self) -> dict[str, object]:
        """Set after whatever was set last."""
        query = "SELECT count(*) FROM vigie.thresholds WHERE person = %s"
        return {"after": self.world.as_administrator(query, self.ada.number)[0][0], "thresholds": {}}

    def threshold_form(self) -> dict[str, object]:
        """The same as a page's form sends it."""
        current = Thresholds()
        told: dict[str, object] = {
            part.field: str(part.value or "") for name in NAMES for part in parts(current, name, Unit.MG_DL)
        }
        return told | {"unit": "mg/dL", "after": str(self.thresholds()["after"])}

    def contact(self) -> UUID:
        """One more address of Ada's, to be confirmed."""
        rows = self.world.as_administrator(
            "INSERT INTO contact (account, channel, address, language, glucose_unit, code, code_until) "
            "VALUES (%s, 'email', %s, 'en', 'mg/dL', '123456', now() + interval '1 hour') RETURNING id",
            self.ada.account.number, f"{uuid4()}@home.test",
        )  # fmt: skip
        made: UUID = rows[0][0]
        return made

    def confirmed(self) -> UUID:
        """One more that works."""
        made = self.contact()
        self.world.as_administrator("UPDATE contact SET verified_at = now() WHERE id = %s", made)
        return made

    def pairing(self) -> UUID:
        """One more device of hers, to be no longer."""
        return self.world.record.pair(self.world.record.device(), self.ada.person).id

    def file(self) -> UUID:
        """One handed in, to be imported or forgotten."""
        self.world.as_administrator("DELETE FROM import_file")
        with self.world.database.transaction(Role.REGISTER) as connection:
            ImportDesk(connection).hand_in(
                self.ada.number, self.ada.account.number, looked_into("a.csv", None, OWN_EXPORT)
            )
        ((file,),) = self.world.as_administrator("SELECT id FROM import_file")
        return UUID(str(file))

    def other(self) -> str:
        """Somebody's name."""
        return self.world.clinician().name


@dataclass(frozen=True, slots=True)
class Call:
    """A route, who may ask it, the status of its answer, and how it is asked: `{…}` of the path, and the body.

    The body is `sent` as json, as a form's data, or as a form's files.
    """

    route: str
    policy: Policy
    status: int = 200
    body: Callable[[Scene], Any] = lambda _: None
    named: Callable[[Scene], Mapping[str, object]] = lambda _: {}
    query: str = ""
    sent: str = "json"

    def ask(self, scene: Scene, api: Api, **instead: object) -> httpx.Response:
        """Ask it of Ada, or of what is said instead."""
        method, path = self.route.split()
        names = {"person": scene.ada.id, "household": scene.home} | dict(self.named(scene)) | instead
        body = self.body(scene)
        how = {} if body is None else {self.sent: body | {name: instead[name] for name in instead if name in body}}
        return api.request(method, path.format(**names) + self.query, **how)


def form(
    route: str, status: int = 303, body: Callable[[Scene], Any] = lambda _: {}, named: Any = lambda _: {},
    sent: str = "data", policy: Policy = ACTS,
) -> Call:  # fmt: skip
    """A form of a page on which somebody settles things."""
    return Call(route, policy, status, body, named, sent=sent)


P = "/v1/people/{person}"
PAGE = "/people/{person}"
SETTINGS = ("chain", "sharing", "hidden", "access-log", "devices", "import", "leave")
OWN_EXPORT = (Path(__file__).parents[1] / "captures" / "exports" / "clarity-en-mg-dl.csv").read_bytes()
CALLS = (
    Call("POST /v1/people", RUNS, 201, lambda s: {
        "given": "Eve", "family": "Noir", "birth_date": "1990-01-01", "sex": "female", "time_zone": "Europe/Paris"}),
    Call(f"GET {P}", READS),
    Call("POST /v1/devices", RUNS, 201, lambda s: {"address": "AA:BB:CC:11:22:33", "kind": "cgm"}),
    Call(f"POST {P}/pairings", ACTS, 201, lambda s: {
        "device": str(s.world.record.device().id), "since": "2026-01-01T00:00:00Z"}),
    Call("POST /v1/households", RUNS, 201, lambda s: {
        "name": "Home", "members": [str(s.world.record.person().id)], "devices": []}),
    Call("POST /v1/readings", SENDS, 200, lambda s: {"device": str(s.ada.sensor.id), "readings": [
        {"id": "a", "kind": "glucose", "value": 99, "unit": "mg/dL", "taken_at": begun().isoformat()}]}),
    Call(f"GET {P}/readings", READS),
    Call(f"GET {P}/latest", READS),
    Call(f"GET {P}/stream", READS, query="?stay=0"),
    Call(f"GET {P}/trends/glucose", READS),
    Call(f"GET {P}/profile/glucose", READS),
    Call(f"GET {P}/trends/weight", READS),
    Call("GET /v1/households/{household}/unassigned", ACTS),
    Call("POST /v1/households/{household}/unassigned/{reading}/assign", ACTS, 200,
         lambda s: {"person": str(s.ada.id)}, lambda s: {"reading": s.weighing}),
    Call("GET /v1/population", ANYONE),
    Call(f"POST {P}/grants", SETTLES, 201, lambda s: {"to": s.other()}),
    Call(f"GET {P}/grants", ACTS),
    Call(f"DELETE {P}/grants/{{grant}}", SETTLES, named=lambda s: {"grant": s.grant()}),
    Call(f"POST {P}/hidden", SETTLES, 201, lambda s: {"kind": "height", "to": "2015-01-01T00:00:00Z"}),
    Call(f"GET {P}/hidden", ACTS),
    Call(f"DELETE {P}/hidden/{{item}}", SETTLES, named=lambda s: {"item": s.hidden()}),
    Call(f"POST {P}/blocks", SETTLES, 201, lambda s: {"account": s.other()}),
    Call(f"DELETE {P}/blocks/{{account}}", SETTLES, named=lambda s: {"account": s.blocked()}),
    Call(f"PUT {P}/attending", SETTLES, 200, lambda s: {"account": None}),
    Call(f"PUT {P}/oppositions", SETTLES, 200, lambda s: {"regulation": False, "break_glass": False}),
    Call(f"GET {P}/access-log", ACTS),
    Call(f"POST {P}/emergency", OPENS, 201, lambda s: {"reason": "found unconscious"}, lambda s: {"person": s.cleo.id}),
    Call(f"GET {P}/emergency", ACTS),
    Call(f"GET {P}/chain", ACTS),
    Call(f"PUT {P}/chain", ACTS, 200, lambda s: {"steps": []}),
    Call(f"GET {P}/notifications", ACTS),
    Call("GET /v1/me/contacts", ANYONE),
    Call("POST /v1/me/contacts", ANYONE, 422, lambda s: {"channel": "pigeon", "address": "loft"}),
    Call("PUT /v1/me/contacts/{contact}", OWNS, 200, lambda s: {"language": "fr"}, lambda s: {"contact": s.contact()}),
    Call("DELETE /v1/me/contacts/{contact}", OWNS, named=lambda s: {"contact": s.contact()}),
    Call("POST /v1/me/contacts/{contact}/verify", OWNS, 200, lambda s: {"code": "123456"},
         lambda s: {"contact": s.contact()}),
    Call("GET /v1/me/quiet-hours", ANYONE),
    Call("PUT /v1/me/quiet-hours", ANYONE, 200, lambda s: {"quiet_hours": None}),
    Call(f"GET {P}/export", READS, query="?format=csv"),
    Call(f"POST {P}/collection", SETTLES, 200, lambda s: {"stopped": False}),
    Call(f"POST {P}/close", SETTLES, 422, lambda s: {"confirm": str(uuid4())}),  # not confirmed: nothing is closed
    Call(f"DELETE {P}", SETTLES, 422, lambda s: {"confirm": str(uuid4())}),
    Call(f"GET {P}/forecast", READS),
    Call(f"GET {P}/prevention", READS),
    Call(f"PUT {P}/prevention/answers", ACTS, 200, lambda s: {"waist_cm": 90}),
    Call(f"POST {P}/prevention/{{item}}/done", ACTS, named=lambda s: {"item": ITEM}),
    Call(f"POST {P}/prevention/{{item}}/declined", ACTS, named=lambda s: {"item": ITEM}),
    Call(f"DELETE {P}/prevention/{{item}}/said/{{said}}", ACTS, named=lambda s: {"item": ITEM, "said": s.said()}),
    Call(f"POST {P}/prevention/calendar", ACTS, 201, lambda s: {"in_full": False}),
    Call(f"GET {P}/prevention/calendar", ACTS),
    Call(f"DELETE {P}/prevention/calendar", ACTS),
    Call("GET /v1/calendars/{secret}.ics", PUBLIC, 404, named=lambda s: {"secret": "none"}),
    Call("GET /v1/alerts", ANYONE),
    Call("POST /v1/alerts/{alert}/acknowledge", FOLLOWS, 200,
         lambda s: {"note": "seen"}, lambda s: {"alert": s.world.alert(s.ada)}),
    Call("POST /v1/alerts/{alert}/snooze", FOLLOWS, 200,
         lambda s: {"until": (begun() + timedelta(hours=1)).isoformat()}, lambda s: {"alert": s.world.alert(s.ada)}),
    Call(f"GET {P}/alerts/burden", READS),
    Call(f"GET {P}/thresholds", READS),
    Call(f"PUT {P}/thresholds", SETS, 200, lambda s: s.thresholds()),
    Call("GET /sign-in", PUBLIC),
    Call("POST /sign-in/invitation", PUBLIC, 403),  # from another site, as every form that is not ours
    Call("POST /sign-in/administrator", PUBLIC, 403),
    Call("GET /sign-in/back", PUBLIC, 403),  # without having set out
    Call("GET /sign-in/{provider}", PUBLIC, 404, named=lambda s: {"provider": "none"}),
    Call("POST /sign-out", ANYONE),
    Call("GET /v1/session", ANYONE),
    Call("GET /health/live", PUBLIC),
    Call("GET /health/ready", PUBLIC),
    Call("GET /metrics", PUBLIC),
    # pages
    Call("GET /", ANYONE, 303),
    Call("GET /people/{person}", READS),
    Call("GET /people/{person}/glucose", READS),
    Call("GET /people/{person}/weight", READS),
    Call("GET /people/{person}/report", READS),
    Call("GET /people/{person}/thresholds", READS),
    Call("POST /people/{person}/thresholds", SETS, 303, lambda s: s.threshold_form(), sent="data"),
    Call("GET /people/{person}/emergency", ASKS),
    Call("POST /people/{person}/emergency", OPENS, 303, lambda s: {"reason": "found unconscious"},
         lambda s: {"person": s.cleo.id}, sent="data"),
    Call("GET /people/{person}/prevention", READS),
    Call("POST /people/{person}/prevention/answers", ACTS, 303),
    Call("POST /people/{person}/prevention/{item}/done", ACTS, 303, named=lambda s: {"item": ITEM}),
    Call("POST /people/{person}/prevention/{item}/declined", ACTS, 303, named=lambda s: {"item": ITEM}),
    Call("POST /people/{person}/prevention/{item}/said/{said}/take-back", ACTS, 303,
         named=lambda s: {"item": ITEM, "said": s.said()}),
    form(f"POST {PAGE}/sharing/grants", 303, lambda s: {"to": s.other(), "what": "everything"}, policy=SETTLES),
    form(f"POST {PAGE}/sharing/grants/{{grant}}/end", named=lambda s: {"grant": s.grant()}, policy=SETTLES),
    form(f"POST {PAGE}/sharing/blocks", 303, lambda s: {"whom": s.other()}, policy=SETTLES),
    form(f"POST {PAGE}/sharing/blocks/end", 303, lambda s: {"whom": str(s.blocked())}, policy=SETTLES),
    form(f"POST {PAGE}/sharing/attending", 303, lambda s: {"nobody": "yes"}, policy=SETTLES),
    form(f"POST {PAGE}/sharing/oppositions", policy=SETTLES),
    *(Call(f"GET {PAGE}/{each}", ACTS) for each in SETTINGS),
    form(f"POST {PAGE}/chain"),
    Call("GET /told", ANYONE),
    Call("POST /told/contacts", ANYONE, 422, lambda s: {"address": "pigeon loft"}, sent="data"),
    Call("POST /told/contacts/{contact}/verify", OWNS, 303, lambda s: {"code": "123456"},
         lambda s: {"contact": s.contact()}, sent="data"),
    Call("POST /told/contacts/{contact}/remove", OWNS, 303, named=lambda s: {"contact": s.contact()}),
    Call("POST /told/contacts/{contact}/try", OWNS, 303, named=lambda s: {"contact": s.confirmed()}),
    Call("POST /told/browser", ANYONE, 422, lambda s: {"subscription": "none"}, sent="data"),
    Call("POST /told/quiet-hours", ANYONE, 303, lambda s: {"none": "yes"}, sent="data"),
    form(f"POST {PAGE}/hidden", 303, lambda s: {"what": "other", "to": "2015-01-01", "sure": "yes"}, policy=SETTLES),
    form(f"POST {PAGE}/hidden/show", 303, lambda s: {"items": str(s.hidden())}, policy=SETTLES),
    form(f"POST {PAGE}/devices", 303, lambda s: {"number": str(s.world.record.device().id)}),
    form(f"POST {PAGE}/devices/{{pairing}}/end", named=lambda s: {"pairing": s.pairing()}),
    form(f"POST {PAGE}/import", 303, lambda s: {"file": ("a.csv", OWN_EXPORT)}, sent="files"),
    form(f"POST {PAGE}/import/{{file}}/start", named=lambda s: {"file": s.file()}),
    form(f"POST {PAGE}/import/{{file}}/drop", named=lambda s: {"file": s.file()}),
    form(f"POST {PAGE}/leave/collection", 303, lambda s: {"collection": "restart"}, policy=SETTLES),
    Call(f"POST {PAGE}/leave/close", ACTS, 422, lambda s: {"name": "somebody else"}, sent="data"),
    Call(f"POST {PAGE}/leave/delete", ACTS, 422, lambda s: {"name": "somebody else"}, sent="data"),
    Call("GET /households/{household}/inbox", ACTS),
    form("POST /households/{household}/inbox/{reading}", 303, lambda s: {"person": "nobody"},
         named=lambda s: {"reading": s.weighing}),
    form("POST /households/{household}/inbox/{reading}/undo", named=lambda s: {"reading": s.weighing}),
    Call("GET /people/{person}/alerts", READS),
    Call("POST /alerts/{alert}/acknowledge", FOLLOWS, 303, named=lambda s: {"alert": s.world.alert(s.ada)}),
    Call("POST /alerts/{alert}/snooze", FOLLOWS, 303, lambda s: {"rest": "30"},
         lambda s: {"alert": s.world.alert(s.ada)}, sent="data"),
    Call("GET /people", ANYONE),
    Call("GET /first-run", RUNS),
    Call("POST /first-run/person", RUNS, 422),  # nothing entered
    Call("POST /first-run/device", RUNS, 404),  # of nobody
    Call("POST /first-run/invitation", RUNS, 404),
    Call("GET /clinic", CLINICS),
    Call("POST /people/{person}/reviewed", MARKS, 303),
    Call("POST /people/{person}/reviewed/{mark}/undo", UNMARKS, 303, named=lambda s: {"mark": s.mark("reviewed")}),
    Call("GET /people/{person}/notes", READS),
    Call("POST /people/{person}/notes", MARKS, 422),  # nothing is written in it
    Call("POST /people/{person}/notes/{note}/take-back", UNMARKS, 303,
         named=lambda s: {"note": s.mark("clinical_note")}),
    Call("GET /preferences", PUBLIC),
    Call("POST /preferences", PUBLIC, 403),  # from another site, as every form that is not ours
    Call("GET /sw.js", PUBLIC),
    Call("GET /static/{name}", PUBLIC, named=lambda s: {"name": "base.css"}),
)  # fmt: skip
_GUARDING = (READS, ACTS, SETTLES, SENDS, OPENS, OWNS, FOLLOWS, SETS, MARKS, UNMARKS)
GUARDED = [call for call in CALLS if call.policy in _GUARDING]


@pytest.fixture(scope="module")
def scene(lasting_database: Database) -> Scene:
    """Made once: the calls change nothing that another call depends on."""
    world = World(lasting_database)
    ada, cleo, bob = world.measured("Ada"), world.measured("Cleo"), world.measured("Bob")
    scale = world.record.device()
    home = world.record.household([ada.person], [scale]).id
    waits = a_reading("w", person=None, household=world.record.number_of_household(home), device=scale.number,
                      kind=Kind.WEIGHT, raw=kg(70), taken_at=begun())  # fmt: skip
    with world.database.transaction(Role.INTAKE) as connection:
        PostgresStore(connection).keep([waits])
    world.as_administrator("UPDATE device SET gateway = 'attic' WHERE id = %s", ada.sensor.id)
    return Scene(world, ada, cleo, home, UUID(bytes=waits.key), _callers(world, ada, cleo, bob))


def _callers(world: World, ada: Holder, cleo: Holder, bob: Holder) -> dict[str, Api]:
    clinicians = {name: world.clinician() for name in sorted(CLINICIANS)}
    team, app = world.somebody(ActorRole.TEAM), world.somebody(ActorRole.APP)
    caregiver, delegate, representative = (world.somebody(ActorRole.CAREGIVER) for _ in range(3))
    for granted in (clinicians["clinician granted"], clinicians["clinician blocked"], team, app, caregiver):
        world.grant(ada, granted)
    world.grant(ada, delegate, delegate=True)
    world.grant(ada, representative, delegate=True, may=list(May))
    for member in ("team member", "clinician blocked"):
        world.join(team, clinicians[member])
    for record in (ada, cleo):
        world.block(record, clinicians["clinician blocked"])
    world.open_in_emergency(ada, clinicians["clinician in emergency"])
    others: dict[str, Somebody] = {
        "the person": ada, "another person": bob, "caregiver granted": caregiver, "delegate": delegate,
        "representative": representative,
        "app granted": app, "app without grant": world.somebody(ActorRole.APP),
        "gateway": world.somebody(ActorRole.GATEWAY, "attic"),
        "administrator": world.somebody(ActorRole.ADMIN, "administrator"),
    }  # fmt: skip
    strangers = {"nobody": world.caller(None), "bad token": world.caller("vigie_" + "x" * 43)}
    return {name: each.api for name, each in (clinicians | others).items()} | strangers


def came_to(call: Call, answer: httpx.Response) -> Answer | str:
    """What that answer is; one of no class is told as it is."""
    classes = {401: Answer.WHO, 403: Answer.ROLE, 404: Answer.NOT_THERE} | {call.status: Answer.ANSWERED}
    return classes.get(answer.status_code, f"{answer.status_code} {answer.text}")


def routes() -> list[APIRoute]:
    return [route for module in ALL for route in module.router.routes if isinstance(route, APIRoute)]


def spelled(route: APIRoute) -> list[str]:
    return [f"{method} {route.path}" for method in sorted(route.methods or ())]


# ── The table is whole ───────────────────────────────────────────────────────────────────────────────────────────────


def test_every_route_and_method_is_in_the_table_once() -> None:
    assert sorted(call.route for call in CALLS) == sorted(name for route in routes() for name in spelled(route))


def test_the_application_answers_nothing_besides(scene: Scene) -> None:
    served = scene.callers["nobody"].get("/openapi.json").json()["paths"]
    named = {f"{method.upper()} {path}" for path, methods in served.items() for method in methods}
    assert named == {call.route for call in CALLS}
    mounted = {getattr(route, "path", None) for route in create_app(scene.world.hub).routes}
    assert mounted - {route.path for route in routes()} <= {"/openapi.json", None}


@pytest.mark.parametrize("route", routes(), ids=lambda route: " ".join(spelled(route)))
def test_every_route_declares_a_policy(route: APIRoute) -> None:
    assert policy_of(route) is not None


def test_everybody_has_a_caller(scene: Scene) -> None:
    assert set(scene.callers) == EVERYBODY


# ── What each may ask ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.route)
def test_a_route_answers_those_it_should_and_nobody_else(scene: Scene, call: Call) -> None:
    came = {who: came_to(call, call.ask(scene, scene.callers[who])) for who in sorted(EVERYBODY)}
    assert came == {who: call.policy.of(who) for who in sorted(EVERYBODY)}


@pytest.mark.parametrize("call", GUARDED, ids=lambda call: call.route)
def test_what_is_not_to_be_seen_is_answered_as_what_does_not_exist(scene: Scene, call: Call) -> None:
    unseen = [who for who in sorted(SIGNED_IN) if call.policy.of(who) is Answer.NOT_THERE]
    absent = {name: str(uuid4()) for name in ("person", "household", "device", "contact", "alert")}
    hers = [call.ask(scene, scene.callers[who]) for who in unseen]
    nobodys = [call.ask(scene, scene.callers[who], **absent) for who in unseen]
    assert unseen
    assert [told(answer) for answer in hers] == [told(answer) for answer in nobodys]


@pytest.mark.parametrize("call", GUARDED, ids=lambda call: call.route)
def test_what_is_not_there_costs_the_database_the_same_words(scene: Scene, call: Call) -> None:
    """No clock tells a record that may not be seen from one that does not exist."""
    absent = {name: str(uuid4()) for name in ("person", "household", "device", "contact", "alert")}
    who = min(who for who in SIGNED_IN - READ if call.policy.of(who) is Answer.NOT_THERE)
    with saying() as of_hers:
        call.ask(scene, scene.callers[who])
    with saying() as of_nobodys:
        call.ask(scene, scene.callers[who], **absent)
    assert of_hers
    assert of_hers == of_nobodys


IN_TURN = (" ticket", "FROM news", "pg_current_snapshot")
"""Of tickets that are renewed, and of the look at what is new that all who follow share."""


@contextmanager
def saying() -> Iterator[list[str]]:
    """What requests tell the database meanwhile, but for what is done when it is due, whoever asks: IN_TURN."""
    said: list[str] = []
    execute = psycopg.Cursor.execute

    def noting(cursor: Any, query: Any, *more: Any, **how: Any) -> Any:
        if current_thread().name.startswith("AnyIO"):  # the others' upkeep comes when it comes
            said.append(query if isinstance(query, str) else bytes(query).decode())
        return execute(cursor, query, *more, **how)

    with patch.object(psycopg.Cursor, "execute", noting):
        yield said
    said[:] = [each for each in said if each and not any(words in each for words in IN_TURN)]


def told(answer: httpx.Response) -> tuple[int, str, list[tuple[str, str]]]:
    """All that a caller is told."""
    return answer.status_code, answer.text, sorted(answer.headers.items())


def test_the_list_holds_those_whom_the_actor_may_see(scene: Scene) -> None:
    scene.world.settle()
    listed = {who: scene.callers[who].get("/v1/population").json()["people"] for who in sorted(SIGNED_IN)}
    seeing = {who for who, rows in listed.items() if str(scene.ada.id) in {row["person"] for row in rows}}
    assert seeing == READ
    assert [row["given"] for row in listed["another person"]] == ["Bob"]
    assert listed["clinician blocked"] == listed["app without grant"] == listed["gateway"] == []
