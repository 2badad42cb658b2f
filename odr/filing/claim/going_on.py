"""What goes on when a claim is withdrawn, or counts as withdrawn: the rest of the case, and a third party's own claim as a
case of its own (CPI 237, 239).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.docket.models import BENCH_ROLES, Case, DocketEntry, Outcome, Party, Role, Stage
from odr.docket.queries import entries_of, parties
from odr.filing import names
from odr.filing.claim.announcements import asked_together, is_along
from odr.filing.claim.own_case import copy_claim, new_case, sides_of, take_answers, take_facts
from odr.filing.claim.progress import end_case, investigation_is_open, retrial_heard
from odr.filing.claim.queries import claims_of
from odr.filing.inputs import GoingOnFact
from odr.filing.models import Claim
from odr.ground.text import T, Text, side_by_side
from odr.identity.actors import Actor
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


@dataclass(frozen=True)
class Elsewhere:
    """A case that a claim went to or came from: what is said of it, and its reference where the reader may open it."""

    words: Text
    reference: str | None


def claims_elsewhere(sitting: Sitting, case: Case, actor: Actor) -> list[Elsewhere]:
    """Where a claim of this case goes on by itself since the rest was withdrawn, and the case in which what is heard here began."""
    found = []
    opened = [
        entry
        for act in (names.OPEN_CASE_GOING_ON, names.OPEN_SEVERED_CASE)
        for entry in entries_of(sitting.session, case, act)
    ]
    for entry in opened:
        came = json.loads(entry.payload)["input"]
        words = T(
            "This case comes from %(number)s. What was brought and answered there for the claim counts here.",
            number=came["case"],
        )
        found.append(Elsewhere(words, came["reference"]))
    for new in _gone_on(sitting, case):
        mine = case.party_if_any(actor.party_id)
        there = {party["name"] for party in new["parties"]}
        words = T(
            "The claim of %(name)s goes on as a case of its own, %(number)s.",
            name=new["parties"][0]["name"],
            number=new["case"] or new["reference"],
        )
        may_open = actor.role in BENCH_ROLES or (mine is not None and mine.name in there)
        found.append(Elsewhere(words, new["reference"] if may_open else None))
    return found


def _gone_on(sitting: Sitting, case: Case) -> list[dict[str, Any]]:
    """What the ruling that ended a case says of the cases that go on, whichever ruling it was; a case that is open has none."""
    if case.stage is not Stage.CLOSED:
        return []
    said = select(DocketEntry.payload).where(
        DocketEntry.case_id == case.id, DocketEntry.payload.contains('"into":[', autoescape=True)
    )
    results = [json.loads(payload)["result"] for payload in sitting.session.scalars(said)]
    return [one for result in results for one in result.get("into", ()) if isinstance(one, dict)]
