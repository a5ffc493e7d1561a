"""Sobol' sequences, scrambled: points that fill the unit cube more evenly than independent draws.

The same points as `scipy.stats.qmc.Sobol` gives for the same generator, in up to `MOST_DIMENSIONS` dimensions, without its
import, which takes longer than a briefing's draws.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from detente.core.errors import InputError

Array = npt.NDArray[np.float64]

BITS = 30
"""Digits of a point in base two."""

_NUMBERS = """
1 1 | 3 1 | 7 1 3 | 11 1 3 1 | 13 1 1 1 | 19 1 1 3 3 | 25 1 3 5 13 | 37 1 1 5 5 17 | 41 1 1 5 5 5 |
47 1 1 7 11 19 | 55 1 1 5 1 1 | 59 1 1 1 3 11 | 61 1 3 5 5 31 | 67 1 3 3 9 7 49 | 91 1 1 1 15 21 21 |
97 1 3 1 13 27 49 | 103 1 1 1 15 7 5 | 109 1 3 1 15 13 25 | 115 1 1 5 5 19 61 | 131 1 3 7 11 23 15 103 |
137 1 3 7 13 13 15 69 | 143 1 1 3 13 7 35 63 | 145 1 3 5 9 1 25 53 | 157 1 3 1 13 9 35 107 |
167 1 3 1 5 27 61 31 | 171 1 1 5 11 19 41 61 | 185 1 3 5 3 3 13 69 | 191 1 1 7 13 1 19 1 |
193 1 3 7 5 13 19 59 | 203 1 1 3 9 25 29 41 | 211 1 3 5 13 23 1 55 | 213 1 3 7 3 13 59 17 |
229 1 3 1 3 5 53 69 | 239 1 1 5 5 23 33 13 | 241 1 1 7 7 1 61 123 | 247 1 1 7 9 13 61 49 |
253 1 3 3 5 3 55 33 | 285 1 3 1 15 31 13 49 245 | 299 1 3 5 15 31 59 63 97 | 301 1 3 1 11 11 11 77 249 |
333 1 3 1 11 27 43 71 9 | 351 1 1 7 15 21 11 81 45 | 355 1 3 7 3 25 31 65 79 | 357 1 3 1 1 19 11 3 205 |
361 1 1 5 9 19 21 29 157 | 369 1 3 7 11 1 33 89 185 | 391 1 3 3 3 15 9 79 71 | 397 1 3 7 11 15 39 119 27 |
425 1 1 3 1 11 31 97 225 | 451 1 1 1 3 23 43 57 177 | 463 1 3 7 7 17 17 37 71 |
487 1 3 1 5 27 63 123 213 | 501 1 1 3 5 11 43 53 133 | 529 1 3 5 5 29 17 47 173 479 |
539 1 3 3 11 3 1 109 9 69 | 545 1 1 1 5 17 39 23 5 343 | 557 1 3 1 5 25 15 31 103 499 |
563 1 1 1 11 11 17 63 105 183 | 601 1 1 5 11 9 29 97 231 363 | 607 1 1 5 15 19 45 41 7 383 |
617 1 3 7 7 31 19 83 137 221 | 623 1 1 1 3 23 15 111 223 83 | 631 1 1 5 13 31 15 55 25 161 |
637 1 1 3 13 25 47 39 87 257
"""
DIRECTIONS = tuple(tuple(int(word) for word in row.split()) for row in _NUMBERS.split("|"))
"""Primitive polynomial, as its coefficients in base two, then the first direction numbers, of each dimension.

Joe and Kuo (2008), SIAM J. Sci. Comput. 30(5), 2635-2654, their set D(6); the first dimension is van der Corput's.
"""
MOST_DIMENSIONS = len(DIRECTIONS)


def _directions(dimensions: int) -> npt.NDArray[np.uint32]:
    """Direction integers [dimension, bit], the first digit in the highest bit."""
    numbers = np.zeros((dimensions, BITS), dtype=np.uint32)
    for row, (polynomial, *first) in zip(numbers, DIRECTIONS, strict=False):
        degree = polynomial.bit_length() - 1
        values = first if degree else [1] * BITS
        for k in range(len(values), BITS):
            value = values[k - degree] ^ (values[k - degree] << degree)
            for j in range(1, degree):
                if polynomial >> (degree - j) & 1:
                    value ^= values[k - j] << j
            values.append(value)
        row[:] = [value << (BITS - 1 - k) for k, value in enumerate(values)]
    return numbers


def _scrambled(
    numbers: npt.NDArray[np.uint32], generator: np.random.Generator
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Direction integers after a random lower triangular matrix on their digits, and the shift of every point [dimension]."""
    dimensions = len(numbers)
    places = np.arange(BITS - 1, -1, -1).astype(np.uint32)  # the highest first
    powers = (1 << np.arange(BITS)).astype(np.uint32)
    shift = generator.integers(2, size=(dimensions, BITS), dtype=np.uint32) @ powers
    matrix = np.tril(generator.integers(2, size=(dimensions, BITS, BITS), dtype=np.uint32))
    matrix[:, range(BITS), range(BITS)] = 1
    digits = numbers[:, None, :] >> places[:, None] & 1  # [dimension, digit, bit], the highest digit first
    moved = np.matmul(matrix, digits) & 1
    return np.asarray((moved << places[:, None]).sum(1), dtype=np.uint32), np.asarray(shift)


def sobol(count: int, dimensions: int, generator: np.random.Generator) -> Array:
    """First points of a scrambled Sobol' sequence.

    Parameters
    ----------
    count : int
    dimensions : int
    generator : numpy.random.Generator
        Draws the scrambling: a triangular matrix on the digits, and a shift (Matoušek 1998, J. Complexity 14, 527-556).

    Returns
    -------
    array [point, dimension], from 0 up to but not including 1

    Raises
    ------
    InputError
        For more than `MOST_DIMENSIONS` dimensions.

    Examples
    --------
    >>> points = sobol(8, 2, np.random.default_rng(1))
    >>> sorted((8 * points[:, 0]).astype(int).tolist())  # one in every eighth
    [0, 1, 2, 3, 4, 5, 6, 7]
    """
    if dimensions > MOST_DIMENSIONS:
        raise InputError(
            f"{dimensions} uncertain parameters",
            where="draws",
            hint=f"at most {MOST_DIMENSIONS} are drawn together",
        )
    numbers, shift = _scrambled(_directions(dimensions), generator)
    points = np.empty((count, dimensions), dtype=np.uint32)
    points[:1] = shift
    for k in range(1, count):  # in Gray's order: one digit changes from point to point
        points[k] = points[k - 1] ^ numbers[:, (k & -k).bit_length() - 1]
    return np.asarray(points * 2.0**-BITS)
