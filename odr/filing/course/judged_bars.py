"""What only a judge can find and what closes a procedure to a case, or takes it from a single judge: that it is about
status or title, that the public interest is at stake, that the facts are greatly disputed; that it has wide effect, is of
a new kind or complex, or is otherwise unfit for one judge (CPL 42, 43, 160, 166; CPI 257).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from odr.docket.models import Case, Role, Stage
from odr.filing import desks
from odr.filing.claim.procedure_bars import (
    ask_for_panel,
    barred_track,
    judged_bars,
    kinds_for_a_panel,
    panel_is_ordered,
    sum_of_standing,
)
from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.papers.rulings import WITH_THE_JUDGMENT
from odr.procedure.rules.base import law
from odr.procedure.rules.cases import Bar
from odr.procedure.rules.tracks import BAR_WORDS

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

FOUND = {
    Bar.STATUS_OR_TITLE: T("It is about personal status or title to property"),
    Bar.PUBLIC_INTEREST: T("The interest of the State or the public is at stake"),
    Bar.DISPUTED: T("The facts or rights are unclear or greatly disputed"),
    Bar.WIDE_EFFECT: T(
        "It is a dispute of many that may disturb public order, or is widely followed or of great effect on society"
    ),
    Bar.NEW_OR_COMPLEX: T("It is of a new kind, or difficult and complex"),
    Bar.UNFIT_FOR_ONE: T("It is unfit for one judge for another reason"),
}
"""What only a judge finds, as a choice of a form says it."""


def _can_be_found(sitting: Sitting, case: Case) -> list[Bar]:
    """What has an effect by the rules of the case: it closes a procedure, or asks for a panel."""
    tracks = sitting.pack(case).tracks.list.values()
    closes = {bar for track in tracks for bar in (*track.bars, *(track.bench.panel_for if track.bench else ()))}
    return [bar for bar in FOUND if bar in closes]


@choice_source("judged_bars")
def judged_bar_choices(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What the judge may find of the kind of case."""
    return [Option(bar.value, FOUND[bar]) for bar in _can_be_found(sitting, case)]


class FindBarInput(CourtModel):
    """What the judge finds of the kind of case."""

    bar: Annotated[
        Literal["status_or_title", "public_interest", "disputed", "wide_effect", "new_or_complex", "unfit_for_one"],
        field(T("About what"), choices="judged_bars"),
    ]
    holds: Annotated[
        Literal["yes", "no"],
        field(T("Is it so?"), options={"yes": T("Yes"), "no": T("No, it is not so any more")}),
    ]
    reasons: Annotated[str, CourtText(10, 4000), field(T("Reasons"), widget="textarea")]


@act(
    title=T("Find what closes a procedure to the case"),
    input=FindBarInput,
    by={Role.JUDGE},
    at={Stage.PENDING, Stage.HEARING},
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("The judge finds what your case is about"),
        T(
            "There is nothing you have to do. Some shorter procedures may be closed to your case by it, or a panel may have to hear it; if it moves to another procedure or before a panel, you get another letter."
        ),
    ),
    paper=RulingForm(T("What closes a procedure to the case"), WITH_THE_JUDGMENT, result="bar", is_decision=True),
    source=law("CPL 42, 43, 160, 166", "CPI 257"),
    desk=desks.TRACK,
    topic=Topic.CLAIM,
    in_record=False,
    help=T(
        "It binds from then on: small claims and, where the rules say so, simple procedure are closed to the case; and where one judge may not hear such a case alone, a panel is convened."
    ),
)
def find_bar(sitting: Sitting, case: Case, given: FindBarInput, *, actor: Actor, now: datetime) -> Recorded:
    """Put on record what closes a procedure to the case, or takes it from a single judge; the judge moves it on, or
    convenes a panel (CPL 42, 43, 170).
    """
    bar, holds = Bar(given.bar), given.holds == "yes"
    if bar not in _can_be_found(sitting, case):
        raise InvalidInput.at("bar", T("By the rules of this case nothing follows from that."))
    if holds is (bar in judged_bars(sitting, case)):
        raise InvalidInput.at("holds", T("This is on record already."))
    sitting.close_tasks(case, desks.TRACK)
    finding = barred_track(sitting, case, sum_of_standing(sitting, case), {bar}) if holds else None
    if finding is not None:
        title = T(
            "The case can no longer follow the %(track)s. %(reason)s", track=case.track.label, reason=finding.reason
        )
        sitting.open_task(case, Role.JUDGE, desks.TRACK, title, risk=60)
    if holds and kinds_for_a_panel(sitting, case, found={bar}):
        ask_for_panel(sitting, case)
    elif not holds and not panel_is_ordered(sitting, case, but={bar}):
        sitting.close_tasks(case, desks.PANEL)
    words = (
        T("The judge finds: %(what)s", what=BAR_WORDS[bar])
        if holds
        else T("The judge no longer finds: %(what)s", what=BAR_WORDS[bar])
    )
    return Recorded(words, {"bar": bar.value, "holds": holds})
