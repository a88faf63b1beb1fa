"""Thresholds as a form: each part of each as a field with its number in the reader's unit, and back.

A number that was left as it stood keeps what was set, in the unit it was set in: looking in mmol/L changes nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from math import ceil, floor
from re import fullmatch
from types import MappingProxyType
from typing import Any

from alerts.thresholds import DAYS, GAIN_DAYS, GAINS, HIGHS, LOWS, MINUTES, RATES, SILENT, Limit, Thresholds
from hub.errors import Malformed
from hub.quantities import GLUCOSE_MG_DL_PER_MMOL_L, Kind, Unit, from_canonical
from ingest_api.thresholds import OF_NOBODY, kind_of, limit_in
from timeseries.glucose.bounds import LOW, VERY_LOW

NAMES = tuple(field.name for field in fields(Thresholds) if field.name not in OF_NOBODY)

_LOW, _HIGH = {"limit": LOWS, "minutes": MINUTES}, {"limit": HIGHS, "minutes": MINUTES}
_FAST = {"mg_dl_per_min": RATES}
_BOUNDS: Mapping[str, Mapping[str, tuple[float, float]]] = MappingProxyType(
    {
        "low": _LOW, "night_low": _LOW, "high": _HIGH, "very_high": _HIGH, "prolonged_high": _HIGH,
        "fast_fall": _FAST, "fast_rise": _FAST, "silence": {"minutes": SILENT},
        "weight_gain": {"kg": GAINS, "days": GAIN_DAYS}, "weigh_in": {"days": DAYS, "shared_days": DAYS},
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One number of a setting: what it is called in the form, its value in `unit` (None if not set), from and to."""

    setting: str
    name: str
    value: float | None
    unit: str
    decimals: int
    low: float
    high: float

    @property
    def field(self) -> str:
        """Its field."""
        return f"{self.setting}.{self.name}"


def parts(thresholds: Thresholds, setting: str, unit: Unit) -> list[Part]:
    """The numbers of one setting, in that unit of glucose; none of those that are only on or off."""
    value = getattr(thresholds, setting)
    if isinstance(value, bool):
        return []
    return [_part(setting, each.name, getattr(value, each.name), unit) for each in fields(value) if each.name != "on"]


def switch(thresholds: Thresholds, setting: str) -> bool | None:
    """Whether it is on; None of what cannot be switched off."""
    value = getattr(thresholds, setting)
    on: bool | None = value if isinstance(value, bool) else getattr(value, "on", None)
    return on


def typed(form: Mapping[str, str], current: Thresholds, followed: frozenset[Kind]) -> Thresholds:
    """What a form asks for; what is of a kind not followed stays. Raises Malformed, UnsafeThreshold."""
    unit = next((each for each in (Unit.MG_DL, Unit.MMOL_L) if each == form.get("unit")), None)
    if unit is None:
        raise Malformed("the form must say its unit of glucose: mg/dL or mmol/L")
    told = {name: _typed(form, current, name, unit) for name in NAMES if kind_of(name) in followed}
    return replace(current, **told)


def _typed(form: Mapping[str, str], current: Thresholds, setting: str, unit: Unit) -> Any:
    value, on = getattr(current, setting), f"{setting}.on" in form
    if isinstance(value, bool):
        return on
    switched = {"on": on} if hasattr(value, "on") else {}
    return replace(value, **switched, **dict(_numbers(form, parts(current, setting, unit), unit)))


def _numbers(form: Mapping[str, str], of: Sequence[Part], unit: Unit) -> Iterator[tuple[str, Any]]:
    """What differs from what stood there."""
    for part in of:
        number = _number(form.get(part.field, ""))
        if number != (None if part.value is None else round(part.value, part.decimals)):
            yield part.name, _meant(part.name, number, unit)


def _meant(name: str, number: float | None, unit: Unit) -> Any:
    if name in {"shared_days", "days"}:
        return None if number is None else _whole(number)
    if number is None:
        raise Malformed("a number is missing")
    if name == "limit":
        return Limit(number, unit)
    if name == "mg_dl_per_min":
        return number * GLUCOSE_MG_DL_PER_MMOL_L if unit is Unit.MMOL_L else number
    return number if name == "kg" else _whole(number)


def _whole(number: float) -> int:
    if number != int(number):
        raise Malformed("minutes and days are whole numbers")
    return int(number)


def _number(text: str) -> float | None:
    """Decimal comma or point; None of nothing. Raises Malformed."""
    said = text.strip()
    if not said:
        return None
    if not fullmatch(r"[0-9]{1,4}([.,][0-9]{1,2})?", said):
        raise Malformed("write a number, as 70 or 3.9")
    return float(said.replace(",", "."))


def _part(setting: str, name: str, value: Any, unit: Unit) -> Part:
    if name == "limit":
        return _limit(setting, value, unit)
    low, high = _BOUNDS[setting][name]
    if name == "mg_dl_per_min":
        scale = 1 / GLUCOSE_MG_DL_PER_MMOL_L if unit is Unit.MMOL_L else 1.0
        decimals = 2 if unit is Unit.MMOL_L else 1
        return Part(setting, name, value * scale, f"{unit}/min", decimals, *_inward(low, high, scale, decimals))
    told = {"minutes": "min", "kg": "kg"}.get(name, "")
    return Part(setting, name, value, told, 1 if name == "kg" else 0, low, high)


def _limit(setting: str, limit: Limit, unit: Unit) -> Part:
    decimals = 1 if unit is Unit.MMOL_L else 0
    if setting == "urgent_low":
        bounds = [each.mmol_l if unit is Unit.MMOL_L else each.mg_dl for each in (VERY_LOW, LOW)]
    else:
        bounds = list(_inward(*_BOUNDS[setting]["limit"], from_canonical(_GLUCOSE, 1.0, unit), decimals))
    value = limit_in(limit, unit)
    # what was set in another unit, or finer than usual, is shown as exact as it is
    exact = decimals if round(value, decimals) == value else 2
    return Part(setting, "limit", value, str(unit), exact, *bounds)


def _inward(low: float, high: float, scale: float, decimals: int) -> tuple[float, float]:
    """What may be set in another unit, rounded so that both ends may be."""
    step = 10**decimals
    return ceil(round(low * scale * step, 6)) / step, floor(round(high * scale * step, 6)) / step


_GLUCOSE = Kind.GLUCOSE_INTERSTITIAL
