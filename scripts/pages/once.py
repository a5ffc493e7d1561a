"""What was solved once is not solved again while the documentation is written: the same briefing, the same explanation.

Groups of measures are the same whatever result is explained, and the README and the tutorial write one and the same
briefing. That a solve gives the same answer twice is tested elsewhere.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import pickle
from collections.abc import Iterator, Sequence
from typing import Any


@contextlib.contextmanager
def explanations_once(keep: int = 2) -> Iterator[None]:
    """Within, a batch that an explanation solved is remembered, the last few of them: each holds hundreds of equilibria."""
    from detente.equilibrium.explain import attribute

    solve: Any = attribute.solve
    remembered: dict[bytes, Any] = {}

    def remembering(model: Any, wedges: Sequence[Any], **options: Any) -> Any:
        key = hashlib.blake2b(pickle.dumps((model, options)))
        for each in wedges:
            for array in (each.tariff, each.iceberg_hat, each.export_tax):
                key.update(array.tobytes())
        if key.digest() not in remembered:
            while len(remembered) >= keep:
                del remembered[next(iter(remembered))]
            remembered[key.digest()] = solve(model, wedges, **options)
        return remembered[key.digest()]

    attribute.solve = remembering
    try:
        yield
    finally:
        attribute.solve = solve


@contextlib.contextmanager
def briefings_once() -> Iterator[None]:
    """Within, the content of a briefing is composed once for one record, world and set of options."""
    from detente import brief

    compose: Any = brief.compose
    remembered: dict[bytes, Any] = {}

    @functools.wraps(compose)  # the reference of public names reads what it says of itself
    def remembering(dossier: Any, economy: Any, **options: Any) -> Any:
        key = pickle.dumps(
            (dossier.content_hash, dossier.asof, hashlib.sha256(pickle.dumps(economy)).digest(), options)
        )
        if key not in remembered:
            remembered[key] = compose(dossier, economy, **options)
        return remembered[key]

    brief.compose = remembering
    try:
        yield
    finally:
        brief.compose = compose
