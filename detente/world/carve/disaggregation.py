"""A finer world from a coarser one: sectors carved out of others so that the others are unchanged to the cent.

For a new sector c of a parent p: trade of c is found inside the trade of p, its inputs inside those of p, its users
among the users of p. What remains is p less c, value by value, so adding the two up gives p back.
"""

from __future__ import annotations

import dataclasses
import math
import os
from collections.abc import Mapping

import numpy as np

from detente.core import BalanceError, LabelError, Labels, suggestion
from detente.world.aggregation import aggregate
from detente.world.carve.parents import carved
from detente.world.carve.specification import (
    FINAL,
    Carve,
    Disaggregation,
    check_evidence,
    load_disaggregation,
)
from detente.world.carve.trade import allocate_trade, by_country, fill
from detente.world.economy import Array, Economy

_ROUND_SHARE, _ROUND_DUTY = 13, 13
_FIT = 200


def disaggregate(
    economy: Economy, spec: Disaggregation | str | os.PathLike[str], *, name: str | None = None
) -> Economy:
    """Carve the sectors of a specification out of an economy.

    Parameters
    ----------
    economy : Economy
    spec : Disaggregation, or str or path
        A specification, the id of a shipped one, or the path of a YAML file.
    name : str, optional
        Name of the result; the economy's own when left out.

    Returns
    -------
    Economy
        Balanced; `provenance["carved"]` says which sector left which. Merging the new sectors into their parents with
        `aggregate` gives the flows, duties collected, inputs and value added of `economy` again.

    Raises
    ------
    LabelError
        For a country or sector the economy does not have.
    BalanceError
        Where the specification wants more than the parent has; the cell and the largest feasible value are named.
    EvidenceError
        For a number without a described source.

    Examples
    --------
    >>> from detente.world import check, load_world
    >>> finer = disaggregate(load_world("world-2024-26"), "soybeans")
    >>> "SOY" in finer.labels.sectors, finer.provenance["carved"]
    (True, {'SOY': 'A01_02'})
    >>> _ = check(finer)
    """
    if isinstance(spec, Disaggregation):
        check_evidence(spec, spec.id)
    else:
        spec = load_disaggregation(spec)
    for carve in spec.sectors:
        with np.errstate(
            over="ignore"
        ):  # a share next to zero makes a pull next to infinity, which is bounded
            economy = _carve(economy, carve, spec.id)
    return economy if name is None else dataclasses.replace(economy, name=name)


def merge_carved(economy: Economy, *, name: str | None = None) -> Economy:
    """Put every carved sector back into its parent.

    Examples
    --------
    >>> from detente.world import load_world
    >>> len(merge_carved(load_world()).labels.sectors)
    26
    """
    parents = carved(economy)
    home = {}
    for code in parents:
        target = code
        while target in parents:
            target = parents[target]
        home[code] = target
    merged = aggregate(economy, None, home, name=name or f"{economy.name}, carved sectors merged")
    provenance = {key: value for key, value in merged.provenance.items() if key != "carved"}
    return dataclasses.replace(merged, provenance=provenance, elasticity_source=economy.elasticity_source)


def _carve(economy: Economy, carve: Carve, spec_id: str) -> Economy:
    """Carve one sector."""
    labels, where = economy.labels, f"{spec_id}: {carve.code}"
    if carve.code in labels.sectors:
        raise LabelError(f"there is a sector `{carve.code}` already", where=where, hint="choose another code")
    p = _sector_position(labels, carve.parent, where)
    after = _sector_position(labels, carve.after or carve.parent, where)
    N, S = economy.va_share.shape

    flows = allocate_trade(economy, carve, p, _wanted_users(economy, carve, p, where), where)
    tariff, rest_tariff = _split_duties(economy, carve, p, flows, where)
    output = flows.sum(0)
    rest_output = economy.output[:, p] - output
    columns, remainder_columns = _split_technology(economy, carve, p, output, rest_output, where)

    inputs = np.zeros((N, S + 1, S + 1))
    inputs[:, :S, :S] = economy.input_shares
    inputs[:, :S, p], inputs[:, :S, S] = remainder_columns, columns
    produced = np.concatenate([economy.output, output[:, None]], axis=1)
    produced[:, p] = rest_output
    spending = (flows * (1 + tariff)).sum(1)
    use = _split_uses(economy, carve, p, inputs, produced, spending, where)
    inputs[:, S, :] = (
        np.floor(np.divide(use, produced, out=np.zeros_like(use), where=produced > 0) * 1e12) / 1e12
    )
    inputs[:, p, :] -= inputs[:, S, :]

    order = [*range(after + 1), S, *range(after + 1, S)]
    new_flows = np.concatenate([economy.flows, flows[:, :, None]], axis=2)
    new_flows[:, :, p] -= flows
    new_tariff = np.concatenate([economy.tariff, tariff[:, :, None]], axis=2)
    new_tariff[:, :, p] = rest_tariff
    inputs = inputs[:, order][:, :, order]
    theta = carve.elasticity.value if carve.elasticity else float(economy.trade_elasticity[p])
    codes = (*labels.sectors, carve.code)
    names = {**labels.sector_names, carve.code: carve.name}
    source = economy.elasticity_source
    if carve.elasticity:
        source += f"; {carve.code} {theta:g} ({carve.elasticity.grade.value})"
    return dataclasses.replace(
        economy,
        labels=Labels(
            labels.countries, tuple(codes[k] for k in order), labels.country_names, {codes[k]: names[codes[k]] for k in order if codes[k] in names}
        ),
        flows=new_flows[:, :, order],
        tariff=new_tariff[:, :, order],
        va_share=1 - inputs.sum(1),
        input_shares=inputs,
        trade_elasticity=np.append(economy.trade_elasticity, theta)[order],
        elasticity_source=source,
        provenance={
            **economy.provenance,
            "carved": {**carved(economy), carve.code: carve.parent},
            "about_carved": {**_about(economy), carve.code: _metadata(carve, spec_id)},
        },
    )  # fmt: skip


