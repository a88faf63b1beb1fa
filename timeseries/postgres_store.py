"""The store on TimescaleDB. Readings come in batches; most are new, and go in as two binary COPYs."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from hub.database import Connection, UniqueViolation
from hub.quantities import KIND_BY_NUMBER, KINDS
from hub.readings import Key, Reading
from timeseries.reading_rows import COLUMNS, FOUND, NAMES, TYPES, found, named, row
from timeseries.store import Found, Outcome, Place, Query, likeness


class PostgresStore:
    """See timeseries.store.Store; works within the transaction of `connection`, under whose role it reads or writes."""

    def __init__(self, connection: Connection) -> None:
        """Work within that connection's transaction."""
        self._connection = connection

    def keep(self, readings: Sequence[Reading]) -> list[Outcome]:
        """See Store. New readings cost two COPYs; only where something is already known is anything looked up."""
        first: dict[Key, int] = {}
        for place, reading in enumerate(readings):
            first.setdefault(reading.key, place)
        outcomes = [Outcome.DUPLICATE] * len(readings)
        plain: list[int] = []
        careful: list[int] = []
        for _, place in sorted(first.items()):  # one order for all writers: they wait for one another, never deadlock
            outcomes[place] = Outcome.STORED
            (plain if _stands_alone(readings[place]) else careful).append(place)
        self._wait_for_turn(readings[place] for place in careful)  # before writing: a new chunk locks the whole table
        if not self._copy([readings[place] for place in plain]):
            late = self._unknown(readings, plain, outcomes)
            self._wait_for_turn(readings[place] for place in late)
            careful += late
        for place in careful:
            outcomes[place] = self._keep_one(readings[place])
        return outcomes

    def find(self, query: Query) -> list[Found]:
        """See Store."""
        after = query.after if query.after and query.after.taken_at >= query.since else Place(query.since, bytes(16))
        parameters = {
            "person": query.person,
            "kinds": [KINDS[kind].number for kind in query.kinds],
            "until": query.until,
            "after_time": after.taken_at,
            "after_key": UUID(bytes=after.key),
            "limit": query.limit,
        }
        return [found(values) for values in self._connection.execute(_FIND, parameters, binary=True)]

    def latest(self, person: int) -> list[Found]:
        """See Store."""
        parameters = {"person": person, "kinds": list(KIND_BY_NUMBER)}
        return [found(values) for values in self._connection.execute(_LATEST, parameters, binary=True)]

    def _copy(self, readings: Sequence[Reading]) -> bool:
        """Write them all at once; False, and nothing written, if any is known already."""
        if not readings:
            return True
        try:
            with self._connection.transaction(), self._connection.cursor() as cursor:
                with cursor.copy("COPY reading_key (key, taken_at) FROM STDIN (FORMAT BINARY)") as copy:
                    copy.set_types(["bytea", "timestamptz"])
                    for reading in readings:
                        copy.write_row((reading.key, reading.taken_at))
                with cursor.copy(f"COPY reading ({NAMES}, person) FROM STDIN (FORMAT BINARY)") as copy:
                    copy.set_types(TYPES)
                    for reading in readings:
                        copy.write_row(row(reading))
        except UniqueViolation:
            return False
        return True

    def _unknown(self, readings: Sequence[Reading], places: list[int], outcomes: list[Outcome]) -> list[int]:
        """Mark what is known by its key, write the rest at once, and return what still needs a look of its own."""
        known = self._known(readings[place].key for place in places)
        for place in places:
            if readings[place].key in known:
                outcomes[place] = Outcome.DUPLICATE
        fresh = [place for place in places if readings[place].key not in known]
        return [] if self._copy([readings[place] for place in fresh]) else fresh

    def _known(self, keys: Iterable[Key]) -> set[Key]:
        query = "SELECT key FROM reading_key WHERE key = ANY(%s)"
        rows = self._connection.execute(query, ([UUID(bytes=key) for key in keys],), binary=True)
        return {values[0].bytes for values in rows}

    def _wait_for_turn(self, readings: Iterable[Reading]) -> None:
        """Two writers must not each miss the other's report of one measure; they queue in one order."""
        inboxes = {(r.person is None, r.household if r.person is None else r.person) for r in readings}
        for inbox, holder in sorted(inboxes):
            self._connection.execute("SELECT pg_advisory_xact_lock(%s, %s::int)", (holder, inbox))

    def _keep_one(self, reading: Reading) -> Outcome:
        """Write one that may be known under another key, or be another device's report of the same measure."""
        execute, inbox = self._connection.execute, reading.person is None
        key = (UUID(bytes=reading.key), reading.taken_at)
        if not execute("INSERT INTO reading_key VALUES (%s, %s) ON CONFLICT DO NOTHING", key).rowcount:
            return Outcome.DUPLICATE
        values = named(reading) | _named_besides(reading)
        twin = execute(_INBOX_TWIN if inbox else _TWIN, values).fetchone()
        if twin is not None:
            execute(_LINK, {**values, "twin": twin[0]})
            return Outcome.LINKED
        return Outcome.STORED if execute(_KEEP_IN_INBOX if inbox else _KEEP, values).rowcount else Outcome.DUPLICATE


