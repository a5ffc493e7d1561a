"""Small helpers on words."""

from __future__ import annotations

import re
import unicodedata


def slug(words: str) -> str:
    """Identifier made of words.

    Examples
    --------
    >>> slug("Calder & Moss"), slug("São Paulo")
    ('calder-moss', 'sao-paulo')
    """
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "-", plain.lower().replace("'", "")).strip("-")
