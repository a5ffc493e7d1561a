"""An invented briefing for the page's own tests. No number in it is a result; the shape is that of the real one."""

from __future__ import annotations

import datetime as dt

from detente.brief.content import (
    Block,
    BriefContent,
    Bullets,
    Citation,
    ClockBlock,
    ClockRow,
    ConflictBlock,
    ConflictCard,
    KeyNumber,
    MeasureBlock,
    MeasureRow,
    Paragraph,
    ReadingText,
    Section,
    SourceText,
    Subheading,
    TableBlock,
)
from detente.core import Column, Stamp, Table
from detente.show.figures.charts import OutcomeRow, SectorRow, outcomes, sectors_hit, third_countries
from detente.show.figures.figures import Figure
from detente.show.figures.lifelines import Span, timeline
from detente.show.figures.paths import Event, duty_path_figure
from detente.show.figures.timelines import ClockDot, clocks
from detente.show.tables.duties import duties_by_authority
from detente.show.words.sentences import (
    Sentence,
    both_sides_sentence,
    change_sentence,
    clock_sentence,
    duty_sentence,
    ranking_sentence,
    sector_sentence,
)

ASOF = dt.date(2025, 10, 28)
STANDING = "what is in force today"

LADDER = (
    OutcomeRow(
        "Framework made binding (best case)",
        {"USA": 0.061, "CHN": 0.114, "REST": -0.012},
        {"USA": 17_800.0, "CHN": 21_300.0, "REST": -6_900.0},
    ),
    OutcomeRow(
        "Narrow deal (most likely)",
        {"USA": 0.034, "CHN": 0.071, "REST": -0.008},
        {"USA": 9_900.0, "CHN": 13_300.0, "REST": -4_400.0},
    ),
    OutcomeRow(
        "Truce rolls over unchanged",
        {"USA": 0.0, "CHN": 0.0, "REST": 0.0},
        {"USA": 0.0, "CHN": 0.0, "REST": 0.0},
    ),
    OutcomeRow(
        "Truce lapses on 10 November",
        {"USA": -0.083, "CHN": -0.121, "REST": 0.019},
        {"USA": -24_300.0, "CHN": -22_700.0, "REST": 10_900.0},
    ),
    OutcomeRow(
        "No deal: 100 points added on 1 November",
        {"USA": -0.254, "CHN": -0.473, "REST": 0.062},
        {"USA": -74_200.0, "CHN": -88_600.0, "REST": 35_400.0},
    ),
)

THIRD_USD = {
    "MEX": 9_840.0,
    "VNM": 7_210.0,
    "EU27": 6_950.0,
    "JPN": 3_110.0,
    "KOR": 2_870.0,
    "IND": 2_640.0,
    "CAN": 2_120.0,
    "TWN": 1_960.0,
    "ASEAN": 1_890.0,
    "GBR": 610.0,
    "BRA": 540.0,
    "TUR": 330.0,
    "IDN": 260.0,
    "EFTA": 210.0,
    "LATAM": 120.0,
    "ROW": 40.0,
    "MENA": -390.0,
    "RUS": -460.0,
    "ANZ": -720.0,
}
THIRD_PCT = {
    "MEX": 0.53,
    "VNM": 1.52,
    "EU27": 0.036,
    "JPN": 0.075,
    "KOR": 0.16,
    "IND": 0.067,
    "CAN": 0.094,
    "TWN": 0.24,
    "ASEAN": 0.12,
    "GBR": 0.017,
    "BRA": 0.025,
    "TUR": 0.028,
    "IDN": 0.019,
    "EFTA": 0.016,
    "LATAM": 0.006,
    "ROW": 0.001,
    "MENA": -0.009,
    "RUS": -0.021,
    "ANZ": -0.035,
}

