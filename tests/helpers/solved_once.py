"""A batch that was solved once for an explanation is not solved again for the next one of the same scenario.

Groups of measures are the same whatever result is explained; that a solve gives the same answer twice is tested elsewhere.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterator, Sequence
from typing import Any

import pytest


@pytest.fixture(scope="module")
def solved_once() -> Iterator[None]:
    """Remember the batches of this module's explanations."""
    from detente.equilibrium.explain import attribute

    solve, remembered = attribute.solve, {}

    def remembering(model: Any, wedges: Sequence[Any], **options: Any) -> Any:
        key = hashlib.blake2b(pickle.dumps((model, options)))
        for each in wedges:
            for array in (each.tariff, each.iceberg_hat, each.export_tax):
                key.update(array.tobytes())
        if key.digest() not in remembered:
            while len(remembered) > 1:  # each holds hundreds of equilibria
                del remembered[next(iter(remembered))]
            remembered[key.digest()] = solve(model, wedges, **options)
        return remembered[key.digest()]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(attribute, "solve", remembering)
        yield
