"""What a person is to be told besides alerts: reminders, and who opened their record."""

from datetime import datetime

from alerts.prevention.words import Words
from hub.database import Connection, Jsonb


def notice(
    connection: Connection, person: int, key: str, says: Words, due_at: datetime, what: str = "reminder"
) -> bool:
    """Queue a reminder for a person and those who act for them, in the transaction of `connection` (watch or register).

    Once for each `key`, however often it is asked for: name the item and its turn in it. `says` reaches only addresses
    that their holder wants values at; others hear that there is a reminder. True if it is new.
    """
    return bool(connection.execute(
        "INSERT INTO notice (person, key, what, says, due_at) VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (person, key, what, Jsonb({"fr": says.fr, "en": says.en}), due_at),
    ).rowcount)  # fmt: skip
