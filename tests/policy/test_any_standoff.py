"""A record of any parties: authorities of its own, products by code for any importer, rates by firm, all of it data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from detente.core import DetenteError, InputError, LabelError, SchemaError
from detente.dossier import Dossier, audit, authority_of, load_dossier, show_value
from detente.dossier.authorities import authority_table
from detente.policy import load_scenario, wedges_at
from detente.policy.duties import base_year_table, duty_stack, objections, product_duties, stack_table
from detente.policy.duties.codes import widest
from detente.policy.duties.coverage import coverage_table
from detente.policy.duties.product_data import products
from detente.world import Economy, load_world, toy

DAY = dt.date(2026, 1, 20)

HEAD = """
    id: cars
    title: Duties on electric cars
    summary: One economy's duty by maker on another's cars
    vintage: 2026-01-31
    asof: 2026-01-31
"""
ACTORS = """
    - {id: EU27, name: European Union, kind: economy, region: EU27}
    - {id: KOR, name: Korea, kind: economy, region: KOR}
    - {id: USA, name: United States, kind: economy, region: USA}
"""
SOURCES = "- {id: journal, title: A journal, publisher: Nobody, date: 2026-01-05, quality: A}\n"
DUTY = """
    - id: eu-cars
      title: Duty on electric cars
      actor: EU27
      targets: [KOR]
      instrument: tariff
      authority: countervailing
      issue: tariffs
      unit: fraction
      announced: 2026-01-05
      products: {codes: ["8703.80"]}
      values:
        - from: 2026-01-15
          by_firm:
            - {firm: First Motors, rate: 0.078, share: 0.25}
            - {firm: Second Motors, rate: 0.188, share: 0.25}
            - {firm: all others, rate: 0.353}
          shares_from: registrations of 2025
          status: in_force
          source: journal
          grade: inferred
      last_checked: 2026-01-31
"""
TRADE = """
    - {id: cars, importer: EU27, exporter: KOR, code: "870380", value: 1000, year: 2024, source: journal, grade: reported}
    - {id: all-cars, importer: EU27, exporter: KOR, code: "8703", value: 5000, year: 2024, source: journal, grade: reported}
"""

Write = Callable[..., Dossier]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a record and read it; files are replaced or added by name."""

    def made(**files: str) -> Dossier:
        texts = {"dossier": HEAD, "actors": ACTORS, "sources": SOURCES, "measures/duties": DUTY, **files}
        for name, text in texts.items():
            path = tmp_path / f"{name}.yaml"
            path.parent.mkdir(exist_ok=True)
            path.write_text(dedent(text).lstrip(), encoding="utf-8")
        return load_dossier(tmp_path)

    return made


@pytest.fixture(scope="module")
def world() -> Economy:
    return load_world()


def rate_on_cars(economy: Economy, record: Dossier, importer: str = "EU27", exporter: str = "KOR") -> float:
    found = duty_stack(economy, record, date=DAY, importer=importer, exporter=exporter)
    return float(found.rates[1, economy.labels.sector("C29")])


# Rates by firm


def test_the_rate_of_firms_is_their_average_by_share_and_shows_its_range(write: Write) -> None:
    record = write()
    state = record.state("eu-cars", DAY)
    assert state.value == pytest.approx(0.25 * 0.078 + 0.25 * 0.188 + 0.5 * 0.353)
    assert show_value(state) == "24.3 %; by firm 7.8 to 35.3 %"
    assert audit(record) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("share: 0.25}\n            - {firm: all", "share: 0.85}\n            - {firm: all", "add up to 1.1"),
        ("rate: 0.353}", "rate: 0.353, share: 0.1}", "add up to 0.6"),
        ("rate: 0.188, share: 0.25", "rate: 0.188", "more than one firm"),
        ("          by_firm", "          value: 0.2\n          by_firm", "leave it out"),
        ("targets: [KOR]", "targets: [KOR, USA]", "one measure a target"),
        ("rate: 0.188", "rate: 18.8", "18.8 is 1,880 %"),
    ],
)
def test_rates_of_firms_that_cannot_be_meant_are_refused(write: Write, old: str, new: str, says: str) -> None:
    assert old in DUTY
    with pytest.raises(SchemaError, match=says):
        write(**{"measures/duties": DUTY.replace(old, new)})


