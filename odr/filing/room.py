"""What the filing room brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Role, Stage
from odr.docket.queries import entry
from odr.filing import (
    acts,
    acts_appeals,
    acts_authenticating,
    acts_changes,
    acts_complaints,
    acts_group,
    acts_joinder,
    acts_objections,
    acts_people,
    ending,
    names,
)
from odr.filing.audit_parties import audit_parties
from odr.filing.bulk import lodge_waiting
from odr.filing.draft_keeping import keep_drafts
from odr.filing.draft_sharing import files_in_drafts
from odr.filing.models import Fact
from odr.filing.progress import standing_claim
from odr.filing.queries import facts_of
from odr.filing.representing import bring_mandates_to_docket, representatives_of, write_to_appointed
from odr.identity.actors import Actor
from odr.procedure.events import FeeLapsed, Served
from odr.procedure.hooks import NavItem, Panel, Room, ToldFact, on
from odr.procedure.resolvers import resolver
from odr.text import T

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@resolver("fact")
def find_fact(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Fact | None:
    """A numbered fact of the case."""
    return sitting.session.scalar(select(Fact).where(Fact.case_id == case.id, Fact.reference == reference))


@resolver("fact_number")
def find_fact_number(sitting: Sitting, case: Case, actor: Actor, number: str) -> Fact | None:
    """A fact of the case by its number in the pleadings."""
    return (
        sitting.session.scalar(select(Fact).where(Fact.case_id == case.id, Fact.number == int(number)))
        if number.isdecimal()
        else None
    )


def facts_told(sitting: Sitting, case: Case, viewer: Actor) -> list[ToldFact]:
    """The numbered facts of claim and answer, for the pages of other rooms."""
    found = (view.fact for view in facts_of(sitting.session, case))
    return [ToldFact(fact.number, fact.what, fact.happened_on, fact.entry_number) for fact in found]


def on_served(sitting: Sitting, event: Served) -> None:
    """A party was served: with the claim or a counterclaim, its windows start; the court's own window to serve is met."""
    case, party = event.case, event.party
    if event.occasion == "claim":
        acts_joinder.evidence_of_newcomer(sitting, case, party, event.at)
        acts.start_answer(sitting, case, party, event.at, event.proof)
        ending.hold_still(sitting, case)
        return
    if event.occasion == "joinder":
        acts_joinder.evidence_of_newcomer(sitting, case, party, event.at)
    ending.start_appeal(sitting, case, party, event.entries, event.at, event.proof)
    for number in event.entries:
        served = entry(sitting.session, case, number)
        if served is not None and served.act == names.FILE_COUNTERCLAIM:
            acts_changes.start_counter_answer(sitting, case, party, event.at, event.proof)
        elif served is not None and served.act == names.FILE_THIRD_PARTY_CLAIM:
            acts_joinder.start_third_party_answer(sitting, case, party, event.at, event.proof)
    ending.hold_still(sitting, case)


def on_fee_lapsed(sitting: Sitting, event: FeeLapsed) -> None:
    """A claim or counterclaim whose fee was not paid was ruled withdrawn: it stands no longer (CPI 213)."""
    claim = standing_claim(sitting, event.case, event.party.id)
    if claim is not None and event.matter == claim.kind:
        claim.withdrawn_at = sitting.now


def people_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """Who acts for whom, beside the case."""
    found = representatives_of(sitting.session, case, sitting.now)
    return Panel("aside", 20, "filing/_representatives.html", {"representatives": found}) if found else None


def ending_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """That a ruling ends the case as soon as nobody may appeal from it any longer."""
    found = ending.ending_that_waits(sitting, case)
    return Panel("next", 5, "filing/_ending.html", {"number": found.asked_entry}) if found is not None else None


def counter_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """For the clerk: where she takes down what somebody files who is not online."""
    return (
        Panel("aside", 25, "filing/_counter.html", {})
        if actor.role is Role.CLERK and case.stage is not Stage.CLOSED
        else None
    )


ROOM = Room(
    name="filing",
    routes=(
        "odr.filing.routes:filing",
        "odr.filing.routes_registry:registry",
        "odr.filing.routes_guide:guide",
        "odr.filing.routes_agenda:agenda",
        "odr.filing.routes_assisted:counter",
        "odr.filing.routes_drafts:pages",
        "odr.filing.routes_bulk:pages",
        "odr.filing.routes_batch:batch",
        "odr.filing.routes_group:group",
        "odr.filing.routes_interest:interest",
    ),
    on_lapse={
        "registry_review": acts.accept_first,
        "correction": acts.not_corrected,
        **dict.fromkeys(ending.RULING_APPEALS, acts_appeals.appeal_lapsed),
        acts_objections.CHALLENGE_WINDOW: acts_objections.challenge_overdue,
        acts_objections.REVIEW_WINDOW: acts_objections.challenge_overdue,
        acts_people.IDENTITY_WINDOW: acts_people.platform_silent,
        acts_complaints.COMPLAINT_WINDOW: acts_complaints.complaint_overdue,
    },
    on_event=(on(Served, on_served), on(FeeLapsed, on_fee_lapsed)),
    panels=(people_panel, counter_panel, ending_panel),
    nav=(NavItem("claim", "filing.claim", T("Claim and answer"), 10),),
    sweeps={
        "mandates": bring_mandates_to_docket,
        "appointed": write_to_appointed,
        "bulk": lodge_waiting,
        "drafts": keep_drafts,
    },
    naming=(files_in_drafts,),
    facts_told=facts_told,
    bars=(acts_group.conducted_by_others, acts_authenticating.mandate_from_abroad, ending.stands_still),
    audits=(audit_parties,),
)
