"""A retrial that ends without a judgment: nobody is left who asks for one, and the first decision lives again (CPI 404); or no ground
against a mediation statement is shown, and it stands (CPI 407).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from odr.docket.models import Case, Role, Stage
from odr.filing.claim.progress import retrial_heard
from odr.ground.errors import ActNotOpen
from odr.ground.text import Money, T, Text
from odr.hearing.ripeness.basis import without_basis
from odr.hearing.ripeness.times import unripe
from odr.identity.actors import Actor
from odr.judgment import desks
from odr.judgment.decision.acts import nothing_rests
from odr.judgment.decision.default import absence_does_not_count
from odr.judgment.decision.retried import first_statement, statement_words
from odr.judgment.remedies.lives_again import lives_again
from odr.judgment.remedies.retrial_back import close_application, named, options, require_asked_back, require_end
from odr.judgment.remedies.retrial_rules import UNDECIDED, of_this_retrial
from odr.judgment.remedies.supervision.own_retrial import is_own
from odr.judgment.vocabulary import RETRIAL_ENDS, RetrialEnd, RetrialState
from odr.payments.desks import RETRIAL_FEE_UNPAID
from odr.payments.fee.unpaid import retrial_is_unpaid
from odr.payments.models import AssessmentState
from odr.payments.refund.of_retrial import fees_of_retrial
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
    return [T("The retrial ends."), *_stands_from_today(sitting, case)]


def _stands_from_today(sitting: Sitting, case: Case) -> list[Text]:
    """That what was heard again stands, and its halted execution goes on by itself (CPI 404, 407)."""
    statement = first_statement(sitting, case)
    if statement is None:
        return [T("The first decision stands; its execution, which was halted, goes on from today by itself.")]
    return [
        T(
            "%(statement)s stands; its execution, which was halted, goes on from today by itself.",
            statement=statement_words(sitting, case, statement),
        )
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
            "Where the retrial ends, what was decided or agreed first stands and is enforced again: whoever has not paid yet pays now, in what was left of the time. Where the ruling says that it goes on, there is nothing you have to do."
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
    stands = lives_again(sitting, case, began)
    words = T("The retrial ends, and the first decision stands. %(name)s: %(why)s", name=party.name, why=ground.label)
    return Recorded(words, {**facts, "lives_again": True, **stands})


@guard("CPI 407")
def a_statement_is_heard_again(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no application is dismissed after the hearing: what is heard again is no mediation statement, or it was not heard
    as the law wants (CPI 401).
    """
    began = retrial_heard(sitting, case)
    if began is None or first_statement(sitting, case) is None:
        return T("No mediation statement is heard again in this case.")
    if is_own(began):
        return T("The court hears it again of its own motion: end the retrial, no application brought it about.")
    return next(iter([*unripe(sitting, case), *without_basis(sitting, case)]), None)


def _statement_stands(sitting: Sitting, case: Case) -> dict[str, str]:
    """What was asked of the retrial is dismissed, and the mediation statement lives again (CPI 407). Gives what the entry says of it."""
    began = retrial_heard(sitting, case)
    assert began is not None
    for row in of_this_retrial(sitting, case):
        close_application(sitting, case, row, RetrialState.REFUSED)
        sitting.announce(RetrialRequestEnded(case, case.party(row.party_id), how="dismissed"))
    sitting.session.flush()
    return lives_again(sitting, case, began)


class DismissStatementRetrialInput(CourtModel):
    """Why no ground against the mediation statement is shown."""

    reasons: Annotated[
        str,
        CourtText(10, 8000),
        field(
            T("Why no ground is shown"),
            T("For each ground that was named; and that what was agreed is not against the law."),
            widget="textarea",
        ),
    ]


def what_a_dismissal_says(sitting: Sitting, case: Case, given: DismissStatementRetrialInput) -> list[Text]:
    """What the ruling says of the mediation statement, which goes on to be performed (CPI 407)."""
    return _stands_from_today(sitting, case)


def who_bears_the_fee(sitting: Sitting, case: Case, given: DismissStatementRetrialInput) -> list[Text]:
    """Who bears the fee of the retrial: whoever applied, and where both sides did, each its own, since both lose (FEE 29, 32)."""
    began = retrial_heard(sitting, case)
    said: list[Text] = []
    for party_id in dict.fromkeys(row.party_id for row in of_this_retrial(sitting, case)):
        rows = fees_of_retrial(sitting.session, case, began.number if began is not None else 0, party_id)
        asked = [row for row in rows if row.state is not AssessmentState.CANCELLED and row.amount_minor]
        if asked:
            amount = Money(sum(row.amount_minor for row in asked), asked[0].currency)
            words = T(
                "The fee of the retrial of %(amount)s is borne by %(name)s.", amount=amount, name=case.name_of(party_id)
            )
            said.append(words)
    return said


