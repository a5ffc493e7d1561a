"""Carbon in a scenario: what making goods emits, what resources bring, and duties of so much a tonne."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from detente.core import EVERYBODY, InputError, LabelError, SchemaError, csv_rows, read_text
from detente.dossier import Field, Frozen, model_validator

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from detente.policy.scenario import Scenario
    from detente.world import Array, Economy

Intensity = Annotated[float, Field(ge=0, le=1e6)]
Part = Annotated[float, Field(ge=0, le=1)]
COLUMNS = ["country", "sector", "tonnes_per_million_usd"]
LARGEST = 5_000_000
"""Bytes of a table of intensities: 200 economies by 200 sectors are less than half of it."""


class Accounts(Frozen):
    """What a scenario counts beside money: emissions and resource rents. None of it moves anything unless `carbon` charges it.

    Attributes
    ----------
    intensities : mapping of country to float, or to mapping of sector to float
        Tonnes emitted in making a million USD of output; ``all`` stands for every country or sector that is not named.
    table : str, optional
        The same as a CSV beside the scenario's file, with columns ``country,sector,tonnes_per_million_usd``.
    source : str
        Where they come from.
    rents : mapping of sector to float
        Resource rents as a share of what the sector's factors earn, in every country.
    """

    intensities: dict[str, Intensity | dict[str, Intensity]] = Field(default_factory=dict)
    table: str | None = None
    source: str = ""
    rents: dict[str, Part] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Accounts:
        if self.table is not None and Path(self.table).name != self.table:
            raise ValueError("`table` is the name of a file beside this one, without a folder")
        return self


class CarbonDuty(Frozen):
    """One line of a scenario's `carbon`: a duty of so much a tonne, on top of all other duties.

    Attributes
    ----------
    importer, exporter : str or list of str
        Codes of the world, or ``all``; who charges does not charge others who do.
    exempt : tuple of str
        Exporters that are not charged.
    sectors : str or list of str
        Codes of the world, ``goods``, ``services`` or ``all``.
    price : float
        USD a tonne.
    embodied : bool
        By what was emitted in making a good's inputs too, wherever these are made.
    reason : str
    """

    importer: str | tuple[str, ...]
    exporter: str | tuple[str, ...] = EVERYBODY
    exempt: tuple[str, ...] = ()
    sectors: str | tuple[str, ...] = "goods"
    price: Annotated[float, Field(ge=0, le=10_000)]
    embodied: bool = False
    reason: str = ""


def read_intensities(scenario: Scenario, folder: Path) -> Scenario:
    """Return the scenario with the table of intensities that it names, from its own folder.

    Raises
    ------
    InputError, SchemaError
        For a table that is missing, too large, or not of the stated form, with file and line.
    """
    accounts = scenario.accounts
    if accounts is None or accounts.table is None:
        return scenario
    name = accounts.table
    text = read_text(folder / name, limit=LARGEST, expected="a table of intensities", name=name)
    rows = csv_rows(text.splitlines(), file=name)
    if next(rows, []) != COLUMNS:
        raise SchemaError(
            "the first line names other columns", file=name, line=1, hint="expected: " + ",".join(COLUMNS)
        )
    read: dict[str, dict[str, float]] = {}
    for line, row in enumerate(rows, 2):
        if not row:
            continue
        country, sector, value = (*row, "", "")[:3]
        tonnes = _tonnes(value)
        if len(row) != len(COLUMNS) or not 0 <= tonnes <= 1e6:
            raise SchemaError(
                f"`{value[:40]}` is no intensity" if len(row) == len(COLUMNS) else f"{len(row)} cells",
                file=name,
                line=line,
                hint="a country, a sector, and tonnes by million USD of output, 0 to 1,000,000",
            )
        if sector in read.setdefault(country, {}):
            raise SchemaError(
                f"`{country}`, `{sector}` stands twice", file=name, line=line, hint="leave one of them"
            )
        read[country][sector] = tonnes
    both: dict[str, float | dict[str, float]] = {**read, **accounts.intensities}
    full = accounts.model_copy(update={"intensities": both, "table": None, "source": accounts.source or name})
    return scenario.model_copy(update={"accounts": full})


def _tonnes(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def stated_intensities(economy: Economy, accounts: Accounts, *, where: str) -> Array:
    """Tonnes by million USD of output [country, sector]; not a number where nothing is stated.

    Raises
    ------
    LabelError
        A country or sector the world does not have, with the nearest one.

    Examples
    --------
    >>> from detente.world import toy
    >>> stated = Accounts(intensities={"CHN": {"GOODS": 900.0, "all": 300.0}, "all": 100.0})
    >>> stated_intensities(toy(), stated, where="example")[:2].tolist()
    [[100.0, 100.0, 100.0, 100.0], [300.0, 300.0, 900.0, 300.0]]
    """
    import numpy as np

    labels, tonnes = economy.labels, np.full(economy.va_share.shape, np.nan)
    try:
        # words that stand for the rest come first: what is named goes before them
        for code, given in sorted(accounts.intensities.items(), key=lambda item: item[0] != EVERYBODY):
            rows = slice(None) if code == EVERYBODY else labels.country(code)
            of_sectors = given if isinstance(given, dict) else {EVERYBODY: given}
            for sector, value in sorted(of_sectors.items(), key=lambda item: item[0] != EVERYBODY):
                tonnes[rows, slice(None) if sector == EVERYBODY else labels.sector(sector)] = value
    except LabelError as error:
        raise LabelError(error.what, where=f"{where}: accounts", hint=error.hint) from None
    return tonnes


def carbon_tariff(economy: Economy, tariff: Array, scenario: Scenario) -> Array:
    """Duties after the carbon duties of a scenario, one after the other.

    A duty is ad valorem at base-year prices: ``price · tonnes by million USD / 10⁶``.

    Parameters
    ----------
    economy : Economy
    tariff : array [importer, exporter, sector], fraction
        Duties before.
    scenario : Scenario

    Returns
    -------
    array [importer, exporter, sector], fraction

    Raises
    ------
    LabelError
        A country or sector the world does not have.
    InputError
        A line that reaches no pair of countries, and goods of which nobody said what they emit.

    Examples
    --------
    >>> from detente.policy import Scenario
    >>> from detente.world import toy
    >>> own = Scenario(
    ...     id="cbam", title="Carbon", dossier="toy", accounts=Accounts(intensities={"all": 500.0}),
    ...     carbon=(CarbonDuty(importer="EU27", price=80.0),),
    ... )
    >>> added = carbon_tariff(toy(), toy().tariff, own) - toy().tariff
    >>> float(added[2, 0, 0].round(6)), float(added[2, 2, 0])
    (0.04, 0.0)
    """
    if not scenario.carbon:
        return tariff
    import numpy as np

    accounts = scenario.accounts or Accounts()
    stated = stated_intensities(economy, accounts, where=scenario.id)
    result = np.array(tariff)
    for position, duty in enumerate(scenario.carbon, 1):
        place = f"{scenario.id}: carbon, line {position}"
        charged = _charged(economy, duty, place)
        result += np.where(charged, duty.price / 1e6 * _rates(economy, duty, stated, charged, place), 0.0)
    return result


def _charged(economy: Economy, duty: CarbonDuty, place: str) -> npt.NDArray[np.bool_]:
    """Flows that a line charges [importer, exporter, sector], as truth values."""
    import numpy as np

    from detente.world import countries_named, sectors_named

    charged = np.zeros(economy.flows.shape, dtype=bool)
    try:
        importers = countries_named(economy, duty.importer)
        exporters = countries_named(economy, duty.exporter)
        exempt = countries_named(economy, duty.exempt)
        sectors = sectors_named(economy, duty.sectors)
    except LabelError as error:
        raise LabelError(error.what, where=place, hint=error.hint) from None
    charged[np.ix_(importers, exporters, sectors)] = True
    charged[:, [*importers, *exempt]] = False
    if not charged.any():
        raise InputError(
            "no pair of countries and sector is reached",
            where=place,
            hint="who charges does not charge others who do, nor who is exempt",
        )
    return charged


def _rates(
    economy: Economy, duty: CarbonDuty, stated: Array, charged: npt.NDArray[np.bool_], place: str
) -> Array:
    """Tonnes by million USD [exporter, sector] of what is charged."""
    import numpy as np

    from detente.world import embodied_intensity

    needed = economy.output > 0 if duty.embodied else (charged & (economy.flows > 0)).any(0)
    unknown = np.argwhere(needed & np.isnan(stated))
    if len(unknown):
        i, s = unknown[0]
        more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        raise InputError(
            f"nobody said what `{economy.labels.sectors[s]}` of `{economy.labels.countries[i]}`{more} emits",
            where=place,
            hint="tonnes by million USD under `accounts: intensities` or in its `table`, 0 where nothing is emitted; `all` stands "
            "for the rest"
            + ("; what is embodied in inputs needs every country and sector" if duty.embodied else ""),
        )
    tonnes = np.nan_to_num(stated)
    return embodied_intensity(economy, tonnes) if duty.embodied else tonnes


def rent_shares(economy: Economy, accounts: Accounts, *, where: str) -> Array:
    """Shares of resource rents in what factors earn [country, sector].

    Raises
    ------
    LabelError
        For an unknown sector.
    """
    import numpy as np

    share = np.zeros(economy.va_share.shape)
    for code, part in accounts.rents.items():
        try:
            share[:, economy.labels.sector(code)] = part
        except LabelError as error:
            raise LabelError(error.what, where=f"{where}: accounts", hint=error.hint) from None
    return share
