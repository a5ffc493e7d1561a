"""What is sent to another process or kept on disk: what was found, without what can be worked out from it."""

from __future__ import annotations

import functools
from typing import Any


class Lean:
    """Pickles without its cached properties; they are worked out again where they are asked for."""

    def __getstate__(self) -> dict[str, Any]:
        def worked_out(name: str) -> bool:
            return isinstance(getattr(type(self), name, None), functools.cached_property)

        return {name: value for name, value in vars(self).items() if not worked_out(name)}
