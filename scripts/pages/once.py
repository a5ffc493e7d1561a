"""What was solved once is not solved again while the documentation is written: the same briefing, the same explanation.

Groups of measures are the same whatever result is explained, and the README and the tutorial write one and the same
briefing. That a solve gives the same answer twice is tested elsewhere.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np


def _stated(value: Any) -> str:
    """What was said of a value, without what it has worked out and keeps for the next question."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = [getattr(value, each.name) for each in dataclasses.fields(value)]
        return f"{type(value).__qualname__}{_stated(parts)}"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name!r}: {_stated(each)}' for name, each in value.items())}}}"
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(_stated, value))}]"
    return hashlib.blake2b(value.tobytes()).hexdigest() if isinstance(value, np.ndarray) else repr(value)


@contextlib.contextmanager
def _once(holder: Any, name: str, key_of: Callable[..., bytes], keep: int) -> Iterator[None]:
    """Within, what a function of a module gave for a key is remembered, the last few answers of it."""
    ask: Any = getattr(holder, name)
    remembered: dict[bytes, Any] = {}

    @functools.wraps(ask)  # the reference of public names reads what it says of itself
    def remembering(*words: Any, **options: Any) -> Any:
        key = key_of(*words, **options)
        if key not in remembered:
            while len(remembered) >= keep:
                del remembered[next(iter(remembered))]
            remembered[key] = ask(*words, **options)
        return remembered[key]

    setattr(holder, name, remembering)
    try:
        yield
    finally:
        setattr(holder, name, ask)


def explanations_once() -> contextlib.AbstractContextManager[None]:
    """Within, a batch that an explanation solved is remembered, the last two of them: each holds hundreds of equilibria."""
    from detente.equilibrium.explain import attribute

    def key(model: Any, wedges: Sequence[Any], **options: Any) -> bytes:
        digest = hashlib.blake2b(_stated((model, options)).encode())
        for each in wedges:
            for array in (each.tariff, each.iceberg_hat, each.export_tax):
                digest.update(array.tobytes())
        return digest.digest()

    return _once(attribute, "solve", key, 2)


def briefings_once() -> contextlib.AbstractContextManager[None]:
    """Within, the content of a briefing is composed once for one record, world and set of options, stated or not."""
    from detente import brief

    stated = inspect.signature(brief.compose)

    def key(dossier: Any, economy: Any, **options: Any) -> bytes:
        whole = stated.bind(dossier, economy, **options)
        whole.apply_defaults()
        settings = {
            name: value for name, value in whole.arguments.items() if name not in ("dossier", "economy")
        }
        return _stated((dossier.content_hash, dossier.asof, economy, settings)).encode()

    return _once(brief, "compose", key, 4)
