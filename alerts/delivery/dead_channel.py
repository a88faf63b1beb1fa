"""When an address fails: its holder hears it by another way, and whoever is next in the chain is not kept waiting.

Followers of a service that was down for three days at a stretch were told nothing for hours (trust file, section 5).
"""

from collections.abc import Mapping
from datetime import datetime, time

from alerts.delivery.chain import quiet_hours
from alerts.delivery.outbox import Entry, Taken, put
from alerts.rule import Level
from hub.database import Connection


def tell_of(connection: Connection, taken: Taken) -> None:
    """Queue what there is to say of an address that fails, once for each time it begins to.

    It presses as much as what did not get through: by night, only if that was urgent.
    """
    row = connection.execute(_FAILING, (taken.contact,)).fetchone()
    if row is None:  # taken away meanwhile
        return
    failing, now, since, until, zone = row
    about = f"{taken.contact} {failing}"
    put(connection, Entry(
        account=taken.account, what="dead_channel", level=taken.level, about=about,
        not_before=_due(taken.level, now, since, until, zone),
    ), taken.contact)  # fmt: skip
    of = {"number": taken.number, "event": taken.event, "step": taken.step}
    if taken.event is not None and not connection.execute(_TOLD, of).rowcount:
        _next_in_chain(connection, of, about)


def _next_in_chain(connection: Connection, of: Mapping[str, int | None], about: str) -> None:
    """Nobody has been told of this ring yet: the next step's turn is now, but for who sleeps through what may wait."""
    rows = connection.execute(_NEXT, of).fetchall()
    for number, account, step, level, person, shown, kinds, *quiet in rows:
        due = _due(level, *quiet)
        connection.execute(
            "UPDATE outbox SET not_before = least(not_before, %s) WHERE number = %s AND state = 'waiting'",
            (due, number),
        )
        put(connection, Entry(
            account=account, what="untold", level=level, about=f"{about} {account}", person=person, shown=shown,
            kinds=kinds, step=step, not_before=due,
        ))  # fmt: skip


def _due(level: str, now: datetime, since: time | None, until: time | None, zone: str | None) -> datetime:
    quiet = None if level == Level.URGENT else quiet_hours(since, until, zone)
    return quiet.ends_after(now) if quiet else now


_FAILING = """
    SELECT extract(epoch FROM coalesce(c.dead_at, c.failing_since)), now(), q.since, q.until, q.time_zone
    FROM contact c LEFT JOIN quiet_hours q ON q.account = c.account WHERE c.id = %s
"""

# with whose it is, by which an event's messages are found
_WHOSE = "(SELECT t.person FROM outbox t WHERE t.number = %(number)s)"
_TOLD = f"""
    SELECT FROM outbox
    WHERE person = {_WHOSE} AND event = %(event)s AND step <= %(step)s AND number <> %(number)s
      AND (state IN ('sending', 'sent') OR (state = 'waiting' AND attempts = 0 AND not_before <= now()))
"""

_NEXT = f"""
    SELECT o.number, o.account, o.step, o.level, o.person, o.shown, o.kinds, now(), q.since, q.until, q.time_zone
    FROM outbox o LEFT JOIN quiet_hours q ON q.account = o.account
    WHERE o.person = {_WHOSE} AND o.event = %(event)s AND o.state = 'waiting' AND o.step = (
        SELECT min(n.step) FROM outbox n WHERE n.person = o.person AND n.event = %(event)s AND n.step > %(step)s)
"""  # noqa: S608
