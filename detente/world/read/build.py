"""From a table as published to a world that balances, with an account of what was moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from detente.core import BalanceError, LabelError, SchemaError, Table, UnitError, is_number, sha256_file
from detente.world.balance import AS_PUBLISHED, balance_region, cut_inputs
from detente.world.economy import Array, Economy
from detente.world.elasticities import elasticity_set
from detente.world.identities import check
from detente.world.numbers import check_theta, parse_number
from detente.world.read.files import read_long
from detente.world.read.maps import CodeMap, aggregate_table, as_map
from detente.world.read.moved import AccountParts, largest_moves, moved_table
from detente.world.read.refuse import refuse_nonsense
from detente.world.read.sources import read_source
from detente.world.read.table import SourceTable, mean_duty

ALL_SERVICES = {"SERV": "D_U"}
"""The one service sector of coarse tables, as a span of ISIC sections."""
Mapped = CodeMap | Mapping[str, str] | str | Path | None


@dataclass(frozen=True, eq=False)
class WorldReport:
    """A world and what became of the table it was made from.

    Parameters
    ----------
    economy : Economy
        Balanced.
    moved : Table
        By country and part of the accounts: value, what was moved, where most.
    cells : Table
        The cells moved furthest.
    notes : tuple of str
        What was done besides, and what looks odd.
    """

    economy: Economy
    moved: Table
    cells: Table
    notes: tuple[str, ...]


def build_world(
    source: str | SourceTable,
    *,
    regions: Mapped = None,
    sectors: Mapped = None,
    tariffs: str | Path | None = None,
    elasticities: str = "fgo",
    name: str | None = None,
    year: int | None = None,
    exchange: float | None = None,
    max_gap: float = 0.25,
) -> WorldReport:
    """Build a world from a table: aggregate, check, balance, report.

    Parameters
    ----------
    source : str or SourceTable
        ``KIND:PATH`` such as ``icio:2020_SML.csv``, or a table read already.
    regions, sectors : path, mapping or CodeMap, optional
        Maps of codes, see `read.maps`; without them the table's own codes stay.
    tariffs : path, optional
        CSV ``importer,exporter,sector,tariff`` (fraction), codes of the table or of the groups; pairs it does not
        name keep the table's duty.
    elasticities : str
        A shipped set, ``source`` for the table's own, a number for all sectors, or a CSV ``sector,trade_elasticity``.
    name : str, optional
    year : int, optional
    exchange : float, USD per unit of the table's currency, optional
        For a table in another currency; see `read_source`.
    max_gap : float, share
        Largest disagreement of totals that is balanced away; more is refused.

    Returns
    -------
    WorldReport

    Raises
    ------
    InputError and its kinds
        Whatever readers, maps and checks refuse; `BalanceError` when a country's accounts cannot be closed.

    Notes
    -----
    Trade between countries and value added in each country are kept. What gives way is output and final demand by
    sector: the least-squares step of `balance.balance_region`, country by country and only where the accounts do not
    close. Where even that finds no answer, inputs are cut to what is bought, and the report says so.

    Examples
    --------
    >>> import tempfile
    >>> from detente.world import toy
    >>> from detente.world.read import write_long_folder
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_long_folder(toy(), folder)
    ...     report = build_world(f"long:{folder}", elasticities="4")
    >>> len(report.economy.labels.countries)
    5
    """
    table = read_source(source, year=year, exchange=exchange) if isinstance(source, str) else source
    original = table
    if tariffs is not None:
        table = _with_tariffs(table, Path(tariffs), strict=regions is None and sectors is None)
    table, notes = aggregate_table(table, as_map(regions, "regions"), as_map(sectors, "sectors"))
    if tariffs is not None and table.tariff is original.tariff:  # pragma: no cover - codes of groups
        table = _with_tariffs(table, Path(tariffs), strict=True)
    notes += refuse_nonsense(table, max_gap=max_gap)
    flows, va_share, input_shares, more, before = _close_accounts(table)
    theta, citation = choose_elasticities(elasticities, table)
    economy = Economy(
        name=name or table.name,
        year=table.year,
        labels=table.labels,
        flows=flows,
        tariff=table.duties,
        va_share=va_share,
        input_shares=input_shares,
        trade_elasticity=theta,
        elasticity_source=citation,
        provenance=_provenance(table, original, (*table.notes, *notes, *more), tariffs),
    )
    check(economy)
    after = AccountParts.of_economy(economy)
    return WorldReport(
        economy=economy,
        moved=moved_table(economy, before, after),
        cells=largest_moves(economy, before, after),
        notes=(*table.notes, *notes, *more),
    )


def _provenance(
    table: SourceTable, original: SourceTable, notes: tuple[str, ...], tariffs: str | Path | None
) -> dict[str, object]:
    files = [dict(file) for file in table.files]
    if tariffs is not None:
        files.append({"path": Path(tariffs).name, "sha256": sha256_file(tariffs)})
    N, S = len(original.labels.countries), len(original.labels.sectors)
    return {
        "title": f"{table.name}: {len(table.labels.countries)} regions × {len(table.labels.sectors)} sectors, "
        f"from a table of {N} × {S}",
        "unit": f"million USD of {table.year}; rates are fractions",
        "sources": [dict(source) for source in table.sources],
        "inputs": files,
        "method": [
            *table.method,
            "Countries whose accounts do not close get the output nearest to the table's that closes them, with trade "
            "between countries and value added kept (generalised least squares).",
        ],
        "weaknesses": list(notes),
    }


def _close_accounts(table: SourceTable) -> tuple[Array, Array, Array, list[str], AccountParts]:
    """Flows, value-added shares and input shares that satisfy every identity; notes; and the parts as they were."""
    labels, duties = table.labels, table.duties
    N = len(labels.countries)
    home = np.arange(N)
    notes: list[str] = []
    flows = np.maximum(table.flows, 0.0)
    abroad = table.flows.copy()
    abroad[home, home] = 0.0
    if (abroad < 0).any():
        n, i, s = np.unravel_index(int(abroad.argmin()), abroad.shape)
        notes.append(
            f"{int((abroad < 0).sum())} negative flows between countries ({-abroad[abroad < 0].sum():,.0f} million in all, "
            f"most {labels.countries[i]} → {labels.countries[n]}, {labels.sectors[s]}) are set to zero"
        )
    output = np.maximum(table.output, 0.0)
    price = 1 + mean_duty(flows, duties)
    # Inputs are negative by rounding at most: the readers refuse others.
    used = np.maximum(table.inputs, 0.0) * price[:, :, None]
    shares, more = _technology_of_table(used, output, table)
    notes += more
    va_share = 1 - shares.sum(1)
    exports = flows.sum(0) - flows[home, home]
    imports = (flows * (1 + duties)).sum(1) - flows[home, home]
    stated = None if table.final is None else table.final * price
    left = output - exports + imports - np.einsum("nrs,ns->nr", shares, output)
    before = AccountParts(table.output, stated if stated is not None else left, used, table.flows)
    closed = np.zeros_like(output)
    for k, code in enumerate(labels.countries):
        closed[k], note = _close_country(
            shares[k],
            va_share[k],
            exports[k],
            imports[k],
            output[k],
            left[k],
            None if stated is None else stated[k],
            code,
        )
        notes += [note] if note else []
    flows[home, home] = np.maximum(closed - exports, 0.0)
    sales = flows.sum(0)
    shares = cut_inputs(shares, sales, (flows * (1 + duties)).sum(1))
    return flows, 1 - shares.sum(1), shares, notes, before


def _technology_of_table(used: Array, output: Array, table: SourceTable) -> tuple[Array, list[str]]:
    """Input shares of output [country, supplier, user]; at most one in all, the world's where nothing is made."""
    notes = []
    labels = table.labels
    world_output = output.sum(0)
    world = np.divide(used.sum(0), world_output, out=np.zeros_like(used[0]), where=world_output > 0)
    shares = np.where(output[:, None, :] > 0, 0.0, world[None])
    np.divide(used, output[:, None, :], out=shares, where=np.broadcast_to(output[:, None, :] > 0, used.shape))
    idle = (output <= 0) & (used.sum(1) > 0)
    if idle.any():
        n, s = np.argwhere(idle)[0]
        notes.append(
            f"{int(idle.sum())} industries use inputs and make nothing (first {labels.countries[n]}, {labels.sectors[s]}): "
            "their inputs go to final demand"
        )
    whole = shares.sum(1)
    over = whole > 1
    if over.any():
        n, s = np.unravel_index(int((whole * np.maximum(output, 1e-300) * over).argmax()), whole.shape)
        notes.append(
            f"{int(over.sum())} industries use more than they make (largest {labels.countries[n]}, {labels.sectors[s]}): "
            "inputs are cut to output, value added there is zero"
        )
        shares = shares / np.maximum(whole, 1.0)[:, None, :]
    return shares, notes


