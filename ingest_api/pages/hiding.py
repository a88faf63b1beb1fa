"""What is to be hidden, as a form says it; and what is hidden, as a list says it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hub.errors import Malformed
from hub.quantities import KINDS, Kind
from hub.sharing import Veil
from ingest_api.holdings import Held
from ingest_api.pages.settings import GROUPS, device_name, end_of, first_moment, kinds_told, moment_told, span_told
from ingest_api.pages.visitor import Guest
from ingest_api.settled import Hidden

_MOMENT = timedelta(microseconds=1)
"""How long a reading is: the database counts in microseconds."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody wants to hide: each part, where given, narrows it. A reading comes with its kind and moment."""

    kinds: tuple[Kind, ...] | None = None
    device: UUID | None = None
    reading: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    def veils(self) -> list[Veil]:
        """As the desk takes them, one a kind."""
        kinds: tuple[Kind | None, ...] = (None,) if self.kinds is None else self.kinds
        return [Veil(kind, self.device, self.reading, self.since, self.until) for kind in kinds]

    def asked(self, person: int) -> dict[str, object]:
        """Parameters by which COUNTED finds its readings."""
        kinds = None if self.kinds is None else [KINDS[kind].number for kind in self.kinds]
        return {"person": person, "kinds": kinds, "device": self.device, "reading": self.reading,
                "since": self.since, "until": self.until}  # fmt: skip


COUNTED = """
    SELECT count(*) FROM reading r
    WHERE r.person = %(person)s AND (%(kinds)s::smallint[] IS NULL OR r.kind = ANY(%(kinds)s))
      AND (%(device)s::uuid IS NULL OR r.device = (SELECT d.number FROM device d WHERE d.id = %(device)s))
      AND (%(reading)s::uuid IS NULL OR r.key = %(reading)s)
      AND (%(since)s::timestamptz IS NULL OR r.taken_at >= %(since)s)
      AND (%(until)s::timestamptz IS NULL OR r.taken_at < %(until)s)
"""


def chosen(form: Mapping[str, str], zone: ZoneInfo) -> Chosen:
    """What the form's fields say; raises Malformed for what no such form says."""
    try:
        if form.get("reading"):
            return _one_reading(form["reading"])
        group, device = form.get("what", ""), form.get("device", "")
        found = Chosen(
            None if group == "everything" else GROUPS[group],
            UUID(device) if device else None,
            since=first_moment(form.get("from", ""), zone),
            until=end_of(form.get("to", ""), zone),
        )
    except (KeyError, ValueError, OverflowError):
        raise Malformed("choose what to hide") from None
    if found.since is not None and found.until is not None and found.until <= found.since:
        raise Malformed("it must end after it begins")
    return found


def reading_field(key: UUID, kind: Kind, at: datetime) -> str:
    """A reading as one field of a form."""
    return f"{key} {kind} {at.astimezone(UTC).isoformat()}"


def _one_reading(field: str) -> Chosen:
    key, kind, moment = field.split(" ")
    at = datetime.fromisoformat(moment).astimezone(UTC)
    return Chosen((Kind(kind),), None, UUID(key), at, at + _MOMENT)


def chosen_told(visitor: Guest, each: Chosen, devices: Iterable[Held], zone: ZoneInfo) -> str:
    """In words: what, of which device, from when until when."""
    words = visitor.words("hidden")
    what = kinds_told(visitor, each.kinds)
    if each.reading is not None and each.since is not None:
        return words.say("one_reading", what=what, at=moment_told(visitor, each.since, zone))
    if each.device is not None:
        names = {held.device: device_name(visitor, held) for held in devices}
        what = words.say("of_device", what=what, device=names.get(each.device, str(each.device)))
    if each.since is None and each.until is None:
        return words.say("for_ever", what=what)
    return words.say("in_time", what=what, time=span_told(visitor, each.since, each.until, zone))


def together(hidden: Iterable[Hidden]) -> list[tuple[Chosen, tuple[UUID, ...]]]:
    """What is hidden, kinds that were hidden alike as one, with the ids of all."""
    alike: dict[tuple[object, ...], list[Hidden]] = {}
    for each in hidden:
        alike.setdefault((each.kind is None, each.device, each.reading, each.since, each.until), []).append(each)
    return [(_as_chosen(items), tuple(item.id for item in items)) for items in alike.values()]


def _as_chosen(items: list[Hidden]) -> Chosen:
    kinds = tuple(item.kind for item in items if item.kind is not None)
    first = items[0]
    return Chosen(kinds or None, first.device, first.reading, first.since, first.until)
