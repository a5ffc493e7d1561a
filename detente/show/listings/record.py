"""Tables of the record: what was done, said and counted, and what duties it makes.

A line holds name (and name in files), title, maker, arguments, needs and columns; see `detente.show.registry`.
"""

from typing import Final

ROWS: Final[tuple[tuple[str, str, str, str, str, str], ...]] = (
    (
        "scenarios",
        "Scenarios shipped with a dossier",
        "scenarios:scenario_table",
        "source dossier sifted?",
        "record",
        "scenario title date settings known story",
    ),
    (
        "measures",
        "Measures on a day",
        "detente.dossier:measure_table",
        "dossier date",
        "record",
        "id title actor targets status shown value unit since until authority issue source grade note",
    ),
    (
        "ledger as measures",
        "Measures of two sides and their status",
        "evidence:ledger_table",
        "rows name? title?",
        "rows",
        "id actor title kind status value since until source place grade note",
    ),
    (
        "clocks",
        "Clocks from a day on, with what is at stake",
        "stakes:stakes_table",
        "dossier from_date stakes? parties?",
        "record",
        (
            "id title fires days kind by state on_firing changes cost_{code}[USD bn] measures source grade "
            "note"
        ),
    ),
    (
        "clocks-listed as clocks",
        "Clocks from a day on",
        "detente.dossier:clock_table",
        "dossier from_date",
        "record",
        "id title fires days kind state on_firing measures source grade note",
    ),
    (
        "clocks-ahead as clocks",
        "Clocks ahead, with the days left",
        "evidence:ahead_table",
        "rows asof name? title?",
        "rows",
        "id title fires days_left kind on_firing source grade note",
    ),
    (
        "rounds",
        "Rounds of talks",
        "evidence:rounds_table",
        "dossier",
        "record",
        "start end place level outcome source",
    ),
    (
        "claims",
        "What the reports say",
        "detente.dossier:claims_table",
        "dossier document? verdict?",
        "record",
        (
            "id document line kind speaker says verdict verdict_note measures mechanisms hindsight "
            "hindsight_note"
        ),
    ),
    (
        "places",
        "Places of the claims in the reports",
        "detente.dossier:verify_places",
        "dossier folder",
        "record, reports",
        "id document line span result",
    ),
    (
        "conflicts",
        "Where the reports contradict each other",
        "detente.dossier:conflict_table",
        "dossier",
        "record",
        (
            "id question kind reading claims reports independent_observations observations_in_all "
            "reading_taken why basis source later"
        ),
    ),
    (
        "conflict-overview as conflict_overview",
        "Where the reports part",
        "detente.dossier:sheets",
        "dossier",
        "record",
        "kind count several altered real",
    ),
    (
        "conflict-sheets as conflict-{conflict}",
        "One contradiction, its readings side by side",
        "detente.dossier:sheets",
        "dossier",
        "record",
        "what reading_{number}",
    ),
    (
        "readings as conflicts",
        "What the reports disagree on, a reading a row",
        "evidence:reading_table",
        "cards name? title?",
        "rows",
        "id question kind says documents reading_taken why basis source",
    ),
    (
        "evidence-counts as evidence_counts",
        "What the record holds",
        "evidence:count_table",
        "dossier",
        "record",
        "what count",
    ),
    (
        "estimates",
        "What other models say",
        "evidence:estimates_table",
        "dossier",
        "record",
        "title value unit concept source",
    ),
    (
        "sources",
        "Sources",
        "evidence:source_table",
        "sources",
        "rows",
        "id title publisher date quality note url",
    ),
    (
        "citations",
        "What to cite",
        "citations:citation_table",
        "dossier economy source_ids?",
        "record, world",
        "kind key reference used_for",
    ),
    (
        "controls",
        "Controls, fees and listings on a day",
        "detente.dossier:control_table",
        "dossier date",
        "record",
        (
            "id title actor targets status value binds what threshold firms sectors reach since until then "
            "ends source grade"
        ),
    ),
    (
        "port-fees as port_fees",
        "Port fees on a day, as a cost of trade",
        "detente.dossier:fee_table",
        "dossier date",
        "record",
        (
            "id status fee usd_per_net_ton[USD per net ton] ship per_voyage[USD mn] cargo[USD mn] "
            "of_cargo[%] paying[%] cost[%]"
        ),
    ),
    (
        "pledges",
        "Purchase pledges on a day",
        "detente.dossier:pledge_table",
        "dossier date",
        "record",
        (
            "id title start due pledged unit delivered counted delivered_pct[%] elapsed_pct[%] state "
            "slip_days[days] source note"
        ),
    ),
    (
        "stacking",
        "How duties meet on one product",
        "detente.dossier:authority_table",
        "dossier",
        "record",
        "authority measures within gives_way_to stacks_with applies_to source grade note",
    ),
    (
        "audit",
        "Audit of the record",
        "detente.dossier:audit_table",
        "findings",
        "checks",
        "severity rule kind id what hint",
    ),
    (
        "audit-malformed as audit",
        "A record that cannot be read",
        "ledger:malformed_table",
        "error",
        "checks",
        "severity rule kind id what hint",
    ),
    (
        "audit-rules as audit_rules",
        "Rules of the audit",
        "ledger:rules_table",
        "findings",
        "checks",
        "severity rule objects_to found",
    ),
    (
        "audit-dates as audit_dates",
        "Values dated before their text",
        "ledger:dates_table",
        "dossier",
        "record",
        "id from known days status source grade note",
    ),
    (
        "audit-stale as audit_stale",
        "When entries were last checked",
        "ledger:stale_table",
        "dossier today max_age_days",
        "record",
        "id last_checked age[days] state",
    ),
    (
        "coverage-by-grade as coverage_by_grade",
        "How the record's values are known",
        "detente.dossier:coverage_by_grade",
        "dossier",
        "record",
        "kind official reported inferred assumed entries sourced[fraction]",
    ),
    (
        "coverage",
        "Trade covered by duties on a day",
        "detente.policy.duties:coverage_table",
        "economy dossier date",
        "record, world",
        "id title actor status tier trade[USD bn]",
    ),
    (
        "duties as duties_{importer}_on_{exporter}",
        "Duties of one country on another, by sector and authority",
        "detente.policy.duties:stack_table",
        "stacked",
        "duties",
        "sector name {authority}[%] imports[USD bn]",
    ),
    (
        "averages as averages_{importer}_on_{exporter}",
        "One duty, several averages",
        "detente.policy.duties:concept_table",
        "stacked",
        "duties",
        "concept value[%] published[%] gap[points] weights published_source note",
    ),
    (
        "averages-of-sides as averages",
        "Average duties of two sides on each other",
        "averages:average_table",
        "dossier economy parties",
        "record, world, sides",
        "importer exporter key concept average_pct[%] published_pct[%] published_source note",
    ),
    (
        "duty-path as duty_path_{importer}_on_{exporter}",
        "Average duty of one country on another, day by day",
        "detente.policy.duties:duty_path",
        "dossier economy importer exporter dates concept?",
        "record, world, sides",
        "date average[%] {authority}[points]",
    ),
    (
        "duties-by-product as duties_{importer}_by_hs6_{date}",
        "Duties by six-digit product",
        "detente.policy.duties:product_table",
        "duties code?",
        "duties",
        "hs6 sector exporter {authority}[%] low[%] high[%] depends_on imports[USD mn]",
    ),
    (
        "duties-by-partner as duties_{importer}_by_partner_{date}",
        "Duties on every partner",
        "detente.policy.duties:partner_table",
        "duties",
        "duties",
        "exporter weighted[%] imports[USD bn] simple[%] highest[%] highest_product products",
    ),
    (
        "collected",
        "Duty due and duty collected",
        "detente.policy.duties:collected_table",
        "economy dossier first?",
        "record, world",
        "month statutory[%] tracker[%] tracker_own[%] collected[%] gap[points] duties[USD bn]",
    ),
    (
        "published",
        "Published averages beside ours",
        "detente.policy.duties:published_table",
        "economy dossier",
        "record, world",
        (
            "importer exporter from published[%] by_value[%] from_all[%] alike[%] gap[points] inside reason "
            "source"
        ),
    ),
    (
        "base-year-duties as base_year",
        "Duties that the data of the base year hold already",
        "detente.policy.duties:base_year_table",
        "economy dossier",
        "record, world",
        "id title actor rests_on claimed[%] shown[%] verdict",
    ),
    (
        "intake",
        "What news reports hold",
        "detente.intake:summary_table",
        "draft",
        "reports",
        (
            "report day day_rule story furniture measure date amount quotation actor place event claims "
            "conflicts"
        ),
    ),
    (
        "possible-conflicts as possible_conflicts",
        "Possible conflicts of news reports",
        "detente.intake:conflicts_table",
        "draft",
        "reports",
        "kind question reports ledger why confidence",
    ),
    (
        "items",
        "What was found in news reports",
        "detente.intake:items_table",
        "draft",
        "reports",
        "report line kind value words rule confidence",
    ),
    (
        "check",
        "Whether everything checks",
        "selfcheck:self_check",
        "dossier reports? source? world?",
        "record",
        "what outcome detail",
    ),
    (
        "validation",
        "Published tables, closed forms and identities, solved again",
        "validation:validation_table",
        "checks",
        "checks",
        "group what unit published ours exact cells gap tolerance verdict source note",
    ),
    (
        "data-files",
        "Data files that come with Détente",
        "register:data_file_table",
        "",
        "nothing",
        "file title sources licences bytes sha256",
    ),
    (
        "data-sources",
        "Sources of the data that come with Détente, and their terms",
        "register:data_source_table",
        "",
        "nothing",
        "source title publisher licence terms basis taken acknowledge url",
    ),
)
