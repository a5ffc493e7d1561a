"""GAMES: the equilibrium as payoff — who holds leverage over whom, and which deals beat no deal.

Comes in: `Economy`, `Dossier`, a game's declaration and the players' preferences. Goes out: `PayoffTensor`, `Game`,
leverage, equilibria and deals as plain values and tables. Never does: solve an equilibrium by itself, draw at random, print,
or hide what a conclusion rests on.
"""

from detente.strategy.bargains import kalai_smorodinsky, nash_point, pareto_front
from detente.strategy.deals import deal_space, judge, payments, smallest_swaps
from detente.strategy.duties import (
    calibrate_weights,
    cooperative_duties,
    duty_game,
    nash_duties,
    optimal_duties,
)
from detente.strategy.equilibria import logit_quantal, pure_equilibria, strategic_form
from detente.strategy.games import GameSpec, load_game, shipped_games
from detente.strategy.leverage import leverage_of, reach
from detente.strategy.payoff import Game, PayoffTensor, payoff_tensor
from detente.strategy.preferences import Preferences, load_preferences
from detente.strategy.screen import screen

__all__ = [
    "Game",
    "GameSpec",
    "PayoffTensor",
    "Preferences",
    "calibrate_weights",
    "cooperative_duties",
    "deal_space",
    "duty_game",
    "judge",
    "kalai_smorodinsky",
    "leverage_of",
    "load_game",
    "load_preferences",
    "logit_quantal",
    "nash_duties",
    "nash_point",
    "optimal_duties",
    "pareto_front",
    "payments",
    "payoff_tensor",
    "pure_equilibria",
    "reach",
    "screen",
    "shipped_games",
    "smallest_swaps",
    "strategic_form",
]
