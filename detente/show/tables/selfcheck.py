"""`detente check`: the installation looked over from end to end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from detente.core import Column, DetenteError, Table, bound, is_folder
from detente.show.tables.readiness import readiness

if TYPE_CHECKING:
    from detente.dossier import Dossier
    from detente.world import Economy


def self_check(
    dossier: Dossier, reports: Path | None = None, source: str = "", world: Economy | None = None
) -> tuple[Table, bool]:
    """Check the world's identities, the record, the shipped scenarios and the solver.

    Parameters
    ----------
    dossier : Dossier
    reports : Path, optional
        Folder of the reports; with it the place of every claim is verified against the text.
    source : str
        Where the dossier came from (id or folder), for its scenarios.
    world : Economy, optional
        The default world when left out. A scenario of the record that does not fit a world of one's own is a note.

    Returns
    -------
    table : Table
        One row a check: what, outcome (``pass``, ``fail``, ``note``), detail. For a folder of one's own also what it can be
        used for: ``ready``, ``missing`` and the next step.
    failed : bool
    """
    economy = _default() if world is None else world
    rows: list[tuple[str, str, str]] = []

    def row(what: str, run: Callable[[], tuple[bool, str]]) -> None:
        try:
            passed, detail = run()
        except DetenteError as error:
            passed, detail = False, " ".join(str(error).split())
            if world is not None and error.measure is not None:
                rows.append((what, "note", f"the record does not fit this world: {detail}"))
                return
        rows.append((what, "pass" if passed else "fail", detail))

    row("world", partial(_identities, economy))
    row("record", partial(_record, dossier))
    if reports is not None:
        row("claims", partial(_places, dossier, reports))
    row("base year", partial(_base_year, economy, dossier))
    row("solver", partial(_unchanged, economy))
    row("scenarios", partial(_scenarios, economy, dossier, source))
    if source and is_folder(source):
        rows += readiness(dossier, economy, source)
    failed = any(outcome == "fail" for _, outcome, _ in rows)
    table = Table(
        "check",
        "Something fails" if failed else "Everything checks",
        (Column("what", "What"), Column("outcome", "Outcome"), Column("detail", "Detail")),
        tuple(rows),
    )
    return table, failed


def _default() -> Economy:
    from detente.world import load_world

    return load_world()


def _identities(economy: Economy) -> tuple[bool, str]:
    """Whether the accounts of the world add up."""
    from detente.world import check

    return True, f"{len(check(economy))} accounting identities of {economy.name} hold to 1e-9"


def _record(dossier: Dossier) -> tuple[bool, str]:
    """Whether the record keeps its rules."""
    from detente.dossier import audit

    findings = audit(dossier)
    errors = [finding for finding in findings if finding.severity == "error"]
    return (
        not errors,
        f"{len(dossier.measures)} measures: {len(errors)} errors, {len(findings) - len(errors)} notes",
    )


def _places(dossier: Dossier, reports: Path) -> tuple[bool, str]:
    """Whether every claim stands in its report."""
    from detente.dossier import verify_places

    table = verify_places(dossier, reports)
    wrong = [r for r in table.records() if r["result"] != "ok"]
    return not wrong, f"{len(table) - len(wrong)} of {len(table)} claims stand where the record says"


def _base_year(economy: Economy, dossier: Dossier) -> tuple[bool, str]:
    """Whether the duties that the data hold already are those of the record."""
    from detente.policy.duties import base_year_table, objections

    told = base_year_table(economy, dossier).column("verdict")
    wrong = objections(economy, dossier)
    late = [key for key, why in wrong if why.startswith("announced after")]
    detail = f"{sum(v != 'not in the data' for v in told)} duties are in the data of {economy.base_day.year} already"
    if wrong:
        detail += f"; {len(wrong)} claim more than the data show, such as `{wrong[0][0]}`: detente duties --table base"
    return not late, detail


def _unchanged(economy: Economy) -> tuple[bool, str]:
    """Whether no change gives no change."""
    from detente.equilibrium import Model, solve
    from detente.world import Wedges

    solution = solve(Model(economy), Wedges.unchanged(economy))
    gap = float(np.abs(solution.value.real_income_hat - 1).max())
    return gap < 1e-12, f"no change gives no change: largest real-income change {gap:.0e}"


def _scenarios(economy: Economy, dossier: Dossier, source: str) -> tuple[bool, str]:
    """Whether every scenario that can be told has an equilibrium."""
    from detente.cases import run_scenarios
    from detente.equilibrium import Model
    from detente.policy import load_scenario, shipped_scenarios, tellable, waiting_words

    names = shipped_scenarios(source or dossier.id, dossier.asof)
    if not names:
        return True, "the dossier comes with no scenario"
    told, later = tellable(
        dossier, [load_scenario(name, dossier=source or dossier.id) for name in names], source
    )
    if not told:
        return True, waiting_words(later, dossier.asof)
    outcomes = run_scenarios(Model(economy), dossier, told, throw=False)
    bad = [name for name, outcome in outcomes.items() if not outcome.solution.result.ok]
    worst = max(float(outcome.solution.stats["max_residual"]) for outcome in outcomes.values())
    detail = f"{len(outcomes)} scenarios solved, every residual {bound(worst)}"
    detail += f"; {waiting_words(later, dossier.asof)}" if later else ""
    return not bad, f"{detail}; failed: {', '.join(bad)}" if bad else detail
