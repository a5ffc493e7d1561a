"""Result codes of the solvers. A code's value is the message a person reads."""

from __future__ import annotations

import enum


class RESULTS(enum.Enum):
    """What came of a solve. The first failure stays; `no_shock` is a success with a note.

    Combining an inner and an outer code: success with success is success; success with failure is the failure;
    failure with anything is the first failure; `no_shock` with success is success.

    Examples
    --------
    >>> RESULTS.successful.ok, RESULTS.gave_up.ok
    (True, False)
    """

    successful = "The equilibrium was found: every market clears within the tolerance."
    no_shock = "Nothing changed: the wedges equal the baseline, so the baseline is the answer."
    max_steps_reached = "The solver ran out of steps before the markets cleared. Allow more steps, or reach the shock in stages."
    nonfinite = "The iterate became infinite or not-a-number: the shock may have no solution (a duty at or below -100%?)."
    diverged = "The residual kept growing: the shock may be too large to reach in one step."
    residual_too_large = "The steps stopped but the markets do not clear within the tolerance."
    income_negative = "Income falls below zero somewhere: what the closure lends abroad cannot be paid. Choose another closure."
    gave_up = (
        "The search was given up: stages of the shock led only a part of the way, or its budget of work was used up. "
        "Try another closure, a longer horizon or a smaller shock."
    )
    floor_unreached = "No subsidy buys what a floor asks for: before it is met the price is nil, or the budget that pays has no income left."
    walras_violated = (
        "Every solved market clears but the dropped one does not: the baseline does not balance."
    )
    no_supplier = "A buyer has no legal supplier of a good it needs: at no price can it be had. Leave one supplier, or a small share."
    no_equilibrium = "No prices clear the markets: somebody has nothing left to sell, or a good takes more of itself to make than comes out."
    control_violated = (
        "A limit on quantities does not hold at the point that was reached. Loosen the limits one by one."
    )
    beyond_knowledge = (
        "A shortage would drive a price a thousandfold: nothing like it was ever observed, and the model knows nothing of it. "
        "Leave a larger share, or a world whose input has a way out."
    )

    @property
    def ok(self) -> bool:
        """Whether the value that comes with this code is an equilibrium."""
        return self in (RESULTS.successful, RESULTS.no_shock)