def test_a_value_beside_its_firms_may_be_given_rounded(write: Write) -> None:
    same = DUTY.replace("          by_firm", "          value: 0.243\n          by_firm")
    assert write(**{"measures/duties": same}).state("eu-cars", DAY).value == pytest.approx(0.243)


# Products by code


def test_codes_are_weighed_by_the_records_trade_and_say_so(write: Write, world: Economy) -> None:
    record = write(trade=TRADE)
    n, i, s = world.labels.country("EU27"), world.labels.country("KOR"), world.labels.sector("C29")
    share = 1000 / world.flows[n, i, s]
    assert 0 < share < 1
    assert rate_on_cars(world, record) == pytest.approx(0.243 * share, rel=1e-12)
    note = stack_table(duty_stack(world, record, date=DAY, importer="EU27", exporter="KOR")).note
    assert "the record's trade by product (journal)" in note
    assert "7.8 to 35.3 % by firm, 24.3 % weighed by their shares of trade (registrations of 2025)" in note


def test_without_trade_the_weights_are_borrowed_and_that_is_said(write: Write, world: Economy) -> None:
    record = write()
    table = products()
    weights = table.value.sum(0)
    cars = table.sector == table.sectors.index("C29")
    share = weights[table.find("870380")].sum() / weights[cars].sum()
    assert rate_on_cars(world, record) == pytest.approx(0.243 * share, rel=1e-12)
    found = duty_stack(world, record, date=DAY, importer="EU27", exporter="KOR")
    assert "imports of 2024 from everybody (assumed)" in found.remarks[0]
    others = duty_stack(world, record, date=DAY, importer="EU27", exporter="JPN")
    assert others.remarks == ()
    assert others.authorities == ("mfn",)


def test_trade_with_everybody_stands_for_a_pair_that_has_none(write: Write, world: Economy) -> None:
    text = TRADE.replace("exporter: KOR", "exporter: all")
    n, s = world.labels.country("EU27"), world.labels.sector("C29")
    imports = world.flows[n, :, s].sum() - world.flows[n, n, s]
    assert rate_on_cars(world, write(trade=text)) == pytest.approx(0.243 * 1000 / imports, rel=1e-12)


def test_wider_codes_hold_narrower_ones_and_lose_what_is_excluded(write: Write, world: Economy) -> None:
    def rate(codes: str, trade: str = TRADE) -> float:
        return rate_on_cars(
            world, write(trade=trade, **{"measures/duties": DUTY.replace('codes: ["8703.80"]', codes)})
        )

    one = rate('codes: ["870380"]')
    assert rate('codes: ["8703"]') == pytest.approx(5 * one, rel=1e-12)
    assert rate('codes: ["8703", "870380"]') == pytest.approx(5 * one, rel=1e-12)
    assert rate('codes: ["8703"], excluded_codes: ["870380"]') == pytest.approx(4 * one, rel=1e-12)
    line = TRADE + dedent("""
        - {id: line, importer: EU27, exporter: KOR, code: "87038010", value: 900, year: 2024, source: journal, grade: reported}
    """).replace("\n- ", "\n    - ")
    assert rate('codes: ["87038010"]', line) == pytest.approx(0.9 * one, rel=1e-12)
    assert widest(["8703", "870380", "85", "8507"]) == ("85", "8703")


def test_by_product_a_duty_by_code_falls_on_its_products_only(write: Write, world: Economy) -> None:
    found = product_duties(world, write(), date=DAY, importer="EU27", exporters=["KOR"])
    k = found.authorities.index("countervailing")
    assert found.tiers["countervailing"] == "exact"
    table = found.table
    assert found.rates[k, 0, table.find("870380")[0]] == pytest.approx(0.243)
    assert found.rates[k].sum() == pytest.approx(0.243)


def test_codes_work_for_the_importer_of_the_product_cells_too(write: Write, world: Economy) -> None:
    text = DUTY.replace("actor: EU27", "actor: USA").replace("eu-cars", "us-cars")
    record = write(**{"measures/duties": text})
    table = products()
    mine = table.value[[p for p, region in enumerate(table.regions) if region == "KOR"]].sum(0)
    share = mine[table.find("870380")].sum() / mine[table.sector == table.sectors.index("C29")].sum()
    assert rate_on_cars(world, record, "USA") == pytest.approx(0.243 * share, rel=1e-9)
    found = product_duties(world, record, date=DAY, importer="USA", exporters=["KOR"])
    k = found.authorities.index("countervailing")
    assert found.rates[k, 0, table.find("870380")[0]] == pytest.approx(0.243)
    rows = {row["id"]: row for row in coverage_table(world, record, DAY).records()}
    assert rows["us-cars"]["tier"] == "code"
    assert rows["us-cars"]["trade"] == pytest.approx(mine[table.find("870380")].sum() / 1e3)


