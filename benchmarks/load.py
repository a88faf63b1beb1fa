"""Made-up load: gateways' messages as the native MQTT shape has them, and the readings they stand for."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from benchmarks.setting import PEOPLE, Holder, home_of, start_of_chunk
from device_adapters.devices.native_mqtt import TOPIC
from hub.measurements import Channel
from hub.quantities import Kind, Quantity, Unit
from hub.readings import Reading, TimeSource, reading_key

STEP = timedelta(minutes=1)
Message = tuple[str, bytes]
"""Topic and payload."""


def _value(number: int) -> float:
    return float(70 + number * 7 % 130)


def messages(total: int, readings_each: int) -> Iterator[Message]:
    """`total` messages, the homes taking turns, each with the next readings of its sensor, one a minute."""
    start = start_of_chunk()
    for number in range(total):
        turn, home = divmod(number, PEOPLE)
        gateway, address = home_of(home)
        first = turn * readings_each
        items = [_item(address, n, start) for n in range(first, first + readings_each)]
        boot = str(UUID(int=home + 1))
        yield TOPIC + gateway, json.dumps({"boot": boot, "seq": turn, "items": items}).encode()


def _item(address: str, number: int, start: datetime) -> dict[str, object]:
    return {
        "id": f"{address}/{number}",
        "device": address,
        "kind": "glucose",
        "value": _value(number),
        "unit": "mg/dL",
        "taken_at": (start + number * STEP).isoformat(),
        "seq": number,
    }


def readings(total: int, known: list[Holder]) -> list[Reading]:
    """`total` readings, people taking turns, one a minute each."""
    start, now = start_of_chunk(), datetime.now(UTC)
    return [_reading(known[n % len(known)], n // len(known), start, now) for n in range(total)]


def _reading(holder: Holder, number: int, start: datetime, now: datetime) -> Reading:
    value = _value(number)
    return Reading(
        person=holder.person, household=None, kind=Kind.GLUCOSE_INTERSTITIAL, value=value,
        taken_at=start + number * STEP, utc_offset=60, device=holder.device,
        key=reading_key(holder.device, f"{holder.address}/{number}"), raw=Quantity(value, Unit.MG_DL),
        received_at=now, channel=Channel.MQTT, time_source=TimeSource.SENDER, sequence=number,
    )  # fmt: skip
