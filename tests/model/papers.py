"""Papers of long walks: one of each shape is really set, and those after it have its pages.

A walk of thousands of steps writes thousands of letters, and setting them was a quarter of its time. Whether a template takes
what it is given hangs on the shape of that: which parts there are, and which of them are empty, words or numbers. What no
face of the court's can print is looked for in every paper, as ever; every paper is sealed. How papers look is shown by
``tests/papers``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Hashable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from odr.ground.text import Text
from odr.ground.typeset import PaperLocale, Typesetter, localized
from odr.procedure.court import Court


def set_once_each(court: Court) -> None:
    """From now on this court sets one paper of each shape; every one in ``make prove``."""
    if not os.environ.get("ODR_PROVE"):
        court.ports.typesetter = _once(court.ports.typesetter)


class OnceEach:
    """Stands where the court asks for its typesetter."""

    def __init__(self, real: Typesetter) -> None:
        self._real = real
        self._kept: dict[Hashable, bytes] = {}
        self.missing = real.missing

    def render(
        self,
        template: str,
        data: Mapping[str, Any],
        *,
        locale: PaperLocale,
        title: str | Text,
        at: datetime,
        **how: Any,
    ) -> bytes:
        """A paper with the pages of the first of its shape. Raises what the typesetter raises."""
        written = localized({"title": title, "data": data}, locale)
        shape = (template, locale, *sorted(how.items()), _shape(written))
        if shape not in self._kept or self.missing(json.dumps(written, ensure_ascii=False)):
            self._kept[shape] = self._real.render(template, data, locale=locale, title=title, at=at, **how)
        return self._kept[shape]


@cache
def _once(real: Typesetter) -> OnceEach:
    return OnceEach(real)


def _shape(value: Any) -> Hashable:
    # Which kind of block stands there is said by a word.
    if isinstance(value, dict):
        return tuple((key, _shape(each) if key != "kind" else str(each)) for key, each in sorted(value.items()))
    if isinstance(value, list):
        return tuple(_shape(each) for each in value)
    return type(value), bool(value)
