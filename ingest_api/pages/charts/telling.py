"""How one person's glucose is told: in which unit, against whose ranges, in which language."""

from dataclasses import dataclass

from hub.quantities import Kind, Unit, from_canonical
from ingest_api.pages.charts.words import Words
from timeseries.glucose.bounds import HIGH, LOW, PREGNANCY_LOW, TIGHT_HIGH, VERY_HIGH, VERY_LOW, Bound, Floats
from timeseries.glucose.ranges import Ranges
from timeseries.glucose.targets import Profile

_STEP = {Unit.MG_DL: 0, Unit.MMOL_L: 1, Unit.G_L: 2}
"""Decimals that sensors print in each unit."""

TOPS = (350, 500, 600)
"""Tops of the glucose axis, mg/dL: the report's usual 350 unless there is more to show, and no device says over 600."""

SMALL_BOTTOM, SMALL_TOPS = 40, (250, *TOPS)
"""Of small charts without numbers, mg/dL: less air. Under 40 sensors say LO."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A range: its name (of `Words.zones`, of classes and colours) and the bounds it lies between."""

    name: str
    above: Bound | None
    below: Bound | None


def _zones(names: tuple[str, ...], bounds: tuple[Bound, ...]) -> tuple[Zone, ...]:
    return tuple(Zone(*each) for each in zip(names, (None, *bounds), (*bounds, None), strict=True))


_USUAL = _zones(("very-low", "low", "target", "high", "very-high"), (VERY_LOW, LOW, HIGH, VERY_HIGH))
_PREGNANCY = _zones(("very-low", "low", "target", "high"), (VERY_LOW, PREGNANCY_LOW, TIGHT_HIGH))
"""In pregnancy there is no very high range (Battelino 2019)."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Unit, whose goals, and language, for every chart of one person."""

    unit: Unit
    profile: Profile
    words: Words

    @property
    def zones(self) -> tuple[Zone, ...]:
        """The ranges, lowest first."""
        return _PREGNANCY if self.profile is Profile.PREGNANCY else _USUAL

    @property
    def target(self) -> Zone:
        """The target range."""
        return next(zone for zone in self.zones if zone.name == "target")

    @property
    def bounds(self) -> list[Bound]:
        """What divides the ranges, lowest first."""
        return [zone.below for zone in self.zones if zone.below]

    def number(self, bound: Bound) -> float:
        """The bound as the consensus prints it in the unit."""
        return bound.mmol_l if self.unit is Unit.MMOL_L else self.in_unit(bound.mg_dl)

    def in_unit(self, mg_dl: float) -> float:
        """A glucose in the unit."""
        return from_canonical(Kind.GLUCOSE_INTERSTITIAL, mg_dl, self.unit)

    def text(self, number: float) -> str:
        """A number that is in the unit already, with as many decimals as sensors print."""
        return self.words.number(number, _STEP[self.unit])

    def glucose(self, mg_dl: float) -> str:
        """A glucose, number and unit."""
        return f"{self.text(self.in_unit(mg_dl))}\N{NO-BREAK SPACE}{self.unit}"

    def extent(self, zone: Zone) -> str:
        """A range in figures: 70–180 mg/dL; the target holds both its bounds."""
        step = 10.0 ** -_STEP[self.unit]
        if zone.above is None or zone.below is None:
            return self._open(zone)
        low = self.number(zone.above) + (step if zone.name == "high" else 0)
        high = self.number(zone.below) - (step if zone.name == "low" else 0)
        return f"{self.text(low)}–{self.text(high)}\N{NO-BREAK SPACE}{self.unit}"

    def _open(self, zone: Zone) -> str:
        bound = zone.above or zone.below
        assert bound is not None  # noqa: S101 - a range has one bound at least
        sign = self.words.over if zone.above else self.words.under
        return f"{sign}{self.text(self.number(bound))}\N{NO-BREAK SPACE}{self.unit}"

    def bound_text(self, zone: Zone) -> str:
        """What a range lies under, in figures: <70 mg/dL."""
        return self._open(Zone(zone.name, None, zone.below))

    @property
    def over_very_high(self) -> str:
        """What is very high in figures: >250 mg/dL; told in pregnancy too, where it is no range of its own."""
        return self._open(_USUAL[-1])

    def shares(self, of: Ranges) -> list[float]:
        """Percent of time in each of the ranges, lowest first."""
        if self.profile is Profile.PREGNANCY:
            return [of.tbr2, of.below_pregnancy - of.tbr2, of.pregnancy, of.above_pregnancy]
        return [of.tbr2, of.tbr1, of.tir, of.tar1, of.tar2]


@dataclass(frozen=True, slots=True)
class Axis:
    """Glucose from `bottom` to `top`, both in the unit."""

    telling: Telling
    top: float
    bottom: float = 0.0

    def places(self, mg_dl: Floats) -> Floats:
        """How far from the top glucose values lie, (n,) fractions; over the top is negative."""
        shown: Floats = (self.top - mg_dl * self.telling.in_unit(1.0)) / (self.top - self.bottom)
        return shown

    def place(self, mg_dl: float) -> float:
        """How far from the top, within the axis."""
        return self.placed(self.telling.in_unit(mg_dl))

    def placed(self, number: float) -> float:
        """The same for a number in the unit."""
        return min(max((self.top - number) / (self.top - self.bottom), 0.0), 1.0)

    def at(self, bound: Bound) -> float:
        """Where a bound lies."""
        return self.placed(self.telling.number(bound))

    @property
    def middle(self) -> float:
        """A level within the target, against which time out of it is shaded: within, that paint is clear."""
        target = self.telling.target
        return sum(self.at(bound) for bound in (target.above, target.below) if bound) / 2


def axis(telling: Telling, highest: float | None) -> Axis:
    """The axis that holds glucose from nothing up to `highest` mg/dL."""
    return Axis(telling, _top(telling, highest, TOPS))


def small_axis(telling: Telling, highest: float | None) -> Axis:
    """The axis of a small chart."""
    return Axis(telling, _top(telling, highest, SMALL_TOPS), telling.in_unit(SMALL_BOTTOM))


def _top(telling: Telling, highest: float | None, tops: tuple[int, ...]) -> float:
    return telling.in_unit(next((top for top in tops if highest is None or highest <= top), tops[-1]))
