"""`detente bridge`: from a published number to ours, one solved assumption at a time. It parses, calls the rooms and prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.options import FormatOption, OutOption, PictureOption
from detente.cli.output import draw, emit, progress, usage
from detente.cli.terminal import note
from detente.core import InputError


def bridge(
    name: Annotated[
        str, typer.Argument(help="Which bridge, by its id.", show_default="all, a line a number")
    ] = "",
    picture: PictureOption = None,
    style: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Walk from a study's published number to ours, one solved assumption at a time; what no step names is called unexplained."""
    from detente.show import build, make
    from detente.show.tables import bridge_sentences
    from detente.validation import named_bridge, shipped_bridges, walk_bridge

    with usage():
        chosen = [named_bridge(name)] if name else list(shipped_bridges().values())
        if picture is not None and not name:
            raise InputError(
                "one bridge is drawn at a time",
                where="--picture",
                hint=f"detente bridge {chosen[0].id} --picture FILE",
            )
    with progress(len(chosen), "solving") as step:
        walks = []
        for each in chosen:
            walks.append(walk_bridge(each))
            step()
    if not name:
        emit(build("bridges", walks=walks), style, out)
        return
    for sentence in bridge_sentences(walks[0]):
        note(sentence.text)
    if picture is not None:
        draw(make("bridge-figure", walked=walks[0]), Path(picture))
    emit(build("bridge", walked=walks[0]), style, out)
