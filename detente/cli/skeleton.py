"""`detente new`: a commented skeleton of a dossier for named parties, which can be read, checked and briefed at once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from detente.cli.aliases import economies
from detente.cli.output import note, parse_day, usage
from detente.cli.worlds import WorldOption, economy_for
from detente.core import InputError, LabelError, suggestion, write_together

HEAD = """# The record as a whole. Every key: docs page `reference/measures`. Every file of this folder may hold comments like this one.
id: {id}
title: {title}
summary: {summary}
# Who it is about, the headline pair first: ids of actors.yaml.
parties: [{parties}]
# The day the record was last checked against its sources, and the day whose knowledge is shown when nobody asks for another.
# Move both as the record grows.
vintage: {day}
asof: {day}
"""
SOURCES = """# What the record rests on. quality: A official or primary, B established news or research, C a copy of B, D low.
# - id: gazette
#   title: "Regulation (EU) 2024/2754"
#   publisher: "Official Journal"
#   date: 2024-10-29
#   quality: A
[]
"""
ACTORS = """# Who acts: economies (the id is the code of the world), agencies, persons, firms.
"""
MEASURES = """# What {name} does: duties, controls, pledges. Take the brackets at the end away with the first entry.
# - id: {lower}-{year}-duty
#   title: Duty on electric cars
#   actor: {code}
#   targets: [{other}]
#   instrument: tariff          # tariff, export_control, entity_listing, port_fee, purchase_pledge, investigation, …
#   authority: countervailing   # or anti-dumping, safeguard, retaliation, national-security; your own in authorities.yaml
#   issue: tariffs
#   unit: fraction              # 0.25 is 25 %
#   announced: {day}
#   products: {{codes: ["870380"]}}   # HS codes in quotes; or {{lists: [all]}}; or {{sectors: {{C29: 0.1}}}}
#   values:
#     - {{from: {day}, value: 0.25, status: in_force, source: gazette, grade: official}}
#   # by maker instead of `value`:  by_firm: [{{firm: First Motors, rate: 0.17, share: 0.4}}, {{firm: all others, rate: 0.353}}]
#   # what would end it by itself:  until: 2029-10-30
#   last_checked: {day}
[]
"""
TRADE = """# Trade in the products of the record, by code: what they weigh inside their sector. Without it their weights are borrowed.
# - {{id: cars, importer: {first}, exporter: {second}, code: "870380", value: 9000, year: 2024, source: gazette, grade: reported}}
[]
"""
ORDINARY = """# Ordinary duties by product, where a source says them. Without them a product shows its sector's average, and says so.
# - {{id: ordinary-cars, importer: {first}, exporters: [{second}], code: "8703", rate: 0.10, from: {day}, source: gazette, grade: reported}}
[]
"""
CLOCKS = """# Days on which something happens unless somebody acts.
# - {{id: undertaking-talks, title: Talks on price undertakings, fires: {later}, since: {day}, known: {day},
#    kind: meeting, on_firing: "the two sides meet again", source: gazette, grade: reported}}
[]
"""
STANDING = """# The reference: the record as it stands on its day.
id: standing
title: As it stands
story: What is in force stays, what is announced or suspended does what it says.
dossier: {id}
"""
QUARTER = """# A measure of what the two have at stake, and no forecast: 25 points more on everything. Replace it by outcomes of your own,
# which `set` measures of the record, as in
#   set:
#     {lower}-{year}-duty: {{status: repealed}}
id: quarter-on-all
title: A quarter on everything
story: Each of the two adds 25 points on all goods of the other; nobody announced it.
dossier: {id}
tariffs:
  - {{importer: {first}, exporter: {second}, add: 0.25, reason: round number}}
  - {{importer: {second}, exporter: {first}, add: 0.25, reason: round number}}
assumed:
  - Nobody announced it; 25 points are a round number.
"""
GAME = """# What each side can give or take: one action a measure, the rung that stands first. `does` completes “{name} …”.
# `detente leverage` and `detente deals` read it, once an action has two rungs or more.
id: {id}
title: {title}
dossier: {id}
players: [{first}, {second}]
threats: [standing, quarter-on-all]
actions:
{actions}"""
ACTION = """  - id: {lower}-duty
    player: {code}
    title: {duty}
    rungs:
      - {{id: "as-is", title: as it stands, does: changes nothing}}
      # - {{id: "0", title: none, does: ends the duty, set: {{{lower}-{year}-duty: {{status: repealed}}}}}}
