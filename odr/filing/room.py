"""What the filing room brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import COURT_ROLES, PARTY_ROLES, Case, Party, Role, Stage, Track
from odr.docket.queries import entry
from odr.docket.visibility import READS_FILE
from odr.filing import names
from odr.filing.bulk.lodging import lodge_waiting
from odr.filing.claim import acts, changes, going_on, joining_cases
from odr.filing.claim.progress import requests_that_wait, standing_claim, waits_for
from odr.filing.claim.public_interest import (
    acts as public_interest,
    case_views as public_interest_views,
    endings as public_interest_endings,
)
from odr.filing.claim.queries import asked_for, claims_of, facts_of
from odr.filing.complaints import acts as complaints
from odr.filing.complaints.naming import records_kept as duties_kept
from odr.filing.complaints.queries import COMPLAINT_WINDOW
from odr.filing.course import (
    ending_rulings,
    evidence_periods,
    objections,
    outage_relief,
    ruling_appeals,
    time_limit_changes,
)
from odr.filing.course.next_step import longer_or_read
from odr.filing.draft.draft_versions import keep_drafts
from odr.filing.draft.sharing import files_in_drafts
from odr.filing.group.conduct import conducted_by_others
from odr.filing.marked import acts as marked
from odr.filing.marked.queries import marks_of, note_filing
from odr.filing.models import Claim
from odr.filing.parties import foreign_papers, joinder, known_identity, mandates
from odr.filing.parties.asking_to_take_part import put_before_judges
from odr.filing.parties.audit import audit_parties
from odr.filing.parties.firm.roll import records_kept as firms_kept
from odr.filing.parties.mandates_on_docket import bring_mandates_to_docket, representatives_of, write_to_appointed
from odr.filing.registry import refusing
from odr.filing.registry.drawing import records_kept as draws_kept
from odr.filing.registry.posts import records_kept as posts_kept
from odr.ground.text import Money, T
from odr.identity.accounts.role_names import name_roles
from odr.identity.actors import Actor
from odr.procedure.acts.availability import refusal
from odr.procedure.acts.events import (
    ClaimAccepted,
    CourtWasOut,
    FeeLapsed,
    HeardAgain,
    PartyAbroad,
    PresidentAsked,
    Served,
)
from odr.procedure.hooks import DeskPage, NavItem, Panel, Room, ToldFact, on
from odr.service.packet.occasions import ACCEPTANCE, REGISTRY

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def facts_told(sitting: Sitting, case: Case, viewer: Actor) -> list[ToldFact]:
    """The numbered facts of claim and answer, for the pages of other rooms."""
    found = (view.fact for view in facts_of(sitting.session, case))
    return [ToldFact(fact.number, fact.what, fact.happened_on, fact.entry_number) for fact in found]


OVER = frozenset({Stage.EFFECTIVE, Stage.ENFORCEMENT, Stage.CLOSED})
"""Where no time to answer or to bring evidence begins."""


def on_served(sitting: Sitting, event: Served) -> None:
    """A party was served: with the claim, a counterclaim or the notice of acceptance, its windows start; the court's own
    window to serve is met.
    """
    case, party = event.case, event.party
    if case.stage in OVER and event.occasion in (ACCEPTANCE.key, "claim", "joinder"):
        # Settled before the letter came: there is nothing left to answer, nor to prove.
        return
    if event.occasion == ACCEPTANCE.key:
        evidence_periods.begin_with_own_notice(sitting, case, party, event.at, event.proof)
    if event.occasion == "claim":
        joinder.evidence_of_newcomer(sitting, case, party, event.at)
        acts.start_answer(sitting, case, party, event.at, event.proof)
        ending_rulings.hold_still(sitting, case)
        return
    if event.occasion == "joinder":
        joinder.evidence_of_newcomer(sitting, case, party, event.at)
    if event.occasion == REGISTRY.key:
        refusing.correction_reached(sitting, case, party, event.entries, event.at, event.proof)
    ending_rulings.start_appeal(sitting, case, party, event.entries, event.at, event.proof)
    evidence_periods.from_own_notice(sitting, case, party, event.entries, event.at, event.proof)
    for number in event.entries:
        served = entry(sitting.session, case, number)
        if served is not None and served.act == names.FILE_COUNTERCLAIM:
            changes.start_counter_answer(sitting, case, party, event.at, event.proof)
        elif served is not None and served.act in (names.OPEN_SEVERED_CASE, names.OPEN_CASE_GOING_ON):
            joining_cases.begin_severed(sitting, case, party, event.at, event.proof)
        elif served is not None and served.act == names.FILE_THIRD_PARTY_CLAIM:
            joinder.start_third_party_answer(sitting, case, party, event.at, event.proof)
    ending_rulings.hold_still(sitting, case)


def sum_asked(sitting: Sitting, case: Case, party: Party, occasion: str, number: int) -> Money | None:
    """With a claim, a counterclaim or a third party's claim goes what it asks for."""
    if occasion == "claim":
        found = [c for c in claims_of(sitting.session, case) if c.kind == "claim"]
    elif not sitting.has_written(Claim):
        return None  # The entry is of this Sitting, and so is whatever claim it brought.
    else:
        found = [c for c in claims_of(sitting.session, case) if c.entry_number == number and c.party_id != party.id]
    asked = sum(c.amount_minor for c in found)
    return Money(asked, found[0].currency) if asked else None


