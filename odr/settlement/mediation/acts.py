"""Acts of mediation: consent, choice and designation of the mediator, talk in the room, the text put before everybody."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import model_validator
from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Audience, Case, Outcome, Role, Seat, Stage
from odr.docket.queries import parties
from odr.filing import desks as filing_desks
from odr.filing.registry.seats import choose
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import CLOCK_ACTOR, Actor
from odr.identity.models import Account
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.events import CaseClosed
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Guard, Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.models import WindowState
from odr.procedure.rules.base import law
from odr.settlement import desks, names
from odr.settlement.inputs import TermsInput
from odr.settlement.mediation.in_person import chose_online, meet_in_person
from odr.settlement.mediation.inputs import MediateInput
from odr.settlement.mediation.moderation_end import end_moderation
from odr.settlement.mediators.entries import Listed, not_to_designate, to_choose_from
from odr.settlement.models import Mediation, MediationState, OfferState, RoomMessage
from odr.settlement.offers.acts import close_offer
from odr.settlement.offers.agreements import draw_up
from odr.settlement.offers.room_rules import OPEN_STAGES, PRIVATE, ROOM_STAGES, check_terms, nothing_is_agreed
from odr.settlement.queries import mediation_of, offers_of, party_labelled
from odr.settlement.statement.ending_rules import check_ending

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

CHOICE, ACCEPTANCE, MEDIATION, DESIGNATION, DISCLOSURE = (
    "mediator_choice",
    "mediator_acceptance",
    "mediation",
    "mediator_designation",
    "mediator_disclosure",
)

BEFORE_FILING = "mediation_prefiling"
"""The rule for how long a mediation before a claim lasts (OMR 24)."""

NOT_ASSIGNED = T("No mediation is waiting for a mediator to accept it.")


class Nothing(CourtModel):
    """An act that needs no more than itself."""


@guard("COURT one-at-a-time")
def no_mediation_runs(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """One mediation at a time."""
    return T("A mediation is already proposed or under way.") if mediation_of(sitting.session, case) else None


def mediation_is(source: str, reason: Text, *states: MediationState) -> Guard:
    """Open only where the mediation is in one of these states."""

    @guard(source)
    def the_mediation_is_there(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
        found = mediation_of(sitting.session, case)
        return None if found is not None and found.state in states else reason

    return the_mediation_is_there


@act(
    title=T("Ask for mediation"),
    input=MediateInput,
    by=PARTY_ROLES,
    at=OPEN_STAGES,
    guard=no_mediation_runs,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("A question for you in the private room"),
        T(
            "Read it in the private room, which the judge never reads, and say there whether you agree. Nothing comes of it unless everybody agrees; if you do nothing, the case goes on."
        ),
    ),
    source=law("CPL 96", "OMR 4"),
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
)
def ask_mediation(sitting: Sitting, case: Case, given: MediateInput, *, actor: Actor, now: datetime) -> Recorded:
    """Ask the others to mediate; nothing happens unless everybody agrees (CPL 96, OMR 4)."""
    me = sitting.party_of(case, actor)
    sitting.session.add(
        Mediation(
            case_id=case.id,
            state=MediationState.PROPOSED,
            consents=[me.id],
            choices={},
            entry_number=sitting.next_number(case),
        )
    )
    chose_online(sitting, case, me)
    return Recorded(T("%(name)s asked for mediation", name=me.name))


@guard("OMR 4, 15")
def my_consent_is_missing(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Consent is asked for until it is given; before a claim a mediator may be there already, who asks the other side
    (OMR 15).
    """
    found = mediation_of(sitting.session, case)
    if (
        found is None
        or found.judge_led
        or (found.state is not MediationState.PROPOSED and case.stage is not Stage.MEDIATING)
    ):
        return T("No mediation is waiting for your consent.")
    return T("You have already agreed to this mediation.") if actor.party_id in found.consents else None


