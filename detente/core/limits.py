"""Limits on quantities: the one vocabulary of their kinds, and the one table of who keeps the rent and through what.

A limit binds the volume of flows: a cap from above, a floor from below; a cap of nothing is a ban. What enforces a cap is a
wedge between cost and price, and somebody keeps it: the exporter (a licence sold or used at home), the importer (an auction
of import licences), or nobody (queues). A floor is a subsidy that the importer's budget pays, whoever would keep the rent of
a cap. Records, scenarios, the engine and the tables all read this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

LimitKind = Literal["cap", "floor"]
"""From above or from below."""
Rent = Literal["exporter", "importer", "destroyed"]
"""Who keeps the rent of a cap."""
RENTS: Final[tuple[Rent, ...]] = get_args(Rent)
Lever = Literal["export_tax", "tariff", "iceberg_hat"]
"""What a wedge is put on: a tax of the exporter, a duty of the importer, a trade cost."""


@dataclass(frozen=True)
class Enforcement:
    """How a limit of one kind and rent is enforced.

    Parameters
    ----------
    lever : {"export_tax", "tariff", "iceberg_hat"}
        What the wedge is put on.
    sign : float
        1 where the wedge makes the flow dearer, −1 where it is a subsidy.
    rent_to : {"exporter", "importer", "destroyed"}
        Who keeps the rent, and pays a negative one.
    """

    lever: Lever
    sign: float
    rent_to: Rent

    @property
    def wasted(self) -> bool:
        """Whether the rent is lost on the way: what arrives is less than what was shipped."""
        return self.rent_to == "destroyed"


ENFORCEMENT: Final[dict[tuple[LimitKind, Rent], Enforcement]] = {
    ("cap", "exporter"): Enforcement("export_tax", 1.0, "exporter"),
    ("cap", "importer"): Enforcement("tariff", 1.0, "importer"),
    ("cap", "destroyed"): Enforcement("iceberg_hat", 1.0, "destroyed"),
    ("floor", "exporter"): Enforcement("tariff", -1.0, "importer"),
    ("floor", "importer"): Enforcement("tariff", -1.0, "importer"),
    ("floor", "destroyed"): Enforcement("tariff", -1.0, "importer"),
}
"""By kind and who would keep the rent of a cap."""


LOST_ON_THE_WAY: Final = "goods lost on the way, which the seller's own plants make and are paid for, so that it may gain by its own cut"
"""What a rent is that nobody keeps: a trade cost, and a trade cost uses up the goods it is on."""


def is_ban(limit: float) -> bool:
    """Whether a limit, as a ratio to the base year's volume, lets nothing through: an infinite trade cost enforces it."""
    return limit == 0


def limit_word(kind: LimitKind, limit: float) -> str:
    """Word for a limit: `cap`, `floor`, or `ban` for one that lets nothing through.

    Examples
    --------
    >>> limit_word("cap", 0.3), limit_word("cap", 0.0), ENFORCEMENT["floor", "exporter"].rent_to
    ('cap', 'ban', 'importer')
    """
    return "ban" if is_ban(limit) else kind
