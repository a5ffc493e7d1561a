"""A small made-up world that balances: five countries, four sectors, every feature of the real one."""

from __future__ import annotations

import numpy as np

from detente.core import Labels
from detente.world.economy import Economy

_COUNTRIES = ("USA", "CHN", "EU27", "MEX", "ROW")
_SECTORS = ("FARM", "PARTS", "GOODS", "SERV")

# Output by country and sector, million USD. World value added comes out near the world GDP of 2024, so that the
# plausibility anchors of `check` read the toy as they read a real world.
_OUTPUT = 1e6 * np.array(
    [
        [1.5, 3.5, 6.0, 36.0],
        [3.0, 9.0, 11.0, 21.0],
        [1.4, 4.4, 7.5, 26.0],
        [0.3, 0.5, 0.9, 2.2],
        [6.5, 7.0, 10.0, 42.0],
    ]
)

# Share of output shipped to each importer, [exporter, importer, sector]; what is left is sold at home.
_SHIPPED = {
    "USA": {"CHN": (0.045, 0.016, 0.010, 0.0016), "EU27": (0.02, 0.035, 0.028, 0.009), "MEX": (0.03, 0.045, 0.016, 0.001),
            "ROW": (0.06, 0.07, 0.06, 0.010)},
    "CHN": {"USA": (0.002, 0.014, 0.028, 0.0006), "EU27": (0.003, 0.018, 0.026, 0.0012), "MEX": (0.0005, 0.005, 0.004, 0.0001),
            "ROW": (0.01, 0.07, 0.09, 0.008)},
    "EU27": {"USA": (0.01, 0.03, 0.055, 0.009), "CHN": (0.01, 0.022, 0.018, 0.003), "MEX": (0.002, 0.004, 0.003, 0.0004),
             "ROW": (0.09, 0.11, 0.11, 0.022)},
    "MEX": {"USA": (0.17, 0.30, 0.36, 0.014), "CHN": (0.004, 0.01, 0.004, 0.0004), "EU27": (0.01, 0.02, 0.02, 0.002),
            "ROW": (0.03, 0.03, 0.02, 0.003)},
    "ROW": {"USA": (0.025, 0.075, 0.105, 0.008), "CHN": (0.08, 0.09, 0.04, 0.004), "EU27": (0.06, 0.06, 0.075, 0.010),
            "MEX": (0.002, 0.006, 0.004, 0.0004)},
}  # fmt: skip

# Ad valorem duty [importer][exporter] by sector, fractions: a past trade war between USA and CHN is in the base.
_DUTY = {
    "USA": {"CHN": (0.08, 0.16, 0.10, 0.0), "EU27": (0.03, 0.02, 0.03, 0.0), "MEX": (0.0, 0.002, 0.004, 0.0),
            "ROW": (0.02, 0.015, 0.04, 0.0)},
    "CHN": {"USA": (0.27, 0.15, 0.17, 0.0), "EU27": (0.13, 0.06, 0.08, 0.0), "MEX": (0.12, 0.06, 0.08, 0.0),
            "ROW": (0.09, 0.04, 0.05, 0.0)},
    "EU27": {"USA": (0.10, 0.02, 0.04, 0.0), "CHN": (0.11, 0.03, 0.06, 0.0), "MEX": (0.05, 0.0, 0.01, 0.0),
             "ROW": (0.06, 0.01, 0.03, 0.0)},
    "MEX": {"USA": (0.01, 0.0, 0.005, 0.0), "CHN": (0.16, 0.06, 0.12, 0.0), "EU27": (0.04, 0.01, 0.02, 0.0),
            "ROW": (0.10, 0.04, 0.09, 0.0)},
    "ROW": {"USA": (0.12, 0.05, 0.07, 0.0), "CHN": (0.10, 0.05, 0.08, 0.0), "EU27": (0.10, 0.04, 0.06, 0.0),
            "MEX": (0.09, 0.05, 0.07, 0.0)},
}  # fmt: skip

# Inputs [supplier, user] per unit of the user's output before each country's own intensity.
_INPUTS = np.array(
    [
        [0.13, 0.05, 0.10, 0.008],
        [0.08, 0.30, 0.22, 0.035],
        [0.06, 0.06, 0.16, 0.045],
        [0.15, 0.22, 0.24, 0.270],
    ]
)
_INTENSITY = {"USA": 0.90, "CHN": 1.08, "EU27": 1.00, "MEX": 0.94, "ROW": 0.97}


def toy() -> Economy:
    """Return a five-country, four-sector world with duties, inputs and deficits that balances by construction.

    The numbers are invented: shapes and signs follow the world of 2024 (China sells the United States more than it
    buys, Mexico lives from the American market, a past trade war is in the base duties), magnitudes only roughly.
    Use it to learn, to test and to teach; never to report.

    Returns
    -------
    Economy
        Countries ``USA CHN EU27 MEX ROW``, sectors ``FARM PARTS GOODS SERV``; million USD.

    Examples
    --------
    >>> economy = toy()
    >>> economy.labels.countries
    ('USA', 'CHN', 'EU27', 'MEX', 'ROW')
    >>> bool(economy.deficit[economy.labels.country("USA")] > 0)
    True
    """
    labels = Labels(
        _COUNTRIES,
        _SECTORS,
        {
            "USA": "United States",
            "CHN": "China",
            "EU27": "EU 27",
            "MEX": "Mexico",
            "ROW": "Rest of the world",
        },
        {
            "FARM": "Farm products and raw materials",
            "PARTS": "Parts and materials",
            "GOODS": "Finished goods",
            "SERV": "Services",
        },
    )
    N, S = len(_COUNTRIES), len(_SECTORS)
    flows = np.zeros((N, N, S))
    tariff = np.zeros((N, N, S))
    for exporter, by_importer in _SHIPPED.items():
        i = labels.country(exporter)
        for importer, shares in by_importer.items():
            flows[labels.country(importer), i] = np.array(shares) * _OUTPUT[i]
        flows[i, i] = _OUTPUT[i] - flows[:, i].sum(0)
    for importer, by_exporter in _DUTY.items():
        for exporter, rates in by_exporter.items():
            tariff[labels.country(importer), labels.country(exporter)] = rates
    input_shares = np.stack([_INTENSITY[code] * _INPUTS for code in _COUNTRIES])
    return Economy(
        name="toy",
        year=2024,
        labels=labels,
        flows=flows,
        tariff=tariff,
        va_share=1 - input_shares.sum(1),
        input_shares=input_shares,
        trade_elasticity=np.array([3.5, 6.0, 4.5, 4.0]),
        elasticity_source="invented for the toy world",
        provenance={
            "title": "Toy world",
            "note": "Invented numbers, for learning and tests; never to be reported.",
        },
    )