"""


def skeleton(name: str, parties: Mapping[str, str], day: dt.date, title: str = "") -> dict[str, str]:
    """Files of a new dossier by their place in its folder.

    Parameters
    ----------
    name : str
        Its id.
    parties : mapping of code to name
        Two or more, the headline pair first.
    day : date
        Vintage and as-of day.
    title : str
        From the names of the parties when left out.

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> import datetime as dt
    >>> sorted(skeleton("cars", {"EU27": "European Union", "CHN": "China"}, dt.date(2026, 1, 1)))[:3]
    ['actors.yaml', 'clocks.yaml', 'dossier.yaml']
    """
    first, second = list(parties)[:2]
    words = {
        "id": _scalar(name),
        "title": _quoted(title or f"{' and '.join(list(parties.values())[:2])}"),
        "summary": _quoted(f"A standoff of {', '.join(parties.values())}. Nothing is recorded yet."),
        "parties": ", ".join(_scalar(code) for code in parties),
        "day": day.isoformat(),
        "later": (day + dt.timedelta(days=90)).isoformat(),
        "year": str(day.year),
        "first": _scalar(first),
        "second": _scalar(second),
        "lower": first.lower(),
        "name": parties[first],
    }
    files = {
        "dossier.yaml": HEAD.format(**words),
        "sources.yaml": SOURCES,
        "actors.yaml": ACTORS
        + "".join(
            f"- {{id: {_scalar(code)}, name: {_quoted(called)}, kind: economy, region: {_scalar(code)}}}\n"
            for code, called in parties.items()
        ),
        "trade.yaml": TRADE.format(**words),
        "ordinary.yaml": ORDINARY.format(**words),
        "clocks.yaml": CLOCKS.format(**words),
        "scenarios/standing.yaml": STANDING.format(**words),
        "scenarios/quarter-on-all.yaml": QUARTER.format(**words),
        "scenarios/ladder.txt": "standing\nquarter-on-all\n",
    }
    for code, called in parties.items():
        other = second if code == first else first
        own = {**words, "code": code, "name": called, "lower": code.lower(), "other": other}
        files[f"measures/{code.lower()}.yaml"] = MEASURES.format(**own)
    actions = "".join(
        ACTION.format(
            code=_scalar(code), lower=code.lower(), duty=_quoted(f"Duty of {parties[code]}"), year=day.year
        )
        for code in (first, second)
    )
    files[f"games/{name}.yaml"] = GAME.format(**words, actions=actions)
    return files


def _scalar(text: str) -> str:
    """An id or a code as YAML reads it back as text: one that could be a number, a day or a truth value in quotes."""
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", text) and text.casefold() not in ("true", "false", "null")
    return text if plain else _quoted(text)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def new(
    folder: Annotated[Path, typer.Argument(help="Folder to make; its name is the id of the dossier.")],
    parties: Annotated[
        str,
        typer.Option(
            "--parties",
            help="Who it is about, the headline pair first, such as EU,China or EU27,CHN,KOR.",
        ),
    ],
    title: Annotated[
        str, typer.Option("--title", help="What the record is called.", show_default="the two parties")
    ] = "",
    on: Annotated[
        str | None, typer.Option("--on", help="Vintage and as-of day.", show_default="today")
    ] = None,
    world: WorldOption = None,
) -> None:
    """Write the skeleton of a dossier for named parties: record, scenarios and game, with comments."""
    with usage():
        economy = economy_for(world, None)
        labels = economy.labels
        codes = economies(parties, labels.countries, labels.country_names)
        for code in codes:
            if code not in labels.countries:
                raise LabelError(
                    f"the world has no `{code}`",
                    where="--parties",
                    hint=suggestion(code, labels.countries, list_with="detente world show"),
                )
        if len(codes) < 2:
            raise InputError(
                "a standoff has two parties or more", where="--parties", hint="such as --parties EU,China"
            )
        name = folder.resolve().name
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
            raise InputError(
                f"`{name}` cannot be the id of a dossier",
                where="FOLDER",
                hint="letters, digits, dots, dashes and underscores, such as eu-cars",
            )
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InputError(
                f"`{folder}` is there already and is not empty", where="FOLDER", hint="name another folder"
            )
        day = parse_day(on, "--on") if on else dt.date.today()
    files = skeleton(name, {code: labels.country_name(code) for code in codes}, day, title)
    for place in files:
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
    write_together({folder / place: text for place, text in files.items()})
    note(f"{len(files)} files for {', '.join(labels.country_name(code) for code in codes)}")
    note(f"next: detente check {folder}  says what is there and what is missing")
    note(
        f"      detente brief {folder}  shows the empty record; write sources.yaml and measures/ and brief again"
    )
    print(folder)