def _close_country(
    shares: Array,
    va_share: Array,
    exports: Array,
    imports: Array,
    output: Array,
    left: Array,
    stated: Array | None,
    code: str,
) -> tuple[Array, str]:
    """Output [sector] that closes one country's accounts, and what to say about it."""
    scale = max(float(output.max()), 1e-300)
    fits = (output - exports).min() >= -1e-12 * scale and left.min() >= -1e-12 * scale
    if fits and (stated is None or np.abs(left - stated).max() <= 1e-6 * scale):
        return output, ""
    prior = np.maximum(left if stated is None else stated, 0.0)
    try:
        balanced = balance_region(
            shares,
            va_share,
            float(va_share @ output),
            exports,
            imports,
            output,
            prior,
            limits=AS_PUBLISHED,
            name=code,
        )
    except BalanceError:
        raised = np.maximum(output, exports)
        final = float((raised - exports + imports - shares @ raised).sum())
        if final <= 0:
            raise
        return raised, (
            f"{code}: no output closes the accounts with its technology; output is raised to exports and inputs are "
            "cut to what is bought"
        )
    return balanced.output, ""


def _with_tariffs(table: SourceTable, path: Path, *, strict: bool) -> SourceTable:
    """Take duties from a CSV; left as it is when the codes are not the table's and may be those of its groups."""
    labels = table.labels
    tariff = np.array(table.duties)
    rows = list(read_long(path, ("importer", "exporter", "sector", "tariff")))
    if not strict and any(
        cells[0] not in labels.countries
        or cells[1] not in labels.countries
        or cells[2] not in (*labels.sectors, "all")
        for _, cells in rows
    ):
        return table
    seen: dict[tuple[str, ...], int] = {}
    for line, (importer, exporter, sector, text) in rows:
        cell = f"{importer}, {exporter}, {sector}"
        if (importer, exporter, sector) in seen:
            raise LabelError(
                f"{cell} stands in line {seen[importer, exporter, sector]} already",
                where=f"{path.name}:{line}",
                hint="drop one of the two rows",
            )
        seen[importer, exporter, sector] = line
        before = [at for (n, i, s), at in seen.items() if (n, i) == (importer, exporter) and s != "all"]
        if sector == "all" and before:
            raise LabelError(
                f"{cell} would replace what line {before[0]} says",
                where=f"{path.name}:{line}",
                hint="put the row with `all` before the rows of single sectors",
            )
        rate = parse_number(text, file=path.name, line=line, cell=cell)
        if not -1 < rate <= 20:
            raise UnitError(
                f"a duty of {100 * rate:g} %",
                where=f"{path.name}:{line}: {cell}",
                hint="duties are fractions: 0.25 is 25 %",
            )
        try:
            n, i = labels.country(importer), labels.country(exporter)
            where = slice(None) if sector == "all" else labels.sector(sector)
        except LabelError as error:
            raise LabelError(error.what, where=f"{path.name}:{line}", hint=error.hint) from None
        if n == i and rate:
            raise UnitError(
                "a duty on sales at home", where=f"{path.name}:{line}: {cell}", hint="drop the row"
            )
        tariff[n, i, where] = rate
    return table.with_tariff(tariff, f"duties of {len(rows)} rows from {path.name}")


