"""Messages as gateways and apps send them; what a test does not say is ordinary."""

import json
from datetime import datetime, timedelta
from typing import Any

from hub.measurements import Channel, RawPayload
from tests.support.readings import NOON

BOOT = "8d1f1f6e-2f0b-4d5e-9c57-0a8f6a0b7c11"


def moment(after: float = 0) -> str:
    """So many seconds after noon, as messages write it."""
    return (NOON + timedelta(seconds=after)).isoformat()


def item(key: str, on: str, after: float = 0, **said: Any) -> dict[str, Any]:
    """A glucose of 110 mg/dL at noon; a field said to be None is left out."""
    ordinary = {"kind": "glucose", "value": 110, "unit": "mg/dL", "taken_at": moment(after)}
    whole = {"id": key, "device": on, **ordinary, **said}
    return {name: value for name, value in whole.items() if value is not None}


def native(
    *items: dict[str, Any], seq: int = 0, boot: str = BOOT, gateway: str = "attic", **envelope: Any
) -> RawPayload:
    """A gateway's message, received a minute after noon."""
    return up(json.dumps({"boot": boot, "seq": seq, "items": items, **envelope}).encode(), gateway)


def up(payload: bytes, gateway: str = "attic", received_at: datetime = NOON + timedelta(minutes=1)) -> RawPayload:
    """These bytes on a gateway's topic."""
    return RawPayload(Channel.MQTT, f"vigie/v1/up/{gateway}", payload, received_at)
