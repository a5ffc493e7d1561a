"""Duties that are best for whoever sets them: alone, against each other, and agreed."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.strategy.duties.ascent import Ascent as Ascent, climb_from as climb_from
    from detente.strategy.duties.game import DutyGame as DutyGame, duty_game as duty_game
    from detente.strategy.duties.judged_reply import JudgedReply as JudgedReply
    from detente.strategy.duties.landscape import (
        Landscape as Landscape,
        Survey as Survey,
        landscape_of as landscape_of,
    )
    from detente.strategy.duties.nash import nash_duties as nash_duties, starting_duties as starting_duties
    from detente.strategy.duties.optimal import (
        by_preferences as by_preferences,
        nash_tables as nash_tables,
        optimum_tables as optimum_tables,
        talks_tables as talks_tables,
    )
    from detente.strategy.duties.optimum import optimal_duties as optimal_duties
    from detente.strategy.duties.replies import judge_replies as judge_replies, judge_reply as judge_reply
    from detente.strategy.duties.replies_shown import reply_tables as reply_tables
    from detente.strategy.duties.talks import cooperative_duties as cooperative_duties
    from detente.strategy.duties.uniform import (
        UniformDuties as UniformDuties,
        judge_duties as judge_duties,
        own_slopes as own_slopes,
        transfer_slopes as transfer_slopes,
        uniform_duties as uniform_duties,
    )
    from detente.strategy.duties.weights import calibrate_weights as calibrate_weights
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "ascent": "Ascent climb_from",
            "game": "DutyGame duty_game",
            "judged_reply": "JudgedReply",
            "landscape": "Landscape Survey landscape_of",
            "nash": "nash_duties starting_duties",
            "optimal": "by_preferences nash_tables optimum_tables talks_tables",
            "optimum": "optimal_duties",
            "replies": "judge_replies judge_reply",
            "replies_shown": "reply_tables",
            "talks": "cooperative_duties",
            "uniform": "UniformDuties judge_duties own_slopes transfer_slopes uniform_duties",
            "weights": "calibrate_weights",
        },
    )
