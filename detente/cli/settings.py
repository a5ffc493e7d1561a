"""`--set MEASURE=VALUE`: one measure otherwise, without a scenario file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.terminal import note
from detente.core import InputError, LabelError, is_number, suggestion

if TYPE_CHECKING:
    from detente.dossier import Dossier
    from detente.policy import Scenario, Setting

SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="A measure otherwise: MEASURE=0.10, MEASURE=10%, MEASURE=off, suspended or in_force; an id of the record, or words "
        "of one. May be given again.",
        show_default="none",
    ),
]
OFF = "off"


def read_setting(text: str, record: Dossier) -> tuple[str, Setting]:
    """Measure and setting of one ``--set``.

    Parameters
    ----------
    text : str
        ``MEASURE=VALUE``.
    record : Dossier

    Raises
    ------
    InputError
        Without an equals sign, or with a value that is neither a number nor a status.
    LabelError
        For words that mean no measure of the record, or several.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> name, setting = read_setting("usa-fentanyl-china=10%", load_dossier())
    >>> name, setting.value
    ('usa-2025-fentanyl-china', 0.1)
    """
    from detente.dossier import Status
    from detente.policy import Setting

    words, mark, value = text.partition("=")
    if not mark:
        raise InputError(
            f"`{text}` sets nothing",
            where="--set",
            hint="write MEASURE=VALUE, such as MEASURE=0.10 or MEASURE=off",
        )
    name, value = measure_called(words.strip(), record), value.strip()
    if value.casefold() == OFF:
        return name, Setting(status=Status.repealed, reason="set on the command line")
    if value.replace(" ", "_") in [status.value for status in Status]:
        return name, Setting(status=Status(value.replace(" ", "_")), reason="set on the command line")
    amount = typed_amount(value)
    if amount is None:
        raise InputError(
            f"`{value}` is neither a value nor a status",
            where="--set",
            hint="a number in the measure's unit (0.10 is 10 %), 10%, off, or one of "
            + ", ".join(status.value for status in Status),
        )
    return name, Setting(value=amount, reason="set on the command line")


def typed_amount(text: str) -> float | None:
    """A number as typed, per cent as a fraction; None for what is no number.

    Examples
    --------
    >>> typed_amount("0.1"), typed_amount("10 %"), typed_amount("ten")
    (0.1, 0.1, None)
    """
    number = text.removesuffix("%").strip()
    if not is_number(number):
        return None
    return float(number) / 100 if text.endswith("%") else float(number)


def measure_called(words: str, record: Dossier, option: str = "--set") -> str:
    """A measure by its id, or by words that one id alone has."""
    if words in record.measures:
        return words
    parts = words.casefold().replace("_", "-").split("-")
    meant = [key for key in record.measures if all(part in key.casefold().split("-") for part in parts)]
    meant = meant or [key for key in record.measures if all(part in key.casefold() for part in parts)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise LabelError(
            f"`{words}` means {len(meant)} measures of the record",
            where=option,
            hint="name one: " + ", ".join(meant[:6]),
        )
    raise LabelError(
        f"no measure `{words}` was known on {record.asof}",
        where=option,
        hint=suggestion(words, sorted(record.measures), list_with="detente measures"),
    )


def set_by_hand(
    scenarios: Sequence[Scenario], texts: Sequence[str], record: Dossier, against: str | None
) -> list[Scenario]:
    """Scenarios with measures set otherwise, under an id and a title that say so; what they are held against stays as it is.

    Parameters
    ----------
    scenarios : sequence of Scenario
    texts : sequence of str
        ``MEASURE=VALUE``, later ones win.
    record : Dossier
    against : str, optional
        Id of the reference.

    Returns
    -------
    list of Scenario
    """
    from detente.policy.duties import is_duty

    if not texts:
        return list(scenarios)
    own = dict(read_setting(text, record) for text in texts)
    for name in own:
        measure = record.measures[name]
        if measure.effect is None and not is_duty(measure):
            note(
                f"note: `{name}` moves nothing in the model: the record gives it no size, so that nought is no answer"
            )
    said = "; ".join(
        f"{record.measures[name].title}: "
        + (
            (
                f"{100 * setting.value:g} %"
                if record.measures[name].unit == "fraction"
                else f"{setting.value:g}"
            )
            if setting.value is not None
            else setting.status.value.replace("_", " ")
        )
        for name, setting in own.items()
    )
    alone = len(scenarios) == 1
    changed = [
        scenario.model_copy(
            update={
                "id": f"{scenario.id}-set",
                "title": f"{scenario.title} ({said})",
                "set": {**scenario.set, **own},
            }
        )
        for scenario in scenarios
        if alone or scenario.id != against
    ]
    return [*changed, *(scenario for scenario in scenarios if scenario.id == against)]
