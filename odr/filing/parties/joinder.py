"""Bringing further people into a case, and what a third party claims in it (CPL 55, 59, 135; CPI 73, 74, 81, 82, 222,
232).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from odr.docket.models import Case, Party, PartyKind, Role, Stage
from odr.filing import desks
from odr.filing.claim.changes import bring_claim
from odr.filing.claim.progress import ask, before_end_of_debate, decide, requests_of, standing_claim
from odr.filing.claim.statements import needs_powers_to_admit
from odr.filing.course.evidence_periods import period_of, restart_evidence
from odr.filing.inputs import Answer, CounterAnswerInput, CounterclaimInput, Reasons, Words
from odr.filing.models import Request, RequestKind, RequestState
from odr.filing.parties.inputs import InterventionInput
from odr.filing.parties.invitation import call_in, note_addresses
from odr.ground.errors import InvalidInput
from odr.ground.text import Money, T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.inputs import Choice, CourtEmail, CourtModel, CourtPhone, CourtText, RefTo, field
from odr.procedure.models import WindowState
from odr.procedure.papers.rulings import ASKED, WITH_THE_JUDGMENT
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

TRIAL = {Stage.PENDING, Stage.HEARING}

ANSWER_THIRD_PARTY = "third_party_answer"

JOINDER = RequestKind.JOINDER


def _refuse_known(case: Case, given: JoinderInput | AddPartyInput | InterventionInput) -> None:
    """Raises InvalidInput for somebody who is in the case already. Two people may have one name, and then are reached in different ways; of
    two companies of one name none is told from the other so.
    """
    known = [p for p in case.parties if p.left_at is None and p.name.casefold() == given.name.casefold()]
    if any(PartyKind.PERSON not in {given.kind, p.kind} or _is_reached_alike(p, given) for p in known):
        raise InvalidInput.at(
            "name",
            T(
                "Somebody of this name is already in the case. If it is another person of the same name, say how they are reached: by an e-mail address, a telephone number or a postal address that is not the other’s."
            ),
        )


def _is_reached_alike(party: Party, given: JoinderInput | AddPartyInput | InterventionInput) -> bool:
    theirs = {at.casefold() for at in (party.email, party.phone, party.address) if at}
    new = {at.casefold() for at in (given.email, given.phone, given.address) if at}
    return not new or bool(new & theirs)


POSITIONS_OF_NEWCOMERS = {
    "third_party": T("Third party: the outcome concerns them"),
    "respondent": T("Respondent too: they have to be sued together with the others"),
    "claimant": T("Claimant too: the right is theirs as well"),
}


class JoinderInput(CourtModel):
    """Who else is to take part, in what position, and where they are reached."""

    role: Annotated[
        Literal["third_party", "respondent", "claimant"], field(T("In what position?"), options=POSITIONS_OF_NEWCOMERS)
    ]
    name: Annotated[str, CourtText(1, 200), field(T("Name of the person or organisation"))]
    kind: Annotated[PartyKind, Choice(PartyKind), field(T("Who is it?"))]
    email: Annotated[str | None, CourtEmail(), field(T("E-mail address"))] = None
    phone: Annotated[str | None, CourtPhone(), field(T("Telephone"))] = None
    address: Annotated[str | None, CourtText(0, 400), field(T("Postal address"))] = None
    words: Words


@act(
    title=T("Ask that somebody else takes part in the case"),
    input=JoinderInput,
    by={Role.CLAIMANT, Role.RESPONDENT},
    at=TRIAL,
    guard=before_end_of_debate,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("A party asks that somebody else takes part in the case"),
        T("There is nothing you have to do now. The judge rules on it, and the ruling is sent to you."),
    ),
    source=law("CPL 59, 135", "CPI 73, 81, 222"),
    topic=Topic.CLAIM,
    in_record=False,
    help=T(
        "A third party whom the outcome concerns, or somebody who has to be claimant or respondent too. The judge decides."
    ),
)
def ask_for_joinder(sitting: Sitting, case: Case, given: JoinderInput, *, actor: Actor, now: datetime) -> Recorded:
    """Ask the court to bring a third party or a further claimant or respondent into the case (CPI 73, 222)."""
    _refuse_known(case, given)
    me = sitting.party_of(case, actor)
    who = given.model_dump(mode="json", exclude={"words"})
    request = ask(sitting, case, JOINDER, me, given.words, who=who)
    role = Role(given.role).label
    sitting.open_task(
        case,
        Role.JUDGE,
        desks.JOINDER,
        T(
            "%(party)s asks that %(name)s takes part as %(role)s. Rule on it.",
            party=me.name,
            name=given.name,
            role=role,
        ),
        risk=45,
        subject=request.reference,
    )
    return Recorded(
        T("%(party)s asked that %(name)s takes part as %(role)s", party=me.name, name=given.name, role=role),
        {"request": request.reference},
    )


@guard("CPL 59", "CPI 73, 222")
def joinder_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to rule on."""
    return None if requests_of(sitting, case, JOINDER) else T("Nobody asks that somebody else takes part.")


