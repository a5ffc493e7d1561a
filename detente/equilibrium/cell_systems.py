"""Linear systems over country-sector cells, solved by country blocks with iteration."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from detente.world import Array

DENSE_UNKNOWNS = 1500
"""Systems up to this size are inverted whole when they have about as many right-hand sides as unknowns."""
SLOW_ITERATIONS = 100
"""Iterations on the country blocks after which a small system is inverted whole after all."""
MOST_ITERATIONS = 1000
DENSE_COST, ONCE_COST = 300, 150
"""Iterations that take as long as inverting a system whole, on the shipped world, and as solving it whole once."""


class CellSystem:
    """A linear system ``(I − K) x = b`` over country-sector cells, solved by country blocks with iteration.

    Most of what an economy buys it makes, so the blocks leave little to iterate over; nothing of the size
    (country × sector)² is built, unless it is small and the right-hand sides are of that size themselves.
    """

    iterations = 0
    """What its solutions took; inverting the whole system counts as `DENSE_COST`, solving it as `ONCE_COST`."""

    def __init__(self, blocks: Array, apply: Callable[[Array], Array], *, enough: float = 1e-15) -> None:
        unit = np.eye(blocks.shape[1], dtype=blocks.dtype)
        self.inverse: Array = np.asarray(np.linalg.inv(unit - blocks), dtype=blocks.dtype)
        self.apply = apply
        self.enough = enough
        self.whole: Array | None = None

    def solve(self, right: Array) -> Array:
        """Solve for right-hand sides [country, sector, column]."""
        unknowns = right.shape[0] * right.shape[1]
        small = unknowns <= DENSE_UNKNOWNS
        if small and unknowns <= 2 * right.shape[2] and self.whole is None:
            self.iterations += ONCE_COST
            matrix = self._matrix(right.shape[:2])
            return np.asarray(np.linalg.solve(matrix, right.reshape(unknowns, -1)).reshape(right.shape))
        solution = self._first(right)
        size = max(float(solution.max()), -float(solution.min()), 1e-300)
        for count in range(MOST_ITERATIONS):
            gap = self.apply(solution)
            gap += right
            gap -= solution
            solution += self._first(gap)
            self.iterations += 1
            if not max(float(gap.max()), -float(gap.min())) > self.enough * size:
                break
            if self.whole is not None:
                if count:  # the whole inverse leaves rounding errors only
                    break
            elif (
                small and count == SLOW_ITERATIONS
            ):  # far from the base year the blocks may leave too much, or all
                self._set_up_whole(right.shape[:2])
                return self.solve(right)
        return np.asarray(solution)

    def _set_up_whole(self, cells: tuple[int, ...]) -> None:
        """Invert the whole system, unless that is done."""
        if self.whole is None:
            self.whole = np.asarray(np.linalg.inv(self._matrix(cells)), dtype=np.float64)
            self.iterations += DENSE_COST

    def _matrix(self, cells: tuple[int, ...]) -> Array:
        """The whole of ``I − K``."""
        unknowns = cells[0] * cells[1]
        columns = np.eye(unknowns).reshape(*cells, unknowns)
        return np.asarray((columns - self.apply(columns)).reshape(unknowns, unknowns))

    def _first(self, right: Array) -> Array:
        """Solve with what has been inverted: the whole system or its country blocks."""
        if self.whole is None:
            return np.asarray(np.matmul(self.inverse, right))
        return (self.whole @ right.reshape(len(self.whole), -1)).reshape(right.shape)
