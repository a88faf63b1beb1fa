"""The unit and the kinds an answer is asked in."""

from hub.errors import KindUnknown
from hub.quantities import FAMILIES, KINDS, Kind, Unit, from_canonical, parse_unit


def kinds_named(name: str) -> tuple[Kind, ...]:
    """The kind of that name, or the kinds of that family; raises KindUnknown."""
    if name in FAMILIES:
        return FAMILIES[name]
    try:
        return (Kind(name),)
    except ValueError:
        raise KindUnknown(f"kind must be one of: {', '.join([*FAMILIES, *Kind])}") from None


def unit_asked(kind: Kind, name: str | None) -> Unit:
    """The unit of that name if it measures that kind, canonical unless told; raises UnitUnknown, UnitMismatch."""
    unit = parse_unit(name) if name else KINDS[kind].unit
    from_canonical(kind, 0.0, unit)
    return unit
