"""Hearing cases together and apart: one case joined into another, a claim severed from a case (CPL 55; CPI 221, 232).

Both cases are locked in the order of their ids, and each gets an entry in the
same Sitting. What was done in the joined case stays done; its own docket stays
readable to who could read it, and is continued in the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field
from sqlalchemy import select

from odr.docket.models import Case, Outcome, Party, Role, Seat, Stage
from odr.docket.queries import parties
from odr.docket.same_person import same_person
from odr.filing import desks, names as act_names
from odr.filing.claim.acts import start_answer
from odr.filing.claim.changes import TRIAL, see_track
from odr.filing.claim.own_case import copy_claim, new_case, sides_of, stands_in, take_facts
from odr.filing.claim.procedure_bars import sum_of_standing
from odr.filing.claim.progress import before_end_of_debate, debate_is_open, end_case
from odr.filing.claim.queries import claims_of
from odr.filing.course.evidence_periods import begin_with_own_notice, restart_evidence
from odr.filing.inputs import GoingOnFact, Reasons
from odr.filing.models import Claim, Relief
from odr.filing.parties.details import elsewhere
from odr.filing.parties.known_identity import start_registering, unverified_claimant
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text, side_by_side
from odr.identity.actors import Actor, serving
from odr.identity.models import Mandate
from odr.procedure.acts.events import CaseJoined, ClaimSevered
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.procedure.models import WindowState
from odr.procedure.papers.rulings import WITH_THE_JUDGMENT
from odr.procedure.rules.base import law
from odr.procedure.rules.cases import Bar

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

OPEN_WINDOWS = ("answer", "serve_claim")
"""Time that goes on running in the other case, to the same day."""


def other_case(sitting: Sitting, case: Case, given: JoinIntoInput) -> list[Case]:
    """The case into which another one is joined; locked together with it. Raises InvalidInput."""
    found = sitting.session.scalar(select(Case).where(Case.number == given.into))
    if found is None or found.id == case.id:
        raise InvalidInput.at("into", T("No other case of this number is before the court."))
    return [found]


@guard("COURT merging")
def nothing_is_heard_yet(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why the case cannot be joined into another: its own hearing has begun."""
    return (
        T("The hearing of this case has begun. Join the other case into this one instead.")
        if case.stage is Stage.HEARING
        else None
    )


GROUNDS = {
    "same_facts": T("They rest on the same facts"),
    "same_kind": T("They are of the same kind, and everybody agrees"),
}


