"""A state as a scenario, as a file, as a command and as Python."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from detente.app.state import SWITCHED_OFF, PageState
from detente.core import InputError, is_number
from detente.dossier import Status
from detente.policy import QuantityLimit, Setting, at_value, effect_limits

if TYPE_CHECKING:
    from detente.dossier import Dossier, Measure
    from detente.policy import Scenario
    from detente.world import Economy

REASON: Final = "set in the explorer"


def setting_of(text: str) -> Setting:
    """What the value of a measure in a state makes of it.

    Examples
    --------
    >>> setting_of("0.1").value, setting_of("off").status.value
    (0.1, 'repealed')
    """
    if text == SWITCHED_OFF:
        return Setting(status=Status.repealed, reason=REASON)
    if is_number(text):
        return Setting(value=float(text), reason=REASON)
    return Setting(status=Status(text), reason=REASON)


def said(measure: Measure, setting: Setting) -> str:
    """A setting in a few words, as the command line says it."""
    if setting.value is None:
        return setting.status.value.replace("_", " ")
    return f"{100 * setting.value:g} %" if measure.unit == "fraction" else f"{setting.value:g}"


def leaves_a_share(measure: Measure) -> bool:
    """Whether a measure leaves a share of trade that can be set."""
    return measure.effect is not None and bool(measure.effect.left)


def scenario_of(state: PageState, record: Dossier, economy: Economy, base: Scenario) -> Scenario:
    """The outcome a state starts from with what the state sets, under an id and a title that say so.

    Parameters
    ----------
    state : PageState
        Filled.
    record : Dossier
    economy : Economy
    base : Scenario

    Raises
    ------
    InputError
        For a share left of a measure that states none.
    """
    if not state.set and not state.left:
        return base
    own = {name: setting_of(value) for name, value in state.set}
    parts = [f"{record.measures[name].title}: {said(record.measures[name], own[name])}" for name in own]
    quantities: list[QuantityLimit] = []
    for name, share in state.left:
        measure = record.measures[name]
        if not leaves_a_share(measure):
            raise InputError(
                f"`{name}` leaves no share of trade",
                where=f"left.{name}",
                hint=f"set.{name}=off, or a control: "
                + ", ".join(key for key, other in record.measures.items() if leaves_a_share(other)),
            )
        own[name] = Setting(status=Status.suspended, reason=f"{REASON}: a share of {share} is left instead")
        quantities += _limits(measure, float(share), economy)
        parts.append(f"{measure.title}: {100 * float(share):g} % left")
    return base.model_copy(
        update={
            "id": f"{base.id}-set",
            "title": f"{base.title} ({'; '.join(parts)})",
            "set": {**base.set, **own},
            "quantities": (*base.quantities, *quantities),
        }
    )


def _limits(measure: Measure, share: float, economy: Economy) -> list[QuantityLimit]:
    """The limits a control states, each leaving the same share: one that is set is a choice, so no range is drawn around it."""
    assert measure.effect is not None
    exact = {"limit": share, "low": None, "high": None, "drawn_with": ""}
    return [
        limit.model_copy(update={**exact, "name": limit.name.replace("+", "-")})
        for limit in effect_limits(economy, measure, at_value(measure.effect, None))
        if not limit.is_floor
    ]


def as_file(scenario: Scenario) -> str:
    """A setting as a scenario file that `detente run` reads.

    Examples
    --------
    >>> from detente.policy import load_scenario
    >>> print(as_file(load_scenario("standing")).splitlines()[1])
    id: standing
    """
    import yaml

    body: dict[str, Any] = scenario.model_dump(mode="json", exclude_defaults=True, exclude={"forks", "told"})
    text = yaml.safe_dump(body, allow_unicode=True, sort_keys=False, width=120)
    return f"# Written by the explorer.\n{text}"


def file_name(scenario: Scenario) -> str:
    """Name of the file of a setting.

    Examples
    --------
    >>> from detente.policy import load_scenario
    >>> file_name(load_scenario("talks-fail"))
    'talks-fail.yaml'
    """
    return f"{scenario.id.replace('+', '-')}.yaml"


def option_words(
    state: PageState, source: str, world: str | None, *, without: Sequence[str] = ()
) -> list[str]:
    """The options in which a state differs from what a command takes by itself, but for those it does not read.

    Examples
    --------
    >>> option_words(PageState("busan-2025", horizon="short"), "busan-2025", "my-world")
    ['--world', 'my-world', '--horizon', 'short']
    """
    told = (
        ("--dossier", source, "busan-2025"),
        ("--asof", state.asof, ""),
        ("--world", world or "", ""),
        ("--horizon", state.horizon, "long"),
        ("--elasticities", state.elasticities, ""),
        ("--closure", state.closure, "share"),
    )
    return [
        word
        for option, value, default in told
        if value != default and option not in without
        for word in (option, value)
    ]


def state_command(
    state: PageState, scenario: Scenario, table: str, source: str, world: str | None, draws: int = 0
) -> str:
    """The command that prints the table of a state, or its headlines over some draws.

    A share left of a control is no option of the command line: the command then takes the scenario file.

    Examples
    --------
    >>> from detente.policy import load_scenario
    >>> state = PageState("busan-2025", base="talks-fail", against="standing", horizon="short")
    >>> state_command(state, load_scenario("talks-fail"), "sectors", "busan-2025", None)
    'detente run talks-fail --against standing --table sectors --horizon short'
    """
    by_file = bool(state.left)
    words = ["detente", "run", *setting_words(state, scenario)]
    if not by_file and state.base == state.against and not state.set:
        pass
    else:
        words += ["--against", state.against]
    words += ["--table", table] if table != "countries" else []
    words += ["--draws", str(draws)] if draws else []
    words += ["--countries", "all"] if table in OF_ALL else []
    if table in OF_CHOSEN and state.economy:
        words += ["--countries", state.economy]
    return shlex.join([*words, *option_words(state, source, world)])


def setting_words(state: PageState, scenario: Scenario) -> list[str]:
    """The words that name a setting to a command: its outcome and what is set, or its scenario file where a share is left.

    Examples
    --------
    >>> from detente.policy import load_scenario
    >>> setting_words(PageState("x", base="standing", set=(("usa-2025-threat-100", "off"),)), load_scenario("standing"))
    ['standing', '--set', 'usa-2025-threat-100=off']
    """
    if state.left:
        return [file_name(scenario)]
    return [state.base, *(part for name, value in state.set for part in ("--set", f"{name}={value}"))]


OF_ALL: Final = ("countries", "revenue", "wages")
"""Tables that show every economy."""
OF_CHOSEN: Final = ("sectors", "prices", "employment")
"""Tables that show the economies that were chosen, by sector."""


def solve_options(state: PageState) -> str:
    """Keyword arguments of `Standoff.solve` and `Standoff.model` for a state, each after a comma.

    Examples
    --------
    >>> solve_options(PageState("x", horizon="short"))
    ", horizon='short'"
    """
    return "".join(
        f", {key}={value!r}"
        for key, value, default in (
            ("horizon", state.horizon, "long"),
            ("closure", state.closure, "share"),
            ("elasticities", state.elasticities, ""),
        )
        if value != default
    )


def standoff_lines(state: PageState, source: str, world: str | None) -> list[str]:
    """Python that loads the record of a state."""
    load = [repr(source), *([f"asof=date.fromisoformat({state.asof!r})"] if state.asof else [])]
    load += [f"world={world!r}"] if world else []
    lines = ["from datetime import date", ""] if state.asof else []
    return [*lines, "import detente", "", f"standoff = detente.Standoff.load({', '.join(load)})"]


def setting_lines(state: PageState, scenario: Scenario, name: str = "setting") -> list[str]:
    """Python that makes the setting of a state; a share left is told by the scenario file, as in the command."""
    if state.left:
        return [f"{name} = standoff.scenario({file_name(scenario)!r})  # the scenario file of this setting"]
    if not state.set:
        return [f"{name} = standoff.scenario({state.base!r})"]
    settings = []
    for measure, text in state.set:
        setting = setting_of(text)
        how = f"status=Status.{setting.status.name}" if setting.value is None else f"value={setting.value!r}"
        settings.append(f"    {measure!r}: Setting({how}),")
    return [
        "from detente.dossier import Status",
        "from detente.policy import Setting",
        "",
        f"base = standoff.scenario({state.base!r})",
        "settings = {",
        *settings,
        "}",
        f'{name} = base.model_copy(update={{"id": base.id + "-set", "set": {{**base.set, **settings}}}})',
    ]
