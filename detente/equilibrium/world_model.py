"""A model: an economy, how it can substitute, and how deficits are determined; everything a policy is solved on."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from detente.equilibrium.baseline import CORE, Baseline, prepare
from detente.equilibrium.structure import Structure
from detente.equilibrium.sweep import CLOSURES, Newton, deficits
from detente.world import Array, Economy, frozen

if TYPE_CHECKING:
    from detente.core import Labels
    from detente.equilibrium.responses.rules import Responses
    from detente.equilibrium.solution import Equilibrium


@dataclass(frozen=True, eq=False)
class Model:
    """What a policy is solved on: the baseline, its structure, its closure, and the settings of the solver.

    Parameters
    ----------
    economy : Economy
        The baseline, with the trade elasticities of the horizon.
    structure : Structure
        Nests, mobility of factors and markups; the core model when left out.
    closure : {"share", "fixed", "zero"} or array [country]
        How deficits are determined; see `CLOSURES`. An array gives them in million USD, summing to zero.
    responses : Responses, optional
        What answers beside prices, as in `solve_responses`; nothing when left out.
    solver : Newton, optional
        Tolerance, limits and budget; the usual ones when left out.

    Raises
    ------
    InputError
        For an unknown closure, or deficits that do not sum to zero over the world.

    See Also
    --------
    detente.cases.model_at : the model of a horizon.

    Examples
    --------
    >>> from detente.world import toy
    >>> model = Model(toy())
    >>> model
    <Model toy (2024): 5 countries, 4 sectors; long run; closure share>
    >>> bool(abs(model.deficit.sum()) < 1e-6)
    True
    """

    economy: Economy
    structure: Structure = CORE
    closure: str | Array = "share"
    solver: Newton | None = None
    responses: Responses | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "economy", self.economy.table)  # margins of markets are with the responses
        deficits(self.economy, self.closure)

    @property
    def answers(self) -> bool:
        """Whether more than prices answers."""
        return self.responses is not None and not self.responses.is_core

    def __repr__(self) -> str:
        N, S = self.economy.va_share.shape
        return (
            f"<Model {self.economy.name} ({self.economy.year}): {N} countries, {S} sectors; "
            f"{self.structure.horizon}; closure {self.closure_name}>"
        )

    @classmethod
    def behind(cls, value: Equilibrium) -> Model:
        """Return the model that an equilibrium was solved on, with the usual settings of the solver."""
        closure = value.closure if value.closure in CLOSURES else value.deficit_new
        return cls(value.economy, value.structure, closure, responses=value.responses)

    @property
    def labels(self) -> Labels:
        """Countries and sectors."""
        return self.economy.labels

    @property
    def closure_name(self) -> str:
        """Name of the closure; ``own`` when deficits are given."""
        return self.closure if isinstance(self.closure, str) else "own"

    @property
    def closure_words(self) -> str:
        """What the closure says, for a note."""
        return CLOSURES.get(self.closure_name, "deficits of one's own")

    @property
    def closure_key(self) -> str:
        """What tells this closure from others, for a content key: its name, or the bytes of deficits that are given."""
        return self.closure if isinstance(self.closure, str) else f"own {self.deficit.tobytes().hex()}"

    @functools.cached_property
    def deficit(self) -> Array:
        """Deficits under the closure [country], million USD in the numeraire."""
        return frozen(deficits(self.economy, self.closure))

    @functools.cached_property
    def prepared(self) -> Baseline:
        """The base year's inverses, which steer every solve on this model; computed when first asked for."""
        return prepare(self.economy, self.structure)

    def on(self, economy: Economy) -> Model:
        """Return the same model on another economy, such as one with other elasticities."""
        return replace(self, economy=economy)

    def under(self, closure: str | Array) -> Model:
        """Return the same model under another closure."""
        return replace(self, closure=closure)
