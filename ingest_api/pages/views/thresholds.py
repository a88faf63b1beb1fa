"""Thresholds in words: what holds, what held before, and what a trial came to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

from alerts.thresholds import Thresholds
from alerts.wording import title
from hub.quantities import Kind, Unit
from ingest_api.pages.settings import moment_told
from ingest_api.pages.threshold_form import NAMES, Part, parts, switch
from ingest_api.pages.views.names import called
from ingest_api.pages.visitor import Guest
from ingest_api.thresholds import Version, differing, kind_of

_RULES = {"night_low": "long_low_at_night", "silence": "sensor_silence", "weigh_in": "no_weigh_in"}
"""Settings of another name than their rule."""


@dataclass(frozen=True, slots=True)
class Field:
    """A number to set."""

    name: str
    label: str
    value: str
    unit: str
    hint: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One alert: what holds, in words; `switch` is its field's name, "" of what has none, and `without` says why."""

    title: str
    said: str
    switch: str
    without: str
    on: bool
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Those of glucose, or of weight; `open` if the visitor may set them."""

    title: str
    open: bool
    settings: tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """A version: when and by whom it was set, and what it changed."""

    when: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """How often each rule would have told of something, with what holds and with what was typed."""

    told: str
    rows: tuple[tuple[str, str, str], ...]


def groups_of(
    now: Thresholds, followed: frozenset[Kind], typed: Mapping[str, str] | None, visitor: Guest
) -> list[Group]:
    """Everything that can be set, as it holds; or as it was typed in a form that could not be taken, or is tried."""
    words = visitor.words("thresholds")
    return [
        Group(
            words["group"][key],
            kind in followed,
            tuple(_setting(name, now, typed, visitor) for name in NAMES if kind_of(name) is kind),
        )
        for key, kind in (("glucose", Kind.GLUCOSE_INTERSTITIAL), ("weight", Kind.WEIGHT))
    ]


def history_of(versions: Sequence[Version], visitor: Guest, zone: ZoneInfo) -> list[Past]:
    """What was set, newest first; the defaults last."""
    words = visitor.words("thresholds")
    told = [
        Past(
            words.say(
                "version",
                n=each.thresholds.version,
                when=moment_told(visitor, each.thresholds.valid_from, zone),
                who=called(each.set_by, visitor),
            ),
            tuple(_change(name, before.thresholds, each.thresholds, visitor) for name in _changed(before, each)),
        )
        for each, before in pairwise(versions)
    ]
    return [*told, Past(words["defaults"], ())]


def trial_of(now: Mapping[str, int], wanted: Mapping[str, int], days: int, visitor: Guest) -> Trial:
    """Both counts, rule by rule."""
    rules = sorted(now.keys() | wanted.keys(), key=lambda rule: (-wanted.get(rule, 0), rule))
    rows = tuple((title(rule, visitor.language), str(now.get(rule, 0)), str(wanted.get(rule, 0))) for rule in rules)
    total = sum(wanted.values())
    told = visitor.words("thresholds").count("would", total, days=days, now=sum(now.values()))
    return Trial(told, rows)


def said(name: str, of: Thresholds, visitor: Guest) -> str:
    """A setting in words: under 70 mg/dL for 15 min."""
    words = visitor.words("thresholds")
    if switch(of, name) is False:
        return str(words["off"])
    told = {part.name: _with_unit(part, visitor) for part in parts(of, name, _unit(visitor))}
    return words.say(f"said.{name}", **told)


def _changed(before: Version, after: Version) -> Sequence[str]:
    return differing(before.thresholds, after.thresholds)


def _change(name: str, before: Thresholds, after: Thresholds, visitor: Guest) -> str:
    return visitor.words("thresholds").say(
        "change", title=_title(name, visitor), before=said(name, before, visitor), after=said(name, after, visitor)
    )


def _setting(name: str, now: Thresholds, typed: Mapping[str, str] | None, visitor: Guest) -> Setting:
    on, field = switch(now, name), f"{name}.on"
    return Setting(
        title=_title(name, visitor),
        said=said(name, now, visitor),
        switch="" if on is None else field,
        without=visitor.words("thresholds")["empty" if name == "weigh_in" else "always"],
        on=on is not False if typed is None else field in typed,
        fields=tuple(_field(part, typed, visitor) for part in parts(now, name, _unit(visitor))),
    )


def _field(part: Part, typed: Mapping[str, str] | None, visitor: Guest) -> Field:
    words, numbers = visitor.words("thresholds"), visitor.numbers
    held = "" if part.value is None else numbers.number(part.value, part.decimals)
    decimals = 1 if part.low != int(part.low) or part.high != int(part.high) else 0
    decimals = part.decimals if part.name == "mg_dl_per_min" else decimals
    return Field(
        name=part.field,
        label=words["part"][part.name],
        value=held if typed is None else typed.get(part.field, held),
        unit=part.unit or words["days"],
        hint=f"{numbers.number(part.low, decimals)}–{numbers.number(part.high, decimals)}",
    )


def _with_unit(part: Part, visitor: Guest) -> str:
    words = visitor.words("thresholds")
    if part.value is None:
        return str(words["not_asked"])
    if not part.unit:
        return words.count("so_many_days", round(part.value))
    return f"{visitor.numbers.number(part.value, part.decimals)}\N{NO-BREAK SPACE}{part.unit}"


def _title(name: str, visitor: Guest) -> str:
    return title(_RULES.get(name, name), visitor.language)


def _unit(visitor: Guest) -> Unit:
    return visitor.glucose_unit