SECTORS = tuple(
    SectorRow(country, sector, pct, usd)
    for country, sector, pct, usd in (
        ("USA", "Crops and livestock", -3.42, -15_900.0),
        ("USA", "Aircraft, ships, trains", -2.85, -7_700.0),
        ("USA", "Machinery", -1.21, -5_100.0),
        ("USA", "Chemicals", -0.92, -6_300.0),
        ("USA", "Computers and electronics", 2.66, 9_200.0),
        ("USA", "Textiles and clothing", 4.1, 3_900.0),
        ("USA", "Electrical equipment", 3.05, 4_300.0),
        ("USA", "Furniture, toys, other goods", 2.2, 3_300.0),
        ("USA", "Mining", -0.11, -300.0),
        ("CHN", "Computers and electronics", -5.31, -92_000.0),
        ("CHN", "Textiles and clothing", -3.1, -21_300.0),
        ("CHN", "Electrical equipment", -2.9, -31_000.0),
        ("CHN", "Furniture, toys, other goods", -4.4, -14_400.0),
        ("CHN", "Machinery", -1.3, -13_000.0),
        ("CHN", "Motor vehicles", 0.21, 1_800.0),
        ("CHN", "Basic metals", 0.33, 4_500.0),
        ("CHN", "Crops and livestock", 0.72, 9_900.0),
        ("CHN", "Mining", 0.05, 200.0),
    )
)

DUTIES = {
    "Basic metals": {"mfn": 0.021, "section-301": 0.193, "section-232": 0.412, "ieepa-fentanyl": 0.2},
    "Textiles and clothing": {
        "mfn": 0.109,
        "section-301": 0.121,
        "ieepa-fentanyl": 0.2,
        "ieepa-reciprocal": 0.1,
    },
    "Machinery": {
        "mfn": 0.013,
        "section-301": 0.187,
        "section-232": 0.041,
        "ieepa-fentanyl": 0.2,
        "ieepa-reciprocal": 0.09,
    },
    "Motor vehicles": {"mfn": 0.026, "section-301": 0.262, "section-232": 0.231, "ieepa-fentanyl": 0.2},
    "Chemicals": {"mfn": 0.034, "section-301": 0.139, "ieepa-fentanyl": 0.2, "ieepa-reciprocal": 0.061},
    "Electrical equipment": {
        "mfn": 0.019,
        "section-301": 0.171,
        "section-232": 0.028,
        "ieepa-fentanyl": 0.2,
        "ieepa-reciprocal": 0.093,
    },
    "Furniture, toys, other goods": {
        "mfn": 0.012,
        "section-301": 0.071,
        "ieepa-fentanyl": 0.2,
        "ieepa-reciprocal": 0.1,
    },
    "Computers and electronics": {
        "mfn": 0.004,
        "section-301": 0.052,
        "ieepa-fentanyl": 0.2,
        "ieepa-reciprocal": 0.021,
    },
    "Crops and livestock": {
        "mfn": 0.022,
        "section-301": 0.168,
        "ieepa-fentanyl": 0.2,
        "ieepa-reciprocal": 0.1,
    },
}

SOURCES = (
    SourceText(
        "eo-14257",
        "Executive Order 14257, reciprocal duties",
        "Federal Register",
        "2025-04-02",
        "A",
        "as amended on 8 and 9 April",
    ),
    SourceText("mofcom-61", "Announcement No 61 of 2025", "Ministry of Commerce of China", "2025-10-09", "A"),
    SourceText(
        "ustr-port-fees",
        "Notice of action, Section 301 on shipbuilding",
        "USTR",
        "2025-04-17",
        "A",
        url="https://example.org/notice?a=1&b=2",
    ),
    SourceText(
        "piie-chart",
        "US–China trade war tariffs: an up-to-date chart",
        "PIIE",
        "2025-09-25",
        "B",
        "read in a transcription",
    ),
    SourceText("wire-23-oct", "Preview of the summit", "A wire agency, re-hosted", "2025-10-23", "C"),
)

