"""The second door: a hearing is broadcast to everybody only on grounds, past the parties' objections, and approved for
itself (CTR 11; LIV 2, 3, 5).
"""

from __future__ import annotations

import enum
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field
from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Audience, Case, Role, Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.hearing import desks
from odr.hearing.inputs import ANSWERS, Reasons
from odr.hearing.live.queries import hearing_of_now, is_set_up
from odr.hearing.live.seen.models import Broadcast, BroadcastObjection, BroadcastState
from odr.hearing.live.seen.showing import broadcast_of, is_closed_to_the_public, objections_to, shows_a_child
from odr.hearing.models import Hearing
from odr.hearing.trial_limit.acts import seat_president
from odr.hearing.vocabulary import HearingState
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.inputs import Choice, CourtModel, CourtText, field
from odr.procedure.papers.rulings import STANDS
from odr.procedure.rules.base import law
from odr.procedure.rules.court_rules import BroadcastRules
from odr.procedure.time.reckoning import reckon

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


class BroadcastGround(enum.Enum):
    """Why a hearing may be broadcast at all (CTR 11; LIV 2(1))."""

    ATTENTION = "attention"
    INFLUENCE = "influence"
    EDUCATION = "education"

    @property
    def label(self) -> Text:
        """In words."""
        return {
            BroadcastGround.ATTENTION: T("The public follows it closely"),
            BroadcastGround.INFLUENCE: T("It matters to many people"),
            BroadcastGround.EDUCATION: T("It shows what the law is"),
        }[self]


def rules_of(sitting: Sitting, case: Case) -> BroadcastRules | None:
    """The rules on broadcasts; None where there is none."""
    live = sitting.pack(case).live
    return live.watching.broadcast if live is not None and live.watching is not None else None


def _fixed(sitting: Sitting, case: Case) -> Hearing | None:
    hearing = hearing_of_now(sitting.session, case)
    return hearing if hearing is not None and hearing.state is HearingState.SUMMONED else None


def never_broadcast(sitting: Sitting, case: Case, hearing: Hearing) -> Text | None:
    """Why the law keeps a hearing from being broadcast, whatever anybody wishes (LIV 2(2), 3; OLR 27)."""
    if is_closed_to_the_public(sitting.session, hearing):
        return T(
            "A hearing that is not public, or of which somebody has asked that it be not, is not broadcast [LIV 2; OLR 27]."
        )
    if shows_a_child(case):
        return T(
            "A hearing in which a child, or somebody under guardianship, is a party is not broadcast: this court cannot make a face or a voice unknown [LIV 3]."
        )
    return None


