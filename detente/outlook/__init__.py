"""FORECAST: uncertain parameters become draws, intervals, and a share of the variance for each of them.

Comes in: an `Economy` at a horizon, prepared cases, a number of draws and a seed.
Goes out: `Draws` with quantiles, and `Drivers` with Sobol indices.
Never does: draw without a seed, or return a result that depends on the number of workers.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.outlook.draws import Draws as Draws, draw_outcomes as draw_outcomes
    from detente.outlook.intervals import (
        Band as Band,
        Fit as Fit,
        drawn_words as drawn_words,
        interval_note as interval_note,
        interval_table as interval_table,
        linear_fit as linear_fit,
        result_changes as result_changes,
    )
    from detente.outlook.paths import (
        PathDraws as PathDraws,
        draw_path as draw_path,
        path_band_table as path_band_table,
        path_intervals_table as path_intervals_table,
        path_parameters as path_parameters,
    )
    from detente.outlook.prior import (
        Uncertain as Uncertain,
        points as points,
        uncertain_parameters as uncertain_parameters,
        uncertainty_table as uncertainty_table,
    )
    from detente.outlook.sobol import Drivers as Drivers, driver_table as driver_table, drivers as drivers
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "draws": "Draws draw_outcomes",
            "intervals": "Band Fit drawn_words interval_note interval_table linear_fit result_changes",
            "paths": "PathDraws draw_path path_band_table path_intervals_table path_parameters",
            "prior": "Uncertain points uncertain_parameters uncertainty_table",
            "sobol": "Drivers driver_table drivers",
        },
    )
