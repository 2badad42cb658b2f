"""In which procedure, and by how many, a case is decided: what the parties agree to, and what they object to (CPL 43, 165,
169; CPI 269, 279).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from odr.docket.models import PARTY_ROLES, Case, Role, Stage, Track
from odr.docket.queries import entries_of
from odr.filing import desks, names
from odr.filing.claim.procedure_bars import agreed_to_small_claims, ask_for_panel, bars_of, judges_of, sum_of_standing
from odr.filing.claim.progress import ask, decide, requests_of
from odr.filing.inputs import Answer, ConvertTrackInput, Reasons, Words
from odr.filing.models import Request, RequestKind, RequestState
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import CLOCK_ACTOR, Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.procedure.papers.language import language_of
from odr.procedure.papers.rulings import ASKED, WITH_THE_JUDGMENT
from odr.procedure.rules.base import law
from odr.procedure.rules.tracks import conversion, track_findings

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

TRIAL = {Stage.PENDING, Stage.HEARING}

SMALL, SIMPLE, ORDINARY = Track.SMALL, Track.SIMPLE, Track.ORDINARY

PROCEDURE = RequestKind.PROCEDURE


@guard("CPL 165")
def small_claims_may_be_agreed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why the parties cannot agree on small claims procedure: no such way, too large a claim, a bar, or done."""
    pack = sitting.pack(case)
    way = conversion(pack, case.track.value, SMALL.value, hearing_opened=case.stage is Stage.HEARING, agreed=True)
    if way is None or not way.by_agreement:
        return T("From the %(track)s there is no way to small claims procedure by agreement.", track=case.track.label)
    found = track_findings(pack, sum_of_standing(sitting, case), bars_of(sitting, case), case.filed_on, agreed=True)
    closed = next((one for one in found if one.track == SMALL.value and not one.open), None)
    if closed is not None:
        return closed.reason
    mine = {entry.party_id for entry in entries_of(sitting.session, case, names.AGREE_SMALL_CLAIMS)}
    return T("You have agreed already; the other side has not yet.") if actor.party_id in mine else None


class AgreeSmallClaimsInput(CourtModel):
    """That a party wants the short procedure, knowing what it gives up."""

    final: Annotated[
        bool,
        field(T("I know that one judge decides, that the judgment is final, and that nobody can appeal from it.")),
    ] = False


