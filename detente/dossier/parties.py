"""Who the parties of a record are: those it names, else the economies with the most measures between them."""

from __future__ import annotations

from collections import Counter

from detente.dossier.dossier import Dossier


def parties_of(dossier: Dossier) -> tuple[str, ...]:
    """The headline pair that the record names; else the two economies with the most measures between them, the busier first."""
    if dossier.parties:
        return tuple(dossier.parties[:2])
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
