"""What the glucose rules share: spells beyond a bound, judged in each sensor's own unit, as findings."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.rule import Because, Evidence, Finding, Known, Level, Number, Pace, Trace
from alerts.spells import GIVEN_UP, Spell, spells
from hub.quantities import Unit
from timeseries.glucose.bounds import Bound
from timeseries.glucose.series import moment

MARGIN = Bound(5, 0.3)
"""How far back within the bound ends a spell: 5 mg/dL (clinical reference, proposed for the hub), 0.3 mmol/L."""

MOST_EVIDENCE = 12
"""Readings named of a long spell, its first ones: those that decided it."""

LOW_PACE = Pace(timedelta(minutes=30))
HIGH_PACE = Pace(timedelta(minutes=60))
URGENT_PACE = Pace(timedelta(minutes=5), timedelta(minutes=30))
"""Urgent: Dexcom G5 guide p. 208. Low and high: clinical reference, proposed for the hub; once acknowledged, silent."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What a rule looks for: its name, how much it presses, the bound, minutes to hold, how often it rings."""

    rule: str
    level: Level
    bound: Bound
    hold: float
    pace: Pace


Lasts = Callable[[Known, Spell], float]


def all_of_it(_: Known, spell: Spell) -> float:
    """The minutes of a spell that count."""
    return spell.minutes


def below(known: Known, sought: Sought, least: float = 0, lasts: Lasts = all_of_it) -> tuple[Finding, ...]:
    """Each spell under the bound, of which `lasts` (minutes) must be `least`; ended by 15 minutes at bound + margin."""
    back = Bound(sought.bound.mg_dl + MARGIN.mg_dl, sought.bound.mmol_l + MARGIN.mmol_l)

    def spells_of(trace: Trace) -> list[Spell]:
        beyond = trace.levels.below(sought.bound)
        return spells(trace, beyond, ~trace.levels.below(back), sought.hold, known.now) if beyond.any() else []

    return tuple(_findings(known, sought, spells_of, least, lasts))


def above(known: Known, sought: Sought, least: float = 0) -> tuple[Finding, ...]:
    """Each spell over the bound, of which `least` minutes must have passed; ended by 15 minutes at bound - margin."""
    back = Bound(sought.bound.mg_dl - MARGIN.mg_dl, sought.bound.mmol_l - MARGIN.mmol_l)

    def spells_of(trace: Trace) -> list[Spell]:
        beyond = trace.levels.above(sought.bound)
        return spells(trace, beyond, ~trace.levels.above(back), sought.hold, known.now) if beyond.any() else []

    return tuple(_findings(known, sought, spells_of, least, all_of_it))


def again(known: Known) -> datetime | None:
    """When a spell that nobody sees end is to be closed."""
    ends = (known_end for trace in known.traces if (known_end := _last(trace) + GIVEN_UP) > known.now)
    return min(ends, default=None)


def _findings(
    known: Known, sought: Sought, spells_of: Callable[[Trace], list[Spell]], least: float, lasts: Lasts
) -> Iterator[Finding]:
    for trace in known.traces:
        for spell in spells_of(trace):
            minutes = lasts(known, spell)
            held = spell.held and minutes >= least
            if held or (spell.until is None and minutes > 0):
                yield _finding(sought, trace, spell, held)


def _finding(sought: Sought, trace: Trace, spell: Spell, held: bool) -> Finding:
    numbers = (*glucose_numbers(trace, spell.places[-1], sought.bound), Number("minutes", spell.minutes, "min"))
    return Finding(
        rule=sought.rule,
        level=sought.level,
        since=spell.since,
        last=spell.last,
        because=Because(sought.rule, numbers),
        evidence=evidence_of(trace, spell.places),
        until=spell.until,
        ended=spell.ended,
        held=held,
        pace=sought.pace,
    )


def evidence_of(trace: Trace, places: tuple[int, ...]) -> tuple[Evidence, ...]:
    """The first of those readings."""
    return tuple(Evidence(trace.device, at_of(trace, place)) for place in places[:MOST_EVIDENCE])


def glucose_numbers(trace: Trace, place: int, bound: Bound) -> tuple[Number, Number]:
    """The reading and the bound it is beyond, in its sensor's unit."""
    in_mmol = bool(trace.series.in_mmol[place])
    unit = Unit.MMOL_L if in_mmol else Unit.MG_DL
    number = float(trace.levels.numbers[place])
    return Number("glucose", number, unit), Number("bound", bound.mmol_l if in_mmol else bound.mg_dl, unit)


def at_of(trace: Trace, place: int) -> datetime:
    """When that reading was taken."""
    return moment(trace.series.at[place])


def _last(trace: Trace) -> datetime:
    return at_of(trace, -1)
