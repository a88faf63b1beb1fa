"""Prevention: what is due, why, since when and by which source; what people say of it."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from alerts.prevention import Item, Language, State
from alerts.prevention.facts import Act
from alerts.prevention.findrisc import Answers, Family, Score, in_words
from alerts.prevention.outlook import outlook
from alerts.prevention.signal import Signal
from ingest_api.access import Actor
from ingest_api.context import Anyone, Hub, Reader, TheHub
from ingest_api.language import Spoken
from ingest_api.moment import Day
from ingest_api.prevention import Said, day_said, known_of, noted_of, said_of, settling, wholly_opened

router = APIRouter(prefix="/v1/people/{person}/prevention", tags=["prevention"])

ItemName = Annotated[str, Path(max_length=80)]
Answered = Annotated[bool | None, Field(strict=True)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SaidBody(_Body):
    """The day it was done or declined; the person's today if none."""

    on: Day | None = None


class AnswersBody(_Body):
    """What only the person knows; null is not answered. `last_period` is its first day; `waist_cm` below the ribs."""

    last_period: Day | None = None
    waist_cm: Annotated[float | None, Field(ge=30, le=250, allow_inf_nan=False, strict=True)] = None
    active: Answered = None
    greens: Answered = None
    pressure_drug: Answered = None
    high_glucose: Answered = None
    family: Family | None = None

    def answers(self) -> Answers:
        """To FINDRISC's questions."""
        return Answers(**self.model_dump(exclude={"last_period"}))


class SaidAnswer(BaseModel):
    """What was said of an item, for which day, when and by whom."""

    id: UUID
    said: Act
    on: date
    at: datetime
    by: str | None


class ItemAnswer(BaseModel):
    """One thing to do: where it stands and why, its source and when that was read, what must be checked first.

    `since` it is due, `until` its last day, `next` when it will be due, `last` when it was done; null: nothing says.
    """

    item: str
    topic: str
    status: State
    title: str
    why: str
    since: date | None
    until: date | None
    next: date | None
    last: date | None
    source: str
    read: date
    recheck: str | None
    noted_at: datetime | None
    said: list[SaidAnswer]


class SignalAnswer(BaseModel):
    """What readings suggest: said, never an alarm."""

    name: str
    since: date
    why: str
    source: str


class RiskAnswer(BaseModel):
    """FINDRISC, from the least to the most points that missing answers leave open."""

    least: int
    most: int
    missing: list[str]
    why: str


class PreventionAnswer(BaseModel):
    """What prevention says on the person's `today`, the pressing first; conditions that no schedule understands."""

    today: date
    language: Language
    items: list[ItemAnswer]
    signals: list[SignalAnswer]
    risk: RiskAnswer | None
    answers: AnswersBody
    not_understood: list[str]


class Noted(BaseModel):
    """It is noted, under this id."""

    id: UUID


class Done(BaseModel):
    """It is settled."""

    done: bool = True


@router.get("")
def get_prevention(person: UUID, hub: TheHub, actor: Reader, language: Spoken) -> PreventionAnswer:
    """Everything that concerns the person, with its reason and source, in French or English."""
    with wholly_opened(hub, actor, person) as record:
        of, connection = record.whose, record.connection
        known = known_of(connection, of, datetime.now(UTC))
        said, noted = said_of(connection, of.number), noted_of(connection, of.number)
    told = outlook(known)
    return PreventionAnswer(
        today=told.today,
        language=language,
        items=[_item(item, language, said.get(item.entry, []), noted.get(item.entry)) for item in told.items],
        signals=[_signal(signal, language) for signal in told.signals],
        risk=None if told.risk is None else _risk(told.risk, language),
        answers=AnswersBody(last_period=known.facts.last_period, **asdict(known.answers)),
        not_understood=list(told.not_understood),
    )


@router.put("/answers")
def answer(person: UUID, body: AnswersBody, hub: TheHub, actor: Anyone) -> Done:
    """Keep what only the person knows, instead of all that was answered before."""
    with settling(hub, actor, person, "prevention") as (desk, of):
        last_period = None if body.last_period is None else day_said(of, body.last_period)
        desk.answer(of.number, last_period, body.answers(), actor.account)
    return Done()


@router.post("/{item}/done")
def done(person: UUID, item: ItemName, hub: TheHub, actor: Anyone, body: SaidBody | None = None) -> Noted:
    """It was done, on that day; said again, nothing changes."""
    return _say(hub, actor, person, item, Act.DONE, body)


@router.post("/{item}/declined")
def declined(person: UUID, item: ItemName, hub: TheHub, actor: Anyone, body: SaidBody | None = None) -> Noted:
    """The person does not want it, this time; it is asked again when its next turn comes."""
    return _say(hub, actor, person, item, Act.DECLINED, body)


@router.delete("/{item}/said/{said}")
def take_back(person: UUID, item: ItemName, said: UUID, hub: TheHub, actor: Anyone) -> Done:
    """Take back what was said of it, as if it had never been; again changes nothing."""
    with settling(hub, actor, person, "prevention") as (desk, of):
        desk.take_back(of.number, item, said, actor.account)
    return Done()


def _say(hub: Hub, actor: Actor, person: UUID, item: str, act: Act, body: SaidBody | None) -> Noted:
    with settling(hub, actor, person, "prevention") as (desk, of):
        return Noted(id=desk.say(of.number, item, act, day_said(of, None if body is None else body.on), actor.account))


def _item(item: Item, language: Language, said: list[Said], noted_at: datetime | None) -> ItemAnswer:
    return ItemAnswer(
        item=item.entry,
        topic=item.topic,
        status=item.state,
        title=item.title.said(language),
        why=item.why.said(language),
        since=item.since,
        until=item.until,
        next=item.next,
        last=item.last,
        source=item.source.said(language),
        read=item.read,
        recheck=None if item.recheck is None else item.recheck.said(language),
        noted_at=noted_at,
        said=[SaidAnswer(id=each.id, said=each.act, on=each.day, at=each.at, by=each.by) for each in said],
    )


def _signal(signal: Signal, language: Language) -> SignalAnswer:
    return SignalAnswer(name=signal.name, since=signal.since, why=signal.why.said(language), source=signal.source)


def _risk(score: Score, language: Language) -> RiskAnswer:
    why = in_words(score).said(language)
    return RiskAnswer(least=score.least, most=score.most, missing=list(score.missing), why=why)
