"""The desk for prevention: what people say of an item, what only they know, and their calendar's address.

It settles; whether whoever asks may settle it is asked before, of what the database shows them (`acted_for`).
"""

from dataclasses import astuple
from datetime import date
from uuid import UUID

from alerts.prevention.facts import Act
from alerts.prevention.findrisc import Answers
from alerts.prevention.schedule import schedules
from alerts.prevention.words import Language
from hub.accounts import Accounts, ActorRole, Scope, secret_hash
from hub.database import Connection
from hub.errors import Conflict, NotFound


def known_item(item: str) -> str:
    """That item's id; raises NotFound if no schedule has it."""
    if all(item != entry.id for schedule in schedules() for entry in schedule.entry):
        raise NotFound("no such item of prevention; docs/prevention.md lists them")
    return item


class Desk:
    """What people settle about prevention, within the transaction of `connection` (role `vigie_register`)."""

    def __init__(self, connection: Connection) -> None:
        """Work within that connection's transaction."""
        self._connection = connection

    def say(self, person: int, item: str, act: Act, day: date, by: int) -> UUID:
        """Note that an item was done or declined on a day; said again, it is what was noted before. Raises NotFound."""
        values = (person, known_item(item), act, day)
        self._connection.execute(
            "INSERT INTO prevention_act (person, item, act, day, by) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT (person, item, act, day) WHERE undone_at IS NULL DO NOTHING",
            (*values, by),
        )
        row = self._connection.execute(
            "SELECT id FROM prevention_act WHERE (person, item, act, day) = (%s, %s, %s, %s) AND undone_at IS NULL",
            values,
        ).fetchone()
        if row is None:
            raise Conflict("it was taken back just now; say it again")
        said: UUID = row[0]
        return said

    def take_back(self, person: int, item: str, said: UUID, by: int) -> None:
        """Take back what was said; again changes nothing. Raises NotFound."""
        found = self._connection.execute(
            "UPDATE prevention_act SET undone_at = coalesce(undone_at, now()), undone_by = coalesce(undone_by, %s) "
            "WHERE (id, person, item) = (%s, %s, %s)",
            (by, said, person, item),
        )
        if not found.rowcount:
            raise NotFound("nothing such was said of it")

    def answer(self, person: int, last_period: date | None, answers: Answers, by: int) -> None:
        """Keep what only the person knows, instead of what was answered before."""
        values = (person, last_period, *astuple(answers), by)
        self._connection.execute(_ANSWER, values)

    def open_calendar(self, person: int, person_id: UUID, language: Language, in_full: bool) -> str:
        """A new secret for the person's calendar, told once; the address before it no longer answers."""
        self.close_calendar(person)
        accounts = Accounts(self._connection)
        secret = accounts.issue(accounts.named(ActorRole.PERSON, str(person_id)), (Scope.CALENDAR,))
        self._connection.execute(
            "INSERT INTO prevention_calendar (person, token, language, in_full) VALUES (%s, %s, %s, %s)",
            (person, secret_hash(secret), language, in_full),
        )
        return secret

    def close_calendar(self, person: int) -> None:
        """End the calendar, if there is one."""
        self._connection.execute(
            "WITH ended AS (DELETE FROM prevention_calendar WHERE person = %s RETURNING token) "
            "UPDATE token SET revoked_at = coalesce(revoked_at, now()) FROM ended WHERE token.hash = ended.token",
            (person,),
        )

    def fetched(self, person: int, day: date) -> bool:
        """Note that the calendar was fetched; True the first time that day."""
        noted = self._connection.execute(
            "UPDATE prevention_calendar SET fetched_on = %s WHERE person = %s AND fetched_on IS DISTINCT FROM %s",
            (day, person, day),
        )
        return bool(noted.rowcount)


_ANSWER = """
    INSERT INTO prevention_facts
        (person, last_period, waist_cm, active, greens, pressure_drug, high_glucose, family, by, at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, now())
    ON CONFLICT (person) DO UPDATE SET
        (last_period, waist_cm, active, greens, pressure_drug, high_glucose, family, by, at) =
        (EXCLUDED.last_period, EXCLUDED.waist_cm, EXCLUDED.active, EXCLUDED.greens, EXCLUDED.pressure_drug,
         EXCLUDED.high_glucose, EXCLUDED.family, EXCLUDED.by, EXCLUDED.at)
"""
