"""Balancing lives in the package, where every table of one's own goes through it too."""

from detente.world.balance import (
    EXPORT_CAP,
    FINAL_WEIGHT,
    LEAST_FINAL,
    LEAST_OUTPUT,
    Balanced,
    balance_region,
    constrained_least_squares,
)

__all__ = [
    "EXPORT_CAP",
    "FINAL_WEIGHT",
    "LEAST_FINAL",
    "LEAST_OUTPUT",
    "Balanced",
    "balance_region",
    "constrained_least_squares",
]
