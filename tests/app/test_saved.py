"""Settings saved under a name: in the folder that was chosen and nowhere else, by a form of this page alone."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from asgi import Reader

from detente.app import explorer
from detente.app.shelf import slug_of
from detente.core import InputError
from detente.policy import load_scenario

HOST = "127.0.0.1:8425"
QUERY = "base=standing&horizon=short&set.usa-2025-fentanyl-china=0.1"
LIMIT = "{name: half, importers: [CHN], exporters: [USA], sectors: [SOY], limit: 0.5}"
OWN = {"origin": f"http://{HOST}", "content-type": "application/x-www-form-urlencoded"}


def send(reader, target, fields, headers=OWN):
    body = urlencode(fields).encode()
    given = {"content-length": str(len(body)), **headers}
    given = {name: value for name, value in given.items() if value is not None}
    return reader.get(target, method="POST", body=body, headers=given)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "chosen" / "settings"


@pytest.fixture
def saving(laboratory, folder):
    reader = Reader(explorer(laboratory, frozenset({HOST}), settings=folder))
    yield reader
    reader.close()


def test_without_a_folder_the_page_says_what_to_do_and_nothing_is_written(reader):
    page = reader.get(f"/busan-2025/saved?{QUERY}").text
    assert "detente serve --settings my-settings" in page
    assert 'method="post"' not in page
    refused = send(reader, "/busan-2025/saved", {"name": "x", "query": QUERY})
    assert refused.status == 400
    assert "--settings FOLDER" in refused.text


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (403, {"origin": "http://evil.example"}),
        (403, {"origin": "null"}),
        (403, {"origin": None}),
        (403, {"origin": None, "sec-fetch-site": "same-site"}),
        (415, {"content-type": "application/json"}),
        (411, {"content-length": None}),
        (413, {"content-length": "70000"}),
        (411, {"transfer-encoding": "chunked"}),
    ],
)
def test_forms_of_strangers_are_refused(saving, folder, status, headers):
    reply = send(saving, "/busan-2025/saved", {"name": "mine", "query": QUERY}, {**OWN, **headers})
    assert reply.status == status
    assert not folder.exists()
    assert send(saving, "/busan-2025/countries", {}).status == 405


def test_a_setting_is_saved_listed_opened_and_deleted(saving, folder, tmp_path):
    title = "Halve the fentanyl duty & <b>see</b>"
    reply = send(saving, "/busan-2025/saved", {"name": title, "query": QUERY})
    assert reply.status == 303
    path = folder / "halve-the-fentanyl-duty-b-see-b.yaml"
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [path]
    told = load_scenario(path)  # `detente run FILE` reads it
    assert (told.title, told.set["usa-2025-fentanyl-china"].value) == (title, 0.1)
    page = saving.get("/busan-2025/saved").text
    assert f'href="/busan-2025/countries?{QUERY.replace("&", "&amp;")}"' in page
    assert "&lt;b&gt;see" in page
    assert "<b>see" not in page
    assert "was changed" not in page
    assert title not in saving.get("/eu-ev/saved").text  # of another case
    # once more is no harm; another setting under the same name is
    assert send(saving, "/busan-2025/saved", {"name": title, "query": QUERY}).status == 303
    other = send(saving, "/busan-2025/saved", {"name": title, "query": "base=standing"})
    assert other.status == 400
    assert "is there already" in other.text
    # a file that was changed by hand opens at what it says now, where an address can say it
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("value: 0.1", "value: 0.2"), encoding="utf-8")
    page = saving.get("/busan-2025/saved").text
    assert f'countries?{QUERY.replace("0.1", "0.2").replace("&", "&amp;")}"' in page
    assert "this opens what it says now" in page
    path.write_text(f"{text}quantities: [{LIMIT}]\n", encoding="utf-8")
    page = saving.get("/busan-2025/saved").text
    assert "what no address can" in page
    assert f'countries?{QUERY.replace("&", "&amp;")}"' in page
    assert send(saving, "/busan-2025/saved/delete", {"slug": path.stem}).status == 303
    assert list(folder.iterdir()) == []


def test_nothing_of_somebody_elses_is_touched(saving, folder, tmp_path):
    folder.mkdir(parents=True)
    own, outside = folder / "mine.yaml", tmp_path / "outside.yaml"
    own.write_text("id: mine\n", encoding="utf-8")
    (folder / "link.yaml").symlink_to(outside)
    for slug in ("mine", "link", "../../outside", "nothing", ""):
        assert send(saving, "/busan-2025/saved/delete", {"slug": slug}).status == 400
    for name in ("mine", "link"):
        assert send(saving, "/busan-2025/saved", {"name": name, "query": QUERY}).status == 400
    assert send(saving, "/busan-2025/saved", {"name": "../../x", "query": QUERY}).status == 303
    assert send(saving, "/busan-2025/saved", {"name": "y", "query": "set.nothing=1"}).status == 400
    assert {path.name for path in folder.iterdir()} == {"mine.yaml", "link.yaml", "x.yaml"}
    assert own.read_text(encoding="utf-8") == "id: mine\n"
    assert not outside.exists()


@pytest.mark.parametrize("name", ["", "   ", "…", "a\nb", "x" * 121, "中美"])
def test_names_that_are_none_are_refused(name):
    with pytest.raises(InputError):
        slug_of(name)
