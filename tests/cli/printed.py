"""Reading what the command line printed."""

from __future__ import annotations

import csv
import io


def rows(text):
    """Printed CSV as one dict a row."""
    return list(csv.DictReader(io.StringIO(text)))
