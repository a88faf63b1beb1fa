"""Indices of risk: low and high blood glucose index, average daily risk range, glycaemia risk index."""

from dataclasses import dataclass
from enum import StrEnum

from timeseries.glucose.ranges import Ranges
from timeseries.glucose.tally import Tally


def lbgi(of: Tally) -> float | None:
    """Low blood glucose index: mean low risk over all readings. Source: Kovatchev 2006 (doi:10.2337/dc06-1085)."""
    return of.low_risk / of.n if of.n else None


def hbgi(of: Tally) -> float | None:
    """High blood glucose index: mean high risk over all readings. Source: Kovatchev 2006."""
    return of.high_risk / of.n if of.n else None


def bgri(of: Tally) -> float | None:
    """Blood glucose risk index: LBGI + HBGI. Source: Kovatchev 2006."""
    return (of.low_risk + of.high_risk) / of.n if of.n else None


def adrr(of: Tally) -> float | None:
    """Average daily risk range: over local days with readings, the mean of largest low plus largest high risk.

    Under 20 low, 20 to 40 moderate, 40 and over high risk. Source: Kovatchev 2006 (doi:10.2337/dc06-1085).
    """
    return of.risk_range / of.days if of.days else None


class Zone(StrEnum):
    """Fifths of the glycaemia risk index, A the best."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"


_UPPER = ((20, Zone.A), (40, Zone.B), (60, Zone.C), (80, Zone.D))


@dataclass(frozen=True, slots=True)
class GlycemiaRisk:
    """The glycaemia risk index, 0 to 100, and its two components. Source: Klonoff 2022 (doi:10.1177/19322968221085273).

    `hypo` = %<54 + 0.8 x %54-69; `hyper` = %>250 + 0.5 x %181-250; index = 3.0 hypo + 1.6 hyper, at most 100.
    """

    hypo: float
    hyper: float

    @property
    def index(self) -> float:
        """The index."""
        return min(100.0, 3.0 * self.hypo + 1.6 * self.hyper)

    @property
    def zone(self) -> Zone:
        """A up to 20, B to 40, C to 60, D to 80, E beyond."""
        return next((zone for upper, zone in _UPPER if self.index <= upper), Zone.E)


def glycemia_risk(of: Ranges) -> GlycemiaRisk:
    """The glycaemia risk index of time in ranges."""
    return GlycemiaRisk(hypo=of.tbr2 + 0.8 * of.tbr1, hyper=of.tar2 + 0.5 * of.tar1)
