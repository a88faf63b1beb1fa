"""Level and spread of a series' values."""

from math import sqrt

import numpy as np

from hub.quantities import GLUCOSE_MG_DL_PER_MMOL_L
from timeseries.glucose.bounds import Floats
from timeseries.glucose.series import Series
from timeseries.glucose.tally import AROUND, Tally


def mean(of: Tally) -> float | None:
    """Mean of all readings, mg/dL, those beyond the sensor's range as the number just beyond; None without readings.

    Source: Battelino 2019.
    """
    return AROUND + of.total / of.n if of.n else None


def sd(of: Tally) -> float | None:
    """Standard deviation of all readings with n-1, mg/dL; None under two readings. Source: Danne 2017."""
    if of.n < 2:
        return None
    return sqrt(max(0.0, of.squares - of.total**2 / of.n) / (of.n - 1))


def cv(of: Tally) -> float | None:
    """Coefficient of variation, percent; stable up to 36. Source: Danne 2017 (doi:10.2337/dc17-1600)."""
    level, spread = mean(of), sd(of)
    return None if level is None or spread is None else 100 * spread / level


def gmi(of: Tally) -> float | None:
    """Glucose management indicator, percent of haemoglobin. Source: Bergenstal 2018 (doi:10.2337/dc18-1581)."""
    level = mean(of)
    return None if level is None else 3.31 + 0.02392 * level


def gmi_mmol_per_mol(of: Tally) -> float | None:
    """Glucose management indicator in IFCC units, mmol/mol. Source: Bergenstal 2018."""
    level = mean(of)
    return None if level is None else 12.71 + 4.70587 * level / GLUCOSE_MG_DL_PER_MMOL_L


def ea1c(of: Tally) -> float | None:
    """Estimated HbA1c, percent, by the ADAG equation. Source: Nathan 2008 (doi:10.2337/dc08-0545)."""
    level = mean(of)
    return None if level is None else (46.7 + level) / 28.7


def j_index(of: Tally) -> float | None:
    """0.001 (mean + SD)², mg/dL. Source: Wojcicki 1995 (doi:10.1055/s-2007-979906)."""
    level, spread = mean(of), sd(of)
    return None if level is None or spread is None else 0.001 * (level + spread) ** 2


def value_range(of: Tally) -> float | None:
    """Highest less lowest, mg/dL; None without readings."""
    return None if of.lowest is None or of.highest is None else of.highest - of.lowest


def median(series: Series) -> float | None:
    """Median of all readings, mg/dL; None without readings."""
    return float(np.median(series.values)) if len(series) else None


def iqr(series: Series) -> float | None:
    """Distance of the quartiles, mg/dL (R's type 7, numpy's default); None without readings."""
    if not len(series):
        return None
    lower, upper = np.quantile(series.values, (0.25, 0.75))
    return float(upper - lower)


def mad(series: Series) -> float | None:
    """Median absolute deviation x 1.4826, mg/dL, comparable to an SD (as R's mad); None without readings."""
    if not len(series):
        return None
    return 1.4826 * float(np.median(np.abs(series.values - np.median(series.values))))


def sd_of(known: Floats) -> float | None:
    """Standard deviation with n-1 of numbers without NaN, (n,); None under two."""
    return float(np.std(known, ddof=1)) if len(known) > 1 else None
