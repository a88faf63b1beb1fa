"""A glucose management indicator over the person's HbA1c target for a whole quarter."""

from collections.abc import Mapping, Set
from datetime import date, timedelta

from alerts.prevention.conditions import Condition
from alerts.prevention.signal import Signal
from alerts.prevention.words import Words
from timeseries.glucose.averages import gmi
from timeseries.glucose.coverage import SUFFICIENT_PERCENT
from timeseries.glucose.tally import Tally, total

MONTH = 30
"""Days of each third of the quarter [own rule]: every third must be over the target, so that one bad month is none."""

TYPE_2 = 7.0
TYPE_2_FRAIL = 8.0
"""HbA1c targets of type 2 diabetes, percent, at most: most people; older people at risk. Source: HAS 2013 (its update
of 2024 is to be checked)."""


def hba1c_target(conditions: Set[Condition]) -> float | None:
    """The usual target, percent; None where there is no one number: other diabetes, pregnancy, or no diabetes."""
    if Condition.DIABETES_2 not in conditions or conditions & {Condition.PREGNANCY, Condition.DIABETES_1}:
        return None
    return TYPE_2_FRAIL if Condition.HIGH_RISK in conditions else TYPE_2


def gmi_over_target(days: Mapping[date, Tally], today: date, target: float | None) -> Signal | None:
    """Found if the GMI of each of the last three times 30 whole local days is over `target`, percent.

    `target` is what the clinician set, else `hba1c_target`. None without a target, or where the sensor spoke in less
    than 70 % of one of the thirds (Battelino 2019).
    """
    if target is None:
        return None
    ends = [today - timedelta(days=MONTH * ago) for ago in range(3)]
    found = [_gmi(days, end) for end in ends]
    if any(third is None or third <= target for third in found):
        return None
    since = ends[-1] - timedelta(days=MONTH)
    quarter = gmi(total(tally for day, tally in days.items() if since <= day < today))
    return None if quarter is None else Signal("gmi-over-target", since, _why(quarter, target), _SOURCE)


_SOURCE = "GMI: Bergenstal 2018 (doi:10.2337/dc18-1581); target: the clinician's, or HAS 2013"


def _gmi(days: Mapping[date, Tally], end: date) -> float | None:
    """The GMI of the 30 days before `end`, percent; None where the sensor did not speak enough."""
    month = total(days[day] for ago in range(1, MONTH + 1) if (day := end - timedelta(days=ago)) in days)
    active = 100 * sum(month.minutes) / (MONTH * 1440)
    return gmi(month) if active >= SUFFICIENT_PERCENT else None


def _why(value: float, target: float) -> Words:
    en = f"{value:.1f} % for 90 days, and over the target of {target:.1f} % in each of the three months"
    fr = f"{value:.1f} % sur 90 jours, et au-dessus de l’objectif de {target:.1f} % chacun des trois mois"
    return Words(
        f"Indicateur de gestion du glucose : {fr.replace('.', ',')}. Il ne remplace pas une HbA1c de laboratoire.",
        f"Glucose management indicator: {en}. It does not stand for a laboratory HbA1c.",
    )
