"""The faults that `make mutants` plants: each kind once, in a module small enough to read."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts" / "mutants"


@pytest.fixture(scope="module")
def operators() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mutant_operators", SCRIPTS / "operators.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("code", "faults"),
    [
        ("a < b", ["a <= b", "a >= b"]),
        ("a == b", ["a != b"]),
        ("a is not b", ["a is b"]),
        ("a in b", ["a not in b"]),
        ("a + b", ["a - b"]),
        ("a * b", ["a / b"]),
        ("'x' + b", []),
        ("-a", ["a"]),
        ("not a", ["a"]),
        ("a and b", ["a or b"]),
        ("any(a)", ["all(a)"]),
        ("a.argmin()", ["a.argmax()"]),
        ("a.sum(0)", ["a.sum(1)"]),
        ("a[2]", ["a[3]"]),
        ("f(0.5)", ["f(0.625)"]),
        ("f(1e-9)", []),
        ("f(True)", ["f(False)"]),
        ("zip(a, b, strict=True)", []),
        ("a if b else c", ["a if not b else c"]),
        ("[x for x in a if x]", ["[x for x in a]"]),
    ],
)
def test_each_kind_of_fault(operators: ModuleType, code: str, faults: list[str]) -> None:
    source = f"def f(a, b, c):\n    return {code}\n"
    found = operators.mutants("m.py", source)
    planted = [ast.unparse(operators.planted(source, one)).splitlines()[-1].strip() for one in found]
    assert planted == [f"return {fault}" for fault in faults]
    assert all(one.inside and one.place == "f" and one.line == 2 for one in found)


def test_statements_and_what_is_left_alone(operators: ModuleType) -> None:
    source = dedent(
        '''
        """A text of 3 words, none > another."""
        from __future__ import annotations
        LIMIT = 3
        def f(a: int = 1) -> bool:
            check(a)
            assert a > 0
            if a > LIMIT:
                raise ValueError(f"{a + 1} is too many")
            return a
        '''
    ).lstrip()
    found = operators.mutants("m.py", source)
    assert [(one.line, one.change, one.inside) for one in found] == [
        (3, "3 becomes 4", False),
        (4, "1 becomes 0", False),
        (5, "call dropped", True),
        (7, "condition negated", True),
        (7, "0: > becomes >=", True),
        (7, "0: > becomes <=", True),
        (8, "raise dropped", True),
    ]
    assert len({one.key for one in found}) == len(found)
    for one in found:
        assert ast.unparse(operators.planted(source, one)) != ast.unparse(ast.parse(source))


def test_a_fault_is_noticed_and_an_untested_one_survives(tmp_path: Path) -> None:
    """The judge itself, on a module and a test of its own: code is exchanged where the test has imported it."""
    (tmp_path / "limits.py").write_text("def low(x):\n    return x < 3\n\n\ndef high(x):\n    return x > 5\n")
    (tmp_path / "test_limits.py").write_text(
        "from limits import low, high\n\n\ndef test_low():\n    assert low(2) and not low(3)\n\n\n"
        "def test_high():\n    assert high(9)\n"
    )
    script = f"""
import sys
sys.path[:0] = [{str(SCRIPTS)!r}, {str(tmp_path)!r}]
from pathlib import Path
import judge
from operators import mutants
judge.REPOSITORY = Path({str(tmp_path)!r})
source = Path("limits.py").read_text()
path = str(Path("limits.py").resolve())
def work(items, watch):
    _, seen = judge.in_child(lambda: judge.traced(items, {{path: "limits.py"}}, watch), seconds=60)
    assert [sorted(one["lines"]["limits.py"]) for one in seen.values()] == [[1, 2], [5, 6]], seen
    live = judge.functions(path)
    for one in mutants("limits.py", source):
        print("FAULT", one.change, judge.judged(source, one, [items], {{}}, live, watch)[0])
judge.collect(["test_limits.py"], work)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert [line for line in done.stdout.splitlines() if line.startswith("FAULT")] == [
        "FAULT 0: < becomes <= 1",
        "FAULT 0: < becomes >= 1",
        "FAULT 3 becomes 4 1",
        "FAULT 0: > becomes >= 0",  # nobody asks about 5 itself
        "FAULT 0: > becomes <= 1",
        "FAULT 5 becomes 6 0",
    ], done.stdout + done.stderr
