"""What meters and sensors share: which kind a sample is, and how a concentration that is no number is said."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from device_adapters.wire.numbers import Number, Special
from hub.errors import ImplausibleValue, NotANumber
from hub.measurements import Condition
from hub.quantities import KINDS, Kind, Quantity, Unit

KIND_OF_SAMPLE: Mapping[int, Kind] = MappingProxyType(
    {
        1: Kind.GLUCOSE_CAPILLARY,
        2: Kind.GLUCOSE_CAPILLARY,
        4: Kind.GLUCOSE_PLASMA,
        6: Kind.GLUCOSE_PLASMA,
        9: Kind.GLUCOSE_INTERSTITIAL,
    }
)
"""The kind of a sample, by the SIG's number. A drop from a finger is capillary glucose, also where the meter states it
as plasma, which nearly all do. The undetermined (Accu-Chek says so of fingersticks) and venous or arterial whole blood
are not in the list: the device's registered kind tells, and the sample stays in the context."""

_BOUNDS = KINDS[Kind.GLUCOSE_CAPILLARY]
_PER_UNIT = {Unit.MG_DL: Decimal(100_000), Unit.MMOL_L: Decimal(1_000)}


def concentration(value: Number, *, molar: bool) -> tuple[Number, Unit]:
    """kg/L in mg/dL, mol/L in mmol/L, exactly; a special stays what it is."""
    unit = Unit.MMOL_L if molar else Unit.MG_DL
    return (value if isinstance(value, Special) else value * _PER_UNIT[unit]), unit


def bound(value: Number, *, below: bool, above: bool) -> Condition | None:
    """LO or HI, from the device's own flags or from an infinity in the number's place."""
    if above or value is Special.PLUS_INFINITY:
        return Condition.ABOVE_RANGE
    return Condition.BELOW_RANGE if below or value is Special.MINUS_INFINITY else None


def glucose(value: Number, unit: Unit, condition: Condition | None) -> Quantity:
    """The quantity; where a device says HI or LO without a number, the widest bound any has.

    Raises NotANumber, ImplausibleValue.
    """
    if isinstance(value, Special):
        if condition is Condition.ABOVE_RANGE:
            return Quantity(_BOUNDS.high, Unit.MG_DL)
        if condition is Condition.BELOW_RANGE:
            return Quantity(_BOUNDS.low, Unit.MG_DL)
        raise NotANumber("the device gives no number for glucose")
    if value < 0:
        raise ImplausibleValue("a concentration cannot be negative")
    return Quantity(abs(float(value)), unit)
