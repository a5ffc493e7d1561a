"""The core model written again in JAX: value and gradient by automatic differentiation of the stacked system.

Part of the development requirements wherever JAX has wheels, so it runs in CI; it must not skip there.
"""

from __future__ import annotations

import platform
import sys

import numpy as np
import pytest

from detente.equilibrium import Model, solve
from detente.equilibrium.gradients import gradients, real_income
from detente.world import Wedges, toy

if sys.platform == "darwin" and platform.machine() != "arm64":
    pytest.skip("JAX has no wheels for this machine", allow_module_level=True)

import jax

jax.config.update("jax_enable_x64", True)
jnp = jax.numpy


def stacked_system(economy):
    """Residual of (log wages, log prices, spending) and log real income, as functions of unknowns and instruments."""
    N, S = economy.va_share.shape
    pi, theta = jnp.asarray(economy.trade_shares), jnp.asarray(economy.trade_elasticity)
    gamma, g, alpha = (
        jnp.asarray(economy.va_share),
        jnp.asarray(economy.input_shares),
        jnp.asarray(economy.final_shares),
    )
    va, deficit, t0 = (
        jnp.asarray(economy.value_added),
        jnp.asarray(economy.deficit),
        jnp.asarray(economy.tariff),
    )
    scale = jnp.asarray(np.where(economy.expenditure > 0, economy.expenditure, 1.0))

    def parts(unknown, tariff, tax, iceberg):
        wage, price = jnp.exp(unknown[:N]), jnp.exp(unknown[N : N + N * S].reshape(N, S))
        spending = unknown[N + N * S :].reshape(N, S) * scale
        cost = wage[:, None] ** gamma * jnp.exp(jnp.einsum("nr,nrs->ns", jnp.log(price), g))
        kappa = iceberg * (1 + tariff) / (1 + t0) * (1 + tax)
        pull = pi * (kappa * cost[None]) ** -theta
        index = pull.sum(1) ** (-1 / theta)
        share = pi * (kappa * cost[None] / price[:, None]) ** -theta
        output = jnp.einsum("nis,ns->is", share / ((1 + tariff) * (1 + tax)), spending)
        duties = jnp.einsum("nis,ns->n", share * tariff / (1 + tariff), spending)
        taxes = jnp.einsum("nis,ns->i", share * tax / ((1 + tax) * (1 + tariff)), spending)
        income = wage * va + duties + taxes + deficit
        wanted = jnp.einsum("nrs,ns->nr", g, output) + alpha * income[:, None]
        clearing = (gamma * output).sum(1) / (wage * va) - 1
        clearing = clearing.at[-1].set((wage * va).sum() / va.sum() - 1)
        residual = jnp.concatenate(
            [clearing, (jnp.log(index) - jnp.log(price)).ravel(), ((wanted - spending) / scale).ravel()]
        )
        return residual, jnp.log(income) - (alpha * jnp.log(price)).sum(1)

    return parts


def war(economy):
    draw = np.random.default_rng(5)
    off = ~np.eye(len(economy.labels.countries), dtype=bool)[:, :, None]
    tariff = economy.tariff + off * draw.uniform(0, 0.4, economy.tariff.shape)
    tax = off * draw.uniform(0, 0.1, tariff.shape)
    return Wedges(tariff, np.where(off, np.exp(draw.normal(0, 0.1, tariff.shape)), 1.0), tax)


def test_value_and_every_derivative():
    economy = toy()
    wedges = war(economy)
    value = solve(Model(economy), wedges).value
    parts = stacked_system(economy)
    scale = np.where(economy.expenditure > 0, economy.expenditure, 1.0)
    unknown = jnp.asarray(
        np.concatenate(
            [np.log(value.wage_hat), np.log(value.price_hat).ravel(), (value.expenditure_new / scale).ravel()]
        )
    )
    given = tuple(jnp.asarray(a) for a in (wedges.tariff, wedges.export_tax, wedges.iceberg_hat))
    every = (0, 1, 2, 3)
    residual, by_unknown, by_welfare = jax.jit(
        lambda *a: (
            parts(*a)[0],
            jax.jacfwd(lambda *b: parts(*b)[0], argnums=every)(*a),
            jax.jacrev(lambda *b: parts(*b)[1], argnums=every)(*a),
        )
    )(unknown, *given)
    assert float(jnp.abs(residual).max()) < 1e-10
    by_unknown, *by_given = (np.asarray(one) for one in by_unknown)
    out_unknown, *out_given = (np.asarray(one) for one in by_welfare)
    for n, code in enumerate(economy.labels.countries):
        multiplier = np.linalg.solve(by_unknown.T, -out_unknown[n])
        found = gradients(value, [real_income(value, code)])[0]
        for own, direct, through in zip(
            (found.tariff, found.export_tax, found.log_iceberg / wedges.iceberg_hat),
            out_given,
            by_given,
            strict=True,
        ):
            expected = direct[n] + np.tensordot(multiplier, through, axes=1)
            np.testing.assert_allclose(own, expected, atol=1e-11)
