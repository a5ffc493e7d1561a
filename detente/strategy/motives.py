"""What every option of every decision was worth to the side that chose, motive by motive: exact solves, kept as a table.

The table is what preferences are inferred from (`detente.strategy.inverse`); no solve is needed then.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np

from detente.core import InputError, LabelError, is_file, known, read_text, suggestion
from detente.dossier import Field, Frozen, Grade, Slug
from detente.equilibrium import Model, Policy, solve
from detente.policy import wedges_at
from detente.strategy.choices import Decision, decisions, option_scenario
from detente.strategy.preferences import Preferences
from detente.strategy.solves import Parts, parts_of
from detente.world import Array, frozen

if TYPE_CHECKING:
    from detente.dossier import Dossier

BN = 1e3
"""Million USD in a billion."""
OTHERS = ("revenue", "transfers", "rival", "controls", "retreat", "ahead")
"""Motives besides incomes by group of sectors."""
FACTS = ("decision", "day", "known", "on", "player", "joint", "option")
"""Columns of the table before the numbers."""


class Bounds(Frozen):
    """One motive's weight: as published, how far from it is no surprise, and where it is looked for."""

    at: float
    spread: Annotated[float, Field(gt=0)]
    low: float
    high: float


class Ends(Frozen):
    """Ends of a range."""

    low: Annotated[float, Field(gt=0)]
    high: Annotated[float, Field(gt=0)]


class MotiveFile(Frozen):
    """What the sides of a record may want, with the weights to start from; the file says what each key means."""

    id: Slug
    dossier: str
    world: str
    horizon: str
    preferences: str
    published: Slug
    groups: dict[Slug, tuple[str, ...]]
    weights: dict[str, Bounds]
    precision: Ends
    source: str
    grade: Grade

    @property
    def motives(self) -> tuple[str, ...]:
        """Names of all motives, incomes by group first."""
        return (*self.groups, *OTHERS)

    def bounds(self, motive: str) -> Bounds:
        """Bounds of a motive; transfers count as they are.

        Raises
        ------
        LabelError
            For a motive the file says nothing of.
        """
        if motive == "transfers":
            return Bounds(at=1.0, spread=1.0, low=1.0, high=1.0)
        key = "groups" if motive in self.groups else motive
        if key not in self.weights:
            raise LabelError(
                f"no bounds for `{motive}`", where=f"motives {self.id}", hint=suggestion(key, self.weights)
            )
        return self.weights[key]


def motives_of(dossier: str) -> MotiveFile | None:
    """The file of motives that comes with a dossier; None when there is none."""
    from detente.dossier import checked_kept, read_yaml

    path = _folder() / f"motives-{Path(dossier).name}.yaml"
    if not is_file(path):
        return None
    file = read_yaml(path)
    return checked_kept(MotiveFile, file, (Path(__file__),))


@dataclass(frozen=True, eq=False)
class Choice:
    """One decision with what its options were worth.

    Attributes
    ----------
    id : str
        Day and side.
    day, known, on : date
        As in `detente.strategy.choices.Decision`.
    player : str
    joint : bool
    options : tuple of str
        The first was taken.
    worth : array [option, motive], billion USD a year (counts for controls, retreat)
        With its sign: more is better at a positive weight.
    income : array [option], billion USD a year
        The side's own real income.
    """

    id: str
    day: dt.date
    known: dt.date
    on: dt.date
    player: str
    joint: bool
    options: tuple[str, ...]
    worth: Array
    income: Array


def weigh_choice(
    model: Model,
    record: Dossier,
    decision: Decision,
    parties: Sequence[str],
    file: MotiveFile,
    published: Preferences,
) -> Choice:
    """Solve the options of one decision.

    Parameters
    ----------
    model : Model
    record : Dossier
        The whole one: options are told with what was known at the decision.
    decision : Decision
    parties : sequence of str
        Two of them.
    file : MotiveFile
    published : Preferences
        Its political weights are those around which groups move.

    Raises
    ------
    SolveError
        When an option has no equilibrium.
    """
    from detente.dossier import known_by

    economy = model.economy
    base = known_by(record, max(decision.known, economy.base_day))
    wedges = [
        wedges_at(economy, base, option_scenario(base, decision, option, parties), quantities=False)
        for option in decision.options
    ]
    solved = [solve(model, Policy(economy, each), throw=True) for each in wedges]
    p = parties.index(decision.player)
    parts = parts_of(solved, [economy.labels.country(code) for code in parties])
    worth = np.column_stack(
        [
            *incomes_by_group(
                parts.sector_income[:, p],
                economy.labels.sectors,
                published.lambdas(decision.player, economy.labels.sectors),
                file,
            ),
            parts.revenue[:, p] / BN,
            parts.transfers[:, p] / BN,
            *_political(parts, economy.labels.countries.index(parties[1 - p]), decision),
        ]
    )
    own = parts.real_income_usd[:, economy.labels.country(decision.player)] / BN
    return Choice(
        decision.id,
        decision.day,
        decision.known,
        decision.on,
        decision.player,
        decision.joint,
        tuple(option.id for option in decision.options),
        frozen(worth),
        frozen(own),
    )


