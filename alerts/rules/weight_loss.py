"""Unintended loss: 5 % of the weight in a month, or 10 % in six (HAS 2019 for 18-69, HAS 2021 from 70 on).

Severe: 10 % in a month or 15 % in six, or either with a body mass index of 17 or less (18-69), under 20 (from 70 on).
Read from the trend, so that one odd weighing loses nobody ten percent. A scale sees the weight only: it is a signal of
malnutrition, not its diagnosis, and none under 18.
"""

from datetime import date

from alerts.rule import LIVE_WEIGHT, Because, Finding, Known, Level, Looks, Number, Rule
from alerts.weights import confirmed, evidence_of, newest, series_of
from timeseries.weight import weight_trend

NAME = "weight_loss"
LOSS = {"30d": 5.0, "180d": 10.0}
SEVERE_LOSS = {"30d": 10.0, "180d": 15.0}
"""Percent over the trend's spans (HAS 2019, 2021)."""

OLDER = 70
SEVERE_BMI, SEVERE_BMI_OLDER = 17.0, 20.0
"""HAS 2019 (17 or less), HAS 2021 (under 20)."""


def find(known: Known) -> tuple[Finding, ...]:
    """The loss that the trend shows at the newest weighing."""
    last, age = newest(confirmed(known)), age_on(known.subject.birth_date, known.now.astimezone(known.subject.zone))
    if not known.thresholds.weight_loss or last is None or age < 18:
        return ()
    told = weight_trend(series_of(known), known.subject.height_cm, age)
    lost = {span: -change.percent for span, change in told.change.items() if change is not None and span in LOSS}
    if not any(_reaches(percent, LOSS[span]) for span, percent in lost.items()):
        return ()
    severe = any(_reaches(percent, SEVERE_LOSS[span]) for span, percent in lost.items()) or _thin(told.bmi, age)
    return (
        Finding(
            rule=NAME,
            level=Level.WARNING if severe else Level.NOTICE,
            since=last.taken_at,
            last=last.taken_at,
            because=Because(NAME, tuple(Number(f"lost_{span}", percent, "%") for span, percent in lost.items())),
            evidence=(evidence_of(last),),
            live=LIVE_WEIGHT,
        ),
    )


def age_on(birth: date, today: date) -> int:
    """Whole years on that day; who was born on 29 February is a year older on 1 March."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def _reaches(percent: float, bound: float) -> bool:
    return round(percent, 6) >= bound


def _thin(bmi: float | None, age: int) -> bool:
    if bmi is None:
        return False
    return bmi < SEVERE_BMI_OLDER if age >= OLDER else bmi <= SEVERE_BMI


RULE = Rule(NAME, "5 % of the weight lost in a month, or 10 % in six", Looks.WEIGHT, find)
