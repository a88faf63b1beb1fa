"""The national health identity of France (identité nationale de santé, INS): 15 characters, kept apart.

It stands in no address, log, topic or message; the database lets nobody read it, and answers a search with a person or
with nothing. Rules: référentiel INS (arrêté of 24 December 2019, ANS); the key is that of the NIR (INSEE).
"""

import re
from enum import StrEnum
from uuid import UUID

from hub.database import Connection
from hub.errors import RecordError

_SHAPE = re.compile(r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}[0-9]{2}")
_CORSICA = {"2A": "19", "2B": "18"}
"""What the two departments of Corsica count as in the key (INSEE)."""


class Oid(StrEnum):
    """Which register the number is of (ANS, list of OIDs of identity systems)."""

    NIR = "1.2.250.1.213.1.4.8"
    NIA = "1.2.250.1.213.1.4.9"


class Ins:
    """A number whose key is right. It prints as nothing, so that no log or message can hold it by mistake."""

    __slots__ = ("_digits", "oid")

    def __init__(self, text: str, oid: Oid = Oid.NIR) -> None:
        """Of 15 characters, spaces aside; raises RecordError, without the number."""
        digits = text.replace(" ", "").upper()
        if not _SHAPE.fullmatch(digits) or int(digits[13:]) != key(digits[:13]):
            raise RecordError("an INS is 15 characters of which the last two are its key; check it as it was written")
        self._digits = digits
        self.oid = oid

    def __repr__(self) -> str:
        """Not the number."""
        return "Ins(…)"

    def reveal(self) -> str:
        """The number itself, for the database."""
        return self._digits


def key(thirteen: str) -> int:
    """The key of an INS's first 13 characters: 97 less their remainder by 97, 1 to 97."""
    department = thirteen[5:7]
    return 97 - int(thirteen[:5] + _CORSICA.get(department, department) + thirteen[7:]) % 97


def keep(connection: Connection, person: int, ins: Ins, qualified_by: str | None = None) -> None:
    """Keep a person's (role `vigie_register`): qualified only if the named issuer vouches for it, else never searched.

    What an issuer has vouched for is not replaced by what nobody has.
    """
    status = "provisional" if qualified_by is None else "qualified"
    connection.execute(
        "SELECT keep_ins(%s, %s, %s, %s, %s)",
        (person, ins.reveal(), ins.oid, status, qualified_by or "administrator"),
    )


def find(connection: Connection, ins: Ins) -> UUID | None:
    """Whose qualified identity it is (role `vigie_api`, under the ticket of whoever asks).

    None alike if it is nobody's, not qualified, of somebody they may not see, or if they asked too often this hour.
    """
    row = connection.execute("SELECT person_by_ins(%s, %s)", (ins.reveal(), ins.oid)).fetchone()
    return None if row is None else row[0]