@act(
    title=T("Agree to mediation"),
    input=MediateInput,
    by=PARTY_ROLES,
    at=ROOM_STAGES,
    guard=my_consent_is_missing,
    source=law("CPL 96", "OMR 4, 10, 15"),
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
)
def agree_mediation(sitting: Sitting, case: Case, given: MediateInput, *, actor: Actor, now: datetime) -> Recorded:
    """Agree; when the last has, the parties have two working days to choose a mediator together (OMR 10)."""
    me, mediation = sitting.party_of(case, actor), mediation_here(sitting, case)
    mediation.consents = [*mediation.consents, me.id]
    chose_online(sitting, case, me)
    if mediation.state is MediationState.PROPOSED and everybody_agreed(case, mediation):
        mediation.state = MediationState.CHOOSING
        sitting.close_windows(case, DESIGNATION, WindowState.MET, subject=mediation.reference)
        sitting.start_window(case, CHOICE, start=now, subject=mediation.reference)
    return Recorded(T("%(name)s agreed to mediation", name=me.name))


def everybody_agreed(case: Case, mediation: Mediation) -> bool:
    """Whether all parties agreed to mediate."""
    return all(p.id in mediation.consents for p in parties(case))


def mediation_here(sitting: Sitting, case: Case) -> Mediation:
    found = mediation_of(sitting.session, case)
    if found is None:
        raise ActNotOpen(T("No mediation is under way."))
    return found


