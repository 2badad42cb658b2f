"""An action of many against one side: announcement, registration, representatives, and what binds whom (CPL 55–57; CPI
75–80).
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field
from sqlalchemy import select

from odr.docket.models import Case, Party, Role, Stage
from odr.docket.queries import entries_of, parties
from odr.filing import desks, names as act_names
from odr.filing.claim.changes import TRIAL, see_track
from odr.filing.claim.procedure_bars import sum_of_standing
from odr.filing.claim.progress import ask, decide, requests_of
from odr.filing.group.conduct import representatives, represented
from odr.filing.group.inputs import RegistrationFact
from odr.filing.group.models import GroupAction, GroupMember, MemberState
from odr.filing.inputs import Answer, Reasons
from odr.filing.models import Claim, Relief, ReliefKind, RequestKind, RequestState
from odr.filing.parties.details import ALONE, REPRESENTS
from odr.filing.parties.invitation import note_addresses
from odr.ground.errors import InvalidInput
from odr.ground.text import Money, T, Text, side_by_side
from odr.identity.actors import Actor
from odr.identity.models import Account
from odr.procedure.acts.act_versions import input_of
from odr.procedure.acts.events import GroupMemberRegistered, GroupOpened
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.procedure.rules.base import law
from odr.procedure.rules.cases import Bar
from odr.procedure.time.changed_limits import note_changed

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

WINDOW = "group_registration"

MANY = 10
"""From how many one side is generally many (CPI 75)."""


def group_of(sitting: Sitting, case: Case) -> GroupAction | None:
    """The action of many a case is, or None."""
    return sitting.session.scalar(select(GroupAction).where(GroupAction.case_id == case.id))


@guard("CPL 57", "CPI 79")
def not_announced(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing is announced: it was, or the rules know no registration."""
    if WINDOW not in sitting.pack(case).windows.rules:
        return T("The rules of this court know no registration of further claimants.")
    return T("Registration was announced already.") if group_of(sitting, case) is not None else None


class AnnounceInput(CourtModel):
    """What everybody concerned reads: what the case is about, what is asked for, until when to register."""

    about: Annotated[
        str,
        CourtText(20, 4000),
        field(
            T("What the case is about"),
            T("So that anybody concerned recognises it. No names of private persons."),
            widget="textarea",
        ),
    ]
    asked: Annotated[str, CourtText(10, 2000), field(T("What is asked for"), widget="textarea")]
    days: Annotated[int, Field(ge=1, le=365), field(T("Days to register"), T("At least what the rules say."))] = 30


