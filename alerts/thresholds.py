"""A person's thresholds: versioned, each with its unit, and of a type that cannot silence what must ring.

No field switches off the urgent low, a sensor's silence or a missed weighing: in French telemonitoring the alert of
non-transmission may not be disabled (order of 22 June 2023, generic lines diabetes and heart failure), and no sensor's
urgent low can (Dexcom G7).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from hub.errors import UnsafeThreshold
from hub.quantities import GLUCOSE_MG_DL_PER_MMOL_L, Kind, Quantity, Unit, to_canonical
from timeseries.glucose.bounds import HIGH, LOW, PREGNANCY_LOW, TIGHT_HIGH, VERY_HIGH, VERY_LOW, Bound
from timeseries.glucose.targets import Profile

LOWS, HIGHS = (60.0, 100.0), (120.0, 400.0)
"""mg/dL, what the Libre lets set."""

MINUTES, SILENT, DAYS, GAIN_DAYS = (0, 360), (11, 120), (1, 92), (1, 14)
RATES, GAINS = (1.0, 5.0), (0.5, 5.0)
"""What may be set, from and to: minutes, days; mg/dL per minute, kg."""

_CONSENSUS = (VERY_LOW, PREGNANCY_LOW, LOW, TIGHT_HIGH, HIGH, VERY_HIGH)


@dataclass(frozen=True, slots=True)
class Limit:
    """A glucose bound in the unit somebody set it in: mg/dL, mmol/L or g/L."""

    value: float
    unit: Unit

    @property
    def mg_dl(self) -> float:
        """The same in mg/dL; raises UnitMismatch, NotANumber."""
        return to_canonical(Kind.GLUCOSE_INTERSTITIAL, Quantity(self.value, self.unit))

    @property
    def bound(self) -> Bound:
        """What sensors of either unit are held against: the consensus' own pair where it has one (Battelino 2019).

        70 mg/dL is 3.9 mmol/L to a sensor that speaks mmol/L, though 3.9 mmol/L converts to 70.26 mg/dL.
        """
        return _bound(self)


@lru_cache(maxsize=1024)
def _bound(limit: Limit) -> Bound:
    mg_dl = round(limit.mg_dl, 6)
    in_mmol = limit.unit is Unit.MMOL_L
    told = Bound(mg_dl, limit.value if in_mmol else mg_dl / GLUCOSE_MG_DL_PER_MMOL_L)
    pair = (each for each in _CONSENSUS if (limit.value == each.mmol_l if in_mmol else mg_dl == each.mg_dl))
    return next(pair, told)


def _within(what: str, number: float, low: float, high: float, unit: str) -> None:
    """Raise UnsafeThreshold for a number outside what may be set; NaN is outside."""
    if not low <= number <= high:
        raise UnsafeThreshold(f"{what} may be set from {low:g} to {high:g} {unit}; set it within")


@dataclass(frozen=True, slots=True)
class UrgentLow:
    """Below this one reading rings at once. From 54 mg/dL (3.0 mmol/L), level 2 hypoglycaemia (Battelino 2019), up to
    70 (3.9), level 1: never under the consensus, and there is no way to switch it off."""

    limit: Limit = Limit(VERY_LOW.mg_dl, Unit.MG_DL)

    def __post_init__(self) -> None:
        """Raise UnsafeThreshold outside those bounds, each in its own unit."""
        if self.limit.unit is Unit.MMOL_L:
            _within("the urgent low", self.limit.value, VERY_LOW.mmol_l, LOW.mmol_l, "mmol/L")
        else:
            _within("the urgent low", round(self.limit.mg_dl, 6), VERY_LOW.mg_dl, LOW.mg_dl, "mg/dL")

    @property
    def bound(self) -> Bound:
        """The bound in both units, in neither under the consensus."""
        told = self.limit.bound
        return Bound(max(told.mg_dl, VERY_LOW.mg_dl), max(told.mmol_l, VERY_LOW.mmol_l))


@dataclass(frozen=True, slots=True)
class Below:
    """Glucose under a limit for so many minutes. 60 to 100 mg/dL, as the Libre lets set its low alarm."""

    limit: Limit
    minutes: int
    on: bool = True

    def __post_init__(self) -> None:
        """Raise UnsafeThreshold."""
        _within("a low", round(self.limit.mg_dl, 6), *LOWS, "mg/dL")
        _within("how long a low lasts", self.minutes, *MINUTES, "minutes")


@dataclass(frozen=True, slots=True)
class Above:
    """Glucose over a limit for so many minutes. 120 to 400 mg/dL, as the Libre lets set its high alarm."""

    limit: Limit
    minutes: int
    on: bool = True

    def __post_init__(self) -> None:
        """Raise UnsafeThreshold."""
        _within("a high", round(self.limit.mg_dl, 6), *HIGHS, "mg/dL")
        _within("how long a high lasts", self.minutes, *MINUTES, "minutes")


@dataclass(frozen=True, slots=True)
class Fast:
    """mg/dL per minute over 15 minutes; Dexcom lets choose 2 or 3, off unless asked for."""

    mg_dl_per_min: float = 3.0
    on: bool = False

    def __post_init__(self) -> None:
        """Raise UnsafeThreshold."""
        _within("a fast change", self.mg_dl_per_min, *RATES, "mg/dL per minute")


@dataclass(frozen=True, slots=True)
class Silence:
    """Minutes without a current reading: 20 is Dexcom's signal loss; a slower sensor is given two steps and a minute.

    From 11, two readings of a five-minute sensor and a minute. It cannot be switched off.
    """

    minutes: int = 20

    def __post_init__(self) -> None:
        """Raise UnsafeThreshold."""
        _within("a sensor's silence", self.minutes, *SILENT, "minutes")


@dataclass(frozen=True, slots=True)
class Gain:
    """More than so many kg within so many days: 2 kg in 3 days (ESC heart failure guidelines, self-care).

    Off unless asked for: healthy people gain as much at times. The physician sets it from the dry weight.
    """

    kg: float = 2.0
    days: int = 3
    on: bool = False

    def __post_init__(self) -> None:
        """Raise UnsafeThreshold."""
        _within("a gain", self.kg, *GAINS, "kg")
        _within("the days of a gain", self.days, *GAIN_DAYS, "days")


@dataclass(frozen=True, slots=True)
class WeighIn:
    """Days without a weighing after which it is missed, and without one of theirs on a scale that others use.

    None where nobody asked the person to weigh: heart failure asks daily (order of 22 June 2023), from 70 on HAS 2021
    asks monthly.
    """

    days: int | None = None
    shared_days: int | None = 14

    def __post_init__(self) -> None:
        """Raise UnsafeThreshold."""
        for days in (self.days, self.shared_days):
            if days is not None:
                _within("the days between weighings", days, *DAYS, "days")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Everything the rules hold a person's readings against; each change is a new version.

    Defaults: low under 70 mg/dL (3.9 mmol/L) for 15 minutes, very high over 250 (13.9) for 15, prolonged for 120
    (Battelino 2019, 2023); 180 (10.0) rings only where asked for, since it is passed after most meals. A low of
    30 minutes at night is one that the first ring did not wake anybody for. [own rule]
    `predicted_low`, `off_target`, `weight_loss`: whether these are looked at; a loss may be wanted.
    """

    version: int = 0
    set_by: str = "vigie"
    valid_from: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    urgent_low: UrgentLow = field(default_factory=UrgentLow)
    low: Below = Below(Limit(LOW.mg_dl, Unit.MG_DL), 15)
    night_low: Below = Below(Limit(LOW.mg_dl, Unit.MG_DL), 30)
    high: Above = Above(Limit(HIGH.mg_dl, Unit.MG_DL), 15, on=False)
    very_high: Above = Above(Limit(VERY_HIGH.mg_dl, Unit.MG_DL), 15)
    prolonged_high: Above = Above(Limit(VERY_HIGH.mg_dl, Unit.MG_DL), 120)
    fast_fall: Fast = field(default_factory=Fast)
    fast_rise: Fast = field(default_factory=Fast)
    predicted_low: bool = True
    silence: Silence = field(default_factory=Silence)
    off_target: bool = True
    weight_gain: Gain = field(default_factory=Gain)
    weight_loss: bool = True
    weigh_in: WeighIn = field(default_factory=WeighIn)

    def __post_init__(self) -> None:
        """Raise UnsafeThreshold for a time without its offset."""
        if self.valid_from.tzinfo is None:
            raise UnsafeThreshold("give valid_from with its offset from UTC")


def default_thresholds(profile: Profile) -> Thresholds:
    """What holds until somebody sets thresholds; in pregnancy low is under 63 mg/dL, high over 140 (Battelino 2019)."""
    if profile is not Profile.PREGNANCY:
        return Thresholds()
    return Thresholds(
        low=Below(Limit(PREGNANCY_LOW.mg_dl, Unit.MG_DL), 15), high=Above(Limit(TIGHT_HIGH.mg_dl, Unit.MG_DL), 15)
    )


def in_force(versions: Iterable[Thresholds], now: datetime) -> Thresholds:
    """The version that holds at that time: of those valid by then the latest, by time, then number."""
    valid = [each for each in versions if each.valid_from <= now]
    return max(valid, key=lambda each: (each.valid_from, each.version), default=Thresholds())
