"""Why a number is what it is: every number of a result leads to its measures, its channels, and what it rests on."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from detente.app.setting import file_name, option_words
from detente.core import InputError, Table
from detente.show import make
from detente.show.figures import country_name

if TYPE_CHECKING:
    from detente.app.jobs import Report
    from detente.app.laboratory import Laboratory, PageAnswer
    from detente.app.links import Links
    from detente.core import Labels

LEVEL: Final = ":level"
REFERENCE: Final = ":reference"
"""What follows the name of a result where it is no change from the reference: of the setting, or of the reference, from the base
year."""
RESTS: Final = "rests"
"""The view of what a result rests on: where a number of the base year leads."""
TABS: Final = {"why": "By measure", "channels": "By channel", RESTS: "What it rests on, and what is assumed"}

_WHOLE: Final = {
    "real_income_pct": "{country}.real_income",
    "equivalent_variation_usd_bn": "{country}.equivalent_variation",
    "consumer_price_pct": "{country}.prices",
    "wage_pct": "{country}.wages",
    "real_wage_pct": "{country}.real_wages",
    "exports_pct": "{country}.volume_of_trade",
    "imports_pct": "{country}.volume_of_trade",
    "lowest_factor_price_pct": "{country}.wages",
    "highest_factor_price_pct": "{country}.wages",
    "rent_usd_bn": "{country}.rents",
    "profit_usd_bn": "{country}.rents",
}
_OF_VIEW: Final[Mapping[str, Mapping[str, str]]] = {
    "countries": {**_WHOLE, "tariff_revenue_usd_bn": "{country}.revenue"},
    "map": {
        "real_income_pct": "{code}.real_income",
        "value_usd_bn": "{code}.equivalent_variation",
    },
    "sectors": dict.fromkeys(("output_volume_pct", "output_usd_bn", "cost_pct"), "{country}.output.{sector}"),
    "prices": dict.fromkeys(("price_pct", "cost_pct"), "{country}.prices"),
    "revenue": {
        **_WHOLE,
        "tariff_revenue_usd_bn": "{country}.revenue",
        "tariff_revenue_change_usd_bn": "{country}.revenue",
        "tariff_revenue_share_pct": "{country}.revenue",
        "export_tax_usd_bn": "{country}.revenue",
    },
    "wages": _WHOLE,
    "employment": dict.fromkeys(
        ("employment_share_new_pct", "employment_share_pp", "employment_pct"),
        "{country}.employment.{sector}",
    ),
    "pair": {
        "new_usd_bn": "flow.{importer}.{exporter}",
        "change_pct": "flow.{importer}.{exporter}",
        "duty_pre_pct": "{importer}.duty_pre.{exporter}",
        "duty_post_pct": "{importer}.duty_post.{exporter}",
    },
    "beside": {
        "setting_real_income_pct": "{country}.real_income",
        "setting_equivalent_variation_usd_bn": "{country}.equivalent_variation",
    },
}
"""The result that explains each column; what is not named is a number of the base year."""
_ENTITY: Final = {"map": "{code}.real_income", "pair": "flow.{importer}.{exporter}"}
LEVELS: Final = ("pair",)
"""Views whose numbers stand beside the reference, and are no differences from it."""


def result_of(view: str, column: str, row: Mapping[str, Any]) -> str:
    """Name of the result that explains a number of a view; empty for the world as a whole, and where there is none.

    Examples
    --------
    >>> result_of("sectors", "output_volume_pct", {"country": "USA", "sector": "C26"})
    'USA.output.C26'
    >>> result_of("countries", "real_income_pct", {"country": "WORLD"})
    ''
    """
    if view not in _OF_VIEW or row.get("country") == "WORLD" or row.get("code") == "WORLD":
        return ""
    known = _OF_VIEW[view].get(column)
    return known.format(**row) if known else ""


@dataclass(frozen=True)
class Explanations:
    """Addresses that say why a number of a view is what it is."""

    answer: PageAnswer
    links: Links

    @cached_property
    def _address(self) -> tuple[str, str]:
        """Addresses of the views, with the place of the name marked."""
        why, rests = (self.links.to(view, number="NUMBER", was="") for view in ("why", RESTS))
        return why, rests

    def of(self, column: str, row: Mapping[str, Any]) -> str:
        """Address that explains a number in a row of the view's table; empty where nothing does."""
        view = self.links.view
        if view not in _OF_VIEW:
            return ""
        held, _, key = column.partition("_")
        if view == "beside" and held in ("was", "kept"):
            return self._of_other(held, result_of(view, f"setting_{key}", row))
        name = result_of(view, column, row)
        if name:
            return self._address[0].replace("NUMBER", name + self._kind(row).replace(":", "%3A"))
        if "country" in row and row["country"] != "WORLD" and "sector" in row:
            return self._address[1].replace("NUMBER", f"{row['country']}.output.{row['sector']}")
        entity = _ENTITY.get(view, "{country}.real_income").format(**row)
        return "" if entity.startswith("WORLD") else self._address[1].replace("NUMBER", entity)

    def _of_other(self, held: str, name: str) -> str:
        """Address that explains a number of the setting before, or of the one that was kept."""
        state = self.links.state
        other = state.before if held == "was" else state.beside
        if not name or other is None:
            return ""
        return replace(self.links, state=replace(other, against=state.against)).to("why", number=name)

    def bar(self, name: str) -> str:
        """Address that explains the bar of a result."""
        if not name:
            return ""
        unset = self.answer.setting == self.answer.reference
        return self._address[0].replace("NUMBER", name + (LEVEL.replace(":", "%3A") if unset else ""))

    def _kind(self, row: Mapping[str, Any]) -> str:
        """Whether a number is a change from the reference, or a level of one of the two."""
        of_reference = row.get("outcome") == self.answer.reference != self.answer.setting
        if of_reference:
            return REFERENCE
        is_level = self.answer.setting == self.answer.reference or (
            row["measure"] == "level" if "measure" in row else self.links.view in LEVELS
        )
        return LEVEL if is_level else ""


