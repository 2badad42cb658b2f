"""What helps whoever needs longer for a time limit of theirs, and what may come of a claim the registry reads. No flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.filing import names, time_limits
from odr.filing.course.extensions import IN_EXAMINATION, lengthened_by
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.hooks import If, StepWords
from odr.procedure.models import Window

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

OF_REVIEW = (
    If(T("If it is accepted"), T("You get a notice of the fee, with the day by which it is to be paid.")),
    If(T("If something is missing"), T("You get one list of everything, with a new day.")),
    If(T("If nobody decides in time"), T("The claim is accepted first, and checked afterwards.")),
)


def longer_or_read(sitting: Sitting, case: Case, actor: Actor, window: Window) -> StepWords | None:
    """The way to more time where a judge may give it; for the registry's own time, what may come of it."""
    if window.kind == time_limits.REGISTRY_REVIEW:
        return StepWords(ifs=OF_REVIEW)
    if window.party_id != actor.party_id or window.kind == IN_EXAMINATION:
        return None
    if window.kind == time_limits.JOIN_PLATFORM:
        return StepWords(T("Show who you are"))
    if lengthened_by(sitting, case, window) is None:
        return None
    return StepWords(
        ifs=(
            If(
                T("If you need longer"),
                T("Ask before the day ends and say why; the judge decides. Until then your time goes on."),
                names.ASK_EXTENSION,
            ),
        )
    )
