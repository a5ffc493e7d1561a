"""Compare the duty path with a published tracker and write docs/duty-path.md.

    .venv/bin/python scripts/pages/duty_path.py [--shared ../shared] [--check]

The tracker (M. Waugh, tradewartracker/trade-war-redux-2025) follows conventions of its own. `emulate` puts them into the
record, so that the gap splits into what the conventions explain and what remains. Needs pandas.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "scripts")]

from build_cells import tracker_metals  # noqa: E402

from detente.core import Column, Table, write_atomic  # noqa: E402
from detente.dossier import Dossier, load_dossier  # noqa: E402
from detente.dossier.measure import Measure, Products  # noqa: E402
from detente.policy.duties.cells import Cells, cells  # noqa: E402
from detente.policy.duties.collected import collected_table  # noqa: E402
from detente.policy.duties.day import duty_stack  # noqa: E402
from detente.policy.duties.published import published_table  # noqa: E402
from detente.policy.duties.stacking import CellRows, is_duty, partner_rates, stack  # noqa: E402
from detente.policy.duties.tables import concept_table  # noqa: E402
from detente.world import Economy, load_world  # noqa: E402

PAGE = REPOSITORY / "docs" / "duty-path.md"
HINDSIGHT = dt.date(2026, 7, 25)


@dataclass(frozen=True)
class Step:
    """A row of the tracker, the legal day on which the same policy held, and what to mind."""

    tracker: str
    day: dt.date
    asof: dt.date = HINDSIGHT
    remark: str = ""


# Days on which the tracker's state held in law; see the traps of the facts register.
STEPS = (
    Step("2025-01-01", dt.date(2025, 1, 2), remark="chips rose from 25 to 50 % under Section 301 on 1 January"),
    Step("2025-02-04", dt.date(2025, 3, 5), remark="tracker puts the whole 20 % on 4 February; in law 10 %, then 20 % from 4 March"),
    Step("2025-03-12", dt.date(2025, 3, 12)),
    Step("2025-04-03", dt.date(2025, 4, 3), remark="car parts only from 3 May in law"),
    Step("2025-04-09", dt.date(2025, 4, 10), dt.date(2025, 4, 10), "as known that day, before the notice on electronics"),
    Step("2025-04-11", dt.date(2025, 4, 12), remark="one percent of imports more or less under the duty is 1.25 points"),
    Step("2025-05-12", dt.date(2025, 5, 14), remark="Geneva took effect on 14 May"),
    Step("2025-06-03", dt.date(2025, 6, 4)),
    Step("2025-08-07", dt.date(2025, 8, 7)),
    Step("2025-10-14", dt.date(2025, 10, 20)),
    Step("2025-11-01", dt.date(2025, 11, 12), remark="cut of the fentanyl duty in law from 10 November"),
    Step("2025-11-14", dt.date(2025, 11, 20)),
    Step("2026-02-07", dt.date(2026, 2, 10), remark="batteries, magnets and graphite rose under Section 301 on 1 January 2026"),
    Step("2026-02-20", dt.date(2026, 2, 21)),
    Step("2026-02-24", dt.date(2026, 2, 24)),
    Step("2026-04-06", dt.date(2026, 4, 6)),
    Step("2026-07-24", dt.date(2026, 7, 24)),
)  # fmt: skip
LARGE = ("EU27", "MEX", "CAN", "JPN", "VNM", "KOR", "TWN", "IND", "GBR", "THA", "CHE", "MYS", "BRA")
PARTNER_STEPS = tuple(
    step
    for step in STEPS
    if step.tracker in ("2025-03-12", "2025-06-03", "2025-10-14", "2025-11-14", "2026-02-20", "2026-02-24")
)


def emulate(dossier: Dossier) -> Dossier:
    """The record under the tracker's conventions, as far as a record can carry them.

    Section 232 replaces the fentanyl duty on China; car parts start with the cars; Section 301 stays as in January 2025;
    the metal goods are those of its list, at full value; 125 % is read as the total of fentanyl and reciprocal duty, not as the latter; Annex II is taken off from 11 April 2025
    only; electronics pay the reciprocal duty on China from 7 August to 13 November 2025.
    """
    changed = {**dossier.measures, **tracker_metals(dossier)}
    fentanyl = changed["usa-2025-fentanyl-china"]
    changed[fentanyl.id] = fentanyl.model_copy(update={"excluded_by": ("section-232",)})
    parts = changed["usa-2025-232-auto-parts"]
    first = parts.values[0].model_copy(update={"from_": dt.date(2025, 4, 3)})
    changed[parts.id] = parts.model_copy(update={"values": (first, *parts.values[1:])})
    reciprocal = changed["usa-2025-reciprocal-china"]
    values = [v.model_copy(update={"value": 1.05}) if v.value == 1.25 else v for v in reciprocal.values]
    again = Products(lists=("all",), excluded=("ieepa-exempt-apr2025",))
    truce = next((v for v in values if v.from_ == dt.date(2025, 5, 14)), None)
    if truce is not None:
        values.append(truce.model_copy(update={"from_": dt.date(2025, 8, 7), "products": again}))
    scope = Products(lists=("all",)) if dossier.asof < dt.date(2025, 4, 11) else reciprocal.products
    changed[reciprocal.id] = reciprocal.model_copy(update={"values": tuple(values), "products": scope})
    for name, measure in changed.items():
        if name.startswith("usa-2018-section-301"):
            changed[name] = _frozen_2025(measure)
    return dataclasses.replace(dossier, measures=changed)


def with_tracker_metals(dossier: Dossier) -> Dossier:
    """The record with the metal goods of the tracker."""
    return dataclasses.replace(dossier, measures={**dossier.measures, **tracker_metals(dossier)})


def _frozen_2025(measure: Measure) -> Measure:
    """Section 301 as of 1 January 2025, also on the base day, so that nothing is added by it."""
    values = [value for value in measure.values if value.from_ <= dt.date(2025, 1, 1)]
    return measure.model_copy(
        update={"values": (values[-1].model_copy(update={"from_": dt.date(2024, 9, 27)}),)}
    )


def loose_duty(dossier: Dossier, day: dt.date, partner: str) -> float:
    """Added points, percent, if goods in no sector (chapters 98 and 99) paid the duties on all goods, as in the tracker."""
    table = cells()
    place = table.partners.index(partner)
    share = table.unallocated[place] / table.imports[place]
    rate = sum(
        partner_rates(state, CellRows(table))[0][place]
        for state in dossier.states(day).values()
        if state.in_force
        and is_duty(state.measure)
        and state.measure.actor == "USA"
        and "all" in state.products.lists
    )
    return float(100 * share * rate)


def added_by_partner(dossier: Dossier, day: dt.date) -> dict[str, float]:
    """Import-weighted duty added since the end of 2024, percent, by partner of the cells; chapters 98-99 at no duty."""
    table = cells()
    rows = CellRows(table)

    def charged(date: dt.date) -> np.ndarray:
        states = [state for state in dossier.states(date).values() if state.measure.actor == "USA"]
        return sum(stack(rows, states).values(), np.zeros(len(table.value)))

    added = charged(day) - charged(load_world().base_day)
    averages = np.bincount(table.partner, weights=added * table.value) / table.imports
    return {code: float(100 * average) for code, average in zip(table.partners, averages, strict=True)}


def tracker_path(data: Path) -> pd.DataFrame:
    """The tracker's added duty, percent, by partner (rows) and first day (columns)."""
    path = pd.read_csv(data / "tariffs2025/us_tariff_path_by_partner.csv", dtype={"cty_code": str})
    return path.pivot_table(index="iso3", columns="date_from", values="added_tariff_pp")


