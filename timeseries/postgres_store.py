"""The store on TimescaleDB. Readings come in batches; most are new, and go in as two binary COPYs."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from hub.database import Connection, UniqueViolation
from hub.quantities import KIND_BY_NUMBER, KINDS, Kind
from hub.readings import Key, Reading
from timeseries import reading_sql as sql
from timeseries.reading_rows import NAMES, TYPES, found, named, row
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
            written = set(lonely)
            careful = [place for place in careful if place not in written]
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
        return [found(values) for values in self._connection.execute(sql.FIND, parameters, binary=True)]

    def latest(self, person: int) -> list[Found]:
        """See Store. Looks further back only for what was not found nearer: a view's rows come in no order."""
        newest: dict[Kind, Found] = {}
        for back in _BACK:
            missing = [number for number, kind in KIND_BY_NUMBER.items() if kind not in newest]
            parameters = {"person": person, "kinds": missing, "back": back}
            rows = self._connection.execute(sql.LATEST, parameters, binary=True)
            newest |= {each.kind: each for each in map(found, rows)}
        return list(newest.values())

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
        rows = self._connection.execute(sql.LONELY, [list(column) for column in zip(*columns, strict=True)])
        return [place for (place,) in rows]

    def _wait_for_turn(self, readings: Iterable[Reading]) -> None:
        """Two writers must not each miss the other's report of one measure; they queue in one order."""
        inboxes = {(r.person is None, r.household if r.person is None else r.person) for r in readings}
        for inbox, holder in sorted(inboxes):
            self._connection.execute(sql.TURN, (holder, inbox))

    def _keep_one(self, reading: Reading) -> Outcome:
        """Write one that may be known under another key, or be another device's report of the same measure."""
        execute, inbox = self._connection.execute, reading.person is None
        key = (UUID(bytes=reading.key), reading.taken_at)
        if not execute("INSERT INTO reading_key VALUES (%s, %s) ON CONFLICT DO NOTHING", key).rowcount:
            return Outcome.DUPLICATE
        values = named(reading) | _named_besides(reading)
        twin = execute(sql.INBOX_TWIN if inbox else sql.TWIN, values).fetchone()
        if twin is not None:
            execute(sql.LINK, {**values, "twin": twin[0]})
            return Outcome.LINKED
        return (
            Outcome.STORED if execute(sql.KEEP_IN_INBOX if inbox else sql.KEEP, values).rowcount else Outcome.DUPLICATE
        )


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
