"""Ossa (2014), "Trade Wars and Trade Talks with Data", American Economic Review 104(12): his tables at his stored duties.

His economy in our terms: 7 regions, 33 sectors, no inputs, one factor, Cobb-Douglas across sectors, CES within a sector at
σ, so θ = σ − 1; a fixed number of firms with a constant markup, so 1/σ of sales is profit of the households. Trade
imbalances are purged first; every change is measured from there.

His definitions, each of which the comparison pins down:

* welfare: real income, wages, duties and profits over the price index;
* government welfare: Σ_s λ_s X_s / P with X_s = the sector's wages, its profits, and duties by its share in employment;
* wage: change of the wage less the mean of that change over the regions, in units of world factor income;
* profit: change of aggregate profits over the change of the wage;
* terms of trade and profit shifting (table 2): Σ imports · (ŵ_own − ŵ_partner) / X and Σ_s profits · (π̂_s − ŵ) / X.

Median duties are over the cells of partner and sector.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from detente.core import Labels
from detente.equilibrium import Equilibrium, Model, Structure, rebase, solve
from detente.validation.checks import Check, gate
from detente.validation.raw import cube, frame, golden_rows
from detente.world import Array, Economy, Wedges

GROUP = "Ossa 2014"
CITATION = "Ossa (2014), AER 104(12)"
NAMES = {
    "BRA": "Brazil",
    "CHN": "China",
    "EU": "EU",
    "IND": "India",
    "JPN": "Japan",
    "ROW": "ROW",
    "USA": "US",
}
PANELS = ("bas", "pol")
UNILATERAL = {"3": "optimal", "8": "mfn_optimal"}
WAR = {"4": "nash", "9": "mfn_nash"}
LABELS = {"tot_effect": "terms-of-trade effect", "us_wage": "US wage", "us_welfare": "US welfare"}
TOLERANCE = 1e-6
PRINTED = 0.05 + 1e-6
"""Half a unit of the last printed digit, and what binary rounding of a tie can add."""


@dataclass(frozen=True, eq=False)
class Study:
    """His world after the purge, and what his tables need.

    Attributes
    ----------
    raw, base : Economy
        As in the data, and with trade imbalances purged.
    purge : Equilibrium
        From the one to the other.
    structure : Structure
        Profits 1/σ of sales.
    weights : dict of array [region, sector]
        Political weights λ by panel: one everywhere in ``bas``.
    tariffs : dict of array [importer, exporter, sector]
        Stored duties by name, fractions.
    """

    raw: Economy
    base: Economy
    purge: Equilibrium
    structure: Structure
    weights: Mapping[str, Array]
    tariffs: Mapping[str, Array]

    @property
    def profit_share(self) -> Array:
        """1/σ [sector]."""
        return np.asarray(self.structure.profit_share)

    def solve(self, tariffs: Sequence[Array]) -> list[Equilibrium]:
        """Equilibria at duties [importer, exporter, sector], trade balanced."""
        wedges = [Wedges.of(self.base, tariff=tariff) for tariff in tariffs]
        solutions = solve(Model(self.base, self.structure, "zero"), wedges)
        return [solution.value for solution in solutions]

    def unilateral(self, duties: Array, importer: int) -> Array:
        """Factual duties with one importer's replaced."""
        tariff = np.array(self.base.tariff)
        tariff[importer] = duties[importer]
        return tariff


def read_study(shared: Path) -> Study:
    """Read the data and purge the imbalances.

    Parameters
    ----------
    shared : Path
        Folder with ``data/ossa2014`` and ``golden``.
    """
    folder = shared / "data" / "ossa2014"
    sectors, regions = frame(folder / "sectors_sigma.csv"), frame(folder / "regions.csv")
    labels = Labels(tuple(regions["region"]), tuple(sectors["sector"]))
    trade = frame(folder / "trade_tariff.parquet")
    sigma = sectors["sigma_main"].to_numpy(dtype=np.float64)
    shape = (len(labels.countries), len(labels.sectors))
    raw = Economy(
        name="ossa2014-raw",
        year=2007,
        labels=labels,
        flows=cube(trade, "trade_musd", labels.countries, labels.sectors),
        tariff=cube(trade, "tariff", labels.countries, labels.sectors),
        va_share=np.ones(shape),
        input_shares=np.zeros((*shape, shape[1])),
        trade_elasticity=sigma - 1,
        elasticity_source=f"{CITATION}, table 1: σ − 1",
    )
    structure = Structure(profit_share=1 / sigma, source=CITATION)
    purge = solve(Model(raw, structure, "zero"), Wedges.unchanged(raw)).value
    weights = np.zeros(shape)
    for row in golden_rows(shared / "golden" / "ossa_parameters.csv"):
        for n, code in enumerate(labels.countries):
            weights[n, labels.sector(row["sector"])] = float(row[f"lambda_{NAMES[code]}"])
    codes = {name: code for code, name in NAMES.items()}
    stored = golden_rows(shared / "golden" / "ossa_tariffs.csv")
    tariffs = {name: np.zeros_like(raw.flows) for name in list(stored[0])[3:]}
    for row in stored:
        cell = (
            labels.country(codes[row["importer"]]),
            labels.country(codes[row["exporter"]]),
            labels.sector(row["sector"]),
        )
        for name, array in tariffs.items():
            array[cell] = float(row[name])
    return Study(
        raw=raw,
        base=rebase(purge, "ossa2014"),
        purge=purge,
        structure=structure,
        weights={"bas": np.ones(shape), "pol": weights},
        tariffs=tariffs,
    )