class JoinderRuling(CourtModel):
    """The ruling on bringing somebody in."""

    request: Annotated[str, RefTo("joinder"), field(T("Request"), choices="joinders")]
    answer: Answer
    reasons: Reasons


@act(
    title=T("Rule on bringing somebody into the case"),
    input=JoinderRuling,
    by={Role.JUDGE},
    at=TRIAL,
    guard=joinder_waits,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on whether somebody else takes part in the case"),
        T(
            "There is nothing you have to do. The ruling says what was decided and why, and what can be done by whoever disagrees."
        ),
    ),
    paper=RulingForm(T("Somebody else is to take part"), WITH_THE_JUDGMENT, words=ASKED),
    source=law("CPL 135", "CPI 73, 74, 222"),
    desk=desks.JOINDER,
    topic=Topic.CLAIM,
    in_record=False,
)
def rule_on_joinder(sitting: Sitting, case: Case, given: JoinderRuling, *, actor: Actor, now: datetime) -> Recorded:
    """Refuse with reasons, or bring the named person in and call them by a letter; the other parties are told (CPI 73,
    74).
    """
    request: Request = sitting.resolved("joinder", given.request)
    who = request.details["who"]
    if given.answer == "refuse":
        decide(sitting, case, request, RequestState.REFUSED)
        request.details = {**request.details, "reasons": given.reasons}
        return Recorded(
            T("%(name)s is not brought into the case", name=who["name"]),
            {"request": request.reference, "reasons": given.reasons},
        )
    _refuse_known(case, AddPartyInput(**who, reasons=given.reasons))
    decide(sitting, case, request, RequestState.GRANTED)
    return _brought_in(sitting, case, AddPartyInput(**who, reasons=given.reasons), now)


class AddPartyInput(CourtModel):
    """Whom the court brings in, and why."""

    role: Annotated[
        Literal["third_party", "respondent", "claimant"], field(T("In what position?"), options=POSITIONS_OF_NEWCOMERS)
    ]
    name: Annotated[str, CourtText(1, 200), field(T("Name of the person or organisation"))]
    kind: Annotated[PartyKind, Choice(PartyKind), field(T("Who is it?"))]
    email: Annotated[str | None, CourtEmail(), field(T("E-mail address"))] = None
    phone: Annotated[str | None, CourtPhone(), field(T("Telephone"))] = None
    address: Annotated[str | None, CourtText(0, 400), field(T("Postal address"))] = None
    reasons: Reasons


@act(
    title=T("Bring somebody into the case"),
    input=AddPartyInput,
    by={Role.JUDGE},
    at=TRIAL,
    guard=before_end_of_debate,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Somebody else now takes part in your case"),
        T(
            "There is nothing you have to do. The ruling says what was decided and why, and what can be done by whoever disagrees."
        ),
    ),
    paper=RulingForm(
        T("Somebody else is to take part"),
        WITH_THE_JUDGMENT,
        result="role",
        ruled=T("Somebody else takes part in the case."),
        omits=("email", "phone"),
    ),
    source=law("CPL 59, 135", "CPI 73, 74, 81"),
    topic=Topic.CLAIM,
    in_record=False,
    help=T(
        "Of the court’s own motion: whoever has to sue or be sued together with a party, or whom the outcome concerns in law."
    ),
)
def bring_in_party(sitting: Sitting, case: Case, given: AddPartyInput, *, actor: Actor, now: datetime) -> Recorded:
    """Call a third party or a necessary co-party into the case without anybody's motion (CPL 59, 135; CPI 73, 74)."""
    _refuse_known(case, given)
    return _brought_in(sitting, case, given, now)


def _brought_in(sitting: Sitting, case: Case, given: AddPartyInput, now: datetime) -> Recorded:
    """Put the party into the case and call them; a further respondent is served with the claim within five days (CPL
    128).
    """
    role = Role(given.role)
    party = Party(
        case_id=case.id,
        role=role,
        ordinal=1 + max((p.ordinal for p in case.parties if p.role is role), default=0),
        name=given.name,
        kind=PartyKind(given.kind),
        email=given.email,
        phone=given.phone,
        address=given.address,
        locale=sitting.pack(case).language,
        details={"added_entry": sitting.next_number(case)},
    )
    sitting.session.add(party)
    sitting.session.flush()
    sitting.session.refresh(case, ["parties"])
    note_addresses(sitting, party, "joinder")
    if role is Role.RESPONDENT:
        sitting.start_window(case, "serve_claim", start=now, subject=party.reference)
    call_in(sitting, case, party)
    result = {"party": party.label, "name": party.name, "role": role.value, "reasons": given.reasons}
    return Recorded(T("%(name)s is brought into the case as %(role)s", name=party.name, role=role.label), result)