MEASURES = (
    MeasureRow(
        "usa-fentanyl-20",
        "USA",
        "Duty over fentanyl on all Chinese goods",
        "in_force",
        "2025-03-04",
        "eo-14257",
        "official",
        value="20 %",
        kind="tariff · IEEPA, fentanyl",
    ),
    MeasureRow(
        "usa-reciprocal-10",
        "USA",
        "Reciprocal duty, truce rate",
        "in_force",
        "2025-05-14",
        "eo-14257",
        "official",
        until="2025-11-10",
        value="10 %",
        kind="tariff · IEEPA, reciprocal",
    ),
    MeasureRow(
        "usa-reciprocal-24",
        "USA",
        "Reciprocal duty, suspended part",
        "suspended",
        "2025-05-14",
        "eo-14257",
        "official",
        until="2025-11-10",
        value="24 points",
        kind="tariff · IEEPA, reciprocal",
    ),
    MeasureRow(
        "usa-threat-100",
        "USA",
        "Threat of 100 further points, and controls on critical software",
        "announced",
        "2025-10-10",
        "wire-23-oct",
        "reported",
        until="2025-11-01",
        value="100 points",
        kind="threat",
        note="“Or sooner”; called off if the talks succeed.",
    ),
    MeasureRow(
        "usa-port-fees",
        "USA",
        "Fees on Chinese-built and Chinese-operated ships",
        "in_force",
        "2025-10-14",
        "ustr-port-fees",
        "official",
        value="$50 per net ton",
        kind="port fee · Section 301",
    ),
    MeasureRow(
        "chn-rare-earths",
        "CHN",
        "Export licences for twelve rare earths, with reach abroad",
        "announced",
        "2025-10-09",
        "mofcom-61",
        "official",
        until="2025-12-01",
        kind="export control",
        place="articles 1–3",
    ),
    MeasureRow(
        "chn-port-fees",
        "CHN",
        "Special port fee on American ships",
        "in_force",
        "2025-10-14",
        "wire-23-oct",
        "reported",
        value="400 yuan per net ton",
        kind="port fee",
    ),
    MeasureRow(
        "chn-soybeans",
        "CHN",
        "No purchases of the new soybean crop",
        "in_force",
        "2025-09-01",
        "wire-23-oct",
        "inferred",
        kind="purchases",
        note="Not a written measure.",
    ),
)

CLOCKS = (
    ClockRow(
        "threat-1-nov",
        "The threatened 100 points take effect",
        "2025-11-01",
        "threat_deadline",
        "Duties on Chinese goods rise by 100 points unless the threat is withdrawn.",
        "wire-23-oct",
        "reported",
    ),
    ClockRow(
        "busan",
        "The two presidents meet in Busan",
        "2025-10-30",
        "meeting",
        "A summit needs something to announce.",
        "wire-23-oct",
        "reported",
    ),
    ClockRow(
        "truce-10-nov",
        "The tariff truce lapses",
        "2025-11-10",
        "legal_expiry",
        "The suspended 24 points snap back on both sides.",
        "eo-14257",
        "official",
    ),
    ClockRow(
        "no61-1-dec",
        "The extraterritorial part of No 61 takes effect",
        "2025-12-01",
        "entry_into_force",
        "Goods made abroad with 0.1 percent of Chinese rare earths need a licence.",
        "mofcom-61",
        "official",
    ),
)

