"""People no docket knows, told by the words around them."""

from __future__ import annotations

from collections.abc import Iterable

from odr.register.redaction.finds import Find
from odr.register.redaction.structure import PublicText


def find_context(text: PublicText) -> Iterable[Find]:
    """Names of people about whom somebody has to decide."""
    return ()
