"""Acts of a claim: lodging, the registry's review, joining, answering."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy import func, select

from odr.docket.models import Case, Party, PartyKind, Role, Stage, Track
from odr.docket.queries import parties, party, seat
from odr.filing import desks, names
from odr.filing.claim.acknowledgement import answered, start_acknowledgement
from odr.filing.claim.announcements import asked_together, claim_lodged, party_joined
from odr.filing.claim.outsider_action.queries import a_judge_took_the_action, outsider_action_of, waits_for_the_judge
from odr.filing.claim.public_interest.acts import conditions_were_found
from odr.filing.claim.statements import needs_powers_to_admit
from odr.filing.course.evidence_periods import begin_with_own_notice, of_whom_nobody_wrote
from odr.filing.course.time_limit_changes import reopen
from odr.filing.draft.files_along import sealed_of
from odr.filing.draft.particulars import read as read_particulars
from odr.filing.inputs import AcceptInput, ClaimInput, FellowInput, JoinInput, RespondentInput
from odr.filing.models import Claim, Fact, FactAnswer, FactStance, Relief, ReliefKind, ReviewReturn
from odr.filing.parties.details import claims_themselves
from odr.filing.parties.invitation import call_in, note_addresses
from odr.filing.parties.known_identity import start_registering, unverified_claimant
from odr.filing.registry.drawing import Draw
from odr.filing.registry.refusing import time_to_mend_is_over
from odr.filing.registry.review import NO_ADDRESS, tracks_for, unknown_respondents, unreached_claimants
from odr.filing.registry.seats import case_number_for, draw_seat
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.text import Money, T, Text, side_by_side
from odr.identity.actors import CLOCK_ACTOR, Actor
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.events import ClaimAccepted, ClaimChanged, ClaimReturned
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import Choice, CourtModel, CourtText, RefTo, field
from odr.procedure.models import WindowState
from odr.procedure.papers.language import language_of
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

BY_HERSELF = {"acting": "self", "guardian_name": None, "guardian_ties": None}
"""What inputs said of guardians before they asked."""

CORRECTION, NOT_CORRECTED = "correction", "not_corrected"


def _write_claim(sitting: Sitting, case: Case, claimant: Party, given: ClaimInput) -> Claim:
    """The rows behind a claim; facts and relief are numbered in the order given."""
    number = sitting.next_number(case)
    currency = sitting.pack(case).currency
    if given.currencies - {currency}:
        raise InvalidInput.at(
            "relief",
            T(
                "This court takes claims in %(currency)s. Convert the amount at the rate of the day it was due.",
                currency=currency,
            ),
        )
    claim = Claim(
        case_id=case.id,
        party_id=claimant.id,
        platform=given.matter.platform,
        shop=given.matter.shop,
        order_number=given.matter.order_number,
        amount_minor=given.own_amount,
        currency=currency,
        entry_number=number,
        particulars=given.model_dump(mode="json")["particulars"],
    )
    sitting.session.add(claim)
    sitting.session.flush()
    first = (
        1
        if case.is_blank
        else (sitting.session.scalar(select(func.max(Fact.number)).where(Fact.case_id == case.id)) or 0) + 1
    )
    for i, asked in enumerate(given.relief, 1):
        sitting.session.add(
            Relief(
                claim_id=claim.id,
                number=i,
                kind=asked.kind,
                what=asked.what,
                amount_minor=asked.amount.minor if asked.amount else None,
                currency=asked.amount.currency if asked.amount else None,
            )
        )
    for i, told in enumerate(given.facts, first):
        sitting.session.add(
            Fact(
                case_id=case.id,
                party_id=claimant.id,
                number=i,
                happened_on=told.happened_on,
                what=told.what,
                entry_number=number,
            )
        )
    return claim


def _write_fellows(sitting: Sitting, case: Case, given: ClaimInput) -> list[str]:
    """Whoever claims along: a party of their own, called in by a letter; a sum of their own is a claim of their own
    (CPL 55). Gives their labels in the order named.

    Who is named again by name or address is the same one; everybody else gets a place and a code of their own, so that
    nobody comes in by the letter of another. Raises InvalidInput where somebody who has joined is left out: what others
    do has no effect for them.
    """
    known = [p for p in parties(case, Role.CLAIMANT) if p.ordinal > 1]
    found = _matched(known, given.fellows)
    staying = [party for party in found if party is not None]
    gone = [p for p in known if p not in staying]
    if joined := next((p for p in gone if claims_themselves(p)), None):
        raise InvalidInput.at(
            "fellows",
            T(
                "%(name)s has joined this claim. Leave them in: only they can say that they no longer claim along.",
                name=joined.name,
            ),
        )
    for surplus in gone:
        surplus.left_at = sitting.now
    labels = []
    for fellow, there in zip(given.fellows, found, strict=True):
        party = there or _new_party(sitting, case, Role.CLAIMANT)
        is_new = party.joined_at is None and (party.name, party.email) != (fellow.name, fellow.email)
        if party.joined_at is None:
            party.name, party.kind, party.email, party.phone, party.address = (
                fellow.name,
                fellow.kind,
                fellow.email,
                fellow.phone,
                fellow.address,
            )
        sitting.session.flush()
        if is_new:
            note_addresses(sitting, party, "claim")
            call_in(sitting, case, party)
        if fellow.amount is not None:
            _own_claim(sitting, case, party, given, fellow.amount)
        labels.append(party.label)
    sitting.session.flush()
    return labels


def _matched(known: list[Party], named: Sequence[FellowInput | RespondentInput]) -> list[Party | None]:
    """Of parties known already, who each of those named is: by their name, or else by their address; nobody is two of them."""
    left, found = list(known), list[Party | None]([None] * len(named))
    for tells in (_name_of, _mail_of):
        for i, one in enumerate(named):
            same = next((p for p in left if tells(one) and tells(p) == tells(one)), None)
            if found[i] is None and same is not None:
                found[i] = same
                left.remove(same)
    return found


def _name_of(who: Party | FellowInput | RespondentInput) -> str:
    return " ".join(who.name.split()).casefold()


def _mail_of(who: Party | FellowInput | RespondentInput) -> str:
    return (who.email or "").casefold()


def _new_party(sitting: Sitting, case: Case, role: Role) -> Party:
    """A further party of a role; a number once given is never given again."""
    ordinal = 1 + max((p.ordinal for p in case.parties if p.role is role), default=0)
    party = Party(
        case_id=case.id,
        role=role,
        ordinal=ordinal,
        name="",
        kind=PartyKind.PERSON,
        locale=sitting.pack(case).language,
        details={},
    )
    case.parties.append(party)
    return party


def _own_claim(sitting: Sitting, case: Case, party: Party, given: ClaimInput, amount: Money) -> None:
    money = next((one for one in given.relief if one.amount is not None), given.relief[0])
    claim = Claim(
        case_id=case.id,
        party_id=party.id,
        amount_minor=amount.minor,
        currency=amount.currency,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(claim)
    sitting.session.flush()
    sitting.session.add(
        Relief(
            claim_id=claim.id,
            number=1,
            kind=ReliefKind.MONEY,
            what=money.what,
            amount_minor=amount.minor,
            currency=amount.currency,
        )
    )


def _exactly(sitting: Sitting, case: Case, given: ClaimInput) -> ClaimInput:
    """The claim with the fields of its cause read as the pack declares them; what is missing the review asks for."""
    found = read_particulars(sitting.pack(case), given.matter.cause, given.particulars, complete=False)
    return given.model_copy(update={"particulars": found})


@act(
    title=T("Lodge the claim"),
    input=ClaimInput,
    by={Role.CLAIMANT},
    at={Stage.LODGED},
    listed=False,
    version=5,
    source=law("CPL 122"),
    means={Milestone.CLAIM_STATED, Milestone.EXHIBITS_BROUGHT},
)
def lodge_claim(sitting: Sitting, case: Case, given: ClaimInput, *, actor: Actor, now: datetime) -> Recorded:
    """Record the claim and start the registry's seven days (CPL 126, REG 8).

    The case and its parties are opened in the same Sitting. Identity may still be
    unverified: it is verified in the review, never before. Files that go with the
    claim follow as exhibits in entries of their own.
    """
    claimant = sitting.party_of(case, actor)
    exact = _exactly(sitting, case, given)
    claim = _write_claim(sitting, case, claimant, exact)
    _write_fellows(sitting, case, exact)
    sitting.start_window(case, "registry_review", start=now)
    sitting.announce(claim_lodged(sitting, case, claimant, given, actor))
    total = Money(given.amount, claim.currency)
    words = T("Claim lodged by %(name)s, for %(amount)s", name=claimant.name, amount=total)
    return Recorded(
        words,
        {"claim": claim.reference, "amount": {"minor": total.minor, "currency": total.currency}},
        kept=exact.model_dump(mode="json"),
    )


@upcast(names.LODGE_CLAIM, from_version=1)
@upcast(names.CORRECT_CLAIM, from_version=1)
def without_particulars(given: dict[str, Any]) -> dict[str, Any]:
    """Claims of the first version had no fields of their cause, and one claimant."""
    return {**given, "particulars": {}, "fellows": []}


@upcast(names.LODGE_CLAIM, from_version=2)
@upcast(names.CORRECT_CLAIM, from_version=2)
def by_herself(given: dict[str, Any]) -> dict[str, Any]:
    """Claims of the second version were brought by the claimant themselves, never by a guardian."""
    return {**given, "claimant": {**given["claimant"], **BY_HERSELF}}


@upcast(names.LODGE_CLAIM, from_version=3)
@upcast(names.CORRECT_CLAIM, from_version=3)
def of_no_numbered_fact(given: dict[str, Any]) -> dict[str, Any]:
    """Files that went with claims of the third version named no numbered facts."""
    return {**given, "exhibits": [{**line, "facts": []} for line in given["exhibits"]]}


@upcast(names.LODGE_CLAIM, from_version=4)
@upcast(names.CORRECT_CLAIM, from_version=4)
def kept_from_nobody(given: dict[str, Any]) -> dict[str, Any]:
    """With claims of the fourth version nobody could ask that a file be sealed."""
    return {**given, "exhibits": [{**line, "secret": False, "why_secret": None} for line in given["exhibits"]]}


@upcast(names.JOIN_CASE, from_version=1)
def joined_by_herself(given: dict[str, Any]) -> dict[str, Any]:
    """Who joined in the first version did so themselves."""
    return {**given, **BY_HERSELF}


@guard("REG 7", "OLR 9")
def not_returned_twice(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """A claim is returned once (OLR 9); what was overlooked then is no ground for another return."""
    again = sitting.session.scalar(select(ReviewReturn.id).where(ReviewReturn.case_id == case.id))
    return (
        T("The claim was already returned once, with everything it lacked. Accept it, or refuse it with reasons.")
        if again
        else None
    )


@choice_source("claim_parts")
def claim_parts(sitting: Sitting, case: Case | None, actor: Actor | None) -> list[Option]:
    """The parts of a claim a defect may be in."""
    return [Option(value, words) for value, words in CLAIM_PARTS.items()]


class DefectInput(CourtModel):
    """One thing missing or wrong."""

    part: Annotated[
        Literal["parties", "cause", "relief", "facts", "evidence", "identity", "jurisdiction", "other"],
        field(T("Part of the claim"), choices="claim_parts"),
    ]
    what: Annotated[
        str, CourtText(1, 1000), field(T("What is missing or wrong, and how to mend it"), widget="textarea")
    ]


class ReturnInput(CourtModel):
    """Everything that has to be mended, told once."""

    defects: Annotated[list[DefectInput], Field(min_length=1, max_length=40), field(T("Defect"))]
    days: Annotated[
        int,
        Field(ge=3, le=30),
        field(T("Days to mend it"), T("Counted from the day after the claimant has received this.")),
    ] = 7


@act(
    title=T("Return the claim for correction"),
    input=ReturnInput,
    by={Role.CLERK, Role.CLOCK},
    at={Stage.LODGED},
    to={Stage.RETURNED},
    guard=not_returned_twice,
    source=law("OLR 9"),
    topic=Topic.CLAIM,
)
def return_claim(sitting: Sitting, case: Case, given: ReturnInput, *, actor: Actor, now: datetime) -> Recorded:
    """Send the claim back once, with every defect and a day (OLR 9, REG 7)."""
    sitting.session.add(
        ReviewReturn(
            case_id=case.id, defects=[d.model_dump() for d in given.defects], entry_number=sitting.next_number(case)
        )
    )
    sitting.close_windows(case, "registry_review", WindowState.ENDED)
    sitting.close_tasks(case, desks.REFUSAL)
    claimant = party(case, Role.CLAIMANT)
    sitting.start_window(case, "correction", party=claimant, start=now, amount=given.days)
    sitting.move(case, Stage.RETURNED)
    assert claimant is not None
    sitting.announce(ClaimReturned(case, claimant))
    return Recorded(
        T("Claim returned for correction: %(count)s points", count=len(given.defects)), {"defects": len(given.defects)}
    )


def prepare_correction(court: Court, case: Case, given: BaseModel, actor: Actor) -> Mapping[str, Any]:
    """Encrypt the files that the claimant asks to have kept from others, before the Sitting."""
    return sealed_of(court, given, [actor.account_id or 0]) if isinstance(given, ClaimInput) else {}


@act(
    title=T("Send the corrected claim"),
    input=ClaimInput,
    by={Role.CLAIMANT},
    at={Stage.RETURNED},
    to={Stage.LODGED},
    window="correction",
    page="filing.correct",
    version=5,
    source=law("REG 7"),
    means={Milestone.CLAIM_STATED},
    prepare=prepare_correction,
    desk=desks.NOT_CORRECTED,
    topic=Topic.CLAIM,
)
def correct_claim(sitting: Sitting, case: Case, given: ClaimInput, *, actor: Actor, now: datetime) -> Recorded:
    """Replace the claim by the corrected one; the registry's time starts again the next day (REG 8)."""
    claimant = sitting.party_of(case, actor)
    if given.matter.cause not in sitting.pack(case).causes_on(case.filed_on):
        raise InvalidInput(
            [
                FieldFault(
                    ("matter", "cause"),
                    T("This court does not hear that kind of dispute today. Choose one of those listed."),
                )
            ]
        )
    exact = _exactly(sitting, case, given)
    for old in sitting.session.scalars(select(Claim).where(Claim.case_id == case.id, Claim.withdrawn_at.is_(None))):
        old.withdrawn_at = now
    for fact in sitting.session.scalars(select(Fact).where(Fact.case_id == case.id)):
        sitting.session.delete(fact)
    sitting.session.flush()
    case.cause = given.matter.cause
    claim = _write_claim(sitting, case, claimant, exact)
    respondents = _correct_others(sitting, case, given)
    fellows = _write_fellows(sitting, case, exact)
    returned = sitting.session.scalars(
        select(ReviewReturn).where(ReviewReturn.case_id == case.id).order_by(ReviewReturn.id.desc())
    ).first()
    if returned is not None:
        returned.corrected_entry = sitting.next_number(case)
    sitting.close_tasks(case, desks.NOT_CORRECTED)
    sitting.start_window(case, "registry_review", start=now)
    sitting.move(case, Stage.LODGED)
    sitting.announce(claim_lodged(sitting, case, claimant, given, actor))
    return Recorded(
        T("Corrected claim sent by %(name)s", name=claimant.name),
        {"claim": claim.reference, "respondents": respondents, "fellows": fellows},
        kept=exact.model_dump(mode="json"),
    )


