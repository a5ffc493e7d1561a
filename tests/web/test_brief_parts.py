"""The parts of a briefing: in one order, each from what it says it needs, every table a registered one."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path

import pytest

from detente.brief import compose, strategy_section
from detente.brief.composition import PARTS
from detente.brief.findings import Findings, solve_findings
from detente.brief.summary import record_sentence
from detente.brief.tables import tables_of
from detente.core import Helpers, InputError
from detente.dossier import load_dossier, shipped_dossiers
from detente.show import registered
from detente.show.figures import Figure
from detente.show.words import count_words
from detente.strategy import Wanted, load_game, load_preferences, shipped_games
from detente.world import load_world

SCENARIOS = ("standing", "talks-fail", "narrow-deal")


@pytest.fixture(scope="module")
def found():
    return solve_findings(
        load_dossier(),
        load_world(),
        scenarios=SCENARIOS,
        source="",
        closure="share",
        parties=None,
        sets=("fgo",),
        horizon="long",
        keep_elasticities=False,
        paths=200,
    )


@pytest.fixture(scope="module")
def drawn(found):
    return found.with_draws(2, 1)


class Waited(Helpers):
    """Helpers that are waited for, so that all that is asked of them is done by them."""

    def begin(self, work, /, *given, **named):
        later = super().begin(work, *given, **named)
        assert later.settled.wait(120)
        return later


@pytest.fixture(scope="module")
def content():
    with Waited(2) as helpers:
        return compose(
            load_dossier(),
            load_world(),
            scenarios=SCENARIOS,
            sets=("fgo",),
            draws=2,
            paths=200,
            helpers=helpers,
        )


def told(section):
    """A section without the identity of its pictures."""
    return (
        section.id,
        section.title,
        [
            (block.name, block.title, block.table.to_csv()) if isinstance(block, Figure) else block
            for block in (*section.blocks, *section.behind)
        ],
    )


def files(section):
    """Its words, and its tables as they are written: in the digits that are known."""
    blocks = (*section.blocks, *section.behind)
    return section.title, [block.table.to_csv() if hasattr(block, "table") else block for block in blocks]


def test_sections_stand_in_the_order_of_the_parts(content):
    ids = [part.id for part in PARTS]
    assert len(set(ids)) == len(ids)
    assert [section.id for section in content.sections] == ids


def test_every_table_a_briefing_writes_is_a_registered_one(content):
    written = tables_of(content)
    assert len(written) > 20
    assert [name for name, table in written.items() if not registered(table)] == []


@pytest.mark.parametrize(
    "part", [part for part in PARTS if "game" not in part.needs], ids=lambda part: part.id
)
def test_a_part_is_written_alone_from_what_it_needs(found, drawn, content, part):
    """No part needs another to be written first; those that need no draws are the same with and without. What helpers solved is
    what is solved here."""
    section = part.write(dataclasses.replace(found))
    assert section is not None
    assert section.id == part.id
    assert section.blocks
    written = part.write(drawn)
    if "draws" not in part.needs:
        assert told(written) == told(section)
    other = next(each for each in content.sections if each.id == part.id)
    assert files(written) == files(other)


@pytest.mark.parametrize("id", ["standing", "duties", "outlook", "disagreements", "others"])
def test_a_part_of_the_record_asks_for_no_outcome(found, id):
    (part,) = (part for part in PARTS if part.id == id)
    assert "outcomes" not in part.needs
    names = [field.name for field in dataclasses.fields(Findings)]
    blind = {name: getattr(found, name) for name in names}
    blind.update(outcomes={}, every={}, at={}, both={}, cases=())
    assert told(part.write(Findings(**blind))) == told(part.write(found))


def test_a_record_without_reports_has_no_part_on_disagreements(found):
    (part,) = (part for part in PARTS if part.id == "disagreements")
    silent = dataclasses.replace(
        found, dossier=dataclasses.replace(found.dossier, documents={}, claims={}, conflicts={})
    )
    assert part.write(silent) is None


@pytest.mark.parametrize("id", sorted(shipped_dossiers()))
def test_what_is_said_of_the_game_is_true_of_the_game_of_the_record(id):
    """The number of measures, the controls and what is held fixed are read from the game."""
    record = load_dossier(id)
    if not shipped_games(id, record.asof):
        assert id == "phase-one-2018"
        return
    spec = load_game(dossier=id, asof=record.asof).small()
    known = load_preferences(game=spec.id)
    wanted = Wanted(known, known.named())
    opening = strategy_section._opening(spec, wanted, several=True).text
    assert "What a side wants is real income unless said otherwise" in opening
    led = dataclasses.replace(wanted, beside=known.named())
    assert (
        "what explains its choices best, with plain income"
        in strategy_section._opening(spec, led, several=False).text
    )
    assert f"Each of the game’s {count_words(len(spec.actions), 'measure')} is taken alone" in opening
    caution = " ".join(sentence.text for sentence in strategy_section._caution(spec, record))
    held = [action.title for action in spec.actions if len(action.rungs) == 1]
    assert ("held fixed" in caution) == bool(held)
    assert not held or held[0][1:] in caution
    assert ("a control is a cap" in caution) == any(
        record.measures[name].instrument != "tariff" for name in spec.measures
    )


def test_what_a_record_holds_is_counted_in_the_singular_too():
    record = load_dossier("eu-ev-2024")
    one = {name: dict(list(getattr(record, name).items())[:1]) for name in ("measures", "clocks", "rounds")}
    assert record_sentence(dataclasses.replace(record, **one)) == (
        "The record behind it holds 1 measure, 1 clock and 1 round of talks, each with its source."
    )


def test_composing_is_short():
    """Composition strings parts together and writes none itself."""
    source = inspect.getsource(compose)
    assert len(source.split('"""')[-1].splitlines()) <= 60


def test_outcomes_of_one_title_are_refused(tmp_path: Path) -> None:
    """A page knows an outcome by its title; two of one title would share their intervals."""
    twin = tmp_path / "twin.yaml"
    twin.write_text("id: twin\ntitle: Talks fail\ndossier: busan-2025\n", "utf-8")
    with pytest.raises(InputError, match="have the title “Talks fail”"):
        compose(load_dossier(), load_world(), scenarios=("standing", "talks-fail", str(twin)))
