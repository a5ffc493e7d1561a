"""The briefing's page: complete without scripts or network, honest about its numbers, safe with hostile text."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import html.parser
import itertools
import json
import os
import re
from pathlib import Path
from typing import Any

import brief_fixture as fixture
import pytest

from detente.brief import BriefContent, KeyNumber, Paragraph, Section, TableBlock, build_brief
from detente.brief.build import Formats, brief_files
from detente.core import Column, EvidenceError, InputError, LabelError, Table
from detente.show.words.sentences import Sentence

VOID = {"meta", "link", "br", "img", "hr", "input", "col", "wbr"}
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


class Page(html.parser.HTMLParser):
    """Elements of a page in order, with the nesting checked."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.errors: list[str] = []
        self.text: list[tuple[str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.errors.append(f"doubled attribute in <{tag}>")
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.errors.append(f"</{tag}> closes <{self.open[-1] if self.open else 'nothing'}>")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.text.append((self.open[-1] if self.open else "", data.strip()))

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


@pytest.fixture(scope="module")
def content() -> BriefContent:
    return fixture.content()


@pytest.fixture(scope="module")
def folder(content: BriefContent, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_brief(content, tmp_path_factory.mktemp("brief") / "out").index.parent


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return Page((folder / "index.html").read_text("utf-8"))


@pytest.fixture(scope="module")
def annex(folder: Path) -> Page:
    return Page((folder / "annex.html").read_text("utf-8"))


@pytest.fixture(scope="module", params=["index.html", "annex.html", "note.html"])
def any_page(request: pytest.FixtureRequest, content: BriefContent) -> Page:
    return Page(brief_files(content, Formats(short=True))[request.param].decode("utf-8"))


def test_elements_nest(any_page: Page) -> None:
    assert any_page.errors == []
    assert any_page.open == []


def test_the_title_and_the_heading_say_the_day(page: Page) -> None:
    titles = [text for tag, text in page.text if tag == "title"]
    assert len(titles) == 1
    assert "as of 28\u00a0October 2025" in titles[0]
    assert "As of 28\u00a0October 2025" in [text for _, text in page.text]


def test_headings_are_in_order(any_page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in any_page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))


def test_every_picture_is_described(page: Page) -> None:
    pictures = page.all("svg")
    assert len(pictures) == 2 * 7
    for picture in pictures:
        assert picture["role"] == "img"
        assert len(picture["aria-label"]) > 40
    assert page.all("img") == []


def test_ids_are_unique_and_every_link_between_the_pages_resolves(page: Page, annex: Page) -> None:
    pages = {"index.html": page, "annex.html": annex}
    ids = {
        name: [attributes["id"] for _, attributes in each.elements if "id" in attributes]
        for name, each in pages.items()
    }
    for name, each in pages.items():
        assert len(ids[name]) == len(set(ids[name]))
        targets = [a["href"].split("#") for a in each.all("a") if "#" in a["href"]]
        assert len(targets) > 15
        for other, anchor in targets:
            assert anchor in ids[other or name], (name, other, anchor)
        labels = [a["aria-labelledby"] for _, a in each.elements if "aria-labelledby" in a]
        assert set(labels) <= set(ids[name])


def test_every_file_link_exists(page: Page, annex: Page, folder: Path) -> None:
    files = [
        a["href"].split("#")[0]
        for each in (page, annex)
        for a in each.all("a")
        if not a["href"].startswith(("#", "http"))
    ]
    assert len(files) > 20
    for name in files:
        assert (folder / name).is_file(), name


def test_every_heading_figure_and_number_has_an_address(page: Page) -> None:
    sections = [a["id"] for a in page.all("section")]
    own = {a["href"] for a in page.all("a") if a["href"].startswith("#")}
    assert {f"#{id}" for id in sections if id != "finding"} <= own
    assert {f"#{a['id']}" for a in page.all("figure")} <= own
    assert [a["id"] for a in page.all("div") if a.get("id", "").startswith("number-")]


def test_a_sentence_leads_to_the_table_of_its_numbers(page: Page, content: BriefContent) -> None:
    marks = [a for a in page.all("a") if a.get("aria-label", "").startswith("Numbers: ")]
    said = [
        sentence
        for section in content.sections
        for block in section.blocks
        for sentence in (*getattr(block, "sentences", ()), *getattr(block, "items", ()))
        if sentence.values and sentence.table
    ]
    assert len(marks) >= len(said) > 3


def test_nothing_is_loaded_and_nothing_runs(page: Page, folder: Path) -> None:
    text = (folder / "index.html").read_text("utf-8")
    assert page.all("script", "iframe", "object", "embed", "form", "base") == []
    for tag, attributes in page.elements:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            if name in ("src", "srcset", "poster", "data", "action", "xlink:href") or (
                name == "href" and tag != "a"
            ):
                assert value in ("", "data:,"), (tag, name, value)
    style = "".join(re.findall(r"<style>(.*?)</style>", text, re.S))
    assert "url(" not in style
    assert "@import" not in style
    policy = next(m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")


def test_every_figure_has_its_table_and_its_file(page: Page, content: BriefContent, folder: Path) -> None:
    kinds = [tag for tag, _ in page.elements]
    assert kinds.count("figure") == kinds.count("figcaption") == 7
    assert kinds.count("details") == 7
    hrefs = {a["href"] for a in page.all("a")}
    for name, figure in fixture.figures().items():
        assert f"data/{figure.table.name}.csv" in hrefs, name
        with (folder / "data" / f"{figure.table.name}.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))
        assert rows[0] == [column.key for column in figure.table.columns]
        assert len(rows) == 1 + len(figure.table)


def test_a_column_may_be_left_to_the_file(folder: Path, content: BriefContent) -> None:
    for name in ("index.html", "annex.html"):
        assert "geneva-secret-id" not in (folder / name).read_text("utf-8")
    assert "geneva-secret-id" in (folder / "data" / "rounds.csv").read_text("utf-8")
    wrong = Section("extra", "Extra", (TableBlock(fixture.levels_table(), columns=("outcom",)),))
    with pytest.raises(LabelError, match="outcome"):
        brief_files(dataclasses.replace(content, sections=(wrong,)))


class Cells(html.parser.HTMLParser):
    """Texts of number cells, by the anchor of the figure or table they are in."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchor, self.in_number = "", False
        self.found: dict[str, list[str]] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if (values.get("id") or "").startswith(("figure-", "table-")):
            self.anchor = values["id"] or ""
        self.in_number = tag == "td" and values.get("class") == "n"

    def handle_endtag(self, tag: str) -> None:
        if tag == "td":
            self.in_number = False
        elif tag in ("figure", "section"):
            self.anchor = ""

    def handle_data(self, data: str) -> None:
        if self.in_number and self.anchor:
            self.found.setdefault(self.anchor, []).append(data)


def test_every_number_shown_in_a_table_stands_in_its_file(folder: Path) -> None:
    found = {
        anchor: texts
        for name in ("index.html", "annex.html")
        for anchor, texts in Cells((folder / name).read_text("utf-8")).found.items()
    }
    names = {f"figure-{name}": figure.table.name for name, figure in fixture.figures().items()}
    names |= {"table-levels": "levels", "figure-clocks_ahead": "clocks_ahead"}
    counted = 0
    for anchor, texts in found.items():
        with (folder / "data" / f"{names[anchor]}.csv").open(encoding="utf-8", newline="") as stream:
            cells = [
                cell
                for row in csv.reader(stream)
                for cell in row
                if re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", cell)
            ]
        for text in texts:
            shown = text.replace(",", "").replace("\u2212", "-")
            digits = len(shown.partition(".")[2])
            assert any(abs(float(cell) - float(shown)) <= 0.5000001 * 10**-digits for cell in cells), (
                anchor,
                text,
            )
            counted += 1
    assert counted > 100


def test_the_manifest_lists_every_file_with_its_hash(folder: Path, content: BriefContent) -> None:
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(manifest["files"]) == present - {"manifest.json"}
    for name, entry in manifest["files"].items():
        data = (folder / name).read_bytes()
        assert entry["sha256"] == hashlib.sha256(data).hexdigest()
        assert entry["bytes"] == len(data)
        if name.endswith(".csv"):
            with (folder / name).open(encoding="utf-8", newline="") as stream:
                assert entry["rows"] == len(list(csv.reader(stream))) - 1
    assert manifest["stamp"] == json.loads(json.dumps(content.stamp.as_dict()))
    assert manifest["asof"] == "2025-10-28"


def test_the_stamp_the_limits_and_the_assumptions_are_in_the_annex(
    annex: Page, content: BriefContent
) -> None:
    shown = " ".join(text for _, text in annex.text)
    for text in (
        *content.limits,
        *content.assumed,
        content.stamp.data_hash,
        content.stamp.elasticity_source,
        content.stamp.commit,
    ):
        assert text in shown
    for source in content.sources:
        assert source.title in shown


def test_the_same_content_gives_the_same_bytes(folder: Path) -> None:
    assert brief_files(fixture.content()) == {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_hostile_text_is_inert() -> None:
    clean, dirty = (brief_files(fixture.content(hostile=h), Formats(short=True)) for h in ("", EVIL))
    seen = 0
    for name in ("index.html", "annex.html", "note.html"):
        before, after = (Page(files[name].decode()) for files in (clean, dirty))
        assert after.errors == []
        assert {tag for tag, _ in after.elements} == {tag for tag, _ in before.elements}
        assert after.all("script", "img") == []
        assert not [key for _, attributes in after.elements for key in attributes if key.startswith("on")]
        seen += sum(EVIL in text for _, text in after.text)
    assert seen >= 20


def test_an_address_that_is_no_address_is_not_linked(content: BriefContent) -> None:
    bad = dataclasses.replace(content.sources[0], url="javascript:alert(1)")
    changed = dataclasses.replace(content, sources=(bad, *content.sources[1:]))
    hrefs = [a["href"] for a in Page(brief_files(changed)["annex.html"].decode()).all("a")]
    assert not [href for href in hrefs if "javascript" in href]


def _with_sentence(content: BriefContent, sentence: Sentence) -> BriefContent:
    extra = Section("extra", "Extra", (Paragraph((sentence,)),))
    return dataclasses.replace(content, sections=(*content.sections, extra))


@pytest.mark.parametrize(
    ("error", "change"),
    [
        (EvidenceError, lambda c: _with_sentence(c, Sentence("It is 12.3.", (12.3,), "outcomes"))),
        (EvidenceError, lambda c: _with_sentence(c, Sentence("It is 12.3.", (12.3,)))),
        (LabelError, lambda c: _with_sentence(c, Sentence("It is 12.3.", (12.3,), "outcome"))),
        (LabelError, lambda c: _with_sentence(c, Sentence("So they say.", sources=("mofcom-62",)))),
        (EvidenceError, lambda c: dataclasses.replace(c, key_numbers=(KeyNumber("x", 1.5, "%", "outcomes"),))),
        (EvidenceError, lambda c: dataclasses.replace(c, key_numbers=(KeyNumber("x", -0.254, "%", "outcomes", low=-9.0, high=1.0),))),
        (InputError, lambda c: dataclasses.replace(c, summary_sentences=())),
        (InputError, lambda c: dataclasses.replace(c, sources=(*c.sources, c.sources[0]))),
        (InputError, lambda c: dataclasses.replace(c, sections=(*c.sections, c.sections[0]))),
        (InputError, lambda c: dataclasses.replace(c, sections=(Section("method", "Taken", ()),))),
        (InputError, lambda c: dataclasses.replace(c, tables=(Table("outcomes", "Other", (Column("x", "X"),), (("a",),)),))),
        (InputError, lambda c: dataclasses.replace(c, tables=(Table("../x", "Out", (Column("x", "X"),), (("a",),)),))),
    ],
)  # fmt: skip
def test_a_briefing_that_breaks_its_promise_is_refused(
    error: type[Exception], change: Any, content: BriefContent
) -> None:
    with pytest.raises(error):
        brief_files(change(content))


def test_a_number_may_change_unit_between_table_and_text(content: BriefContent) -> None:
    said = Sentence("Falls by 88.6 billion, −0.473 percent.", (-88_600.0, 0.00473), "outcomes")
    brief_files(_with_sentence(content, said))


def test_only_a_briefing_is_replaced(content: BriefContent, tmp_path: Path) -> None:
    place = tmp_path / "deep" / "brief"
    first = build_brief(content, place)
    changed = dataclasses.replace(content, title="Another title")
    assert build_brief(changed, place) == first
    assert "Another title" in first.index.read_text("utf-8")
    assert [path.name for path in place.parent.iterdir()] == ["brief"]

    (place / "notes.txt").write_text("mine", "utf-8")
    with pytest.raises(InputError, match=r"notes\.txt"):
        build_brief(content, place)
    assert "Another title" in first.index.read_text("utf-8")

    for name, text in (
        ("thesis.tex", "mine"),
        ("manifest.json", '{"name": "app"}'),
        ("manifest.json", "not json"),
    ):
        other = tmp_path / f"other-{len(text)}"
        other.mkdir()
        (other / name).write_text(text, "utf-8")
        with pytest.raises(InputError, match="no Détente briefing"):
            build_brief(content, other)
        assert [path.name for path in other.iterdir()] == [name]

    empty = tmp_path / "empty"
    empty.mkdir()
    assert build_brief(content, empty).index.is_file()
    file = tmp_path / "file"
    file.write_text("mine", "utf-8")
    with pytest.raises(InputError, match="file of that name"):
        build_brief(content, file)


def test_a_failed_write_leaves_the_earlier_briefing(
    content: BriefContent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "brief"
    index = build_brief(content, place).index
    before = index.read_bytes()

    def refuse(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(InputError, match="No space left"):
        build_brief(dataclasses.replace(content, title="Another title"), place)
    assert index.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["brief"]
