"""Reference pages of what is read from files: the record's entries, and scenarios."""

from __future__ import annotations

import ast
import datetime as dt
import importlib
import inspect
import textwrap
import types
import typing
from enum import Enum
from typing import Any

from detente.dossier import Frozen
from pages.text import cell, page, table

NOTES = {
    "id": "Name of the entry; unique among its kind. Letters, digits, `.`, `_` and `-`.",
    "title": "Name to show.",
    "source": "Id of an entry of `sources.yaml`.",
    "grade": "How the value is known (see Grade).",
    "note": "Anything a reader should know.",
    "known": "Day it was public.",
    "Products.lists": "Named product lists; any of them covers. `all` is every good.",
    "Products.excluded": "Product lists taken off again.",
    "Products.shares": "Share of the value of a list's goods on which the duty falls (metal content); a list not named counts in full.",
    "Products.sectors": "Covered share of a sector's trade, by sector code.",
    "DatedValue.from": "First day of the entry.",
    "DatedValue.until": "First day on which it has run out.",
    "DatedValue.then": "Status after `until`; by default a suspension or announcement comes into force, a measure in force lapses.",
    "DatedValue.value": "Value in the measure's unit. Left out: the value of the entry before.",
    "DatedValue.by_target": "Values of single targets, before `value`.",
    "DatedValue.status": "What the measure is from this day on.",
    "Measure.title": "Name to show.",
    "Measure.actor": "Code of the economy that acts.",
    "Measure.except_targets": "Codes that `all` does not mean.",
    "Measure.instrument": "Kind of measure (see Instrument).",
    "Measure.act": "The legal text, in words.",
    "Measure.issue": "What the measure is about.",
    "Measure.unit": "Unit of every value; duties are `fraction` (0.25 is 25 %).",
    "Measure.announced": "Day it was announced; the measure does not exist before.",
    "Measure.products": "Product scope.",
    "Measure.values": "The measure's life, oldest first.",
    "Measure.effect": "What it does to trade, for a measure that is no duty: a cost, a cap or a floor.",
    "Measure.mechanisms": "Mechanisms it is an example of (`M1` to `M22`, `T`, `Q`, `F`, `S`, `E`).",
    "Measure.last_checked": "Day the entry was last compared with its sources.",
    "Clock.fires": "Day on which it fires.",
    "Clock.since": "Day on which it began to run.",
    "Clock.kind": "What kind of day it is.",
    "Clock.on_firing": "What happens then, in words.",
    "Clock.measures": "Measures that change on the day.",
    "Round.place": "Where the two sides met.",
    "Round.start": "First day.",
    "Round.end": "Last day.",
    "Round.level": "Who met.",
    "Round.outcome_source": "Source of the outcome, where it is another than that of the meeting.",
    "Round.signing": "True when it was announced as the day on which an agreement is to be signed; known on the round's `known` day.",
    "Round.outcome_known": "Day from which the outcome may be shown.",
    "Source.publisher": "Who published it.",
    "Source.date": "Day of publication; of the first item when it is a collection.",
    "Document.file": "File name of the report, for whoever holds it.",
    "Document.publisher": "Who published it.",
    "Document.date": "Day of publication.",
    "Document.date_note": "How the day is known.",
    "Document.stance": "Where it stands, in words.",
    "Document.sha256": "SHA-256 of the file.",
    "Document.lines": "Number of its lines.",
    "Claim.document": "Report that makes the claim.",
    "Claim.line": "Line, counted from 1.",
    "Claim.start": "First character of the span in the line, counted from 0.",
    "Claim.says": "The claim in our own words.",
    "Claim.kind": "What kind of statement it is.",
    "Claim.speaker": "Who is said to have said it.",
    "Claim.measures": "Measures it speaks of.",
    "Claim.mechanisms": "Mechanisms it is evidence of.",
    "Claim.verdict": "What we make of it.",
    "Claim.verdict_note": "Why.",
    "Reading.claims": "Claims that share the reading.",
    "Reading.says": "The reading, in our own words.",
    "Conflict.question": "What is in dispute.",
    "Conflict.kind": "What kind of conflict it is.",
    "Conflict.readings": "The readings, side by side.",
    "Conflict.reading_taken": "The one we take.",
    "Conflict.why": "Why.",
    "Conflict.basis": "What decides.",
    "Conflict.later_known": "Day from which `later` may be shown.",
    "Actor.name": "Name to show.",
    "Actor.kind": "What the actor is.",
    "Actor.role": "Office or business.",
    "Parameter.kind": "What kind of number it is.",
    "Parameter.value": "The number.",
    "Parameter.low": "Lower end of its interval.",
    "Parameter.high": "Upper end of its interval.",
    "Parameter.unit": "Its unit.",
    "Parameter.period": "What time it is about.",
    "Parameter.place": "Where in the source.",
    "Threshold.kind": "What the share is a share of: content of a good, or ownership of a firm.",
    "Scope.binds": "What kind of thing it binds.",
    "Scope.threshold": "Share above which it binds (see Threshold).",
    "Expectation.authority": "Switch name of the authority.",
    "Expectation.importer": "Economy that charges.",
    "Expectation.exporter": "Economy that is charged.",
    "Expectation.date": "Day on which the record is read.",
    "Expectation.active": "Whether the authority must charge on the day, or must not.",
    "Expectation.low": "Lower end of the band (see `high`).",
    "Snapshot.on": "Day of the state.",
    "Snapshot.status": "What the measure was on that day.",
    "Snapshot.value": "Its value, in the measure's unit.",
    "Scenario.forks": "Questions on which the outcome turns (see Fork); every way of answering them is a branch.",
    "Fork.id": "Name, unique in the scenario.",
    "Fork.title": "The question.",
    "Fork.ways": "Two or more (see Way); the first is what the scenario itself tells and changes nothing.",
    "Fork.likeliest": "As-of days on which the record makes a way the likeliest (see Likeliest); the first way on all others.",
    "Way.id": "Name, unique in the scenario: `SCENARIO+WAY` on the command line.",
    "Way.title": "What happens, as a clause.",
    "Way.date": "Day from which it holds; the latest of a branch's days counts.",
    "Way.needs": "Way of an earlier fork without which this one makes no sense.",
    "Way.set": "By measure id: what becomes of it (see Setting).",
    "Way.tariffs": "Duties set by hand (see HandDuty).",
    "Likeliest.since": "First as-of day.",
    "Likeliest.until": "Day from which it no longer is; open when left out.",
    "Likeliest.way": "The way.",
    "Likeliest.why": "Why, in words; the table of branches repeats it.",
    "Likeliest.source": "Source of the record; a judgement of ours when left out.",
    "Scenario.told": "As-of days on which the outcome was a live question; every day when left out.",
    "Window.since": "First as-of day.",
    "Window.until": "Day from which it no longer is; open when left out.",
    "StackingRule.authority": "Switch name of the authority it is about.",
    "StackingRule.announced_from": "Only measures announced on this day or later.",
    "StackingRule.announced_until": "Only measures announced on this day or earlier.",
    "StackingRule.within": "How measures of the authority meet on one product: they add up, or the largest counts.",
    "StackingRule.gives_way_to": "Authorities that keep this duty off the goods they cover.",
    "StackingRule.applies_to": "Charged on the value of the good, or on its content.",
    "StackingRule.source": "What the rule rests on.",
    "DossierHead.summary": "The record in a few sentences.",
    "Scenario.hold_clocks": "What would change by itself between the as-of day and the date, and does not: `true` holds "
    "everything, a list these clocks and measures.",
    "Setting.extraordinary": "States that a value outside the plausible band of the measure's unit is meant.",
    "HandDuty.extraordinary": "States that a duty above 150 percent is meant.",
    "Setting.status": "What becomes of the measure.",
    "Setting.reason": "Why, in words; shown with the measure.",
    "Removal.parties": "The economies; everything one of them announced against another goes.",
    "Removal.announced_from": "Only what was announced on this day or later.",
    "Scenario.id": "Name on the command line and in tables.",
    "Scenario.title": "Name to show.",
    "Scenario.story": "One sentence on what happens.",
    "Scenario.dossier": "Id of the record it starts from.",
    "Scenario.date": "Day on which the policy is evaluated; the as-of day when left out.",
    "Scenario.asof": "What was known; the dossier's own day when left out.",
    "Scenario.set": "By measure id: what becomes of it (see Setting).",
    "Scenario.disable": "Authorities switched off: their measures become void.",
    "Scenario.remove_between": "Removes what parties did to each other (see Removal).",
    "Scenario.tariffs": "Duties set by hand, on top of everything else (see HandDuty); for worlds of one's own.",
    "Scenario.record": "`false`: nothing of the record is used; base-year duties and `tariffs` are all there is.",
    "Scenario.options": "What it sets of the model beside the horizon (see ModelOptions); left out, whoever solves it decides.",
    "Scenario.compensation": "What governments pay to the producers of sectors (see Compensation): who bears a loss, not how large it is.",
    "Compensation.country": "Code of the country that pays and whose producers get it.",
    "Compensation.sectors": "Codes of the world; the sum is shared out by what the sectors earn.",
    "Compensation.usd_bn": "Billion USD.",
    "Compensation.reason": "Why, in words.",
    "Exposure.value": "A fraction, or thousand people for `employs`.",
    "Exposure.low": "Lower end, where a range is known.",
    "Exposure.high": "Upper end.",
    "Exposure.period": "What time the value is of.",
    "HandDuty.importer": "Who charges: a code, a list of codes, or `all`.",
    "HandDuty.exporter": "Who is charged: a code, a list of codes, or `all`.",
    "HandDuty.sectors": "A code, a list of codes, `goods`, `services` or `all`.",
    "HandDuty.set": "The duty is this, whatever it was (a fraction). Give `set` or `add`.",
    "HandDuty.add": "The duty rises by this, or falls when negative, never below zero (a fraction).",
    "HandDuty.reason": "Why, in words.",
    "Scenario.carbon": "Duties of so much a tonne, on top of all other duties (see CarbonDuty); what making goods emits is in `accounts`.",
    "Scenario.accounts": "What the scenario counts beside money (see Accounts); `detente run --table accounts` shows it.",
    "CarbonDuty.importer": "Who charges: a code, a list of codes, or `all`; who charges does not charge others of the line.",
    "CarbonDuty.exporter": "Who is charged: a code, a list of codes, or `all`.",
    "CarbonDuty.exempt": "Exporters that are not charged.",
    "CarbonDuty.sectors": "A code, a list of codes, `goods`, `services` or `all`.",
    "CarbonDuty.price": "USD a tonne.",
    "CarbonDuty.embodied": "True: by what was emitted in making a good's inputs too, wherever these are made.",
    "CarbonDuty.reason": "Why, in words.",
    "Accounts.intensities": "Tonnes emitted in making a million USD of output, by country, or by country and sector; `all` stands for whatever is not named.",
    "Accounts.table": "Name of a CSV beside this file, `country,sector,tonnes_per_million_usd`, instead or beside; what `intensities` names goes before it.",
    "Accounts.source": "Where the intensities come from.",
    "Accounts.rents": "Resource rents as a share of what a sector's factors earn, by sector, in every country.",
    "Scenario.quantities": "Caps, bans and floors on the volume of flows (see QuantityLimit).",
    "QuantityLimit.reason": "Why, in words; shown when a result is explained.",
    "Scenario.assumed": "What the scenario takes for granted, in words; the briefing repeats it.",
}
"""What fields mean where the code does not say: by `Class.key`, or by key for all classes."""


