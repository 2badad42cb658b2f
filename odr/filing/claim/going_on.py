"""What goes on when a claim is withdrawn, or counts as withdrawn: the rest of the case, and a third party's own claim as a
case of its own (CPI 237, 239).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from odr.docket.models import Case, Outcome, Party, Role
from odr.docket.queries import parties
from odr.filing import names
from odr.filing.claim.announcements import asked_together, is_along
from odr.filing.claim.own_case import copy_claim, new_case, sides_of, take_answers, take_facts
from odr.filing.claim.progress import end_case, investigation_is_open, retrial_heard
from odr.filing.claim.queries import claims_of
from odr.filing.inputs import GoingOnFact
from odr.filing.models import Claim
from odr.ground.text import T, Text, side_by_side
from odr.procedure.acts.events import Asked, ClaimChanged, ClaimSevered, ClaimWithdrawn, EvidenceMoved

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

THIRD_PARTY_CLAIM = "third_party_claim"


@dataclass(frozen=True)
class Left:
    """What became of a case one claim of which fell: whether the rest of it goes on, and what goes on as a case of its own."""

    goes_on: bool
    into: Sequence[Case]

    @property
    def numbers(self) -> list[str]:
        """The numbers of the cases that go on."""
        return [one.number or one.reference for one in self.into]

    @property
    def told(self) -> dict[str, Any]:
        """The same for the entry: into which cases, and who stands there as what."""
        if not self.into:
            return {}
        return {
            "into": [
                {
                    "case": one.number,
                    "reference": one.reference,
                    "parties": [{"party": p.label, "name": p.name} for p in one.parties],
                }
                for one in self.into
            ]
        }


def leave_claim(sitting: Sitting, case: Case, claim: Claim, outcome: Outcome, now: datetime) -> Left:
    """A claim is withdrawn, or counts as withdrawn: its fee is settled by itself where the rest of the case goes on, and with
    the case where nothing is left (CPI 239; FEE 15, 21, 34, 35). A third party's claim goes on by itself once nobody of those
    it began with claims any more (CPI 237). ``outcome`` is how the case ends if it does.
    """
    leaving = case.party(claim.party_id)
    claim.withdrawn_at = now
    sitting.session.flush()
    into = go_on_alone(sitting, case, now)
    if not claims_of(sitting.session, case):
        end_case(sitting, case, outcome, now)
        return Left(False, into)
    leaving.details = {**leaving.details, "withdrew_entry": sitting.next_number(case)}
    together = _left_together(sitting, case, leaving, claim)
    if together is None:
        sitting.announce(ClaimWithdrawn(case, leaving, claim.kind))
    else:
        # One fee stands on all their sums: it falls with what is asked for, and is nobody's alone (CPI 201; FEE 21, 35).
        in_time = investigation_is_open(sitting, case)
        sitting.announce(ClaimChanged(case, together[0], claim.kind, together[1], in_time))
    return Left(True, into)


def _left_together(sitting: Sitting, case: Case, leaving: Party, claim: Claim) -> tuple[Party, Asked] | None:
    """What those still ask for together with whom somebody brought a claim, and who paid their fee; None where nobody does."""
    return asked_together(sitting, case) if claim.kind == "claim" and is_along(leaving) else None


def fee_when_left(sitting: Sitting, case: Case, claim: Claim, ending: str) -> Sequence[Text]:
    """What a ruling by which a claim falls says of its fee: halved and borne by whoever brought it (FEE 15, 34), or computed anew
    on what is left of a claim that several brought together (CPI 201; FEE 21). ``ending`` as the hook knows it.
    """
    leaving, told = case.party(claim.party_id), sitting.court.hooks.fee_at_ending
    if told is None:
        return []
    others = [c for c in claims_of(sitting.session, case) if c.kind == "claim" and c.party_id != leaving.id]
    if claim.kind == "claim" and is_along(leaving) and any(is_along(case.party(c.party_id)) for c in others):
        return [
            T(
                "The court fee of those who claim together is computed anew on what is left. What was paid beyond it goes back to whoever paid, unless the court investigation was over."
            )
        ]
    return told(sitting, case, leaving, ending)


def alone_without(sitting: Sitting, case: Case, falls: Claim | None = None) -> list[Claim]:
    """Claims of third parties that go on by themselves: nobody of those the case began with claims any more, or nobody once
    ``falls`` has fallen. In a retrial, which keeps to what was decided at first, none does (CPI 237, 403).
    """
    standing = [c for c in claims_of(sitting.session, case) if falls is None or c.id != falls.id]
    if any(c.kind == "claim" for c in standing) or retrial_heard(sitting, case) is not None:
        return []
    return [c for c in standing if c.kind == THIRD_PARTY_CLAIM]


def will_go_on(sitting: Sitting, case: Case, falls: Claim) -> list[Text]:
    """What a ruling by which a claim falls says of those that go on by themselves: who is claimant there, and who respondent."""
    if falls.kind != "claim":
        return []
    said = []
    for claim in alone_without(sitting, case, falls):
        owner = case.party(claim.party_id)
        against = [p.name for p in parties(case) if p.role is not Role.THIRD_PARTY]
        said.append(
            T(
                "The claim of %(name)s goes on as a case of its own: %(name)s is the claimant there, and the respondents are %(others)s. What was brought and answered for it counts there.",
                name=owner.name,
                others=side_by_side(against),
            )
        )
    return said


def go_on_alone(sitting: Sitting, case: Case, now: datetime) -> list[Case]:
    """Let each third party's claim go on as a case of its own, with the third party as claimant and both sides of this case as
    respondents (CPI 237): the same bench, the facts with their answers, the fee as it was paid, who acts for whom, and who has
    answered. The exhibits go along: all of them where nothing else goes on, else those of the third party.
    """
    mine = alone_without(sitting, case)
    rest = [c for c in claims_of(sitting.session, case) if c not in mine]
    opened = []
    for claim in mine:
        owner = case.party(claim.party_id)
        new = new_case(sitting, case, owner, now)
        moved = sides_of(sitting, case, new, owner)
        copy_claim(sitting, claim, new, moved[owner.id], "claim")
        facts = take_facts(sitting, case, new, moved)
        take_answers(sitting, case, new, moved)
        claim.withdrawn_at = now
        sitting.session.flush()
        whole = not rest and len(mine) == 1
        along = moved if whole else {owner.id: moved[owner.id]}
        fact = GoingOnFact(
            case=case.number or case.reference,
            reference=case.reference,
            claim=claim.reference,
            parties=[
                {"before": p.label, "after": moved[p.id].label, "name": p.name} for p in parties(case) if p.id in moved
            ],
            exhibits="all" if whole else "own",
        )
        sitting.then(names.OPEN_CASE_GOING_ON, fact, case=new)
        sitting.announce(EvidenceMoved(case, into=new, parties=along, facts=facts))
        sitting.announce(
            ClaimSevered(case, claim.kind, into=new, party=owner, new_party=moved[owner.id], heard_together_before=True)
        )
        opened.append(new)
    return opened