def china_table(data: Path) -> Table:
    """Added duty on China at every step: tracker, ours, and what explains the gap."""
    path = tracker_path(data)
    rows = []
    for step in STEPS:
        dossier = load_dossier("busan-2025", asof=step.asof)
        ours = added_by_partner(dossier, step.day)["CHN"]
        copy = emulate(dossier)
        metals = ours - added_by_partner(with_tracker_metals(dossier), step.day)["CHN"]
        emulated = added_by_partner(copy, step.day)["CHN"] + loose_duty(copy, step.day, "CHN")
        theirs = float(path.loc["CHN", step.tracker])
        rows.append(
            (
                step.tracker,
                step.day.isoformat(),
                theirs,
                ours,
                ours - theirs,
                ours - emulated,
                metals,
                emulated - theirs,
                step.remark,
            )
        )
    return Table(
        "duty_path_china",
        "Duty of the United States on China added since the end of 2024, import-weighted",
        (
            Column("tracker", "Tracker, from", kind="date"),
            Column("day", "Legal day compared", kind="date"),
            Column("theirs", "Tracker", "points", "number", 2),
            Column("ours", "Détente", "points", "number", 2),
            Column("gap", "Gap", "points", "number", 2),
            Column("explained", "of it conventions", "points", "number", 2),
            Column("metals", "of these metals", "points", "number", 2),
            Column("left", "left", "points", "number", 2),
            Column("remark", "Remark"),
        ),
        tuple(rows),
    )