def _correct_others(sitting: Sitting, case: Case, given: ClaimInput) -> list[str]:
    """The other side as the corrected claim names it; nobody was served yet. Whom it leaves out is no party any more. Gives
    their labels in the order named.

    Who is named again stays who they are; whoever is named anew takes a free place, and nothing of what the court found out
    of the one before.
    """
    known = parties(case, Role.RESPONDENT)
    found = _matched(known, given.respondents)
    free = [p for p in known if p not in found]
    labels = []
    for other, there in zip(given.respondents, found, strict=True):
        party = there or (free.pop(0) if free else _new_party(sitting, case, Role.RESPONDENT))
        if there is None:
            party.details = {}
        party.name, party.kind, party.email, party.phone, party.address = (
            other.name,
            other.kind,
            other.email,
            other.phone,
            other.address,
        )
        labels.append(party.label)
    for surplus in free:
        surplus.left_at = sitting.now
    sitting.session.flush()
    return labels


@guard("OLR 7", "REG 6, 7", "CPL 124")
def claimants_are_known(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why the registry does not accept yet: no paper would reach who claims, or they are not verified. The clock
    accepts who is not verified all the same (REG 8); then they have the days of OLR 10.
    """
    unreached = next(iter(unreached_claimants(sitting, case)), None)
    if unreached is not None:
        return T(
            "No paper would reach %(party)s: they refused papers by message and gave no postal address. Return the claim and name this with everything else that is missing.",
            party=unreached.name,
        )
    unknown = unverified_claimant(sitting, case) if actor.role is Role.CLERK else None
    if unknown is None:
        return None
    return T(
        "Who %(party)s is has not been verified. Verify it from the papers they sent, or return the claim and say which paper is missing.",
        party=unknown.name,
    )


@act(
    title=T("Accept the claim"),
    input=AcceptInput,
    by={Role.CLERK, Role.CLOCK},
    at={Stage.LODGED},
    to={Stage.PENDING},
    guard=(claimants_are_known, conditions_were_found, a_judge_took_the_action),
    serves=Everyone.NOBODY,
    source=law("CPL 126"),
    topic=Topic.CLAIM,
)
def accept_claim(sitting: Sitting, case: Case, given: AcceptInput, *, actor: Actor, now: datetime) -> Recorded:
    """Accept the claim: number, judge, fee notice, service on every respondent within five days (CPL 126, 128).

    By the clock where the registry did not decide in seven days: accepted first (REG 8).
    """
    if actor.role is Role.CLERK and unknown_respondents(sitting, case):
        raise ActNotOpen(
            T(
                "The other side is known only by the shop’s name. "
                "Ask the platform who runs it, or return the claim [CPI 209]."
            )
        )
    if given.track not in sitting.pack(case).tracks.list:
        raise InvalidInput.at("track", T("This court has no such procedure. Choose one of those listed."))
    if actor.role is Role.CLERK:
        found = next(one for one in tracks_for(sitting, case) if one.track == given.track)
        if not found.open:
            raise InvalidInput.at("track", found.reason)
    left = _leave_out_who_never_joined(sitting, case, now)
    case.track = Track(given.track)
    case.accepted_at = now
    case.number = case_number_for(sitting, case)
    sitting.close_windows(case, "registry_review", WindowState.MET)
    sitting.move(case, Stage.PENDING)
    asked = seat(sitting.session, case, Role.JUDGE)
    if asked is not None:  # Who was asked to refuse the claim does not judge it for that: the lot falls anew.
        asked.until_at, asked.reason = now, "claim accepted"
    sitting.close_tasks(case, desks.REFUSAL)
    drawn = draw_seat(sitting, case, Role.JUDGE)
    for respondent in parties(case, Role.RESPONDENT):
        sitting.start_window(case, "serve_claim", start=now, subject=respondent.reference)
    for claimant in parties(case, Role.CLAIMANT):  # Taken in by the clock, perhaps before anybody looked who they are.
        start_registering(sitting, case, claimant)
    sitting.announce(ClaimAccepted(case))
    words = T("Claim accepted as %(number)s, %(track)s", number=case.number, track=case.track.label)
    if actor.role is Role.CLOCK and outsider_action_of(sitting.session, case) is None:
        words = T(
            "Claim accepted as %(number)s because the registry’s time ran out, %(track)s",
            number=case.number,
            track=case.track.label,
        )
    if left:  # The clerk accepts nobody who was not seen; so it is by the clock.
        words = T(
            "Claim accepted as %(number)s because the registry’s time ran out, %(track)s; without %(names)s, who did not join it",
            number=case.number,
            track=case.track.label,
            names=side_by_side(p.name for p in left),
        )
    result = {"number": case.number, "track": case.track.value, **drawn_judge(drawn)}
    return Recorded(words, {**result, "left": [p.label for p in left]} if left else result)


def _leave_out_who_never_joined(sitting: Sitting, case: Case, now: datetime) -> list[Party]:
    """Whom another named as claiming along and who has not said so themselves is no party to the accepted case: no judgment
    binds who never sued (CPL 122). They may sue on their own, or ask to take part.
    """
    left = [p for p in parties(case, Role.CLAIMANT) if not claims_themselves(p)]
    for each in left:
        each.left_at = now
    if not left:
        return left
    theirs = select(Claim).where(Claim.party_id.in_([p.id for p in left]), Claim.withdrawn_at.is_(None))
    for claim in sitting.session.scalars(theirs):
        claim.withdrawn_at = now
    sitting.session.flush()
    if (together := asked_together(sitting, case)) is not None:
        sitting.announce(ClaimChanged(case, together[0], "claim", together[1], True))
    return left


def drawn_judge(drawn: Draw | None) -> dict[str, Any]:
    """Who judges, and the draw as anybody can repeat it."""
    return {"judge": drawn.account.name, "draw": drawn.to_json()} if drawn is not None else {"judge": None}


class MoreTimeToMendInput(CourtModel):
    """More time to mend a returned claim."""

    days: Annotated[int, Field(ge=3, le=30), field(T("Days from today"))] = 7
    reasons: Annotated[str, CourtText(5, 2000), field(T("Reasons"), widget="textarea")]


@act(
    title=T("Give more time to correct the claim"),
    input=MoreTimeToMendInput,
    by={Role.CLERK},
    at={Stage.RETURNED},
    guard=time_to_mend_is_over,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("More time to correct your claim"),
        T(
            "The registry gave more time to correct the claim. If it is not corrected in that time, it goes back; if the claimant insists on it, the court rules that it is not accepted."
        ),
        when_due=T(
            "Correct your claim by the end of %(day)s. If you do not, it goes back to you; if you insist on it, the court rules that it is not accepted.",
            day=DAY,
        ),
    ),
    source=law("REG 7"),
    desk=desks.NOT_CORRECTED,
    topic=Topic.CLAIM,
    help=T("The time to correct the claim has ended unused. Instead of a refusal the claimant may get more of it."),
)
def allow_more_correction(
    sitting: Sitting, case: Case, given: MoreTimeToMendInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Let the lapsed time to mend a claim run again, counted from today, with reasons (REG 7)."""
    window = sitting.windows(case, CORRECTION, state=WindowState.LAPSED)[-1]
    reopen(
        sitting,
        case,
        window,
        now,
        given.days,
        T("more time given by the registry, entry %(number)s", number=sitting.next_number(case)),
        "REG 7",
    )
    sitting.close_tasks(case, desks.NOT_CORRECTED)
    return Recorded(
        T("More time to correct the claim, until %(day)s", day=window.due_at),
        {"days": given.days, "reasons": given.reasons},
    )


@guard("COURT once")
def not_joined(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nobody joins: they have joined already, and a second time would start nothing."""
    return T("You have joined this case already.") if sitting.party_of(case, actor).joined_at is not None else None


@act(
    title=T("Join the case"),
    input=JoinInput,
    by={Role.CLAIMANT, Role.RESPONDENT, Role.THIRD_PARTY},
    at=set(Stage) - {Stage.APPEALED, Stage.ENFORCEMENT, Stage.CLOSED},
    listed=False,
    guard=not_joined,
    version=2,
    before_identity=True,
    source=law("OLR 10", "CPI 55"),
    means={Milestone.OWN_AFFAIR},
    in_record=False,
)
def join_case(sitting: Sitting, case: Case, given: JoinInput, *, actor: Actor, now: datetime) -> Recorded:
    """Link somebody who was invited by code; their own appearance also shows that the letter reached them (OLR 10, 29).

    A claimant joins so who claims along with another, or stands in the place of one (CPL 55; CPI 55).
    """
    who = sitting.party_of(case, actor)
    who.joined_at = now
    who.online = True
    who.email = given.email
    who.phone = given.phone or who.phone
    start_registering(sitting, case, who)
    sitting.announce(party_joined(case, who, given, actor.account_id))
    return Recorded(
        T("%(name)s joined the case online", name=who.name),
        {"e_service": given.e_service, "in_writing": given.in_writing},
    )


@choice_source("facts_of_others")
def facts_of_others(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Facts that another party alleges."""
    rows = sitting.session.scalars(
        select(Fact).where(Fact.case_id == case.id, Fact.party_id != actor.party_id).order_by(Fact.number)
    )
    return [Option(fact.reference, f"{fact.number}. {fact.what}") for fact in rows]


class FactAnswerInput(CourtModel):
    """The answer to one fact."""

    fact: Annotated[str, RefTo("fact"), field(T("Fact"), choices="facts_of_others", widget="hidden")]
    stance: Annotated[FactStance, Choice(FactStance), field(T("Is it so?"))]
    words: Annotated[str | None, CourtText(0, 2000), field(T("In your words"), widget="textarea")] = None


class AnswerInput(CourtModel):
    """The respondent's answer."""

    position: Annotated[
        Literal["admit", "defend", "partly"], field(T("What is your answer to what is asked for?"), choices="positions")
    ]
    facts: Annotated[list[FactAnswerInput], Field(max_length=100), field(T("Fact"))] = []
    statement: Annotated[
        str,
        CourtText(1, 8000),
        field(T("Your answer in your own words"), T("Say what you agree with, what not, and why."), widget="textarea"),
    ]


@act(
    title=T("Answer the claim"),
    input=AnswerInput,
    by={Role.RESPONDENT},
    at={Stage.PENDING, Stage.HEARING},
    window="answer",
    late=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("Answer to the claim"),
        T("Read which facts are admitted and which are disputed. There is nothing you have to do now."),
        names.FILE_ANSWER,
    ),
    source=law("CPL 128"),
    topic=Topic.CLAIM,
    in_record=False,
    page="filing.answer",
)
def file_answer(sitting: Sitting, case: Case, given: AnswerInput, *, actor: Actor, now: datetime) -> Recorded:
    """Record the respondent's answer, fact by fact (CPL 128). Silence does not stop the case; a late answer is marked.

    Admitting the claim, wholly or in part, needs special powers where a representative does it (CPL 62).
    """
    needs_powers_to_admit(sitting, case, actor, given.position)
    who = sitting.party_of(case, actor)
    faults = []
    for i, told in enumerate(given.facts):
        fact: Fact = sitting.resolved("fact", told.fact)
        if told.stance is FactStance.PARTLY and not told.words:
            faults.append(FieldFault(("facts", i, "words"), T("Say which part is right and which is not.")))
        sitting.session.add(
            FactAnswer(
                fact_id=fact.id,
                party_id=who.id,
                stance=told.stance,
                words=told.words,
                entry_number=sitting.next_number(case),
            )
        )
    if faults:
        raise InvalidInput(faults)
    answered(sitting, case, who)
    said = T("Answer filed by %(name)s: %(position)s", name=who.name, position=TAKEN[given.position])
    return Recorded(said, {"position": given.position})


TAKEN = {
    "admit": T("agrees to everything that is asked for"),
    "partly": T("agrees to a part of what is asked for"),
    "defend": T("does not agree to what is asked for"),
}
"""What an answer says to the claim, as the docket tells it."""


def accept_first(sitting: Sitting, case: Case, window: object) -> None:
    """The registry did not decide in time: the claim is accepted first (REG 8). One whose claimant no paper would reach is
    returned instead, with that one point; a second time it is the clerk's to refuse (REG 7). What attacks a decision in effect
    a judge takes or refuses, never the clock (CPI 291).
    """
    if waits_for_the_judge(sitting.session, case):
        return
    if unreached_claimants(sitting, case):
        if not_returned_twice(sitting, case, CLOCK_ACTOR) is None:
            language = language_of(sitting, case)
            point = DefectInput(part="parties", what=NO_ADDRESS.render(language))
            sitting.then(names.RETURN_CLAIM, ReturnInput(defects=[point]), actor=CLOCK_ACTOR)
        else:
            not_corrected(sitting, case, window)
        return
    sitting.then(names.ACCEPT_CLAIM, AcceptInput(track=case.track.value), actor=CLOCK_ACTOR)


def not_corrected(sitting: Sitting, case: Case, window: object) -> None:
    """The claimant did not mend the claim: the clerk decides on a refusal."""
    sitting.open_task(
        case,
        Role.CLERK,
        desks.NOT_CORRECTED,
        T("The claim was not corrected in time. Refuse it with reasons, or allow more time."),
        risk=40,
    )


def start_answer(sitting: Sitting, case: Case, who: Party, served_at: datetime, proof: Text | None) -> None:
    """A respondent was served with the claim: their windows to answer and to give evidence run from that day."""
    if who.role is Role.CLAIMANT or any(
        w.state is not WindowState.ENDED for w in sitting.windows(case, "answer", party=who, state=None)
    ):
        return
    rule = start_acknowledgement(sitting, case, who, served_at, proof)
    sitting.start_window(case, "answer", party=who, start=served_at, rule=rule, proof=proof)
    begin_with_own_notice(sitting, case, who, served_at, proof)
    of_whom_nobody_wrote(sitting, case, served_at, proof)


CLAIM_PARTS = {
    "parties": T("The parties"),
    "cause": T("What the dispute is about"),
    "relief": T("What is asked for"),
    "facts": T("What happened"),
    "evidence": T("The evidence"),
    "identity": T("Identity"),
    "jurisdiction": T("Whether this court hears it"),
    "other": T("Something else"),
}