def number_of(answer: PageAnswer) -> tuple[str, str]:
    """The result that is asked for, and what follows its name; the first side's real income when none is."""
    asked = answer.state.number or f"{answer.state.economy or answer.parties[0]}.real_income"
    name, mark, kind = asked.partition(":")
    return name, mark + kind


def explained(answer: PageAnswer, laboratory: Laboratory) -> Mapping[str, Table]:
    """The tables that explain a number, by name.

    Raises
    ------
    Unfinished
        Until they are there.
    InputError, LabelError
        When nothing is set, and for a result that is none.
    """
    name, kind = number_of(answer)
    if not kind and answer.reference == answer.setting:
        raise InputError(
            "nothing is set: there is no change to explain",
            where="view why",
            hint="choose another outcome, or switch a measure",
        )
    state = answer.state
    asked = answer.chosen[answer.reference if kind == REFERENCE else answer.setting].case
    reference = None if kind else answer.chosen[answer.reference].case
    own = laboratory.model(state, state.horizon)
    model = own.on(replace(own.economy))  # nobody else's while the page goes on solving

    def solve(report: Report) -> Mapping[str, Table]:
        tables = make(
            "explain-measures",
            model=model,
            dossier=answer.dossier,
            name=name,
            case=asked,
            reference=reference,
            method="auto",
            draws=0,
            seed=1,
        )
        return {table.name: table for table in tables if isinstance(table, Table)}

    key = ("why", name, kind, state.question, state.against, state.horizon, answer.dossier.asof)
    tables = laboratory.jobs.result(key, f"Why: {titled(name, model.economy.labels)}", solve)
    assert isinstance(tables, dict)
    return tables


def titled(name: str, labels: Labels | None = None) -> str:
    """A result in words, with sectors by their names where `labels` knows them.

    Examples
    --------
    >>> titled("USA.output.C26"), titled("flow.USA.CHN")
    ('United States: output, C26', 'What the United States buys from China')
    """
    first, *rest = name.split(".")
    sectors = () if labels is None else labels.sectors
    last = [labels.sector_name(word) if labels and word in sectors else word for word in rest]
    if first == "flow" and len(rest) > 1:
        buyer, seller = (country_name(code, in_sentence=True) for code in rest[:2])
        return ", ".join((f"What {buyer} buys from {seller}", *last[2:]))
    return f"{country_name(first)}: {', '.join((rest[0].replace('_', ' '), *last[1:])) if rest else ''}"


def explained_table(name: str) -> Callable[[PageAnswer, Laboratory], Table]:
    """One of the tables that explain a number."""

    def make_table(answer: PageAnswer, laboratory: Laboratory) -> Table:
        tables = explained(answer, laboratory)
        if name not in tables:
            raise InputError(
                f"`{number_of(answer)[0]}` is not split that way", where="view", hint="see the other tables"
            )
        return tables[name]

    return make_table


def explain_command(answer: PageAnswer, table: str, source: str, world: str | None) -> str:
    """The command that explains a number; a share left is told by the scenario file of the setting."""
    state = answer.state
    name, kind = number_of(answer)
    by_file = bool(state.left) and kind != REFERENCE
    base = state.against if kind == REFERENCE else state.base
    words = ["detente", "explain", name, file_name(answer.scenario) if by_file else base]
    if not by_file and kind != REFERENCE:
        words += [part for measure, value in state.set for part in ("--set", f"{measure}={value}")]
    words += [] if kind else ["--against", state.against]
    words += ["--table", table]
    return shlex.join([*words, *option_words(state, source, world)])


@dataclass(frozen=True)
class WhyTabs:
    """The result that is explained, and the other results and tables that are one step away.

    Attributes
    ----------
    title : str
    against : str
        What it is a change from.
    tabs : tuple of (view, title)
    others : tuple of (name, title)
        Results of the same economy.
    """

    title: str
    against: str
    tabs: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, str], ...]


def why_tabs(answer: PageAnswer, laboratory: Laboratory) -> WhyTabs:
    """What stands above an explanation."""
    name, kind = number_of(answer)
    code = answer.parties[0] if name.startswith("flow.") else name.split(".")[0]
    others = {key.split(".", 1)[1]: None for key in _WHOLE.values()}
    level = [] if kind else [(f"{name}{LEVEL}", "the same against the base year")]
    outcome = answer.chosen[answer.reference if kind == REFERENCE else answer.setting].scenario.title
    against = "the base year" if kind else f"“{answer.chosen[answer.reference].scenario.title}”"
    return WhyTabs(
        f"{titled(name, answer.economy.labels)} under “{outcome}”",
        against,
        tuple(TABS.items()),
        (
            *level,
            *((f"{code}.{key}{kind}", key.replace("_", " ")) for key in others if f"{code}.{key}" != name),
        ),
    )
