"""Run everything that can be laid beside a published figure, a closed form or an identity."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from detente.core import DetenteError
from detente.validation import (
    bounds,
    bridges,
    closed_forms,
    cp2015_tables,
    diversion,
    first_year,
    kite,
    lashkaripour2021,
    liberation2025,
    minerals,
    ossa2014,
    path_checks,
    reallocation,
    shortages,
    war2018,
)
from detente.validation.checks import Check, missing
from detente.world import load_world

STUDIES: tuple[tuple[str, str, str, Callable[[Path], list[Check]]], ...] = (
    (
        cp2015_tables.GROUP,
        "NAFTA: table 2 for 31 countries, with and without deficits, trade inside the bloc",
        cp2015_tables.CITATION,
        cp2015_tables.cp2015_checks,
    ),
    (
        ossa2014.GROUP,
        "Balanced baseline, and tables 2, 3, 4, 8 and 9 at the stored duties",
        ossa2014.CITATION,
        ossa2014.ossa_checks,
    ),
    (
        liberation2025.GROUP,
        "Duties of 2 April 2025 on 194 economies: tables 1 to 4, 8, 9 and 11, as far as one sector goes",
        liberation2025.CITATION,
        liberation2025.liberation_checks,
    ),
    (
        lashkaripour2021.GROUP,
        "One duty a country on the OECD tables of 2022: his formula, beside exact best replies",
        lashkaripour2021.CITATION,
        lashkaripour2021.lashkaripour_checks,
    ),
    (
        path_checks.GROUP,
        "NAFTA and Ossa's trade war: the first-order formula integrated along the shock",
        "the envelope formula integrated along the shock",
        path_checks.published_path_checks,
    ),
    (
        war2018.GROUP,
        "United States and China on data of 2017",
        war2018.FGKK,
        war2018.war_checks,
    ),
)
"""Group, what, source and function of every study that needs raw data."""


def run_checks(shared: Path | None = None, *, step: Callable[[str], None] | None = None) -> tuple[Check, ...]:
    """Run the replication suite.

    Parameters
    ----------
    shared : Path, optional
        Folder with ``data/`` and ``golden/``; without it the studies that need it say so.
    step : callable, optional
        Called with the name of each part before it runs.

    Returns
    -------
    tuple of Check
        Closed forms and identities, then each study.

    Raises
    ------
    DetenteError
        When a check cannot be run at all; a figure that is missed is a line with the verdict ``FAILS``.
    """
    say = step or (lambda _: None)
    say(closed_forms.GROUP)
    checks = closed_forms.closed_form_checks()
    say(kite.GROUP)
    checks += kite.kite_checks()
    for group, what, source, run in STUDIES:
        say(group)
        if shared is None:
            checks.append(missing(group, what, source))
            continue
        try:
            checks += run(shared)
        except DetenteError as error:
            error.where = f"{group}: {error.where}" if error.where else group
            raise
    say(bounds.GROUP)
    checks += bounds.standoff_checks()
    say(first_year.GROUP)
    checks += first_year.first_year_checks(load_world())
    say(reallocation.GROUP)
    checks += reallocation.reallocation_checks(load_world())
    say(diversion.GROUP)
    checks += diversion.diversion_checks()
    say(shortages.GROUP)
    checks += [*shortages.shortage_checks(load_world()), *minerals.mineral_checks()]
    say(bridges.GROUP)
    checks += bridges.bridge_checks()
    return tuple(checks)