def on_heard_again(sitting: Sitting, event: HeardAgain) -> None:
    """Heard again, the case follows the fullest procedure, and everybody has a new time for evidence (CPI 257; EV 55(3))."""
    event.case.track = Track(sitting.pack(event.case).tracks.default)
    evidence_periods.restart_evidence(sitting, event.case, sitting.now)


def on_fee_lapsed(sitting: Sitting, event: FeeLapsed) -> None:
    """A claim or counterclaim whose fee was not paid was ruled withdrawn: it stands no longer (CPI 213); a third party's own
    goes on by itself, as where leave to withdraw is given (CPI 237).
    """
    claim = standing_claim(sitting, event.case, event.party.id)
    if claim is None or event.matter != claim.kind:
        return
    if event.stands is not None:
        changes.take_back_increase(sitting, event.case, claim, event.stands)
    else:
        claim.withdrawn_at = sitting.now
        sitting.session.flush()
        going_on.go_on_alone(sitting, event.case, sitting.now)


def asked_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """What is asked for, by whom and how much together, beside the case."""
    if actor.role not in READS_FILE:
        return None
    asked = asked_for(sitting.session, case)
    return Panel("aside", 5, "filing/_asked.html", {"claims": asked}) if asked else None


def pending_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """What the reader has asked for and nobody has decided yet: whoever asked is told who is waited for."""
    if actor.party_id is None:
        return None
    mine = [one for one in requests_that_wait(sitting, case) if one.party_id == actor.party_id]
    return (
        Panel("next", 60, "filing/_pending.html", {"asked": [(one, waits_for(one)) for one in mine]}) if mine else None
    )


def elsewhere_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """For who reads the file: where a claim of this case goes on by itself, or the case it came from."""
    found = going_on.claims_elsewhere(sitting, case, actor) if actor.role in READS_FILE else []
    return Panel("next", 4, "filing/_goes_on.html", {"cases": found}) if found else None


def people_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """Who acts for whom, beside the case."""
    found = representatives_of(sitting, case)
    return Panel("aside", 20, "filing/_representatives.html", {"representatives": found}) if found else None


def ending_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """That a ruling ends the case as soon as nobody may appeal from it any longer."""
    found = ending_rulings.ending_that_waits(sitting, case)
    return Panel("next", 5, "filing/_ending.html", {"number": found.asked_entry}) if found is not None else None


def marked_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """Which filings are marked: a party sees its own, with the way to answer; the court sees all."""
    if actor.role not in PARTY_ROLES | COURT_ROLES:
        return None
    mine = actor.party_id or 0 if actor.role in PARTY_ROLES else None
    found = marks_of(sitting.session, case, open_only=True, party_id=mine)
    if not found:
        return None
    marks = [{"mark": mark, "what": marked.named(sitting, case, mark)} for mark in found]
    answers = refusal(sitting, sitting.court.table[names.ANSWER_FILING_MARK], case, actor) is None
    return Panel("main", 3, "filing/_marked.html", {"marks": marks, "answers": answers})


