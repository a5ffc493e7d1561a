"""A number of a record is a number in the unit of its key, or the file is refused with its line and key."""

from __future__ import annotations

import copy
import datetime as dt
import importlib
import math
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st
from small_case import FILES, edited

import detente
from detente.core import DateError, InputError, SchemaError, UnitError
from detente.dossier import audit, load_dossier, shipped_dossiers
from detente.dossier.bands import BANDS, POSSIBLE
from detente.dossier.dossier import DossierHead
from detente.dossier.form import validate
from detente.dossier.load import KINDS
from detente.dossier.measure import Frozen
from detente.dossier.scope import Delivery, Snapshot
from detente.dossier.yaml_reader import YamlFile, parse_yaml, read_yaml
from detente.policy.enacted import apply_scenario
from detente.policy.scenario import Scenario, load_scenario
from detente.strategy.games import GameSpec, check_measures, load_game
from detente.strategy.preferences import PreferenceFile, load_preferences

Small = Callable[..., Path]
DATA = Path(detente.__file__).parent / "dossier" / "data"
PREFERENCES = Path(detente.__file__).parent / "strategy" / "data" / "preferences-busan-2025.yaml"


def _everything() -> Iterator[type[Frozen]]:
    for module in pkgutil.walk_packages(detente.__path__, "detente."):
        if "__main__" not in module.name:
            importlib.import_module(module.name)
    waiting = [Frozen]
    while waiting:
        kind = waiting.pop()
        yield kind
        waiting += kind.__subclasses__()


def _number_nodes(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if schema.get("type") in ("float", "int"):
            yield schema
        for key, below in schema.items():
            if key != "metadata":
                yield from _number_nodes(below)
    elif isinstance(schema, (list, tuple)):
        for below in schema:
            yield from _number_nodes(below)


def test_no_field_of_any_file_takes_text_or_infinity_for_a_number() -> None:
    seen = 0
    for kind in _everything():
        for node in _number_nodes(kind.__pydantic_core_schema__):
            seen += 1
            assert node["strict"] is True, kind
            assert node["type"] == "int" or node["allow_inf_nan"] is False, kind
    assert seen > 40


def _files() -> Iterator[tuple[YamlFile, type[Frozen], tuple[str | int, ...], Any]]:
    """Every entry of every shipped file with numbers: the file, what it is, where it stands, its body."""
    for path in sorted(DATA.glob("*/**/*.yaml")):
        name = path.relative_to(DATA).parts[1]
        file = read_yaml(path, name="/".join(path.relative_to(DATA).parts))
        whole = {"dossier.yaml": DossierHead, "scenarios": Scenario, "games": GameSpec}.get(name)
        if whole is not None:
            yield file, whole, (), file.data
            continue
        for i, body in enumerate(file.data):
            yield file, KINDS[name.removesuffix(".yaml")], (i,), body
    file = read_yaml(PREFERENCES)
    yield file, PreferenceFile, (), file.data


def _leaves(body: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], float]]:
    if isinstance(body, dict):
        for key, below in body.items():
            yield from _leaves(below, (*path, key))
    elif isinstance(body, list):
        for i, below in enumerate(body):
            yield from _leaves(below, (*path, i))
    elif isinstance(body, (int, float)) and not isinstance(body, bool):
        yield path, body


def _with(body: Any, path: tuple[str | int, ...], value: Any) -> Any:
    changed = copy.deepcopy(body)
    holder = changed
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = value
    return changed


def test_every_number_of_the_shipped_files_is_refused_as_anything_else() -> None:
    """Quoted, spelt otherwise, not finite, true, or a million times too large: each with the line it stands on."""
    seen: dict[tuple[Any, ...], int] = {}
    for file, kind, place, body in _files():
        for path, number in _leaves(body):
            shape = (kind, tuple("·" if isinstance(part, int) or part.isupper() else part for part in path))
            seen[shape] = seen.get(shape, 0) + 1
            if seen[shape] > 3:
                continue
            # held against the unit of their measure, once it is known: tests of their own below
            set_by_measure = kind in (Snapshot, Delivery) or (
                kind in (Scenario, GameSpec) and path[-1] == "value"
            )
            huge = () if set_by_measure else (number * 1e6 + 1e16, -abs(number) * 1e6 - 1e16)
            for wrong in (
                str(number),
                "nan",
                "inf",
                "-Infinity",
                "1_0",
                "25%",
                True,
                math.nan,
                math.inf,
                *huge,
            ):
                with pytest.raises(SchemaError) as caught:
                    validate(kind, _with(body, path, wrong), file, place)
                assert caught.value.file == file.name
                line = file.place((*place, *path))[0]
                assert line is not None
                # a quantity of a mapping is named by the line of the mapping where pydantic never saw a number, and
                # an effect whose quantities contradict one another by its own
                lines = [line, file.place((*place, *path[:-1]))[0]]
                if "effect" in path:
                    lines.append(file.place((*place, *path[: path.index("effect") + 1]))[0])
                assert caught.value.line in lines, (path, wrong)
                assert str(path[0]) in str(caught.value.key)
    assert len(seen) > 25


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("small")