def test_codes_on_a_world_of_other_sectors_need_trade_with_its_sector(write: Write) -> None:
    duty = {"measures/duties": DUTY.replace("[KOR]", "[MEX]")}
    actors = ACTORS + "    - {id: MEX, name: Mexico, kind: economy}\n"
    economy = toy()

    def rates(**more: str) -> np.ndarray:
        record = write(actors=actors, **duty, **more)
        return duty_stack(economy, record, date=DAY, importer="EU27", exporter="MEX").rates[1]

    with pytest.raises(InputError, match="products by code have no sector in"):
        rates()
    flow = economy.flows[2, 3, 2]
    line = f'- {{id: c, importer: EU27, exporter: MEX, code: "870380", value: {flow / 2}, year: 2024, sector: GOODS, source: journal, grade: reported}}'
    assert rates(trade=line) == pytest.approx([0, 0, 0.243 / 2, 0])
    with pytest.raises(LabelError, match="GOOD"):
        rates(trade=line.replace("GOODS", "GOOD"))


@pytest.mark.parametrize(
    ("scope", "error", "says"),
    [
        ('{codes: ["870399"]}', LabelError, "no goods product `870399`"),
        ('{codes: ["87038"]}', SchemaError, "a character that is not allowed"),
        ("{codes: [870380]}", SchemaError, "should be text"),
        ('{codes: ["8703"], excluded_codes: ["87038010"]}', InputError, "cannot be taken off"),
    ],
)
def test_codes_that_say_nothing_are_refused(
    write: Write, world: Economy, scope: str, error: type[DetenteError], says: str
) -> None:
    text = DUTY.replace('{codes: ["8703.80"]}', scope)
    with pytest.raises(error, match=says):
        rate_on_cars(world, write(**{"measures/duties": text}))


def test_a_scenario_carries_a_duty_by_code_and_firm_into_the_model(
    write: Write, world: Economy, tmp_path: Path
) -> None:
    record = write(trade=TRADE)
    path = tmp_path / "as-it-stands.yaml"
    path.write_text("id: s\ntitle: S\ndossier: cars\n", encoding="utf-8")
    added = wedges_at(world, record, load_scenario(path), quantities=True).tariff - world.tariff
    n, i, s = world.labels.country("EU27"), world.labels.country("KOR"), world.labels.sector("C29")
    assert added[n, i, s] == pytest.approx(0.243 * 1000 / world.flows[n, i, s], rel=1e-9)
    assert np.count_nonzero(np.abs(added) > 1e-12) == 1


# Ordinary duties


ORDINARY = """
    - {id: cars, importer: EU27, exporters: [KOR], code: "8703", rate: 0.10, from: 2025-06-01, known: 2026-01-05, source: journal, grade: reported}
"""


def test_ordinary_duties_are_read_dated_and_refused_where_they_cannot_be_meant(
    write: Write, tmp_path: Path
) -> None:
    record = write(ordinary=ORDINARY)
    assert record.ordinary["cars"].holds("KOR", dt.date(2025, 6, 1))
    assert not record.ordinary["cars"].holds("KOR", dt.date(2025, 5, 31))
    assert not record.ordinary["cars"].holds("JPN", DAY)
    assert audit(record) == []
    later = write(ordinary=ORDINARY.replace("2026-01-05", "2026-01-10"))
    assert [(finding.rule, finding.id) for finding in audit(later)] == [("source-before-value", "cars")]
    assert load_dossier(tmp_path, asof=dt.date(2026, 1, 9)).ordinary == {}
    for old, new, says in (
        ("0.10", "10", r"ordinary.yaml:1:.*10 is 1,000 %, outside 0 to 1.5"),
        ("0.10", "0.10, low: 0.12", "0.1 outside 0.12 to 0.1"),
        ('"8703"', '"87038010"', "a national line"),
        ("from: 2025-06-01", "from: 2025-06-01, until: 2025-01-01", "is not after `from`"),
        ("[KOR]", "[]", r"ordinary.yaml:1:.*exporters"),
    ):
        with pytest.raises(SchemaError, match=says):
            write(ordinary=ORDINARY.replace(old, new))
    with pytest.raises(LabelError, match="no source `journel`"):
        write(ordinary=ORDINARY.replace("journal", "journel"))