@choice_source("mediators")
def mediators(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """The published list, without whoever is a party, declined, was replaced, or has no time."""
    found = mediation_of(sitting.session, case)
    return options_but(sitting, case, found.gone if found is not None else ())


def options_but(sitting: Sitting, case: Case, but: Collection[int]) -> list[Option]:
    """Who may be chosen, with what the list says of each, without some."""
    free = to_choose_from(sitting.session, case, but)
    return [Option(str(account.email), account.name, in_a_line(listed)) for account, listed in free]


def in_a_line(listed: Listed | None) -> Text | None:
    """What the list says of somebody, beside their name."""
    if listed is None:
        return None
    told = listed.entry.told
    cost = T("It costs nothing.") if told["cost"] == "free" else T("It costs: %(words)s", words=told["cost_words"])
    if told["organisation"]:
        return T(
            "%(organisation)s. %(good_at)s %(cost)s",
            organisation=told["organisation"],
            good_at=told["good_at"],
            cost=cost,
        )
    return T("%(good_at)s %(cost)s", good_at=told["good_at"], cost=cost)


class ChooseMediatorInput(CourtModel):
    """Which mediator."""

    mediator: Annotated[str, CourtText(1, 254, one_line=True), field(T("Mediator"), choices="mediators")]


@act(
    title=T("Choose a mediator"),
    input=ChooseMediatorInput,
    by=PARTY_ROLES,
    at=ROOM_STAGES,
    guard=mediation_is("OMR 10", T("No mediator is being chosen now."), MediationState.CHOOSING),
    source=law("OMR 10"),
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
)
def choose_mediator(
    sitting: Sitting, case: Case, given: ChooseMediatorInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Name a mediator from the list; the one whom everybody names is assigned (OMR 10)."""
    me, mediation = sitting.party_of(case, actor), mediation_here(sitting, case)
    account = on_the_list(sitting, case, given.mediator, "mediator")
    mediation.choices = {**mediation.choices, str(me.id): account.id}
    wanted = set(mediation.choices.values())
    if len(mediation.choices) == len(parties(case)) and len(wanted) == 1:
        assign(sitting, case, mediation, wanted.pop())
    return Recorded(T("%(name)s named %(mediator)s as mediator", name=me.name, mediator=account.name))


def on_the_list(sitting: Sitting, case: Case, email: str, field_name: str) -> Account:
    """Whom the parties may choose. Raises InvalidInput for anybody else."""
    found = mediation_of(sitting.session, case)
    free = to_choose_from(sitting.session, case, found.gone if found is not None else ())
    account = next((account for account, _ in free if account.email == email), None)
    if account is None:
        raise InvalidInput.at(field_name, T("Choose one of those listed."))
    return account


def assign(sitting: Sitting, case: Case, mediation: Mediation, account_id: int) -> None:
    """Seat the mediator; they have three working days to accept (OMR 12)."""
    mediation.mediator_id, mediation.state = account_id, MediationState.ASSIGNED
    for kind in (CHOICE, DESIGNATION):
        sitting.close_windows(case, kind, WindowState.MET, subject=mediation.reference)
    sitting.close_tasks(case, filing_desks.NO_SEAT, Role.MEDIATOR.value)
    end_moderation(sitting, case)
    sitting.session.add(Seat(case_id=case.id, account_id=account_id, role=Role.MEDIATOR, from_at=sitting.now))
    sitting.session.flush()
    time = sitting.start_window(case, ACCEPTANCE, start=sitting.now, subject=mediation.reference)
    meet_in_person(sitting, case, mediation)
    sitting.open_task(
        case,
        Role.MEDIATOR,
        desks.MEDIATOR_ACCEPTANCE,
        T("A mediation waits for you. Accept it, or say that you cannot."),
        risk=30,
        due_at=time.due_at,
        subject=mediation.reference,
    )


@act(
    title=T("Mediator designated"),
    input=Nothing,
    by={Role.CLOCK},
    at=ROOM_STAGES,
    seen_by=PRIVATE,
    listed=False,
    source=law("OMR 10"),
    in_record=False,
)
def designate_mediator(sitting: Sitting, case: Case, given: Nothing, *, actor: Actor, now: datetime) -> Recorded:
    """Designate by rule somebody free of conflict with the least to do: the parties did not agree on anybody in time
    (OMR 10). Where nobody is, the president is asked to name somebody for the list, the parties may go on choosing, and at the end
    of the same time it is tried again.
    """
    mediation = mediation_here(sitting, case)
    account = choose(sitting, case, Role.MEDIATOR, but=not_to_designate(sitting.session, case, mediation.gone))
    if account is None:
        if not sitting.tasks(case, filing_desks.NO_SEAT, Role.MEDIATOR.value):
            sitting.open_task(
                case,
                Role.PRESIDENT,
                filing_desks.NO_SEAT,
                T("No mediator is free of conflict. Name somebody for the list."),
                risk=60,
                subject=Role.MEDIATOR.value,
            )
        kind = DESIGNATION if mediation.state is MediationState.PROPOSED else CHOICE
        sitting.start_window(case, kind, start=now, subject=mediation.reference)
        return Recorded(T("No mediator could be designated yet"))
    assign(sitting, case, mediation, account.id)
    return Recorded(T("%(mediator)s designated as mediator", mediator=account.name))


class AcceptMediationInput(CourtModel):
    """A mediator's word that nothing ties them to the dispute (OMR 13)."""

    untied: Annotated[
        bool,
        field(
            T("Nothing ties me to a party, to somebody who acts for one, or to the dispute"),
            T("If something does, tell the parties instead; you go on if all of them want that."),
        ),
    ] = False

    @model_validator(mode="after")
    def _untied(self) -> AcceptMediationInput:
        if not self.untied:
            raise InvalidInput.at("untied", T("Tick this if it is so. If something ties you, tell the parties."))
        return self


@guard("OMR 13")
def nothing_is_disclosed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """What was disclosed is answered first."""
    found = mediation_of(sitting.session, case)
    if found is not None and found.disclosed:
        return T("The parties first say whether the mediator goes on after what was disclosed.")
    return None


@act(
    title=T("Accept the mediation"),
    input=AcceptMediationInput,
    by={Role.MEDIATOR},
    at=ROOM_STAGES,
    guard=(mediation_is("OMR 12", NOT_ASSIGNED, MediationState.ASSIGNED), nothing_is_disclosed),
    source=law("OMR 12, 13, 24"),
    desk=desks.MEDIATOR_ACCEPTANCE,
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
    version=2,
)
def accept_mediation(
    sitting: Sitting, case: Case, given: AcceptMediationInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Accept, free of ties: the time for mediation runs, 15 days, 7 in the short procedures, 30 before a claim (OMR 13,
    24).
    """
    mediation = mediation_here(sitting, case)
    acceptance_is_over(sitting, case, mediation)
    begin_to_mediate(sitting, case, mediation)
    return Recorded(T("%(name)s accepted to mediate", name=actor.name))


@upcast(names.ACCEPT_MEDIATION, from_version=1)
def _accepted_without_a_word_on_ties(old: dict[str, Any]) -> dict[str, Any]:
    """Whoever accepted before was not asked; what ties them they had to tell unasked."""
    return {**old, "untied": True}


def acceptance_is_over(sitting: Sitting, case: Case, mediation: Mediation) -> None:
    """The mediator has said whether they take the mediation."""
    sitting.close_windows(case, ACCEPTANCE, WindowState.MET, subject=mediation.reference)
    sitting.close_tasks(case, desks.MEDIATOR_ACCEPTANCE, mediation.reference)


def begin_to_mediate(sitting: Sitting, case: Case, mediation: Mediation) -> None:
    """The mediation runs; where it ran before with another mediator its time goes on (OMR 24)."""
    mediation.state, mediation.disclosed = MediationState.RUNNING, None
    if sitting.windows(case, MEDIATION, subject=mediation.reference):
        return
    rule = BEFORE_FILING if case.stage is Stage.MEDIATING else MEDIATION
    sitting.start_window(case, MEDIATION, rule=rule, start=sitting.now, subject=mediation.reference)


class EndMediationInput(CourtModel):
    """How a mediation ended."""

    note: Annotated[str | None, CourtText(0, 2000), field(T("Note for the parties"), widget="textarea")] = None


@act(
    title=T("Say that I cannot mediate"),
    input=EndMediationInput,
    by={Role.MEDIATOR},
    at=ROOM_STAGES,
    guard=mediation_is("OMR 12", NOT_ASSIGNED, MediationState.ASSIGNED),
    source=law("OMR 12"),
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
)
def decline_mediation(
    sitting: Sitting, case: Case, given: EndMediationInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Hand the mediation back; the parties choose again (OMR 12)."""
    choose_again(sitting, case, mediation_here(sitting, case))
    return Recorded(T("%(name)s cannot mediate", name=actor.name))


def choose_again(sitting: Sitting, case: Case, mediation: Mediation) -> None:
    """The mediator leaves and does not come back; the parties choose another (OMR 12, 14)."""
    unseat(sitting, case, mediation)
    mediation.gone = [*mediation.gone, *([mediation.mediator_id] if mediation.mediator_id is not None else [])]
    mediation.state, mediation.choices, mediation.mediator_id = MediationState.CHOOSING, {}, None
    mediation.disclosed, mediation.second = None, None
    for kind in (ACCEPTANCE, DISCLOSURE):
        sitting.close_windows(case, kind, WindowState.ENDED, subject=mediation.reference)
    sitting.close_tasks(case, desks.MEDIATOR_ACCEPTANCE, mediation.reference)
    sitting.start_window(case, CHOICE, start=sitting.now, subject=mediation.reference)


def second_of(mediation: Mediation) -> str:
    """What a task of the second mediator is about."""
    return f"{mediation.reference}/second"


def unseat(sitting: Sitting, case: Case, mediation: Mediation, only: int | None = None) -> None:
    """Unseat the mediators, or the one with that account: from now on they read nothing of the room."""
    sitting.close_tasks(case, desks.MEDIATOR_ACCEPTANCE, second_of(mediation))
    seats = select(Seat).where(Seat.case_id == case.id, Seat.role == Role.MEDIATOR, Seat.until_at.is_(None))
    for seat in sitting.session.scalars(seats if only is None else seats.where(Seat.account_id == only)):
        seat.until_at = sitting.now
    sitting.session.flush()


@choice_source("caucus")
def caucus(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """With whom one may speak alone: a party with the mediator, the mediator with each party."""
    if actor.role is Role.MEDIATOR:
        return [Option(p.label, p.name, case.role_words(p)) for p in parties(case)]
    return [Option(p.label, T("Only the mediator reads it")) for p in parties(case) if p.id == actor.party_id]


class MessageInput(CourtModel):
    """Something said in the room."""

    words: Annotated[
        str,
        CourtText(1, 4000),
        field(T("Your words"), T("Without prejudice. Nothing said here reaches the judge."), widget="textarea"),
    ]
    alone: Annotated[
        str | None,
        CourtText(0, 40, one_line=True),
        field(T("Only with the mediator"), T("Leave it open to speak to everybody."), choices="caucus"),
    ] = None


@act(
    title=T("Say something in the room"),
    input=MessageInput,
    by=set(PARTY_ROLES) | {Role.MEDIATOR},
    at=ROOM_STAGES,
    source=law("OMR 17, 18"),
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
)
def say_in_room(sitting: Sitting, case: Case, given: MessageInput, *, actor: Actor, now: datetime) -> Recorded:
    """Speak in the room, or in caucus with the mediator alone; without prejudice, and never read by the court."""
    alone = party_labelled(case, given.alone, "alone")
    if alone is not None and (
        mediation_of(sitting.session, case) is None or (actor.party_id is not None and alone.id != actor.party_id)
    ):
        raise InvalidInput.at("alone", T("You can speak alone with the mediator only."))
    sitting.session.add(
        RoomMessage(
            case_id=case.id,
            party_id=actor.party_id,
            caucus_id=alone.id if alone else None,
            speaker=actor.name,
            words=given.words,
            at=now,
            entry_number=sitting.next_number(case),
        )
    )
    words = T("%(name)s spoke in the private room", name=actor.name)
    if alone is None:
        return Recorded(words)
    return Recorded(words, audience=Audience.NAMED, named=(Role.MEDIATOR.value, f"party/{alone.id}"))


@guard("CPL 96", "OMR 4")
def everybody_is_there(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """A text is for parties who agreed to mediate."""
    found = mediation_of(sitting.session, case)
    return None if found is None or everybody_agreed(case, found) else T("Not everybody has agreed to mediate.")


class ProposalInput(TermsInput):
    """A text that the mediator puts before everybody."""

    payee: Annotated[
        str | None, CourtText(0, 40, one_line=True), field(T("Who is paid"), choices="settling_parties")
    ] = None


@act(
    title=T("Put a text before the parties"),
    input=ProposalInput,
    by={Role.MEDIATOR},
    at=ROOM_STAGES,
    guard=(
        mediation_is("OMR 19", T("No mediation runs."), MediationState.RUNNING),
        nothing_is_disclosed,
        everybody_is_there,
        nothing_is_agreed,
    ),
    source=law("OMR 19, 20"),
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
)
def propose_text(sitting: Sitting, case: Case, given: ProposalInput, *, actor: Actor, now: datetime) -> Recorded:
    """Put an agreement before everybody for signature; it binds nobody before all have signed (OMR 20)."""
    payer, instalments = check_terms(sitting, case, given)
    payee = party_labelled(case, given.payee, "payee")
    doer = party_labelled(case, given.deed_by, "deed_by")
    if payer is not None and (payee is None or payee.id == payer.id):
        raise InvalidInput.at("payee", T("Say who is paid."))
    check_ending(sitting, case, given.ending)
    agreement = draw_up(
        sitting,
        case,
        payer_id=payer.id if payer else None,
        payee_id=payee.id if payer and payee else None,
        amount_minor=given.amount.minor,
        currency=given.amount.currency,
        instalments=instalments,
        accelerates=given.accelerates,
        deed=given.deed,
        doer_id=doer.id if doer else None,
        ending=given.ending,
    )
    return Recorded(T("The mediator put a text before the parties"), {"agreement": agreement.reference})


@act(
    title=T("End the mediation"),
    input=EndMediationInput,
    by=set(PARTY_ROLES) | {Role.MEDIATOR, Role.CLOCK},
    at=ROOM_STAGES | {Stage.EFFECTIVE, Stage.CLOSED},
    to={Stage.CLOSED},
    guard=mediation_is(
        "OMR 25",
        T("There is no mediation to end."),
        *(s for s in MediationState if s is not MediationState.ENDED),
    ),
    seen_by=PRIVATE,
    page="settlement.room",
    source=law("OMR 15, 21, 24, 25"),
    means={Milestone.MEDIATION_ENDED},
    topic=Topic.AGREEMENT,
    in_record=False,
)
def end_mediation(sitting: Sitting, case: Case, given: EndMediationInput, *, actor: Actor, now: datetime) -> Recorded:
    """End it: by anybody at any time, or because its time is over; the case goes on, and before a claim one may be
    filed now (OMR 21, 24, 25).
    """
    close_mediation(sitting, case, mediation_here(sitting, case))
    if case.stage is Stage.MEDIATING:
        case.outcome, case.closed_at = Outcome.NOT_AGREED, now
        sitting.move(case, Stage.CLOSED)
        for offer in offers_of(sitting.session, case, OfferState.OPEN):
            close_offer(sitting, case, offer, OfferState.OVERTAKEN)
        sitting.announce(CaseClosed(case))
    return Recorded(T("The mediation ended"))


def close_mediation(sitting: Sitting, case: Case, mediation: Mediation) -> None:
    """Nothing of it runs any more, and the mediator leaves."""
    if not mediation.judge_led:
        unseat(sitting, case, mediation)
    mediation.state, mediation.ended_entry = MediationState.ENDED, sitting.next_number(case)
    for kind in (CHOICE, ACCEPTANCE, MEDIATION, DESIGNATION, DISCLOSURE):
        sitting.close_windows(case, kind, WindowState.ENDED, subject=mediation.reference)
    sitting.close_tasks(case, desks.MEDIATOR_ACCEPTANCE, mediation.reference)
    sitting.close_tasks(case, filing_desks.NO_SEAT, Role.MEDIATOR.value)


def choice_lapsed(sitting: Sitting, case: Case, window: Any) -> None:
    """Nobody was chosen together in time: somebody is designated by rule."""
    sitting.then(names.DESIGNATE_MEDIATOR, Nothing(), actor=CLOCK_ACTOR)


def acceptance_lapsed(sitting: Sitting, case: Case, window: Any) -> None:
    """The mediator said nothing: the parties choose again."""
    mediation = mediation_of(sitting.session, case)
    if mediation is not None and mediation.state is MediationState.ASSIGNED:
        choose_again(sitting, case, mediation)


def designation_due(sitting: Sitting, case: Case, window: Any) -> None:
    """The other side has not said yet whether it mediates: a mediator is designated, who asks it (OMR 10, 15)."""
    mediation = mediation_of(sitting.session, case)
    if mediation is not None and mediation.state is MediationState.PROPOSED:
        sitting.then(names.DESIGNATE_MEDIATOR, Nothing(), actor=CLOCK_ACTOR)


def mediation_lapsed(sitting: Sitting, case: Case, window: Any) -> None:
    """The time for mediation is over."""
    if mediation_of(sitting.session, case) is not None:
        sitting.then(names.END_MEDIATION, EndMediationInput(), actor=CLOCK_ACTOR)
