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
EXAMPLES = re.compile(
    r"such as |CHN:rare-earths:0\.3|usa\.real_income|flow\.USA\.CHN|stack of US duties on China"
)
"""Help and hints show how codes are written."""


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
    words -= {"US", "U.S.", "EU", "E.U.", "UK", "U.K.", "the bloc", "America", "Turkey"}
    made = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{made})(?![\w-])")


def modules() -> list[Path]:
    return [
        path
        for path in sorted(PACKAGE.rglob("*.py"))
        if not path.relative_to(PACKAGE).as_posix().startswith((*DATA_IN_CODE, *OF_PUBLISHED_TABLES))
    ]


def test_no_code_or_name_of_an_economy_stands_in_code() -> None:
    pattern = named_economies()
    found = [
        f"{path.relative_to(PACKAGE)}:{line}: {text!r}"
        for path in modules()
        for line, text in texts(path)
        if pattern.search(text) and not EXAMPLES.search(text)
    ]
    assert found == []


def test_the_search_would_find_one(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text('"""USA."""\nPAIR = ("USA", "x")\nSAID = f"{1} of Chinese goods"\n', encoding="utf-8")
    pattern = named_economies()
    assert [line for line, text in texts(path) if pattern.search(text)] == [2, 3]
    assert len(modules()) > 200


@pytest.mark.parametrize("exempt", [*DATA_IN_CODE, *OF_PUBLISHED_TABLES])
def test_what_is_exempt_is_there(exempt: str) -> None:
    assert (PACKAGE / exempt).exists()