UNSAID = "(nobody has said yet)"
"""Stands where a field has neither a text below it nor one above; a test refuses it."""


def _field_texts(model: type[Frozen]) -> dict[str, str]:
    """Text below each field in the source."""
    source = textwrap.dedent(inspect.getsource(model))
    body = ast.parse(source).body[0]
    assert isinstance(body, ast.ClassDef)
    texts = {}
    for statement, following in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and isinstance(following, ast.Expr)
            and isinstance(following.value, ast.Constant)
        ):
            texts[statement.target.id] = _code(" ".join(str(following.value.value).split()))
    return texts


def type_words(hint: Any) -> str:
    """A type in words."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        words = type_words(arguments[0])
        return "name" if any("^[A-Za-z0-9]" in str(extra) for extra in arguments[1:]) else words
    if origin is typing.Literal:
        return " · ".join(f"`{value}`" if value else "(empty)" for value in arguments)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(type_words(part) for part in arguments if part is not type(None))
    if origin is tuple:
        return f"list of {type_words(arguments[0])}"
    if origin is not None and issubclass(origin, typing.Mapping):
        return f"mapping of {type_words(arguments[0])} to {type_words(arguments[1])}"
    if isinstance(hint, type) and issubclass(hint, (Frozen, Enum)):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    return {str: "text", float: "number", int: "whole number", bool: "true or false", dt.date: "day"}[hint]


def _default(info: Any) -> str:
    if info.is_required():
        return "required"
    value = info.get_default(call_default_factory=True)
    if value is None or value in ("", (), {}) or isinstance(value, Frozen):
        return "–"
    if isinstance(value, Enum):
        return f"`{value.value}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def models_of(*modules: str) -> list[type[Frozen]]:
    """Every class of the record that modules of the dossier room define, in their order."""
    found = []
    for name in modules:
        module = importlib.import_module(f"detente.dossier.{name}")
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, Frozen) and thing.__module__ == module.__name__:
                found.append(thing)
    return [model for model in found if model is not Frozen]


def model_section(model: type[Frozen]) -> str:
    """One class of the record as a section: what it is, its keys, types and defaults."""
    texts, hints = _field_texts(model), typing.get_type_hints(model, include_extras=True)
    rows = []
    for name, info in model.model.model_fields.items():
        key = info.alias or name
        text = texts.get(name) or NOTES.get(f"{model.__name__}.{key}") or NOTES.get(key) or UNSAID
        rows.append((f"`{key}`", type_words(hints[name]), _default(info), text))
    doc = inspect.cleandoc(model.__doc__ or "").split("\n\nAttributes\n")[0].replace("\n\n", "\n\n")
    return f"## {model.__name__}\n\n{_code(doc)}\n\n" + table(("Key", "Value", "Default", "Meaning"), rows)


def enum_section(kind: type[Enum]) -> str:
    """A closed list as a section."""
    values = ", ".join(f"`{member.value}`" for member in kind)
    return f"## {kind.__name__}\n\n{inspect.cleandoc(kind.__doc__ or '')} {values}.\n"


def _code(text: str) -> str:
    return text.replace("``", "`")


def measures_page() -> str:
    """`docs/reference/measures.md`: everything a dossier may hold."""
    from detente.dossier import effect, measure
    from detente.dossier.audit_rules import RULES
    from detente.dossier.bands import BANDS, POSSIBLE
    from detente.dossier.vocabulary import UNITS_OF, Vocabulary, shared_authorities
    from detente.policy.duties.cells import product_lists

    record = [measure.Measure, measure.DatedValue, measure.Products, effect.Effect, effect.Content]
    modules = ("measure", "dossier", "scope", "exposures", "vocabulary", "authorities")
    others = [model for model in models_of(*modules) if model not in (*record, Vocabulary)]
    parts = [model_section(model) for model in record]
    parts += [enum_section(kind) for kind in (measure.Instrument, measure.Status, measure.Grade)]
    units = [
        (f"`{kind.value}`", ", ".join(f"`{unit}`" for unit in units)) for kind, units in UNITS_OF.items()
    ]
    bands = [
        (f"`{unit}`", f"{low:g}", f"{high:g}", f"{POSSIBLE[unit][0]:g} to {POSSIBLE[unit][1]:g}")
        for unit, (low, high) in BANDS.items()
    ]
    parts += [
        "## Units\n\n" + table(("Instrument", "Units"), units),
        "Plausible values by unit. A value outside them is refused when the file is read, unless its entry says "
        "`extraordinary: true`; then it may be what the last column allows, and the audit lists it. Numbers stand without "
        "quotes and underscores, and are finite.\n\n"
        + table(("Unit", "From", "To", "If extraordinary"), bands),
        "## Authorities\n\nThose that come with the package; the id is the switch name of `disable`. A record adds its own in "
        "`authorities.yaml` (see [Authority](#authority)) and says in `stacking.yaml` how their duties meet others (see "
        "[StackingRule](#stackingrule)); one that nobody described is shown by its id, in grey.\n\n"
        + table(
            ("Authority", "Name", "What it is"),
            [(f"`{one.id}`", one.name, one.about) for one in shared_authorities().values()],
        ),
        "## Product lists\n\nNames for `Products.lists` and `Products.excluded` of American duties.\n\n"
        + table(("List", "What it holds"), [(f"`{name}`", text) for name, text in product_lists().items()]),
    ]
    parts += [model_section(model) for model in others]
    rules = [(f"`{name}`", severity, text) for name, (severity, text) in RULES.items()]
    parts.append(
        "## Audit rules\n\nWhat `detente check` objects to in a record.\n\n"
        + table(("Rule", "Severity", "Finding"), rules)
    )
    return page(
        "Measures and the rest of the record",
        "Every key of a dossier's files. Unknown keys are refused with the nearest valid one. How a measure's value on a "
        "day is found is told in [Duties](../concepts/duties.md) and [Time](../concepts/time.md); how to write a dossier "
        "in [Bring a dossier](../how-to/bring-a-dossier.md).",
        parts,
    )


def scenario_page() -> str:
    """`docs/reference/scenario.md`."""
    from detente.dossier.measure import Status
    from detente.policy import (
        carbon,
        compensation,
        forks,
        load_scenario,
        model_options,
        scenario,
        settings,
        shipped_scenarios,
    )

    shipped = [load_scenario(name) for name in shipped_scenarios()]
    rows = [
        (f"`{one.id}`", one.title, one.date.isoformat() if one.date else "as-of day", cell(one.story))
        for one in shipped
    ]
    parts = [
        model_section(model)
        for model in (
            scenario.Scenario,
            scenario.Setting,
            scenario.Fork,
            forks.Way,
            forks.Likeliest,
            scenario.Removal,
            scenario.HandDuty,
            scenario.QuantityLimit,
            carbon.CarbonDuty,
            carbon.Accounts,
            compensation.Compensation,
            model_options.ModelOptions,
            settings.Window,
        )
    ]
    parts += [
        enum_section(Status),
        "## Shipped scenarios\n\nIn the order of the outcome ladder; the first is the reference of the briefing.\n\n"
        + table(("Id", "Title", "Date", "Story"), rows),
        "## Compounds\n\n`detente run a+b` takes the later date, both `set`s (the second wins), both `disable`s, the last "
        "`remove_between` that was given, holds what either holds, and both `assumed`s. Both must start from one dossier. "
        "Where `b` is a way of `a`'s forks, `a+b` is `a` along that way; the forks that are left go as `a` itself tells them.\n",
    ]
    return page(
        "Scenario files",
        "Every key of a scenario file. A scenario says policy; elasticities and closure are chosen when it is solved, and what else it sets of the model is under `options`. "
        "[Write a scenario](../how-to/write-a-scenario.md) shows one being written.",
        parts,
    )


def effects_list() -> str:
    """Every effect of the shipped record's measures with its derivation, the whole record with hindsight."""
    from detente.dossier import load_dossier

    record = load_dossier(asof=dt.date(2026, 7, 25))
    rows = []
    for measure in record.measures.values():
        if measure.effect is None:
            continue
        effect = measure.effect
        costs = ", ".join(f"{code} {rate:g}" for code, rate in effect.ad_valorem.items())
        spread = f"; {effect.spread:g} of it on third parties" if effect.spread else ""
        limits = [
            f"{word} {code} {share:g}"
            for word, shares in (("left", effect.left), ("least", effect.least))
            for code, share in shares.items()
        ]
        rows.append(
            (
                f"E{len(rows) + 1}",
                f"`{measure.id}`",
                f"{costs}{spread}" or "none",
                ", ".join(limits),
                effect.grade.value,
                cell(effect.derivation),
            )
        )
    return table(
        ("No.", "Measure", "Extra cost by sector, fraction", "Share of base volume", "Grade", "Derivation"),
        rows,
    )


