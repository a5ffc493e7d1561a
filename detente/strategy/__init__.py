"""GAMES: the equilibrium as payoff — who holds leverage over whom, and which deals beat no deal.

Comes in: `Economy`, `Dossier`, a game's declaration and the players' preferences. Goes out: `PayoffTensor`, `Game`,
leverage, equilibria and deals as plain values and tables. Never does: solve an equilibrium by itself, draw at random, print,
or hide what a conclusion rests on.
"""

from detente.strategy.duties import calibrate_weights, cooperative_duties, duty_game, nash_duties, optimal_duties

__all__ = ["calibrate_weights", "cooperative_duties", "duty_game", "nash_duties", "optimal_duties"]