def _write(folder: Path, overrides: dict[str, Any] | None = None) -> Path:
    for name, text in {**FILES, **(overrides or {})}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


FLOAT_LIKE = st.one_of(
    st.floats().map(str),
    st.floats().map(repr).map(lambda text: f" {text} "),
    st.integers().map(lambda number: f"{number:_}"),
    st.from_regex(r"[-+]?[0-9_]{1,4}(\.[0-9_]{0,3})?([eE][-+]?[0-9]{1,3})?", fullmatch=True),
    st.sampled_from(
        ["nan", "NaN", "inf", "-inf", "Infinity", "1_0", "0x10", "1e3", "½", "٢٥", "25%", "1,5", "", "+"]
    ),
)


@given(text=FLOAT_LIKE)
@example(text="1_0")
@example(text="0.25")
@settings(max_examples=150, deadline=None)
def test_no_quoted_text_is_a_number(folder: Path, text: str) -> None:
    quoted = '"' + text.replace('"', "") + '"'
    with pytest.raises(SchemaError) as caught:
        load_dossier(_write(folder, edited("measures/duties.yaml", "value: 0.10", f"value: {quoted}")))
    assert caught.value.line == 13
    assert "value" in str(caught.value.key)


@given(text=st.from_regex(r"[-+]?[0-9_.]{1,6}([eE][-+]?[0-9]{1,3})?", fullmatch=True))
@example(text="1_0")
@example(text="25")
@example(text="1e999")
@settings(max_examples=150, deadline=None)
def test_unquoted_text_is_a_plausible_number_or_is_refused(folder: Path, text: str) -> None:
    _write(folder, edited("measures/duties.yaml", "value: 0.10", f"value: {text}"))
    try:
        record = load_dossier(folder)
    except SchemaError as error:
        refused = error
    else:
        refused = None
    if refused is not None:
        assert refused.line == 13
        return
    loaded = record.measures["duty"].values[0].value
    assert loaded is not None
    assert "_" not in text
    assert loaded == float(text)
    assert 0 <= loaded <= 1.5


@given(value=st.floats(-1e3, 1e3), extraordinary=st.booleans())
@example(value=25.0, extraordinary=False)
@example(value=1.5, extraordinary=False)
@example(value=3.0, extraordinary=True)
@example(value=100.5, extraordinary=True)
@settings(max_examples=80, deadline=None)
def test_a_rate_beyond_its_band_has_to_say_that_it_is_meant(
    folder: Path, value: float, extraordinary: bool
) -> None:
    said = f"value: {value!r}" + (", extraordinary: true" if extraordinary else "")
    _write(folder, edited("measures/duties.yaml", "value: 0.10", said))
    low, high = (POSSIBLE if extraordinary else BANDS)["fraction"]
    if low <= value <= high:
        record = load_dossier(folder, asof=dt.date(2026, 1, 1))
        rules = [finding.rule for finding in audit(record)]
        assert rules == (["implausible-value"] if value > BANDS["fraction"][1] else [])
    else:
        with pytest.raises(SchemaError) as caught:
            load_dossier(folder)
        assert caught.value.file == "measures/duties.yaml"
        assert caught.value.line == 13
        assert caught.value.key == "[0].values[0].value"
        assert "rates are fractions: 0.25 is 25 %" in str(caught.value.hint)


def test_twenty_five_for_a_quarter_says_what_it_would_be(small: Small) -> None:
    with pytest.raises(SchemaError, match=r"25 is 2,500 %, outside 0 to 1\.5 in `duty`") as caught:
        load_dossier(small(edited("measures/duties.yaml", "value: 0.10", "value: 25")))
    assert "extraordinary: true" in str(caught.value.hint)


