"""Thresholds as a document, JSON or TOML: what is left out keeps its default, what is unknown is refused."""

import json
import tomllib
from datetime import date, datetime

from pydantic import ConfigDict, TypeAdapter, with_config

from alerts.thresholds import Above, Below, Fast, Gain, Limit, Silence, Thresholds, UrgentLow, WeighIn
from device_adapters.strict_json import STRICT, read
from hub.errors import Malformed

_CLOSED = STRICT | ConfigDict(extra="forbid")

for _part in (Limit, UrgentLow, Below, Above, Fast, Silence, Gain, WeighIn, Thresholds):
    with_config(_CLOSED)(_part)

_DOCUMENT = TypeAdapter(Thresholds)


def thresholds_from_json(text: bytes) -> Thresholds:
    """The thresholds a JSON document says; raises Malformed, NotANumber, UnsafeThreshold, UnitMismatch."""
    return read(_DOCUMENT, text)


def thresholds_from_toml(text: str) -> Thresholds:
    """The thresholds a TOML document says; raises as the JSON does."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise Malformed("these thresholds are not TOML; check the file's syntax") from None
    return thresholds_from_json(json.dumps(told, default=_iso).encode())


def thresholds_to_json(thresholds: Thresholds) -> bytes:
    """The whole document, defaults written out: what is stored of a version."""
    return _DOCUMENT.dump_json(thresholds)


def _iso(told: object) -> str:
    if isinstance(told, datetime | date):
        return told.isoformat()
    raise Malformed(f"a threshold cannot be a {type(told).__name__}")
