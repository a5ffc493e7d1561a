"""Settings saved under a name: scenario files in the one folder that was chosen, and nothing anywhere else."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from detente.app.setting import as_file
from detente.app.state import SWITCHED_OFF, legible, read_state
from detente.core import DetenteError, InputError, LabelError, write_atomic
from detente.dossier import Status
from detente.policy import load_scenario

if TYPE_CHECKING:
    from detente.app.laboratory import Laboratory
    from detente.app.state import PageState
    from detente.policy import Scenario, Setting

ADDRESS: Final = "# Address: "
WRITTEN: Final = "# Written by the explorer."
MOST: Final = 200
"""Settings in a folder."""
LONGEST_NAME: Final = 120
MOST_BYTES: Final = 262_144
"""Of a file that is read."""
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_TAKEN = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)")
"""Names of files that some systems keep for themselves."""


@dataclass(frozen=True)
class SavedSetting:
    """A setting that was saved.

    Attributes
    ----------
    slug : str
        Name of its file, without the ending.
    title : str
    query : str
        The address of what it says; of what it was saved at where no address says that; empty where it cannot be opened.
    note : str
        Why it cannot be opened, or what is otherwise since; empty when nothing is.
    """

    slug: str
    title: str
    query: str
    note: str = ""


def slug_of(name: str) -> str:
    """The name of a file for the name of a setting.

    Raises
    ------
    InputError
        For a name without a letter or digit, one of several lines, and one that is too long.

    Examples
    --------
    >>> slug_of("Côte d'Or: 10 % off"), slug_of("../../etc/passwd"), slug_of("CON")
    ('cote-d-or-10-off', 'etc-passwd', 'con-setting')
    """
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise InputError(
            f"`{legible(name)}` is no name for a setting",
            where="name",
            hint=f"one line of {LONGEST_NAME} characters at most",
        )
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    if not slug:
        raise InputError(
            "a setting needs a name",
            where="name",
            hint="letters of the Latin alphabet or digits, at least one",
        )
    return f"{slug}-setting" if _TAKEN.fullmatch(slug) else slug


class Shelf:
    """The folder in which settings are saved.

    Parameters
    ----------
    folder : Path, optional
        None where none was chosen: nothing is saved then.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder.expanduser().resolve() if folder is not None else None

    def save(self, state: PageState, scenario: Scenario, name: str) -> str:
        """Save a setting as a scenario file; the name of the file without its ending.

        Parameters
        ----------
        state : PageState
            As its address has it.
        scenario : Scenario
        name : str
            Becomes the title; the file is named after it.

        Raises
        ------
        InputError
            Without a folder, for a name that is none or taken, and when there are too many.
        """
        folder, name = self._chosen(), name.strip()
        slug = slug_of(name)
        path = folder / f"{slug}.yaml"
        named = scenario.model_copy(update={"id": slug, "title": name})
        written, _, rest = as_file(named).partition("\n")
        text = f"{written}\n{ADDRESS}/{state.case}?{state.alone.query}\n{rest}"
        if path.is_symlink() or path.exists():
            if not path.is_symlink() and path.is_file() and _text_of(path) == text:
                return slug
            raise InputError(
                f"a file `{path.name}` is there already",
                where="name",
                hint="another name, or delete the setting of this name first",
            )
        if len(list(folder.glob("*.yaml"))) >= MOST:
            raise InputError(f"{MOST} settings are saved", where="name", hint="delete one first")
        try:
            write_atomic(path, text)
        except OSError as error:
            raise InputError(
                f"cannot write: {error.strerror}", where=str(path), hint="another folder"
            ) from None
        return slug

    def delete(self, slug: str) -> None:
        """Delete a setting that was saved here.

        Raises
        ------
        InputError
            Without a folder, and when the file cannot be deleted.
        LabelError
            For a name under which the explorer saved nothing.
        """
        path = self._chosen() / f"{slug}.yaml"
        if not _SLUG.fullmatch(slug) or path.is_symlink() or not _text_of(path).startswith(WRITTEN):
            raise LabelError(f"no setting `{legible(slug)}` was saved here", where="name")
        try:
            path.unlink()
        except OSError as error:
            raise InputError(f"cannot delete: {error.strerror}", where=path.name) from None

    def saved(self, laboratory: Laboratory, case: str) -> tuple[SavedSetting, ...]:
        """The settings of a case that were saved, by title."""
        if self.folder is None or not self.folder.is_dir():
            return ()
        entries = []
        for path in sorted(self.folder.glob("*.yaml"))[: 2 * MOST]:
            text = "" if path.is_symlink() else _text_of(path)
            lines = text.splitlines()
            if len(lines) < 2 or lines[0] != WRITTEN or not lines[1].startswith(f"{ADDRESS}/{case}?"):
                continue
            entries.append(_entry(path, lines[1].partition("?")[2], laboratory, case))
        return tuple(sorted(entries, key=lambda entry: (entry.title.casefold(), entry.slug)))

    def _chosen(self) -> Path:
        if self.folder is None:
            raise InputError(
                "no folder was chosen to save settings in",
                where="detente serve",
                hint="start it again with a folder: detente serve --settings FOLDER",
            )
        return self.folder


