"""What became due, noted in the record: once when it does, until it is no longer so."""

from collections.abc import Mapping
from datetime import date, datetime

from hub.database import Connection


def note(connection: Connection, person: int, pressing: Mapping[str, date | None], now: datetime) -> list[str]:
    """Note what presses now and did not before, end what no longer does (role `vigie_watch`); names newly noted.

    Again, nothing changes. What is declined or done, and later asked again, is noted again.
    """
    rows = connection.execute("SELECT name FROM prevention_notice WHERE person = %s AND over_at IS NULL", (person,))
    noted = {name for (name,) in rows}
    connection.execute(
        "UPDATE prevention_notice SET over_at = %s WHERE person = %s AND over_at IS NULL AND name = ANY(%s)",
        (now, person, sorted(noted - pressing.keys())),
    )
    new = sorted(pressing.keys() - noted)
    for name in new:
        connection.execute(
            "INSERT INTO prevention_notice (person, name, since, noted_at) VALUES (%s, %s, %s, %s)",
            (person, name, pressing[name], now),
        )
    return new
