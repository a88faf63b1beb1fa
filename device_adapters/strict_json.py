"""JSON as a health record must read it: no duplicate key, no NaN, no number in a string, nothing nested for ever."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import jiter
from pydantic import ConfigDict, TypeAdapter, ValidationError

from hub.errors import DecodeError, Malformed, NotANumber, UnitMissing

STRICT = ConfigDict(strict=True, allow_inf_nan=False)
"""The configuration of every shape read from outside."""

Shape = TypeVar("Shape")
Source = TypeVar("Source")

_NOT_A_NUMBER = frozenset({"float_type", "finite_number", "int_type", "int_from_float"})


def parse(payload: bytes) -> Any:
    """The payload as Python values; raises Malformed, NotANumber."""
    try:
        return jiter.from_json(payload, allow_inf_nan=False, catch_duplicate_keys=True)
    except ValueError as error:
        raise _not_json(payload, error) from None


def read(shape: TypeAdapter[Shape], payload: bytes) -> Shape:
    """The payload as `shape`, strictly; raises Malformed, NotANumber, UnitMissing."""
    parse(payload)
    return _fit(shape.validate_json, payload)


def fit(shape: TypeAdapter[Shape], values: object) -> Shape:
    """Already parsed values as `shape`, strictly; raises Malformed, NotANumber, UnitMissing."""
    return _fit(shape.validate_python, values)


def salvage(payload: bytes) -> Any:
    """What can be made out of JSON that `parse` refuses, to learn which message it was; None if nothing can.

    Nothing measured may be taken from it: numbers that are none are text, and what is too long is None.
    """
    try:
        return json.loads(
            payload.decode("utf-8", "replace"), parse_int=_short, parse_float=str, parse_constant=str,
            object_pairs_hook=_without_doubt,
        )  # fmt: skip
    except (ValueError, RecursionError):
        return None


def _short(digits: str) -> int | None:
    return int(digits) if len(digits) < 20 else None


def _without_doubt(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object without the keys that it says twice."""
    times = Counter(key for key, _ in pairs)
    return {key: value for key, value in pairs if times[key] == 1}


def instant(text: str, field: str) -> datetime:
    """An RFC 3339 time, which must carry its offset; raises Malformed."""
    moment = wall_clock(text, field)
    if moment.tzinfo is None:
        raise Malformed(f"{field} must carry its UTC offset, as in 2026-08-21T07:13:00+02:00")
    return moment


def wall_clock(text: str, field: str) -> datetime:
    """A time with or without offset, as a device's display shows it; raises Malformed."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Malformed(f"{field} must be a time as in 2026-08-21T07:13:00+02:00") from None


def _fit(validate: Callable[[Source], Shape], source: Source) -> Shape:
    try:
        return validate(source)
    except ValidationError as error:
        raise _refusal(error) from None


def _refusal(error: ValidationError) -> DecodeError | UnitMissing:
    """The first thing wrong, named without its value: refusals are logged."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "message"
    if first["type"] == "missing" and first["loc"][-1] == "unit":
        return UnitMissing(f"{where} is missing: every value needs its unit beside it")
    if first["type"] in _NOT_A_NUMBER:
        return NotANumber(f"{where} must be a finite number, not text, a boolean or NaN")
    return Malformed(f"{where}: {first['type'].replace('_', ' ')}")


def _not_json(payload: bytes, error: ValueError) -> DecodeError:
    try:
        jiter.from_json(payload, allow_inf_nan=True)
    except ValueError:
        return Malformed(f"not JSON: {error}")
    if "duplicate key" in str(error):
        return Malformed("a key stands twice in one object")
    return NotANumber("NaN and infinity are not numbers in JSON")