def scenario_assumptions() -> str:
    """What the shipped scenarios take for granted."""
    from detente.policy import load_scenario, shipped_scenarios

    rows: list[tuple[str, ...]] = []
    for name in shipped_scenarios():
        rows += [
            (f"S{len(rows) + 1 + i}", f"`{name}`", text) for i, text in enumerate(load_scenario(name).assumed)
        ]
    return table(("No.", "Scenario", "Assumed"), rows)


def cell_assumptions() -> str:
    """What the build of the product cells assumes."""
    import json
    from pathlib import Path

    import detente.policy.duties

    sheet = Path(detente.policy.duties.__file__).parent / "data" / "us_product_cells.datapackage.json"
    told = json.loads(sheet.read_text(encoding="utf-8"))["assumptions"]
    return table(("No.", "Assumed"), [(f"C{i}", text) for i, text in enumerate(told, 1)])


def world_assumptions() -> str:
    """Typed numbers of the shipped world."""
    from detente.world import load_world

    rows = []
    for i, item in enumerate(load_world().provenance["assumed"], 1):  # type: ignore[call-overload]
        value = item["value"]
        shown = (
            "; ".join(f"{key} {number:g}" for key, number in value.items())
            if isinstance(value, dict)
            else f"{value:g}"
        )
        rows.append((f"W{i}", item["what"], shown))
    return table(("No.", "What", "Value"), rows)


