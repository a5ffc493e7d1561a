"""Pictures kept between runs: drawn once, the same when found again, and drawn anew where nothing can be believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from detente.core import Column, Table, kept as store
from detente.core.kept import keep, recall
from detente.show.figures import figures
from detente.show.figures.figures import NARROW, WIDE, Figure, draw_ahead, figure_svg


def bar(value: float = 1.0) -> Figure:
    table = Table("one", "One row", (Column("x", "X", "%", "number"),), ((value,),))
    spec = {
        "data": {"values": [{"x": value}]},
        "mark": "bar",
        "encoding": {"x": {"field": "x", "type": "quantitative"}},
    }
    return Figure("one", "X is one.", "A bar.", spec, table)


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A cache of its own, used by this test as it is outside the tests."""
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(store, "recall", recall)
    monkeypatch.setattr(store, "keep", keep)
    another_run()
    return tmp_path / "cache"


def another_run() -> None:
    """Forget what this process has drawn."""
    figures._drawing.cache_clear()
    figures._inline.cache_clear()


def nothing_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*given: object) -> None:
        raise AssertionError("a picture is drawn")

    monkeypatch.setattr(figures, "_draw", refused)
    monkeypatch.setattr(figures, "_draw_aside", refused)


def test_a_picture_is_drawn_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = {width: figure_svg(bar(), width) for width in (WIDE, NARROW)}
    assert len(list((cache / "pictures").iterdir())) == 2
    another_run()
    nothing_draws(monkeypatch)
    with draw_ahead() as draw:
        draw([bar()])
    assert {width: figure_svg(bar(), width) for width in drawn} == drawn
    with pytest.raises(AssertionError, match="is drawn"):
        figure_svg(bar(2.0))


def test_what_another_process_draws_is_kept_too(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with draw_ahead() as draw:
        draw([bar()])
    # both widths are waited for, or the other process is still at work in the next test
    drawn = {width: figure_svg(bar(), width) for width in (WIDE, NARROW)}
    another_run()
    nothing_draws(monkeypatch)
    assert {width: figure_svg(bar(), width) for width in drawn} == drawn


def test_a_picture_that_was_damaged_is_drawn_again(cache: Path) -> None:
    drawn = figure_svg(bar())
    (file,) = (cache / "pictures").iterdir()
    whole = file.read_bytes()
    for damaged in (b"", whole[:-1], whole.replace(b"<svg", b"<not")):
        assert damaged != whole
        file.write_bytes(damaged)
        another_run()
        assert figure_svg(bar()) == drawn
        assert file.read_bytes() == whole


def test_another_version_of_the_library_draws_anew(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import vl_convert

    figure_svg(bar())
    another_run()
    monkeypatch.setattr(vl_convert, "__version__", "0")
    figure_svg(bar())
    assert len(list((cache / "pictures").iterdir())) == 2


def test_where_nothing_can_be_kept_pictures_are_drawn(
    cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    drawn = figure_svg(bar())
    (tmp_path / "file").write_text("no folder")
    for place in (str(tmp_path / "file"), "off"):
        monkeypatch.setenv("DETENTE_CACHE", place)
        another_run()
        assert figure_svg(bar()) == drawn
