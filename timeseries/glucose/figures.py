"""All of a series' figures at once."""

from dataclasses import dataclass

from timeseries.glucose.averages import cv, ea1c, gmi, j_index, mean, sd
from timeseries.glucose.coverage import active_percent
from timeseries.glucose.grid import Grid, grid
from timeseries.glucose.mage import mage
from timeseries.glucose.ranges import Ranges, ranges
from timeseries.glucose.risk import adrr, bgri, glycemia_risk, hbgi, lbgi
from timeseries.glucose.series import Series
from timeseries.glucose.tally import Tally, tally
from timeseries.glucose.variability import conga, gvp, mag, modd, sd_of_rate


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a period by their public names; None where there is too little to tell.

    mg/dL: mean, sd, mage, modd, conga1, conga4, conga24, and mag (an hour), sd_roc (a minute). Percent: cv, gmi, ea1c,
    tir, titr, tar1, tar2, tbr1, tbr2, gvp, active_percent. The others have no unit. Each function says its source.
    """

    mean: float | None
    sd: float | None
    cv: float | None
    gmi: float | None
    ea1c: float | None
    tir: float | None
    titr: float | None
    tar1: float | None
    tar2: float | None
    tbr1: float | None
    tbr2: float | None
    gri: float | None
    lbgi: float | None
    hbgi: float | None
    bgri: float | None
    adrr: float | None
    j_index: float | None
    mage: float | None
    modd: float | None
    conga1: float | None
    conga4: float | None
    conga24: float | None
    gvp: float | None
    mag: float | None
    sd_roc: float | None
    active_percent: float | None


def figures(series: Series) -> Figures:
    """Every figure of the series."""
    return figures_of(series, tally(series), grid(series))


def figures_of(series: Series, summed: Tally, slots: Grid | None) -> Figures:
    """Every figure of the series, given its tally and its grid, for those who need them besides."""
    return Figures(
        mean=mean(summed),
        sd=sd(summed),
        cv=cv(summed),
        gmi=gmi(summed),
        ea1c=ea1c(summed),
        lbgi=lbgi(summed),
        hbgi=hbgi(summed),
        bgri=bgri(summed),
        adrr=adrr(summed),
        j_index=j_index(summed),
        active_percent=active_percent(series),
        **_of_ranges(ranges(summed)),
        **_of_grid(slots),
        mage=None if (excursions := mage(series)) is None else excursions.average,
    )


def _of_ranges(of: Ranges | None) -> dict[str, float | None]:
    names = ("tir", "titr", "tar1", "tar2", "tbr1", "tbr2")
    if of is None:
        return dict.fromkeys((*names, "gri"))
    return {name: getattr(of, name) for name in names} | {"gri": glycemia_risk(of).index}


def _of_grid(of: Grid | None) -> dict[str, float | None]:
    if of is None:
        return dict.fromkeys(("modd", "conga1", "conga4", "conga24", "gvp", "mag", "sd_roc"))
    return {
        "modd": modd(of),
        "conga1": conga(of, 1),
        "conga4": conga(of, 4),
        "conga24": conga(of, 24),
        "gvp": gvp(of),
        "mag": mag(of),
        "sd_roc": sd_of_rate(of),
    }