def horizon_parameters() -> str:
    """Every parameter of the named horizons."""
    from detente.cases.horizons import horizon_table

    rows = [
        (
            f"`{row['horizon']}`",
            f"`{row['parameter']}`",
            str(row["set_to"]),
            str(row["grade"]),
            cell(str(row["source"])),
        )
        for row in horizon_table().records()
    ]
    return table(("Horizon", "Parameter", "Value", "Grade", "Source"), rows)


def uncertain_parameters() -> str:
    """What draws vary on the shipped world in the short run."""
    from detente.cases import model_at
    from detente.outlook import uncertainty_table
    from detente.world import load_world

    rows = [
        (
            str(row["group"]),
            f"`{row['parameter']}`",
            f"{row['sd']:g}",
            str(row["grade"]),
            cell(str(row["source"])),
        )
        for row in uncertainty_table(model_at("short", load_world())).records()
    ]
    return table(("Driver", "Parameter", "Standard deviation of the logarithm", "Grade", "Source"), rows)


def units_list() -> str:
    """Every unit of a table, with what it means."""
    from detente.core import UNITS

    return table(("Unit", "Meaning"), [(f"`{unit}`", cell(meaning)) for unit, meaning in UNITS.items()])


LISTS = {
    "units": units_list,
    "horizon parameters": horizon_parameters,
    "uncertain parameters": uncertain_parameters,
    "effects": effects_list,
    "scenario assumptions": scenario_assumptions,
    "cell assumptions": cell_assumptions,
    "world assumptions": world_assumptions,
}
"""Lists that hand-written pages ask for."""
