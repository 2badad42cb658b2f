"""Who was away from a hearing tells the court why, and the judge rules on it (CPL 146 to 149; CPI 235, 236, 238, 240)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from odr.docket.models import PARTY_ROLES, Case, Outcome, Role, Stage
from odr.filing.claim.going_on import fee_when_left, leave_claim, will_go_on
from odr.filing.claim.progress import retrial_heard
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text, side_by_side
from odr.hearing import desks
from odr.hearing.courtroom.absence.next_step import BEFORE_JUDGMENT, what_may_follow
from odr.hearing.courtroom.absence.told import DECIDED, EXCUSED, WITHDRAWN
from odr.hearing.courtroom.absence.waiting import Absence, absences, find_absence, put_before_judge
from odr.identity.actors import Actor
from odr.procedure.acts.letter import LIMITS, Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.procedure.papers.rulings import NO_APPEAL
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@guard("CPL 146, 147", "CPI 235, 236")
def i_was_away(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing is to be told: nobody noted the party as away, or the court was told already."""
    mine = [one for one in absences(sitting, case) if one.party.id == actor.party_id]
    if not mine:
        return T("No record of a hearing says that you were not there, or the court has ruled on it.")
    return T("You have already told the court why.") if mine[0].told is not None else None


class ExplainInput(CourtModel):
    """Why somebody was not at a hearing."""

    why: Annotated[
        str,
        CourtText(5, 4000),
        field(
            T("Why were you not there, or not to the end?"),
            T("Say what happened and when you knew it. If a paper shows it, send it as an exhibit and name it here."),
            widget="textarea",
        ),
    ]


@act(
    title=T("Tell why you did not come"),
    input=ExplainInput,
    by=set(PARTY_ROLES),
    at=BEFORE_JUDGMENT,
    guard=i_was_away,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("A party tells the court why they did not come"),
        T("There is nothing you have to do now. The judge looks at it and rules; the ruling is sent to you."),
    ),
    source=law("CPL 146, 147, 149", "CPI 235, 236"),
    says=what_may_follow,
    topic=Topic.HEARING,
    in_record=True,
    help=T("The judge has to know your reason before anything follows from it."),
)
def explain_absence(sitting: Sitting, case: Case, given: ExplainInput, *, actor: Actor, now: datetime) -> Recorded:
    """Tell the court why one was not at the last hearing; the judge's task says that there is a reason to look at."""
    me = sitting.party_of(case, actor)
    absence = next(one for one in absences(sitting, case) if one.party.id == me.id)
    put_before_judge(sitting, case, absence, told=True)
    return Recorded(
        T("%(name)s told why they were not at the hearing of %(at)s", name=me.name, at=absence.hearing.begins_at),
        {"party": me.label, "hearing": absence.hearing.reference},
    )


