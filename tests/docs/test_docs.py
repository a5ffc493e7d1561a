"""The documentation says everything the code has, and nothing it has not."""

from __future__ import annotations

import ast
import doctest
import functools
import importlib
import os
import pkgutil
import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import detente

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "scripts"))

from pages import build as documentation  # noqa: E402
from pages.blocks import FENCED, inside  # noqa: E402
from pages.record import UNSAID  # noqa: E402

PACKAGE = REPOSITORY / "detente"
DOCS = REPOSITORY / "docs"
PAGES = [REPOSITORY / "README.md", *sorted(DOCS.rglob("*.md"))]
TEXTS = [
    *PAGES,
    *(REPOSITORY / name for name in ("mkdocs.yml", "CITATION.cff", "STYLE.md")),
    *sorted((REPOSITORY / "CHANGELOG.d").glob("*.md")),
    *sorted((REPOSITORY / "examples").glob("*.py")),
    *sorted((REPOSITORY / "scripts").rglob("*.py")),
]
MODULES = [module.name for module in pkgutil.walk_packages(detente.__path__, "detente.")]


def text_of(name):
    return (DOCS / name).read_text(encoding="utf-8")


def named(path):
    return path.relative_to(REPOSITORY).as_posix()


def section(page, title):
    """The part of a page under one heading of the second level."""
    parts = re.split(r"^## ", page, flags=re.MULTILINE)
    found = [part for part in parts if part.splitlines()[0] == title]
    assert found, f"no section `{title}`"
    return found[0]


@functools.cache
def cli_commands():
    import typer

    from detente.cli.main import app

    return typer.main.get_command(app).commands


# ---- what the code has -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", sorted(cli_commands()))
def test_every_verb_and_option_is_explained(verb):
    command = cli_commands()[verb]
    told = section(text_of("reference/cli.md"), verb)
    assert command.help in told
    for option in command.params:
        assert option.help, f"{verb}: {option.name} has no help"
        assert option.help in told.replace("\\|", "|")
        if option.param_type_name != "argument":
            for spelling in (*option.opts, *option.secondary_opts):
                assert f"`{spelling}`" in told


def record_models():
    from detente.dossier import authorities, dossier, measure, scope
    from detente.policy import quantity as quantity_limits, scenario

    found = {}
    for module in (measure, dossier, scope, authorities, scenario, quantity_limits):
        page = "scenario" if module in (scenario, quantity_limits) else "measures"
        for name, thing in vars(module).items():
            is_model = (
                isinstance(thing, type) and issubclass(thing, measure.Frozen) and thing is not measure.Frozen
            )
            if is_model and thing.__module__ == module.__name__:
                found[name] = (thing, page)
    return found


def test_every_public_name_has_its_place_and_an_example_that_runs():
    told = text_of("reference/api.md")
    assert "## Other names" not in told, "put the name into GROUPS of scripts/pages/api.py"
    for name in detente.__all__:
        entry = re.search(rf"^### {name}\n(.*?)(?=^##|\Z)", told, re.MULTILINE | re.DOTALL)
        assert entry, name
        assert ">>> " in entry[1], f"{name}: its docstring has no example"


@pytest.mark.parametrize("name", sorted(record_models()))
def test_every_key_of_the_record_is_explained(name):
    model, page = record_models()[name]
    told = section(text_of(f"reference/{page}.md"), name)
    for field, info in model.model_fields.items():
        assert f"| `{info.alias or field}` |" in told
    assert UNSAID not in told, "say it below the field, or in NOTES of scripts/pages/record.py"


def test_every_status_grade_instrument_and_list_is_named():
    from detente.dossier import Grade, Instrument, Status
    from detente.policy.duties.cells import product_lists

    told = text_of("reference/measures.md")
    for kind in (Grade, Instrument, Status):
        for member in kind:
            assert f"`{member.value}`" in section(told, kind.__name__)
    for name, words in product_lists().items():
        assert f"| `{name}` | {words} |" in told
    times = text_of("concepts/time.md")
    for status in Status:
        assert f"| `{status.value}` |" in times


def test_every_result_code_and_statistic_is_explained():
    from detente.core import RESULTS
    from detente.equilibrium import CLOSURES, Model, solve
    from detente.world import Wedges, toy

    told = text_of("reference/results.md")
    for code in RESULTS:
        assert f"| `{code.name}` | {'yes' if code.ok else 'no'} |" in told
        assert code.value in told
    world = toy()
    for key in solve(Model(world), Wedges.unchanged(world)).stats:
        assert f"| `{key}` |" in told
    for name, words in CLOSURES.items():
        assert f"| `{name}` | {words} |" in told