def sector_income(output: Array, revenue: Array, profit_share: Array) -> Array:
    """Income earned in a sector [region, sector]: wages, profits, and duties by its share in employment."""
    wages = (1 - profit_share) * output
    return np.asarray(wages + profit_share * output + wages / wages.sum(1, keepdims=True) * revenue[:, None])


def study_outcomes(study: Study, value: Equilibrium, weights: Array) -> dict[str, Array]:
    """His four outcomes [region], percent."""
    base = study.base
    before = sector_income(base.output, base.tariff_revenue, study.profit_share)
    after = sector_income(value.output_new, value.tariff_revenue_new, study.profit_share)
    government = (weights * after).sum(1) / (weights * before).sum(1) / value.consumer_price_hat
    profits = value.profit_new / (study.profit_share * base.output).sum(1)
    return {
        "gov_welfare": 100 * (government - 1),
        "welfare": 100 * (value.real_income_hat - 1),
        "wage": 100 * (value.wage_hat - value.wage_hat.mean()),
        "profit": 100 * (profits / value.wage_hat - 1),
    }


def median_tariff(duties: Array) -> Array:
    """Median duty over partners and sectors [importer], percent."""
    off = ~np.eye(len(duties), dtype=bool)
    return np.array([100 * np.median(duties[n][off[n]]) for n in range(len(duties))])


def _own_and_other(of_region: Sequence[dict[str, Array]]) -> dict[str, Array]:
    """From one set of outcomes for each mover: its own, and the mean of the others'."""
    figures: dict[str, Array] = {}
    for name in of_region[0]:
        every = np.array([outcome[name] for outcome in of_region])
        own = np.diag(every)
        figures[f"{name}_own"] = own
        figures[f"{name}_other"] = (every.sum(1) - own) / (len(own) - 1)
    return figures


def table_figures(study: Study, table: str, panel: str) -> dict[str, Array]:
    """Columns of table 3, 4, 8 or 9 [region, then the mean over regions], percent.

    Parameters
    ----------
    table : {"3", "4", "8", "9"}
    panel : {"bas", "pol"}
        Without and with political weights.
    """
    weights = study.weights[panel]
    if table in WAR:
        duties = study.tariffs[f"{WAR[table]}_{panel}"]
        columns = study_outcomes(study, study.solve([duties])[0], weights)
    else:
        duties = study.tariffs[f"{UNILATERAL[table]}_{panel}"]
        each = [study.unilateral(duties, n) for n in range(len(duties))]
        columns = _own_and_other([study_outcomes(study, value, weights) for value in study.solve(each)])
    columns["median_tariff"] = median_tariff(duties)
    return {name: np.append(values, values.mean()) for name, values in columns.items()}


def table_2_figures(study: Study) -> dict[str, dict[str, float]]:
    """Table 2: the United States add 50 points in one industry; industry -> column -> percent."""
    labels = study.base.labels
    usa = labels.country("USA")
    industries = ("crp", "wap")
    tariffs = []
    for code in industries:
        tariff = np.array(study.base.tariff)
        tariff[usa, :, labels.sector(code)] += 0.5
        tariff[usa, usa] = 0
        tariffs.append(tariff)
    figures = {}
    income, profits = study.base.income[usa], study.profit_share * study.base.output[usa]
    for code, value in zip(industries, study.solve(tariffs), strict=True):
        s, wage = labels.sector(code), value.wage_hat
        sales = value.output_new[usa] / study.base.output[usa]
        relative = 100 * (sales / wage[usa] - 1)
        imports = study.base.flows[usa]
        figures[code] = {
            "us_wage": 100 * float(wage[usa] - wage.mean()),
            "us_sales_protected": float(relative[s]),
            "us_sales_other": float(np.delete(relative, s).mean()),
            "us_welfare": 100 * float(value.real_income_hat[usa] - 1),
            "tot_effect": 100 * float((imports * (wage[usa] - wage)[:, None]).sum() / income),
            "profit_shifting_effect": 100 * float((profits * (sales - wage[usa])).sum() / income),
        }
    return figures


