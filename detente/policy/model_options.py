"""What a scenario, or a file of its own, sets beside a horizon: wages, demand, scale, deficits, shocks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from detente.core import InputError
from detente.dossier import Field, Frozen

if TYPE_CHECKING:
    from detente.policy.scenario import Scenario

Share = Annotated[float, Field(ge=0, le=1)]
Elasticity = Annotated[float, Field(ge=0, le=10)]
Ratio = Annotated[float, Field(gt=0, le=100)]
Margin = Annotated[float, Field(ge=0, le=0.99)]
Bend = Annotated[float, Field(gt=0, le=10)]


class ModelOptions(Frozen):
    """Settings of the model beside its horizon; what is left out stays the horizon's.

    Keys of a mapping are codes of the world; a code it does not name has none. They stand for assumptions, graded *assumed* unless a
    source of the record says otherwise; `detente run --options FILE` reads them from a file of their own.

    Attributes
    ----------
    revenue : {"rebate", "saved", "tax-cut"}, optional
    wage_floor, labour_supply, relief : float or mapping of country to float, optional
    minimum_consumption, scale : float or mapping of sector to float, optional
    deficits : {"closure", "country share"}, optional
    sharing : tuple of str
    productivity : mapping of country to float, or to mapping of sector to float
    population : mapping of country to float
    margin, pass_through : float or mapping, optional
        Of sector to float, of country to float, or of country to mapping of sector to float.
    """

    revenue: Literal["rebate", "saved", "tax-cut"] | None = None
    """What duties beyond the base year's are used for."""
    wage_floor: Share | dict[str, Share] | None = None
    """Lowest wage in dollars to the base year's, for all or by economy."""
    labour_supply: Elasticity | dict[str, Elasticity] | None = None
    """Elasticity of labour supply by the real wage, for all or by economy."""
    minimum_consumption: Share | dict[str, Share] | None = None
    """Share of the base year's final consumption that households buy whatever their income, for all or by sector."""
    scale: Elasticity | dict[str, Elasticity] | None = None
    """Elasticity of productivity by the size of a sector (external economies, entry of firms), for all or by sector."""
    relief: Share | dict[str, Share] | None = None
    """Share of added duties that lowers the tax on labour; matters with `labour_supply`."""
    deficits: Literal["closure", "country share"] | None = None
    """Deficits of the closure, or a constant share of each economy's income."""
    sharing: tuple[str, ...] = ()
    """Economies that pay each other until all lose the same share of real income."""
    productivity: dict[str, Ratio | dict[str, Ratio]] = Field(default_factory=dict)
    """Output from the same inputs, new over old: by economy, or by economy and sector."""
    population: dict[str, Ratio] = Field(default_factory=dict)
    """People, new over old, by economy."""
    margin: Margin | dict[str, Margin | dict[str, Margin]] | None = None
    """Share of what is sold that its market's own workers earn: for all, by sector, by economy, or by economy and sector."""
    pass_through: Bend | dict[str, Bend | dict[str, Bend]] | None = None
    """By how much of its own size a duty moves a flow: for all, by sector, by economy, or by economy and sector; 1 is the core."""

    def over(self, other: ModelOptions | None) -> ModelOptions:
        """Return these settings, and those of `other` where these say nothing."""
        if other is None:
            return self
        return other.model_copy(update={name: getattr(self, name) for name in self.model_fields_set})


def read_model_options(path: str | Path) -> ModelOptions:
    """Read a YAML file of settings.

    Raises
    ------
    SchemaError
        For an unknown key, with the nearest one, and a value out of range; file, line and key are named.
    """
    from detente.dossier import read_yaml, validate

    file = read_yaml(Path(path))
    return validate(ModelOptions, file.data, file, ())


ELSEWHERE = "solve it with `detente run` or `compare`; `path` takes --wage-floor, --labour-supply and --minimum-consumption"


def refuse_model_options(scenario: Scenario, doing: str, hint: str = ELSEWHERE) -> None:
    """Refuse a scenario with `options` where they would not be heard.

    Parameters
    ----------
    scenario : Scenario
    doing : str
        What was asked.
    hint : str
        What to do instead.

    Raises
    ------
    InputError
        Naming the scenario and what was asked.
    """
    if scenario.options is not None:
        raise InputError(
            f"`options` of a scenario and {doing} do not go together",
            where=f"scenario `{scenario.id}`",
            hint=hint,
        )
