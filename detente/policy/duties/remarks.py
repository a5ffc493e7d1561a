"""What the rates of single duties rest on, in words, for whoever reads a table of duties."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from detente.core import MeasurePlace
from detente.policy.duties.cells import cells_fit, importer_of_cells
from detente.policy.duties.codes import CodeShares
from detente.policy.duties.membership import cell_basis
from detente.world import Economy

if TYPE_CHECKING:
    from detente.dossier import Dossier, MeasureState


def remarks(
    economy: Economy, dossier: Dossier, states: Iterable[MeasureState], importer: str, exporter: str
) -> tuple[str, ...]:
    """What the rates of duties in force rest on, for those that are by product code or by firm.

    Parameters
    ----------
    economy : Economy
    dossier : Dossier
        For its trade by product.
    states : iterable of MeasureState
    importer, exporter : str

    Returns
    -------
    tuple of str
        One sentence a duty, without a full stop.
    """
    trade = dossier.trade_of(importer)
    shares, of_cells = (
        CodeShares(economy, importer, trade),
        importer == importer_of_cells() and cells_fit(economy),
    )
    said = []
    for state in states:
        measure = state.measure
        if measure.actor != importer or not state.in_force or measure.unit != "fraction":
            continue
        if not state.covers(exporter):
            continue
        if state.products.codes:
            if of_cells:
                basis = cell_basis(state.products, trade, (exporter,))
            else:
                basis = shares.of(state.products, exporter, where=MeasurePlace(measure.id))[1]
            said.append(f"{measure.title}: products by code, weighed by {basis.words()}")
        if state.by_firm:
            rates = [firm.rate for firm in state.by_firm]
            why = f" ({state.shares_from})" if state.shares_from else ""
            said.append(
                f"{measure.title}: {100 * min(rates):.1f} to {100 * max(rates):.1f} % by firm, "
                f"{100 * (state.value or 0.0):.1f} % weighed by their shares of trade{why}"
            )
    return tuple(said)
