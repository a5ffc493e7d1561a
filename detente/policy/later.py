"""Scenarios on an earlier day: which of them could be told then, and from which day on the others can.

A scenario of the record may name measures that were announced after the as-of day. Ending a measure that is not there
changes nothing, so such a setting is dropped; putting one into force cannot be told before it was announced, so the scenario
waits. Names that the whole record does not know are left alone: they are mistakes, and `apply_scenario` says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.dossier import Status

if TYPE_CHECKING:
    from detente.dossier import Announcements, Dossier
    from detente.policy.scenario import Scenario

BINDING = frozenset({Status.announced, Status.in_force})
"""Settings that need their measure; every other status ends or suspends it."""


@dataclass(frozen=True)
class NotYet:
    """A scenario that could not be told on the as-of day.

    Parameters
    ----------
    scenario : str
    since : date
        First as-of day on which every measure it puts into force had been announced.
    """

    scenario: str
    since: dt.date


def first_known(source: str, dossier: Dossier, measures: Iterable[str]) -> dt.date | None:
    """First day on which all of some measures were announced; None when the whole record does not know one of them.

    Parameters
    ----------
    source : str
        Where the dossier came from (id or folder).
    dossier : Dossier
        As known on its day; what it knows already counts as known.
    measures : iterable of str

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> first_known("busan-2025", load_dossier(), ["usa-2025-threat-100"]).isoformat()
    '2025-10-10'
    """
    from detente.dossier import announcements

    wanted, index = list(measures), announcements(source or dossier.id)
    if any(name not in index.measures for name in wanted):
        return None
    return index.since(wanted) or dossier.asof


def tellable(
    dossier: Dossier, scenarios: Sequence[Scenario], source: str = ""
) -> tuple[tuple[Scenario, ...], tuple[NotYet, ...]]:
    """Split scenarios into those that can be told with what the dossier knows, and those that could not yet.

    Parameters
    ----------
    dossier : Dossier
        As known on its day.
    scenarios : sequence of Scenario
    source : str
        Where the dossier came from (id or folder); its own id when left out.

    Returns
    -------
    (tuple of Scenario, tuple of NotYet)
        The first without settings that end measures not yet announced; both in the order given.

    Examples
    --------
    >>> import datetime as dt
    >>> from detente.dossier import load_dossier
    >>> from detente.policy import load_scenario
    >>> early = load_dossier(asof=dt.date(2025, 9, 1))
    >>> kept, later = tellable(early, [load_scenario(name) for name in ("standing", "talks-fail", "january-2025")])
    >>> [one.id for one in kept], [(one.scenario, one.since.isoformat()) for one in later]
    (['standing', 'january-2025'], [('talks-fail', '2025-10-10')])
    """
    from detente.dossier import announcements

    authorities = {measure.authority for measure in dossier.measures.values()}
    kept, later = [], []
    index: Announcements | None = None  # of the whole record, read when the first scenario needs it
    for scenario in scenarios:
        strange = [name for name in scenario.set if name not in dossier.measures]
        void = [name for name in scenario.disable if name not in authorities]
        held = () if isinstance(scenario.hold_clocks, bool) else scenario.hold_clocks
        unheld = [name for name in held if name not in dossier.clocks and name not in dossier.measures]
        if not strange and not void and not unheld:
            kept.append(scenario)
            continue
        index = index or announcements(source or dossier.id)
        ours = [name for name in strange if name in index.measures]
        binding = [name for name in ours if scenario.set[name].status in BINDING]
        if since := index.since(binding):
            later.append(NotYet(scenario.id, since))
            continue
        known = index.authorities
        dropped = len(ours) + sum(name in known for name in void)
        kept.append(
            scenario.model_copy(
                update={
                    "story": f"Without {dropped} settings on what was announced later."
                    if dropped
                    else scenario.story,
                    "assumed": () if dropped else scenario.assumed,
                    "hold_clocks": scenario.hold_clocks
                    if isinstance(scenario.hold_clocks, bool)
                    else tuple(
                        name
                        for name in held
                        if name not in unheld or (name not in index.clocks and name not in index.measures)
                    ),
                    "set": {key: value for key, value in scenario.set.items() if key not in ours},
                    "disable": tuple(
                        name for name in scenario.disable if name not in void or name not in known
                    ),
                }
            )
        )
    return tuple(kept), tuple(later)


def waiting_words(later: Sequence[NotYet], asof: dt.date) -> str:
    """Say which scenarios were not yet known on a day, and when they can be told.

    Examples
    --------
    >>> waiting_words([NotYet("talks-fail", dt.date(2025, 10, 10))], dt.date(2025, 9, 1))
    'not yet known on 2025-09-01: `talks-fail` (--asof 2025-10-10 or later)'
    """
    said = ", ".join(f"`{entry.scenario}` (--asof {entry.since} or later)" for entry in later)
    return f"not yet known on {asof}: {said}"
