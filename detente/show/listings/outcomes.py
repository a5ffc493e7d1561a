"""Tables of solved outcomes: levels and differences.

A line holds name (and name in files), title, maker, arguments, needs and columns; see `detente.show.registry`.
"""

from typing import Final

ROWS: Final[tuple[tuple[str, str, str, str, str, str], ...]] = (
    (
        "countries",
        "What each outcome does to each economy",
        "metrics:country_outcome_table",
        "outcomes against? countries?",
        "outcomes",
        (
            "outcome country name measure real_income_pct[%] equivalent_variation_usd_bn[USD bn] "
            "consumer_price_pct[%] wage_pct[%] tariff_revenue_usd_bn[USD bn] exports_pct[%] imports_pct[%]"
        ),
    ),
    (
        "sectors",
        "Output by sector",
        "metrics:sector_outcome_table",
        "outcomes countries against?",
        "outcomes, sides",
        (
            "outcome country sector name output_volume_pct[%] output_usd_bn[USD bn] cost_pct[%] "
            "base_output_usd_bn[USD bn]"
        ),
    ),
    (
        "pair",
        "Goods trade and duties between two countries",
        "metrics:pair_table",
        "outcomes parties",
        "outcomes, sides",
        (
            "outcome importer exporter base_usd_bn[USD bn] new_usd_bn[USD bn] change_pct[%] duty_base_pct[%] "
            "duty_pre_pct[%] duty_post_pct[%]"
        ),
    ),
    (
        "diversion",
        "Third economies",
        "metrics:diversion_table",
        "outcome parties against",
        "outcomes, reference, sides",
        (
            "country name equivalent_variation_usd_bn[USD bn] real_income_pct[%] exports_to_first_usd_bn[USD "
            "bn] exports_to_second_usd_bn[USD bn] imports_from_first_usd_bn[USD bn] "
            "imports_from_second_usd_bn[USD bn]"
        ),
    ),
    (
        "diverted",
        "Goods of two parties that go elsewhere, by sector",
        "diverted:diverted_table",
        "outcome parties against countries?",
        "outcomes, reference, sides",
        (
            "country sector name received_usd_bn[USD bn] received_pct[%] from_first_usd_bn[USD bn] "
            "from_second_usd_bn[USD bn] own_output_pct[%]"
        ),
    ),
    (
        "third-trade as third_trade",
        "Trade of third economies with the two sides",
        "findings:third_parties",
        "outcome against parties",
        "outcomes, reference, sides",
        (
            "country name equivalent_variation_usd_bn[USD bn] real_income_pct[%] exports_to_first_usd_bn[USD "
            "bn] exports_to_second_usd_bn[USD bn] imports_from_first_usd_bn[USD bn] "
            "imports_from_second_usd_bn[USD bn]"
        ),
    ),
    (
        "footprints",
        "What moves the model in a scenario",
        "metrics:footprint_table",
        "outcome",
        "outcomes",
        "measure title status moves reason",
    ),
    (
        "employment",
        "Employment by sector",
        "results:employment_table",
        "outcomes countries? against?",
        "outcomes",
        (
            "outcome country sector name employment_share_pct[%] employment_share_new_pct[%] "
            "employment_share_pp[points] employment_pct[%]"
        ),
    ),
    (
        "wages",
        "Wages",
        "results:wage_table",
        "outcomes countries? against?",
        "outcomes",
        (
            "outcome country name wage_pct[%] real_wage_pct[%] lowest_sector lowest_factor_price_pct[%] "
            "highest_sector highest_factor_price_pct[%]"
        ),
    ),
    (
        "prices",
        "Prices by sector",
        "results:price_table",
        "outcomes countries? against?",
        "outcomes",
        "outcome country sector name price_pct[%] cost_pct[%] final_share_pct[%]",
    ),
    (
        "flows",
        "Goods trade between countries",
        "results:pair_flow_table",
        "outcomes countries? against?",
        "outcomes",
        "outcome importer exporter base_usd_bn[USD bn] new_usd_bn[USD bn] change_pct[%] volume_pct[%]",
    ),
    (
        "revenue",
        "Revenue, rents and profits",
        "results:revenue_table",
        "outcomes countries? against?",
        "outcomes",
        (
            "outcome country name tariff_revenue_before_usd_bn[USD bn] tariff_revenue_usd_bn[USD bn] "
            "tariff_revenue_change_usd_bn[USD bn] export_tax_usd_bn[USD bn] rent_usd_bn[USD bn] "
            "profit_usd_bn[USD bn] tariff_revenue_share_pct[%]"
        ),
    ),
    (
        "accounts",
        "Emissions and resource rents",
        "carbon:account_table",
        "outcomes countries?",
        "outcomes",
        (
            "outcome country name emissions_before_t[t a year] emissions_t[t a year] emissions_pct[%] "
            "rents_before_usd_bn[USD bn] rents_usd_bn[USD bn]"
        ),
    ),
    (
        "effective-duties as effective_duties",
        "Average duties on goods from abroad",
        "results:effective_duty_table",
        "outcomes countries?",
        "outcomes",
        "outcome country name duty_base_pct[%] duty_pre_pct[%] duty_post_pct[%]",
    ),
    (
        "welfare",
        "Real income by channel",
        "welfare:welfare_table",
        "outcomes countries? against?",
        "outcomes",
        (
            "outcome country name real_income_pct[%] real_income_log_points[log points] terms_of_trade_log_points[log points] "
            "trade_costs_log_points[log points] volume_of_trade_log_points[log points] taxed_exports_log_points[log points] "
            "profits_log_points[log points] transfers_log_points[log points] employment_log_points[log points] "
            "savings_log_points[log points] supply_log_points[log points] margins_log_points[log points] "
            "pass_through_log_points[log points] answers_log_points[log points] gap_log_points[log points] "
            "first_order_terms_of_trade_pct[%] first_order_volume_of_trade_pct[%]"
        ),
    ),
    (
        "jobs",
        "Output, jobs, and wages and prices in dollars",
        "jobs:jobs_table",
        "outcomes countries? against?",
        "outcomes",
        (
            "outcome country name gdp_pct[%] real_income_pct[%] household_spending_pct[%] consumer_price_pct[%] "
            "nominal_wage_pct[%] jobs_pct[%] unemployment_pp[points] saved_usd_bn[USD bn] "
            "jobs_thousand[thousand] household_usd[USD] median_household_usd[USD]"
        ),
    ),
    (
        "unemployment",
        "Jobs and unemployment by sector",
        "jobs:unemployment_table",
        "outcomes countries? against?",
        "outcomes",
        "outcome country sector name jobs_pct[%] unemployment_pp[points] nominal_wage_pct[%]",
    ),
    (
        "quantities",
        "Caps, bans and floors",
        "welfare:quantity_control_table",
        "outcomes",
        "outcomes",
        (
            "outcome control kind limit_pct[% of base volume] volume_pct[% of base volume] binds wedge_pct[%] rent_to "
            "rent_usd_bn[USD bn]"
        ),
    ),
    (
        "firing",
        "What the dates of the scenarios let happen",
        "firing:firing_table",
        "timed",
        "outcomes",
        "outcome day clock title measure before after state",
    ),
    (
        "comparison",
        "One outcome against another",
        "comparison:comparison_table",
        "outcomes countries?",
        "outcomes, reference",
        (
            "country name first_real_income_pct[%] second_real_income_pct[%] delta_real_income_pct[%] "
            "first_equivalent_variation_usd_bn[USD bn] second_equivalent_variation_usd_bn[USD bn] "
            "delta_equivalent_variation_usd_bn[USD bn]"
        ),
    ),
    (
        "outcomes",
        "What each outcome costs whom",
        "detente.show.figures.charts:outcomes",
        "rows standing concept? title? interval? name?",
        "outcomes, reference, sides",
        "outcome country real_income_pct[%] value_usd_bn[USD bn a year] low_pct[%] high_pct[%]",
    ),
    (
        "headline",
        "What each outcome does to real income, after one year and in the long run",
        "detente.show.figures:headline_figure",
        "changes title standing interval? name?",
        "outcomes, reference, sides",
        "outcome side horizon real_income_pct[%] low_pct[%] high_pct[%]",
    ),
    (
        "map",
        "Every economy under an outcome",
        "detente.show.figures:map_figure",
        "real_income_pct value_usd outcome standing title concept? names? name?",
        "outcomes, reference",
        "code country change value_usd_bn[USD bn a year] real_income_pct[%]",
    ),
    (
        "levels",
        "What each outcome costs whom: real income",
        "findings:levels_table",
        "economy outcomes reference parties",
        "outcomes, reference, sides",
        "outcome measure {code}_real_income_pct[%] {code}_equivalent_variation_usd_bn[USD bn]",
    ),
    (
        "sensitivity",
        "The same outcomes under other published elasticities",
        "findings:sensitivity_table",
        "changes_by_set outcomes reference",
        "outcomes, reference, sides",
        "elasticities outcome {code}_real_income_pct[%]",
    ),
    (
        "horizons",
        "The same outcomes after one year and in the long run",
        "horizons:horizon_outcome_table",
        "economy outcomes_by_horizon reference parties spread headline drawn sums?",
        "outcomes, reference, sides, draws",
        (
            "outcome horizon side real_income_pct[%] equivalent_variation_usd_bn[USD bn] output_pct[%] low_draws_pct[%] "
            "high_draws_pct[%] end_error_pct[points] low_sets_pct[%] high_sets_pct[%] discounted_usd_bn[USD bn]"
        ),
    ),
    (
        "branches",
        "An outcome in every way it can come about",
        "branches:branch_table",
        "tree parties",
        "outcomes, record, sides",
        "branch date standing {side}_{horizon}_pct[%] happens",
    ),
    (
        "rupture",
        "What a rupture of trade costs, step by step",
        "rupture:rupture_table",
        "ruptures",
        "outcomes, sides",
        ("horizon kind size_pct[%] trade_lost_pct[%] {party}_real_income_pct[%] {party}_next_loss[%]"),
    ),
    (
        "rupture-figure as rupture",
        "What a rupture of trade costs, as a picture",
        "rupture:rupture_figure",
        "ruptures name?",
        "outcomes, sides",
        ("horizon kind size_pct[%] trade_lost_pct[%] {party}_real_income_pct[%] {party}_next_loss[%]"),
    ),
    (
        "constituencies",
        "Who gains and who loses: wage bills by sector",
        "constituencies:constituency_table",
        "outcomes countries parties against? aid? top?",
        "outcomes, sides",
        (
            "outcome country sector name wage_bill_usd_bn[USD bn] change_usd_bn[USD bn] change_pct[%] beyond_usd_bn[USD bn] "
            "sells_to_other_pct[% of output] aid_usd_bn[USD bn] left_usd_bn[USD bn]"
        ),
    ),
    (
        "exposed",
        "What is at stake for whom",
        "constituencies:exposed_table",
        "outcomes dossier against?",
        "outcomes, record",
        (
            "outcome name kind country partner channel value unit change_pct[%] of_all_pct[%] change_usd_bn[USD bn] remark grade"
        ),
    ),
    (
        "lobbies",
        "Who would lobby for which concession",
        "constituencies:lobby_table",
        "given_up reference dossier parties",
        "outcomes, reference, record, sides",
        (
            "measure title actor country gain_usd_bn[USD bn] gainer gainer_usd_bn[USD bn] loser loser_usd_bn[USD bn] holders"
        ),
    ),
    (
        "exposures",
        "Who depends on the other side",
        "constituencies:exposure_table",
        "dossier",
        "record",
        "name kind country partner channel value unit low high concept period levers source grade",
    ),
    (
        "bridges",
        "From the numbers of others to ours",
        "bridges:bridges_table",
        "walks",
        "checks",
        (
            "bridge rival title country published[%] ours_same[%] unexplained[points] ours[%] largest "
            "largest_change[points] grade"
        ),
    ),
    (
        "bridge as bridge-{study}",
        "From one number of others to ours, step by step",
        "bridges:bridge_table",
        "walked",
        "checks",
        "kind says {country}_value[%] {country}_change[points]",
    ),
    (
        "bridge-figure as bridge-{study}",
        "From one number of others to ours, as a picture",
        "bridges:bridge_figure",
        "walked",
        "checks",
        "kind says {country}_value[%] {country}_change[points]",
    ),
    (
        "own-duties",
        "Outcomes that cost a side less because its own duties are lower",
        "branches:own_duty_table",
        "outcomes featured reference parties",
        "outcomes, reference, sides",
        (
            "party other outcome real_income_pct[%] featured_pct[%] own_duty_pct[%] featured_duty_pct[%] "
            "raised_pct[%]"
        ),
    ),
    (
        "third-countries as diversion",
        "Third countries under an outcome",
        "detente.show.figures.charts:third_countries",
        "real_income_pct value_usd outcome standing concept? title? names? name?",
        "outcomes, reference, sides",
        "country value_usd_bn[USD bn a year] real_income_pct[%]",
    ),
    (
        "sectors-hit as sectors",
        "Sectors an outcome hits and helps",
        "detente.show.figures.charts:sectors_hit",
        "rows outcome standing concept? title? count? name?",
        "outcomes, reference, sides",
        "country sector output_pct[%] value_usd_bn[USD bn a year]",
    ),
    (
        "duties-by-authority as duties_by_authority",
        "Duties by sector and authority",
        "duties:duties_by_authority",
        "rates importer exporter day concept? title? name? own? remark?",
        "duties",
        "sector total[%] {authority}[%]",
    ),
    (
        "duty-averages as duty_path",
        "Average duty of each side on the other",
        "detente.show.figures:duty_path_figure",
        "dates rates asof concept events? end? title? name?",
        "duties",
        "date known {code}_on_{code}_pct[%]",
    ),
    (
        "clock-marks as clocks_ahead",
        "Clocks ahead along the calendar",
        "detente.show.figures.timelines:clocks",
        "rows asof title? name?",
        "rows",
        "title fires days_left[days] on_firing",
    ),
    (
        "timeline",
        "Measures on the calendar",
        "detente.show.figures:timeline",
        "spans asof start end since? title? name?",
        "rows",
        "actor measure title status start end",
    ),
)
