"""An address of another version: what changed is said, what is unknown is left out, and nothing fails."""

from __future__ import annotations

import re

import pytest

from detente.app.versions import changes_between

SET = "base=standing&set.usa-2025-fentanyl-china=0.1"


def stamped(reader, query=SET):
    """The address that a page gives to be shared."""
    page = reader.get(f"/busan-2025/countries?{query}").text
    address = re.search(r'id="answer" data-address="([^"]+)"', page)[1].replace("&amp;", "&")
    assert f'id="share" href="{address.replace("&", "&amp;")}"' in page
    return address


def test_an_address_of_this_version_says_nothing_and_gives_the_same_page(reader):
    address = stamped(reader)
    assert address.startswith(f"/busan-2025/countries?{SET}&made=")
    again = reader.get(address)
    assert again.status == 200
    assert 'id="version"' not in again.text
    assert again.body == reader.get(address.partition("&made=")[0]).body
    # what was made is no part of the state: a file is the same, and another order leads to the one address
    assert reader.get(address.replace("countries?", "countries.csv?")).status == 200
    other = "set.usa-2025-fentanyl-china=0.1&base=standing&made=" + address.partition("&made=")[2]
    assert reader.get(f"/busan-2025/countries?{other}").headers["location"] == address


@pytest.mark.parametrize(
    ("change", "words", "not_said"),
    [
        (
            lambda part: part.replace("made=", "made=9"),
            ("was made with Détente 90.1.0; this is 0.1.0",),
            "Otherwise",
        ),
        (
            lambda part: re.sub(r"_[0-9a-f]{6}", "_000000", part, count=1),
            ("the same version, 0.1.0, from other data", "Otherwise since: the world (", "No large number"),
            "the record",
        ),
        (
            lambda part: re.sub(r"_-?\d+(?=\.)", "_-99", part[::1]),
            ("United States, long run, then −0.99 %, now",),
            "China, long run",
        ),
        (lambda part: "made=%3Cscript%3E", ("does not say legibly what made it",), "<script>alert"),
        (
            lambda part: part + "&new-key=3&set.nothing=1",
            ("left out: <code>new-key</code>, <code>set.nothing",),
            "x",
        ),
    ],
)
def test_what_is_otherwise_is_said(reader, change, words, not_said):
    before, _, made = stamped(reader).partition("made=")
    reply = reader.get(f"{before}{change('made=' + made)}")
    assert reply.status == 200
    told = re.search(r'<section class="version".*?</section>', reply.text, re.S)[0]
    for said in words:
        assert said in told
    if not_said != "x":
        assert not_said not in told
    assert "10 %" in reply.text.replace("\N{NO-BREAK SPACE}", " ")  # the setting itself was read


def test_without_a_version_an_unknown_key_is_still_an_error(reader):
    assert reader.get(f"/busan-2025/countries?{SET}&new-key=3").status == 404


def test_entries_between_two_versions_come_from_the_changelog(tmp_path):
    for version, entry in (("0.2.0", "Two."), ("0.10.0", "Ten."), ("0.1.0", "One.")):
        (tmp_path / version).mkdir()
        (tmp_path / version / "a.added.md").write_text(f"{entry}\n", encoding="utf-8")
    (tmp_path / "b.fixed.md").write_text("Not\nreleased.\n", encoding="utf-8")
    (tmp_path / "README.md").write_text("About.\n", encoding="utf-8")
    assert changes_between("0.1.0", "0.10.0", [tmp_path]) == ("Ten.", "Two.")
    assert changes_between("0.2.0", "0.11.0", [tmp_path]) == ("Not released.", "Ten.")
    assert changes_between("0.2.0", "0.1.0", [tmp_path]) == ()
    assert changes_between("0.1.0", "0.3.0", [tmp_path / "none"]) == ()
    assert len(changes_between("0.0.1", "0.1.0")) > 100  # those of this version
