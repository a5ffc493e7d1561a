"""A briefing names its own parties: random records on a toy world whose countries nobody has heard of."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from detente.brief import compose
from detente.brief.build import brief_files
from detente.core import LabelError, Labels, SchemaError
from detente.dossier import all_codes, load_dossier, parties_of
from detente.intake.tables import table
from detente.world import Economy, toy

CODES = ("ARK", "BEL", "COR", "DOR", "EST")
NAMES = dict(zip(CODES, ("Arkady", "Belmark", "Corvina", "Dorland", "Everywhere else"), strict=True))


def world() -> Economy:
    """The toy world under other names."""
    own = toy()
    labels = Labels(CODES, own.labels.sectors, NAMES, own.labels.sector_names)
    return dataclasses.replace(own, name="fable", labels=labels)


def write(folder: Path, parties: tuple[str, ...], rates: list[float], authority: str) -> None:
    """A record of duties that every party raises on the next, with two outcomes."""
    actors = "".join(
        f'- {{id: {code}, name: "{NAMES[code]}", kind: economy, region: {code}}}\n' for code in parties
    )
    measures = "".join(
        f"""
- id: duty-{actor.lower()}
  title: Duty {k + 1}
  actor: {actor}
  targets: [{target}]
  instrument: tariff
  authority: {authority}
  issue: tariffs
  unit: fraction
  announced: 2025-01-02
  products: {{lists: [all]}}
  values:
    - {{from: 2025-02-01, until: 2025-06-01, value: {rate}, status: suspended, source: gazette, grade: assumed}}
  last_checked: 2025-03-01
"""
        for k, (actor, target, rate) in enumerate(
            zip(parties, (*parties[1:], parties[0]), rates, strict=False)
        )
    )
    texts = {
        "dossier.yaml": "id: fable\ntitle: A quarrel\nsummary: Invented.\nvintage: 2025-03-01\nasof: 2025-03-01\n"
        f"parties: [{', '.join(parties)}]\n",
        "sources.yaml": "- {id: gazette, title: A gazette, publisher: Nobody, date: 2025-01-02, quality: D}\n",
        "actors.yaml": actors,
        "measures/duties.yaml": measures,
        "scenarios/now.yaml": "id: now\ntitle: As it stands\ndossier: fable\n",
        "scenarios/ends.yaml": "id: ends\ntitle: Truce ends\ndossier: fable\ndate: 2025-06-01\n",
        "scenarios/ladder.txt": "now\nends\n",
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def strangers() -> re.Pattern[str]:
    """Names and codes of economies of the real world."""
    words: set[str] = set()
    for code, entry in table("economies").items():
        words |= {code, *entry["names"], *entry["adjectives"]}
    words -= {"the bloc"}
    return re.compile(rf"(?<![\w-])(?:{'|'.join(re.escape(word) for word in words)})(?![\w-])")


OWN_WORK = re.compile(r"Ossa|Fontagn|Caliendo|NAFTA|OECD|World Bank|doi|J\. Int|Review", re.I)
"""What is cited may speak of countries; it is about the method."""


@settings(
    max_examples=3,
    phases=(Phase.explicit, Phase.generate),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    parties=st.permutations(CODES[:4]).flatmap(lambda order: st.sampled_from([order[:2], order[:3]])),
    rates=st.lists(st.sampled_from([0.05, 0.1, 0.25]), min_size=3, max_size=3),
    authority=st.sampled_from(["countervailing", "river-treaty"]),
)
def test_every_sentence_title_tile_and_column_names_the_parties_of_the_record(
    parties: list[str], rates: list[float], authority: str
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, tuple(parties), rates, authority)
        dossier = load_dossier(folder)
        assert all_codes(dossier) == tuple(parties)
        content = compose(
            dossier,
            world(),
            source=str(folder),
            sets=(),
            draws=0,
            strategy=False,
            keep_elasticities=True,
        )
    pattern = strangers()
    said = [sentence.text for sentence in content.summary_sentences]
    pair = [NAMES[code] for code in parties[:2]]
    for who in pair:
        assert who in said[0] or parties[pair.index(who)] in said[0], said[0]
    tiles = " ".join(number.label for number in content.key_numbers)
    assert all(code in tiles or NAMES[code] in tiles for code in parties[:2]), tiles
    shown = [*said, tiles, content.title, content.subtitle, *content.limits, *content.assumed]
    shown += [sentence.text for paragraph in content.method for sentence in paragraph.sentences]
    shown += [sentence.text for sentence in (*content.terms, *content.brief_method)]
    shown += [content.question, *content.brief_limits]
    for section in content.sections:
        shown.append(section.title)
        for block in (*section.blocks, *section.behind, content.lead):
            shown += [
                getattr(block, key) for key in ("title", "alt", "note", "subtitle") if hasattr(block, key)
            ]
            shown += [sentence.text for sentence in getattr(block, "sentences", ())]
            under = getattr(block, "table", None)
            if under is not None:
                shown += [under.title, under.note, *(column.label for column in under.columns)]
                shown += [str(cell) for row in under.rows for cell in row]
    strange = [text for text in shown if pattern.search(str(text)) and not OWN_WORK.search(str(text))]
    assert strange == []
    page = brief_files(content)["index.html"].decode()
    assert NAMES[parties[0]] in page or parties[0] in page


def test_declared_parties_are_economies_of_the_record(tmp_path: Path) -> None:
    write(tmp_path, ("DOR", "BEL", "ARK"), [0.1, 0.1, 0.1], "retaliation")
    assert parties_of(load_dossier(tmp_path)) == ("DOR", "BEL")
    assert all_codes(load_dossier(tmp_path, asof=dt.date(2025, 1, 2))) == ("DOR", "BEL", "ARK")
    head = tmp_path / "dossier.yaml"
    text = head.read_text(encoding="utf-8")
    head.write_text(text.replace("[DOR, BEL, ARK]", "[DOR, BEK]"), encoding="utf-8")
    with pytest.raises(LabelError, match="the party `BEK` is no economy"):
        load_dossier(tmp_path)
    head.write_text(text.replace("[DOR, BEL, ARK]", "[DOR, DOR]"), encoding="utf-8")
    with pytest.raises(SchemaError, match="two parties or more"):
        load_dossier(tmp_path)
