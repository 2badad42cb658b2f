"""A retrial that ends without a judgment: nobody is left who asks for one, and the first decision lives again (CPI 404)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from odr.docket.models import Case, Role, Stage
from odr.filing.claim.progress import retrial_heard
from odr.ground.errors import ActNotOpen
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment import desks
from odr.judgment.decision.acts import nothing_rests
from odr.judgment.decision.default import absence_does_not_count
from odr.judgment.remedies.lives_again import lives_again
from odr.judgment.remedies.own_retrial import is_own
from odr.judgment.remedies.retrial_back import close_application, named, options, require_asked_back, require_end
from odr.judgment.remedies.retrial_rules import UNDECIDED, of_this_retrial
from odr.judgment.vocabulary import RETRIAL_ENDS, RetrialEnd
from odr.payments.desks import RETRIAL_FEE_UNPAID
from odr.payments.fee.unpaid import retrial_is_unpaid
from odr.procedure.acts.events import RetrialRequestEnded
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.papers.rulings import NO_APPEAL
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@guard("CPI 404")
def a_retrial_may_end(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no retrial can end so: none is heard, nobody's application brought it about, or its judgment is given."""
    if retrial_heard(sitting, case) is None:
        return T("No retrial is heard in this case.")
    if case.pronounced_at is not None:
        return T("The judgment on the retrial is pronounced.")
    if not of_this_retrial(sitting, case):
        return T("No party applied for this retrial: it ends by a judgment.")
    return None


@choice_source("retrials_heard")
def retrials_heard(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Applications on which the case is heard again, by who applied."""
    return options(case, of_this_retrial(sitting, case))


@choice_source("retrial_ends")
def retrial_ends(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """On which grounds a retrial ends without a judgment."""
    return [Option(one.value, one.label) for one in RetrialEnd if one in RETRIAL_ENDS]


ENDED = {
    "end": T("What was asked of the retrial is not heard any more."),
    "go_on": T("What is asked of the retrial is not taken back; it is heard on."),
}


def _how(ground: RetrialEnd) -> Literal["taken_back", "treated_so", "ended"]:
    """What the end of a request is for its fee (FEE 15, 28)."""
    if ground is RetrialEnd.WITHDRAWN:
        return "taken_back"
    return "treated_so" if ground in (RetrialEnd.ABSENT, RetrialEnd.UNPAID) else "ended"


class EndRetrialInput(CourtModel):
    """Whether what one party asked of a retrial is heard no more."""

    application: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("Which application?"), choices="retrials_heard")
    ]
    answer: Annotated[
        Literal["end", "go_on"],
        field(
            T("Result of the ruling"),
            options={"end": T("It ends"), "go_on": T("It goes on: it is not taken back")},
        ),
    ]
    ground: Annotated[str, CourtText(1, 40, one_line=True), field(T("On which ground it ends"), choices="retrial_ends")]
    reasons: Annotated[str, CourtText(5, 8000), field(T("Reasons"), widget="textarea")]


def what_follows(sitting: Sitting, case: Case, given: EndRetrialInput) -> list[Text]:
    """What the ruling says of the first decision."""
    if given.answer == "go_on":
        return []
    began = retrial_heard(sitting, case)
    others = [row for row in of_this_retrial(sitting, case) if row.reference != given.application]
    if others or (began is not None and is_own(began)):
        return [T("The retrial goes on for the rest.")]
    return [
        T("The retrial ends."),
        T("The first decision stands; its execution, which was halted, goes on from today by itself."),
    ]


@act(
    title=T("End the retrial"),
    input=EndRetrialInput,
    by={Role.JUDGE},
    at=UNDECIDED,
    to={Stage.EFFECTIVE, Stage.ENFORCEMENT, Stage.CLOSED},
    guard=(a_retrial_may_end, nothing_rests),
    while_stayed=True,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling: whether the retrial ends"),
        T(
            "Where the retrial ends, the first decision stands and is enforced again: whoever has not paid yet pays now, in what was left of the time. Where the ruling says that it goes on, there is nothing you have to do."
        ),
    ),
    paper=RulingForm(T("Retrial"), NO_APPEAL, words=ENDED, omits=("application",), more=what_follows),
    source=law("CPI 400, 404", "CPL 217", "FEE 22, 23"),
    means={Milestone.RETRIAL_ENDED},
    desk=(desks.RETRIAL_BACK, RETRIAL_FEE_UNPAID),
    topic=Topic.DECISION,
    in_record=False,
    help=T(
        "For whoever takes it back, was summoned and did not come, has not paid its fee, or is gone. While somebody else asks something of the retrial, it goes on; where nobody is left, the first decision lives again [CPI 404]."
    ),
)
def end_retrial(sitting: Sitting, case: Case, given: EndRetrialInput, *, actor: Actor, now: datetime) -> Recorded:
    """Rule that what a party asked of the retrial is heard no more, or that it is not taken back. Where nobody is left who asks
    something, the retrial ends, and the first decision binds and is enforced again by itself (CPI 404).

    Raises ActNotOpen for an absence that does not count, with every reason.
    """
    row = named(of_this_retrial(sitting, case), given.application)
    party, ground, began = case.party(row.party_id), RetrialEnd(given.ground), retrial_heard(sitting, case)
    assert began is not None
    facts = {"retrial": row.reference, "ended": given.answer == "end", "reasons": given.reasons}
    if given.answer == "go_on":
        require_asked_back(row)
        row.back_entry = None
        sitting.close_tasks(case, desks.RETRIAL_BACK, row.reference)
        words = T("What %(name)s asks of the retrial is not taken back", name=party.name)
        return Recorded(words, {**facts, "lives_again": False})
    require_end(row, ground, RETRIAL_ENDS)
    if ground is RetrialEnd.ABSENT and (why := absence_does_not_count(sitting, case, party)):
        raise ActNotOpen(why[0], source=sitting.pack(case).cited("CPI 404", "CPL 146"))
    if ground is RetrialEnd.UNPAID and not retrial_is_unpaid(sitting, case, party.id):
        raise ActNotOpen(
            T("The fee was paid, its time is not over, or something about it is pending."),
            source=sitting.pack(case).cited("FEE 22, 23"),
        )
    close_application(sitting, case, row, ground.state)
    sitting.announce(RetrialRequestEnded(case, party, how=_how(ground)))
    sitting.session.flush()
    if is_own(began) or of_this_retrial(sitting, case):
        words = T(
            "What %(name)s asked of the retrial is heard no more: %(why)s. It goes on for the rest.",
            name=party.name,
            why=ground.label,
        )
        return Recorded(words, {**facts, "lives_again": False})
    decision = lives_again(sitting, case, began)
    words = T("The retrial ends, and the first decision stands. %(name)s: %(why)s", name=party.name, why=ground.label)
    return Recorded(words, {**facts, "lives_again": True, "decision": decision.reference})