@act(
    title=T("Dismiss the application: the mediation statement stands"),
    input=DismissStatementRetrialInput,
    by={Role.JUDGE},
    at={Stage.HEARING, Stage.DELIBERATION},
    to={Stage.EFFECTIVE, Stage.ENFORCEMENT, Stage.CLOSED},
    guard=(a_statement_is_heard_again, a_retrial_may_end, nothing_rests),
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling: the mediation statement stands"),
        T(
            "No ground against the mediation statement was shown. It is enforced again: whoever has not done yet what was agreed does it now, in what was left of the time."
        ),
    ),
    paper=RulingForm(
        T("Retrial of a mediation statement"),
        NO_APPEAL,
        ruled=T("The application for retrial is dismissed."),
        more=what_a_dismissal_says,
        costs=who_bears_the_fee,
    ),
    source=law("CPL 212", "CPI 401, 407"),
    means={Milestone.RETRIAL_ENDED},
    desk=desks.RETRIAL_BACK,
    topic=Topic.DECISION,
    in_record=False,
    help=T(
        "Where the mediation was of the parties’ own free will and what was agreed is not against the law. Where a ground is shown, draft the judgment instead: it sets the statement aside and decides on the claim [CPI 407]."
    ),
)
def dismiss_statement_retrial(
    sitting: Sitting, case: Case, given: DismissStatementRetrialInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Dismiss every application against a mediation statement after the hearing, since no ground is shown: it binds, and is
    performed and enforced again by itself (CPI 407(1)).
    """
    stands = _statement_stands(sitting, case)
    return Recorded(
        T("No ground against the mediation statement is shown: it stands"),
        {"lives_again": True, "reasons": given.reasons, **stands},
    )


@guard("CPL 209", "CPI 407")
def an_own_retrial_of_a_statement(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no retrial of a statement ends so: the court did not order one of its own motion, its judgment is given, or it was
    not heard as the law wants (CPI 401).
    """
    began = retrial_heard(sitting, case)
    if began is None or not is_own(began) or first_statement(sitting, case) is None:
        return T("The court hears no mediation statement again of its own motion in this case.")
    if case.pronounced_at is not None:
        return T("The judgment on the retrial is pronounced.")
    return next(iter([*unripe(sitting, case), *without_basis(sitting, case)]), None)


class EndStatementRetrialInput(CourtModel):
    """Why the mediation statement is not wrong after all."""

    reasons: Annotated[
        str,
        CourtText(10, 8000),
        field(
            T("Why the mediation statement stands"),
            T("That the mediation was free and what was agreed is not against the law; and each ground a party named."),
            widget="textarea",
        ),
    ]


def what_its_end_says(sitting: Sitting, case: Case, given: EndStatementRetrialInput) -> list[Text]:
    """What the ruling says: what parties asked of the retrial is dismissed, and the statement stands (CPI 407)."""
    asked = [T("What was asked of the retrial is dismissed.")] if of_this_retrial(sitting, case) else []
    return [*asked, *_stands_from_today(sitting, case)]


@act(
    title=T("End the court’s own retrial: the mediation statement stands"),
    input=EndStatementRetrialInput,
    by={Role.JUDGE},
    at={Stage.HEARING, Stage.DELIBERATION},
    to={Stage.EFFECTIVE, Stage.ENFORCEMENT, Stage.CLOSED},
    guard=(an_own_retrial_of_a_statement, nothing_rests),
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling: the retrial ends, and the mediation statement stands"),
        T(
            "The mediation statement is not wrong. It is enforced again: whoever has not done yet what was agreed does it now, in what was left of the time."
        ),
    ),
    paper=RulingForm(
        T("Retrial of a mediation statement"), NO_APPEAL, ruled=T("The retrial ends."), more=what_its_end_says
    ),
    source=law("CPL 209", "CPI 401, 407"),
    means={Milestone.RETRIAL_ENDED},
    desk=desks.RETRIAL_BACK,
    topic=Topic.DECISION,
    in_record=False,
    help=T(
        "Where the mediation was of the parties’ own free will and what was agreed is not against the law. Else draft the judgment: it sets the statement aside and decides on the claim [CPI 407]."
    ),
)
def end_statement_retrial(
    sitting: Sitting, case: Case, given: EndStatementRetrialInput, *, actor: Actor, now: datetime
) -> Recorded:
    """End a retrial that the court ordered of its own motion, since the mediation statement is not wrong: it binds, and is performed
    and enforced again by itself. No application brought it about, so it is ended and not dismissed, as where the prosecution's
    reasons do not hold (CPI 407(2)); what parties asked of it besides is dismissed (CPI 407(1)).
    """
    stands = _statement_stands(sitting, case)
    return Recorded(
        T("The retrial ends: the mediation statement stands"),
        {"lives_again": True, "reasons": given.reasons, **stands},
    )
