"""What the readers of Vigie's own exports share: a reading's key, its condition, its device's kind."""

from uuid import UUID

from hub.measurements import Condition
from hub.readings import EXPORTED
from hub.records import DeviceKind

_DIGITS = 24
"""Of a reading's id, those that are its own; the digits before them number its device, in the database it was in."""


def key_of(id_: str) -> str | None:
    """The name under which an exported reading is the same one again; None if that is no id."""
    try:
        return EXPORTED + UUID(id_).hex[-_DIGITS:]
    except ValueError:
        return None


def condition_of(name: str) -> tuple[Condition | None, str | None]:
    """The condition of that name, and what is wrong with it; nothing is said by an empty one."""
    if not name:
        return None, None
    try:
        return Condition(name), None
    except ValueError:
        return (
            None,
            "its condition is none that Vigie knows: import it with the version that exported it, or a later one",
        )


def device_kind_of(name: str) -> DeviceKind | None:
    """The kind of that name; None where it says none."""
    return next((kind for kind in DeviceKind if kind == name), None)
