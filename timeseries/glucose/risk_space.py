"""Glucose on a scale where hypo- and hyperglycaemia weigh alike."""

import numpy as np

from timeseries.glucose.bounds import Floats


def risks(values: Floats) -> tuple[Floats, Floats]:
    """The low and the high risk of each mg/dL value, (n,) each; one of the two is 0.

    f = (ln G)^1.084 - 5.381, r = 22.77 f²: low risk where f < 0, high where f > 0. Glucose under 1 mg/dL counts as 1.
    Source: Kovatchev 1997 (doi:10.2337/diacare.20.11.1655), constants as in iglu (22.77, others print 10 x 1.509²).
    """
    f = np.log(np.maximum(values, 1.0)) ** 1.084 - 5.381
    risk = 22.77 * f**2
    return np.where(f < 0, risk, 0.0), np.where(f > 0, risk, 0.0)