def _stands_alone(reading: Reading) -> bool:
    """True if nothing else can report the same measure, so that its key alone guards it."""
    return not reading.shared and reading.echo is None and reading.person is not None


def _named_besides(reading: Reading) -> dict[str, object]:
    like = likeness(reading.kind)
    return {
        "household": reading.household,
        "hint": reading.hint,
        "shared": reading.shared,
        "echo": reading.echo,
        "apart": like.apart,
        "rounding": like.rounding,
    }


_FIND = f"""
    SELECT {FOUND} FROM reading r JOIN device d ON d.number = r.device
    WHERE r.person = %(person)s AND r.kind = ANY(%(kinds)s::smallint[])
      AND r.taken_at >= %(after_time)s AND r.taken_at < %(until)s
      AND (r.taken_at, r.key) > (%(after_time)s, %(after_key)s)
    ORDER BY r.taken_at, r.key LIMIT %(limit)s
"""  # noqa: S608
_LATEST = f"""
    SELECT {FOUND} FROM unnest(%(kinds)s::smallint[]) AS wanted (kind)
    CROSS JOIN LATERAL (
        SELECT * FROM reading WHERE person = %(person)s AND reading.kind = wanted.kind
        ORDER BY taken_at DESC, key DESC LIMIT 1
    ) r JOIN device d ON d.number = r.device
"""  # noqa: S608

# The law of timeseries.store.same_measure, in SQL; the contract tests hold the two against each other.
_SAME_MEASURE = """
    o.kind = %(kind)s AND o.condition IS NOT DISTINCT FROM %(condition)s::smallint
    AND o.taken_at BETWEEN %(taken_at)s::timestamptz - greatest(%(echo)s::interval, %(apart)s)
                       AND %(taken_at)s::timestamptz + greatest(%(echo)s::interval, %(apart)s)
    AND CASE WHEN o.device = %(device)s
        THEN abs(extract(epoch FROM o.taken_at - %(taken_at)s)) <= extract(epoch FROM %(echo)s::interval)
             AND (o.raw_value, o.raw_unit) = (%(raw_value)s, %(raw_unit)s)
        ELSE %(shared)s
             AND abs(extract(epoch FROM o.taken_at - %(taken_at)s)) <= extract(epoch FROM %(apart)s::interval)
             AND CASE WHEN o.raw_unit = %(raw_unit)s THEN o.raw_value = %(raw_value)s
                      ELSE abs(o.value - %(value)s) <= %(rounding)s END
        END
    ORDER BY abs(extract(epoch FROM o.taken_at - %(taken_at)s)), o.key LIMIT 1
"""
_TWIN = f"SELECT o.key FROM reading o WHERE o.person = %(person)s AND {_SAME_MEASURE}"  # noqa: S608
_INBOX_TWIN = f"SELECT o.key FROM inbox o WHERE o.household = %(household)s AND {_SAME_MEASURE}"  # noqa: S608
_LINK = """
    INSERT INTO reading_link
        (key, twin, person, household, device, kind, taken_at, received_at, raw_value, raw_unit, channel)
    VALUES (%(key)s, %(twin)s, %(person)s, %(household)s, %(device)s, %(kind)s, %(taken_at)s, %(received_at)s,
            %(raw_value)s, %(raw_unit)s, %(channel)s)
"""
_VALUES = ", ".join(f"%({name})s" for name in COLUMNS)
_KEEP = f"INSERT INTO reading ({NAMES}, person) VALUES ({_VALUES}, %(person)s) ON CONFLICT DO NOTHING"  # noqa: S608
_KEEP_IN_INBOX = (
    f"INSERT INTO inbox ({NAMES}, household, hint) VALUES ({_VALUES}, %(household)s, %(hint)s) ON CONFLICT DO NOTHING"  # noqa: S608
)
