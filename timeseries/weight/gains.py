"""Fast gains: what self-care in heart failure watches for."""

from timeseries.weight.series import WeightSeries

GAIN_KG = 2.0
GAIN_DAYS = 3
"""More than 2 kg in 3 days (ESC heart failure guidelines, self-care). Physicians set their own bounds per patient."""


def gain_episodes(series: WeightSeries, kg: float = GAIN_KG, days: int = GAIN_DAYS) -> list[int]:
    """First local day (ordinal) of each run of days with a gain of more than `kg` within `days` days.

    A day has it when its last weighing is more than `kg` above that of any of the `days` days before. No outlier is
    left out: water comes as fast as a suitcase, and who answers tells which.
    """
    last = dict(zip(series.local_days.tolist(), series.kg.tolist(), strict=True))
    high = [
        day for day, now in last.items() if any(now - last.get(day - back, now) > kg for back in range(1, days + 1))
    ]
    return [day for before, day in zip([None, *high], high, strict=False) if before is None or day - before > 1]
