"""ECONOMY: one baseline year as labelled arrays that balance.

Comes in: shipped tables, or your own.
Goes out: a checked `Economy`, and the `Wedges` of a policy.
Never does: solve anything.
"""

from detente.world.check import check
from detente.world.economy import Economy, Wedges
from detente.world.load import load_world, shipped_worlds
from detente.world.toy import toy

__all__ = [
    "Economy",
    "Wedges",
    "check",
    "load_world",
    "shipped_worlds",
    "toy",
]
