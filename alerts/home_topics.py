"""What a person's home may hear at the hub's broker: topics of theirs alone, spelled out in their listener's role."""

from uuid import UUID

from hub.quantities import Kind

SENSORS = {Kind.GLUCOSE_INTERSTITIAL: "Glucose", Kind.WEIGHT: "Weight"}
"""What Home Assistant is told of, as which name."""


def of_alerts(person: UUID) -> str:
    """Where they are told of alerts."""
    return f"vigie/v1/people/{person}/alert"


def of_readings(person: UUID) -> str:
    """Where their readings come."""
    return f"vigie/v1/people/{person}/reading"


def of_event(person: UUID) -> str:
    """Where Home Assistant finds that there are alerts."""
    return f"homeassistant/event/vigie_{person.hex}/config"


def of_sensor(person: UUID, kind: Kind) -> tuple[str, str]:
    """Where Home Assistant finds a sensor, and where its numbers come."""
    name = f"homeassistant/sensor/vigie_{person.hex}_{kind}"
    return f"{name}/config", f"{name}/state"


def heard_by(person: UUID) -> list[str]:
    """All of them."""
    sensors = [topic for kind in SENSORS for topic in of_sensor(person, kind)]
    return [of_alerts(person), of_readings(person), of_event(person), *sensors]
