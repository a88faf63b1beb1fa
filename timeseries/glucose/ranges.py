"""Time in ranges: percent of the time with readings that glucose was in each class."""

from dataclasses import dataclass

from timeseries.glucose.tally import Tally


@dataclass(frozen=True, slots=True)
class Ranges:
    """Percentages, 0 to 100; tbr2 + tbr1 + tir + tar1 + tar2 = 100.

    mg/dL: tbr2 < 54, tbr1 54-69, tir 70-180, tar1 181-250, tar2 > 250; titr 70-140. In pregnancy: 63-140 is the target,
    `below_pregnancy` < 63, `above_pregnancy` > 140. mmol/L: 3.0, 3.9, 10.0, 13.9; 7.8; 3.5.
    Source: Battelino 2019 (doi:10.2337/dci19-0028).
    """

    tbr2: float
    tbr1: float
    tir: float
    tar1: float
    tar2: float
    titr: float
    pregnancy: float
    below_pregnancy: float
    above_pregnancy: float

    @property
    def tbr(self) -> float:
        """All time below 70 mg/dL (3.9 mmol/L)."""
        return self.tbr2 + self.tbr1

    @property
    def tar(self) -> float:
        """All time above 180 mg/dL (10.0 mmol/L)."""
        return self.tar1 + self.tar2


def ranges(of: Tally) -> Ranges | None:
    """Time in ranges of a tally; None without readings.

    Percent of readings where all came at one step; where steps are mixed, percent of the minutes each stands for,
    since a minute of a one-minute sensor would otherwise weigh fifteen times that of a fifteen-minute one.
    """
    if not of.n:
        return None
    weights = of.readings if len(of.steps) < 2 else of.minutes
    percents = [100 * each / sum(weights) for each in weights]
    very_low, low, nearly_low, tight, raised, high, very_high = percents
    return Ranges(
        tbr2=very_low,
        tbr1=low + nearly_low,
        tir=tight + raised,
        tar1=high,
        tar2=very_high,
        titr=tight,
        pregnancy=nearly_low + tight,
        below_pregnancy=very_low + low,
        above_pregnancy=raised + high + very_high,
    )
