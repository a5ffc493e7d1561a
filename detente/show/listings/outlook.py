"""Tables of what may come of a standoff, and of the scores of forecasts.

A line holds name (and name in files), title, maker, arguments, needs and columns; see `detente.show.registry`.
"""

from typing import Final

ROWS: Final[tuple[tuple[str, str, str, str, str, str], ...]] = (
    (
        "outlook",
        "What may come of a standoff: the ladder with odds",
        "outlook:outlook_table",
        "outlook test?",
        "outlook",
        (
            "horizon_days[days] rung probability[%] low[%] high[%] schedule[%] climatology[%] persistence[%] log_score[logarithm]"
        ),
    ),
    (
        "outlook-clocks",
        "Clocks that run, and what becomes of them",
        "outlook:outlook_clocks_table",
        "outlook test?",
        "outlook",
        (
            "clock title side kind known due carried[%] carried_low[%] carried_high[%] put_off[%] dropped[%] live[%] settled "
            "worse_if_carried[%] worse_if_not[%]"
        ),
    ),
    (
        "outlook-information",
        "What moves the odds most",
        "outlook:outlook_information_table",
        "outlook",
        "outlook",
        (
            "information broad[points] narrow[points] truce_extended[points] status_quo[points] escalation[points] "
            "decoupling[points]"
        ),
    ),
    (
        "outlook-duty",
        "The fan of duties ahead",
        "outlook:outlook_duty_table",
        "outlook",
        "outlook",
        "date importer p5[%] p25[%] median[%] p75[%] p95[%]",
    ),
    (
        "outlook-what-ifs",
        "What-ifs that no record tells apart, swept",
        "scored:what_if_table",
        "outlook swept test?",
        "outlook",
        "device value[factor] broad[%] narrow[%] truce_extended[%] status_quo[%] escalation[%] decoupling[%]",
    ),
    (
        "outlook-figure as outlook",
        "What may come of a standoff, drawn",
        "odds:ladder_odds_figure",
        "outlook test?",
        "outlook",
        (
            "horizon_days[days] rung probability[%] low[%] high[%] schedule[%] climatology[%] persistence[%] log_score[logarithm]"
        ),
    ),
    (
        "outlook-duty-figure as outlook-duty",
        "The fan of duties ahead, drawn",
        "odds:duty_fan_figure",
        "outlook test?",
        "outlook",
        "date importer p5[%] p25[%] median[%] p75[%] p95[%]",
    ),
    (
        "odds-scores",
        "How good such odds have been, in plain words",
        "odds:odds_scores_table",
        "test",
        "backtest",
        "of subject what forecasts[count] blocks[count] log[logarithm] given[%] given_before[%] given_schedule[%]",
    ),
    (
        "scores",
        "How good forecasts of the ladder or of clocks have been",
        "outlook:method_score_table",
        "rows record asof",
        "backtest",
        "subject method forecasts[count] blocks[count] log[logarithm] brier[score] ranked[score] ahead[logarithm] low[logarithm] high[logarithm]",
    ),
    (
        "score-calibration",
        "What was said and what happened",
        "outlook:calibration_table",
        "bins record",
        "backtest",
        "from[%] to[%] forecasts[count] said[%] happened[%]",
    ),
    (
        "calibration-figure as score-calibration",
        "What was said and what happened, drawn",
        "outlook:calibration_figure",
        "test record",
        "backtest",
        "from[%] to[%] forecasts[count] said[%] happened[%]",
    ),
    (
        "answered-moves",
        "Who answered whom, and what the rules said before",
        "replayed:answered_moves_table",
        "moves record sides",
        "backtest",
        "date player form duty[points] said[%] answered days_said[days] days[days] in_kind_said[%] in_kind answer_said[points] answer[points]",
    ),
    (
        "answer-scores",
        "How good the rules of answers have been",
        "replayed:answer_scores_table",
        "rows record asof",
        "backtest",
        "subject method moves[count] blocks[count] log[logarithm] brier[score] ahead[logarithm] low[logarithm] high[logarithm]",
    ),
    (
        "registered",
        "Questions registered before they were settled",
        "outlook:registered_table",
        "settled",
        "backtest",
        "number[rank] asof kind subject until odds answer log[logarithm]",
    ),
    (
        "human-forecasts",
        "What markets and crowds said on questions near ours",
        "outlook:human_table",
        "rows ours?",
        "backtest",
        "platform question date probability[%] ours[%] answer log[logarithm] grade",
    ),
    (
        "campaign",
        "Where a played standoff stands, and what it has cost",
        "campaign:campaign_table",
        "campaign",
        "campaign",
        "player played duty[%] change[points] controls[count] cost_now[USD bn] cost_so_far[USD bn]",
    ),
    (
        "campaign-log",
        "What happened in a played standoff",
        "campaign:campaign_log_table",
        "campaign since?",
        "campaign",
        "number[rank] date player played act about due {side}_duty[points] {side}_controls[count]",
    ),
    (
        "campaign-odds",
        "What each side of a played standoff is likely to do",
        "campaign:campaign_odds_table",
        "campaign outlook test?",
        "campaign, outlook",
        "player act within_{days}[%]",
    ),
    (
        "campaign-clocks",
        "Clocks that run in a played standoff",
        "campaign:campaign_clocks_table",
        "campaign outlook test?",
        "campaign, outlook",
        "clock title player due left[days] {side}_duty[points] {side}_controls[count] carried[%] put_off[%] dropped[%] "
        "yours",
    ),
)