@choice_source("parties_by_name")
def parties_by_name(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Names of this case's parties and of those in the judge's other cases of the same kind, who may have agreed."""
    mine = select(Seat.case_id).where(serving(actor.account_id, actor.role))
    others = (
        select(Party.name)
        .join(Case, Case.id == Party.case_id)
        .where(Case.id.in_(mine), Case.cause == case.cause, Case.stage.in_((Stage.PENDING, Stage.HEARING)))
    )
    names = [p.name for p in parties(case)] + list(
        sitting.session.scalars(others.where(Party.left_at.is_(None)).order_by(Party.id).limit(200))
    )
    return [Option(name, name) for name in dict.fromkeys(names)]


class JoinIntoInput(CourtModel):
    """Into which case another goes, and why."""

    into: Annotated[str, CourtText(1, 80, one_line=True), field(T("Number of the other case"))]
    ground: Annotated[Literal["same_facts", "same_kind"], field(T("Why together?"), options=GROUNDS)]
    agreed: Annotated[
        tuple[str, ...],
        Field(max_length=200),
        field(T("Who agreed"), T("Needed only where the facts are not the same."), choices="parties_by_name"),
    ] = ()
    reasons: Reasons


@act(
    title=T("Join this case into another"),
    input=JoinIntoInput,
    by={Role.JUDGE},
    at=TRIAL,
    to={Stage.CLOSED},
    guard=nothing_is_heard_yet,
    with_cases=other_case,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Your case goes on within another case"),
        T(
            "Go on in the other case, whose number the docket gives: parties, claims, answers and exhibits were taken over. Its page shows your time limits; the time for evidence may run anew."
        ),
    ),
    paper=RulingForm(
        T("Cases heard together"), WITH_THE_JUDGMENT, result="ground", ruled=T("This case goes on within another.")
    ),
    source=law("CPL 55", "CPI 221"),
    topic=Topic.CLAIM,
    in_record=False,
    help=T(
        "Both cases must be yours and of the same kind. Parties, claims, facts, exhibits and fees go along; everybody gets new time for evidence."
    ),
)
def join_into_case(sitting: Sitting, case: Case, given: JoinIntoInput, *, actor: Actor, now: datetime) -> Recorded:
    """Let a case go on within another: parties, claims, facts, answers and exhibits are taken over (CPL 55; CPI 221).

    The fee already paid counts there; what is still due is asked for there. Time to
    answer that runs goes on to the same day; the time for evidence begins anew for
    all (EV 55). Without common facts every party has to agree (CPL 55).
    """
    main = other_case(sitting, case, given)[0]
    _check_main(sitting, case, main, given, actor)
    moved = {p.id: _party_in(sitting, main, p) for p in parties(case)}
    sitting.session.flush()
    claims = _take_claims(sitting, case, main, moved)
    numbers = take_facts(sitting, case, main, moved)
    _take_windows(sitting, case, main, moved)
    sitting.announce(CaseJoined(case, into=main, parties=moved, facts=numbers))
    names = [{"before": p.label, "after": moved[p.id].label, "name": p.name} for p in parties(case)]
    result = {
        "into": main.number,
        "parties": names,
        "claims": len(claims),
        "ground": given.ground,
        "reasons": given.reasons,
    }
    taken = TakenInFact(
        case=case.number or case.reference,
        reference=case.reference,
        parties=names,
        ground=given.ground,
        reasons=given.reasons,
    )
    sitting.then(act_names.TAKE_IN_CASE, taken, case=main)
    end_case(sitting, case, Outcome.JOINED, now)
    return Recorded(T("The case goes on within %(number)s", number=main.number or main.reference), result)


def _check_main(sitting: Sitting, case: Case, main: Case, given: JoinIntoInput, actor: Actor) -> None:
    seated = select(Seat.id).where(
        Seat.case_id == main.id, Seat.role == Role.JUDGE, Seat.account_id == actor.account_id, Seat.until_at.is_(None)
    )
    if sitting.session.scalar(seated) is None:
        raise InvalidInput.at(
            "into", T("That case is on another judge’s desk. Let the president give both to one judge first.")
        )
    if main.stage not in TRIAL or not debate_is_open(sitting, main) or main.stayed_at is not None:
        raise InvalidInput.at(
            "into", T("That case can take in no other: it is not being heard, or its debate has ended.")
        )
    if (main.pack_id, main.cause) != (case.pack_id, case.cause):
        raise InvalidInput.at("into", T("The two cases are not of the same kind."))
    if given.ground == "same_kind":
        silent = [p.name for p in (*parties(case), *parties(main)) if p.name not in given.agreed]
        if silent:
            raise InvalidInput.at(
                "agreed",
                T(
                    "Without common facts everybody has to agree. Missing: %(names)s",
                    names=side_by_side(dict.fromkeys(silent)),
                ),
            )


def _party_in(sitting: Sitting, main: Case, old: Party) -> Party:
    """The same person in the other case, or a new party there; whoever acts for them acts for them there too."""
    same = [p for p in parties(main, old.role) if same_person(p, old)]
    if same:
        return same[0]
    ordinal = 1 + max((p.ordinal for p in main.parties if p.role is old.role), default=0)
    new = stands_in(sitting, old, main, old.role, ordinal, elsewhere(old.details))
    sitting.session.refresh(main, ["parties"])
    for mandate in sitting.session.scalars(
        select(Mandate).where(Mandate.party_id == old.id, Mandate.revoked_at.is_(None))
    ):
        mandate.case_id, mandate.party_id = main.id, new.id
    return new


def _take_claims(sitting: Sitting, case: Case, main: Case, moved: Mapping[int, Party]) -> list[Claim]:
    made = []
    for old in claims_of(sitting.session, case):
        if old.party_id in moved:
            made.append(copy_claim(sitting, old, main, moved[old.party_id], old.kind))
    sitting.session.flush()
    return made


def begin_severed(sitting: Sitting, case: Case, party: Party, at: datetime, proof: Text | None) -> None:
    """The severed claim reached a party: their time begins with that day."""
    start_answer(sitting, case, party, at, proof)
    begin_with_own_notice(sitting, case, party, at, proof)


def _take_windows(sitting: Sitting, case: Case, main: Case, moved: Mapping[int, Party]) -> None:
    """Time of a party that runs goes on there to the same day, with its whole working; and that somebody who comes new was
    served and answered, or was silent, stays so.
    """
    for old in sitting.windows(case, state=None):
        party = moved.get(old.party_id or 0)
        runs = old.state is WindowState.OPEN
        is_over = old.kind == "answer" and old.state in (WindowState.MET, WindowState.LAPSED) and party is not None
        if old.kind not in OPEN_WINDOWS or (old.party_id is not None and party is None) or not (runs or is_over):
            continue
        if is_over and party is not None and sitting.windows(main, "answer", party=party, state=None):
            continue  # They were served here, and have the time they had by that.
        sitting.take_window(main, old, party=party, subject=party.reference if party else old.subject)


class TakenInFact(CourtModel):
    """What came from another case."""

    case: str
    reference: str
    parties: list[dict[str, str]]
    ground: str
    reasons: str


@act(
    title=T("Another case was taken in"),
    input=TakenInFact,
    by={Role.CLOCK},
    at=TRIAL,
    listed=False,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Another case is now heard together with yours"),
        T("Read what came in: parties, claims, facts and exhibits of that case."),
    ),
    source=law("CPI 221", "EV 55"),
    in_record=False,
)
def take_in_case(sitting: Sitting, case: Case, given: TakenInFact, *, actor: Actor, now: datetime) -> Recorded:
    """Tell on the docket what came from another case, give everybody new time for evidence, and look at the procedure
    (EV 55; CPI 278).
    """
    restart_evidence(sitting, case, now)
    see_track(sitting, case, sum_of_standing(sitting, case), set())
    return Recorded(
        T("%(number)s was taken in: its parties, claims, facts and exhibits are now here", number=given.case),
        given.model_dump(mode="json"),
    )


@guard("CPL 55, 143")
def several_claims(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing can be severed: there is but one claim."""
    return None if len(claims_of(sitting.session, case)) > 1 else T("There is only one claim in this case.")


@resolver("claim")
def find_claim(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Claim | None:
    """A claim that stands in the case."""
    return next((c for c in claims_of(sitting.session, case) if c.reference == reference), None)


class SeverInput(CourtModel):
    """Which claim is heard by itself, and why."""

    claim: Annotated[str, RefTo("claim"), field(T("Claim"), choices="claims")]
    reasons: Reasons


@act(
    title=T("Sever a claim from this case"),
    input=SeverInput,
    by={Role.JUDGE},
    at=TRIAL,
    guard=(several_claims, before_end_of_debate),
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("A claim is taken out and heard in a case of its own"),
        T(
            "There is nothing you have to do in this case because of it. Whoever is a party to the new case gets a letter with what to do there."
        ),
    ),
    paper=RulingForm(
        T("A claim heard by itself"), WITH_THE_JUDGMENT, ruled=T("The claim is heard in a case of its own.")
    ),
    source=law("CPL 55", "CPI 221"),
    topic=Topic.CLAIM,
    in_record=False,
    help=T(
        "The claim becomes a case of its own with the same judge. Its fee is reckoned anew; what was paid for it here counts there."
    ),
)
def sever_claim(sitting: Sitting, case: Case, given: SeverInput, *, actor: Actor, now: datetime) -> Recorded:
    """Hear a claim by itself: a new case with its own number, the same bench, and everybody's time to answer and for
    evidence anew (CPL 55).

    Who brought it is claimant there, whom it is against respondent. The exhibits of
    this case stay here and may be referred to; what was paid counts there.
    """
    claim: Claim = sitting.resolved("claim", given.claim)
    owner = case.party(claim.party_id)
    new = new_case(sitting, case, owner, now)
    moved = sides_of(sitting, case, new, owner)
    copy_claim(sitting, claim, new, moved[owner.id], "claim")
    take_facts(sitting, case, new, moved, only={owner.id})
    claim.withdrawn_at = now
    severed = SeveredFact(
        case=case.number or case.reference, reference=case.reference, claim=claim.reference, reasons=given.reasons
    )
    sitting.then(act_names.OPEN_SEVERED_CASE, severed, case=new)
    sitting.announce(ClaimSevered(case, claim.kind, into=new, party=owner, new_party=moved[owner.id]))
    result = {
        "claim": claim.reference,
        "party": owner.label,
        "into": new.number,
        "reference": new.reference,
        "reasons": given.reasons,
    }
    return Recorded(
        T(
            "The claim of %(name)s is heard by itself as %(number)s",
            name=owner.name,
            number=new.number or new.reference,
        ),
        result,
    )


class SeveredFact(CourtModel):
    """From which case a claim was severed."""

    case: str
    reference: str
    claim: str
    reasons: str


@act(
    title=T("A claim is heard by itself"),
    input=SeveredFact,
    by={Role.CLOCK},
    at={Stage.PENDING},
    listed=False,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.PLEADING,
        T("New case: a claim is now heard by itself"),
        T(
            "Read it: that claim is now a case of its own. If you are a respondent, answer it within the time this letter names, counted from the day after it is served on you; if you do not, the case goes on without your answer, and later evidence is marked late."
        ),
        runs="answer",
    ),
    source=law("CPL 55, 128", "EV 51"),
)
def open_severed_case(sitting: Sitting, case: Case, given: SeveredFact, *, actor: Actor, now: datetime) -> Recorded:
    """Open the docket of a severed claim. The other side's time to answer, and everybody's for evidence, begins when this
    reaches each of them, as with any claim (CPL 128; EV 50, 51).
    """
    claim = claims_of(sitting.session, case)[0]
    asked = sitting.session.scalars(select(Relief).where(Relief.claim_id == claim.id)).all()
    see_track(
        sitting, case, claim.amount_minor, set() if all(r.amount_minor is not None for r in asked) else {Bar.NOT_MONEY}
    )
    return Recorded(T("Severed from %(number)s", number=given.case), given.model_dump(mode="json"))