@act(
    title=T("Agree to small claims procedure"),
    input=AgreeSmallClaimsInput,
    by={Role.CLAIMANT, Role.RESPONDENT},
    at={Stage.PENDING},
    guard=small_claims_may_be_agreed,
    special=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("The other side agrees to small claims procedure"),
        T(
            "If you agree too, say so on the page of the case: one judge then decides within [time trial_limits.tracks.small_claims.period], and the judgment is final. If you do not, the case goes on as it is; you need not do anything."
        ),
    ),
    source=law("CPL 165"),
    topic=Topic.CLAIM,
    in_record=False,
    help=T(
        "Faster, and final: it begins when every claimant and respondent has agreed. The claim may be up to twice a year’s average wage."
    ),
)
def agree_small_claims(
    sitting: Sitting, case: Case, given: AgreeSmallClaimsInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Record that a party agrees to small claims procedure; when all have, the case moves there (CPL 165(2))."""
    if not given.final:
        raise InvalidInput.at("final", T("Say that you know this: without it the agreement would not be yours."))
    me = sitting.party_of(case, actor)
    all_agree = agreed_to_small_claims(sitting, case, but=me.id)
    if all_agree:
        reasons = T("Every claimant and respondent has agreed to small claims procedure.")
        goal = ConvertTrackInput(to=SMALL.value, reasons=reasons.render(language_of(sitting, case)))
        sitting.then(names.CONVERT_TRACK, goal, actor=CLOCK_ACTOR)
    return Recorded(T("%(name)s agreed to small claims procedure", name=me.name), {"all": all_agree})


OBJECTIONS = {
    "small_claims": T("Small claims procedure is not allowed for this case"),
    "simple": T("Simple procedure is not allowed for this case"),
    "one_judge": T("One judge may not decide this case alone"),
}


def _open_objections(sitting: Sitting, case: Case) -> list[str]:
    """What can be objected to as the case stands: its procedure, and that one judge decides (CPL 43, 169; CPI 269)."""
    judges = judges_of(sitting, case)
    found = [SMALL.value] if case.track is SMALL and case.stage is Stage.PENDING else []
    found += [SIMPLE.value] if case.track is SIMPLE else []
    return found + (["one_judge"] if judges < 2 else [])


@choice_source("procedure_objection_grounds")
def procedure_objection_grounds(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What the actor may object to now."""
    return [Option(key, OBJECTIONS[key]) for key in _open_objections(sitting, case)]


@guard("CPI 269, 279", "CPL 43")
def procedure_can_be_objected_to(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing can be objected to: a panel sits in ordinary procedure, or an own objection waits."""
    if any(one.party_id == actor.party_id for one in requests_of(sitting, case, PROCEDURE)):
        return T("You have already objected; the judge rules on it.")
    if not _open_objections(sitting, case):
        return T("A panel decides this case already; there is nothing to object to in its procedure.")
    return None


class ProcedureObjectionInput(CourtModel):
    """What of the procedure a party finds unlawful, and why."""

    what: Annotated[
        Literal["small_claims", "simple", "one_judge"],
        field(T("What do you object to?"), choices="procedure_objection_grounds"),
    ]
    words: Words


@act(
    title=T("Object to the procedure"),
    input=ProcedureObjectionInput,
    by=set(PARTY_ROLES),
    at=TRIAL,
    guard=procedure_can_be_objected_to,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("A party objects to the procedure of your case"),
        T(
            "There is nothing you have to do now. The judge rules on it before the case is decided, and the ruling is sent to you."
        ),
    ),
    source=law("CPL 43, 169", "CPI 269, 279"),
    topic=Topic.CLAIM,
    in_record=False,
    help=T(
        "That small claims or simple procedure is not allowed here, or that one judge may not decide alone. Against small claims only before the hearing opens."
    ),
)
def object_to_procedure(
    sitting: Sitting, case: Case, given: ProcedureObjectionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Object to small claims, to simple procedure, or to the single judge; the judge has to rule on it (CPL 43, 169; CPI
    269, 279).
    """
    if given.what not in _open_objections(sitting, case):
        late = case.track is SMALL and given.what == SMALL.value
        raise ActNotOpen(
            T(
                "Whoever objects to the small claims procedure must do so before the hearing opens. It has opened already [CPI 279]."
            )
            if late
            else T("This case is not under the procedure you object to.")
        )
    me = sitting.party_of(case, actor)
    earlier = requests_of(sitting, case, PROCEDURE, RequestState.REFUSED)
    if any(one.party_id == me.id and one.details["what"] == given.what for one in earlier):
        raise ActNotOpen(T("This was ruled on already. What you still hold against it can be said in an appeal."))
    request = ask(sitting, case, PROCEDURE, me, given.words, what=given.what)
    title = T("%(name)s objects: %(what)s. Rule on it.", name=me.name, what=OBJECTIONS[given.what])
    sitting.open_task(case, Role.JUDGE, desks.PROCEDURE, title, risk=65, subject=request.reference)
    words = T("%(name)s objected to the procedure: %(what)s", name=me.name, what=OBJECTIONS[given.what])
    return Recorded(words, {"request": request.reference, "what": given.what})


@guard("CPL 43, 169", "CPI 269")
def procedure_objection_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no objection to rule on."""
    return None if requests_of(sitting, case, PROCEDURE) else T("Nobody objects to the procedure of this case.")


class ProcedureRuling(CourtModel):
    """The ruling on an objection to the procedure."""

    request: Annotated[str, RefTo("procedure_objection"), field(T("Objection"), choices="procedure_objections")]
    answer: Answer
    to: Annotated[
        str | None,
        CourtText(0, 40, one_line=True),
        field(T("Procedure from now on"), T("Needed where the objection is right."), choices="tracks"),
    ] = None
    reasons: Reasons


@act(
    title=T("Rule on an objection to the procedure"),
    input=ProcedureRuling,
    by={Role.JUDGE},
    at=TRIAL,
    guard=procedure_objection_waits,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on the objection to the procedure"),
        T(
            "There is nothing you have to do. If the objection was right, the case goes on in another procedure or before a panel; what you agreed on before need not be proved again."
        ),
    ),
    paper=RulingForm(T("Objection to the procedure"), WITH_THE_JUDGMENT, words=ASKED),
    source=law("CPL 43, 169", "CPI 269, 279"),
    desk=desks.PROCEDURE,
    topic=Topic.CLAIM,
    in_record=False,
)
def rule_on_procedure(sitting: Sitting, case: Case, given: ProcedureRuling, *, actor: Actor, now: datetime) -> Recorded:
    """Reject the objection, or let the case go on in another procedure or before a panel (CPL 43, 169; CPI 269, 279)."""
    request: Request = sitting.resolved("procedure_objection", given.request)
    what = request.details["what"]
    result = {"request": request.reference, "what": what, "answer": given.answer, "reasons": given.reasons}
    if given.answer == "refuse":
        decide(sitting, case, request, RequestState.REFUSED)
        return Recorded(T("The objection is rejected: %(what)s", what=OBJECTIONS[what]), result)
    decide(sitting, case, request, RequestState.GRANTED)
    goal = ORDINARY.value if what in (SIMPLE.value, "one_judge") else given.to
    if what == SMALL.value and goal not in (SIMPLE.value, ORDINARY.value):
        raise InvalidInput.at("to", T("Say whether the case goes on in simple or in ordinary procedure."))
    if goal != case.track.value:
        assert goal is not None
        sitting.then(names.CONVERT_TRACK, ConvertTrackInput(to=goal, reasons=given.reasons), actor=actor)
    if what == "one_judge":
        ask_for_panel(sitting, case)
    return Recorded(T("The objection is right: %(what)s", what=OBJECTIONS[what]), result | {"to": goal})
