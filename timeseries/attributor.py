"""Whose a shared device's readings are: decided from what was confirmed, given only when clear."""

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from hub.database import Connection, OperationalError
from hub.faults import named
from hub.quantities import Kind
from hub.readings import Attribution
from timeseries.attribution import Ask, Candidate, Given, Member, Model, Weighing, candidates, decide, model_of
from timeseries.household import Inbox, InboxRow, Occasion

log = logging.getLogger(__name__)

AT_ONCE = 200
"""Readings looked at in one turn."""

REMEMBERED = timedelta(days=400)
"""How far back confirmed weighings teach: a year, so that habits of a season are known when it returns."""

_MINUTE = timedelta(minutes=1)


class Attributor:
    """Looks at what came into the inboxes, within the transaction of `connection` (role `vigie_watch`)."""

    def __init__(self, connection: Connection) -> None:
        """Work within that connection's transaction."""
        self._connection = connection
        self._inbox = Inbox(connection)
        self._models: dict[int, Model] = {}

    def turn(self) -> int:
        """Decide about what nobody has looked at; how many occasions were settled.

        What cannot be decided for a fault of ours waits for a person, as everything unclear does.
        """
        return sum(self._settle(occasion) for occasion in self._inbox.undecided(AT_ONCE))

    def _settle(self, occasion: Occasion) -> bool:
        """By itself, so that one that cannot be harms no other."""
        for settle in (self._decide, self._inbox.leave):
            try:
                with self._connection.transaction():
                    settle(occasion)
            except OperationalError:  # the database is gone, or may do better next time
                raise
            except Exception as error:  # noqa: BLE001
                log.error("%s; a reading waits in its household's inbox", named(error))  # noqa: TRY400
            else:
                return True
        return False

    def _decide(self, occasion: Occasion) -> None:
        """Looking at all that the device said at that instant, since parts of it may come one after the other."""
        first = occasion.rows[0]
        whole = self._inbox.occasion(first.household, first.device, first.taken_at)
        if len(whole.weights) > 1:
            for row in occasion.rows:
                self._ask(row)
        elif not occasion.weights:
            self._follow(occasion, whole)
        elif (kilograms := whole.weights[0].value) is not None:
            self._weigh(whole, whole.weights[0], kilograms)
        else:
            self._inbox.leave(whole)

    def _weigh(self, whole: Occasion, row: InboxRow, kilograms: float) -> None:
        """One weight, with the composition that came in the same moment."""
        match decide(self._model(row.household), _weighing(row, kilograms, whole.value(Kind.IMPEDANCE))):
            case Given(person) if self._inbox.may_give(person):
                self._inbox.give(whole, person, Attribution.GIVEN)
            case Ask(found):
                self._inbox.leave(whole, _members_of(found))
            case _:
                self._inbox.leave(whole)

    def _ask(self, row: InboxRow) -> None:
        """Two people within the minute that the scale keeps: each weight by itself, never given unasked."""
        alone = Occasion((row,))
        if row.kind is Kind.WEIGHT and row.value is not None:
            found = candidates(self._model(row.household), _weighing(row, row.value, None))
            self._inbox.leave(alone, _members_of(found))
        else:
            self._inbox.leave(alone)

    def _follow(self, occasion: Occasion, whole: Occasion) -> None:
        """What was measured with a weight goes where that went, though it arrive later; anything else waits."""
        for weight in whole.weights:
            if weight.person is not None and self._inbox.may_give(weight.person):
                how = Attribution.CONFIRMED if weight.confirmed else Attribution.GIVEN
                self._inbox.give(occasion, weight.person, how)
                return
        self._inbox.leave(occasion)

    def _model(self, household: int) -> Model:
        if household not in self._models:
            self._models[household] = model_of(members(self._connection, household))
        return self._models[household]


def _members_of(found: Iterable[Candidate]) -> list[tuple[int, float]]:
    return [(candidate.person, candidate.probability) for candidate in found if candidate.person is not None]


def _weighing(row: InboxRow, kilograms: float, impedance: float | None) -> Weighing:
    hint = None if row.hint is None else f"{row.device} {row.hint}"
    return Weighing(row.taken_at, kilograms, impedance, _minute(row.taken_at, row.utc_offset), hint)


def _minute(taken_at: datetime, utc_offset: int) -> int:
    local = taken_at + utc_offset * _MINUTE
    return local.hour * 60 + local.minute


def members(connection: Connection, household: int) -> Iterable[Member]:
    """The household's members with what is known to be theirs: confirmed, or from a device that is theirs alone."""
    known: dict[int, list[Weighing]] = defaultdict(list)
    asked = {"household": household, "remembered": REMEMBERED}
    for values in connection.execute(_KNOWN, asked):
        known[values[0]].append(_known(*values[1:]))
    members = connection.execute("SELECT person FROM household_member WHERE household = %(household)s", asked)
    return [Member(person, tuple(known[person])) for (person,) in members]


def _known(taken_at: datetime, offset: int, kilograms: float, *others: Any) -> Weighing:
    impedance, device, hint = others
    return Weighing(
        taken_at, kilograms, impedance, _minute(taken_at, offset), None if hint is None else f"{device} {hint}"
    )


_KNOWN = """
    SELECT w.person, w.taken_at, w.utc_offset, w.value, i.value, w.device, w.hint
    FROM inbox w
    LEFT JOIN inbox i ON (i.household, i.device, i.taken_at) = (w.household, w.device, w.taken_at) AND i.kind = 11
    WHERE w.household = %(household)s AND w.kind = 4 AND w.confirmed AND w.person IS NOT NULL AND w.value IS NOT NULL
      AND w.taken_at > now() - %(remembered)s
    UNION ALL
    SELECT r.person, r.taken_at, r.utc_offset, r.value, NULL, r.device, NULL
    FROM household_member m JOIN reading r ON r.person = m.person
    WHERE m.household = %(household)s AND r.kind = 4 AND r.attribution IS NULL AND r.value IS NOT NULL
      AND r.taken_at > now() - %(remembered)s
"""
"""Weight is kind 4, impedance 11 (hub.quantities)."""
