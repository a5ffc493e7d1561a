"""Where the scenarios of a batch end, foretold from those of it that are solved already.

All begin at one point. The first step there, by the inverse they share, lands near the equilibrium; what it leaves is, to
leading order, linear and quadratic in the step: slopes that differ from the shared ones, and curvature. So what the solved
scenarios still had to go after their first steps, regressed on products of these, says how far the next ones have to go. In a
game the solved ones soon span all measures and their pairs. A scenario unlike all that came before keeps its plain step.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from detente.core import InputError
from detente.world import Array

MOST = 192
"""Scenarios remembered, the last ones: with more, the regression costs what it saves."""
KERNELS = ((2, 1e-9), (4, 1e-12))
"""Highest power of steps that is regressed on, and the weight on a small correction relative to their squares: the ends are
known to many more digits. A study of a few duties is smooth enough for fourth powers, a game of limits that bind or not is none."""
LOOKS = 3
"""Chunks after which it is settled which of them foretells better."""


class Foresight:
    """First steps of the scenarios solved so far, and what these left; log wedges of limits are known by their names.

    Examples
    --------
    >>> step = np.random.default_rng(1).normal(size=(40, 3))
    >>> left = step[:, :1] * step[:, 1:2] - 0.5 * step
    >>> foresight = Foresight()
    >>> foresight.learn(step[:30], left[:30])
    >>> bool(np.abs(foresight.ahead(step[30:]) - left[30:]).max() < 1e-5)
    True
    """

    def __init__(self) -> None:
        self._steps = self._left = np.zeros((0, 0))
        self._columns: dict[str, int] = {}
        self._own = np.zeros((0, 0), dtype=np.int64)
        self._missed = np.zeros(len(KERNELS))  # by how much each was out so far
        self._looks = 0
        self._guesses: list[Array] = []
        self._unknowns = 0  # beside log wedges

    def expect(self, names: Sequence[Sequence[str]]) -> None:
        """Say which limits the scenarios of the next chunk have, in the order of their log wedges."""
        for own in names:
            for name in own:
                self._columns.setdefault(name, len(self._columns))
        width = max(map(len, names), default=0)
        # a column beside those of names takes what no limit stands for
        self._own = np.full((len(names), width), len(self._columns))
        for row, own in enumerate(names):
            self._own[row, : len(own)] = [self._columns[name] for name in own]

    def ahead(self, step: Array) -> Array | None:
        """What first steps [scenario, unknown] will leave; None before anything was learned.

        Raises
        ------
        InputError
            When it was learned on a model with other unknowns.
        """
        if not len(self._steps):
            return None
        unknowns = step.shape[1] - self._own.shape[1]
        if unknowns != self._unknowns:
            raise InputError(
                f"what was learned is of {self._unknowns} unknowns, here are {unknowns}",
                where="foresight",
                hint="one `Foresight` for each model",
            )
        before, here = self._by_name(self._steps, step.shape[1]), self._laid_out(step)
        left = self._by_name(self._left, step.shape[1])
        size = (before**2).sum(1).mean() + np.finfo(float).tiny
        among, apart = before @ before.T / size, before @ here.T / size
        best = int(self._missed.argmin())
        tried = range(len(KERNELS)) if self._looks < LOOKS else [best]
        guesses = {}
        for k in tried:
            power, ridge = KERNELS[k]
            own = _powers(among, power)
            own[np.diag_indices_from(own)] += ridge * own.trace() / len(own)
            guesses[k] = self._picked(np.linalg.solve(own, _powers(apart, power)).T @ left)
        self._guesses = list(guesses.values()) if len(guesses) > 1 else []
        return guesses[best]

    def learn(self, step: Array, left: Array) -> None:
        """Take up first steps and what they left, of scenarios that were solved; not-a-number of others."""
        there = np.isfinite(left).all(1) & np.isfinite(step).all(1)
        if self._guesses and there.any():
            self._missed += [np.median(np.abs(guess - left)[there].max(1)) for guess in self._guesses]
            self._looks += 1
            self._guesses = []
        width = step.shape[1]
        self._unknowns = width - self._own.shape[1]
        for name, array in (("_steps", step), ("_left", left)):
            known = self._by_name(getattr(self, name), width)
            new = self._laid_out(array)[there]
            setattr(self, name, np.concatenate([known, new])[-MOST:] if len(known) else new)

    def _laid_out(self, array: Array) -> Array:
        """Log wedges [scenario, slot] in the columns of their names."""
        if not self._columns:
            return array
        width = self._own.shape[1]
        there = np.zeros((len(array), array.shape[1] - width + len(self._columns) + 1))
        there[:, : array.shape[1] - width] = array[:, : array.shape[1] - width]
        at = array.shape[1] - width + self._own
        np.put_along_axis(there, at, array[:, array.shape[1] - width :], 1)
        return there[:, :-1]

    def _by_name(self, known: Array, unknowns: int) -> Array:
        """What is remembered, with columns of nil for limits that have come since."""
        missing = unknowns - self._own.shape[1] + len(self._columns) - known.shape[1]
        return np.pad(known, ((0, 0), (0, missing))) if len(known) and missing else known

    def _picked(self, there: Array) -> Array:
        """The other way: log wedges by slot, nil where a slot has no limit."""
        if not self._columns:
            return there
        settled = there.shape[1] - len(self._columns)
        padded = np.pad(there, ((0, 0), (0, 1)))
        return np.concatenate(
            [there[:, :settled], np.take_along_axis(padded, settled + self._own, 1)], axis=1
        )


def _powers(products: Array, power: int) -> Array:
    """Inner products of all powers of vectors up to one, from those of the vectors (a polynomial kernel)."""
    return np.asarray((1 + products) ** power)
