"""A household's reading put into a person's record, and taken out of it; within the transaction of `connection`.

The same measure may have been reported by a device of theirs too: of the two one counts, whichever comes and goes.
"""

from uuid import UUID

from hub.database import Connection, Jsonb
from hub.measurements import CONDITION_BY_NUMBER
from hub.quantities import KIND_BY_NUMBER, UNIT_BY_NUMBER, Quantity, to_canonical
from timeseries import reading_sql as sql
from timeseries.reading_rows import COLUMNS, NAMES
from timeseries.store import Outcome, likeness

Values = dict[str, object]


def give(connection: Connection, key: UUID, person: int, attribution: int) -> Outcome:
    """Copy a reading of the inbox into a person's record, unless a device of theirs reported it too."""
    connection.execute(sql.TURN, (person, False))
    columns = connection.execute(_FROM_INBOX, (key,), binary=True).fetchone()
    assert columns is not None  # noqa: S101 - the inbox keeps what it ever held
    values: Values = dict(zip(COLUMNS, columns, strict=True))
    like = likeness(KIND_BY_NUMBER[columns[list(COLUMNS).index("kind")]])
    values |= {"person": person, "attribution": attribution, "household": None, "shared": True, "echo": None}
    values |= {"apart": like.apart, "rounding": like.rounding, "context": _json(values["context"])}
    twin = connection.execute(sql.TWIN, values).fetchone()
    if twin is not None:
        connection.execute(sql.LINK, {**values, "twin": twin[0]})
        return Outcome.LINKED
    return Outcome.STORED if connection.execute(sql.GIVE, values).rowcount else Outcome.DUPLICATE


def take_back(connection: Connection, key: UUID, person: int) -> None:
    """Take it out of their record; what a device of theirs reported of it counts from now on, as hidden as it was."""
    connection.execute(sql.TURN, (person, False))
    reports = [_report(*row) for row in connection.execute(_REPORTS, (key, person))]
    connection.execute("SELECT take_back(%s)", (key,))
    for report in reports[:1]:
        connection.execute(sql.KEEP, report)
        connection.execute("SELECT hide_instead(%s, %s, %s)", (person, key, report["key"]))
    for other in reports[1:]:
        connection.execute(sql.LINK, {**other, "twin": reports[0]["key"]})


def _report(key: UUID, person: int, kind: int, raw_value: float, raw_unit: int, condition: int | None,
            *others: object) -> Values:  # fmt: skip
    """A report that was linked, as a reading of its own; what a link does not keep is that of the measure it was of."""
    bound = condition is not None and CONDITION_BY_NUMBER[condition].bounds_only
    value = None if bound else to_canonical(KIND_BY_NUMBER[kind], Quantity(raw_value, UNIT_BY_NUMBER[raw_unit]))
    said: Values = dict.fromkeys(COLUMNS)
    said |= {"key": key, "person": person, "household": None, "kind": kind, "value": value, "raw_value": raw_value}
    said |= {"raw_unit": raw_unit, "condition": condition}
    return said | dict(zip(_OTHERS, others, strict=True))


def _json(value: object) -> Jsonb | None:
    return None if value is None else Jsonb(value)


_FROM_INBOX = f"SELECT {NAMES} FROM inbox WHERE key = %s"  # noqa: S608
_OTHERS = ("device", "taken_at", "received_at", "channel", "utc_offset", "time_source")
_REPORTS = """
    SELECT l.key, l.person, l.kind, l.raw_value, l.raw_unit, i.condition,
           l.device, l.taken_at, l.received_at, l.channel, i.utc_offset, i.time_source
    FROM reading_link l JOIN inbox i ON i.key = l.twin WHERE l.twin = %s AND l.person = %s ORDER BY l.key
"""
