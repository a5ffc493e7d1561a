"""What is differentiated, and the derivatives that come back: plain values of the adjoint."""

from __future__ import annotations

from dataclasses import dataclass

from detente.world import Array


@dataclass(frozen=True, eq=False)
class Output:
    """A number read off an equilibrium, by its partial derivatives.

    Attributes
    ----------
    name : str
    price, spending, cost, sales : array [country, sector]
        By log price, expenditure, log unit cost, and sales at producer prices.
    income : array [country]
        By income.
    factor : array, shape of the factor prices
        By log factor price (other than through income).
    cell : array [importer, exporter, sector]
        By spending of an importer on an exporter.
    tariff, export_tax, log_iceberg : array [importer, exporter, sector]
        By the instruments themselves.
    """

    name: str
    price: Array | float = 0.0
    spending: Array | float = 0.0
    cost: Array | float = 0.0
    sales: Array | float = 0.0
    income: Array | float = 0.0
    factor: Array | float = 0.0
    cell: Array | float = 0.0
    tariff: Array | float = 0.0
    export_tax: Array | float = 0.0
    log_iceberg: Array | float = 0.0


@dataclass(frozen=True, eq=False)
class Gradient:
    """Derivatives of one output with respect to every instrument ``[importer, exporter, sector]``.

    Attributes
    ----------
    output : str
    tariff : array
        By the duty, a fraction: the change for one unit (100 points).
    export_tax : array
        By the export tax, a fraction.
    log_iceberg : array
        By the logarithm of the trade cost.
    deficit : array [country]
        By a deficit, million USD (deficits of all countries sum to zero: only differences mean anything).
    """

    output: str
    tariff: Array
    export_tax: Array
    log_iceberg: Array
    deficit: Array


@dataclass(frozen=True, eq=False)
class OwnGradient:
    """Derivatives of one output by what one country itself charges.

    Attributes
    ----------
    output : str
    country : int
        Position of the country.
    tariff : array [exporter, sector]
        By the duties on what it buys, fractions.
    export_tax : array [importer, sector]
        By the taxes on what it sells, fractions.
    """

    output: str
    country: int
    tariff: Array
    export_tax: Array


Multipliers = tuple[Array, Array, Array]
"""Of clearing [k, factor], of spending and of prices [k, country, sector]."""