@guard("CTR 11", "LIV 2, 3", "OLR 27")
def may_be_broadcast(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no broadcast is proposed: there is no hearing here, the law forbids it, or it was proposed already."""
    if rules_of(sitting, case) is None or not is_set_up(sitting, case):
        return T("Hearings are not broadcast at this court.")
    hearing = _fixed(sitting, case)
    if hearing is None or hearing.begun_at is not None:
        return T("No hearing by the court’s own video is fixed that has not begun.")
    if broadcast_of(sitting.session, hearing) is not None:
        return T("A broadcast of this hearing was proposed already.")
    return never_broadcast(sitting, case, hearing)


class ProposeBroadcastInput(CourtModel):
    """Why a hearing should be seen by everybody."""

    grounds: Annotated[
        list[Annotated[BroadcastGround, Choice(BroadcastGround)]],
        Field(min_length=1, max_length=3),
        field(
            T("Grounds"),
            T("At least one [CTR 11; LIV 2]."),
            options={one.value: one.label for one in BroadcastGround},
            widget="checkboxes",
        ),
    ]
    why: Annotated[str, CourtText(10, 2000), field(T("Why does this case fit them?"), widget="textarea")]


@act(
    title=T("Propose to broadcast the hearing"),
    input=ProposeBroadcastInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=may_be_broadcast,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("A broadcast of your hearing is proposed"),
        T(
            "Everybody could then see the hearing on the court’s site. If you have a reason against it, object in the case before the day it names; the president of the court decides. What is closed to the public, witnesses and experts are never shown. If you do not mind, there is nothing you have to do."
        ),
    ),
    source=law("CTR 11", "LIV 2, 4, 5"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=False,
)
def propose_broadcast(
    sitting: Sitting, case: Case, given: ProposeBroadcastInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Propose that everybody may see a hearing. The parties may object, and the president decides for this one case."""
    hearing, rules = _fixed(sitting, case), rules_of(sitting, case)
    assert hearing is not None and rules is not None
    until = reckon(sitting.pack(case), rules.objection, now, article=str(rules.article)).due_at
    if until >= hearing.begins_at:
        raise ActNotOpen(
            T("The parties could object until %(at)s, and the hearing begins before.", at=until),
            T("A hearing that is to be broadcast is fixed for a later day."),
            sitting.pack(case).cited("LIV 2"),
        )
    row = Broadcast(
        case_id=case.id,
        hearing_id=hearing.id,
        state=BroadcastState.PROPOSED,
        grounds=[one.value for one in given.grounds],
        why=given.why,
        proposed_by=sitting.next_number(case),
        proposed_at=now,
        objections_until=until,
    )
    sitting.session.add(row)
    sitting.session.flush()
    seat_president(sitting, case)
    sitting.open_task(
        case,
        Role.PRESIDENT,
        desks.BROADCAST,
        T(
            "A broadcast of the hearing of %(at)s is proposed. Decide when the parties’ time to object is over.",
            at=hearing.begins_at,
        ),
        risk=30,
        due_at=hearing.begins_at,
        subject=row.reference,
    )
    return Recorded(
        T(
            "A broadcast of the hearing of %(at)s is proposed; parties may object until %(until)s",
            at=hearing.begins_at,
            until=until,
        ),
        {"hearing": hearing.reference, "broadcast": row.reference, "grounds": row.grounds, "until": until.isoformat()},
    )


@guard("LIV 2")
def may_object_to_broadcast(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nobody objects: no broadcast is proposed, its time is over, or this party has objected."""
    row = _proposed(sitting, case)
    if row is None:
        return T("No broadcast of a hearing is proposed.")
    if sitting.now > row.objections_until:
        return T("The time to object to the broadcast was over at %(at)s.", at=row.objections_until)
    if any(one.party_id == actor.party_id for one in objections_to(sitting.session, row)):
        return T("You have objected already.")
    return None


def _proposed(sitting: Sitting, case: Case) -> Broadcast | None:
    hearing = _fixed(sitting, case)
    row = broadcast_of(sitting.session, hearing) if hearing is not None else None
    return row if row is not None and row.state is BroadcastState.PROPOSED else None


class ObjectToBroadcastInput(CourtModel):
    """A party's reason against a broadcast."""

    words: Annotated[
        str,
        CourtText(10, 2000),
        field(
            T("Why is the hearing not to be broadcast?"),
            T("The president weighs it; a sound reason prevents the broadcast."),
            widget="textarea",
        ),
    ]


@act(
    title=T("Object to the broadcast"),
    input=ObjectToBroadcastInput,
    by=set(PARTY_ROLES),
    at={Stage.HEARING},
    guard=may_object_to_broadcast,
    source=law("LIV 2"),
    seen_by=Audience.HEARING,
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.HEARING,
    in_record=False,
)
def object_to_broadcast(
    sitting: Sitting, case: Case, given: ObjectToBroadcastInput, *, actor: Actor, now: datetime
) -> Recorded:
    """A party does not want its hearing broadcast, and says why (LIV 2(2)(3))."""
    row, party = _proposed(sitting, case), sitting.party_of(case, actor)
    assert row is not None
    sitting.session.add(
        BroadcastObjection(
            broadcast_id=row.id, party_id=party.id, words=given.words, entry_number=sitting.next_number(case)
        )
    )
    return Recorded(T("%(party)s objects to the broadcast", party=party.name), {"broadcast": row.reference})


@guard("LIV 5")
def broadcast_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no broadcast is decided on: none is proposed, or the parties can still object."""
    row = _proposed(sitting, case)
    if row is None:
        return T("No broadcast of a hearing is proposed.")
    if sitting.now <= row.objections_until:
        return T("The parties can object until %(at)s.", at=row.objections_until)
    return None


BROADCAST = {"allow": T("The hearing is broadcast."), "refuse": T("The hearing is not broadcast.")}


class BroadcastRulingInput(CourtModel):
    """The president's word on a broadcast."""

    answer: Annotated[Literal["allow", "refuse"], field(T("Result of the ruling"), options=ANSWERS)]
    replay: Annotated[
        bool,
        field(
            T("It can be seen again after the hearing"),
            T("Without what was closed, and until it is withdrawn [REC 12]."),
        ),
    ] = False
    objections: Annotated[
        str,
        CourtText(0, 2000),
        field(T("If a party objected: why its reason does not prevent it"), widget="textarea"),
    ] = ""
    reasons: Reasons


@act(
    title=T("Decide on the broadcast"),
    input=BroadcastRulingInput,
    by={Role.PRESIDENT},
    at={Stage.HEARING},
    guard=broadcast_waits,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Decision on a broadcast of your hearing"),
        T(
            "If it is broadcast, everybody can see the hearing on the court’s site, a minute late and without what the judge closes. There is nothing you have to do."
        ),
    ),
    paper=RulingForm(T("Broadcast of a hearing"), STANDS, words=BROADCAST, is_decision=True),
    source=law("CTR 11", "LIV 2, 3, 5", "REC 12"),
    seen_by=Audience.HEARING,
    desk=desks.BROADCAST,
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.HEARING,
    in_record=False,
)
def rule_on_broadcast(
    sitting: Sitting, case: Case, given: BroadcastRulingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Approve a broadcast for this one case, or refuse it, with reasons (LIV 5). What the law forbids is not approved."""
    row = _proposed(sitting, case)
    assert row is not None
    hearing = sitting.session.get_one(Hearing, row.hearing_id)
    if given.answer == "allow":
        forbidden = never_broadcast(sitting, case, hearing)
        if forbidden is not None:
            raise ActNotOpen(forbidden, source=sitting.pack(case).cited("LIV 2"))
        if objections_to(sitting.session, row) and len(given.objections.strip()) < 10:
            raise InvalidInput.at(
                "objections", T("A party has objected: say why its reason does not prevent the broadcast.")
            )
    row.state = BroadcastState.APPROVED if given.answer == "allow" else BroadcastState.REFUSED
    row.replay = given.replay and given.answer == "allow"
    row.decided_by, row.decided_at = sitting.next_number(case), now
    sitting.close_tasks(case, desks.BROADCAST, row.reference)
    said = (
        T("The hearing of %(at)s is broadcast", at=hearing.begins_at)
        if given.answer == "allow"
        else T("The hearing of %(at)s is not broadcast", at=hearing.begins_at)
    )
    return Recorded(
        said, {"hearing": hearing.reference, "broadcast": row.reference, "replay": row.replay, "reasons": given.reasons}
    )


@guard("LIV 2, 3")
def something_is_broadcast(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no broadcast is ended: nothing of a hearing is shown to everybody."""
    return None if shown_of(sitting, case) else T("Nothing of a hearing is broadcast.")


def shown_of(sitting: Sitting, case: Case) -> list[Broadcast]:
    """Broadcasts of a case that are open to everybody, live or to be seen again."""
    mine = select(Broadcast).where(Broadcast.case_id == case.id, Broadcast.state == BroadcastState.APPROVED)
    return list(sitting.session.scalars(mine.order_by(Broadcast.id)))


class EndBroadcastInput(CourtModel):
    """Why what is broadcast is not any more."""

    reasons: Reasons


@act(
    title=T("End the broadcast"),
    input=EndBroadcastInput,
    by={Role.JUDGE, Role.PRESIDENT},
    at=frozenset(Stage),
    guard=something_is_broadcast,
    while_stayed=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The broadcast of your hearing is ended"),
        T("Nothing of the hearing is shown to everybody any more. There is nothing you have to do."),
    ),
    source=law("LIV 2, 3", "REC 12"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=False,
)
def end_broadcast(sitting: Sitting, case: Case, given: EndBroadcastInput, *, actor: Actor, now: datetime) -> Recorded:
    """End a broadcast, or withdraw what can be seen of it again; the catalogue keeps that it was there, and that it ended."""
    rows = shown_of(sitting, case)
    for row in rows:
        row.state, row.ended_by, row.ended_at = BroadcastState.ENDED, sitting.next_number(case), now
    return Recorded(
        T("The broadcast is ended; nothing of it is shown any more"),
        {"broadcasts": [row.reference for row in rows], "reasons": given.reasons},
    )