@guard("CPL 146, 147", "CPI 235, 236")
def somebody_was_away(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to rule on: everybody came to the last hearing, or it was ruled on."""
    return (
        None if absences(sitting, case) else T("Nobody was away from the last hearing on whom there is still to rule.")
    )


@resolver("absence")
def absence_named(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Absence | None:
    """Somebody who was away from the hearing that counts, not ruled on yet."""
    return find_absence(sitting, case, reference)


@choice_source("absences")
def absences_to_rule(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Who was away, how, and what they told the court of it."""
    return [
        Option(one.reference, one.title, one.told.why if one.told is not None else None)
        for one in absences(sitting, case)
    ]


ANSWERS = {
    WITHDRAWN: T("No good reason: their claim counts as withdrawn"),
    DECIDED: T("No good reason: the case is heard and decided without them"),
    EXCUSED: T("A good reason: they are heard in another hearing"),
}

RULED = {
    WITHDRAWN: T("The claim counts as withdrawn."),
    DECIDED: T("The case is heard and decided without who did not come."),
    EXCUSED: T("There was a good reason. They are heard in another hearing."),
}


class AbsenceRuling(CourtModel):
    """The ruling on somebody who was away from a hearing."""

    absence: Annotated[str, RefTo("absence"), field(T("Who was away"), choices="absences", widget="radios")]
    answer: Annotated[
        Literal["withdrawn", "decided", "excused"], field(T("Result of the ruling"), options=ANSWERS, widget="radios")
    ]
    reasons: Annotated[
        str,
        CourtText(10, 8000),
        field(
            T("Reasons"),
            T(
                "When the summons reached them, what they told the court or that they told nothing, and why that is or is not a good reason."
            ),
            widget="textarea",
        ),
    ]


def _named(sitting: Sitting, case: Case, given: AbsenceRuling) -> Absence | None:
    return find_absence(sitting, case, given.absence)


def fee_of_absence(sitting: Sitting, case: Case, given: AbsenceRuling) -> Sequence[Text]:
    """The fee of a claim that counts as withdrawn: halved and borne by whoever brought it (FEE 15, 34)."""
    absence = _named(sitting, case, given)
    if given.answer != WITHDRAWN or absence is None or absence.claim is None:
        return []
    return fee_when_left(sitting, case, absence.claim, "deemed_withdrawn")


def what_is_shown(sitting: Sitting, case: Case, given: AbsenceRuling) -> Sequence[Text]:
    """The two things such a ruling rests on, as the file has them: when the summons reached them, and what they told the court; then
    what goes on by itself (CPL 146; CPI 236, 237).
    """
    absence = _named(sitting, case, given)
    if absence is None:
        return []
    said: list[Text] = []
    if absence.called_at is not None:
        said.append(
            T(
                "The summons to the hearing of %(at)s reached %(name)s on %(day)s.",
                at=absence.hearing.begins_at,
                name=absence.who,
                day=absence.called_at,
            )
        )
    said.append(
        T("%(name)s told the court no reason.", name=absence.who)
        if absence.told is None
        else T(
            "%(name)s told the court why (no. %(number)s of the docket).", name=absence.who, number=absence.told.number
        )
    )
    if given.answer == WITHDRAWN and absence.claim is not None:
        said += will_go_on(sitting, case, absence.claim)
    return said


@act(
    title=T("Rule on somebody who did not come"),
    input=AbsenceRuling,
    by={Role.JUDGE},
    at=BEFORE_JUDGMENT,
    to={Stage.CLOSED},
    guard=somebody_was_away,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on somebody who did not come to a hearing"),
        T(
            "The ruling says whether a claim counts as withdrawn, whether the case is decided without who did not come, or whether there is another hearing, to which a summons calls you. There is nothing you have to do now. Whose claim counts as withdrawn may bring it again."
        ),
        when_due=T(
            "%(limits)s The ruling says whether a claim counts as withdrawn, whether the case is decided without who did not come, or whether there is another hearing, to which a summons calls you.",
            limits=LIMITS,
        ),
    ),
    paper=RulingForm(T("Somebody who did not come"), NO_APPEAL, words=RULED, costs=fee_of_absence, more=what_is_shown),
    source=law("CPL 146, 147, 149", "CPI 235, 236, 238, 240"),
    desk=desks.ABSENCE,
    topic=Topic.HEARING,
    in_record=True,
    help=T(
        "Only where it is proven that the summons reached them in time, and no failure or other good reason kept them. A third party without a claim of their own who stays away changes nothing for the others [CPI 240]."
    ),
)
def rule_on_absence(sitting: Sitting, case: Case, given: AbsenceRuling, *, actor: Actor, now: datetime) -> Recorded:
    """Rule on a party who was away from the hearing: a claimant's claim, or a third party's own, counts as withdrawn, or everything
    is decided without them; or there was a good reason, and they are heard (CPL 146, 147, 149; CPI 235, 236, 238).

    Raises InvalidInput for a consequence where the summons is not proven, a failure kept them away, or there is no claim that
    could count as withdrawn.
    """
    absence: Absence = sitting.resolved("absence", given.absence)
    sitting.close_tasks(case, desks.ABSENCE, absence.reference)
    result = {
        "party": absence.party.label,
        "hearing": absence.hearing.reference,
        "answer": given.answer,
        "reasons": given.reasons,
        "told": absence.told.number if absence.told is not None else None,
        "called_at": absence.called_at.isoformat() if absence.called_at is not None else None,
    }
    if given.answer == EXCUSED:
        _hear_them(sitting, case, absence)
        words = T(
            "There was a good reason why %(name)s was not at the hearing of %(at)s; they are heard in another",
            name=absence.who,
            at=absence.hearing.begins_at,
        )
        return Recorded(words, result)
    if why := absence.does_not_count(sitting, case):
        raise InvalidInput.at("answer", why[0])
    if given.answer == DECIDED:
        words = T(
            "%(name)s had no good reason for being away from the hearing of %(at)s: the case is decided without them",
            name=absence.who,
            at=absence.hearing.begins_at,
        )
        return Recorded(words, result)
    return _falls(sitting, case, absence, result, now)


def _falls(sitting: Sitting, case: Case, absence: Absence, result: Mapping[str, object], now: datetime) -> Recorded:
    """The claim counts as withdrawn; what else is claimed goes on."""
    claim, name = absence.claim, absence.party.name
    if retrial_heard(sitting, case) is not None:
        raise ActNotOpen(
            T(
                "In a retrial no claim counts as withdrawn. Rule on the application of who did not come: “End the retrial”."
            ),
            source=sitting.pack(case).cited("CPI 404, 408"),
        )
    if claim is None:
        raise InvalidInput.at(
            "answer",
            T(
                "%(name)s, %(role)s, has no claim that could count as withdrawn: being away does not change what the others claim.",
                name=name,
                role=absence.party.role.label,
            ),
        )
    left = leave_claim(sitting, case, claim, Outcome.DEEMED_WITHDRAWN, now)
    told = {**result, "claim": claim.reference, "goes_on": left.goes_on, **left.told}
    if left.goes_on:
        words = T(
            "Ruling: the claim of %(name)s counts as withdrawn, because they did not come. The rest of the case goes on.",
            name=name,
        )
    elif left.into:
        words = T(
            "Ruling: the claim of %(name)s counts as withdrawn, because they did not come. This case is over; the claim of a third party goes on as %(numbers)s.",
            name=name,
            numbers=side_by_side(left.numbers),
        )
    else:
        words = T(
            "Ruling: the claim of %(name)s counts as withdrawn, because they did not come. The case is over.", name=name
        )
    return Recorded(words, told)


def _hear_them(sitting: Sitting, case: Case, absence: Absence) -> None:
    """The registry fixes the hearing in which whoever had a good reason is heard, while the case is heard; later the judge goes back
    to the hearing first (CPL 149).
    """
    if case.stage is Stage.HEARING and not sitting.tasks(case, desks.SUMMON):
        words = T(
            "%(name)s had a good reason for not coming. Fix another hearing and summon everybody.", name=absence.who
        )
        sitting.open_task(case, Role.CLERK, desks.SUMMON, words, risk=45)