def test_every_error_is_in_the_tree_with_its_exit_code():
    from detente.core import DetenteError

    told = text_of("reference/errors.md")
    waiting, seen = [DetenteError], 0
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        seen += 1
        assert re.search(rf"^[│├└─ ]*{kind.__name__}\b", told, re.MULTILINE), (
            f"{kind.__name__} is not in the tree"
        )
        assert re.search(rf"\| `{kind.__name__}` \| [^|]+ \| {kind.exit_code} \|", told)
    assert seen >= 10


def literal_columns():
    """Keys of every `Column("…", …)` written out in the package."""
    keys = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "Column"
                and node.args
            ):
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    keys[first.value] = named(path)
    return keys


def test_every_column_of_every_table_is_listed():
    told, keys = text_of("reference/metrics.md"), literal_columns()
    assert len(keys) > 100
    missing = {key: where for key, where in keys.items() if f"| `{key}` |" not in told}
    assert not missing, "add the table to shipped_tables in scripts/pages/reference.py"


def test_the_model_page_names_every_attribute_and_no_other():
    from detente.equilibrium import Equilibrium, Structure, model
    from detente.world import Economy, Wedges

    told = text_of("concepts/model.md")
    about = {
        "name",
        "year",
        "base_day",
        "labels",
        "elasticity_source",
        "provenance",
        "data_hash",
        "with_elasticities",
        "unchanged",
        "of",
        "each",
        "nothing_added",
        "together",
        "pairs_unlike",
        "told_apart",
        "is_core",
        "moves_supply",
    }
    for kind in (Economy, Wedges, Structure, Equilibrium):
        has = {name for name in (*vars(kind), *kind.__annotations__) if not name.startswith("_")} - about
        says = set(re.findall(rf"`{kind.__name__}\.(\w+)`", told))
        assert says == has
    equations = {
        name for name, thing in vars(model).items() if callable(thing) and thing.__module__ == model.__name__
    }
    for name in equations:
        assert re.search(rf"^{name}\[", told, re.MULTILINE), f"equation {name} is not on the page"


def test_every_elasticity_set_and_concept_of_average_is_explained():
    from detente.policy.duties.averages import CONCEPTS
    from detente.world import elasticity_sets

    choose, averages = text_of("how-to/how-to-choose.md"), text_of("concepts/averages.md")
    for name in elasticity_sets():
        assert f"`{name}`" in choose
    for concept in CONCEPTS:
        assert f"| `{concept}` |" in averages


# ---- what the documentation says -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made():
    return documentation.build()


def test_generated_text_and_quoted_outputs_are_fresh(made):
    assert len(made) > 15
    assert documentation.stale(made) == [], "run `make docs`"


def quoted_commands():
    found = set()
    for path in PAGES:
        for block in FENCED.finditer(path.read_text(encoding="utf-8")):
            if block["info"].startswith("console"):
                lines = [line[2:] for line in block["code"].splitlines() if line.startswith("$ detente")]
                found |= {re.split(r"\s[|;#]", line)[0].strip() for line in lines}
    return sorted(found)


@pytest.mark.parametrize("line", [line for line in quoted_commands() if "[OPTIONS]" not in line])
def test_every_quoted_command_is_understood(line):
    _, *words = shlex.split(line)
    if words:
        cli_commands()[words[0]].make_context(words[0], words[1:])


def test_commands_named_in_passing_exist():
    verbs, targets = set(cli_commands()), (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        for verb in re.findall(r"`detente ([a-z]+)[ `]", text):
            assert verb in verbs, f"{named(path)}: detente {verb}"
        for target in re.findall(r"`(?:\$ )?make ([a-z]+)`", text):
            assert f"\n{target}:" in targets, f"{named(path)}: make {target}"


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_python_without_a_quoted_output_runs(path, tmp_path):
    text = path.read_text(encoding="utf-8")
    for block in FENCED.finditer(text):
        quoted = text[block.end() :].lstrip().startswith("<!-- output: python -->")
        if block["info"].split()[0] == "python" and not quoted:
            with inside(tmp_path):
                exec(compile(block["code"], named(path), "exec"), {"__name__": "__main__"})


def test_files_and_names_of_the_code_exist():
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"`((?:detente|tests|scripts|examples|docs)/[\w./-]+)`", text):
            assert (REPOSITORY / name).exists(), f"{named(path)}: {name}"
        for dotted in re.findall(r"`(detente(?:\.\w+)+)(?:\([^`]*)?`", text):
            module, _, attribute = dotted.rpartition(".")
            try:
                importlib.import_module(dotted)
            except ModuleNotFoundError:
                assert hasattr(importlib.import_module(module), attribute), f"{named(path)}: {dotted}"


