"""What the briefing says of levers and of the deal space."""

from __future__ import annotations

from detente.show.figures.deal_space import _labelled_apart
from detente.show.figures.levers import lever_sentences
from detente.strategy.leverage import Lever


def lever(title, target, own):
    return Lever(title, "CHN", title, "off", "on", target, own, target, own, {})


def test_a_lever_that_gains_its_owner_is_not_passed_over():
    rival = Lever("duty", "USA", "Duty", "off", "on", 1e3, 2e3, 1e3, 2e3, {})
    china = [lever("Halt", 900.0, 6000.0), lever("Licences", 80.0, 200.0)]
    plain = " ".join(one.text for one in lever_sentences([rival, *china]))
    assert "Its cheapest lever is “licences”" in plain
    assert "gains China" not in plain
    said = lever_sentences([rival, *china, lever("Controls", 290.0, -30.0)])
    rents = " ".join(one.text for one in said).replace("\xa0", " ")
    assert "“Controls” (off to on) costs the United States $290 million and gains China $30 million." in rents
    assert "Its cheapest lever that has a price is “licences” (off to on)" in rents


def test_what_the_end_of_a_measure_does_is_not_told_of_the_measure():
    rival = Lever("duty", "USA", "Duty", "off", "on", 1e3, 2e3, 1e3, 2e3, {})
    bought = Lever("halt", "CHN", "Halt", "halted", "buying again", 600.0, -4e3, None, None, {"BRA": 900.0})
    said = " ".join(one.text for one in lever_sentences([rival, lever("Duty", 5e3, 6e3), bought]))
    assert "“Halt” (halted to buying again) costs the United States $600" in said
    assert "“halt” of China reaches furthest (halted to buying again): it costs Brazil $900" in said


def test_marks_on_one_another_share_a_label():
    far, near = ("threat", "Talks fail", -80.0, -20.0), ("bargain", "Nash point", 18.4, 18.7)
    beside = ("bargain", "Kalai-Smorodinsky", 18.5, 18.6)
    rows = [("other", "", 0.0, 0.0)]
    assert _labelled_apart([far, near, beside], rows) == [
        far,
        ("bargain", "Nash point, Kalai-Smorodinsky", 18.4, 18.7),
    ]
    apart = ("bargain", "Kalai-Smorodinsky", 5.0, 30.0)
    assert _labelled_apart([far, near, apart], rows) == [far, near, apart]
