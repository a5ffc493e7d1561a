"""Who the parties of a record are: those it declares, else the economies with the most measures between them."""

from __future__ import annotations

from collections import Counter

from detente.dossier.dossier import Dossier


def parties_of(dossier: Dossier) -> tuple[str, ...]:
    """The headline pair: the first two that the record declares, else the two with the most measures, the busier one first."""
    if dossier.parties:
        return dossier.parties[:2]
    economies = {actor.id for actor in dossier.actors.values() if actor.kind == "economy"}
    pairs: Counter[tuple[str, str]] = Counter()
    acts: Counter[str] = Counter()
    for measure in dossier.measures.values():
        for target in measure.targets:
            if target in economies and target != measure.actor:
                first, second = sorted((measure.actor, target))
                pairs[first, second] += 1
                acts[measure.actor] += 1
    if not pairs:
        return ()
    best = max(sorted(pairs), key=lambda pair: pairs[pair])
    return tuple(sorted(best, key=lambda code: -acts[code]))


def codes_of(dossier: Dossier) -> tuple[str, ...]:
    """The parties of a record by the labels under which a world carries them."""
    return tuple(dossier.actors[actor].region or actor for actor in parties_of(dossier))


def all_codes(dossier: Dossier) -> tuple[str, ...]:
    """Every party by the labels under which a world carries them, the headline pair first.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> all_codes(load_dossier("busan-2025"))
    ('USA', 'CHN')
    """
    names = dossier.parties or parties_of(dossier)
    return tuple(dict.fromkeys(dossier.actors[actor].region or actor for actor in names))