def partner_tables(data: Path) -> tuple[Table, Table]:
    """Ours minus tracker for large partners on days that both date alike, and what of it the metal goods make up."""
    path = tracker_path(data)
    dossier = load_dossier("busan-2025", asof=HINDSIGHT)
    tracked = with_tracker_metals(dossier)
    ours = {step.tracker: added_by_partner(dossier, step.day) for step in PARTNER_STEPS}
    theirs = {step.tracker: added_by_partner(tracked, step.day) for step in PARTNER_STEPS}
    gaps = tuple(
        (code, *(ours[step.tracker][code] - float(path.loc[code, step.tracker]) for step in PARTNER_STEPS))
        for code in LARGE
    )
    metals = tuple(
        (code, *(ours[step.tracker][code] - theirs[step.tracker][code] for step in PARTNER_STEPS))
        for code in LARGE
    )
    columns = (
        Column("partner", "Partner"),
        *(Column(step.tracker, step.day.isoformat(), "points", "number", 1) for step in PARTNER_STEPS),
    )
    return (
        Table("duty_path_partners", "Détente minus tracker, added duty by partner", columns, gaps),
        Table(
            "duty_path_partners_metals",
            "Of it the metal goods that the tracker leaves out",
            columns,
            metals,
        ),
    )


PREFERENCE_USED = 0.85
"""Share of Canadian and Mexican trade that claims the preference by autumn 2025, from general knowledge: assumed."""
MONTHS = ("2025-07", "2025-09", "2025-10", "2025-11", "2026-01", "2026-03")


def all_imports(table: Cells, dossier: Dossier, day: dt.date) -> float:
    """Statutory duty on all imports, percent of their value of 2024; chapters 98-99 at no duty."""
    states = [state for state in dossier.states(day).values() if state.measure.actor == "USA"]
    rates = table.base + sum(stack(CellRows(table), states).values(), np.zeros(len(table.value)))
    return float(100 * (rates * table.value).sum() / table.imports.sum())


def two_trackers(data: Path) -> Table:
    """Statutory duty on all imports by two trackers and here, and what makes the gap to the nearer concept."""
    dossier = load_dossier("busan-2025", asof=HINDSIGHT)
    tracked = with_tracker_metals(dossier)
    path = pd.read_csv(data / "us_tariff_path.csv")
    budget = pd.read_csv(data / "tariffs2025/us_etr_statutory_vs_realized_monthly.csv").set_index(
        "year_month"
    )
    table = cells()
    used = table.usmca.copy()
    used[used > 0] = PREFERENCE_USED
    free = dataclasses.replace(table, usmca=used, _coverage={})
    rows = []
    for month in MONTHS:
        day = dt.date.fromisoformat(f"{month}-15")
        first = path[path.date_from <= day.isoformat()].iloc[-1]
        other = 100 * float(budget.stat_true_2024[month])
        ours = all_imports(table, dossier, day)
        metals = ours - all_imports(table, tracked, day)
        preference = all_imports(table, tracked, day) - all_imports(free, tracked, day)
        gap = ours - other
        rows.append(
            (
                month,
                float(first.all_total_pct),
                other,
                ours,
                gap,
                metals,
                preference,
                gap - metals - preference,
            )
        )
    columns = (
        Column("month", "Month"),
        Column("waugh", "Waugh's tracker", "%", "number", 1),
        Column("budget", "Budget Lab", "%", "number", 1),
        Column("ours", "Détente", "%", "number", 1),
        Column("gap", "Détente less Budget Lab", "points", "number", 1),
        Column("metals", "metals beyond Waugh's list", "points", "number", 1),
        Column("preference", "USMCA used for 85 %", "points", "number", 1),
        Column("left", "left", "points", "number", 1),
    )
    note = (
        "All US imports, weights of 2024, fifteenth day of the month. The share of Canadian and Mexican trade that enters "
        "free is fitted here to Waugh's tracker (62 and 79 %); the Budget Lab takes the shares claimed month by month, for "
        "which 85 % stands (assumed)."
    )
    return Table(
        "two_trackers", "Statutory duty on all imports, two trackers and here", columns, tuple(rows), note
    )


