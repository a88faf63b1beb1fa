"""Who is told of a person's alerts, and what was sent to them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.errors import Conflict, NotFound
from ingest_api.context import TheHub
from ingest_api.opened import acting_for, enter
from ingest_api.pages.forms import Form, done
from ingest_api.pages.render import page
from ingest_api.pages.settings import frame, moment_told
from ingest_api.pages.visitor import TheVisitor, Visitor
from ingest_api.parts import Hub
from ingest_api.told import Recipient, Sent, Step, chain_of, sent_about, settle_chain

router = APIRouter(prefix="/people/{person}/chain", tags=["pages"])

STEPS = 5
LONGEST = 1440
MOST_NAMES = 10
SHOWN = 30
"""What was sent lately; GET /v1/people/ID/notifications has all."""


@dataclass(frozen=True, slots=True)
class Row:
    """A step as the form's fields hold it."""

    n: int
    legend: str
    names: str
    minutes: str
    reveals: bool


@dataclass(frozen=True, slots=True)
class Line:
    """What was sent to one address, in words."""

    who: str
    how: str
    when: str
    what: str
    state: str


@router.get("", response_class=HTMLResponse)
def chain(person: UUID, request: Request, hub: TheHub, visitor: TheVisitor) -> HTMLResponse:
    """Who is told, and what was sent."""
    return _shown(person, request, hub, visitor)


@router.post("", response_class=RedirectResponse)
def settle(person: UUID, request: Request, hub: TheHub, visitor: TheVisitor, form: Form) -> Response:
    """Settle who is told, instead of before."""
    try:
        settle_chain(hub, visitor.actor, person, list(steps_in(form)))
    except NotFound:
        return _shown(person, request, hub, visitor, "nobody", form)
    except (Conflict, ValueError):
        return _shown(person, request, hub, visitor, "order", form)
    return done(f"/people/{person}/chain", "saved")


def steps_in(form: Mapping[str, str]) -> Iterator[Step]:
    """The steps that name somebody; the first of them is told at once. Raises ValueError."""
    first = True
    for n in range(1, STEPS + 1):
        names = [name.strip() for name in form.get(f"names_{n}", "").splitlines() if name.strip()]
        if not names:
            continue
        minutes = 0 if first else int(form.get(f"minutes_{n}", ""))
        if not 0 <= minutes <= LONGEST or len(names) > MOST_NAMES or not all(_spellable(name) for name in names):
            raise ValueError("no step")
        yield Step(minutes, [(name, f"reveals_{n}" in form) for name in names])
        first = False


def rows(visitor: Visitor, chain_now: Sequence[Recipient]) -> list[Row]:
    """The form's fields for a chain; at least three steps to fill in."""
    words, told = visitor.words("chain"), []
    count = min(STEPS, max([3, *(each.step + 2 for each in chain_now)]))
    for n in range(1, count + 1):
        members = [each for each in chain_now if each.step == n - 1]
        minutes = f"{members[0].after // timedelta(minutes=1)}" if members else ""
        reveals = bool(members) and all(each.reveals for each in members)
        names = "\n".join(each.account for each in members)
        told.append(Row(n, words.say("step", n=n), names, minutes, reveals))
    return told


def typed_rows(visitor: Visitor, form: Mapping[str, str]) -> list[Row]:
    """The fields as they were typed."""
    words = visitor.words("chain")
    return [
        Row(n, words.say("step", n=n), form.get(f"names_{n}", ""), form.get(f"minutes_{n}", ""), f"reveals_{n}" in form)
        for n in range(1, STEPS + 1)
    ]


def line(visitor: Visitor, sent: Sent, zone: ZoneInfo) -> Line:
    """One message in words."""
    words = visitor.words("chain")
    state = words["state"][sent.state]
    if sent.reason is not None:
        state = f"{state} ({words['reason'].get(sent.reason, sent.reason)})"
    if len(sent.attempts) > 1:
        state = f"{state}, {words.say('attempts', n=len(sent.attempts))}"
    return Line(
        sent.to, visitor.words("told")["channel"][sent.channel], moment_told(visitor, sent.created_at, zone),
        words["what"].get(sent.what, sent.what), state,
    )  # fmt: skip


def _spellable(name: str) -> bool:
    return name.isprintable() and len(name) <= 200


def _shown(
    person: UUID, request: Request, hub: Hub, visitor: Visitor, problem: str | None = None,
    typed: Mapping[str, str] | None = None,
) -> HTMLResponse:  # fmt: skip
    words = visitor.words("chain")
    with acting_for(hub, visitor.actor, person) as record:
        number, zone = record.whose.number, record.whose.zone
        enter(record.connection, [number], "read", [])
        now = chain_of(record.connection, number)
        model = frame(visitor, record) | {
            "base": f"/people/{person}/chain",
            "alone": not now,
            "unreachable": [words.say("no_address", who=each.name) for each in now if not each.has_address],
            "steps": rows(visitor, now) if typed is None else typed_rows(visitor, typed),
            "sent": [line(visitor, each, zone) for each in sent_about(record.connection, number, SHOWN)],
        }
    if problem is not None:
        model["problem"] = words["problem"][problem]
    return page(request, visitor, "chain.html", 200 if problem is None else 422, **model)