@act(
    title=T("A third party’s claim goes on as a case of its own"),
    input=GoingOnFact,
    by={Role.CLOCK},
    at={Stage.PENDING},
    listed=False,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.PLEADING,
        T("New case: a third party’s claim goes on by itself"),
        T(
            "The earlier claim is withdrawn; the third party goes on here as claimant, and answers given to their claim count. If you are a respondent and have not answered it yet, answer within the time this letter names, counted from the day after it is served on you; if you do not, the case goes on without your answer."
        ),
        runs="answer",
    ),
    source=law("CPL 59, 128", "CPI 237"),
)
def open_case_going_on(sitting: Sitting, case: Case, given: GoingOnFact, *, actor: Actor, now: datetime) -> Recorded:
    """Open the docket of a third party's claim that goes on by itself: the third party is the claimant, both sides of the
    withdrawn case are respondents (CPI 237). Who has not answered the claim yet has their time to answer from the day this
    reaches them, and everybody a time for evidence (CPL 128; EV 50, 55).
    """
    claim = claims_of(sitting.session, case)[0]
    asked = sitting.session.scalars(select(Relief).where(Relief.claim_id == claim.id)).all()
    see_track(
        sitting, case, claim.amount_minor, set() if all(r.amount_minor is not None for r in asked) else {Bar.NOT_MONEY}
    )
    owner = case.party(claim.party_id)
    _look_who_claims(sitting, case, owner)
    return Recorded(
        T(
            "The claim of %(name)s, who was a third party in %(number)s, goes on here",
            name=owner.name,
            number=given.case,
        ),
        given.model_dump(mode="json"),
    )


def _look_who_claims(sitting: Sitting, case: Case, owner: Party) -> None:
    """Whoever joined by a letter of the court needed to be known to their account alone; who claims is seen by the registry (OLR
    7).
    """
    start_registering(sitting, case, owner)
    if unverified_claimant(sitting, case) is owner:
        title = T(
            "%(name)s, who was a third party, is the claimant now. Look at who they are: verify it, or ask for papers.",
            name=owner.name,
        )
        sitting.open_task(case, Role.CLERK, desks.IDENTITY_SHOWN, title, risk=40, subject=owner.reference)
