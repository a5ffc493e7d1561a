"""A smaller world from a larger one, with every value kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from detente.core import LabelError, Labels, suggestion
from detente.world.balance import cut_inputs
from detente.world.economy import Array, Economy


def aggregate(
    economy: Economy,
    country_map: Mapping[str, str] | None = None,
    sector_map: Mapping[str, str] | None = None,
    *,
    country_names: Mapping[str, str] | None = None,
    sector_names: Mapping[str, str] | None = None,
    name: str | None = None,
) -> Economy:
    """Merge countries and sectors.

    Values add up exactly: output, trade, duties collected between the merged countries, value added. Rates are
    averages: duties by imports, technology by output, elasticities by expenditure. Trade between countries that
    merge becomes sales at home and bears no duty any more: see Notes.

    Parameters
    ----------
    economy : Economy
    country_map, sector_map : mapping of str to str, optional
        Old code → new code; what is not named keeps its code. New codes stand in order of first appearance.
    country_names, sector_names : mapping of str to str, optional
        Names to show for new codes.
    name : str, optional
        Name of the result.

    Returns
    -------
    Economy
        Balanced if `economy` is.

    Raises
    ------
    LabelError
        A map names a country or sector that does not exist.

    Notes
    -----
    Sales at home carry no duty, so duties collected inside a merged country are dropped, and what it spends falls by
    them: first its final demand for the product, and where that is too small to carry it, the inputs of its
    industries, whose value-added share rises by the same amount. Without merged countries nothing of this happens.

    Examples
    --------
    >>> from detente.world import check, toy
    >>> small = aggregate(toy(), {"MEX": "ROW"}, {"PARTS": "GOODS"})
    >>> small.labels.countries, small.labels.sectors
    (('USA', 'CHN', 'EU27', 'ROW'), ('FARM', 'GOODS', 'SERV'))
    >>> _ = check(small)
    """
    country_map, sector_map = country_map or {}, sector_map or {}
    countries, member = _merged_codes("country", economy.labels.countries, country_map)
    sectors, group = _merged_codes("sector", economy.labels.sectors, sector_map)

    flows = _add_up(economy.flows, member, group)
    duties = _add_up(economy.flows * economy.tariff, member, group)
    home = np.arange(len(countries))
    # Where nothing is traded, a duty is the plain average of its members: a scenario may create the trade.
    plain = _add_up(economy.tariff, member, group) / _add_up(np.ones_like(economy.tariff), member, group)
    tariff = np.divide(duties, flows, out=plain, where=flows > 0)
    tariff[home, home] = 0.0

    output = np.einsum("is,ib,sk->bk", economy.output, member, group)
    inputs = np.einsum(
        "nrs,ns,nb,rj,sk->bjk", economy.input_shares, economy.output, member, group, group, optimize=True
    )
    sizes = np.einsum("nb,sk->bk", member, group)
    plain_inputs = np.einsum("nrs,nb,rj,sk->bjk", economy.input_shares, member, group, group, optimize=True)
    input_shares = np.divide(
        inputs, output[:, None, :], out=plain_inputs / sizes[:, None, :], where=output[:, None, :] > 0
    )
    input_shares = cut_inputs(input_shares, output, (flows * (1 + tariff)).sum(1))
    spending = economy.expenditure.sum(0)
    weights = group * np.maximum(spending, 1e-300)[:, None]
    names = {**economy.labels.country_names, **(country_names or {})}
    sector_titles = {**economy.labels.sector_names, **(sector_names or {})}
    return Economy(
        name=name or f"{economy.name}, {len(countries)} × {len(sectors)}",
        year=economy.year,
        labels=Labels(
            countries,
            sectors,
            {code: names[code] for code in countries if code in names},
            {code: sector_titles[code] for code in sectors if code in sector_titles},
        ),
        flows=flows,
        tariff=tariff,
        va_share=1 - input_shares.sum(1),
        input_shares=input_shares,
        trade_elasticity=(economy.trade_elasticity @ weights) / weights.sum(0),
        elasticity_source=f"{economy.elasticity_source}; averaged by expenditure",
        provenance={
            **economy.provenance,
            "aggregated_from": {"name": economy.name, "data_hash": economy.data_hash},
            "country_map": dict(country_map),
            "sector_map": dict(sector_map),
        },
    )


def _merged_codes(
    kind: str, codes: tuple[str, ...], mapping: Mapping[str, str]
) -> tuple[tuple[str, ...], Array]:
    """New codes in order of first appearance, and the 0/1 matrix [old, new]."""
    for code in mapping:
        if code not in codes:
            raise LabelError(
                f"the {kind} map names `{code}`, which the economy does not have",
                hint=suggestion(code, codes),
            )
    targets = [mapping.get(code, code) for code in codes]
    new = tuple(dict.fromkeys(targets))
    return new, membership_matrix(targets, new)


def membership_matrix(groups: Sequence[str], known: Sequence[str]) -> Array:
    """The 0/1 matrix [member, group] of members whose groups are listed one by one.

    Parameters
    ----------
    groups : sequence of str
        Group of each member.
    known : sequence of str
        Every group, in the order of the columns.

    Examples
    --------
    >>> membership_matrix(["EU27", "CHN", "EU27"], ["EU27", "CHN"]).tolist()
    [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]
    """
    matrix = np.zeros((len(groups), len(known)))
    matrix[np.arange(len(groups)), [known.index(group) for group in groups]] = 1.0
    return matrix


def _add_up(values: Array, member: Array, group: Array) -> Array:
    """Add [importer, exporter, sector] up to new countries and sectors."""
    return np.asarray(np.einsum("nis,na,ib,sk->abk", values, member, member, group, optimize=True))