def _about(economy: Economy) -> dict[str, object]:
    about = economy.provenance.get("about_carved", {})
    return dict(about) if isinstance(about, Mapping) else {}


def _metadata(carve: Carve, spec_id: str) -> dict[str, object]:
    """What is said about a carved sector and held by no array: stocks, reliance, facts; with source and grade."""
    said = {
        key: [block.model_dump(mode="json", exclude_defaults=True) for block in getattr(carve, key)]
        for key in ("stocks", "import_reliance", "facts")
    }
    return {
        "specification": spec_id,
        "products": list(carve.products),
        **{key: value for key, value in said.items() if value},
    }


def _sector_position(labels: Labels, code: str, where: str) -> int:
    if code not in labels.sectors:
        raise LabelError(f"unknown sector `{code}`", where=where, hint=suggestion(code, labels.sectors))
    return labels.sectors.index(code)


def _split_technology(
    economy: Economy, carve: Carve, p: int, output: Array, rest_output: Array, where: str
) -> tuple[Array, Array]:
    """Inputs per unit of output [country, supplier] of the new sector and of the remainder; they add up to the parent's.

    Stated inputs are set; everything else of the parent's column, value added included, changes in proportion.
    """
    parent = economy.input_shares[:, :, p]
    total = economy.output[:, p]
    stated = {code: share for block in carve.inputs for code, share in block.shares.items()}
    if not stated:
        return parent.copy(), parent.copy()
    if math.fsum(stated.values()) >= 1:
        raise BalanceError(
            f"stated inputs add up to {math.fsum(stated.values()):.3f} of output",
            where=f"{where}: inputs",
            hint="they must stay below 1",
        )
    rows = [_sector_position(economy.labels, code, f"{where}: inputs") for code in stated]
    wanted = np.tile(np.array(list(stated.values())), (len(total), 1))
    scaled = {code for block in carve.inputs if block.where_short == "scale" for code in block.shares}
    most = np.divide(
        carve.largest_share_of_parent * parent[:, rows] * total[:, None],
        output[:, None],
        out=wanted.copy(),
        where=output[:, None] > 0,
    )
    may_scale = np.array([code in scaled for code in stated])
    wanted = np.where(may_scale, np.minimum(wanted, most), wanted)
    left = 1 - parent[:, rows].sum(1)
    column = parent * np.divide(1 - wanted.sum(1), left, out=np.zeros_like(left), where=left > 0)[:, None]
    column[:, rows] = wanted
    column = np.round(column, _ROUND_SHARE)
    used = parent * total[:, None] - column * output[:, None]
    gap = used / np.maximum(total, 1e-300)[:, None]
    if gap.min() < -1e-12:
        n, r = np.unravel_index(int(np.argmin(gap)), gap.shape)
        largest = float(parent[n, r] * total[n] / output[n])
        raise BalanceError(
            f"the new sector would use more of {economy.labels.sectors[r]} than its parent does",
            where=f"{where}: inputs, country {economy.labels.countries[n]}, supplier {economy.labels.sectors[r]}",
            hint=f"largest feasible share of output there: {largest:.4g}; or write `where_short: scale`",
        )
    some_left = rest_output > 1e-9 * np.maximum(total, 1e-300)
    rest = np.divide(np.maximum(used, 0.0), rest_output[:, None], out=parent.copy(), where=some_left[:, None])
    return column, np.asarray(np.round(rest, _ROUND_SHARE))


