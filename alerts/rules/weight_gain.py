"""Weight gain in heart failure: more than 2 kg in 3 days (ESC, self-care), or beyond the person's own spread.

The fixed rule alone finds one decompensation in five (HeartPhone 2013: sensitivity 21 %; a personal one 82 %), and
fires in healthy people too. So two weighings in a row far above the person's own trend are told as well, as a notice.
Every weighing counts, outliers among them: water comes as fast as a suitcase, and who answers tells which.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from alerts.rule import LIVE_WEIGHT, Because, Finding, Known, Level, Looks, Number, Rule
from alerts.weights import confirmed, evidence_of, newest, series_of
from timeseries.weight import WeightSeries
from timeseries.weight.outliers import outliers
from timeseries.weight.spread import POPULATION_SD, day_to_day_sd
from timeseries.weight.trend import trend

NAME = "weight_gain"
FAR_SDS = 3.0
"""Personal SDs above the trend that both of two days' weighings must lie. [own rule]"""

GRAMS = 3
"""Decimals of a kg: 82.1 is not more than 2 kg above 80.1."""

FORGOTTEN = timedelta(days=3)
"""A weighing older than the rule's own days says nothing of now."""


@dataclass(frozen=True, slots=True)
class _Days:
    """The last weighing of each local day: day (ordinal) to kg."""

    kg: dict[int, float]

    @property
    def last(self) -> int:
        return max(self.kg)

    def gained(self, within: int) -> float | None:
        """kg since the lightest of the days before the last; None without any."""
        before = [self.kg[day] for back in range(1, within + 1) if (day := self.last - back) in self.kg]
        return round(self.kg[self.last] - min(before), GRAMS) if before else None


def find(known: Known) -> tuple[Finding, ...]:
    """The gain that the newest weighing shows, while it is news."""
    asked, last = known.thresholds.weight_gain, newest(confirmed(known))
    if not asked.on or last is None or known.now - last.taken_at > max(FORGOTTEN, timedelta(days=asked.days)):
        return ()
    series = series_of(known)
    days = _Days(dict(zip(series.local_days.tolist(), series.kg.tolist(), strict=True)))
    gained, above = days.gained(asked.days), _above_trend(series, days.last)
    over = gained is not None and gained > asked.kg
    if not over and above is None:
        return ()
    numbers = (
        *([] if gained is None else [Number("gain", gained, "kg"), Number("days", asked.days, "d")]),
        *([] if above is None else [Number("above_trend", above, "kg")]),
    )
    return (
        Finding(
            rule=NAME,
            level=Level.WARNING if over else Level.NOTICE,
            since=last.taken_at,
            last=last.taken_at,
            because=Because(f"{NAME}_{'days' if over else 'trend'}", numbers),
            evidence=(evidence_of(last),),
            live=LIVE_WEIGHT,
        ),
    )


def _above_trend(series: WeightSeries, today: int) -> float | None:
    """kg that the less high of the last two days' weighings lies above the trend before; None unless both are far."""
    days = series.local_days
    last_of_day = np.append(np.diff(days) > 0, True)
    two = np.flatnonzero(last_of_day)[-2:]
    before = series.only(days < days[two[0]])
    if len(two) < 2 or days[two[0]] != today - 1 or not len(before):
        return None
    believed = before.only(~outliers(before))
    if not len(believed):
        return None
    sd = day_to_day_sd(believed)
    above = float(series.kg[two].min() - trend(believed)[-1])
    return above if above > FAR_SDS * (POPULATION_SD if sd is None else sd) else None


RULE = Rule(NAME, "more than 2 kg in 3 days, or two days far above the own trend", Looks.WEIGHT, find)
