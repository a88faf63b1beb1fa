"""Who is told of a person's alerts, in which order; and the proof of what was sent to whom."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from alerts.rule import Level
from hub.accounts import ActorRole
from ingest_api.context import Sharer, TheHub
from ingest_api.opened import acting_for, enter
from ingest_api.told import Step, chain_of, sent_about, settle_chain

router = APIRouter(prefix="/v1/people/{person}", tags=["being told"])

LONGEST = 24 * 60
"""Minutes; whoever is to be told a day later need not be in a chain."""

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RecipientBody(_Body):
    """A person's id, or the name they are known by; `reveals` lets them have values where they want them."""

    account: Name
    reveals: bool = False


class StepBody(_Body):
    """Who is told so many minutes after the alert began to ring, unless somebody has acknowledged it by then."""

    after_minutes: Annotated[int, Field(ge=0, le=LONGEST)]
    recipients: Annotated[list[RecipientBody], Field(min_length=1, max_length=10)]


class ChainBody(_Body):
    """The steps in order; without any, the person alone is told."""

    steps: Annotated[list[StepBody], Field(max_length=5)]


class RecipientAnswer(BaseModel):
    """`has_address`: some confirmed address of theirs works; nobody waits for one who has none."""

    account: str
    role: ActorRole
    name: str
    reveals: bool
    has_address: bool


class StepAnswer(BaseModel):
    """Who is told so many minutes after it began."""

    after_minutes: int
    recipients: list[RecipientAnswer]


class ChainAnswer(BaseModel):
    """The steps in order."""

    steps: list[StepAnswer]


class AttemptAnswer(BaseModel):
    """One attempt: accepted, try_later, address_dead; and why."""

    at: datetime
    outcome: str
    why: str | None


class NotificationAnswer(BaseModel):
    """What was to be sent to one address, of what, and what came of it; `reason` it was cancelled or given up for."""

    id: UUID
    to: str
    role: ActorRole
    channel: str
    what: str
    level: Level
    step: int
    state: str
    reason: str | None
    created_at: datetime
    settled_at: datetime | None
    attempts: list[AttemptAnswer]


class NotificationsAnswer(BaseModel):
    """A page, newest first; `next` is the cursor of the page after it."""

    notifications: list[NotificationAnswer]
    next: int | None


class Done(BaseModel):
    """It is settled."""

    done: bool = True


@router.get("/chain")
def get_chain(person: UUID, hub: TheHub, actor: Sharer) -> ChainAnswer:
    """Who is told, and whether they can be."""
    steps: dict[int, StepAnswer] = {}
    with acting_for(hub, actor, person) as record:
        enter(record.connection, [record.whose.number], "read", [])
        for each in chain_of(record.connection, record.whose.number):
            told = RecipientAnswer(account=each.account, role=ActorRole(each.role), name=each.name,
                                   reveals=each.reveals, has_address=each.has_address)  # fmt: skip
            minutes = each.after // timedelta(minutes=1)
            steps.setdefault(each.step, StepAnswer(after_minutes=minutes, recipients=[])).recipients.append(told)
    return ChainAnswer(steps=list(steps.values()))


@router.put("/chain")
def put_chain(person: UUID, body: ChainBody, hub: TheHub, actor: Sharer) -> Done:
    """Settle who is told, instead of before. It lets nobody see anything: grant that first."""
    steps = [
        Step(step.after_minutes, [(each.account, each.reveals) for each in step.recipients]) for step in body.steps
    ]
    settle_chain(hub, actor, person, steps)
    return Done()


@router.get("/notifications")
def get_notifications(
    person: UUID,
    hub: TheHub,
    actor: Sharer,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> NotificationsAnswer:
    """What was sent to whom about this person, and every attempt at it; never what it said."""
    with acting_for(hub, actor, person) as record:
        enter(record.connection, [record.whose.number], "read", [])
        sent = sent_about(record.connection, record.whose.number, limit + 1, cursor)
    page, names = sent[:limit], tuple(NotificationAnswer.model_fields)
    return NotificationsAnswer(
        notifications=[NotificationAnswer(**{name: getattr(each, name) for name in names}) for each in page],
        next=page[-1].number if len(sent) > limit else None,
    )
