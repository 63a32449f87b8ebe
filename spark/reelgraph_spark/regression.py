"""Many small symmetric systems at once, solved operation by operation in the order of the server's library (nalgebra 0.34): so
weights are the same to the last bit, also small ones that are what is left when large ones cancel out.

The last axis of every array is the system. No operation is one that a library may fuse or order in another way.
"""

import numpy as np

UNROLLED = 8
"""How many sums a product of two vectors is added up in."""


def solve_all(matrices: np.ndarray, rights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Solves A x = b for each system: A is (n, n, systems), b (n, columns, systems). Says for which there was a solution by
    Cholesky's way."""
    with np.errstate(invalid="ignore", divide="ignore"):
        lower = matrices.copy()
        is_good = _decompose(lower)
        found = rights.copy()
        _solve_lower(lower, found)
        _solve_transposed(lower, found)
    return found, is_good


def _decompose(lower: np.ndarray) -> np.ndarray:
    size = lower.shape[0]
    is_good = np.ones(lower.shape[2], dtype=bool)
    for column in range(size):
        of_column = lower[column:, column]
        for before in range(column):
            of_column -= lower[column, before] * lower[column:, before]
        is_good &= of_column[0] > 0.0
        diagonal = np.sqrt(of_column[0])
        of_column[0] = diagonal
        of_column[1:] /= diagonal
    return is_good


def _solve_lower(lower: np.ndarray, right: np.ndarray) -> None:
    for row in range(lower.shape[0]):
        right[row] /= lower[row, row]
        right[row + 1 :] -= right[row] * lower[row + 1 :, row, None]


def _solve_transposed(lower: np.ndarray, right: np.ndarray) -> None:
    for row in reversed(range(lower.shape[0])):
        products = lower[row + 1 :, row, None] * right[row + 1 :]
        right[row] = (right[row] - _sum(products)) / lower[row, row]


def _sum(products: np.ndarray) -> np.ndarray:
    whole = len(products) // UNROLLED * UNROLLED
    sums = np.zeros((UNROLLED, *products.shape[1:]))
    for first in range(0, whole, UNROLLED):
        sums += products[first : first + UNROLLED]
    found = np.zeros(products.shape[1:])
    for one in range(UNROLLED // 2):
        found += sums[one] + sums[one + UNROLLED // 2]
    for product in products[whole:]:
        found += product
    return found
