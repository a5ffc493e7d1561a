"""Anderson acceleration of a fixed-point map over many scenarios at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from detente.world import Array

Lanes = npt.NDArray[np.bool_]


class Anderson:
    """Anderson acceleration of a fixed-point map, each scenario with a history of its own.

    Parameters
    ----------
    lanes, unknowns, memory : int
    single : bool
        Keep the history in single precision: half the memory to read. What is mixed then carries the step's own size times 1e-7,
        and the next step takes that back.
    """

    def __init__(self, lanes: int, unknowns: int, memory: int, *, single: bool = False) -> None:
        self.memory = memory
        self.count = 0
        kind = np.float32 if single else np.float64
        self.change = np.zeros((memory, lanes, unknowns), dtype=kind)
        self.moved = np.zeros((memory, lanes, unknowns), dtype=kind)
        self.gram = np.zeros((lanes, memory, memory))
        self.last: tuple[Array, Array] | None = None  # where the last step led, and that step

    def keep(self, lanes: Lanes) -> None:
        """Drop every scenario but these."""
        self.change, self.moved, self.gram = self.change[:, lanes], self.moved[:, lanes], self.gram[lanes]
        if self.last is not None:
            self.last = (self.last[0][lanes], self.last[1][lanes])

    def advance(self, point: Array, step: Array) -> Array:
        """Next point from the current one and the step the map proposes there."""
        if self.last is None:
            self.last = (point + step, step)
            return self.last[0].copy()
        slot = self.count % self.memory
        self.count += 1
        used = min(self.count, self.memory)
        newest = self.change[slot]
        np.subtract(step, self.last[1], out=newest, casting="same_kind")
        ahead = point + step
        np.subtract(ahead, self.last[0], out=self.moved[slot], casting="same_kind")
        self.last = (ahead, step)
        change = self.change[:used].transpose(1, 0, 2)
        row = np.matvec(change, newest)
        self.gram[:, slot, :used] = row
        self.gram[:, :used, slot] = row
        # a touch of regularisation keeps nearly collinear histories from blowing up the combination
        self.gram[:, slot, slot] = row[:, slot] * (1 + 1e-13) + 1e-300
        gram = self.gram[:, :used, :used]
        right = np.matvec(change, step.astype(newest.dtype, copy=False)).astype(np.float64, copy=False)
        try:
            mix = np.linalg.solve(gram, right[..., None])[..., 0]
        except np.linalg.LinAlgError:
            mix = np.stack([_least_squares(a, b) for a, b in zip(gram, right, strict=True)])
        mixed = np.vecmat(mix.astype(newest.dtype, copy=False), self.moved[:used].transpose(1, 0, 2))
        return np.asarray(ahead - mixed)


def _least_squares(matrix: Array, right: Array) -> Array:
    """Least-squares solution; not-a-number for a scenario that has left the numbers, which must not stop its neighbours."""
    if not (np.isfinite(matrix).all() and np.isfinite(right).all()):
        return np.full(len(right), np.nan)
    return np.asarray(np.linalg.lstsq(matrix, right, rcond=None)[0])