def test_pages_named_in_messages_exist():
    for path in PACKAGE.rglob("*.py"):
        for page in re.findall(r"docs page `([\w-]+)`", path.read_text(encoding="utf-8")):
            assert list(DOCS.rglob(f"{page}.md")), f"{named(path)}: {page}"


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_links_lead_somewhere(path):
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", text):
        place, _, anchor = target.partition("#")
        assert not place.startswith(("http:", "https:", "/")), target
        goal = (path.parent / place).resolve() if place else path
        assert goal.exists(), f"{named(path)}: {target}"
        if anchor:
            heads = re.findall(r"^#+ (.+)$", goal.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w -]", "", head).strip().lower().replace(" ", "-") for head in heads}
            assert anchor in slugs, f"{named(path)}: {target}"


@pytest.mark.parametrize("path", TEXTS, ids=named)
def test_nothing_of_this_machine_or_of_a_host(path):
    text = path.read_text(encoding="utf-8")
    machine = [f"/{folder}/" for folder in ("work", "tmp", "root", "home", "Users")]
    hosts = [
        "py" + "pi.org",
        "pythonhosted" + ".org",
        "npmjs" + ".org",
        "unpkg" + ".com",
        "jsdelivr" + ".net",
    ]
    hosts += ["github" + ".com", "gitlab" + ".com", "googleapis" + ".com"]
    assert not [word for word in (*machine, *hosts) if word in text]
    assert not re.search(r"!\[[^\]]*\]\(https?:|<(?:img|script|link|iframe)[^>]+https?:", text)


def test_the_site_builds_without_warnings_and_loads_nothing_from_outside(tmp_path):
    site = tmp_path / "site"
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(site)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        words, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    built = sorted(site.rglob("*.html"))
    assert len(built) >= len(PAGES) - 1
    for page in built:
        html = page.read_text(encoding="utf-8")
        assert not re.search(r"<(?:script|img|iframe|source)[^>]+src=\"?(?:https?:)?//", html), page.name
        assert not re.search(
            r"<link[^>]+rel=\"?(?:stylesheet|preconnect|preload|icon)[^>]+(?:https?:)?//", html
        ), page.name


# ---- docstrings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", MODULES)
def test_docstring_examples_print_what_they_say(module):
    result = doctest.testmod(importlib.import_module(module))
    assert result.failed == 0


def test_there_are_docstring_examples_and_every_room_says_what_it_is():
    finder = doctest.DocTestFinder()
    counts = [len(test.examples) for name in MODULES for test in finder.find(importlib.import_module(name))]
    assert sum(counts) > 60
    for room in pkgutil.iter_modules(detente.__path__):
        if room.ispkg:
            told = importlib.import_module(f"detente.{room.name}").__doc__
            for question in ("Comes in:", "Goes out:", "Never does:"):
                assert question in told, room.name


# ---- root files ------------------------------------------------------------------------------------------------------


def test_citation_names_the_version_and_the_licence():
    from detente.core.stamp import package_version
    from detente.dossier.yaml_reader import read_yaml

    cited = read_yaml(REPOSITORY / "CITATION.cff").data
    assert cited["version"] == package_version()
    assert cited["license"] == "Apache-2.0"
    licence = (REPOSITORY / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "Version 2.0, January 2004" in licence


def test_changelog_fragments_are_named_by_kind():
    names = [path.name for path in (REPOSITORY / "CHANGELOG.d").iterdir() if path.name != "README.md"]
    assert names
    for name in names:
        assert re.fullmatch(r"[+\w][\w-]*\.(added|changed|fixed|removed)\.md", name), name


def test_python_in_the_readme_takes_eight_lines():
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    block = next(block["code"] for block in FENCED.finditer(text) if block["info"] == "python")
    assert len([line for line in textwrap.dedent(block).splitlines() if line.strip()]) <= 8