def choose_elasticities(choice: str, table: SourceTable) -> tuple[Array, str]:
    """Elasticities [sector] and their citation, by set, ``source``, number, or CSV.

    Raises
    ------
    LabelError
        A sector without an elasticity.
    UnitError
        A number that cannot be an elasticity (`check_theta`).
    """
    sectors = table.labels.sectors
    if choice == "source":
        if table.trade_elasticity is None:
            raise LabelError(
                "the table has no elasticities of its own",
                where=table.name,
                hint="--elasticities fgo, 4 or a CSV",
            )
        return np.asarray(table.trade_elasticity), table.elasticity_source
    if choice.endswith(".csv"):
        return _elasticities_of(Path(choice), sectors)
    if is_number(choice):
        value = check_theta(float(choice), where="--elasticities")
        return np.full(len(sectors), value), f"{value:g} in every sector (given by the user)"
    try:
        return elasticity_set(choice, sectors, concordance=ALL_SERVICES)
    except LabelError as error:
        own = "source (the table's own), " if table.trade_elasticity is not None else ""
        raise LabelError(
            error.what,
            where=f"--elasticities {choice}",
            hint=f"{error.hint or ''}; or give --elasticities {own}4 (one number), or a CSV sector,trade_elasticity",
        ) from None


def _elasticities_of(path: Path, sectors: tuple[str, ...]) -> tuple[Array, str]:
    elasticities: dict[str, float] = {}
    seen: dict[str, int] = {}
    for line, (sector, text) in read_long(path, ("sector", "trade_elasticity")):
        if sector not in sectors:
            raise LabelError(
                f"unknown sector `{sector}`",
                where=f"{path.name}:{line}",
                hint=f"sectors: {', '.join(sectors)}",
            )
        if sector in elasticities:
            raise LabelError(
                f"sector `{sector}` stands in line {seen[sector]} already",
                where=f"{path.name}:{line}",
                hint="one row a sector: drop one of the two",
            )
        seen[sector] = line
        value = parse_number(text, file=path.name, line=line, cell=sector)
        elasticities[sector] = check_theta(value, where=f"{path.name}:{line}: {sector}")
    missing = [code for code in sectors if code not in elasticities]
    if missing:
        raise SchemaError(f"no elasticity for {', '.join(missing)}", file=path.name, hint="one row a sector")
    return np.array([elasticities[code] for code in sectors]), f"{path.name} (given by the user)"