def _text_of(path: Path) -> str:
    """Text of a file; empty when it is none, or too long."""
    try:
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            return ""
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _entry(path: Path, query: str, laboratory: Laboratory, case: str) -> SavedSetting:
    """What is told of a file: its title, the address of what it says, and whether that is what was saved."""
    try:
        told = load_scenario(path)
    except DetenteError as error:
        return SavedSetting(path.stem, path.stem, "", f"the file cannot be read: {error.what}")
    try:
        state = laboratory.filled(read_state(case, query))
        here = laboratory.scenario(state)
    except DetenteError as error:
        return SavedSetting(path.stem, told.title, "", f"cannot be opened here: {error.what}")
    if _say_the_same(here, told):
        return SavedSetting(path.stem, told.title, query)
    moved = _state_of_file(told, state, laboratory)
    if moved is not None:
        note = "the file was changed since it was saved; this opens what it says now"
        return SavedSetting(path.stem, told.title, laboratory.named(moved).query, note)
    note = "the file says by now what no address can: `detente run` takes it, and this opens what was saved"
    return SavedSetting(path.stem, told.title, query, note)


def _say_the_same(first: Scenario, second: Scenario) -> bool:
    """Whether two scenarios are one but for their names and the reasons of what they set."""
    own = {"id", "title", "forks", "told", "set"}
    sets = [
        {name: setting.model_dump(exclude={"reason"}) for name, setting in each.set.items()}
        for each in (first, second)
    ]
    return sets[0] == sets[1] and first.model_dump(exclude=own) == second.model_dump(exclude=own)


def _state_of_file(told: Scenario, state: PageState, laboratory: Laboratory) -> PageState | None:
    """The state that a file says by now, which was saved at another; None where no state says it.

    What a file sets otherwise than the outcome it starts from is read back, and so is each share that is left; whether that is all
    that was changed is seen by making the scenario of the state anew.
    """
    plain = replace(state, set=(), left=())
    before = laboratory.scenario(plain)
    shares = {}
    for name, _ in state.left:
        limits = laboratory.scenario(replace(plain, left=((name, "0"),))).quantities[len(before.quantities) :]
        names = {limit.name for limit in limits}
        left = {limit.limit for limit in told.quantities if limit.name in names}
        if len(left) == 1:
            shares[name] = f"{left.pop():.10g}"
    settings = {
        name: _text_of_setting(setting)
        for name, setting in told.set.items()
        if name not in shares and before.set.get(name) != setting
    }
    try:
        moved = replace(plain, set=tuple(sorted(settings.items())), left=tuple(sorted(shares.items())))
        moved = laboratory.filled(read_state(state.case, moved.query))
        return moved if _say_the_same(laboratory.scenario(moved), told) else None
    except DetenteError:
        return None


def _text_of_setting(setting: Setting) -> str:
    """A setting of a measure as an address says it."""
    if setting.value is not None:
        return f"{setting.value:.10g}"
    return SWITCHED_OFF if setting.status is Status.repealed else setting.status.value