PARAMETER = """
- {id: p, title: P, kind: share, value: 0.6, low: 0.5, high: 0.7, unit: fraction, source: S1, grade: official,
   known: 2025-01-02}
"""
SNAPSHOT = "- {id: duty, on: 2025-10-28, status: in_force, value: 0.10}\n"
EXPECTATION = """
- {id: e, authority: section-301, importer: USA, exporter: CHN, date: 2025-10-28, active: true, low: 0.05, high: 0.2,
   known: 2025-10-01, source: S1}
"""
DELIVERY = """
- {id: d, pledge: duty, since: 2025-02-01, date: 2025-10-01, delivered: 0.1, known: 2025-10-01, source: S1,
   grade: official}
"""


@pytest.mark.parametrize(
    ("name", "text", "old", "new", "words"),
    [
        ("parameters.yaml", PARAMETER, "value: 0.6", "value: 60", "6,000 %"),
        ("parameters.yaml", PARAMETER, "low: 0.5", "low: 50", "5,000 %"),
        ("parameters.yaml", PARAMETER, "value: 0.6", "value: 0.8", "0.8 outside 0.5 to 0.7"),
        ("snapshot.yaml", SNAPSHOT, "value: 0.10", "value: 10", "1,000 %"),
        ("snapshot.yaml", SNAPSHOT, "value: 0.10", 'value: "0.10"', "number"),
        ("expectations.yaml", EXPECTATION, "high: 0.2", "high: 20", "2,000 %"),
        ("expectations.yaml", EXPECTATION, "high: 0.2", "high: 0.02", "below `low`"),
        ("expectations.yaml", EXPECTATION, "low: 0.05", "low: -0.05", "-5 %"),
        ("deliveries.yaml", DELIVERY, "delivered: 0.1", "delivered: 10", "1,000 %"),
    ],
)
def test_numbers_of_other_files(small: Small, name: str, text: str, old: str, new: str, words: str) -> None:
    assert load_dossier(small({name: text}), asof=dt.date(2026, 1, 1))
    with pytest.raises(SchemaError) as caught:
        load_dossier(small({name: text.replace(old, new)}))
    assert words in str(caught.value)
    assert str(caught.value.file) == name
    assert caught.value.line in (1, 2)
    assert old.split(":")[0] in str(caught.value.key)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("ad_valorem: {C26: 0.1}", "ad_valorem: {C26: 10}", "effect.ad_valorem.C26"),
        ("ad_valorem: {C26: 0.1}", "left: {C26: 30}", "effect.left.C26"),
        ("ad_valorem: {C26: 0.1}", "least: {C26: 110}", "effect.least.C26"),
        ("spread: 0.5", "spread: 50", "effect.spread"),
        ("per_value: 0.1", "per_value: 10", "effect.per_value"),
        ("  in_base: 0.1", "  in_base: 10", "in_base"),
        ("  in_base: 0.1", "  in_base: -0.1", "in_base"),
    ],
)
def test_numbers_of_effects(small: Small, old: str, new: str, key: str) -> None:
    more = dedent(
        """\
          in_base: 0.1
          effect: {flows: both, ad_valorem: {C26: 0.1}, spread: 0.5, per_value: 0.1, source: S1, grade: official, derivation: x}
        """
    )
    more = "".join(f"  {line.strip()}\n" for line in more.splitlines())
    text = FILES["measures/duties.yaml"] + more
    assert load_dossier(small({"measures/duties.yaml": text}))
    assert old in text
    with pytest.raises(SchemaError) as caught:
        load_dossier(small({"measures/duties.yaml": text.replace(old, new)}))
    assert caught.value.key == f"[0].{key}"


@pytest.mark.parametrize(
    "day", ["0001-01-01", "9999-12-31", '"20250201"', '"1738368000"', "2401-01-01", "1599-12-31"]
)
def test_days_at_the_ends_of_the_calendar_and_counts_of_seconds_are_no_days(small: Small, day: str) -> None:
    with pytest.raises(DateError) as caught:
        load_dossier(small(edited("measures/duties.yaml", "from: 2025-02-01", f"from: {day}")))
    assert "duties.yaml:13" in str(caught.value)


