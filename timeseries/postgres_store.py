"""The store on TimescaleDB. Readings come in batches; most are new, and go in as two binary COPYs."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from hub.database import Connection, Jsonb, UniqueViolation
from hub.quantities import KIND_BY_NUMBER, KINDS, Kind
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
        careful = self._unsaid(readings, careful, outcomes)
        lonely = self._lonely(readings, careful)
        if self._copy([readings[place] for place in lonely]):
            careful = [place for place in careful if place not in set(lonely)]
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
        """See Store. Looks further back only for what was not found nearer: a view's rows come in no order."""
        newest: dict[Kind, Found] = {}
        for back in _BACK:
            missing = [number for number, kind in KIND_BY_NUMBER.items() if kind not in newest]
            parameters = {"person": person, "kinds": missing, "back": back}
            rows = self._connection.execute(_LATEST, parameters, binary=True)
            newest |= {each.kind: each for each in map(found, rows)}
        return list(newest.values())

    def give(self, key: UUID, person: int, attribution: int) -> Outcome:
        """Copy a reading of a household's inbox into a person's record, unless a device of theirs reported it too."""
        columns = self._connection.execute(_FROM_INBOX, (key,), binary=True).fetchone()
        assert columns is not None  # noqa: S101 - the inbox keeps what it ever held
        values: dict[str, object] = dict(zip(COLUMNS, columns, strict=True))
        like = likeness(KIND_BY_NUMBER[columns[list(COLUMNS).index("kind")]])
        values |= {"person": person, "attribution": attribution, "household": None, "shared": True, "echo": None}
        values |= {"apart": like.apart, "rounding": like.rounding, "context": _json(values["context"])}
        twin = self._connection.execute(_TWIN, values).fetchone()
        if twin is not None:
            self._connection.execute(_LINK, {**values, "twin": twin[0]})
            return Outcome.LINKED
        return Outcome.STORED if self._connection.execute(_GIVE, values).rowcount else Outcome.DUPLICATE

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

    def _unsaid(self, readings: Sequence[Reading], places: list[int], outcomes: list[Outcome]) -> list[int]:
        """Mark what is known by its key, and return the rest."""
        known = self._known(readings[place].key for place in places)
        for place in places:
            if readings[place].key in known:
                outcomes[place] = Outcome.DUPLICATE
        return [place for place in places if readings[place].key not in known]

    def _unknown(self, readings: Sequence[Reading], places: list[int], outcomes: list[Outcome]) -> list[int]:
        """Mark what is known by its key, write the rest at once, and return what still needs a look of its own."""
        fresh = self._unsaid(readings, places, outcomes)
        return [] if self._copy([readings[place] for place in fresh]) else fresh

    def _known(self, keys: Iterable[Key]) -> set[Key]:
        wanted = [UUID(bytes=key) for key in keys]
        if not wanted:
            return set()
        rows = self._connection.execute("SELECT key FROM reading_key WHERE key = ANY(%s)", (wanted,), binary=True)
        return {values[0].bytes for values in rows}

    def _lonely(self, readings: Sequence[Reading], places: Sequence[int]) -> list[int]:
        """Those near which no other device of theirs reports anything of the kind: no other report of one measure."""
        wanted = [place for place in places if readings[place].person is not None and readings[place].echo is None]
        crowded = _crowded([readings[place] for place in wanted])
        asked = [place for place in wanted if readings[place].key not in crowded]
        columns = [
            (place, r.person, KINDS[r.kind].number, r.device, r.taken_at, likeness(r.kind).apart)
            for place in asked
            for r in (readings[place],)
        ]
        if not columns:
            return []
        rows = self._connection.execute(_LONELY, [list(column) for column in zip(*columns, strict=True)])
        return [place for (place,) in rows]

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


def _crowded(readings: Iterable[Reading]) -> set[Key]:
    """Keys of those near which another device reports the same kind in the same batch."""
    found: set[Key] = set()
    recent: dict[tuple[int | None, Kind], list[Reading]] = {}
    for reading in sorted(readings, key=lambda reading: reading.taken_at):
        apart = likeness(reading.kind).apart
        near = recent.setdefault((reading.person, reading.kind), [])
        near[:] = [other for other in near if reading.taken_at - other.taken_at <= apart]
        others = [other.key for other in near if other.device != reading.device]
        found.update(others, [reading.key] if others else [])
        near.append(reading)
    return found


def _json(value: object) -> Jsonb | None:
    return None if value is None else Jsonb(value)


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


_BACK = (timedelta(days=1), timedelta(days=60), timedelta(days=365 * 1000))
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
        SELECT * FROM reading
        WHERE person = %(person)s AND reading.kind = wanted.kind AND taken_at > now() - %(back)s::interval
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
_LONELY = """
    SELECT r.place FROM unnest(%s::int[], %s::int[], %s::smallint[], %s::int[], %s::timestamptz[], %s::interval[])
        AS r (place, person, kind, device, taken_at, apart)
    WHERE NOT EXISTS (
        SELECT FROM reading o WHERE o.person = r.person AND o.kind = r.kind AND o.device <> r.device
          AND o.taken_at BETWEEN r.taken_at - r.apart AND r.taken_at + r.apart)
    ORDER BY r.place
"""
_GIVE = (
    f"INSERT INTO reading ({NAMES}, person, attribution) "  # noqa: S608
    f"VALUES ({_VALUES}, %(person)s, %(attribution)s) ON CONFLICT DO NOTHING"
)
_FROM_INBOX = f"SELECT {NAMES} FROM inbox WHERE key = %s"  # noqa: S608
_KEEP_IN_INBOX = (
    f"INSERT INTO inbox ({NAMES}, household, hint) VALUES ({_VALUES}, %(household)s, %(hint)s) ON CONFLICT DO NOTHING"  # noqa: S608
)
