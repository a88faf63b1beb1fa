"""The unit an answer is asked in."""

from hub.quantities import KINDS, Kind, Unit, from_canonical, parse_unit


def unit_asked(kind: Kind, name: str | None) -> Unit:
    """The unit of that name if it measures that kind, canonical unless told; raises UnitUnknown, UnitMismatch."""
    unit = parse_unit(name) if name else KINDS[kind].unit
    from_canonical(kind, 0.0, unit)
    return unit
