"""FORECAST: uncertain parameters become draws, intervals, and a share of the variance for each of them.

Comes in: an `Economy` at a horizon, prepared cases, a number of draws and a seed.
Goes out: `Draws` with quantiles, and `Drivers` with Sobol indices.
Never does: draw without a seed, or return a result that depends on the number of workers.
"""

from detente.outlook.draws import Draws, draw_outcomes
from detente.outlook.intervals import Band, interval_table, linear_fit
from detente.outlook.prior import Uncertain, points, uncertain_parameters, uncertainty_table
from detente.outlook.sobol import Drivers, driver_table, drivers

__all__ = [
    "Band",
    "Draws",
    "Drivers",
    "Uncertain",
    "draw_outcomes",
    "driver_table",
    "drivers",
    "interval_table",
    "linear_fit",
    "points",
    "uncertain_parameters",
    "uncertainty_table",
]
