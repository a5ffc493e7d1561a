"""KITE.jl (Kiel Institute, Julia): the economy of its tests, the numbers its two implementations agree on, and its invariants.

Three countries, two sectors, inputs, no duties in the base year. Its published reference comes from the R package with inverted
elasticities patched out, and the Julia package meets it to 1e-9; both solve Caliendo and Parro (2015). Deficits are fixed in the
numeraire, world value added. Figures: repository SebKrantz/KITE.jl, test/fixtures, as of 2026.
"""

from __future__ import annotations

import functools

import numpy as np

from detente.core import Labels
from detente.equilibrium import Equilibrium, Model, Responses, solve, solve_responses
from detente.validation.checks import Check, gate
from detente.world import Array, Economy, Wedges

GROUP = "KITE.jl"
CITATION = "KITE.jl (Krantz 2026; after Hinz and others, KITE): tests"
REFERENCE = 1e-9
"""Relative; the tolerance of its own tests."""
INVARIANT = 1e-10

SPENDING = np.array([[133 + 1 / 3, 100.0], [111 + 1 / 9, 127 + 7 / 9], [138 + 8 / 9, 105 + 5 / 9]])
SHARES = np.array(
    [
        [[0.343478260869565, 0.228699551569507], [0.221739130434783, 0.448430493273543], [0.434782608695652, 0.322869955156951]],
        [[0.476923076923077, 0.345744680851064], [0.333333333333333, 0.196808510638298], [0.18974358974359, 0.457446808510638]],
        [[0.1875, 0.343478260869565], [0.49375, 0.221739130434783], [0.31875, 0.434782608695652]],
    ]
)  # fmt: skip
"""Shares of spending [importer, exporter, sector]."""
FACTORS = np.array([0.378571428571428, 0.507142857142857, 0.335714285714286])
INPUTS = np.array(
    [
        [[0.446153846153846, 0.405405405405405], [0.553846153846154, 0.594594594594595]],
        [[0.405405405405405, 0.459302325581395], [0.594594594594595, 0.540697674418605]],
        [[0.459302325581395, 0.439655172413793], [0.540697674418605, 0.560344827586207]],
    ]
)
"""Shares of materials [country, supplier, user]."""
WAGES = {
    "10 % everywhere": (0.986607298935523, 1.01445780336211, 0.99404971344235),
    "25 % of one on another": (0.989042595027803, 0.95373936026182, 1.07229060427356),
}
PRICES = {
    "10 % everywhere": (
        (1.15971397537634, 1.16937952483453),
        (1.15850573886983, 1.17451540678316),
        (1.16103098234125, 1.14753639098751),
    ),
    "25 % of one on another": (
        (1.07625461379795, 1.10607116426049),
        (1.02769955289717, 1.03327787651951),
        (1.0164797145482, 1.03185387475705),
    ),
}
HOME = {
    "10 % everywhere": (
        (0.433760098685329, 0.340698904844151),
        (0.429405657872025, 0.313141455719942),
        (0.399301907080014, 0.568830000369688),
    ),
    "25 % of one on another": (
        (0.375954088300973, 0.307272545933948),
        (0.385409684581253, 0.252982319442483),
        (0.290342614904108, 0.413113533154974),
    ),
}
"""Shares of spending at home [country, sector]."""


def kite_world(scale: float = 1.0) -> Economy:
    """The economy of its tests; its shares, printed to fifteen digits, are made to add to one."""
    shares = SHARES / SHARES.sum(1, keepdims=True)
    inputs = INPUTS / INPUTS.sum(1, keepdims=True)
    factors = np.repeat(FACTORS[:, None], 2, axis=1)
    return Economy(
        name="kite-3x2",
        year=2026,
        labels=Labels(("C1", "C2", "C3"), ("S1", "S2")),
        flows=scale * shares * SPENDING[:, None, :],
        tariff=np.zeros((3, 3, 2)),
        va_share=factors,
        input_shares=inputs * (1 - factors)[:, None, :],
        trade_elasticity=np.array([4.0, 6.0]),
        elasticity_source=CITATION,
    )


def kite_duties(economy: Economy) -> dict[str, Wedges]:
    """The two shocks of its reference."""
    abroad = ~np.eye(3, dtype=bool)[:, :, None] & np.ones(2, dtype=bool)
    bilateral = np.zeros((3, 3, 2))
    bilateral[0, 1] = 0.25
    return {
        "10 % everywhere": Wedges.of(economy, tariff=np.where(abroad, 0.1, 0.0)),
        "25 % of one on another": Wedges.of(economy, tariff=bilateral),
    }


def _home(value: Equilibrium) -> Array:
    here = np.arange(3)
    return np.asarray(value.trade_shares_new[here, here])


def kite_checks() -> list[Check]:
    """Its reference, relative, and the invariants its tests hold."""
    economy = kite_world()
    model = Model(economy)
    reference = functools.partial(gate, GROUP, source=f"{CITATION}: reference", unit="ratio")
    held = functools.partial(gate, GROUP, source=f"{CITATION}: invariants", unit="ratio")
    checks = []
    values = {name: solve(model, wedges).value for name, wedges in kite_duties(economy).items()}
    for name, value in values.items():
        for what, ours, theirs in (
            ("wages", value.wage_hat, np.array(WAGES[name])),
            ("prices", value.price_hat, np.array(PRICES[name])),
            ("shares of spending at home", _home(value), np.array(HOME[name])),
        ):
            checks.append(reference(f"{name}: {what}", ours / theirs, np.ones_like(theirs), REFERENCE))
    still = solve(model, Wedges.unchanged(economy)).value
    checks.append(
        held(
            "No change, no effect: prices and wages", [*still.price_hat.ravel(), *still.wage_hat], 1.0, 1e-12
        )
    )
    name, wedges = next(iter(kite_duties(economy).items()))
    larger = kite_world(1000.0)
    again = solve(Model(larger), wedges).value.real_income_hat
    checks.append(held("Units of money do not matter", again, values[name].real_income_hat, INVARIANT))
    icebergs = np.where(np.eye(3, dtype=bool)[:, :, None], 1.0, 1e5) * np.ones(2)
    alone = solve(Model(economy, closure="zero"), Wedges.of(economy, iceberg_hat=icebergs)).value
    checks.append(held("Autarky: shares of spending at home", _home(alone), 1.0, 1e-3))
    checks += _coalition_checks(model)
    return checks


def _coalition_checks(model: Model) -> list[Check]:
    """Sanctions whose burden a coalition shares (Chowdhry, Hinz, Kamin and Wanner 2024)."""
    held = functools.partial(gate, GROUP, source=f"{CITATION}: coalition", unit="ratio")
    icebergs = np.ones((3, 3, 2))
    icebergs[:2, 2] = 1.5
    wedges = Wedges.of(model.economy, iceberg_hat=icebergs)
    alone, shared = (
        solve_responses(model, wedges, Responses(sharing=members)) for members in ((), ("C1", "C2"))
    )
    base = solve(model, wedges).value.real_income_hat
    level = shared.value.real_income_hat
    size = model.economy.value_added.sum()
    return [
        held("Without a coalition: Caliendo and Parro", alone.value.real_income_hat, base, INVARIANT),
        held("A coalition loses alike: first less second", level[0] - level[1], 0.0, 1e-8),
        held("Its transfers add to zero, over world value added", shared.transfer.sum() / size, 0.0, 1e-8),
        held("Who is outside gets none", shared.transfer[2] / size, 0.0, 1e-12),
    ]