def page(data: Path, economy: Economy) -> str:
    """Text of docs/duty-path.md."""
    before = load_dossier("busan-2025", asof=dt.date(2025, 10, 28))
    record = load_dossier("busan-2025", asof=before.vintage)
    day = dt.date(2025, 10, 20)
    concepts = [
        concept_table(duty_stack(economy, before, date=day, importer=a, exporter=b)).to_markdown()
        for a, b in (("USA", "CHN"), ("CHN", "USA"))
    ]
    return "\n".join([
        "# The duty path beside a published tracker\n",
        "Made by `scripts/pages/duty_path.py`; do not edit. The tracker is M. Waugh's (tradewartracker/trade-war-redux-2025, MIT), "
        "with fixed weights of 2024. Its days are often not the legal ones, and it has conventions of its own, read off its "
        "path:\n",
        "1. Section 232 *replaces* the fentanyl duty on China; in law both are charged.\n"
        "2. Car parts start with the cars on 3 April 2025; in law on 3 May.\n"
        "3. Section 301 counts as it stood in January 2025.\n"
        "4. The 125 % of 10 April are the total of fentanyl and reciprocal duty; in law the latter alone.\n"
        "5. Annex II (energy, medicines, chips) is taken off the reciprocal duty from 11 April only; in law from 5 April.\n"
        "6. From 7 August to 13 November 2025 Chinese electronics pay the reciprocal duty; in law they do not.\n"
        "7. Chapters 98 and 99 pay the duties on all goods; here they belong to no sector and pay none.\n"
        "8. Steel and aluminium are 191 lines of goods added in March 2025, at full value: no mill products, no duty of 2018, "
        "nothing of June and August 2025. Here they are the goods of the law, some thousand lines, and other goods pay on "
        "their metal only.\n",
        "The column *conventions* is ours minus our own engine run under these eight, *metals* the eighth alone; *left* is what "
        "remains.\n",
        china_table(data).to_markdown(),
        "What is left comes from spreading six-digit values equally over eight-digit lines, from lists taken all-or-nothing "
        "on a line, and from the products each side takes to be exempt.\n",
        *(table.to_markdown() for table in partner_tables(data)),
        "Large gaps and why, beside the metals: until November 2025 the tracker does not take Annex II (energy, medicines, bullion) off the "
        "reciprocal duty of other partners, nor electronics off India's, so it lies above us for Switzerland, the EU, "
        "India and oil exporters; after 14 November both agree. United Kingdom: cars at 10 % since 30 June 2025 here, "
        "25 % there. Korea: cars at 25 % until 1 November here, at 15 % from 7 August there. Japan: cars and parts under a "
        "15 % ceiling from 16 September here. Canada and Mexico: one calibrated USMCA share each, fitted to October 2025.\n",
        "## Averages by concept, 20 October 2025\n",
        *concepts,
        "## Published averages since 2018\n",
        "PIIE weighs products by trade of 2017. Between sectors so do we; within a sector those weights are not at hand, so ours "
        "is read three times: by American imports of 2024 from China, by those from everybody, and with every six-digit product "
        "the same. The second is not moved by a duty on China alone and is the nearest to the concept; before June 2025 it "
        "comes within 1.1 points of every published one but the peak (1.2), of which three versions were printed.\n\n"
        "After that the published average rises by more than the law as read here. The gap is what two readings of the metal "
        "duties make: PIIE's rise is met to half a point on every day but the peak if metal goods pay on their full value (in law "
        "machines and appliances pay on their metal only, taken as a quarter) and if a six-digit product counts as soon as one of "
        "its lines is listed. At the peak, when a metal good paid less than the reciprocal duty, the same readings lead away "
        "from the version printed. That PIIE reads so is inferred from the rest; ours stays with the law. Chinese duties are "
        "known by sector only.\n",
        published_table(economy, record).to_markdown(),
        two_trackers(data).to_markdown(),
        "The two trackers are up to three points apart; ours lies between them.\n",
        "## Due and collected\n",
        collected_table(economy, record).to_markdown(),
    ])  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=REPOSITORY.parent / "shared")
    parser.add_argument("--check", action="store_true", help="only say whether the page is fresh")
    args = parser.parse_args()
    text = page(args.shared / "data", load_world())
    if args.check:
        sys.exit(
            0 if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text else "docs/duty-path.md is stale"
        )
    write_atomic(PAGE, text)
    print(text)


if __name__ == "__main__":
    main()