CONFLICTS = (
    ConflictCard(
        "venue",
        "Where do the presidents meet?",
        "disagreement",
        (
            ReadingText("In Seoul.", ("Reuters story, rewritten (000)", "News.Az (001)")),
            ReadingText("In Busan, on the way to the summit in Gyeongju.", ("AP preview, rewritten (002)",)),
            ReadingText("In Gyeongju.", ("unsigned summary (003)",)),
        ),
        "Busan.",
        "The delegations landed at the air base there; Gyeongju is the place of the multilateral summit.",
        "outside_source",
        "wire-23-oct",
    ),
    ConflictCard(
        "fee-unit",
        "Is the Chinese port fee per metric ton or per net ton?",
        "error",
        (
            ReadingText("400 yuan per metric ton.", ("AP preview, rewritten (002)",)),
            ReadingText("400 yuan per net ton.", ("Korea JoongAng Daily (004)",)),
        ),
        "Per net ton.",
        "A net ton measures a ship's room, not the weight of its cargo; the notice says net ton.",
        "outside_source",
    ),
)


def figures() -> dict[str, Figure]:
    """Every chart of the room, on invented numbers."""
    path = duty_path_figure(
        [
            "2025-01-01",
            "2025-02-04",
            "2025-03-04",
            "2025-04-05",
            "2025-04-09",
            "2025-05-14",
            "2025-06-04",
            "2025-08-18",
            "2025-10-14",
            "2025-11-01",
            "2025-11-10",
        ],
        {
            ("USA", "CHN"): [0.108, 0.196, 0.281, 0.334, 1.204, 0.372, 0.388, 0.394, 0.401, 1.322, 1.531],
            ("CHN", "USA"): [0.173, 0.181, 0.209, 0.209, 1.392, 0.311, 0.311, 0.311, 0.311, 0.311, 0.552],
        },
        asof=ASOF,
        end="2026-01-31",
        concept="import-weighted with 2024 trade, statutory rates",
        events=(
            Event("2025-04-02", "“Liberation Day”"),
            Event("2025-05-12", "Geneva truce"),
            Event("2025-08-11", "Truce extended"),
            Event("2025-10-10", "100-point threat"),
            Event("2025-10-30", "Busan"),
            Event("2025-11-10", "Truce lapses"),
        ),
    )
    life = timeline(
        (
            Span("usa-fentanyl", "Duty over fentanyl on all Chinese goods", "USA", "in_force", "2025-02-04"),
            Span(
                "usa-reciprocal-24",
                "Reciprocal duty, suspended part",
                "USA",
                "in_force",
                "2025-04-09",
                "2025-05-14",
            ),
            Span(
                "usa-reciprocal-24",
                "Reciprocal duty, suspended part",
                "USA",
                "suspended",
                "2025-05-14",
                "2025-11-10",
            ),
            Span("usa-reciprocal-24", "Reciprocal duty, suspended part", "USA", "in_force", "2025-11-10"),
            Span(
                "usa-threat",
                "Threat of 100 further points, and controls on critical software",
                "USA",
                "announced",
                "2025-10-10",
                "2025-11-01",
            ),
            Span("usa-port", "Fees on Chinese-built ships", "USA", "announced", "2025-04-17", "2025-10-14"),
            Span("usa-port", "Fees on Chinese-built ships", "USA", "in_force", "2025-10-14"),
            Span("chn-ree-apr", "Licences for seven rare earths", "CHN", "in_force", "2025-04-04"),
            Span(
                "chn-ree-oct",
                "Licences for five more rare earths, with reach abroad",
                "CHN",
                "announced",
                "2025-10-09",
                "2025-12-01",
            ),
            Span("chn-125", "Response to the reciprocal duty", "CHN", "in_force", "2025-04-10", "2025-05-14"),
            Span(
                "chn-125", "Response to the reciprocal duty", "CHN", "suspended", "2025-05-14", "2025-11-10"
            ),
            Span(
                "chn-list",
                "Unreliable-entity listings of April",
                "CHN",
                "in_force",
                "2025-04-09",
                "2025-05-14",
            ),
            Span("chn-list", "Unreliable-entity listings of April", "CHN", "lapsed", "2025-05-14"),
            Span("chn-port", "Special port fee on American ships", "CHN", "in_force", "2025-10-14"),
        ),
        asof=ASOF,
        start="2025-01-01",
        end="2025-12-31",
    )
    worst = LADDER[-1].outcome
    return {
        "duty_path": path,
        "timeline": life,
        "clocks": clocks([ClockDot(c.title, c.fires) for c in CLOCKS], asof=ASOF),
        "outcomes": outcomes(LADDER, standing=STANDING, concept="long run, fixed deficits"),
        "diversion": third_countries(THIRD_PCT, THIRD_USD, outcome=worst, standing=STANDING),
        "sectors": sectors_hit(SECTORS, outcome=worst, standing=STANDING),
        "duties_by_authority": duties_by_authority(DUTIES, importer="USA", exporter="CHN", day="2025-10-28"),
    }


