"""A measurement written as the hub's own item: checked as the hub will read it, since one bad item spoils a message."""

import json
import math
from datetime import datetime

from device_adapters.native_item import ITEM
from device_adapters.strict_json import parse, read
from hub.errors import NotANumber, TooLarge
from hub.measurements import Channel, Measurement

_HEARD = (Channel.GATT, Channel.ADVERT)
MOST_BYTES = 16 * 1024
"""The longest item; longer is no measurement."""


def write(measurement: Measurement, taken_at: datetime) -> str:
    """The item as JSON text; raises NotANumber, TooLarge, Malformed."""
    if not math.isfinite(measurement.quantity.value):
        raise NotANumber("value must be a finite number")
    text = json.dumps(_said(measurement, taken_at), separators=(",", ":"))
    if len(text) > MOST_BYTES:
        raise TooLarge(f"an item of {len(text)} bytes; at most {MOST_BYTES} make sense")
    parse(b'{"items":[%b]}' % text.encode())  # as deep as it will lie
    read(ITEM, text.encode())
    return text


def _said(measurement: Measurement, taken_at: datetime) -> dict[str, object]:
    device_time, context, echo = measurement.device_time, measurement.context, measurement.echo
    said: dict[str, object | None] = {
        "id": measurement.key,
        "device": measurement.device,
        "kind": measurement.kind or "glucose",
        "value": measurement.quantity.value,
        "unit": measurement.quantity.unit,
        "taken_at": taken_at.isoformat(),
        "device_time": None if device_time is None else device_time.isoformat(),
        "seq": measurement.sequence,
        "condition": measurement.condition,
        "context": None if context is None else parse(context.encode(errors="surrogatepass")),
        "hint": measurement.hint,
        "channel": measurement.channel if measurement.channel in _HEARD else None,
        "echo": None if echo is None else round(echo.total_seconds()),
    }
    return {name: value for name, value in said.items() if value is not None}
