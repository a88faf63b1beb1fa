"""The bounds that divide glucose into classes, each in both units.

A sensor that speaks mmol/L is classed in mmol/L: 10.0 mmol/L is in range, but converted to mg/dL it would exceed 180.
Source: Battelino 2019 (doi:10.2337/dci19-0028), which gives both columns.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hub.quantities import GLUCOSE_MG_DL_PER_MMOL_L

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

DECIMALS = 6
"""No sensor says more; what lies beyond is the noise of conversion and interpolation."""


@dataclass(frozen=True, slots=True)
class Bound:
    """One bound as the consensus prints it in either unit; the two are not conversions of each other."""

    mg_dl: float
    mmol_l: float


VERY_LOW = Bound(54, 3.0)
PREGNANCY_LOW = Bound(63, 3.5)
LOW = Bound(70, 3.9)
TIGHT_HIGH = Bound(140, 7.8)
HIGH = Bound(180, 10.0)
VERY_HIGH = Bound(250, 13.9)


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Glucose in the unit of whoever measured it, (n,) each; compare with a Bound, never with a bare number."""

    numbers: Floats
    in_mmol: Flags

    def below(self, bound: Bound) -> Flags:
        """Where it is lower than the bound. NaN is not."""
        below: Flags = self.numbers < self._in_unit(bound)
        return below

    def above(self, bound: Bound) -> Flags:
        """Where it is higher than the bound. NaN is not."""
        above: Flags = self.numbers > self._in_unit(bound)
        return above

    def _in_unit(self, bound: Bound) -> Floats | float:
        if not self.in_mmol.any():
            return bound.mg_dl
        return np.where(self.in_mmol, bound.mmol_l, bound.mg_dl)


def levels(values: Floats, in_mmol: Flags) -> Levels:
    """Canonical mg/dL, (n,), as the numbers their sensors said: mmol/L where `in_mmol`."""
    said: Floats = np.where(in_mmol, values / GLUCOSE_MG_DL_PER_MMOL_L, values)
    return Levels(said.round(DECIMALS), in_mmol)
