"""What rang and was over before it got through: it rings for nobody any more, and is still told to those it was for.

Whoever's turn had come while it rang, and whom no message of it reached, is told once that it was, and from when until
when; if nobody at all was reached, the next step of the chain too. What somebody dealt with is told to nobody. It waits
for the end of quiet hours; what was not urgent is then one message for all of them. What ended because nothing was
heard any more may go on: it presses as it did.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from alerts.delivery.chain import chain_of
from alerts.delivery.escalation import Call, Ring, missed
from alerts.delivery.outbox import Entry, put
from alerts.rule import Ended, Level
from hub.database import Connection

WAS, LOST, MEANWHILE = "was", "lost", "meanwhile"
"""What messages tell: of one alert, that is over or was lost sight of; of whatever was not urgent in quiet hours."""


@dataclass(frozen=True, slots=True)
class Over:
    """An alert that is over, by its last event; `began`: since when nobody had acknowledged it, None if somebody has.

    `ended`: how it did, None where that is not known; `resting`: accounts that snoozed it, and so know of it.
    """

    event: int
    person: int
    shown: bool
    kinds: list[int] | None
    level: Level
    at: datetime
    ended: Ended | None
    began: datetime | None
    resting: list[str]


def plan(connection: Connection, row: tuple[Any, ...]) -> None:
    """Queue what is to be told of an alert that is over: a row of OVER (role `vigie_deliver`)."""
    over = Over(*row)
    if over.began is not None and over.kinds:
        _tell(connection, over, over.began, over.kinds)
    connection.execute("UPDATE alert_event SET planned_at = now() WHERE number = %s", (over.event,))


def _tell(connection: Connection, over: Over, began: datetime, kinds: list[int]) -> None:
    told = connection.execute(_REACHED, (began, over.event)).fetchall()
    reached = frozenset([*(account for (account,) in told), *map(int, over.resting)])
    chain = chain_of(connection, over.person, over.shown, kinds)
    wakes = over.ended == Ended.LOST and over.level == Level.URGENT
    members = [replace(each, quiet=None) for each in chain.members] if wakes else chain.members
    for call in missed(Ring(began, began, Level(over.level)), over.at, members, reached):
        if call.account in chain.sees:
            put(connection, _entry(over, call, kinds))


def _entry(over: Over, call: Call, kinds: list[int]) -> Entry:
    """What is over presses nobody; of a night there is one for all that was not urgent, whichever of it came first."""
    lost = over.ended == Ended.LOST
    together = not lost and over.level != Level.URGENT and call.not_before > over.at
    night = f"{over.person} {over.shown} {kinds} {call.not_before}"
    return Entry(
        account=call.account, what=LOST if lost else MEANWHILE if together else WAS,
        level=over.level if lost else Level.NOTICE, about=night if together else str(over.event), person=over.person,
        shown=over.shown, kinds=kinds, event=None if together else over.event, step=call.step,
        not_before=call.not_before,
    )  # fmt: skip


# one that is on its way just now may yet get through: it is waited for
OVER = """
    SELECT e.number, e.person, e.shown, a.kinds, e.level, e.at, e.ended,
           (SELECT min(b.at) FROM alert_event b
            WHERE (b.person, b.shown, b.alert) = (e.person, e.shown, e.alert) AND b.what IN ('raised', 'worsened')
              AND b.number > coalesce((
                  SELECT max(k.number) FROM alert_event k
                  WHERE (k.person, k.shown, k.alert) = (e.person, e.shown, e.alert) AND k.what = 'acknowledged'), 0)),
           ARRAY(SELECT s.by FROM alert_event s
                 WHERE (s.person, s.shown, s.alert) = (e.person, e.shown, e.alert) AND s.what = 'snoozed'
                   AND s.by IS NOT NULL)
    FROM alert_event e JOIN alert a ON (a.person, a.shown, a.key) = (e.person, e.shown, e.alert)
    WHERE e.what = 'resolved' AND e.planned_at IS NULL AND NOT e.number = ANY(%s)
      AND NOT EXISTS (SELECT FROM alert_event r JOIN outbox o ON (o.person, o.event) = (r.person, r.number)
                      WHERE (r.person, r.alert) = (e.person, e.alert) AND o.state = 'sending')
    ORDER BY e.number LIMIT %s FOR UPDATE OF e SKIP LOCKED
"""

# in either lens: what is hidden from some changes nobody's turn
_REACHED = """
    SELECT DISTINCT o.account FROM alert_event e
    JOIN alert_event r ON (r.person, r.alert) = (e.person, e.alert) AND r.rings AND r.at >= %s
    JOIN outbox o ON (o.person, o.event) = (r.person, r.number) AND o.state = 'sent'
    WHERE e.number = %s
"""
