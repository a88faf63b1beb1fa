"""A person's own home hears their readings: the newest of each kind, on a topic of theirs at the hub's broker.

`vigie/v1/people/ID/reading`, for whoever has added their home as an address and wants values there; the broker lets
only their listener hear it. What they hid from anybody is not told: others may be in that home. Nothing goes back in
time, and no reading is told again once it is noted that the broker took it (killed just before, a hub tells it again
under its id); while it is away nothing queues, and then the newest counts.
With VIGIE_HOME_ASSISTANT glucose and weight are announced to Home Assistant as sensors.
"""

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from uuid import UUID

from alerts.channel import Means
from alerts.home_topics import SENSORS, of_readings, of_sensor
from hub.database import Connection, Database, OperationalError, Role
from hub.errors import BrokerError, DatabaseError
from hub.faults import named
from hub.quantities import GLUCOSE_KINDS, KINDS, Kind, Unit
from ingest_api.latest import FRESH
from ingest_api.live.news import EVERY, NEW, snapshot
from ingest_api.routes.readings import ReadingAnswer, said
from timeseries.reading_rows import FOUND, found
from timeseries.store import Found

log = logging.getLogger(__name__)

_CLASSES = {
    Unit.MG_DL: "blood_glucose_concentration", Unit.MMOL_L: "blood_glucose_concentration", Unit.KG: "weight",
}  # fmt: skip
"""Device classes that take that unit; in g/L glucose is a plain number."""


@dataclass(frozen=True, slots=True)
class _Home:
    """Whose, and which kind may be new to it."""

    person: int
    id: UUID
    glucose_unit: Unit
    kind: Kind

    @property
    def unit(self) -> Unit:
        return self.glucose_unit if self.kind in GLUCOSE_KINDS else KINDS[self.kind].unit


class Homes:
    """Tells homes in turns; several processes may, each reading is told by one."""

    def __init__(self, database: Database, means: Means) -> None:
        """What is stored in that database (role `vigie_deliver`), by the broker of `means`."""
        self._database, self._publish, self._announces = database, means.publish, means.home_assistant
        self._seen: str | None = None
        self._waiting: set[_Home] = set()
        self._announced: set[_Home] = set()
        self._looked = 0.0

    def turn(self) -> bool:
        """Tell what is new since the last turn, or, at first, since the last that was told; False: it looks by itself.

        What the broker did not take waits, by whose and which kind it is: the next turn tells what is newest then.
        """
        if self._publish is None or monotonic() - self._looked < EVERY:
            return False
        self._looked = monotonic()
        with self._database.transaction(Role.DELIVER) as connection:
            now = snapshot(connection)
            self._waiting |= _stirred(connection, self._seen)
        self._seen = now
        try:
            while self._waiting:
                self._tell(next(iter(self._waiting)))
        except BrokerError:
            self._announced.clear()
        return False

    def _tell(self, home: _Home) -> None:
        """Raises BrokerError, and then nothing is noted; what else goes wrong waits for that home's next reading."""
        try:
            with self._database.transaction(Role.DELIVER) as connection:
                newest = _newest(connection, home)
                if newest is not None:
                    self._say(home, newest)
        except (BrokerError, DatabaseError, OperationalError):
            raise
        except Exception as error:  # noqa: BLE001
            log.error("%s; a home does not hear a reading", named(error))  # noqa: TRY400
        self._waiting.discard(home)

    def _say(self, home: _Home, newest: Found) -> None:
        assert self._publish is not None  # noqa: S101 - turn has looked
        answer = ReadingAnswer(**said(newest, home.unit))
        self._publish(of_readings(home.id), answer.model_dump_json().encode(), False)
        if not self._announces or home.kind not in SENSORS:
            return
        config, state = of_sensor(home.id, home.kind)
        if home not in self._announced:
            self._publish(config, json.dumps(_announcement(home, state)).encode(), True)
            self._announced.add(home)
        if home.kind not in GLUCOSE_KINDS or datetime.now(UTC) - newest.taken_at <= FRESH:
            told = {"value": None if newest.condition else answer.value, "taken_at": newest.taken_at.isoformat()}
            self._publish(state, json.dumps(told).encode(), False)


def _announcement(home: _Home, state: str) -> dict[str, object]:
    """As Home Assistant finds a sensor; no name in it. Old glucose is no glucose: it is unknown by then."""
    device = f"vigie_{home.id.hex}"
    told: dict[str, object] = {
        "name": SENSORS[home.kind], "unique_id": f"{device}_{home.kind}", "state_topic": state, "qos": 1,
        "value_template": "{{ value_json.value }}", "unit_of_measurement": home.unit, "state_class": "measurement",
        "json_attributes_topic": state, "device": {"identifiers": [device], "name": "Vigie"},
    }  # fmt: skip
    if home.unit in _CLASSES:
        told["device_class"] = _CLASSES[home.unit]
    if home.kind in GLUCOSE_KINDS:
        told["expire_after"] = int(FRESH.total_seconds())
    return told


def _stirred(connection: Connection, seen: str | None) -> set[_Home]:
    """Whose home may have something to hear, of which kind: of all, if nobody has looked yet."""
    if seen is None:
        rows = connection.execute(_ALL, ([KINDS[kind].number for kind in Kind],)).fetchall()
    else:
        rows = connection.execute(_SINCE, {"seen": seen}).fetchall()
    by_number = {KINDS[kind].number: kind for kind in Kind}
    return {_Home(person, id_, Unit(unit), by_number[kind]) for person, id_, unit, kind in rows}


def _newest(connection: Connection, home: _Home) -> Found | None:
    """The newest that may be told, claimed until the transaction ends; None if that was told already."""
    asked = {"person": home.person, "kind": KINDS[home.kind].number}
    row = connection.execute(_NEWEST, asked, binary=True).fetchone()
    if row is None:
        return None
    newest = found(row)
    claimed = connection.execute(_CLAIM, asked | {"taken_at": newest.taken_at}).rowcount
    return newest if claimed else None


_ALL = "SELECT h.person, h.id, h.glucose_unit, k FROM home h CROSS JOIN unnest(%s::smallint[]) AS k"
_SINCE = f"""
    SELECT DISTINCT h.person, h.id, h.glucose_unit, n.kind FROM news n JOIN home h ON h.person = n.person
    WHERE n.kind IS NOT NULL AND {NEW}
"""  # noqa: S608
_NEWEST = f"""
    SELECT {FOUND.replace("d.id", "r.device_id")} FROM home_reading r
    WHERE r.person = %(person)s AND r.kind = %(kind)s ORDER BY r.taken_at DESC, r.key LIMIT 1
"""  # noqa: S608
_CLAIM = """
    INSERT INTO home_heard AS h (person, kind, taken_at) VALUES (%(person)s, %(kind)s, %(taken_at)s)
    ON CONFLICT (person, kind) DO UPDATE SET taken_at = EXCLUDED.taken_at WHERE h.taken_at < EXCLUDED.taken_at
"""
