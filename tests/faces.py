"""What sets and seals papers in courts that tests wire by hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from odr.ground.typeset import Typesetter


@cache
def faces() -> Typesetter:
    """Sets papers with the vendored faces, loaded once."""
    root = Path(__file__).resolve().parent.parent
    return Typesetter(root / "fonts", root / "templates" / "documents")
