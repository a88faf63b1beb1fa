"""What a person's alerts are held against: read by whoever follows them, set by clinicians and administrators."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from uuid import UUID

from alerts.acts import set_thresholds
from alerts.threshold_document import thresholds_from_json
from alerts.thresholds import Limit, Thresholds, default_thresholds
from hub.database import Connection
from hub.quantities import KIND_BY_NUMBER, Kind, Unit, from_canonical
from ingest_api.access import Actor
from ingest_api.opened import enter, refuse
from ingest_api.parts import Hub
from ingest_api.whose import Whose, whose
from timeseries.glucose.targets import profile_of

OF_WEIGHT = frozenset({"weight_gain", "weight_loss", "weigh_in"})
OF_NOBODY = frozenset({"version", "set_by", "valid_from"})
"""Fields that say of what version they are; those not named are of glucose."""


@dataclass(frozen=True, slots=True)
class Version:
    """Thresholds as they were set, and by whom; the defaults, version 0, by nobody."""

    thresholds: Thresholds
    set_by: str | None


def versions_of(connection: Connection, of: Whose) -> list[Version]:
    """Every version, the newest first, and at last the defaults of the person's conditions; empty if not to be seen."""
    rows = connection.execute(
        "SELECT document::text, set_by FROM thresholds WHERE person = %s ORDER BY version DESC", (of.number,)
    )
    found = [Version(thresholds_from_json(document.encode()), set_by) for document, set_by in rows]
    return [*found, Version(default_thresholds(profile_of(of.conditions)), None)]


def limit_in(limit: Limit, unit: Unit) -> float:
    """A limit in that unit: as it was set, or as sensors of it are held against (alerts.thresholds.Limit.bound)."""
    if limit.unit is unit:
        return limit.value
    if unit is Unit.MMOL_L:
        return round(limit.bound.mmol_l, 1)
    return round(from_canonical(Kind.GLUCOSE_INTERSTITIAL, limit.bound.mg_dl, unit), 2)


def put_thresholds(hub: Hub, actor: Actor, person: UUID, wanted: Thresholds, after: int) -> Thresholds:
    """Have these hold from now on, instead of version `after`.

    What differs must be of a kind that the actor follows by a grant. Raises NotFound, Conflict.
    """
    with hub.reading(actor) as connection:
        found = whose(connection, person)
        allowed = found is not None and _may_set(connection, found, wanted)
    if found is None or not allowed:
        refuse(hub, actor, person)
    with hub.watching(actor) as connection:
        told = set_thresholds(connection, found.number, wanted, actor.account, after)
        enter(connection, [found.number], "thresholds")
    return told


def _may_set(connection: Connection, of: Whose, wanted: Thresholds) -> bool:
    followed = followed_kinds(connection, of.number)
    current = versions_of(connection, of)[0].thresholds
    return bool(followed) and {kind_of(name) for name in differing(current, wanted)} <= followed


def followed_kinds(connection: Connection, person: int) -> frozenset[Kind]:
    """Of glucose and weight, what of that person the actor follows by a grant, not by an emergency."""
    return frozenset(KIND_BY_NUMBER[kind] for (kind,) in connection.execute(_FOLLOWED, (person,)))


def differing(one: Thresholds, other: Thresholds) -> Sequence[str]:
    """The fields in which they differ."""
    names = [field.name for field in fields(Thresholds) if field.name not in OF_NOBODY]
    return [name for name in names if getattr(one, name) != getattr(other, name)]


def kind_of(name: str) -> Kind:
    """What a field is about."""
    return Kind.WEIGHT if name in OF_WEIGHT else Kind.GLUCOSE_INTERSTITIAL


_FOLLOWED = "SELECT kind FROM followed WHERE person = %s"
