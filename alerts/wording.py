"""What alerts say, in each language and in the reader's unit; catalogs in `alerts/words/`, one file a language.

A sentence is made of the phrases whose numbers the reason has: text that leaves numbers out is text all the same. What
goes outside signed-in channels says that there is something to read, and no number, illness or device.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter, with_config

from alerts.prevention.words import Language, typeset
from alerts.rule import Because, Number
from hub.quantities import Kind, Quantity, Unit, from_canonical, to_canonical

__all__ = ["Language", "discreet", "revealing", "sentence", "title"]

_FOLDER = Path(__file__).parent / "words"
_NARROW = "\N{NARROW NO-BREAK SPACE}"
_HARD = "\N{NO-BREAK SPACE}"
_DECIMALS = {Unit.MG_DL: 0, Unit.MMOL_L: 1, Unit.G_L: 2, Unit.KG: 1, Unit.PERCENT: 1}
_SENSOR = {Unit.MG_DL: (40.0, 400.0), Unit.MMOL_L: (2.2, 22.2)}
"""Beyond these a sensor prints LO or HI (Dexcom), and the number stands for the bound only: so it is never printed."""

_GLUCOSE = frozenset({Unit.MG_DL, Unit.MMOL_L, Unit.G_L})
_RATE = "mg/dL/min"
_HOUR = 60


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class Catalog:
    """One language: titles by rule, phrases by reason, texts for outside, and for those who want values there."""

    decimal_mark: str
    percent_mark: str
    day: Annotated[list[str], Field(min_length=2, max_length=2)]
    titles: Mapping[str, str]
    reasons: Mapping[str, list[str]]
    discreet: Mapping[str, str]
    messages: Mapping[str, str]


@cache
def catalog(language: Language) -> Catalog:
    """That language's file."""
    text = typeset((_FOLDER / f"{language}.toml").read_text("utf-8"), language)
    return TypeAdapter(Catalog).validate_python(tomllib.loads(text))


def title(rule: str, language: Language) -> str:
    """What a rule's alerts are called; raises KeyError for a rule without words."""
    return catalog(language).titles[rule]


def sentence(because: Because, language: Language, glucose_unit: Unit) -> str:
    """Why, with its numbers in the reader's unit; glucose units are mg/dL, mmol/L, g/L. "" if nothing can be said.

    Raises KeyError for a reason without words.
    """
    said = {number.name: _said(number, language, glucose_unit) for number in because.numbers if _counts(number)}
    phrases = [phrase for phrase in catalog(language).reasons[because.key] if _names(phrase) <= said.keys()]
    text = " ".join(phrases).format_map(said).rstrip(" ,:;")
    return text if not text or text.endswith(".") else f"{text}."


def discreet(what: str, language: Language, **given: str) -> str:
    """What is said where others may look on: a level's name, or what else there is to read."""
    return catalog(language).discreet[what].format_map(given)


def revealing(what: str, language: Language, **given: str) -> str:
    """What is said outside to whom the person lets have names and values there."""
    return catalog(language).messages[what].format_map(given)


def _names(phrase: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(phrase) if name}


def _counts(number: Number) -> bool:
    """A share that was not lost, and nothing that waits, are no part of a reason."""
    return number.value > 0 or not (number.name.startswith("lost_") or number.unit == "1")


def _said(number: Number, language: Language, glucose_unit: Unit) -> str:
    words, value, unit = catalog(language), number.value, number.unit
    if unit == "min":
        return _lasting(round(value))
    if unit == "d":
        return f"{value:.0f}{_HARD}{words.day[value >= 2]}"
    if unit == "1":
        return f"{value:.0f}"
    if unit == _RATE:
        return _rate(abs(value), language, glucose_unit)
    if unit in _GLUCOSE:
        return _glucose(Quantity(value, Unit(unit)), language, glucose_unit)
    return _number(value, _DECIMALS[Unit(unit)], Unit(unit), language)


def _lasting(minutes: int) -> str:
    """20 min, 2 h, 2 h 05: the same in both languages."""
    hours, rest = divmod(minutes, _HOUR)
    if not hours:
        return f"{rest}{_HARD}min"
    return f"{hours}{_HARD}h" + (f"{_HARD}{rest:02}" if rest else "")


def _glucose(told: Quantity, language: Language, unit: Unit) -> str:
    """In the reader's unit; beyond what sensors tell, only that it is beyond."""
    least, most = _SENSOR.get(told.unit, (0.0, float("inf")))
    mark = "<" if told.value < least else ">" if told.value > most else ""
    kept = Quantity(min(max(told.value, least), most), told.unit)
    return (f"{mark}{_NARROW}" if mark else "") + _number(_converted(kept, unit), _DECIMALS[unit], unit, language)


def _rate(mg_dl_per_min: float, language: Language, unit: Unit) -> str:
    """Per minute, in the reader's unit, with a decimal more than a reading has."""
    a_minute = _number(_converted(Quantity(mg_dl_per_min, Unit.MG_DL), unit), _DECIMALS[unit] + 1, unit, language)
    return f"{a_minute}/min"


def _converted(told: Quantity, unit: Unit) -> float:
    if told.unit is unit:
        return told.value
    return from_canonical(Kind.GLUCOSE_INTERSTITIAL, to_canonical(Kind.GLUCOSE_INTERSTITIAL, told), unit)


def _number(value: float, decimals: int, unit: Unit, language: Language) -> str:
    words = catalog(language)
    told = f"{value:.{decimals}f}".replace(".", words.decimal_mark)
    if unit is Unit.PERCENT:
        return f"{told.removesuffix(f'{words.decimal_mark}0')}{words.percent_mark}"
    return f"{told}{_HARD}{unit}"