def _scenario_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text("id: own\ntitle: Own\ndossier: busan-2025\n" + text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("tariffs:\n  - {importer: USA, exporter: CHN, add: 2.5}\n", 5, "tariffs[0].add"),
        ("tariffs:\n  - {importer: USA, exporter: CHN, set: 15}\n", 5, "tariffs[0].set"),
        ("tariffs:\n  - {importer: USA, exporter: CHN, set: '0.5'}\n", 5, "tariffs[0].set"),
        (
            "quantities:\n  - {name: q, importers: [USA], exporters: [CHN], sectors: [C27], limit: 30}\n",
            5,
            "quantities[0].limit",
        ),
    ],
)
def test_numbers_of_a_scenario_file(tmp_path: Path, text: str, line: int, key: str) -> None:
    with pytest.raises(SchemaError) as caught:
        load_scenario(_scenario_file(tmp_path, text))
    assert (caught.value.file, caught.value.line, caught.value.key) == ("own.yaml", line, key)
    said = text.replace("}", ", extraordinary: true}")
    if "'" not in text:
        assert load_scenario(_scenario_file(tmp_path, said)).id == "own"


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ("usa-2025-threat-100", 25),
        ("usa-2025-threat-100", 2.5),
        ("chn-2025-port-fee", 1e5),
        ("chn-2025-port-fee", 0.4),
    ],
)
def test_a_setting_is_held_against_the_unit_of_its_measure(
    tmp_path: Path, measure: str, value: float
) -> None:
    path = _scenario_file(tmp_path, f"set:\n  {measure}:\n    status: in_force\n    value: {value}\n")
    record = load_dossier("busan-2025")
    with pytest.raises(UnitError) as caught:
        apply_scenario(record, load_scenario(path))
    assert caught.value.where == f"own.yaml:7: set.{measure}.value"
    both = load_scenario(path).plus(load_scenario("talks-fail"))
    if measure not in load_scenario("talks-fail").set:
        with pytest.raises(UnitError, match=r"own\.yaml:7"):
            apply_scenario(record, both)
    meant = path.read_text(encoding="utf-8") + "    extraordinary: true\n"
    path.write_text(meant, encoding="utf-8")
    applied = apply_scenario(record, load_scenario(path))
    assert applied.state(measure, record.asof).value == value


def test_a_value_that_the_record_itself_has_needs_no_statement(small: Small) -> None:
    record = load_dossier(
        small(edited("measures/duties.yaml", "value: 0.10", "value: 3, extraordinary: true"))
    )
    again = Scenario.model_validate(
        {"id": "s", "title": "S", "dossier": "small", "set": {"duty": {"value": 3.0}}}
    )
    assert apply_scenario(record, again).state("duty", record.asof).value == 3


def test_numbers_of_a_game_file(tmp_path: Path) -> None:
    text = (DATA / "busan-2025" / "games" / "busan-2025.yaml").read_text(encoding="utf-8")
    line = next(i for i, words in enumerate(text.splitlines(), 1) if "value: 0.10" in words)
    path = tmp_path / "game.yaml"
    path.write_text(text.replace("value: 0.10", "value: 10", 1), encoding="utf-8")
    with pytest.raises(UnitError, match="1,000 %") as caught:
        check_measures(load_game(path), load_dossier("busan-2025"))
    assert str(caught.value.where).startswith(f"game.yaml:{line}: actions[")
    check_measures(load_game("busan-2025"), load_dossier("busan-2025"))


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [("relative: 0.25", "relative: 25", "relative"), ("revenue: 1.5", "revenue: 150", "revenue")],
)
def test_numbers_of_a_preference_file(tmp_path: Path, old: str, new: str, key: str) -> None:
    text = PREFERENCES.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "wants.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SchemaError) as caught:
        load_preferences(path)
    assert str(caught.value.key).endswith(f".players.USA.{key}")


def test_the_shipped_records_state_nothing_extraordinary() -> None:
    for name in shipped_dossiers():
        record = load_dossier(name, asof=dt.date.max)
        entries = [*record.measures.values(), *record.parameters.values(), *record.expectations.values()]
        assert [doubt for entry in entries for doubt in entry.doubts()] == []


@given(raw=st.text(max_size=12))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_plain_scalar_becomes_a_number_by_another_spelling(raw: str) -> None:
    """What the reader calls a number is what plain decimal notation says, digit for digit."""
    try:
        value = parse_yaml(f"a: {raw}\n".encode()).data["a"]  # type: ignore[call-overload]
    except InputError:
        return
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        assert math.isfinite(value)
        assert "_" not in raw
        assert raw.isascii()
