"""While nothing goes on, most readings change nothing: those need no rules, only a look at a few numbers.

Calm is told by a full look at which every rule said which readings it can do without: where it found nothing going on
(`Rule.quiet`), or something that they leave as it is (`Rule.stays`). What is not understood is not calm: another sensor
or unit, a bound of its range, an old reading, one out of order, one after which silence could have been told. Then a
full look is taken, and says whether calm goes on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import inf
from statistics import NormalDist

from alerts.forecast.evidence import APART, HOLE, LAGS, NEEDED
from alerts.forecast.model import MIDDLE
from alerts.rule import Finding, Known, Looks, Quiet, Rule, rules
from hub.quantities import GLUCOSE_MG_DL_PER_MMOL_L, Kind
from timeseries.glucose.bounds import Bound
from timeseries.glucose.series import moment

MICROSECOND = timedelta(microseconds=1)
MINUTE = 60_000_000
BACK = timedelta(minutes=NEEDED + HOLE + 1)
"""How far back readings must be at hand: an unbroken hour, and the longest step to the reading before it."""

SLACK = 1e-5
"""So near a bound (in either unit, or in roots) a reading is looked at in full: sums depend on their order."""


@dataclass(frozen=True, slots=True)
class Calm:
    """Nothing went on at `at`, or what did stays as it is, at the next readings of this device that pass.

    `least`, `most`: of their numbers, mmol/L if `in_mmol`, else mg/dL. `fresh`: microseconds until silence may be told.
    `latest`: by when they are taken. They are held against it in alerts.passing.
    `weights` on 1 and the last hour, in roots: what they expect must lie over `floor`, as it does if all are 0.
    """

    at: datetime
    device: int
    in_mmol: bool
    least: float
    most: float
    fresh: int
    latest: datetime | None = None
    weights: tuple[float, ...] = (0.0,) * (LAGS + 1)
    floor: float = -inf


def calm_at(known: Known, found: Mapping[str, tuple[Finding, ...]]) -> Calm | None:
    """Calm, if it is, at an instant whose findings those of every rule that looks at glucose are among."""
    asked = [rule for rule in rules() if rule.looks is Looks.GLUCOSE]
    told = [quiet for rule in asked if (quiet := _quiet(rule, known, found[rule.name])) is not None]
    traces = [trace for trace in known.traces if trace.kind is Kind.GLUCOSE_INTERSTITIAL and len(trace.series)]
    if len(told) < len(asked) or not traces:
        return None
    trace = max(traces, key=lambda trace: trace.series.at[-1])
    fresh = min(quiet.fresh for quiet in told)
    newest = moment(trace.series.at[-1])
    if newest != known.newest or not newest <= known.now < newest + fresh:
        return None
    return _calm(known.now, trace.device, bool(trace.series.in_mmol[-1]), fresh, told)


def _quiet(rule: Rule, known: Known, found: tuple[Finding, ...]) -> Quiet | None:
    """Which readings change nothing of what a rule finds."""
    going = [each for each in found if each.until is None]
    if not going:
        return rule.quiet(known)
    return rule.stays(known, going[0]) if len(going) == 1 else None


def _calm(now: datetime, device: int, in_mmol: bool, fresh: timedelta, told: Sequence[Quiet]) -> Calm | None:
    def number(bound: Bound) -> float:
        return bound.mmol_l if in_mmol else bound.mg_dl

    foreseeing = [quiet for quiet in told if quiet.sight is not None]
    if len(foreseeing) > 1:
        return None
    least, most = max(number(each.least) for each in told), min(number(each.most) for each in told)
    latest = min((each.latest for each in told if each.latest is not None), default=None)
    calm = Calm(now, device, in_mmol, least + SLACK, most - SLACK, fresh // MICROSECOND, latest)
    return _foreseeing(calm, foreseeing[0]) if foreseeing else calm


def _foreseeing(calm: Calm, quiet: Quiet) -> Calm:
    """The same, held against the forecast as `alerts.forecast.foresight.foreseen` would."""
    sight = quiet.sight
    assert sight is not None and sight.asked is not None  # noqa: S101, PT018 - by Quiet's own rule
    limit = quiet.low.mmol_l * GLUCOSE_MG_DL_PER_MMOL_L if calm.in_mmol else quiet.low.mg_dl
    floor = limit**0.5 - MIDDLE**0.5 - NormalDist().inv_cdf(sight.asked) * sight.error + SLACK
    return replace(calm, weights=sight.weights, floor=floor)


assert LAGS * APART <= NEEDED  # noqa: S101 - an unbroken hour holds every lag