# Authorities


OWN = '- {id: green-tax, name: Levy on dirty steel, colour: "#123456", short: Levy}\n'
RULE = "- {id: r, authority: green-tax, actor: EU27, within: max, gives_way_to: [countervailing], applies_to: value, source: s, grade: assumed}\n"
LEVY = DUTY.replace("authority: countervailing", "authority: green-tax")


def test_a_record_brings_authorities_and_rules_of_its_own(write: Write) -> None:
    record = write(authorities=OWN, stacking=RULE, **{"measures/duties": LEVY})
    assert authority_of("green-tax", record.authorities).name == "Levy on dirty steel"
    assert [(f.rule, f.what) for f in audit(record)] == [
        ("stacking-mismatch", "gives way to nothing; rule `r` says countervailing"),
        (
            "stacking-mismatch",
            "adds up within its authority; rule `r` says that the largest counts",
        ),
    ]
    assert [row[0] for row in authority_table(record).rows] == ["green-tax", "mfn"]
    with pytest.raises(LabelError, match="unknown authority `countervalling`"):
        write(authorities=OWN, stacking=RULE.replace("countervailing", "countervalling"))


def test_an_authority_nobody_described_is_a_warning_and_no_more(write: Write, world: Economy) -> None:
    record = write(**{"measures/duties": LEVY})
    assert [finding.rule for finding in audit(record)] == ["undescribed-authority"]
    assert rate_on_cars(world, record) > 0


def test_rules_without_an_actor_speak_of_everybody(write: Write) -> None:
    table = authority_table(write())
    assert [(row[0], row[4]) for row in table.rows] == [("mfn", "countervailing"), ("countervailing", "mfn")]


def test_own_authorities_are_hidden_until_something_known_names_them(write: Write, tmp_path: Path) -> None:
    later = LEVY.replace("eu-cars", "eu-levy").replace("announced: 2026-01-05", "announced: 2026-01-10")
    write(authorities=OWN, **{"measures/levy": later})
    assert set(load_dossier(tmp_path, asof=dt.date(2026, 1, 9)).authorities) == set()
    assert set(load_dossier(tmp_path, asof=dt.date(2026, 1, 10)).authorities) == {"green-tax"}


def test_a_briefing_day_with_an_authority_of_its_time_draws_it() -> None:
    """The surcharge of February 2026 was the first authority that the registry of colours did not know."""
    from detente.show.tables.duties import duties_by_authority
    from detente.show.tables.evidence import measure_rows

    record = load_dossier("busan-2025", asof=dt.date(2026, 2, 25))
    assert any("Section 122" in row.kind for row in measure_rows(record, ("USA", "CHN")))
    for name in ("section-122", "never-heard-of"):
        drawn = duties_by_authority(
            {"Cars": {"mfn": 0.02, name: 0.15}}, importer="USA", exporter="CHN", day="2026-02-25"
        )
        assert drawn.table.columns[-1].label == authority_of(name).name


# What the base year holds


def test_what_the_base_year_holds_is_said_and_checked(write: Write, world: Economy) -> None:
    def verdict(extra: str) -> str:
        text = (
            DUTY.replace("      last_checked", f"      in_base: {extra}\n      last_checked")
            if extra
            else DUTY
        )
        rows = list(base_year_table(world, write(**{"measures/duties": text})).records())
        return str(rows[0]["verdict"]) if rows else "no row"

    assert verdict("") == "no row"
    assert verdict("0.0") == "not in the data"
    assert verdict("0.1") == "announced after 2024-12-31: the data cannot hold it"
    early = DUTY.replace("2026-01", "2024-01")
    record = write(**{"measures/duties": early, "sources": SOURCES.replace("2026", "2024")})
    row = next(iter(base_year_table(world, record).records()))
    assert row["verdict"] == "more than the data show"
    assert float(row["claimed"]) > float(row["shown"])
    assert objections(world, record) == [("eu-cars", "more than the data show")]
