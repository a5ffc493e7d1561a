"""What choices say of preferences, as a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from detente.show.words.sentences import Sentence
from detente.show.words.words import counted
from detente.strategy import ChoiceVerdict

BEST = 1e-3
"""Regret, billion USD a year, up to which an option was as good as the best."""


def choices_sentence(judged: Sequence[ChoiceVerdict]) -> Sentence:
    """Say how many decisions were best under plain income, how many under the set, and how many under nothing.

    Parameters
    ----------
    judged : sequence of ChoiceVerdict
    """
    plain = sum(each.plain <= BEST for each in judged)
    only = sum(each.explained and each.plain > BEST for each in judged)
    nothing = len(judged) - plain - only
    text = (
        f"Of {counted(len(judged), 'decision')}, plain income explains {plain}; weights that fit all of them about equally well "
        f"explain {only} more; nothing here explains the other {nothing}"
    )
    return Sentence(text, (float(plain), float(only), float(nothing)), "explained-decisions")
