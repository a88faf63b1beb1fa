"""A household's inbox: weights nobody was given, and one tap to say whose each was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta, timezone
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.errors import CollectionStopped, NotFound
from hub.quantities import KINDS, Kind
from ingest_api import unassigned
from ingest_api.context import TheHub
from ingest_api.pages.forms import Form, done
from ingest_api.pages.render import page
from ingest_api.pages.settings import measured
from ingest_api.pages.visitor import Guest, TheVisitor
from ingest_api.unassigned import Member, Said, Waiting, house

router = APIRouter(prefix="/households/{household}/inbox", tags=["pages"])

ON_A_PAGE = 30
LATELY = 20
NOBODY = "nobody"

_LIKELY = ((0.75, "very_likely"), (0.4, "likely"), (0.1, "possible"), (0.0, "unlikely"))
"""From which probability on which word."""


@dataclass(frozen=True, slots=True)
class Button:
    """Somebody it may have been, and how likely that is, in words; without, where nothing tells.

    One stands out only where it is very likely theirs: a hand in a hurry takes the button that does.
    """

    person: UUID
    given: str
    likely: str | None
    stands_out: bool


@dataclass(frozen=True, slots=True)
class WeighingLine:
    """A weight in words, with what was measured in the same moment, and whose it may be, likeliest first."""

    key: UUID
    value: str
    at: str
    besides: str
    hint: str | None
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class DecidedLine:
    """A weight whose owner is known, in words."""

    key: UUID
    value: str
    at: str
    whose: str


@router.get("", response_class=HTMLResponse)
def inbox(household: UUID, request: Request, hub: TheHub, visitor: TheVisitor) -> HTMLResponse:
    """What waits, and what was decided of late."""
    with hub.reading(visitor.actor) as connection:
        home = house(connection, household)
        waiting, decided = home.waiting(ON_A_PAGE + 1), home.decided(LATELY)
    return page(
        request, visitor, "inbox.html",
        home=home.name,
        waiting=[weighing_line(visitor, each, home.members) for each in waiting[:ON_A_PAGE]],
        more=len(waiting) > ON_A_PAGE,
        decided=[decided_line(visitor, each, home.members) for each in decided],
        base=f"/households/{household}/inbox",
        nobody=NOBODY,
    )  # fmt: skip


@router.post("/{reading}", response_class=RedirectResponse)
def assign(household: UUID, reading: UUID, hub: TheHub, visitor: TheVisitor, form: Form) -> Response:
    """Say whose it was; it keeps its original time."""
    person = None if form.get("person") == NOBODY else _id(form.get("person", ""))
    try:
        unassigned.assign(hub, visitor.actor, household, reading, person)
    except CollectionStopped:
        return done(f"/households/{household}/inbox", "stopped")
    return done(f"/households/{household}/inbox", "nobodys" if person is None else "given")


@router.post("/{reading}/undo", response_class=RedirectResponse)
def undo(household: UUID, reading: UUID, hub: TheHub, visitor: TheVisitor) -> Response:
    """Take back whose it was: it waits again."""
    unassigned.put_back(hub, visitor.actor, household, reading)
    return done(f"/households/{household}/inbox", "undone")


def weighing_line(visitor: Guest, each: Waiting, members: Sequence[Member]) -> WeighingLine:
    """What waits, in words."""
    kinds = visitor.words("settling")["kind"]
    besides = (f"{kinds[said.kind]} {_said(visitor, said)}" for said in each.composition)
    return WeighingLine(
        each.key, _named(visitor, each.said), _at(visitor, each), ", ".join(besides), each.hint,
        tuple(_buttons(visitor, each, members)),
    )  # fmt: skip


def decided_line(visitor: Guest, each: Waiting, members: Sequence[Member]) -> DecidedLine:
    """What was decided, in words."""
    names = {member.number: member.given for member in members}
    nobody = visitor.words("inbox")["nobody"]
    whose = nobody if each.person is None else names.get(each.person, nobody)
    return DecidedLine(each.key, _named(visitor, each.said), _at(visitor, each), whose)


def likely_told(visitor: Guest, probability: float) -> str:
    """A probability in words."""
    key = next(key for least, key in _LIKELY if probability >= least)
    return str(visitor.words("inbox")["probably"][key])


def _buttons(visitor: Guest, each: Waiting, members: Sequence[Member]) -> list[Button]:
    likely = dict(each.candidates)
    ranked = sorted(members, key=lambda member: (-likely.get(member.number, -1.0), member.given))
    return [_button(visitor, member, likely.get(member.number)) for member in ranked]


def _button(visitor: Guest, member: Member, probability: float | None) -> Button:
    if probability is None:
        return Button(member.id, member.given, None, stands_out=False)
    return Button(member.id, member.given, likely_told(visitor, probability), probability >= _LIKELY[0][0])


def _named(visitor: Guest, said: Said) -> str:
    """The number; with the kind before it unless it is a weight, which everybody recognises."""
    value = _said(visitor, said)
    return value if said.kind is Kind.WEIGHT else f"{visitor.words('settling')['kind'][said.kind]} {value}"


def _said(visitor: Guest, said: Said) -> str:
    return visitor.numbers.unknown if said.value is None else measured(visitor, said.value, KINDS[said.kind].unit)


def _at(visitor: Guest, each: Waiting) -> str:
    """By the clock of the home at that time."""
    return visitor.numbers.moment(each.taken_at.astimezone(timezone(timedelta(minutes=each.utc_offset))))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("no such person in this household") from None