def incomes_by_group(earned: Array, sectors: Sequence[str], lambdas: Array, file: MotiveFile) -> list[Array]:
    """Income by group of sectors, billion USD, from what is earned [option, sector], each sector at its published weight.

    Raises
    ------
    LabelError, InputError
        Where the groups of the file are not the sectors of the economy.
    """
    grouped = {code for codes in file.groups.values() for code in codes}
    if strange := sorted(grouped - set(sectors)):
        raise LabelError(
            f"unknown sector `{strange[0]}`",
            where=f"motives {file.id}: groups",
            hint=suggestion(strange[0], sectors),
        )
    if left := sorted(set(sectors) - grouped):
        raise InputError(
            f"the sector `{left[0]}` is in no group",
            where=f"motives {file.id}: groups",
            hint="name it in one",
        )
    income = earned * lambdas / BN
    return [income[:, [sectors.index(code) for code in codes]].sum(1) for codes in file.groups.values()]


def _political(parts: Parts, rival: int, decision: Decision) -> list[Array]:
    """The rival's loss, controls, backing down, and the rival's loss before a meeting."""
    loss = -parts.real_income_usd[:, rival] / BN
    return [
        loss,
        np.array([float(option.controls) for option in decision.options]),
        -np.array([float(option.retreat) for option in decision.options]),
        loss * decision.ahead,
    ]


def weigh_choices(
    model: Model, record: Dossier, file: MotiveFile, published: Preferences, *, since: dt.date | None = None
) -> tuple[Choice, ...]:
    """Solve every option of every decision of a record; about a tenth of a second an option."""
    parties = tuple(record.parties)
    return tuple(
        weigh_choice(model, record, decision, parties, file, published)
        for decision in decisions(record, parties)
        if since is None or decision.day >= since
    )


def choices_text(weighed: Sequence[Choice], file: MotiveFile) -> str:
    """The table as CSV; what `read_choices` reads, in known digits."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*FACTS, *file.motives, "income"])
    for each in weighed:
        for k, option in enumerate(each.options):
            numbers = [*each.worth[k], each.income[k]]
            writer.writerow(
                [each.id, each.day, each.known, each.on, each.player, int(each.joint), option]
                + [f"{known(float(number), 6):.6g}" for number in numbers]
            )
    return out.getvalue()


def read_choices(file: MotiveFile, asof: dt.date | None = None) -> tuple[Choice, ...]:
    """The shipped table of a record's decisions, those that were complete on a day.

    Raises
    ------
    InputError
        When the table has not the motives of the file.
    """
    from detente.strategy.choices import TOGETHER

    rows = list(csv.DictReader(io.StringIO(read_text(_folder() / f"choices-{file.id}.csv", limit=2_000_000))))
    columns = [*file.motives, "income"]
    if not rows or any(name not in rows[0] for name in columns):
        raise InputError(
            "the table of choices has other motives than the file",
            where=f"choices-{file.id}.csv",
            hint="python scripts/weigh_choices.py makes it again",
        )
    grouped: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        grouped.setdefault(row["decision"], []).append(row)
    weighed = []
    for name, options in grouped.items():
        first, numbers = options[0], np.array([[float(row[key]) for key in columns] for row in options])
        day, announced, on = (dt.date.fromisoformat(first[key]) for key in ("day", "known", "on"))
        if asof is None or announced + TOGETHER <= asof:
            weighed.append(
                Choice(
                    name,
                    day,
                    announced,
                    on,
                    first["player"],
                    first["joint"] == "1",
                    tuple(row["option"] for row in options),
                    frozen(numbers[:, :-1]),
                    frozen(numbers[:, -1]),
                )
            )
    return tuple(weighed)


def _folder() -> Path:
    return Path(__file__).resolve().parent / "data"