def purge_checks(study: Study, shared: Path) -> list[Check]:
    """Step 0: balanced trade."""
    rows = {row["region"]: row for row in golden_rows(shared / "golden" / "ossa_baseline_purge.csv")}
    order = [rows[NAMES[code]] for code in study.base.labels.countries]
    base, shares = study.base, study.profit_share
    hats = {
        "purge_wage_hat": study.purge.wage_hat,
        "purge_expenditure_hat": study.purge.income_new / study.raw.income,
        "purge_welfare_hat": study.purge.real_income_hat,
        "purged_expenditure": base.expenditure.sum(1),
        "purged_labor_income": ((1 - shares) * base.output).sum(1),
        "purged_tariff_revenue": base.tariff_revenue,
        "purged_profits": (shares * base.output).sum(1),
    }
    ours = np.array(list(hats.values()))
    theirs = np.array([[float(row[name]) for row in order] for name in hats])
    scale = np.abs(theirs)
    stored = cube(
        frame(shared / "data" / "ossa2014" / "trade_tariff.parquet"),
        "trade_balanced_musd",
        base.labels.countries,
        base.labels.sectors,
    )
    purged = functools.partial(
        gate, GROUP, source=f"{CITATION}: replication files, imbalances purged", unit="ratio"
    )
    return [
        purged("Purge: wages, spending, welfare, incomes", ours / scale, theirs / scale, 1e-8),
        purged(
            "Purge: every trade flow, against his stored flow",
            base.flows / stored,
            1.0,
            1e-8,
        ),
    ]


def table_checks(study: Study, shared: Path, table: str) -> list[Check]:
    """Every column of table 3, 4, 8 or 9, unrounded and as printed."""
    rows = golden_rows(shared / "golden" / f"ossa_table{table}.csv")
    order = [*NAMES.values(), "mean"]
    by_column: dict[str, tuple[list[Array], list[float], list[float]]] = {}
    for panel in PANELS:
        at = {row["region"]: row for row in rows if row["panel"] == panel}
        for name, values in table_figures(study, table, panel).items():
            ours, exact, printed = by_column.setdefault(name, ([], [], []))
            ours.append(values)
            exact += [float(at[region][f"{name}_exact"]) for region in order]
            printed += [float(at[region][name]) for region in order]
    what = {"3": "optimal duties", "4": "trade war", "8": "optimal duties, MFN", "9": "trade war, MFN"}[table]
    source = f"{CITATION}, table {table}, at the stored duties"
    checks = [
        gate(
            GROUP,
            f"Table {table}, {what}: {name.replace('_', ' ')}",
            np.concatenate(ours),
            exact,
            TOLERANCE,
            source=source,
        )
        for name, (ours, exact, _) in by_column.items()
    ]
    printed_gate = gate(
        GROUP,
        f"Table {table}, {what}: every printed figure",
        np.concatenate([np.concatenate(ours) for ours, _, _ in by_column.values()]),
        np.concatenate([printed for _, _, printed in by_column.values()]),
        PRINTED,
        source=source,
        printed=True,
    )
    return [*checks, printed_gate]


def table_2_checks(study: Study, shared: Path) -> list[Check]:
    """Table 2, each figure."""
    figures = table_2_figures(study)
    industries = {"crp": "chemicals", "wap": "apparel"}
    checks = []
    for row in golden_rows(shared / "golden" / "ossa_table2.csv"):
        for name, ours in figures[row["industry"]].items():
            checks.append(
                gate(
                    GROUP,
                    f"Table 2, US +50 points on {industries[row['industry']]}: {LABELS.get(name, name.replace('_', ' '))}",
                    ours,
                    float(row[f"{name}_exact"]),
                    TOLERANCE,
                    source=f"{CITATION}, table 2",
                    published=float(row[name]),
                )
            )
    return checks


def ossa_checks(shared: Path) -> list[Check]:
    """The purge and tables 2, 3, 4, 8 and 9."""
    study = read_study(shared)
    checks = [*purge_checks(study, shared), *table_2_checks(study, shared)]
    for table in ("3", "4", "8", "9"):
        checks += table_checks(study, shared, table)
    return checks
