"""A crossing from one class of body mass index to another, that does not flicker at the bound."""

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType

from alerts.prevention.dates import age_on
from alerts.prevention.signal import Signal
from alerts.prevention.words import Words
from timeseries.weight.bmi import BmiClass, bmi, bmi_class

MARGIN = 0.5
"""kg/m² beyond a bound before the class is another [own rule]: about twice the day-to-day SD of 0.66 kg (Krone 2020)
of somebody of 1.70 m, so that a class is not left and entered again by chance."""

_ORDER = tuple(BmiClass)
_NAMES: Mapping[BmiClass, Words] = MappingProxyType(
    {
        BmiClass.UNDERWEIGHT: Words("insuffisance pondérale", "underweight"),
        BmiClass.NORMAL: Words("corpulence normale", "normal weight"),
        BmiClass.OVERWEIGHT: Words("surpoids", "overweight"),
        BmiClass.OBESITY_1: Words("obésité de classe 1", "obesity class 1"),
        BmiClass.OBESITY_2: Words("obésité de classe 2", "obesity class 2"),
        BmiClass.OBESITY_3: Words("obésité de classe 3", "obesity class 3"),
    }
)


def bmi_crossing(weights: Iterable[tuple[date, float]], height_cm: float | None, birth: date) -> Signal | None:
    """The last crossing in an adult's weight trend: local days and kg, oldest first; None if there was none.

    Give the trend, not single weighings, and only weighings that are surely this person's. Without a height: None.
    """
    if height_cm is None:
        return None
    current: BmiClass | None = None
    found: Signal | None = None
    for day, kg in weights:
        index, age = bmi(kg, height_cm), age_on(birth, day)
        following = _following(current, index, age)
        if current is not None and following is not None and following is not current:
            found = Signal("bmi-class", day, _why(current, following), "WHO TRS 894 (2000); margin: own rule")
        current = following
    return found


def _following(current: BmiClass | None, index: float, age: int) -> BmiClass | None:
    """The class after a day: another only if the index is beyond the bound by more than the margin."""
    up, down = bmi_class(index - MARGIN, age), bmi_class(index + MARGIN, age)
    if current is None or up is None or down is None:
        return bmi_class(index, age)
    return max(_order(up), min(_order(down), _order(current)))[1]


def _order(of: BmiClass) -> tuple[int, BmiClass]:
    return _ORDER.index(of), of


def _why(before: BmiClass, after: BmiClass) -> Words:
    old, new = _NAMES[before], _NAMES[after]
    return Words(
        f"La tendance du poids a fait passer l’indice de masse corporelle de « {old.fr} » à « {new.fr} ».",
        f"The weight trend took the body mass index from \u201c{old.en}\u201d to \u201c{new.en}\u201d.",
    )
