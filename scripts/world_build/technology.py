"""Value-added shares, input shares, and priors for output and final demand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from world_build.inputs import (
    GOODS,
    GOODS_AXIS,
    SECTORS,
    SERVICE_MEMBERS,
    SERVICES,
    SERVICES_AXIS,
    G,
    Inputs,
    N,
    S,
    membership,
    place,
)

# How much each service takes part in a country's net service trade (assumed; only splits 2020 output inside services).
NET_TRADE_WEIGHT = {
    "D": 0.0, "E": 0.0, "F": 0.0, "G": 1.0, "H49": 1.0, "H50": 1.0, "H51": 1.0, "H52": 0.5, "H53": 0.3, "I": 0.6,
    "J58T60": 0.7, "J61": 0.5, "J62_63": 1.0, "K": 0.8, "L": 0.0, "M": 1.0, "N": 0.7, "O": 0.0, "P": 0.1, "Q": 0.05,
    "R": 0.2, "S": 0.1, "T": 0.0,
}  # fmt: skip


@dataclass(frozen=True)
class Technology:
    """Region technology [region, …] of 2020, and the service split that goes with it."""

    va_share: np.ndarray  # [region, sector]
    input_shares: np.ndarray  # [region, supplier, user]
    service_split: np.ndarray  # [region, service group], shares of service output
    va_to_gdp: float  # world value added at basic prices over GDP, 2020


def build_technology(
    inputs: Inputs, cube_codes: list[str], cube_2020: np.ndarray, region_of: dict[str, str]
) -> Technology:
    """Aggregate the OECD coefficients of 2020 (77 economies, 45 sectors) with 2020 output as weights."""
    sectors = inputs.csv("icio2020_coef/sectors.csv").sector.tolist()
    table = inputs.parquet("icio2020_coef/country_sector.parquet")
    codes = table.country.astype(str).drop_duplicates().tolist()
    va = table.va_share.to_numpy(float).reshape(len(codes), len(sectors))
    final = table.final_share_alpha.to_numpy(float).reshape(len(codes), len(sectors))
    io = inputs.parquet("icio2020_coef/io_coefficients.parquet")
    coefficients = np.zeros((len(codes), len(sectors), len(sectors)))
    coefficients[
        place(codes, io.country), place(sectors, io.input_sector), place(sectors, io.using_sector)
    ] = io.coef
    output = np.stack(
        [
            _output_2020(coefficients[c], final[c], cube_2020, cube_codes.index(code), sectors)
            if code in cube_codes
            else np.zeros(len(sectors))
            for c, code in enumerate(codes)
        ]
    )
    group = np.zeros((len(sectors), S))
    group_of = {member: name for name, members in SERVICE_MEMBERS.items() for member in members}
    group[np.arange(len(sectors)), [list(SECTORS).index(group_of.get(code, code)) for code in sectors]] = 1
    member = membership(codes, region_of)
    by_region = np.einsum("cs,cn,sk->nk", output, member, group)
    inputs_used = np.einsum("crs,cs,cn,rj,sk->njk", coefficients, output, member, group, group, optimize=True)
    shares = np.round(inputs_used / np.maximum(by_region, 1e-9)[:, None, :], 8)
    services = by_region[:, SERVICES_AXIS]
    gdp_2020 = inputs.csv("gdp_2022_2024.csv").gdp_2020_usd.astype(float).sum() / 1e6
    return Technology(
        va_share=1 - shares.sum(1),
        input_shares=shares,
        service_split=services / services.sum(1, keepdims=True),
        va_to_gdp=float((va * output).sum() / gdp_2020),
    )


def _output_2020(
    coefficients: np.ndarray, final: np.ndarray, cube: np.ndarray, country: int, sectors: list[str]
) -> np.ndarray:
    """Output of 45 sectors in one country: goods as the cube has them, services from their Leontief system.

    The cube knows services only as one number. Its split follows from what goods and services use of each service,
    final demand in the proportions of the coefficients' own final shares, and net trade by `NET_TRADE_WEIGHT`.
    """
    out, into = cube[:, country].sum(0), cube[country].sum(0)
    goods, service_output = out[:G], out[G]
    n_goods = len(GOODS)
    inverse = np.linalg.inv(np.eye(len(sectors) - n_goods) - coefficients[n_goods:, n_goods:])
    weights = np.array([NET_TRADE_WEIGHT[code] for code in sectors[n_goods:]]) * final[n_goods:] + 1e-6
    net_trade = (out[G] - into[G]) * weights / weights.sum()
    needed = inverse @ (coefficients[n_goods:, :n_goods] @ goods + net_trade)
    per_final = inverse @ final[n_goods:]
    demand = (service_output - needed.sum()) / per_final.sum()
    return np.concatenate([goods, np.maximum(needed + per_final * demand, 0)])


def split_services(flows_2011: np.ndarray) -> np.ndarray:
    """Shares of the service groups in each pair's service flow [importer, exporter, group].

    Regions WIOD does not have take the rest of the world's pattern; pairs without any flow the world's.
    """
    total = flows_2011.sum(2)
    split = np.zeros_like(flows_2011)
    np.divide(flows_2011, total[:, :, None], out=split, where=total[:, :, None] > 0)
    row = N - 1
    world = flows_2011.sum((0, 1)) / flows_2011.sum()
    for importer in range(N):
        for exporter in range(N):
            if total[importer, exporter] > 0:
                continue
            source = row if total[:, exporter].sum() == 0 else exporter
            target = row if total[importer].sum() == 0 else importer
            split[importer, exporter] = split[target, source] if total[target, source] > 0 else world
    return split


def output_and_final_prior(
    technology: Technology, regions_2022: np.ndarray, service_shares: np.ndarray, value_added: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Priors for 2024 [region, sector], million USD: output of 2022 grown to value added of 2024, and the final demand
    the 2022 cube leaves after inputs."""
    flows = np.concatenate([regions_2022[:, :, :G], regions_2022[:, :, G:] * service_shares], axis=2)
    output = flows.sum(0)
    output[:, GOODS_AXIS] = regions_2022.sum(0)[:, :G]
    output[:, SERVICES_AXIS] = regions_2022.sum(0)[:, G:] * technology.service_split
    off = flows * ~np.eye(N, dtype=bool)[:, :, None]
    expenditure = output - off.sum(0) + off.sum(1)
    growth = value_added / (technology.va_share * output).sum(1)
    final = expenditure - np.einsum("nrs,ns->nr", technology.input_shares, output)
    return output * growth[:, None], np.maximum(final, 0) * growth[:, None]


assert len(SERVICES) == S - G
