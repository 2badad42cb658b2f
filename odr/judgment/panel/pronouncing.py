"""A judgment pronounced in the hearing itself: the orders are spoken in public before everybody goes, and the written judgment is
sent within the time the rules give (CPL 151; CPI 253).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

from odr.docket.models import Audience, Case, Role, Stage
from odr.docket.queries import parties
from odr.ground.errors import ActNotOpen
from odr.ground.text import T, Text, side_by_side
from odr.hearing.live.models import LiveRoom
from odr.hearing.live.queries import running_room
from odr.hearing.live.rules import BENCH
from odr.hearing.live.vocabulary import LiveStage, Place, RoomState
from odr.identity.actors import Actor
from odr.judgment import desks
from odr.judgment.decision import issuing
from odr.judgment.decision.checks import not_to_be_spoken
from odr.judgment.decision.papers import appeal_words, order_words
from odr.judgment.meetings.binding import the_committee_is_waited_for
from odr.judgment.models import Decision
from odr.judgment.queries import current_draft
from odr.judgment.time_limits import SEND_JUDGMENT
from odr.judgment.vocabulary import DecisionKind
from odr.procedure.acts.events import JudgmentPronounced
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Premise, Recorded, Topic, act, guard
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@guard("CPL 144, 151", "COL 4")
def may_be_pronounced_here(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no judgment is pronounced in a hearing now: none is open here, a part is closed to the public, somebody has
    not said their last words, one of those who decide or of the parties is not there, or the draft is not ready for it.
    """
    room = running_room(sitting.session, case)
    if room is None or room.state is not RoomState.OPEN:
        return T("No hearing is open here now.")
    why = next(_of_the_room(case, room), None)
    if why is not None:
        return why
    decision = current_draft(sitting.session, case)
    if decision is None:
        return T("There is no draft yet whose orders could be pronounced.")
    return next(_of_the_draft(sitting, case, decision), None)


def _of_the_room(case: Case, room: LiveRoom) -> Iterator[Text]:
    if room.sealed_by is not None:
        yield T("A judgment is always pronounced in public. End the sealed part first.")
    if room.stage is not LiveStage.FINAL:
        yield T("Everybody says their last words first; then the court decides.")
    for person in room.people:
        if person.role in BENCH and person.lost_at is not None:
            yield T("%(name)s decides this case with the others and is not here yet.", name=person.name)
    here = {p.party_id for p in room.people if p.place is Place.ROOM}
    for party in parties(case, Role.CLAIMANT) + parties(case, Role.RESPONDENT):
        if party.id not in here:
            yield T("%(name)s is not here. What follows from that is found after the hearing.", name=party.name)


def _of_the_draft(sitting: Sitting, case: Case, decision: Decision) -> Iterator[Text]:
    if decision.pronounced_entry is not None:
        yield T("The judgment was pronounced; its written text follows.")
    if decision.kind is not DecisionKind.JUDGMENT:
        yield T("Only a judgment on the whole case is pronounced in the hearing.")
    for first in not_to_be_spoken(sitting, case, decision):
        yield T("The judgment cannot be pronounced yet: %(first)s", first=first)


class PronounceInput(CourtModel):
    """What is said beside the orders when a judgment is pronounced in the hearing."""

    grounds: Annotated[
        str,
        CourtText(2, 4000),
        field(
            T("Why, in short, as spoken"),
            T("Everybody in the hearing reads it. The written judgment gives the reasons in full."),
            widget="textarea",
        ),
    ]


@act(
    title=T("Pronounce the judgment in the hearing"),
    input=PronounceInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=(may_be_pronounced_here, the_committee_is_waited_for),
    strong=True,
    premise=Premise.SUBJECT,
    subject=issuing.draft_read,
    page="judgment.speaking",
    source=law("CPL 45, 151", "CPI 253", "COL 12"),
    rule=SEND_JUDGMENT,
    seen_by=Audience.HEARING,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The judgment in your case was pronounced"),
        T(
            "It was spoken in the hearing; what it says stands in the case. The written judgment is sent to you within the time the law gives the court. The time to appeal runs from the day you receive that; until then there is nothing you have to do."
        ),
    ),
    means={Milestone.JUDGMENT_PRONOUNCED},
    topic=Topic.DECISION,
    in_record=True,
)
def pronounce_judgment(sitting: Sitting, case: Case, given: PronounceInput, *, actor: Actor, now: datetime) -> Recorded:
    """Pronounce in the hearing what was decided: the orders of the draft that a panel has adopted by its majority, why, whether,
    until when and to which court one may appeal, and by when the written judgment is sent (CPL 151; CPI 253). From then on
    its orders stand; only the text is still written, looked at by all who decide, signed and sent.
    """
    decision = current_draft(sitting.session, case)
    if decision is None:
        raise ActNotOpen(T("There is no draft yet whose orders could be pronounced."))
    window = sitting.start_window(case, SEND_JUDGMENT, start=now, subject=decision.reference)
    assert window.due_at is not None
    decision.pronounced_entry, decision.pronounced_at = sitting.next_number(case), now
    decision.pronounced_sha256 = issuing.orders_digest(decision)
    day = window.due_at.astimezone(sitting.pack(case).tz).date()
    spoken = spoken_words(sitting, case, decision, given.grounds, day)
    if not sitting.tasks(case, desks.DRAFT_DECISION):
        words = T("A judgment was pronounced in the hearing. Its text is written, signed and sent by %(day)s.", day=day)
        sitting.open_task(case, Role.JUDGE, desks.DRAFT_DECISION, words, risk=60)
    sitting.announce(JudgmentPronounced(case, actor=actor, spoken=tuple(spoken)))
    return Recorded(
        T("The judgment is pronounced in the hearing. %(words)s", words=side_by_side(spoken, " ")),
        {
            "decision": decision.reference,
            "orders": [[o.number, o.kind.value, o.amount_minor, o.currency] for o in decision.orders],
            "orders_sha256": decision.pronounced_sha256,
            "sent_by": day.isoformat(),
        },
    )


def spoken_words(sitting: Sitting, case: Case, decision: Decision, grounds: str, day: date) -> list[Text]:
    """What is said aloud, sentence by sentence: the orders, why, how one appeals, and when the written judgment comes (CPL 151)."""
    return [
        *(order_words(case, order, decision.performance_days) for order in decision.orders),
        T("In short, because: %(grounds)s", grounds=grounds),
        appeal_words(sitting, case),
        T(
            "The written judgment is sent to each party at their address for service by %(day)s (%(article)s).",
            day=day,
            article=sitting.pack(case).cite(sitting.pack(case).window(SEND_JUDGMENT).article),
        ),
    ]
