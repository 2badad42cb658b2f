"""A judgment pronounced in the hearing itself: the orders are spoken in public before everybody goes, and the written judgment is
sent within the time the rules give (CPL 151; CPI 253).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

from odr.docket.models import Audience, Case, Role, Stage
from odr.docket.queries import parties
from odr.evidence.models import ExhibitState
from odr.ground.errors import ActNotOpen
from odr.ground.text import T, Text, last_day, side_by_side
from odr.hearing.live.models import LiveRoom
from odr.hearing.live.queries import held_room, running_room
from odr.hearing.live.rules import BENCH
from odr.hearing.live.seen.showing import is_closed_to_the_public
from odr.hearing.live.vocabulary import LiveStage, Place, RoomState
from odr.hearing.models import Hearing
from odr.identity.actors import Actor
from odr.judgment import desks
from odr.judgment.decision import issuing
from odr.judgment.decision.checks import not_to_be_spoken
from odr.judgment.decision.file_before_judge import case_file
from odr.judgment.decision.papers import appeal_words, cost_words, orders_words
from odr.judgment.meetings.binding import the_committee_is_waited_for
from odr.judgment.models import Decision
from odr.judgment.panel import rules as panel_rules
from odr.judgment.queries import current_draft, is_spoken
from odr.judgment.time_limits import SEND_JUDGMENT
from odr.judgment.vocabulary import DecisionKind
from odr.procedure.acts.events import JudgmentPronounced
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Act, Everyone, Milestone, Premise, Recorded, Topic, act, bar, guard
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

UNISSUED = frozenset({Stage.HEARING, Stage.DELIBERATION})
"""Where a case stands between the spoken judgment and its text."""


@guard("CPL 144, 151", "COL 4")
def may_be_pronounced_here(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no judgment is pronounced in a hearing now: none is open here, a part is closed to the public, somebody has
    not said their last words, one of those who decide or of the parties is not there, or the draft is not ready for it.
    """
    room = running_room(sitting.session, case)
    if room is None or room.state is not RoomState.OPEN:
        return T("No hearing is open here now.")
    why = next(_of_the_room(sitting, case, room), None)
    if why is not None:
        return why
    decision = current_draft(sitting.session, case)
    if decision is None:
        return T("There is no draft yet whose orders could be pronounced.")
    return next(_of_the_draft(sitting, case, room, decision), None)


@bar("CPL 145, 148, 151", "CPI 242")
def the_judgment_is_spoken(sitting: Sitting, act: Act, case: Case, actor: Actor) -> Text | None:
    """Reason why something no longer happens once the judgment was spoken in the hearing: from then on the case stands as one
    whose judgment is issued, but for what ends the hearing, completes its record and makes the text.
    """
    if case.pronounced_at is None or case.stage not in UNISSUED or actor.role is Role.CLOCK:
        return None
    if Stage.PRONOUNCED in act.at or Milestone.UNTIL_THE_TEXT in act.means or not is_spoken(sitting.session, case):
        return None
    return T(
        "The judgment was pronounced in the hearing, and comes in writing next. What is withdrawn, agreed, asked for or brought comes before that; what the judgment orders is changed on appeal alone."
    )


def _of_the_room(sitting: Sitting, case: Case, room: LiveRoom) -> Iterator[Text]:
    if room.state is not RoomState.OPEN:
        yield T("No hearing is open here now.")
    if room.sealed_by is not None:
        yield T("A judgment is always pronounced in public. End the sealed part first.")
    if room.stage is not LiveStage.FINAL:
        yield T("Everybody says their last words first; then the court decides.")
    if is_closed_to_the_public(sitting.session, sitting.session.get_one(Hearing, room.hearing_id)):
        yield T(
            "This hearing is not public, and a judgment is always pronounced in public. Pronounce it on a later day, when it is issued."
        )
    sitting_here = {p.account_id for p in room.people if p.role in BENCH and p.lost_at is None}
    for member in panel_rules.members(sitting, case):
        if member.account_id not in sitting_here:
            yield T("%(name)s decides this case with the others and is not here yet.", name=member.name)
    # Whoever is cut off hears nothing of it; whoever is heard by telephone does.
    came = [p for p in room.people if p.place is Place.ROOM]
    here = {p.party_id for p in came if p.lost_at is None or p.phone_since is not None}
    for party in parties(case, Role.CLAIMANT) + parties(case, Role.RESPONDENT):
        if party.id not in here and party.id in {p.party_id for p in came}:
            yield T("The connection of %(name)s is lost.", name=party.name)
        elif party.id not in here:
            yield T("%(name)s is not here. What follows from that is found after the hearing.", name=party.name)


def _of_the_draft(sitting: Sitting, case: Case, room: LiveRoom, decision: Decision) -> Iterator[Text]:
    if decision.pronounced_entry is not None:
        yield T("The judgment was pronounced; its written text follows.")
    if decision.kind is not DecisionKind.JUDGMENT:
        yield T("Only a judgment on the whole case is pronounced in the hearing.")
    for first in (*not_to_be_spoken(sitting, case, decision), *_never_examined(sitting, case, room)):
        yield T("The judgment cannot be pronounced yet: %(first)s", first=first)


def _never_examined(sitting: Sitting, case: Case, room: LiveRoom) -> Iterator[Text]:
    """Exhibits on which everybody could not yet speak, in writing, in an earlier hearing or in this one: nothing would be found
    on them, and after the judgment nobody opens them any more (CPL 71; CPI 103).
    """
    for one in case_file(sitting, case).exhibits:
        excluded = one.exhibit.state is ExhibitState.EXCLUDED
        if one.finding is None and not one.examined and not excluded and one.exhibit.id not in room.shown:
            yield T(
                "Exhibit %(label)s was never open to cross-examination. Open it, or let its party withdraw it.",
                label=one.label,
            )


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
            "It was spoken in the hearing; what it says stands in the case, with whether and to which court you may appeal. The written judgment is sent to you within the time the law gives the court. Where you may appeal, your time runs from the day you receive that; until then there is nothing you have to do."
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
    room = running_room(sitting.session, case)
    # The room may have changed since it was looked at: it is broken off by itself when somebody is lost.
    why = next(_of_the_room(sitting, case, held_room(sitting.session, room.id)), None) if room is not None else None
    if room is None or why is not None:
        raise ActNotOpen(why or T("No hearing is open here now."))
    window = sitting.start_window(case, SEND_JUDGMENT, start=now, subject=decision.reference)
    assert window.due_at is not None
    decision.pronounced_entry, decision.pronounced_at = sitting.next_number(case), now
    decision.pronounced_sha256 = issuing.orders_digest(decision)
    case.pronounced_at = now
    day = last_day(window.due_at, sitting.pack(case).tz)
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
    """What is said aloud, sentence by sentence: the orders, who bears the costs, why, how one appeals, and when the written
    judgment comes (CPL 151, 155).
    """
    return [
        *orders_words(sitting, case, decision),
        *(side_by_side([line]) for line in cost_words(case, decision)),
        T("In short, because: %(grounds)s", grounds=grounds),
        appeal_words(sitting, case),
        T(
            "The written judgment is sent to each party at their address for service by %(day)s (%(article)s).",
            day=day,
            article=sitting.pack(case).cite(sitting.pack(case).window(SEND_JUDGMENT).article),
        ),
    ]
