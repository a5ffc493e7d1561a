"""The picture of an explanation: largest parts first, the small ones together, the change itself last."""

from __future__ import annotations

import pytest
import table_materials as materials

from detente.core import InputError, Table
from detente.show.figures import figure_svg, parts_figure


def test_parts_that_read_as_nought_share_a_bar_and_the_change_is_last():
    figure = parts_figure(materials.parts_of_a_change(0.1, -0.3, 0.001, -0.002, 0.0))
    assert figure.title == "USA.real_income: −0.20 %, of which −0.30 % by “Measure 1”."
    assert figure.alt == (
        "Bars of the parts: Measure 1 −0.30 %; Measure 0 +0.10 %; Three other measures 0.00 %; the change itself −0.20 %."
    )
    assert "Three other measures" in figure_svg(figure)


def test_no_more_bars_than_asked_for_and_the_rest_is_their_sum():
    figure = parts_figure(materials.parts_of_a_change(*(1.0 + k for k in range(6))), 2)
    assert figure.alt.startswith(
        "Bars of the parts: Measure 5 +6.00 %; Measure 4 +5.00 %; Four other measures +10.00 %;"
    )


def test_one_part_alone_is_drawn_however_small():
    assert parts_figure(materials.parts_of_a_change(0.00001)).alt.count("Measure 0") == 1


def test_a_table_without_parts_is_refused():
    whole = materials.parts_of_a_change()
    with pytest.raises(InputError, match="no part to draw"):
        parts_figure(Table(whole.name, whole.title, whole.columns, whole.rows[-1:]))
