"""The watch: looks at whoever something came of, or has something due by itself, and writes down what that tells.

A turn holds some people, reads what rules need of all of them, goes on from where their alerts stand to now, and
writes events, alerts and walks, all in one transaction with one view of the database. Several workers share the people;
each is looked at by one at a time. What was killed on the way never happened.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.glance import at_rest
from alerts.journal import Journal, close_open
from alerts.loading import Loaded, load
from alerts.walked import Walked, resting, walked
from alerts.watched import AHEAD, Watched, due_ahead, hold, hold_due, hold_marked, hold_quiet, watched
from hub.database import Connection, Database, OperationalError, Role, SerializationFailure
from hub.faults import whereabouts
from hub.resting import Resting

log = logging.getLogger(__name__)

AT_ONCE = 100
"""People looked at in one turn, half of them for what is due by itself, so that neither kind waits for the other."""

GLANCES = 400
"""People at whom one turn glances: of whom something came, and again of those who may be silent."""

TRIES = 3
"""How often somebody is looked at at once where others look too; then it is theirs, or the next turn's."""

SLICE = timedelta(days=2)
"""What is made anew of the past in one turn, so that nobody's present waits for somebody's past."""

Clock = Callable[[Connection], datetime]


class Fault(Exception):
    """Something failed at one of these people."""

    def __init__(self, people: Sequence[int]) -> None:
        """Of those numbers."""
        super().__init__("somebody's alerts cannot be gone on with")
        self.people = people


def database_clock(connection: Connection) -> datetime:
    """The one clock that all workers share."""
    now: datetime = connection.execute("SELECT clock_timestamp()").fetchall()[0][0]
    return now


class Watcher:
    """Takes turns at looking; several may share the work."""

    def __init__(
        self, database: Database, clock: Clock = database_clock, tell: Callable[[Walked], None] = lambda _: None
    ) -> None:
        """Work in that database (role `vigie_watch`); `tell` hears of each walk that was committed."""
        self._database = database
        self._clock = clock
        self._tell = tell
        self._resting = Resting()
        self._looked_at: datetime | None = None

    def begin(self) -> None:
        """Before the first turn: have those be due whom another looked at by a clock that has been set back since."""
        with self._database.transaction(Role.WATCH) as connection:
            due_ahead(connection, self._clock(connection))

    def turn(self) -> bool:
        """Look at some people; False once there was nobody to look at. Raises DatabaseError, SqlError."""
        try:
            people, told = self._look(self._resting.now())
        except SerializationFailure:  # another worker was at the same people a moment ago
            return True
        except Fault as fault:
            self._set_aside(fault)
            return True
        for each in told:
            self._tell(each)
        return bool(people)

    def _set_aside(self, fault: Fault) -> None:
        """Whom it failed at rests; whoever was only beside them is looked at by themselves."""
        if len(fault.people) > 1:
            for person in fault.people:
                try:
                    self.look_at(person)
                except Fault as theirs:
                    self._set_aside(theirs)
            return
        self._resting.add(*fault.people)
        cause = fault.__cause__ or fault
        log.error("%s in %s; a person's alerts are behind", type(cause).__name__, whereabouts(cause))

    def look_at(self, person: int) -> None:
        """Look at one person now, unless another worker does; raises DatabaseError, SqlError, Fault."""
        for _ in range(TRIES):
            try:
                with self._database.transaction(Role.WATCH) as connection:
                    one_view(connection)
                    now = self._clock(connection)
                    with naming([person]):
                        told = look(connection, [person], now) if hold(connection, person) else []
            except SerializationFailure:  # somebody has just looked, or only glanced
                continue
            for each in told:
                self._tell(each)
            return

    def _look(self, besides: Sequence[int]) -> tuple[list[int], list[Walked]]:
        with self._database.transaction(Role.WATCH) as connection:
            one_view(connection)
            now = self._clock(connection)
            if self._looked_at is not None and now < self._looked_at - AHEAD:
                due_ahead(connection, now)
            due = hold_due(connection, now, AT_ONCE // 2, besides)
            glanced = hold_marked(connection, GLANCES, [*besides, *due])
            glanced += hold_quiet(connection, now, GLANCES, [*besides, *due, *glanced])
            people, now = [*due, *glanced], self._clock(connection)
            with naming(people):
                quiet = at_rest(connection, glanced, now)
                full = [person for person in people if person not in quiet][:AT_ONCE]
                told = look(connection, full, now) if full else []
        self._looked_at = now
        return people, told


@contextmanager
def naming(people: Sequence[int]) -> Iterator[None]:
    """Raise Fault for what fails at one of these people, unless it is the database that does not answer."""
    try:
        yield
    except (OperationalError, Fault):
        raise
    except Exception as error:
        raise Fault(people) from error


def one_view(connection: Connection) -> None:
    """Have all of this transaction see the same: marks and the readings they stand for."""
    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def look(connection: Connection, people: Sequence[int], now: datetime) -> list[Walked]:
    """Go on to now with those people's alerts, whom the transaction holds; raises Fault."""
    journal = Journal(connection)
    found = watched(connection, people, now)
    stopped = [each for each in found if not each.collecting]
    awake = [each for each in found if each.collecting]
    anew = [each.number for each in found if each.anew or not each.collecting]
    if anew:
        close_open(connection, anew, now)
    told: list[Walked] = []
    for loaded in load(connection, awake) if awake else []:
        try:
            of = walk_on(loaded, now)
        except Exception as error:
            raise Fault([loaded.watched.number]) from error
        for lens, each in enumerate(of):
            journal.add(loaded.watched.number, loaded.watched.id, lens == 1, each, loaded.notes, now)
        told += of[:1]
    journal.write()
    _stop(connection, stopped, now)
    return told


def walk_on(loaded: Loaded, now: datetime) -> list[Walked]:
    """Both walks of one person, the first due when either is; what was told before does not ring as it is made anew."""
    of = loaded.watched
    mine = walked(of.walk, loaded.histories[0], of.now)
    if of.shown is None:
        return [resting(mine, loaded.histories[0])]
    until = min(of.now, of.shown.at + SLICE)
    other = walked(of.shown, loaded.histories[1], until, of.remade_at)
    next_due = other.due if until == of.now else now
    return [replace(mine, due=min(mine.due, next_due)), other]


def _stop(connection: Connection, people: Sequence[Watched], now: datetime) -> None:
    """Nothing is due of them until their readings are stored again."""
    if people:
        numbers = [each.number for each in people]
        connection.execute("DELETE FROM arrival WHERE person = ANY(%s)", (numbers,))
        connection.execute("DELETE FROM calm WHERE person = ANY(%s)", (numbers,))
        connection.execute(
            "UPDATE walk SET state = NULL, looked_at = %s, due_at = NULL WHERE person = ANY(%s)", (now, numbers)
        )
