"""A part of a case that is in effect while the rest is not: performed and enforced by itself (CPL 156, 158, 247)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case, Stage
from odr.judgment.enforcement.queries import open_enforcement
from odr.judgment.models import Decision
from odr.judgment.queries import decisions_of, obligations_of
from odr.judgment.vocabulary import DecisionKind, DecisionState, Instrument

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

BOUND = frozenset({Stage.EFFECTIVE, Stage.ENFORCEMENT})
"""Where the case itself is in effect."""


def parts_in_effect(sitting: Sitting, case: Case) -> list[Decision]:
    """The partial judgments that bind."""
    issued = decisions_of(sitting.session, case, DecisionState.ISSUED)
    return [one for one in issued if one.kind is DecisionKind.PARTIAL and one.effective_at is not None]


def part_stage(sitting: Sitting, case: Case) -> Stage | None:
    """Where a part that is in effect stands by itself; None where there is none, or where the case is over and nothing is left.

    What is enforced stays so when the rest takes effect. Where the rest ended without a judgment (withdrawn, settled), the case is
    closed and what the part ordered is owed all the same. What a ruling gives back is owed and enforced wherever the case stands (CPL 244).
    """
    goes_back = any(one.instrument is Instrument.RETURNED for one in obligations_of(sitting.session, case))
    if not goes_back and not parts_in_effect(sitting, case):
        return None
    if open_enforcement(sitting.session, case) is not None:
        return Stage.ENFORCEMENT
    owed = obligations_of(sitting.session, case)
    is_left = any(one.done_at is None for one in owed) if case.stage is Stage.CLOSED else bool(owed)
    return Stage.EFFECTIVE if is_left else None


def is_binding(sitting: Sitting, case: Case) -> bool:
    """Whether anything is in effect that is performed and enforced: the judgment itself, or a part."""
    return case.stage in BOUND or part_stage(sitting, case) is not None


def goes_to(sitting: Sitting, case: Case, stage: Stage) -> None:
    """Take the case where its judgment stands now; of a part that is in effect the case follows nothing, it goes on about the rest."""
    if case.stage in BOUND:
        sitting.move(case, stage)
