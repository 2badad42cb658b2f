"""Investigation and debate heard together: only with the agreement of everybody, each recorded (CPI 230; IC 13).

Agreement is a ledger: the newest word of a party counts, and it can be taken back until a hearing was held. A case that is
heard again asks anew, since everything in it is heard anew (CPL 41).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from odr.docket.models import PARTY_ROLES, Audience, Case, Role, Stage
from odr.docket.queries import parties
from odr.ground.errors import ActNotOpen
from odr.ground.text import T, Text
from odr.hearing.examination.acts import hearing_open, the_examination
from odr.hearing.inputs import OrderInput
from odr.hearing.models import MergingConsent
from odr.hearing.queries import examination_of
from odr.hearing.ripeness.basis import agreed_to_merging, held, not_agreed_to_merging
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.inputs import CourtModel, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@guard("CPI 230", "IC 13")
def not_held_on_it(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why it is too late to take an agreement back: a hearing was held. Who came later may still agree."""
    if held(sitting, case) and actor.party_id in agreed_to_merging(sitting, case):
        return T("A hearing was held already; what was done in it stands.")
    return None


class MergingInput(CourtModel):
    """Whether a party agrees that investigation and debate are heard together."""

    agrees: Annotated[
        Literal["yes", "no"],
        field(
            T("Do you agree that investigation and debate are heard together?"),
            T("You then argue on each point as it comes up. You can take it back until the hearing is held."),
            options={"yes": T("Yes"), "no": T("No, first the facts, then the debate")},
            widget="radios",
        ),
    ]


@act(
    title=T("Say whether investigation and debate may be heard together"),
    input=MergingInput,
    by=set(PARTY_ROLES),
    at={Stage.PENDING, Stage.HEARING},
    guard=not_held_on_it,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("Another party’s word on hearing facts and debate together"),
        T(
            "You may say the same on the page of the case. Only if everybody agrees may the judge hear both together; else the facts come first, then the debate."
        ),
    ),
    source=law("CPI 230", "IC 13"),
    seen_by=Audience.HEARING,
    topic=Topic.TAKING_PART,
    in_record=True,
)
def answer_merging(sitting: Sitting, case: Case, given: MergingInput, *, actor: Actor, now: datetime) -> Recorded:
    """A party agrees, does not, or takes it back; taken back after the judge merged both, they are held one after the
    other again.
    """
    party, agrees = sitting.party_of(case, actor), given.agrees == "yes"
    if agrees == (party.id in agreed_to_merging(sitting, case)) and agrees:
        raise ActNotOpen(T("You have already done this."))
    row = MergingConsent(
        case_id=case.id, party_id=party.id, agrees=agrees, entry_number=sitting.next_number(case), at=now
    )
    sitting.session.add(row)
    sitting.session.flush()
    examination = examination_of(sitting.session, case)
    ended = not agrees and examination is not None and examination.merged_by is not None
    if ended and examination is not None:
        examination.merged_by = None
    if ended:
        words = T(
            "%(party)s takes back the agreement: investigation and debate are held one after the other",
            party=party.name,
        )
    elif agrees:
        words = T("%(party)s agrees that investigation and debate are heard together", party=party.name)
    else:
        words = T("%(party)s does not agree that investigation and debate are heard together", party=party.name)
    return Recorded(words, {"agrees": agrees, "ended": ended})


@guard("CPI 230", "IC 13")
def everybody_agreed_to_merging(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why investigation and debate are not merged: they are already, or somebody has not agreed."""
    examination = examination_of(sitting.session, case)
    if examination is not None and examination.merged_by is not None:
        return T("Investigation and debate are heard together already.")
    silent = next(iter(not_agreed_to_merging(sitting, case)), None)
    if silent is not None:
        return T(
            "%(name)s has not agreed that investigation and debate are heard together. Each party says so on the page of the case or at the counter; without it the facts come first, then the debate.",
            name=silent.name,
        )
    return None


@act(
    title=T("Hear investigation and debate together"),
    input=OrderInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=(hearing_open, everybody_agreed_to_merging),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Investigation and debate are heard together"),
        T(
            "Everybody agreed to it. At the hearing say what you have to say on the facts and on the law as each point comes up; at the end you are asked for your last words. You can take your agreement back on the page of the case until the hearing is held."
        ),
    ),
    source=law("CPI 230", "IC 13"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def merge_stages(sitting: Sitting, case: Case, given: OrderInput, *, actor: Actor, now: datetime) -> Recorded:
    """The judge orders that both stages are gone through together, after everybody agreed on record (CPI 230). The last
    words stay a stage of their own (CPL 144).
    """
    the_examination(sitting, case).merged_by = sitting.next_number(case)
    return Recorded(
        T("Investigation and debate are heard together; everybody agreed"),
        {"reasons": given.reasons, "agreed": sorted(p.reference for p in parties(case))},
    )
