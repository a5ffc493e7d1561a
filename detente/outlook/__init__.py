"""FORECAST: uncertain parameters become draws and intervals; a chronology becomes odds, and odds get scores.

Comes in: an `Economy` at a horizon, prepared cases, a number of draws and a seed; a `Record` of a standoff as known on a day.
Goes out: `Draws` with quantiles, `Drivers` with Sobol indices; an `Outlook`, backtests and their scores, registered questions.
Never does: draw without a seed, return a result that depends on the number of workers, or know more than its day.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.outlook.ahead import (
        Chance as Chance,
        ClockOdds as ClockOdds,
        Outlook as Outlook,
        duty_fan as duty_fan,
        information_shares as information_shares,
        look_ahead as look_ahead,
        summit_odds as summit_odds,
    )
    from detente.outlook.baselines import (
        climatology as climatology,
        level_of as level_of,
        persistence as persistence,
        schedule as schedule,
    )
    from detente.outlook.branching import (
        DrawnBranches as DrawnBranches,
        branch_intervals_table as branch_intervals_table,
        draw_branches as draw_branches,
    )
    from detente.outlook.draws import Draws as Draws, draw_outcomes as draw_outcomes
    from detente.outlook.gravity import (
        GravityDraws as GravityDraws,
        draw_gravity as draw_gravity,
        gravity_interval_table as gravity_interval_table,
        gravity_parameters as gravity_parameters,
    )
    from detente.outlook.human import HumanForecast as HumanForecast, human_forecasts as human_forecasts
    from detente.outlook.intervals import (
        Band as Band,
        Fit as Fit,
        drawn_words as drawn_words,
        interval_note as interval_note,
        interval_table as interval_table,
        linear_fit as linear_fit,
        result_changes as result_changes,
    )
    from detente.outlook.kept import (
        backtest_csv as backtest_csv,
        kept_backtest as kept_backtest,
        kept_file as kept_file,
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
    from detente.outlook.registered import (
        SHIPPED_QUESTIONS as SHIPPED_QUESTIONS,
        Question as Question,
        SettledQuestion as SettledQuestion,
        answers as answers,
        can_register as can_register,
        read_questions as read_questions,
        register_questions as register_questions,
    )
    from detente.outlook.replayed import (
        AnswerOdds as AnswerOdds,
        ReplayedMove as ReplayedMove,
        replay_moves as replay_moves,
        replay_scores as replay_scores,
    )
    from detente.outlook.rolling import (
        HORIZONS as HORIZONS,
        Backtest as Backtest,
        ClockForecast as ClockForecast,
        Forecast as Forecast,
        backtest as backtest,
        origins as origins,
        rungs_reached as rungs_reached,
    )
    from detente.outlook.scores import (
        SCORES as SCORES,
        CalibrationBin as CalibrationBin,
        block_interval as block_interval,
        calibration as calibration,
        scores_of as scores_of,
    )
    from detente.outlook.scoring import (
        MethodScore as MethodScore,
        clock_scores as clock_scores,
        human_scores as human_scores,
        ladder_calibration as ladder_calibration,
        ladder_scores as ladder_scores,
    )
    from detente.outlook.sobol import Drivers as Drivers, driver_table as driver_table, drivers as drivers
    from detente.outlook.sweeps import (
        DEVICES as DEVICES,
        SWEEP_PATHS as SWEEP_PATHS,
        Device as Device,
        DeviceSweep as DeviceSweep,
        sweep_devices as sweep_devices,
    )
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "ahead": "Chance ClockOdds Outlook duty_fan information_shares look_ahead summit_odds",
            "baselines": "climatology level_of persistence schedule",
            "human": "HumanForecast human_forecasts",
            "registered": "SettledQuestion Question SHIPPED_QUESTIONS answers can_register read_questions register_questions",
            "scoring": "MethodScore clock_scores human_scores ladder_calibration ladder_scores",
            "kept": "backtest_csv kept_backtest kept_file",
            "replayed": "AnswerOdds ReplayedMove replay_moves replay_scores",
            "rolling": "Backtest ClockForecast Forecast HORIZONS backtest origins rungs_reached",
            "scores": "CalibrationBin SCORES block_interval calibration scores_of",
            "branching": "DrawnBranches branch_intervals_table draw_branches",
            "draws": "Draws draw_outcomes",
            "gravity": "GravityDraws draw_gravity gravity_interval_table gravity_parameters",
            "intervals": "Band Fit drawn_words interval_note interval_table linear_fit result_changes",
            "paths": "PathDraws draw_path path_band_table path_intervals_table path_parameters",
            "prior": "Uncertain points uncertain_parameters uncertainty_table",
            "sweeps": "DEVICES Device SWEEP_PATHS DeviceSweep sweep_devices",
            "sobol": "Drivers driver_table drivers",
        },
    )
