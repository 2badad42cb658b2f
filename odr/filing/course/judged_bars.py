"""What only a judge can find and what closes a procedure to a case: that it is about status or title, that the public
interest is at stake, that the facts are greatly disputed (CPL 160, 166; CPI 257).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from odr.docket.models import Case, Role, Stage
from odr.filing import desks
from odr.filing.claim.changes import barred_track, sum_of_standing
from odr.filing.claim.procedure_bars import judged_bars
from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.papers.rulings import WITH_THE_JUDGMENT
from odr.procedure.rules.base import law
from odr.procedure.rules.cases import Bar
from odr.procedure.rules.tracks import BAR_WORDS

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

FOUND = {bar.value: BAR_WORDS[bar] for bar in (Bar.STATUS_OR_TITLE, Bar.PUBLIC_INTEREST, Bar.DISPUTED)}


class FindBarInput(CourtModel):
    """What the judge finds of the kind of case."""

    bar: Annotated[Literal["status_or_title", "public_interest", "disputed"], field(T("About what"), options=FOUND)]
    holds: Annotated[
        Literal["yes", "no"],
        field(T("Is it so?"), options={"yes": T("Yes"), "no": T("No, it is not so any more")}),
    ]
    reasons: Annotated[str, CourtText(10, 4000), field(T("Reasons"), widget="textarea")]


@act(
    title=T("Find what closes a procedure to the case"),
    input=FindBarInput,
    by={Role.JUDGE},
    at={Stage.PENDING, Stage.HEARING, Stage.DELIBERATION},
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("The judge finds what your case is about"),
        T(
            "There is nothing you have to do. Some shorter procedures may be closed to your case by it; if it moves to another procedure, you get another letter."
        ),
    ),
    paper=RulingForm(T("What closes a procedure to the case"), WITH_THE_JUDGMENT, result="bar", is_decision=True),
    source=law("CPL 160, 166", "CPI 257"),
    desk=desks.TRACK,
    topic=Topic.CLAIM,
    in_record=False,
    help=T("It binds from then on: small claims and, where the rules say so, simple procedure are closed to the case."),
)
def find_bar(sitting: Sitting, case: Case, given: FindBarInput, *, actor: Actor, now: datetime) -> Recorded:
    """Put on record what closes a procedure to the case; where it is the case's own, the judge moves it on (CPL 170)."""
    bar, holds = Bar(given.bar), given.holds == "yes"
    if holds is (bar in judged_bars(sitting, case)):
        raise InvalidInput.at("holds", T("This is on record already."))
    sitting.close_tasks(case, desks.TRACK)
    finding = barred_track(sitting, case, sum_of_standing(sitting, case), {bar}) if holds else None
    if finding is not None:
        title = T(
            "The case can no longer follow the %(track)s. %(reason)s", track=case.track.label, reason=finding.reason
        )
        sitting.open_task(case, Role.JUDGE, desks.TRACK, title, risk=60)
    words = (
        T("The judge finds: %(what)s", what=FOUND[given.bar])
        if holds
        else T("The judge no longer finds: %(what)s", what=FOUND[given.bar])
    )
    return Recorded(words, {"bar": bar.value, "holds": holds})
