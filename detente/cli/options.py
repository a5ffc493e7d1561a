"""Options that several verbs share: one wording, one default, one place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.output import Format, check_apart, check_ending, check_picture, usage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from detente.cases import Options
    from detente.core import Labels
    from detente.equilibrium import Newton

FILE = "detente.file"
PICTURE = "detente.picture"
"""Where the file and the picture to write are noted for the option that is read after them."""
DEFAULT_DOSSIER = "busan-2025"


def _format(context: typer.Context, style: Format | None) -> Format | None:
    """Check the ending of the file of `_out`, before anything is solved, once both options are read."""
    if FILE in context.meta:
        check_ending(context.meta[FILE], style)
    return style


def _out(context: typer.Context, out: Path | None) -> Path | None:
    context.meta[FILE] = out
    if "style" in context.params:
        check_ending(out, context.params["style"])
    check_apart(out, context.meta.get(PICTURE))
    return out


def _picture(context: typer.Context, path: Path | None) -> Path | None:
    context.meta[PICTURE] = check_picture(path)
    check_apart(context.meta.get(FILE), path)
    return path


FormatOption = Annotated[
    Format | None,
    typer.Option("--format", "-f", help="How to write tables.", show_default="table", callback=_format),
]
OutOption = Annotated[
    Path | None, typer.Option("--out", "-o", help="Write to this file instead of stdout.", callback=_out)
]
PictureOption = Annotated[
    Path | None,
    typer.Option("--picture", help="Also draw it into this SVG or PNG file.", callback=_picture),
]
DossierOption = Annotated[str, typer.Option("--dossier", help="A shipped dossier's id, or a folder of one.")]
CountriesOption = Annotated[
    str,
    typer.Option(
        "--countries",
        help="Economies to show, in codes or words with commas between; all for all.",
        show_default="the sides of the record, and the world where it has such a number",
    ),
]
AsofOption = Annotated[
    str | None,
    typer.Option("--asof", help="What was known on this day.", show_default="the dossier's own day"),
]
HorizonOption = Annotated[
    str,
    typer.Option("--horizon", help="How much time to adjust: impact (months), short (one year) or long."),
]
ElasticitiesOption = Annotated[
    str | None,
    typer.Option(
        "--elasticities",
        help="Set of trade elasticities: fgo, cp, u4, ll, gyy, shap, bsy, fgo-sigma, blpn-10y; of one year blpn-1y.",
        show_default="fgo; a world of one's own keeps its own",
    ),
]
ClosureOption = Annotated[
    str,
    typer.Option(
        "--closure",
        help="How deficits are determined: share, fixed, zero; or ECONOMY=BILLIONS, by how much its surplus grows.",
    ),
]
NamedClosureOption = Annotated[
    str, typer.Option("--closure", help="How deficits are determined: share, fixed, zero.")
]
BudgetOption = Annotated[
    float | None,
    typer.Option(
        "--budget",
        help="Work after which a solve is given up, in sweeps; draws keep the default.",
        show_default="10000, some seconds",
    ),
]
DrawWorkersOption = Annotated[
    int,
    typer.Option("--workers", help="Processes that share the draws; the result does not depend on it."),
]
DrawsOption = Annotated[
    int,
    typer.Option(
        "--draws", help="Solve again under this many drawn parameters, for intervals.", show_default="none"
    ),
]
RevenueOption = Annotated[
    str | None,
    typer.Option(
        "--revenue",
        help="What duties beyond the base year's are used for: rebate (households), saved (the treasury borrows less) or "
        "tax-cut (other taxes).",
        show_default="saved in the first year, rebate in the long run",
    ),
]
WageFloorOption = Annotated[
    list[str] | None,
    typer.Option(
        "--wage-floor",
        help="Lowest wage in dollars, to the base year's: 0.98, or ECONOMY=0.98 and again for others; gives unemployment.",
        show_default="none",
    ),
]
SupplyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--labour-supply",
        help="Elasticity of labour supply by the real wage: 0.25, or ECONOMY=0.25 and again for others.",
        show_default="0, a fixed supply",
    ),
]
MinimumOption = Annotated[
    list[str] | None,
    typer.Option(
        "--minimum-consumption",
        help="Share of base-year consumption bought whatever the income: 0.3, or SECTOR=0.6 and again for others.",
        show_default="none",
    ),
]
OptionsOption = Annotated[
    Path | None,
    typer.Option(
        "--options",
        help="YAML file of settings beside the horizon: these, and scale, relief, deficits, sharing, productivity, population, margin, pass_through.",
    ),
]
SeedOption = Annotated[
    int, typer.Option("--seed", min=0, help="Seed of the draws: the same seed gives the same bytes.")
]


def beside(
    revenue: str | None,
    floors: Sequence[str] | None,
    supply: Sequence[str] | None,
    minimum: Sequence[str] | None = None,
    file: Path | None = None,
    world: str | None = None,
) -> Options | None:
    """Settings beside a horizon as typed, over those of a file; None where nothing was. Economies are named in words or codes.

    Raises
    ------
    LabelError, UnitError
        For an unknown use of duties, and numbers that are none or out of range.
    """
    if revenue is None and not floors and not supply and not minimum and file is None:
        return None
    from dataclasses import replace

    from detente.cases import REVENUE_USES, Options
    from detente.cli.aliases import country_called, sector_called
    from detente.core import LabelError, suggestion

    with usage():
        if revenue is not None and revenue not in REVENUE_USES:
            raise LabelError(
                f"unknown use of duties `{revenue}`",
                where="--revenue",
                hint=suggestion(revenue, REVENUE_USES),
            )
        typed: dict[str, Any] = {
            "revenue": revenue,
            "wage_floor": _each(floors, "--wage-floor", 1.0, world, country_called),
            "labour_supply": _each(supply, "--labour-supply", 10.0, world, country_called),
            "minimum_consumption": _each(minimum, "--minimum-consumption", 1.0, world, sector_called),
        }
    options = Options()
    if file is not None:
        from detente.policy import read_model_options

        options = Options.stated(read_model_options(file))
    return replace(options, **{name: value for name, value in typed.items() if value is not None})


def _each(
    texts: Sequence[str] | None,
    where: str,
    most: float,
    world: str | None,
    called: Callable[[str, Labels], str],
) -> float | dict[str, float] | None:
    """One number, or one for each country or sector named, in codes or in words."""
    from detente.cli.worlds import economy_for
    from detente.core import InputError, UnitError

    if not texts:
        return None
    numbers: dict[str, float] = {}
    for text in texts:
        code, _, number = text.rpartition("=")
        try:
            value = float(number)
        except ValueError:
            value = float("nan")
        if not 0 <= value <= most:
            raise UnitError(
                f"`{text}` is no number from 0 to {most:g}", where=where, hint="0.98, or ECONOMY=0.98"
            )
        name = called(code, economy_for(world, None).labels) if code else code
        if numbers.setdefault(name, value) != value:
            both = f"{numbers[name]:g} and {value:g}"
            raise InputError(
                f"`{name}` has {both}" if name else f"both {both} for all",
                where=where,
                hint="give one number",
            )
    if "" in numbers:
        if len(numbers) > 1:
            raise UnitError(
                "a number for everybody, and others for some", where=where, hint="name the country of each"
            )
        return numbers[""]
    return numbers


def refuse_idle(because: str, **given: bool) -> None:
    """Refuse an option that was given though nothing would read it: silence would pass for an answer.

    Parameters
    ----------
    because : str
        When it has no effect, such as "without --draws".
    given : bool by name of an option
        Whether it was given.

    Raises
    ------
    InputError
        Naming the first one that was.
    """
    from detente.core import InputError

    for name, was in given.items():
        if was:
            with usage():
                raise InputError(
                    f"it has no effect {because}", where=f"--{name.replace('_', '-')}", hint="leave it out"
                )


def solver_of(budget: float | None) -> Newton | None:
    """Settings of the solver with this budget, and time in proportion; the defaults when it is None.

    Raises
    ------
    UnitError
        For a budget that is not above zero.
    """
    if budget is None:
        return None
    from detente.core import UnitError
    from detente.equilibrium import Newton

    default = Newton()
    if not budget > 0:
        with usage():
            raise UnitError(
                f"the budget is {budget:g}",
                where="--budget",
                hint=f"sweeps, more than 0; {default.budget:g} when left out, inf never gives up",
            )
    return Newton(budget=budget, seconds=default.seconds * max(1.0, budget / default.budget))
