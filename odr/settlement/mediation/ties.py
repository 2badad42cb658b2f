"""What ties a mediator to a dispute, another mediator in their place, and a second beside them (OMR 11, 13, 14)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from odr.docket.models import PARTY_ROLES, Case, Role, Seat
from odr.docket.queries import parties
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import CLOCK_ACTOR, Actor
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.models import WindowState
from odr.procedure.rules.base import law
from odr.settlement import desks, names
from odr.settlement.mediation.acts import (
    DISCLOSURE,
    AcceptMediationInput,
    EndMediationInput,
    Nothing,
    acceptance_is_over,
    begin_to_mediate,
    choose_again,
    mediation_here,
    mediation_is,
    nothing_is_disclosed,
    on_the_list,
    options_but,
    second_of,
    unseat,
)
from odr.settlement.models import Mediation, MediationState
from odr.settlement.offers.room_rules import PRIVATE, ROOM_STAGES
from odr.settlement.queries import mediation_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@guard("OMR 13, 14")
def somebody_mediates(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only where a mediator is assigned who is not the judge of the case."""
    found = mediation_of(sitting.session, case)
    there = (MediationState.ASSIGNED, MediationState.RUNNING)
    if found is None or found.judge_led or found.state not in there:
        return T("No mediator is assigned.")
    return None


