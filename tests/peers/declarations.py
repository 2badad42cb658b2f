"""The declarations of a court are looked at once for all the courts a run opens, as long as they are the same.

A court looks at every act, bar, desk and time limit when it opens, once in years; a run of tests opens thousands with the
same ones. Whoever wants to see what is refused asks ``odr.procedure.acts.declared`` itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from odr import wiring
from odr.procedure.acts.declared import check_table
from odr.procedure.acts.table import ActTable, Bar
from odr.procedure.acts.tasks import DESKS
from odr.procedure.acts.windows import TIME_LIMITS
from odr.procedure.rules.registry import PackRegistry

_WHOLE: list[list[object]] = []
"""What was found whole the last time."""


def _check(table: ActTable, packs: PackRegistry, *, bars: Sequence[Bar] = ()) -> None:
    """Look at the declarations unless they are, each of them, the same as the last time."""
    versions = [pack for each in packs.ids() for pack in packs.versions(each)]
    given: list[object] = [*table, *versions, *TIME_LIMITS, *bars, *DESKS]
    last = _WHOLE[-1] if _WHOLE else []
    if len(last) == len(given) and all(one is other for one, other in zip(last, given, strict=True)):
        return
    check_table(table, packs, bars=bars)
    _WHOLE[:] = [given]


wiring.check_table = _check  # type: ignore[attr-defined,assignment]