def _wanted_users(economy: Economy, carve: Carve, p: int, where: str) -> Array:
    """Share of world use [user], users being all sectors, the new one, and final demand last.

    Sectors not named share what is left in the proportion of what they use of the parent.
    """
    S = len(economy.labels.sectors)
    codes = (*economy.labels.sectors, carve.code, FINAL)
    stated = {code: share for block in carve.users for code, share in block.shares.items()}
    for code in stated:
        if code not in codes:
            raise LabelError(f"unknown user `{code}`", where=f"{where}: users", hint=suggestion(code, codes))
    total = math.fsum(stated.values())
    if total > 1 + 1e-9:
        raise BalanceError(
            f"the users' shares add up to {total:.4f}", where=f"{where}: users", hint="they must not exceed 1"
        )
    world = np.append((economy.input_shares[:, p, :] * economy.output).sum(0), 0.0)
    world = np.append(world, np.maximum(economy.final_demand[:, p], 0).sum())
    share = np.array([stated.get(code, 0.0) for code in codes])
    others = np.array([code not in stated and k != S for k, code in enumerate(codes)])
    left = max(0.0, 1 - total)
    if others.any() and world[others].sum() > 0:
        share = share + left * np.where(others, world, 0.0) / world[others].sum()
    return np.asarray(share)


def _split_duties(economy: Economy, carve: Carve, p: int, flows: Array, where: str) -> tuple[Array, Array]:
    """Duties [importer, exporter] of the new sector and of the remainder; together they collect what the parent did."""
    parent = economy.tariff[:, :, p]
    own, rest = np.array(parent), np.array(parent)
    for block in carve.duties:
        n = by_country(economy, (block.importer,), f"{where}: duties")[0]
        for i, rate in zip(
            by_country(economy, block.rates, f"{where}: duties"), block.rates.values(), strict=True
        ):
            own[n, i] = rate if n != i else 0.0
            left = economy.flows[n, i, p] - flows[n, i]
            if flows[n, i] <= 0 or n == i:
                continue
            duty = parent[n, i] * economy.flows[n, i, p] - rate * flows[n, i]
            codes = economy.labels.countries
            if duty < -1e-9 * economy.flows[n, i, p] or (left <= 0 and abs(duty) > 1e-9 * flows[n, i]):
                largest = parent[n, i] * economy.flows[n, i, p] / flows[n, i]
                raise BalanceError(
                    f"its duty of {rate:.4g} would collect {'more' if duty < 0 else 'less'} than the parent's",
                    where=f"{where}: duties, importer {codes[n]}, exporter {codes[i]}",
                    hint=f"largest feasible rate: {largest:.4g}"
                    + (" (and no other, since nothing of the parent is left)" if left <= 0 else ""),
                )
            rest[n, i] = round(max(duty, 0.0) / left, _ROUND_DUTY) if left > 0 else parent[n, i]
    return own, rest


def _split_uses(
    economy: Economy, carve: Carve, p: int, inputs: Array, produced: Array, spending: Array, where: str
) -> Array:
    """Use of the product as input [country, using sector], million USD; final demand is what this leaves of spending.

    Biproportional: every country spends what it spends, users take their shares of the world's use as far as they can,
    and none takes more than `largest_share_of_parent` of what it uses of the parent.
    """
    final = np.maximum(economy.expenditure[:, p] - (inputs[:, p, :] * produced).sum(1), 0.0)
    parent = np.concatenate([np.maximum(inputs[:, p, :] * produced, 0.0), final[:, None]], axis=1)
    wanted = _wanted_users(economy, carve, p, where)
    world = parent.sum(0)
    seed = parent * np.divide(wanted, world, out=np.zeros_like(wanted), where=world > 0)
    cap = carve.largest_share_of_parent * parent * (seed > 0)
    limit = cap.sum(1)
    short = spending - limit
    if (short > 1e-9 * np.maximum(spending, 1e-300)).any():
        n = int(np.argmax(short))
        raise BalanceError(
            f"spending on the new sector, {spending[n]:,.6g} million USD, is more than its users can take",
            where=f"{where}: users, country {economy.labels.countries[n]}",
            hint=f"largest feasible value: {limit[n]:,.6g} million USD; name more users or send less there",
        )
    goal = wanted * spending.sum()
    use = fill(seed, cap, spending)
    tilt = np.ones_like(goal)
    for _ in range(_FIT):
        pull = np.divide(goal, use.sum(0), out=np.ones_like(goal), where=use.sum(0) > 0)
        tilt = np.clip(tilt * np.clip(pull, 0.2, 5.0), 1e-6, 1e6)
        use = fill(seed * tilt, cap, spending)
    return np.asarray(use[:, :-1])
