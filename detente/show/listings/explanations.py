"""Tables of why and how sure: explanations, intervals, drivers; and of paths through time.

A line holds name (and name in files), title, maker, arguments, needs and columns; see `detente.show.registry`.
"""

from typing import Final

ROWS: Final[tuple[tuple[str, str, str, str, str, str], ...]] = (
    (
        "explain-measures as explain_measures",
        "A number by measure",
        "explanation:explain",
        "model dossier name case reference? method? draws? seed?",
        "explanation",
        (
            "part title contribution[log points] contribution_shown[%] contribution_usd_bn[USD bn] "
            "weight_pct[%] grade source derivation"
        ),
    ),
    (
        "explain-parts as explain_measures",
        "A number by measure, drawn",
        "detente.show.figures:parts_figure",
        "table count?",
        "explanation",
        (
            "part title contribution[log points] contribution_shown[%] contribution_usd_bn[USD bn] "
            "weight_pct[%] grade source derivation"
        ),
    ),
    (
        "explain-channels as explain_channels",
        "A number by channel",
        "explanation:explain",
        "model dossier name case reference? method? draws? seed?",
        "explanation",
        "channel what partner contribution[log points] contribution_shown[%]",
    ),
    (
        "explain-sources as explain_sources",
        "What a number rests on",
        "explanation:explain",
        "model dossier name case reference? method? draws? seed?",
        "explanation",
        "what says figure",
    ),
    (
        "explain-interval as explain_interval",
        "A number with its interval",
        "uncertain:result_tables",
        "draws goal later earlier against",
        "draws, explanation",
        "result unit central low median high end_error",
    ),
    (
        "explain-drivers as explain_drivers",
        "What drives the uncertainty of a number",
        "uncertain:result_tables",
        "draws goal later earlier against",
        "draws, explanation",
        "result parameter group first_pct[%]",
    ),
    (
        "drawn-results as intervals",
        "Results with intervals",
        "uncertain:results_table",
        "draws reference table",
        "draws, reference",
        "outcome result unit central low median high end_error",
    ),
    (
        "intervals",
        "Headlines with intervals",
        "detente.outlook:interval_table",
        "draws against? countries? low? high?",
        "draws",
        "outcome country name metric metric_name unit central low median high end_error",
    ),
    (
        "uncertainty",
        "What is uncertain",
        "detente.outlook:uncertainty_table",
        "model nests?",
        "world",
        "parameter group sd[logarithm] factor_low[factor] factor_high[factor] grade source",
    ),
    (
        "drivers",
        "What drives the uncertainty of a result",
        "detente.outlook:driver_table",
        "indices countries metric? against?",
        "draws",
        "outcome country group first_pct[%] first_error_pct[points] total_pct[%] total_error_pct[points]",
    ),
    (
        "drivers-of-sides as drivers",
        "What drives the uncertainty of real income of two sides",
        "intervals:side_driver_table",
        "draws key title reference parties",
        "draws, reference, sides",
        "result parameter group first_pct[%]",
    ),
    (
        "sector-intervals as sector_intervals",
        "Output by sector, with intervals",
        "intervals:sector_interval_table",
        "draws key reference parties",
        "draws, reference, sides",
        (
            "country sector output_pct[%] low_draws_pct[%] high_draws_pct[%] end_error_pct[points] "
            "base_output_usd_bn[USD bn]"
        ),
    ),
    (
        "third-trade-drawn as third_trade",
        "Trade of third economies with the two sides, with intervals",
        "intervals:third_party_table",
        "table draws key reference",
        "draws, reference, sides",
        (
            "country name equivalent_variation_usd_bn[USD bn] low_draws_usd_bn[USD bn] high_draws_usd_bn[USD "
            "bn] end_error_usd_bn[USD bn] real_income_pct[%] exports_to_first_usd_bn[USD bn] "
            "exports_to_second_usd_bn[USD bn] imports_from_first_usd_bn[USD bn] "
            "imports_from_second_usd_bn[USD bn]"
        ),
    ),
    (
        "unfolding",
        "What happens along time",
        "detente.cases.unfolding:unfolding_table",
        "path countries",
        "path",
        (
            "from_month[month] to_month[month] from_day country real_income_pct[%] "
            "equivalent_variation_usd_bn[USD bn a year] consumer_price_pct[%]"
        ),
    ),
    (
        "summary",
        "The first year and the long run",
        "detente.cases.unfolding:summary_table",
        "path countries rate?",
        "path",
        (
            "country first_year_pct[%] last_date_pct[%] long_run_pct[%] first_year_usd_bn[USD bn] "
            "long_run_usd_bn[USD bn a year] discounted_usd_bn[USD bn] discounted_pct[% a year]"
        ),
    ),
    (
        "branch-intervals",
        "An outcome in every way it can come about, with intervals",
        "detente.outlook:branch_intervals_table",
        "drawn parties",
        "outcomes, draws, sides",
        "branch standing {party}_{horizon}_{end}_pct[%]",
    ),
    (
        "path-intervals",
        "The first year and the long run, with intervals",
        "detente.outlook:path_intervals_table",
        "drawn countries",
        "path",
        "country when unit central low median high end_error",
    ),
    (
        "path-band",
        "What happens along time, with intervals",
        "detente.outlook:path_band_table",
        "drawn countries",
        "path",
        "from_month[month] to_month[month] from_day country central[%] low[%] median[%] high[%] end_error[%]",
    ),
    (
        "path-along",
        "The path along time, drawn",
        "along:along_figure",
        "path countries drawn?",
        "path",
        "from_month[month] to_month[month] from_day country real_income_pct[%] low_pct[%] high_pct[%]",
    ),
    (
        "result as result-{quantity}",
        "One array of an equilibrium, every value",
        "detente.show.figures.plots:result_figure",
        "result count?",
        "outcomes",
        "country importer exporter sector value[%] value[USD bn] value[% of spending] value[% of those who offer themselves] value[% of a country's factor]",
    ),
    (
        "stocks",
        "A cut that stocks delay",
        "detente.cases:stock_table",
        "path controls countries",
        "path",
        (
            "from_month[month] to_month[month] horizon control country volume_pct[% of base use] "
            "drawn_months[months of base use] left_months[months of base use] wedge_pct[%] price_pct[%] "
            "real_income_pct[%]"
        ),
    ),
    (
        "path-losses",
        "What the cut costs whom",
        "stocks:loss_table",
        "path without controls?",
        "path",
        (
            "country name worst_pp[points] worst_from_month[month] last_pp[points] "
            "equivalent_variation_usd_bn[USD bn]"
        ),
    ),
    (
        "path-output",
        "What the cut does to output",
        "stocks:lost_output_table",
        "path without countries sectors?",
        "path",
        (
            "country sector name first_pp[points] worst_pp[points] worst_from_month[month] last_pp[points] "
            "output_usd_bn[USD bn]"
        ),
    ),
    (
        "path-stocks",
        "Stocks at the start",
        "stocks:held_table",
        "held",
        "path",
        "control country sector months[months of base use] share_pct[%] source grade note",
    ),
    (
        "path-months",
        "The cut month by month",
        "stocks:path_figure",
        "path without controls countries",
        "path",
        "from_month[month] horizon {code}_pp[points] left_{number}[months of base use]",
    ),
)
