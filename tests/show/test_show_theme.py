"""The registry of names and colours."""

from __future__ import annotations

import itertools

import pytest

from detente.core import LabelError
from detente.dossier import Authority
from detente.dossier.measure import Grade, Status
from detente.dossier.vocabulary import NEUTRAL, shared_authorities
from detente.show.figures import theme

REGIONS = [
    "USA",
    "CHN",
    "EU27",
    "JPN",
    "KOR",
    "TWN",
    "IND",
    "GBR",
    "CAN",
    "MEX",
    "BRA",
    "ANZ",
    "RUS",
    "IDN",
    "VNM",
    "TUR",
    "EFTA",
    "ASEAN",
    "MENA",
    "LATAM",
    "ROW",
]


def lightness(colour: str) -> float:
    """CIE L* of a colour: what greyscale printing keeps."""
    linear = [
        (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
        for c in (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * luminance ** (1 / 3) - 16 if luminance > 0.008856 else 903.3 * luminance


def contrast_on_white(colour: str) -> float:
    y = ((lightness(colour) + 16) / 116) ** 3
    return 1.05 / (y + 0.05)


def test_everything_that_is_drawn_has_a_colour() -> None:
    theme.check_colours("country", [*REGIONS, "REST", "WORLD"])
    theme.check_colours("status", [status.value for status in Status])
    assert set(theme.GRADES) == {grade.value for grade in Grade}


@pytest.mark.parametrize(
    ("kind", "code", "nearest"),
    [
        ("status", "in force", "in_force"),
        ("colour", "x", ""),
    ],
)
def test_a_missing_colour_is_an_error_that_offers_the_nearest(kind: str, code: str, nearest: str) -> None:
    with pytest.raises(LabelError) as caught:
        theme.check_colours(kind, [code])
    assert nearest in str(caught.value)


def test_an_economy_of_another_world_is_drawn_by_its_code() -> None:
    theme.check_colours("country", ["Home", "Abroad"])
    assert theme.look("country", "Home").name == "Home"
    assert theme.look("country", "Home").colour != theme.look("country", "Abroad").colour


def test_an_authority_nobody_described_is_drawn_in_a_neutral_colour() -> None:
    strange = theme.authority_look("river-treaty_2026")
    assert (strange.name, strange.colour) == ("River treaty 2026", NEUTRAL)
    own = Authority(id="river-treaty", name="Treaty of the river", colour="#123456", short="Treaty")
    described = theme.authority_look("river-treaty", {"river-treaty": own})
    assert (described.name, described.short_name, described.colour) == (
        "Treaty of the river",
        "Treaty",
        "#123456",
    )


def test_every_shipped_authority_can_be_read_on_white() -> None:
    for code, entry in shared_authorities().items():
        if code != "mfn":  # the pale ground on which the others stand
            assert contrast_on_white(entry.colour) >= 2.0, code


def test_colours_drawn_together_stay_apart_in_greyscale() -> None:
    sides = [theme.countries()[code].colour for code in ("USA", "CHN", "REST")]
    neighbours = [
        theme.authority_look(code).colour
        for code in ("mfn", "section-301", "section-232", "ieepa-fentanyl", "ieepa-reciprocal")
    ]
    for one, other in [*itertools.combinations(sides, 2), *itertools.pairwise(neighbours)]:
        assert abs(lightness(one) - lightness(other)) > 12, (one, other)


def test_text_colours_can_be_read_on_white() -> None:
    for colour in (theme.INK, theme.MUTED, theme.countries()["USA"].colour, theme.countries()["CHN"].colour):
        assert contrast_on_white(colour) >= 4.5, colour
    for code in REGIONS:
        assert contrast_on_white(theme.countries()[code].colour) >= 3.0, code


def test_names() -> None:
    assert theme.country_name("GBR", in_sentence=True) == "the United Kingdom"
    assert theme.country_name("EU27", short=True) == "EU"
    assert theme.country_name("Home") == "Home"