def evidence_of_newcomer(sitting: Sitting, case: Case, who: Party, at: datetime) -> None:
    """Whoever was brought in got the letter: their time for evidence begins, and the other parties' with it (EV 55)."""
    if "added_entry" in who.details and period_of(sitting, case, who) is None:
        restart_evidence(sitting, case, at, newcomer=who)


@guard("COURT one-claim")
def no_claim_of_own(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why a third party brings no further claim: the one that stands is changed instead."""
    return (
        T("You have brought a claim of your own. Change that one.")
        if standing_claim(sitting, case, actor.party_id) is not None
        else None
    )


@act(
    title=T("Claim something yourself in this case"),
    input=CounterclaimInput,
    by={Role.THIRD_PARTY},
    at=TRIAL,
    guard=(no_claim_of_own, before_end_of_debate),
    special=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("Claim by a third party in your case"),
        T(
            "If you are a claimant or respondent, answer it within the time this letter names, counted from the day after it is served on you; if you do not, the case goes on without your answer."
        ),
        runs="third_party_answer",
    ),
    source=law("CPL 59, 143", "CPI 81, 232"),
    topic=Topic.CLAIM,
    in_record=False,
    help=T(
        "What the two sides dispute is yours, in whole or in part. Your claim has its own fee; everybody gets new time for evidence."
    ),
)
def file_third_party_claim(
    sitting: Sitting, case: Case, given: CounterclaimInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Take an independent claim of a third party until the debate ends; they have the position of a claimant (CPL 59;
    CPI 81, 232; FEE 18; EV 55).

    Fee, track and time for evidence follow; both sides' time to answer runs from
    the day it reaches each.
    """
    me = sitting.party_of(case, actor)
    claim = bring_claim(sitting, case, me, given, "third_party_claim", now)
    total = Money(claim.amount_minor, claim.currency)
    return Recorded(
        T("%(name)s, third party, claimed %(amount)s", name=me.name, amount=total),
        {"claim": claim.reference, "amount": {"minor": total.minor, "currency": claim.currency}},
    )


@act(
    title=T("Answer the third party’s claim"),
    input=CounterAnswerInput,
    by={Role.CLAIMANT, Role.RESPONDENT},
    at=TRIAL,
    window=ANSWER_THIRD_PARTY,
    late=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("Answer to the third party’s claim"),
        T("Read which points are admitted and which are disputed. There is nothing you have to do now."),
    ),
    source=law("CPL 59, 128"),
    topic=Topic.CLAIM,
    in_record=False,
)
def answer_third_party(
    sitting: Sitting, case: Case, given: CounterAnswerInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Record a party's answer to a third party's claim; silence does not stop the case, a late answer is marked (CPL
    128). Admitting it needs special powers where a representative does it (CPL 62).
    """
    needs_powers_to_admit(sitting, case, actor, given.position)
    me = sitting.party_of(case, actor)
    return Recorded(T("%(name)s answered the third party’s claim", name=me.name), {"position": given.position})


def start_third_party_answer(sitting: Sitting, case: Case, who: Party, at: datetime, proof: Text | None) -> None:
    """A third party's claim reached a party: their time to answer runs from that day (CPL 128)."""
    earlier = sitting.windows(case, ANSWER_THIRD_PARTY, party=who, state=None)
    if who.role is not Role.THIRD_PARTY and not any(w.state is not WindowState.ENDED for w in earlier):
        sitting.start_window(case, ANSWER_THIRD_PARTY, party=who, rule="answer", start=at, proof=proof)


@act(
    title=T("Somebody asks to take part as third party"),
    input=InterventionInput,
    by={Role.CLOCK},
    at=TRIAL,
    guard=before_end_of_debate,
    listed=False,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.PLEADING,
        T("Somebody asks to take part as third party"),
        T("There is nothing you have to do now. The judge rules on it, and the ruling is sent to you."),
    ),
    source=law("CPL 59", "CPI 81"),
    in_record=False,
)
def record_intervention(
    sitting: Sitting, case: Case, given: InterventionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Put on the docket that somebody outside the case asks to take part; the judge rules as on any such motion (CPL
    59; CPI 81).
    """
    _refuse_known(case, given)
    request = ask(
        sitting,
        case,
        JOINDER,
        None,
        given.words,
        who={**given.model_dump(mode="json", exclude={"words"}), "role": Role.THIRD_PARTY.value},
    )
    title = T("%(name)s asks to take part as third party. Rule on it.", name=given.name)
    sitting.open_task(case, Role.JUDGE, desks.JOINDER, title, risk=45, subject=request.reference)
    return Recorded(T("%(name)s asked to take part as third party", name=given.name), {"request": request.reference})
