"""Functions of statistics in NumPy, so that a briefing need not load a library of thousands for them.

Tests hold them against SciPy's.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

CENTRAL = (
    (
        3.3871328727963666080,
        133.14166789178437745,
        1971.5909503065514427,
        13731.693765509461125,
        45921.953931549871457,
        67265.770927008700853,
        33430.575583588128105,
        2509.0809287301226727,
    ),
    (
        1.0,
        42.313330701600911252,
        687.18700749205790830,
        5394.1960214247511077,
        21213.794301586595867,
        39307.895800092710610,
        28729.085735721942674,
        5226.4952788528545610,
    ),
)
MIDDLE = (
    (
        1.42343711074968357734,
        4.63033784615654529590,
        5.76949722146069140550,
        3.64784832476320460504,
        1.27045825245236838258,
        0.241780725177450611770,
        0.0227238449892691845833,
        7.74545014278341407640e-4,
    ),
    (
        1.0,
        2.05319162663775882187,
        1.67638483018380384940,
        0.689767334985100004550,
        0.148103976427480074590,
        0.0151986665636164571966,
        5.47593808499534494600e-4,
        1.05075007164441684324e-9,
    ),
)
FAR = (
    (
        6.65790464350110377720,
        5.46378491116411436990,
        1.78482653991729133580,
        0.296560571828504891230,
        0.0265321895265761230930,
        1.24266094738807843860e-3,
        2.71155556874348757815e-5,
        2.01033439929228813265e-7,
    ),
    (
        1.0,
        0.599832206555887937690,
        0.136929880922735805310,
        0.0148753612908506148525,
        7.86869131145613259100e-4,
        1.84631831751005468180e-5,
        1.42151175831644588870e-7,
        2.04426310338993978564e-15,
    ),
)
"""Coefficients of algorithm AS 241 (PPND16) near the median, beyond it, and in the tails; the lowest power first."""
STEPS = 10_000
"""Terms of a continued fraction after which it is given up."""


def normal_below(z: float) -> float:
    """Probability that a standard normal number lies below `z`.

    Examples
    --------
    >>> normal_below(0.0)
    0.5
    """
    return 0.5 * math.erfc(-z / math.sqrt(2))


def normal_quantile(probability: Array) -> Array:
    """Quantiles of the standard normal distribution, to about 1e-15.

    Parameters
    ----------
    probability : array
        Between 0 and 1, both of which give an infinite quantile.

    Notes
    -----
    Wichura, M. J. (1988), Algorithm AS 241: The percentage points of the normal distribution, Applied Statistics 37.

    Examples
    --------
    >>> normal_quantile(np.array([0.025, 0.5])).round(6).tolist()
    [-1.959964, 0.0]
    """
    probability = np.asarray(probability, dtype=np.float64)
    away = probability - 0.5
    near = np.abs(away) <= 0.425
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(-np.log(np.minimum(probability, 1 - probability)))
        tail = np.where(root <= 5, _ratio(MIDDLE, root - 1.6), _ratio(FAR, root - 5))
        tail = np.where(np.isinf(root), np.inf, tail)
    return np.asarray(np.where(near, away * _ratio(CENTRAL, 0.180625 - away * away), np.copysign(tail, away)))


def _ratio(coefficients: tuple[tuple[float, ...], tuple[float, ...]], x: Array) -> Array:
    above, below = np.zeros_like(x), np.zeros_like(x)
    for over, under in zip(*(reversed(series) for series in coefficients), strict=True):
        above, below = above * x + over, below * x + under
    return np.asarray(above / below)


def beta_below(a: float, b: float, x: Array) -> Array:
    """Regularised incomplete beta function: probability that a beta-distributed number lies below `x`.

    Parameters
    ----------
    a, b : float
        Above 0.
    x : array
        From 0 to 1.

    Notes
    -----
    The continued fraction of Abramowitz and Stegun, 26.5.8, by Lentz's method, on the side where it converges fast.

    Examples
    --------
    >>> beta_below(1.0, 2.0, np.array([0.0, 0.5, 1.0])).round(12).tolist()
    [0.0, 0.75, 1.0]
    """
    x = np.asarray(x, dtype=np.float64)
    low = x < (a + 1) / (a + b + 2)
    p, q, at = np.where(low, a, b), np.where(low, b, a), np.where(low, x, 1 - x)
    whole = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    with np.errstate(divide="ignore"):
        front = np.exp(whole + p * np.log(at) + q * np.log1p(-at)) / p
    below = np.where(at > 0, front * _fraction(p, q, at), 0.0)
    return np.asarray(np.where(low, below, 1 - below))


def _fraction(p: Array, q: Array, x: Array) -> Array:
    """The continued fraction of the incomplete beta function."""
    ahead = np.ones_like(x)
    behind = 1 / (1 - (p + q) * x / (p + 1))
    value = behind
    for m in range(1, STEPS):
        even = m * (q - m) * x / ((p + 2 * m - 1) * (p + 2 * m))
        behind, ahead = 1 / (1 + even * behind), 1 + even / ahead
        value = value * behind * ahead
        odd = -(p + m) * (p + q + m) * x / ((p + 2 * m) * (p + 2 * m + 1))
        behind, ahead = 1 / (1 + odd * behind), 1 + odd / ahead
        value = value * behind * ahead
        if np.abs(behind * ahead - 1).max(initial=0.0) < 1e-15:
            break
    return np.asarray(value)
