"""Tables of games: leverage, deals, equilibria, duties.

A line holds name (and name in files), title, maker, arguments, needs and columns; see `detente.show.registry`.
"""

from typing import Final

ROWS: Final[tuple[tuple[str, str, str, str, str, str], ...]] = (
    (
        "leverage",
        "Who can hurt whom, and at what cost to itself",
        "levers:lever_table",
        "levers note? beside? stands?",
        "game",
        (
            "player measure gentle harsh harm_target[USD bn] harm_self[USD bn] plain_target[USD bn] plain_self[USD bn] stands "
            "ratio[ratio] pays_from[USD] hit_most harm_third[USD bn] harm_others[USD bn] action"
        ),
    ),
    (
        "leverage-shares",
        "What part of the harm of everything together each measure is answerable for",
        "levers:share_table",
        "levers note? beside?",
        "game",
        (
            "player measure gentle harsh harm_target[USD bn] harm_self[USD bn] plain_target[USD bn] plain_self[USD bn] "
            "ratio[ratio] pays_from[USD] alone_target[USD bn] alone_self[USD bn] hit_most harm_third[USD bn] harm_others[USD bn] action"
        ),
    ),
    (
        "leverage-ladder",
        "The ladder of leverage",
        "detente.show.figures:ladder_figure",
        "levers concept name?",
        "game",
        "player measure gentle harsh harm_target[USD bn] harm_self[USD bn]",
    ),
    (
        "leverage-horizons",
        "Leverage at each horizon",
        "levers:reach_table",
        "reached name? title?",
        "game",
        "player measure horizon harm_target[USD bn] harm_self[USD bn] ratio[ratio] action",
    ),
    (
        "leverage-substitution",
        "Leverage as substitution rises",
        "levers:reach_table",
        "reached name? title?",
        "game",
        "player measure horizon harm_target[USD bn] harm_self[USD bn] ratio[ratio] action",
    ),
    (
        "leverage-by-preferences",
        "Leverage, by what the players want",
        "sensitivity:levers_by_preferences",
        "levers_by_set",
        "game",
        (
            "preferences player measure rank[rank] harm_target[USD bn] harm_self[USD bn] ratio[ratio] pays_from[USD] "
            "action"
        ),
    ),
    (
        "deal-space",
        "What can be had by agreement",
        "strategy:space_table",
        "games names?",
        "game",
        (
            "preferences threat profiles[count] better[count] better_share[%] front_size[count] "
            "nash_{code}[USD bn] kalai_{code}[USD bn] nash_words"
        ),
    ),
    (
        "deal-space-points",
        "The space of deals",
        "detente.show.figures:deal_figure",
        "game space threats? concept name?",
        "game",
        "kind point gain_{code}[USD bn]",
    ),
    (
        "swaps",
        "The smallest swaps that leave both better off",
        "strategy:swap_table",
        "game swaps beside?",
        "game",
        "gives_{code} gain_{code}[USD bn] plain_{code}[USD bn] cost_{code}[USD bn] kind size[count]",
    ),
    (
        "concessions",
        "What each side could give, cheapest first",
        "concessions:concession_table",
        "game players? beside?",
        "game",
        "player rank[rank] concession cost[USD bn] gain_other[USD bn] cost_plain[USD bn] gain_other_plain[USD bn] gain_per_dollar[ratio] kind",
    ),
    (
        "expected-swaps",
        "Exchanges that are expected, by what the players want",
        "strategy:verdict_table",
        "verdicts players by? names? beside?",
        "game",
        "exchange preferences gain_{code}[USD bn] plain_{code}[USD bn] own_{code}[USD bn] verdict refuses_{code}[weight] claims",
    ),
    (
        "expected-horizons",
        "Exchanges that are expected, at each horizon",
        "strategy:verdict_table",
        "verdicts players by? names? beside?",
        "game",
        "exchange horizon gain_{code}[USD bn] plain_{code}[USD bn] own_{code}[USD bn] verdict refuses_{code}[weight] claims",
    ),
    (
        "payments",
        "What each side would have to be paid",
        "strategy:payment_table",
        "game payments beside?",
        "game",
        "threat player other payment[USD bn] gain_other[USD bn] affordable favourite payment_plain[USD bn] favourite_plain",
    ),
    (
        "bargains-by-preferences",
        "Swaps and payments, by what the players want",
        "sensitivity:bargains_by_preferences",
        "bargains",
        "game",
        (
            "preferences threat swaps[count] real_swaps[count] best gain_{code}[USD bn] payment_{code}[USD "
            "bn] affordable_{code}"
        ),
    ),
    (
        "dominance",
        "What pays whatever the other side does",
        "equilibria:dominance_table",
        "dominance name titles? beside?",
        "game",
        "player action best best_share[%] margin[USD bn] always best_plain best_share_plain[%]",
    ),
    (
        "equilibria",
        "What the two sides would do",
        "equilibria:equilibrium_table",
        "game form pure quantal count? beside?",
        "game",
        "equilibrium player strategy probability[%] payoff[USD bn] payoff_plain[USD bn] regret[USD bn]",
    ),
    (
        "equilibria-by-preferences",
        "What the two sides would do, by what they want",
        "sensitivity:play_by_preferences",
        "played",
        "game",
        "preferences player equilibria[count] strategy payoff[USD bn] likeliest probability[%]",
    ),
    (
        "preferences",
        "What the players want",
        "detente.strategy:preference_table",
        "preferences",
        "game",
        "preferences preferences_title source grade note",
    ),
    (
        "explained-weights",
        "What each side's choices say it wants",
        "explained:weights_table",
        "explained file",
        "game",
        "player motive unit published best least most told id",
    ),
    (
        "explained-decisions",
        "What each side did, and how far that was from best",
        "explained:decisions_table",
        "judged",
        "game",
        (
            "day player moved regret_plain[USD bn] rather regret_best[USD bn] regret_least[USD bn] regret_most[USD bn] "
            "chance[%] chance_least[%] chance_most[%] by_chance[%] fitted explained"
        ),
    ),
    (
        "explained-fit",
        "How well the weights fit, and what they were not fitted to",
        "explained:fit_table",
        "explained judged weighed",
        "game",
        (
            "player sample count[count] score[logarithm] score_worst[logarithm] score_best[logarithm] score_chance[logarithm] regret_plain[USD bn] regret_best[USD bn] "
            "explained_plain[count] explained_set[count] precision[logarithm]"
        ),
    ),
    (
        "explained-lead",
        "How well what leads explains what was done",
        "explained:lead_table",
        "wanted",
        "game",
        (
            "player count[count] times_chance[ratio] regret_best[USD bn] regret_plain[USD bn] best_plain[count] best_set[count] "
            "nothing[count] later[count] times_later[ratio]"
        ),
    ),
    (
        "threats",
        "What each measure is worth as a threat (a what-if)",
        "detente.campaign:threat_table",
        "levers beside?",
        "game",
        (
            "player measure harm_target[USD bn] harm_self[USD bn] conceded_least[%] conceded[%] conceded_most[%] "
            "worth_least[USD bn] worth[USD bn] worth_most[USD bn] breakdown[%] breakdown_bold[%] likelier[%] worth_plain[USD bn] action"
        ),
    ),
    (
        "market",
        "What markets made of the steps",
        "detente.campaign:market_table",
        "file asof?",
        "record",
        "series unit harder harder_error harder_events[count] easier easier_error easier_events[count] kappa kappa_error kappa_worst r2[%] last",
    ),
    (
        "cost-ahead",
        "What the time ahead costs each side",
        "detente.campaign:cost_table",
        "costs",
        "record",
        "player expected[USD bn] low[USD bn] high[USD bn] standing[USD bn] change[USD bn] worse[%]",
    ),
    (
        "nash-welfare",
        "What comes of duties that are each player's best against the others'",
        "detente.strategy.duties:nash_tables",
        "war",
        "duty game",
        (
            "player duties_set[count] duty_before_pct[%] duty_after_pct[%] duty_median_pct[%] "
            "duty_lowest_pct[%] duty_highest_pct[%] government_pct[%] real_income_pct[%] "
            "others_real_income_pct[%] regret_pct[%]"
        ),
    ),
    (
        "nash-duties",
        "Duties that are each player's best against the others'",
        "detente.strategy.duties:nash_tables",
        "war",
        "duty game",
        (
            "player charged imports_usd_bn[USD bn] duty_before_pct[%] duty_after_pct[%] duty_lowest_pct[%] "
            "duty_highest_pct[%]"
        ),
    ),
    (
        "replies",
        "Whether what each player charges is its best reply",
        "detente.strategy.duties:reply_tables",
        "game replies",
        "duty game",
        (
            "player kind instruments[count] at_lowest[count] at_highest[count] mean_pct[%] mean_without_pct[%] "
            "eigenvalue_lowest[ratio] eigenvalue_highest[ratio] gain_pct[%] peaks[count] tried[count] unsolved[count] verdict"
        ),
    ),
    (
        "optimal-welfare",
        "What comes of a player's best duties if nobody answers",
        "detente.strategy.duties:optimum_tables",
        "game optima",
        "duty game",
        (
            "player duties_set[count] duty_before_pct[%] duty_after_pct[%] duty_median_pct[%] "
            "duty_lowest_pct[%] duty_highest_pct[%] government_pct[%] real_income_pct[%] "
            "others_real_income_pct[%] regret_pct[%]"
        ),
    ),
    (
        "optimal-duties",
        "A player's best duties if nobody answers",
        "detente.strategy.duties:optimum_tables",
        "game optima",
        "duty game",
        (
            "player charged imports_usd_bn[USD bn] duty_before_pct[%] duty_after_pct[%] duty_lowest_pct[%] "
            "duty_highest_pct[%]"
        ),
    ),
    (
        "talks-welfare",
        "What comes of duties agreed in talks",
        "detente.strategy.duties:talks_tables",
        "talks",
        "duty game",
        (
            "player duties_set[count] duty_before_pct[%] duty_after_pct[%] duty_median_pct[%] "
            "duty_lowest_pct[%] duty_highest_pct[%] government_pct[%] real_income_pct[%] "
            "others_real_income_pct[%] regret_pct[%]"
        ),
    ),
    (
        "talks-duties",
        "Duties agreed in talks",
        "detente.strategy.duties:talks_tables",
        "talks",
        "duty game",
        (
            "player charged imports_usd_bn[USD bn] duty_before_pct[%] duty_after_pct[%] duty_lowest_pct[%] "
            "duty_highest_pct[%]"
        ),
    ),
    (
        "welfare-by-preferences as {kind}-welfare-by-preferences",
        "What comes of duties, by what the players want",
        "detente.strategy.duties:by_preferences",
        "tables",
        "duty game",
        (
            "preferences player duties_set[count] duty_before_pct[%] duty_after_pct[%] duty_median_pct[%] "
            "duty_lowest_pct[%] duty_highest_pct[%] government_pct[%] real_income_pct[%] "
            "others_real_income_pct[%] regret_pct[%]"
        ),
    ),
)
