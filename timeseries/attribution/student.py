"""Student's t density: what is expected of the next value when the spread itself is only estimated."""

from math import lgamma, log, log1p, pi


def log_density(off: float, scale: float, freedom: float) -> float:
    """Natural log of the density (per unit of `off`) at `off` from the centre of a scaled Student t."""
    constant = lgamma((freedom + 1) / 2) - lgamma(freedom / 2) - log(freedom * pi) / 2 - log(scale)
    return constant - (freedom + 1) / 2 * log1p((off / scale) ** 2 / freedom)
