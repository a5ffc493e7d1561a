"""No country is hard-wired: codes and names of economies stand in data, not in the package's Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from detente.dossier.vocabulary import shared_vocabulary
from detente.intake.tables import table

PACKAGE = Path(__file__).parents[2] / "detente"
DATA_IN_CODE = ("world/toy_world.py", "world/known_facts.py")
"""Tables of numbers by country that are written as Python."""
OF_PUBLISHED_TABLES = ("validation/", "world/read/")
"""Solve or read tables that others published, which are about countries."""
EXAMPLES = (
    "such as --stock 2 or --stock CHN:rare-earths=2",
    "such as --parties EU,China",
    "such as EU,China or EU27,CHN,KOR",
    "such as --countries USA,CHN",
    "such as USA,CHN",
    "such as `CAN,NAFTA`",
    "such as CHN:rare-earths:0.3 or CHN:REE+MAG:0.3:USA+JPN",
    "usa.duty_post.CHN, flow.USA.CHN[.C26].",
    "usa.duty_post.CHN or flow.USA.CHN[.C26]",
    "add --cut CHN:rare-earths:0.3,",
    "CHN:rare-earths:0.3 leaves 30 % of China's rare earths and magnets to all others.",
    "  detente path --cut CHN:rare-earths:0.3 ",
    "the stack of US duties on China, by sector",
    'title: "Regulation (EU) 2024/2754"',
)
"""Help and hints show how codes are written: these words and no others are taken out of a text before it is searched."""
WORDS_OF_TEXT = (r")|US)(?![\w])",)
"""How "US" is told from "us" where a text is read."""


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Every text of a module that is no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for statement in body if isinstance(body, list) else ():
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                silent.add(id(statement.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.lineno, node.value


def named_economies() -> re.Pattern[str]:
    """Codes and names of economies, and what is called after them."""
    words = {code for code in shared_vocabulary().regions if code != "ROW"}
    for code, entry in table("economies").items():
        words |= {code, *entry["names"], *entry["adjectives"], *entry["capitals"]}
    words -= {"the bloc"}
    alternatives = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{alternatives})(?![\w-])")


def named_in(path: Path, pattern: re.Pattern[str]) -> list[int]:
    """Lines of a module whose texts name an economy."""
    lines = []
    for line, text in texts(path):
        for example in EXAMPLES:
            text = text.replace(example, "")
        if text not in WORDS_OF_TEXT and pattern.search(text):
            lines.append(line)
    return lines


def modules() -> list[Path]:
    return [
        path
        for path in sorted(PACKAGE.rglob("*.py"))
        if not path.relative_to(PACKAGE).as_posix().startswith((*DATA_IN_CODE, *OF_PUBLISHED_TABLES))
    ]


def test_no_code_or_name_of_an_economy_stands_in_code() -> None:
    pattern = named_economies()
    named = [f"{path.relative_to(PACKAGE)}:{line}" for path in modules() for line in named_in(path, pattern)]
    assert named == []


def test_every_example_is_still_shown() -> None:
    shown = [text for path in modules() for _, text in texts(path)]
    for example in (*EXAMPLES, *WORDS_OF_TEXT):
        assert any(example in text for text in shown), example


def test_the_search_would_find_one(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(
        '"""USA."""\n'
        'PAIR = ("USA", "x")\n'
        'SAID = f"{1} of Chinese goods"\n'
        'HINT = "such as --countries USA,CHN"\n'
        'HINT = "such as those of China"\n'
        'NOTE = "All US imports"\n'
        'NOTE = "let us see the eu in Turkish"\n',
        encoding="utf-8",
    )
    assert sorted(named_in(path, named_economies())) == [2, 3, 5, 6, 7]
    assert len(modules()) > 200


@pytest.mark.parametrize("exempt", [*DATA_IN_CODE, *OF_PUBLISHED_TABLES])
def test_what_is_exempt_is_there(exempt: str) -> None:
    assert (PACKAGE / exempt).exists()
