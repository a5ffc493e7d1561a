"""The inverse of a large matrix, kept as its factors: they cost a quarter of it, and serve as well to steer by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from detente.world import Array


@dataclass(frozen=True, eq=False)
class Factored:
    """Transposed inverse of a matrix, for multiplication from the left: ``rows @ inverse``.

    Attributes
    ----------
    factors : array [row, column]
        Triangular factors of the matrix, in single precision.
    pivots : int array [row]
    turned : bool
        Whether this is the inverse itself instead.

    Examples
    --------
    >>> matrix = np.array([[2.0, 1.0], [0.0, 4.0]])
    >>> (np.array([[1.0, 1.0]]) @ Factored.of(matrix)).round(6).tolist()
    [[0.375, 0.25]]
    """

    factors: npt.NDArray[np.float32]
    pivots: npt.NDArray[np.int32]
    turned: bool = False
    __array_ufunc__ = None

    @classmethod
    def of(cls, matrix: Array) -> Factored:
        """Factor a matrix, which may be overwritten.

        Raises
        ------
        numpy.linalg.LinAlgError
            When it is singular.
        """
        from scipy.linalg.lapack import sgetrf

        # Fortran order of the transpose is the matrix as it lies: nothing is copied
        factors, pivots, info = sgetrf(np.asarray(matrix, dtype=np.float32).T, overwrite_a=True)
        if info or not np.isfinite(factors).all():
            raise np.linalg.LinAlgError("singular matrix")
        return cls(factors, pivots)

    @property
    def shape(self) -> tuple[int, int]:
        """As of the matrix."""
        return (len(self.factors), len(self.factors))

    def __len__(self) -> int:
        return len(self.factors)

    @property
    def T(self) -> Factored:  # noqa: N802 - as NumPy calls it
        """The inverse that is not transposed; of that, the transposed one."""
        return replace(self, turned=not self.turned)

    def __rmatmul__(self, rows: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        """Rows [.., row] times the inverse."""
        from scipy.linalg.lapack import sgetrs

        right = np.asarray(rows, dtype=np.float32).reshape(-1, len(self)).T
        # the factors are those of the transpose
        solution, _ = sgetrs(self.factors, self.pivots, right, trans=0 if self.turned else 1)
        return np.ascontiguousarray(solution.T).reshape(rows.shape)
