"""Functions of statistics against SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from detente.core import beta_below, normal_below, normal_quantile


def test_quantiles_of_the_normal_distribution():
    inside = np.concatenate([np.geomspace(1e-300, 0.5, 4001), 1 - np.geomspace(1e-16, 0.5, 2001)])
    np.testing.assert_allclose(normal_quantile(inside), special.ndtri(inside), rtol=4e-15, atol=4e-16)
    assert normal_quantile(np.array([0.0, 0.5, 1.0])).tolist() == [-np.inf, 0.0, np.inf]
    for z in (-8.0, -3.0, 0.0, 0.3, 3.0):
        assert normal_below(z) == pytest.approx(special.ndtr(z), rel=1e-14)


def test_the_incomplete_beta_function():
    x = np.concatenate([[0.0, 1e-300], np.linspace(0, 1, 203), [1 - 1e-9, 1.0]])
    for a, b in ((1.7, 23.3), (0.5, 0.5), (12.5, 12.5), (500.5, 1500.5), (51.2, 949.8), (1e4, 3e5)):
        np.testing.assert_allclose(beta_below(a, b, x), special.betainc(a, b, x), rtol=2e-11, atol=1e-14)