@act(
    title=T("Announce an action of many"),
    input=AnnounceInput,
    by={Role.JUDGE},
    at={Stage.PENDING},
    guard=not_announced,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Others may join this case: announcement"),
        T(
            "Others with a claim of the same kind may register in the time the announcement names. Whoever is a party already has nothing to do."
        ),
        when_due=T(
            "Others with a claim of the same kind may register until the end of %(day)s. Whoever is a party already has nothing to do.",
            day=DAY,
        ),
    ),
    source=law("CPL 57", "CPI 79, 194"),
    topic=Topic.CLAIM,
    help=T(
        "For claims of one kind whose number is not known yet: whoever is concerned may register. No fee in advance; no small claims procedure."
    ),
)
def announce_registration(
    sitting: Sitting, case: Case, given: AnnounceInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Publish what the case is about and let others register, for thirty days at least (CPL 57; CPI 79).

    Fees not paid yet are not asked for in advance (CPI 194).
    """
    least = sitting.pack(case).window(WINDOW).amount
    if given.days < least:
        raise InvalidInput.at("days", T("At least %(least)s days [CPI 79].", least=least))
    window = sitting.start_window(case, WINDOW, start=now, amount=given.days)
    note_changed(sitting.session, [window])
    sitting.session.add(
        GroupAction(
            case_id=case.id,
            about=given.about,
            asked=given.asked,
            announced_entry=sitting.next_number(case),
            until=window.due_at,
        )
    )
    sitting.session.flush()
    sitting.announce(GroupOpened(case))
    see_track(sitting, case, sum_of_standing(sitting, case), {Bar.MANY_PARTIES})
    return Recorded(
        T("Others may register until %(day)s", day=window.due_at),
        {"until": window.due_at.isoformat() if window.due_at else None},
    )


@guard("CPL 57", "CPI 79")
def registration_runs(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nobody can register: nothing was announced, or the time is over."""
    running = [w for w in sitting.windows(case, WINDOW) if w.due_at is None or w.due_at >= sitting.now]
    return None if running else T("Nobody can register for this case now.")


@act(
    title=T("Somebody registers for the action of many"),
    input=RegistrationFact,
    by={Role.CLOCK},
    at=TRIAL,
    guard=registration_runs,
    listed=False,
    source=law("CPL 57", "CPI 80"),
    in_record=False,
)
def record_registration(
    sitting: Sitting, case: Case, given: RegistrationFact, *, actor: Actor, now: datetime
) -> Recorded:
    """Put a registration before the registry: tie and harm have to be shown (CPI 80). Only the court reads it until it
    is decided.
    """
    account = sitting.session.scalars(select(Account).where(Account.reference == given.account)).one()
    member = GroupMember(
        case_id=case.id,
        account_id=account.id,
        name=given.name,
        amount_minor=given.amount.minor,
        currency=given.amount.currency,
        asked_entry=sitting.next_number(case),
    )
    sitting.session.add(member)
    sitting.session.flush()
    title = T("%(name)s registers for the action of many. Look at tie and harm.", name=given.name)
    sitting.open_task(case, Role.CLERK, desks.REGISTRATION, title, risk=30, subject=member.reference)
    return Recorded(
        T("%(name)s registers, asking for %(amount)s", name=given.name, amount=given.amount),
        {"member": member.reference},
    )


@guard("CPI 80")
def somebody_registered(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no registration to decide on."""
    waiting = (
        select(GroupMember.id).where(GroupMember.case_id == case.id, GroupMember.state == MemberState.ASKED).limit(1)
    )
    return None if sitting.session.scalar(waiting) is not None else T("No registration is waiting.")


@choice_source("group_members")
def group_members(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Registrations that wait."""
    rows = sitting.session.scalars(
        select(GroupMember)
        .where(GroupMember.case_id == case.id, GroupMember.state == MemberState.ASKED)
        .order_by(GroupMember.id)
    )
    return [
        Option(m.reference, T("%(name)s, %(amount)s", name=m.name, amount=Money(m.amount_minor, m.currency)))
        for m in rows
    ]


@resolver("group_member")
def find_member(sitting: Sitting, case: Case, actor: Actor, reference: str) -> GroupMember | None:
    """A registration of the case."""
    return sitting.session.scalar(
        select(GroupMember).where(GroupMember.case_id == case.id, GroupMember.reference == reference)
    )


class RegistrationRuling(CourtModel):
    """Whether somebody is registered, and why."""

    member: Annotated[str, RefTo("group_member"), field(T("Who registered"), choices="group_members")]
    answer: Answer
    reasons: Reasons


@act(
    title=T("Decide on a registration"),
    input=RegistrationRuling,
    by={Role.CLERK, Role.JUDGE},
    at=TRIAL,
    guard=somebody_registered,
    source=law("CPI 80"),
    desk=desks.REGISTRATION,
    topic=Topic.CLAIM,
    in_record=False,
    help=T(
        "Whoever shows a tie to the other side and harm is a claimant from now on. Whoever does not may sue on their own."
    ),
)
def decide_registration(
    sitting: Sitting, case: Case, given: RegistrationRuling, *, actor: Actor, now: datetime
) -> Recorded:
    """Make somebody who registered a claimant with a claim of their own, or tell them that they may sue by themselves
    (CPI 80).
    """
    member: GroupMember = sitting.resolved("group_member", given.member)
    if member.state is not MemberState.ASKED:
        raise InvalidInput.at("member", T("This was decided already."))
    member.decided_entry, member.reasons = sitting.next_number(case), given.reasons
    sitting.close_tasks(case, desks.REGISTRATION, member.reference)
    if given.answer == "refuse":
        member.state = MemberState.REFUSED
        return Recorded(
            T("%(name)s is not registered and may sue on their own", name=member.name),
            {"member": member.reference, "reasons": given.reasons},
        )
    party = _claimant(sitting, case, member, now)
    member.state, member.party_id = MemberState.REGISTERED, party.id
    sitting.announce(GroupMemberRegistered(case, party, member.amount_minor))
    result = {
        "member": member.reference,
        "party": party.label,
        "amount": {"minor": member.amount_minor, "currency": member.currency},
    }
    return Recorded(T("%(name)s is registered as claimant", name=member.name), {**result, "reasons": given.reasons})


def _claimant(sitting: Sitting, case: Case, member: GroupMember, now: datetime) -> Party:
    asked = next(
        input_of(e)
        for e in entries_of(sitting.session, case, act_names.RECORD_REGISTRATION)
        if e.number == member.asked_entry
    )
    account = sitting.session.get_one(Account, member.account_id)
    party = Party(
        case_id=case.id,
        role=Role.CLAIMANT,
        ordinal=1 + max(p.ordinal for p in case.parties if p.role is Role.CLAIMANT),
        name=member.name,
        kind=RegistrationFact.model_validate(asked).kind,
        account_id=account.id,
        email=asked["email"],
        phone=asked["phone"],
        address=asked["address"],
        locale=account.locale,
        online=True,
        joined_at=now,
        details={"registered_entry": sitting.next_number(case)},
    )
    case.parties.append(party)
    sitting.session.flush()
    note_addresses(sitting, party, "registration")
    claim = Claim(
        case_id=case.id,
        party_id=party.id,
        amount_minor=member.amount_minor,
        currency=member.currency,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(claim)
    sitting.session.flush()
    sitting.session.add(
        Relief(
            claim_id=claim.id,
            number=1,
            kind=ReliefKind.MONEY,
            what=asked["harm"][:1000],
            amount_minor=member.amount_minor,
            currency=member.currency,
        )
    )
    return party


@guard("CPL 56, 57", "CPI 75, 77")
def many_claimants(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nobody is named yet: too few claimants, registration still runs, or it was done."""
    if representatives(case):
        return T("The representatives are named.")
    if registration_runs(sitting, case, actor) is None:
        return T("Others can still register. Wait until the time is over.")
    if len(parties(case, Role.CLAIMANT)) < MANY:
        return T(
            "Fewer than %(many)s claimants are not many: each acts alone.",
            many=MANY,
        )
    return None


@guard("CPL 56", "CPI 78")
def may_elect(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why a claimant elects nobody."""
    if representatives(case):
        return T("The representatives are named.")
    return (
        None
        if len(parties(case, Role.CLAIMANT)) > 2
        else T("Representatives act for others: with one or two claimants there is nobody to elect.")
    )


@choice_source("claimants")
def claimants(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Everybody who claims."""
    return [Option(p.reference, p.name) for p in parties(case, Role.CLAIMANT)]


class ElectInput(CourtModel):
    """Whom a claimant wants to conduct the case for all."""

    candidates: Annotated[
        tuple[Annotated[str, RefTo("party")], ...],
        Field(min_length=1, max_length=5),
        field(
            T("Whom do you elect?"), T("Up to five. Electing again replaces what you said before."), choices="claimants"
        ),
    ]


@act(
    title=T("Elect a representative"),
    input=ElectInput,
    by={Role.CLAIMANT},
    at=TRIAL,
    guard=may_elect,
    source=law("CPL 56, 57", "CPI 76, 77"),
    means={Milestone.OWN_AFFAIR},
    topic=Topic.CLAIM,
    in_record=False,
    help=T("Two to five of the claimants conduct the case for all. Electing again replaces what you said before."),
)
def elect_representative(sitting: Sitting, case: Case, given: ElectInput, *, actor: Actor, now: datetime) -> Recorded:
    """Record whom a claimant wants; the court counts the latest word of each (CPI 76, 77)."""
    chosen = [sitting.resolved("party", one) for one in given.candidates]
    if any(p.role is not Role.CLAIMANT or p.left_at is not None for p in chosen):
        raise InvalidInput.at("candidates", T("Only claimants can be elected."))
    me = sitting.party_of(case, actor)
    return Recorded(T("%(name)s elected representatives", name=me.name), {"elected": sorted({p.label for p in chosen})})


def tally(sitting: Sitting, case: Case) -> Counter[str]:
    """Votes by label of the party, the latest word of each claimant counted."""
    latest: dict[int, list[str]] = {}
    for entry in entries_of(sitting.session, case, act_names.ELECT_REPRESENTATIVE):
        latest[entry.party_id or 0] = input_of(entry)["candidates"]
    return Counter(reference for chosen in latest.values() for reference in set(chosen))


NAMED = {
    "elected": T("Elected by those who registered"),
    "agreed": T("Put forward by the court and agreed"),
    "appointed": T("Appointed by the court among the claimants"),
}


class NameRepresentativesInput(CourtModel):
    """Who conducts the case for all, and how they were found."""

    people: Annotated[
        tuple[Annotated[str, RefTo("party")], ...],
        Field(min_length=2, max_length=5),
        field(T("Representatives"), T("Two to five of the claimants."), choices="claimants"),
    ]
    how: Annotated[Literal["elected", "agreed", "appointed"], field(T("How were they found?"), options=NAMED)]
    reasons: Reasons


@act(
    title=T("Name the representatives"),
    input=NameRepresentativesInput,
    by={Role.JUDGE},
    at=TRIAL,
    guard=many_claimants,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Who conducts the case for all claimants"),
        T(
            "There is nothing you have to do. To change, give up, admit or settle a claim, the representatives need the consent of those they represent."
        ),
    ),
    source=law("CPL 56, 57", "CPI 76–78"),
    topic=Topic.CLAIM,
    in_record=False,
    help=T(
        "From now on they conduct the case for all claimants. Changing, waiving, admitting and settling need everybody’s consent."
    ),
)
def name_representatives(
    sitting: Sitting, case: Case, given: NameRepresentativesInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Record who conducts the case for all, two to five: elected, agreed with the court, or appointed by it (CPI 77,
    78).

    Only where others could register does the court find them: where it was known from the start who claims, those who
    elect are represented, and whoever elected nobody acts themselves (CPI 76).
    """
    people: list[Party] = [sitting.resolved("party", one) for one in dict.fromkeys(given.people)]
    if len(people) < 2 or any(p.role is not Role.CLAIMANT or p.left_at is not None for p in people):
        raise InvalidInput.at("people", T("Name two to five of the claimants."))
    votes = tally(sitting, case)
    if given.how == "elected":
        least = min(votes[p.reference] for p in people)
        ahead = [
            p.name for p in parties(case, Role.CLAIMANT) if p not in people and votes[p.reference] >= max(least, 1)
        ]
        if least == 0 or ahead:
            raise InvalidInput.at("people", T("These are not those with the most votes."))
    group = group_of(sitting, case)
    is_open = group is not None and group.announced_entry is not None
    if given.how != "elected" and not is_open:
        raise InvalidInput.at(
            "how",
            T(
                "Where it was known from the start who claims, the claimants elect them; the court appoints nobody [CPI 76]."
            ),
        )
    for person in people:
        person.details = {**person.details, REPRESENTS: sitting.next_number(case)}
    if not is_open:
        voted = {entry.party_id for entry in entries_of(sitting.session, case, act_names.ELECT_REPRESENTATIVE)}
        for other in parties(case, Role.CLAIMANT):
            if other not in people and other.id not in voted:
                other.details = {**other.details, ALONE: sitting.next_number(case)}
    if group is None:
        group = GroupAction(case_id=case.id)
        sitting.session.add(group)
    group.how, group.named_entry = given.how, sitting.next_number(case)
    names = side_by_side(p.name for p in people)
    result = {
        "people": [p.label for p in people],
        "how": given.how,
        "votes": {p.label: votes[p.reference] for p in parties(case, Role.CLAIMANT)},
    }
    return Recorded(
        T("%(names)s conduct the case for all claimants", names=names), {**result, "reasons": given.reasons}
    )


@guard("CPL 56")
def represents_others(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing is proposed: the actor represents nobody, or a proposal waits."""
    if not any(p.id == actor.party_id for p in representatives(case)):
        return T("You represent no other claimants.")
    return (
        T("A proposal waits for the consent of the others.")
        if requests_of(sitting, case, RequestKind.DISPOSITION)
        else None
    )


DISPOSITIONS = {
    "change": T("Change the claims"),
    "waive": T("Waive claims or withdraw"),
    "admit": T("Admit what the other side claims"),
    "settle": T("Settle"),
}


class DispositionInput(CourtModel):
    """What the representatives want to do for all."""

    what: Annotated[
        Literal["change", "waive", "admit", "settle"], field(T("What do you propose?"), options=DISPOSITIONS)
    ]
    words: Annotated[
        str, CourtText(10, 4000), field(T("In words, so that everybody knows what they agree to"), widget="textarea")
    ]


@act(
    title=T("Propose a step that needs everybody’s consent"),
    input=DispositionInput,
    by={Role.CLAIMANT},
    at=TRIAL,
    guard=represents_others,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("A proposal of the claimants’ representatives"),
        T(
            "If they act for you, say on the page of the case whether you agree; unless everybody they act for agrees, it does not go ahead. Everybody else has nothing to do."
        ),
    ),
    source=law("CPL 56"),
    topic=Topic.CLAIM,
    in_record=False,
)
def propose_disposition(
    sitting: Sitting, case: Case, given: DispositionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask everybody who is represented whether claims may be changed, waived, admitted or settled (CPL 56)."""
    me = sitting.party_of(case, actor)
    request = ask(sitting, case, RequestKind.DISPOSITION, me, given.words, what=given.what, said={})
    return Recorded(
        T("%(name)s proposes a step that needs everybody’s consent", name=me.name),
        {"request": request.reference, "what": given.what},
    )


@guard("CPL 56")
def is_represented(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why the actor has nothing to agree to."""
    if not any(p.id == actor.party_id for p in represented(case)):
        return T("You conduct the case yourself.")
    return (
        None
        if requests_of(sitting, case, RequestKind.DISPOSITION)
        else T("Your representatives propose nothing that needs your consent.")
    )


class ConsentToDispositionInput(CourtModel):
    """Whether one of the represented agrees."""

    proposal: Annotated[str, RefTo("disposition"), field(T("Proposal"), choices="dispositions")]
    agrees: Annotated[Literal["yes", "no"], field(T("Do you agree?"), options={"yes": T("Yes"), "no": T("No")})]


@act(
    title=T("Agree to a proposal of your representatives, or not"),
    input=ConsentToDispositionInput,
    by={Role.CLAIMANT},
    at=TRIAL,
    guard=is_represented,
    special=True,
    source=law("CPL 56"),
    means={Milestone.OWN_AFFAIR},
    topic=Topic.CLAIM,
    in_record=False,
    help=T("Without the consent of everybody your representatives cannot change, waive, admit or settle."),
)
def consent_to_disposition(
    sitting: Sitting, case: Case, given: ConsentToDispositionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Record a represented claimant's yes or no; with the last yes the proposal stands, with one no it falls (CPL 56)."""
    me, request = sitting.party_of(case, actor), sitting.resolved("disposition", given.proposal)
    said = {**request.details["said"], me.label: given.agrees}
    request.details = {**request.details, "said": said}
    if given.agrees == "no":
        decide(sitting, case, request, RequestState.REFUSED)
    elif all(said.get(p.label) == "yes" for p in represented(case)):
        decide(sitting, case, request, RequestState.GRANTED)
    words = T("%(name)s agrees", name=me.name) if given.agrees == "yes" else T("%(name)s does not agree", name=me.name)
    return Recorded(words, {"request": request.reference, "agrees": given.agrees, "state": request.state.value})
