"""The rules of the audit, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]

RULES: dict[str, tuple[Severity, str]] = {
    "unknown-source": ("error", "an entry cites a source that is not in the record"),
    "days-out-of-order": ("error", "announced, effective and expiry days run backwards"),
    "unit-mismatch": ("error", "the unit does not belong to the instrument"),
    "interval": ("error", "a value lies outside its own interval"),
    "unknown-label": ("error", "a country, sector or product list that nobody knows"),
    "expected-authority": ("error", "an authority charges where it should not, or does not where it should"),
    "snapshot-differs": (
        "error",
        "every act in order does not give the states of the day, or of the snapshot",
    ),
    "implausible-value": (
        "warning",
        "a value outside the plausible band of its unit, stated as extraordinary",
    ),
    "late-source": ("warning", "the source is dated well after the value was public"),
    "source-before-value": ("warning", "the source is older than the day the value was public"),
    "later-text": ("warning", "a text names what came later than the day from which it is shown"),
    "value-before-text": ("warning", "a value takes effect before the measure was announced"),
    "grade-above-source": ("warning", "the grade is better than the source allows"),
    "stale": ("warning", "last checked longer ago than the limit"),
    "ambiguous-tie": ("warning", "two entries with the same days: file order decides"),
    "silent-clock": ("warning", "nothing changes in a measure on the day its clock fires"),
    "undescribed-authority": ("warning", "an authority that neither the record nor the package describes"),
    "stacking-mismatch": ("warning", "a duty stacks otherwise than the rules of its authority say"),
    "inert-unflagged": ("warning", "a measure that can move no result and does not say so"),
    "inert-but-moves": ("warning", "a measure flagged inert that can move a result"),
    "uncited-source": ("note", "a source that nothing in the whole record cites, not marked as background"),
    "open-suspension": ("note", "a suspension without an end"),
    "retroactive": ("note", "a value reaches back to before it was public"),
    "no-scope": ("note", "a control or pledge that does not say what it binds"),
    "fault-without-conflict": ("note", "a claim judged wrong or altered that no conflict explains"),
}


@dataclass(frozen=True)
class Finding:
    """One objection.

    Parameters
    ----------
    rule : str
        Key of `RULES`.
    kind, id : str
        Which entry.
    what : str
        What is wrong with it.
    hint : str
        The next step.
    """

    rule: str
    kind: str
    id: str
    what: str
    hint: str = ""

    @property
    def severity(self) -> Severity:
        """How bad: error, warning or note."""
        return RULES[self.rule][0]