@guard("OMR 13, 14")
def i_lead_it(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only the mediator whom the parties chose or the court designated; the second leaves instead."""
    found = mediation_of(sitting.session, case)
    return None if found is not None and found.mediator_id == actor.account_id else T("You do not lead this mediation.")


TIES = {
    "relative": T("I am a party, or near family of a party or of somebody who acts for one"),
    "interest": T("I have an interest in the dispute"),
    "other": T("I am tied to a party or to somebody who acts for one in another way"),
}


class TieInput(CourtModel):
    """What ties a mediator to a dispute (OMR 13)."""

    tie: Annotated[Literal["relative", "interest", "other"], field(T("What ties you to this dispute?"), options=TIES)]
    words: Annotated[
        str,
        CourtText(3, 1000),
        field(T("Tell the parties what it is"), T("So that they can say whether they trust you."), widget="textarea"),
    ]


@act(
    title=T("Tell the parties what ties me to the dispute"),
    input=TieInput,
    by={Role.MEDIATOR},
    at=ROOM_STAGES,
    guard=(somebody_mediates, i_lead_it, nothing_is_disclosed),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Your mediator has disclosed a possible tie"),
        T(
            "Read in the private room what ties the mediator to the dispute. If not everybody agrees to go on with them, another mediator is chosen."
        ),
        when_due=T(
            "Read in the private room what ties the mediator to the dispute, and say by the end of %(day)s whether you would go on with them. If not everybody agrees, another mediator is chosen.",
            day=DAY,
        ),
    ),
    source=law("OMR 13"),
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
    help=T("You go on if all parties want that. If they do not, another mediator is chosen."),
)
def disclose_tie(sitting: Sitting, case: Case, given: TieInput, *, actor: Actor, now: datetime) -> Recorded:
    """Disclose kinship, an interest or another tie, before accepting or as soon as it is known; each party then says
    whether the mediator goes on (OMR 13).
    """
    mediation = mediation_here(sitting, case)
    acceptance_is_over(sitting, case, mediation)
    mediation.disclosed = {"tie": given.tie, "words": given.words, "kept": []}
    sitting.start_window(case, DISCLOSURE, start=now, subject=mediation.reference)
    return Recorded(T("%(name)s told what ties them to the dispute: %(words)s", name=actor.name, words=given.words))


@guard("OMR 13")
def my_word_is_missing(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only where something was disclosed and the party has not answered."""
    found = mediation_of(sitting.session, case)
    if found is None or not found.disclosed:
        return T("The mediator has told nothing that you would have to answer.")
    if actor.party_id in found.disclosed["kept"]:
        return T("You have said that you would go on with the mediator.")
    return None


@act(
    title=T("Go on with the mediator"),
    input=Nothing,
    by=set(PARTY_ROLES),
    at=ROOM_STAGES,
    guard=my_word_is_missing,
    source=law("OMR 13"),
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
    help=T("You know what ties the mediator to the dispute and would mediate with them all the same."),
)
def keep_mediator(sitting: Sitting, case: Case, given: Nothing, *, actor: Actor, now: datetime) -> Recorded:
    """Agree, knowing what was disclosed, that the mediator goes on; when every party has, they do (OMR 13)."""
    me, mediation = sitting.party_of(case, actor), mediation_here(sitting, case)
    assert mediation.disclosed is not None
    kept = sorted({*mediation.disclosed["kept"], me.id})
    mediation.disclosed = {**mediation.disclosed, "kept": kept}
    missing = [p for p in parties(case) if p.id not in kept]
    if not missing:
        sitting.close_windows(case, DISCLOSURE, WindowState.MET, subject=mediation.reference)
        begin_to_mediate(sitting, case, mediation)
    return Recorded(T("%(name)s would go on with the mediator", name=me.name), {"missing": len(missing)})


def disclosure_lapsed(sitting: Sitting, case: Case, window: Any) -> None:
    """Not everybody said that the mediator goes on: the parties choose another (OMR 13)."""
    mediation = mediation_of(sitting.session, case)
    if mediation is not None and mediation.disclosed:
        choose_again(sitting, case, mediation)


class OtherMediatorInput(CourtModel):
    """Asking for another mediator (OMR 14)."""

    mediator: Annotated[
        str | None,
        CourtText(0, 254, one_line=True),
        field(
            T("Whom would you rather have?"),
            T(
                "If the mediator was changed for you before and you name nobody now, you count as refusing mediation, and it ends."
            ),
            choices="other_mediators",
        ),
    ] = None
    words: Annotated[str | None, CourtText(0, 1000), field(T("Why, if you want to say it"), widget="textarea")] = None


@act(
    title=T("Ask for another mediator"),
    input=OtherMediatorInput,
    by=set(PARTY_ROLES),
    at=ROOM_STAGES,
    guard=somebody_mediates,
    source=law("OMR 14"),
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
    help=T("You need no reason. The mediator leaves, and the parties choose another within [time mediator_choice]."),
)
def ask_other_mediator(
    sitting: Sitting, case: Case, given: OtherMediatorInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask for another mediator: this one leaves, and the parties choose again. Whoever was given another one before and
    names nobody now counts as refusing mediation (OMR 14).
    """
    me, mediation = sitting.party_of(case, actor), mediation_here(sitting, case)
    before = me.id in mediation.replaced_by
    if before and given.mediator is None:
        sitting.then(names.END_MEDIATION, EndMediationInput(), actor=CLOCK_ACTOR)
        return Recorded(T("%(name)s wants no mediator and names none: this counts as refusing mediation", name=me.name))
    wanted = on_the_list(sitting, case, given.mediator, "mediator") if given.mediator is not None else None
    if wanted is not None and wanted.id == mediation.mediator_id:
        raise InvalidInput.at("mediator", T("This is who mediates now. Name somebody else."))
    mediation.replaced_by = [*mediation.replaced_by, me.id]
    choose_again(sitting, case, mediation)
    if wanted is not None:
        mediation.choices = {str(me.id): wanted.id}
    return Recorded(T("%(name)s asked for another mediator", name=me.name))


class SecondMediatorInput(CourtModel):
    """A second mediator beside the first (OMR 11)."""

    mediator: Annotated[str, CourtText(1, 254, one_line=True), field(T("Second mediator"), choices="other_mediators")]
    leads: Annotated[
        Literal["first", "second"],
        field(
            T("Who leads the talks?"),
            T("If you do not name the same, the first does."),
            options={"first": T("The mediator who is here"), "second": T("The second mediator")},
        ),
    ]


@act(
    title=T("Ask for a second mediator"),
    input=SecondMediatorInput,
    by=set(PARTY_ROLES),
    at=ROOM_STAGES,
    guard=(
        somebody_mediates,
        mediation_is("OMR 11", T("No mediation runs."), MediationState.RUNNING),
        nothing_is_disclosed,
    ),
    source=law("OMR 11"),
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
    help=T("For weighty, hard or specialised disputes. They come when every party has named the same person."),
)
def ask_second_mediator(
    sitting: Sitting, case: Case, given: SecondMediatorInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Name a second mediator; whom every party names takes part, and leads where everybody wants that (OMR 11)."""
    me, mediation = sitting.party_of(case, actor), mediation_here(sitting, case)
    wanted = on_the_list(sitting, case, given.mediator, "mediator")
    second = mediation.second or {"named": {}, "account": None, "accepted": False}
    if wanted.id in (mediation.mediator_id, second["account"]):
        raise InvalidInput.at("mediator", T("They mediate here already. Name somebody else."))
    named = {**second["named"], str(me.id): [wanted.id, given.leads]}
    mediation.second = {**second, "named": named}
    chosen = [named.get(str(p.id)) for p in parties(case)]
    if None not in chosen and len({one[0] for one in chosen if one}) == 1:
        _seat_second(sitting, case, mediation, wanted.id, leads=all(one and one[1] == "second" for one in chosen))
    return Recorded(T("%(name)s named %(mediator)s as second mediator", name=me.name, mediator=wanted.name))


def _seat_second(sitting: Sitting, case: Case, mediation: Mediation, account_id: int, *, leads: bool) -> None:
    mediation.second = {"named": {}, "account": account_id, "accepted": False, "leads": leads}
    sitting.session.add(Seat(case_id=case.id, account_id=account_id, role=Role.MEDIATOR, from_at=sitting.now))
    sitting.session.flush()
    sitting.open_task(
        case,
        Role.MEDIATOR,
        desks.MEDIATOR_ACCEPTANCE,
        T("The parties want you as second mediator. Accept it, or say that you cannot."),
        risk=30,
        subject=second_of(mediation),
    )


@guard("OMR 11, 12")
def i_am_asked_as_second(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only whom the parties named as second mediator, before they answered."""
    found = mediation_of(sitting.session, case)
    second = found.second if found is not None else None
    if not second or second["account"] != actor.account_id:
        return T("You are not asked as second mediator.")
    return T("You have accepted.") if second["accepted"] else None


@guard("OMR 11, 12")
def i_am_the_second(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only the second mediator."""
    found = mediation_of(sitting.session, case)
    second = found.second if found is not None else None
    return None if second and second["account"] == actor.account_id else T("You are not the second mediator.")


@act(
    title=T("Accept as second mediator"),
    input=AcceptMediationInput,
    by={Role.MEDIATOR},
    at=ROOM_STAGES,
    guard=i_am_asked_as_second,
    source=law("OMR 11, 12, 13"),
    desk=desks.MEDIATOR_ACCEPTANCE,
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
)
def accept_as_second(
    sitting: Sitting, case: Case, given: AcceptMediationInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Accept, free of ties, to mediate beside the first; the time of the mediation does not begin anew (OMR 11, 24)."""
    mediation = mediation_here(sitting, case)
    assert mediation.second is not None
    mediation.second = {**mediation.second, "accepted": True}
    sitting.close_tasks(case, desks.MEDIATOR_ACCEPTANCE, second_of(mediation))
    leads = bool(mediation.second["leads"])
    if leads:
        mediation.second = {**mediation.second, "account": mediation.mediator_id}
        mediation.mediator_id = actor.account_id
        return Recorded(T("%(name)s mediates too, and leads the talks", name=actor.name))
    return Recorded(T("%(name)s mediates too", name=actor.name))


@act(
    title=T("Leave as second mediator"),
    input=Nothing,
    by={Role.MEDIATOR},
    at=ROOM_STAGES,
    guard=i_am_the_second,
    source=law("OMR 11, 12, 13"),
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
    help=T("Also if something ties you to the dispute. The mediation goes on with the first mediator."),
)
def leave_as_second(sitting: Sitting, case: Case, given: Nothing, *, actor: Actor, now: datetime) -> Recorded:
    """Decline or leave; the mediation goes on with whoever else mediates (OMR 11, 12)."""
    mediation = mediation_here(sitting, case)
    assert mediation.second is not None
    mediation.second, mediation.gone = None, [*mediation.gone, actor.account_id or 0]
    unseat(sitting, case, mediation, only=actor.account_id)
    return Recorded(T("%(name)s no longer mediates here", name=actor.name))


@choice_source("other_mediators")
def other_mediators(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """The published list without whoever mediates here now."""
    found = mediation_of(sitting.session, case)
    here = [] if found is None else [found.mediator_id or 0, int((found.second or {}).get("account") or 0)]
    return options_but(sitting, case, [*(found.gone if found is not None else []), *here])