def counter_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """For the clerk: where they take down what somebody files who is not online."""
    return (
        Panel("aside", 25, "filing/_counter.html", {})
        if actor.role is Role.CLERK and case.stage is not Stage.CLOSED
        else None
    )


ROOM = Room(
    name="filing",
    routes=(
        "odr.filing.claim.pages:filing",
        "odr.filing.registry.pages:registry",
        "odr.filing.draft.guide_pages:guide",
        "odr.filing.agenda.pages:agenda",
        "odr.filing.counter.pages:counter",
        "odr.filing.draft.pages:pages",
        "odr.filing.bulk.pages:pages",
        "odr.filing.registry.batch_pages:batch",
        "odr.filing.registry.supervision_pages:supervision",
        "odr.filing.registry.posts_pages:posts",
        "odr.filing.complaints.pages:complaints",
        "odr.filing.parties.firm.pages:firm",
        "odr.filing.marked.pages:filings",
        "odr.filing.group.pages:group",
        "odr.filing.draft.interest_pages:interest",
        "odr.filing.draft.fetching_pages:fetching",
    ),
    on_lapse={
        "registry_review": acts.accept_first,
        "correction": acts.not_corrected,
        **dict.fromkeys(ending_rulings.RULING_APPEALS, ruling_appeals.appeal_lapsed),
        objections.CHALLENGE_WINDOW: objections.challenge_overdue,
        objections.REVIEW_WINDOW: objections.challenge_overdue,
        mandates.IDENTITY_WINDOW: mandates.platform_silent,
        known_identity.REGISTERING: known_identity.not_registered,
        COMPLAINT_WINDOW: complaints.complaint_overdue,
    },
    on_event=(
        on(Served, on_served),
        on(FeeLapsed, on_fee_lapsed),
        on(HeardAgain, on_heard_again),
        on(CourtWasOut, outage_relief.offer_where_it_ended),
        on(PartyAbroad, time_limit_changes.longer_abroad),
        on(PresidentAsked, objections.seat_president),
        on(ClaimAccepted, public_interest.on_accepted),
    ),
    steps=(longer_or_read,),
    panels=(
        asked_panel,
        pending_panel,
        people_panel,
        counter_panel,
        ending_panel,
        elsewhere_panel,
        marked_panel,
        public_interest_views.panel,
    ),
    sums=(sum_asked,),
    nav=(NavItem("claim", "filing.claim", T("Claim and answer"), 10),),
    desk_pages=(
        DeskPage("registry.queue", T("Registry: claims to review"), 10),
        DeskPage("filings.queue", T("Filings to look through"), 11),
        DeskPage("counter.begin_page", T("Filing at the counter"), 20),
        DeskPage("supervision.overview", T("What lies at the court"), 12),
        DeskPage("posts.listing", T("Posts and trainings"), 17),
        DeskPage("complaints.desk", T("Complaints"), 13),
        DeskPage("firm.desk", T("Firms and the roll of representatives"), 14),
        DeskPage("agenda.show", T("Agenda"), 120),
    ),
    sweeps={
        "mandates": bring_mandates_to_docket,
        "appointed": write_to_appointed,
        "requests from outside": put_before_judges,
        "bulk": lodge_waiting,
        "names of roles": name_roles,
        "drafts": keep_drafts,
    },
    naming=(files_in_drafts,),
    holdings=(duties_kept, firms_kept, draws_kept, posts_kept),
    facts_told=facts_told,
    after_act=(note_filing,),
    bars=(
        objections.challenged_pauses,
        conducted_by_others,
        known_identity.identity_first,
        foreign_papers.mandate_from_abroad,
        ending_rulings.stands_still,
        public_interest.no_hearing_without_conditions,
        public_interest_endings.nothing_of_ones_own,
        public_interest_endings.not_withdrawn_after_the_debate,
    ),
    audits=(audit_parties,),
)