def levels_table() -> Table:
    """Levels beside differences, as the outcome section shows them."""
    rows = [
        (
            row.outcome,
            "level" if k == 0 else "difference",
            *(value * (30.1 if k == 0 else 1.0) for value in row.value_usd.values()),
        )
        for row in LADDER
        for k in (0, 1)
    ]
    number = [
        Column(key, label, "USD bn", "number", 1)
        for key, label in (("usa", "United States"), ("chn", "China"), ("rest", "Everyone else"))
    ]
    return Table(
        "levels",
        "Real income, levels and differences",
        (Column("outcome", "Outcome"), Column("measure", "Level or difference"), *number),
        tuple((r[0], r[1], *(float(v) / 1e3 for v in r[2:])) for r in rows),
        "Invented for a test.",
    )


def rounds_table() -> Table:
    """Rounds of talks, folded and with a column that only the file has."""
    columns = (Column("id", "Id"), Column("place", "Place"), Column("outcome", "What it moved"))
    return Table(
        "rounds",
        "Rounds of talks",
        columns,
        (("geneva-secret-id", "Geneva", "Suspended 24 points."),),
        "As known.",
    )


def content(*, hostile: str = "") -> BriefContent:
    """An invented briefing; `hostile` is put into every text a stranger could have written."""
    drawn = figures()
    worst = LADDER[-1]
    usa, chn = worst.real_income_pct["USA"], worst.real_income_pct["CHN"]
    headline = Table(
        "headline",
        "Key numbers",
        (Column("label", "What"), Column("value", "Value", "", "number", 3), Column("unit", "Unit")),
        (("usa duty", 40.1, "%"), ("chn duty", 31.1, "%"), ("days to the first deadline", 4, "days")),
    )
    measures = tuple(
        MeasureRow(
            **{
                **row.__dict__,
                "title": row.title + hostile,
                "note": row.note + hostile,
                "value": row.value + hostile,
            }
        )
        for row in MEASURES
    )
    cards = tuple(
        ConflictCard(**{**card.__dict__, "question": card.question + hostile, "why": card.why + hostile})
        for card in CONFLICTS
    )
    standing: tuple[Block, ...] = (
        Paragraph(
            (
                duty_sentence(
                    "USA",
                    "CHN",
                    0.401,
                    "import-weighted, 2024 trade",
                    ASOF,
                    other_rate=0.311,
                    table="headline",
                ).citing("eo-14257", "piie-chart"),
                clock_sentence("The truce lapses", "2025-11-10", ASOF).citing("eo-14257"),
            )
        ),
        drawn["timeline"],
        MeasureBlock(measures),
        ClockBlock(CLOCKS),
        drawn["clocks"],
    )
    cost: tuple[Block, ...] = (
        Paragraph(
            tuple(
                change_sentence(
                    c,
                    worst.real_income_pct[c],
                    worst.value_usd[c],
                    worst.outcome if c == "USA" else "",
                    table="outcomes",
                )
                for c in ("USA", "CHN", "REST")
            )
        ),
    )
    behind: tuple[Block, ...] = (
        TableBlock(levels_table()),
        TableBlock(rounds_table(), folded=True, columns=("place", "outcome")),
    )
    return BriefContent(
        title="Two levers, one truce" + hostile,
        question="What can each side lose?" + hostile,
        terms=(Sentence("Real income is what a country’s income buys." + hostile),),
        lead=drawn["outcomes"],
        ahead=CLOCKS[:2],
        subtitle="What the talks of Busan can change, and for whom",
        asof=ASOF,
        dossier_title="The standoff of October 2025 around the meeting of Busan" + hostile,
        summary_sentences=(
            both_sides_sentence(worst.outcome, {"USA": usa, "CHN": chn}, against=STANDING, table="outcomes"),
            ranking_sentence(THIRD_USD, worst.outcome, table="diversion"),
            clock_sentence("The truce lapses", "2025-11-10", ASOF),
        ),
        key_numbers=(
            KeyNumber(
                "Average US duty on Chinese goods",
                40.1,
                "%",
                "headline",
                "import-weighted, 2024 trade",
                signed=False,
            ),
            KeyNumber(
                "US real income without a deal", usa, "%", "outcomes", "long run, against today", digits=2
            ),
            KeyNumber(
                "Chinese real income without a deal",
                chn,
                "%",
                "outcomes",
                "long run, against today",
                digits=2,
            ),
            KeyNumber(
                "To the first deadline",
                4,
                "days",
                "headline",
                "1 November: the threatened 100 points",
                digits=0,
                signed=False,
            ),
        ),
        sections=(
            Section("standing", "Where things stand", standing),
            Section(
                "disagreements",
                "What the reports disagree on",
                (Bullets(tuple(Sentence(card.question) for card in cards)),),
                (ConflictBlock(cards),),
            ),
            Section("outcomes", "What each outcome costs whom", cost, behind, "Outcomes"),
            Section(
                "diversion",
                "Who gains from diversion",
                (
                    Paragraph(
                        (ranking_sentence(THIRD_USD, worst.outcome, pct=THIRD_PCT, table="diversion"),)
                    ),
                    drawn["diversion"],
                ),
            ),
            Section(
                "sectors",
                "Which sectors are hit",
                (
                    Bullets(
                        tuple(
                            sector_sentence(
                                c,
                                {r.sector: r.output_pct for r in SECTORS if r.country == c},
                                worst.outcome,
                                table="sectors",
                            )
                            for c in ("USA", "CHN")
                        )
                    ),
                    drawn["sectors"],
                ),
            ),
            Section(
                "duties",
                "The path of duties",
                (drawn["duty_path"], Subheading("Sector by sector"), drawn["duties_by_authority"]),
            ),
        ),
        method=(
            Paragraph(
                (
                    Sentence(
                        "Every outcome is an equilibrium of one model of world trade in exact hat algebra, solved from the same base year."
                    ),
                    Sentence("Nothing in this page was typed by hand.").citing("piie-chart"),
                )
            ),
        ),
        limits=(
            "The model has no unemployment and no money.",
            "Inputs that cannot be replaced in the short run are treated in a run of their own.",
        ),
        assumed=(
            "The cost of an export licence, as a share of the value shipped.",
            "The part of the port fee that shippers pass on.",
        ),
        sources=tuple(SourceText(**{**s.__dict__, "title": s.title + hostile}) for s in SOURCES),
        stamp=Stamp(
            dossier="busan-2025",
            vintage="2025-11-05",
            asof=ASOF.isoformat(),
            data_hash="a" * 64,
            parameters_hash="b" * 64,
            elasticity_source="A test",
            horizon="long run",
            closure="fixed deficits",
            solver={"result": "successful", "max_residual": 3.1e-13},
            version="0.0",
            commit="0" * 12,
        ),
        citations=(
            Citation("icio", "OECD (2023), Inter-Country Input-Output tables."),
            Citation("cp15", "Caliendo, L. and F. Parro (2015), Review of Economic Studies 82(1)."),
        ),
        tables=(headline,),
    )
