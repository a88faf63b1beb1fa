"""Who is told of a person's alerts, in which order; and the proof of what was sent to whom."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from alerts.delivery.desk import Desk, Link
from alerts.rule import Level
from hub.accounts import ActorRole
from hub.errors import Conflict
from hub.sharing import Sharing
from ingest_api.context import Sharer, TheHub
from ingest_api.opened import acting_for, enter

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
    with acting_for(hub, actor, person) as record:
        enter(record.connection, [record.whose.number], "read", [])
        rows = record.connection.execute(
            "SELECT step, after, name, role, shown_name, reveals, has_address FROM chain WHERE person = %s "
            "ORDER BY step, name",
            (record.whose.number,),
        ).fetchall()
    steps: dict[int, StepAnswer] = {}
    for step, after, name, role, shown, reveals, has in rows:
        told = RecipientAnswer(account=name, role=role, name=shown, reveals=reveals, has_address=has)
        steps.setdefault(step, StepAnswer(after_minutes=_minutes(after), recipients=[])).recipients.append(told)
    return ChainAnswer(steps=list(steps.values()))


@router.put("/chain")
def put_chain(person: UUID, body: ChainBody, hub: TheHub, actor: Sharer) -> Done:
    """Settle who is told, instead of before. It lets nobody see anything: grant that first."""
    _check(body)
    with acting_for(hub, actor, person) as record, hub.registering(actor) as connection:
        sharing = Sharing(connection)
        links = [
            Link(sharing.account(each.account).number, n, timedelta(minutes=step.after_minutes), each.reveals)
            for n, step in enumerate(body.steps)
            for each in step.recipients
        ]
        if len({link.account for link in links}) < len(links):
            raise Conflict("name each recipient once: they are told again with every ring anyway")
        Desk(connection).chain(record.whose.number, links)
        enter(connection, [record.whose.number], "chain", [])
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
        rows = record.connection.execute(_NOTIFICATIONS, (record.whose.number, cursor, cursor, limit + 1)).fetchall()
    page = rows[:limit]
    return NotificationsAnswer(
        notifications=[_notification(row[1:]) for row in page], next=page[-1][0] if len(rows) > limit else None
    )


def _check(body: ChainBody) -> None:
    """The first is told at once, and each step after the one before."""
    delays = [step.after_minutes for step in body.steps]
    if delays and (delays[0] != 0 or delays != sorted(set(delays))):
        raise Conflict("the first step is told after 0 minutes, and each other later than the one before it")


def _minutes(after: timedelta) -> int:
    return after // timedelta(minutes=1)


def _notification(row: tuple[Any, ...]) -> NotificationAnswer:
    return NotificationAnswer(**dict(zip(NotificationAnswer.model_fields, row, strict=True)))


_NOTIFICATIONS = """
    SELECT number, key, name, role, channel, what, level, step, state, reason, created_at, settled_at, attempts
    FROM notification WHERE person = %s AND (%s::bigint IS NULL OR number < %s) ORDER BY number DESC LIMIT %s
"""
