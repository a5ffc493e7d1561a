"""What can be looked at: each view is a table of the registry, with what is drawn of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from detente.app.ahead import odds_drawn, scores_drawn, stakes_drawn
from detente.app.changes import changes_of_income
from detente.app.drawing import BarRow, BarRows
from detente.app.dutypath import duty_path_drawn
from detente.app.explained import explained_table, result_of
from detente.app.finding import findable
from detente.app.games import deals_drawn, leverage_drawn
from detente.app.maps import map_drawn
from detente.app.ranges import intervals_drawn
from detente.app.setting import OF_CHOSEN
from detente.app.timepath import all_years, along_drawn, cut_figure, cut_table
from detente.core import Column, LabelError, Table, suggestion
from detente.show import build
from detente.show.figures import country_name
from detente.show.tables import evidence, noted

if TYPE_CHECKING:
    from detente.app.drawing import DrawnView
    from detente.app.laboratory import Laboratory, PageAnswer
    from detente.core import Cell
    from detente.show.figures import Figure


EACH_END: Final = 20
"""Bars at each end of a ranking that is too long to be drawn whole."""


@dataclass(frozen=True)
class View:
    """One thing to look at.

    Parameters
    ----------
    name, title : str
        In the address, and on the page.
    make : function of PageAnswer and Laboratory
        Its table.
    group : {"results", "reasons", "time", "strategy", "outlook", "record"}
    verb : str
        Command that prints the table; empty for `detente run --table NAME`. ``{horizon}`` and ``{asof}`` stand for the state's.
    bars : tuple of (str, str), optional
        Columns of the labels and of the numbers that are drawn.
    figure : function of PageAnswer and Laboratory, optional
        The picture of the briefing that is drawn instead, with the table of the view beside it.
    long : bool
        Whether the view takes longer than a moment, and is computed when it is told to.
    tool : str
        Controls of the view's own above it (`detente.app.tools`).
    body : str
        Another way to show the table than bars or a picture, above it.
    """

    name: str
    title: str
    make: Callable[[PageAnswer, Laboratory], Table]
    group: str = "results"
    verb: str = ""
    bars: tuple[str, str] | None = None
    figure: Callable[[PageAnswer, Laboratory], Figure | None] | None = None
    long: bool = False
    tool: str = ""
    body: str = ""

    @classmethod
    def drawn(
        cls,
        name: str,
        title: str,
        make: Callable[[PageAnswer, Laboratory], DrawnView],
        group: str,
        verb: str,
        *,
        long: bool = True,
        tool: str = "",
        body: str = "",
    ) -> View:
        """A view whose table and picture are made together."""
        return cls(
            name,
            title,
            lambda answer, laboratory: make(answer, laboratory).table,
            group,
            verb,
            figure=lambda answer, laboratory: make(answer, laboratory).figure,
            long=long,
            tool=tool,
            body=body,
        )


def view_called(name: str) -> View:
    """A view by its name.

    Raises
    ------
    LabelError
        When there is none, with the nearest one.
    """
    if name not in VIEWS:
        raise LabelError(f"no view `{name[:60]}`", where="address", hint=suggestion(name[:60], VIEWS))
    return VIEWS[name]


def _of_outcomes(table: str, *needs: str) -> Callable[[PageAnswer, Laboratory], Table]:
    """A table of the setting and its reference, as `detente run` prints it."""

    def make_table(answer: PageAnswer, laboratory: Laboratory) -> Table:
        given: dict[str, object] = {"outcomes": answer.chosen}
        reference = answer.reference if answer.reference != answer.setting else None
        if "against" in needs:
            given["against"] = reference
        if "countries" in needs:
            chosen = answer.state.economy
            given["countries"] = ((chosen,) if chosen else answer.parties) if table in OF_CHOSEN else ()
        if "parties" in needs:
            given["parties"] = answer.parties
        if "outcome" in needs:
            given = {"outcome": answer.chosen[answer.setting]}
        return noted([build(table, **given)], answer.chosen.values())[0]

    return make_table


def _beside(answer: PageAnswer, laboratory: Laboratory) -> Table:
    """The setting, its reference, the setting before and the one that was kept, for every economy."""
    economy = answer.economy
    reference = answer.chosen[answer.reference]
    columns = [(answer.chosen[answer.setting], "setting", "This setting")]
    columns += [
        (answer.others[key][answer.state.horizon], key, title)
        for key, title in (("was", "The setting before"), ("kept", "The setting kept"))
        if key in answer.others
    ]
    changes = [
        (key, f"{title}: {outcome.scenario.title}", changes_of_income(outcome, reference))
        for outcome, key, title in columns
    ]
    rows: list[tuple[Cell, ...]] = []
    for n, code in enumerate((*economy.labels.countries, "WORLD")):
        cells: list[Cell] = [code, country_name(code)]
        for _, _, (share, money) in changes:
            cells += [share[n], money[n]]
        rows.append(tuple(cells))
    return Table(
        "beside",
        f"Settings side by side, against {reference.scenario.title}",
        (
            Column("country", "Country"),
            Column("name", "Name"),
            *(
                column
                for key, title, _ in changes
                for column in (
                    Column(f"{key}_real_income_pct", f"{title}, real income", "%", "number", 3),
                    Column(f"{key}_equivalent_variation_usd_bn", f"{title}, EV", "USD bn", "number", 1),
                )
            ),
        ),
        tuple(rows),
        note=f"Horizon: {answer.chosen[answer.setting].value.structure.horizon}. Differences from the reference in every column.",
    )


def _ledger(answer: PageAnswer, laboratory: Laboratory) -> Table:
    return build("measures", dossier=answer.dossier, date=answer.dossier.asof)


def _clocks(answer: PageAnswer, laboratory: Laboratory) -> Table:
    record = answer.dossier
    return build("clocks", dossier=record, from_date=record.asof)


def _of_record(table: str) -> Callable[[PageAnswer, Laboratory], Table]:
    def make_table(answer: PageAnswer, laboratory: Laboratory) -> Table:
        return build(table, dossier=answer.dossier)

    return make_table


def _sources(answer: PageAnswer, laboratory: Laboratory) -> Table:
    return build("sources", sources=evidence.sources(answer.dossier))


_LIST: Final = (
    View(
        "countries",
        "Economies",
        _of_outcomes("countries", "against", "countries"),
        bars=("name", "real_income_pct"),
    ),
    View.drawn("map", "Map", map_drawn, "results", "=countries", long=False),
    View(
        "sectors",
        "Sectors",
        _of_outcomes("sectors", "against", "countries"),
        bars=("name", "output_volume_pct"),
    ),
    View("prices", "Prices", _of_outcomes("prices", "against", "countries"), bars=("name", "price_pct")),
    View(
        "revenue",
        "Duties paid",
        _of_outcomes("revenue", "against", "countries"),
        bars=("name", "tariff_revenue_change_usd_bn"),
    ),
    View("wages", "Wages", _of_outcomes("wages", "against", "countries"), bars=("name", "real_wage_pct")),
    View(
        "employment",
        "Jobs by sector",
        _of_outcomes("employment", "against", "countries"),
        bars=("name", "employment_pct"),
    ),
    View("pair", "Between the two", _of_outcomes("pair", "parties")),
    View("beside", "Side by side", _beside, verb="beside", bars=("name", "setting_real_income_pct")),
    View("measures", "What moves it", _of_outcomes("footprints", "outcome"), "reasons"),
    View("intervals", "How sure", intervals_drawn, "reasons", "draws", bars=("name", "central"), long=True),
    View(
        "why",
        "Why, by measure",
        explained_table("explain_measures"),
        "reasons",
        verb="explain measures",
        bars=("title", "contribution_shown"),
        long=True,
        tool="why",
    ),
    View(
        "channels",
        "Why, by channel",
        explained_table("explain_channels"),
        "reasons",
        verb="explain channels",
        bars=("what", "contribution_shown"),
        long=True,
        tool="why",
    ),
    View(
        "rests",
        "Why: what it rests on",
        explained_table("explain_sources"),
        "reasons",
        verb="explain sources",
        long=True,
        tool="why",
    ),
    View.drawn("leverage", "Leverage", leverage_drawn, "strategy", "leverage --horizon {horizon}"),
    View.drawn(
        "deals",
        "Deals",
        deals_drawn,
        "strategy",
        "deals --reduced --table points --horizon {horizon} --picture deals.svg",
    ),
    View.drawn("path", "Duty path", duty_path_drawn, "time", "duties", long=False, tool="brush"),
    View(
        "months",
        "A cut by month",
        cut_table("months"),
        "time",
        verb="path months",
        figure=cut_figure,
        long=True,
        tool="cut",
    ),
    View(
        "stops",
        "Production in a cut",
        cut_table("output"),
        "time",
        verb="path output",
        bars=("name", "worst_pp"),
        long=True,
        tool="cut",
    ),
    View(
        "losers",
        "Who loses by a cut",
        cut_table("losses"),
        "time",
        verb="path losses",
        bars=("name", "worst_pp"),
        long=True,
        tool="cut",
    ),
    View.drawn("along", "Along time", along_drawn, "time", "path dates", tool="cut"),
    View("sums", "All years together", all_years, "time", verb="path summary", long=True, tool="cut"),
    View(
        "clocks",
        "Clocks",
        findable(_clocks),
        "outlook",
        verb="clocks --no-cost",
        body="calendar",
        tool="find",
    ),
    View.drawn("due", "What clocks would do", stakes_drawn, "outlook", "clocks", body="calendar"),
    View.drawn("odds", "Odds, with scores", odds_drawn, "outlook", "outlook"),
    View.drawn("scores", "Scores of forecasts", scores_drawn, "outlook", "score --asof {asof}"),
    View("ledger", "Measures", findable(_ledger), "record", verb="measures", tool="find"),
    View("claims", "Claims", findable(_of_record("claims")), "record", verb="claims", tool="find"),
    View(
        "conflicts",
        "Conflicts",
        findable(_of_record("conflicts")),
        "record",
        verb="claims --conflicts",
        tool="find",
    ),
    View("sources", "Sources", findable(_sources), "record", verb="measures --sources", tool="find"),
)
VIEWS: Final = {view.name: view for view in _LIST}
"""By name, in the order of the page."""


def _read_as(keys: Mapping[str, Column], value: str, row: Mapping[str, Cell]) -> str:
    """A number as it is read, with its interval where it has one."""
    shown = keys[value].show(row[value])
    if not _ends(row):
        return shown
    return f"{shown} ({keys['low'].show(row['low'])} to {keys['high'].show(row['high'])})"


def _ends(row: Mapping[str, Cell]) -> tuple[float, float] | tuple[()]:
    """Ends of the interval of a row, where it has one."""
    low, high = row.get("low"), row.get("high")
    return (low, high) if isinstance(low, float) and isinstance(high, float) else ()


def _label(row: Mapping[str, Cell], label: str, *, several: bool) -> str:
    """What a bar is called: an economy by its name in the registry, a sector of several economies with whose it is."""
    code = str(row.get("country") or "")
    if several:
        return f"{row[label]} · {country_name(code, short=True)}"
    if label == "name" and code and "sector" not in row:
        return country_name(code, otherwise=str(row[label]))
    return str(row[label])


def bars_of(view: View, table: Table) -> BarRows | None:
    """What is drawn of a table: its differences where it has some, else its levels; None where nothing is."""
    if view.bars is None or not table.rows:
        return None
    keys = {column.key: column for column in table.columns}
    label, value = view.bars
    if value not in keys:
        value = next((key for key, column in keys.items() if column.kind == "number"), "")
    if not value or label not in keys:
        return None
    records = list(table.records())
    if any(row.get("measure") == "delta" for row in records):
        records = [row for row in records if row["measure"] == "delta"]
    elif "outcome" in keys:
        records = [row for row in records if row["outcome"] == records[0]["outcome"]]
    if "partner" in keys:  # parts of the row above
        records = [row for row in records if not row["partner"]]
    if "metric" in keys:
        records = [row for row in records if row["metric"] == "real_income_pct"]
    several = len({row["country"] for row in records}) > 1 if "sector" in keys else False
    bars = tuple(
        BarRow(
            _label(row, label, several=several),
            float(number),
            _read_as(keys, value, row).replace("-", "−"),
            str(row.get("country", "")),
            result_of(view.name, value, row),
            *_ends(row),
        )
        for row in records
        if isinstance(number := row[value], int | float)
    )
    ranked = tuple(sorted(bars, key=lambda bar: (-bar.value, bar.label)))
    left_out = max(0, len(ranked) - 2 * EACH_END)
    if left_out:
        ranked = (*ranked[:EACH_END], *ranked[-EACH_END:])
    heading = "Real income [%], with its interval" if "metric" in keys else keys[value].heading
    return BarRows(table.title, heading, ranked, left_out) if ranked else None
