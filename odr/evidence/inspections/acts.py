"""Inspections asked for, ordered, moved and prepared (CPL 83; CPI 96, 124; EV 12, 13, 20, 43)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Case, Role, Stage
from odr.evidence import desks
from odr.evidence.exhibits.adding import is_late
from odr.evidence.inspections.inputs import (
    AskInspectionInput,
    ChangeInspectionInput,
    InspectionNoteInput,
    InspectionRulingInput,
    OwnInspectionInput,
)
from odr.evidence.inspections.models import Inspection, InspectionManner, InspectionNote, InspectionState
from odr.evidence.inspections.queries import asked_for, begun, fixed, title_of, to_sign
from odr.evidence.models import Exhibit
from odr.evidence.offered import Offer
from odr.evidence.requests.acts import REPLY, wait_for_the_others
from odr.evidence.requests.models import EvidenceRequest, RequestKind, RequestState
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.events import Served
from odr.procedure.acts.letter import DAY, HOUR, PLACE, Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Milestone, Recorded, RulingForm, Topic, act
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.hours import hour_of
from odr.procedure.models import WindowState
from odr.procedure.papers.rulings import ASKED, WITH_THE_JUDGMENT
from odr.procedure.rules.base import law
from odr.procedure.rules.pack import NoSuchRule
from odr.procedure.time.reckoning import reckon_before

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

S = InspectionState

TRIED = {Stage.PENDING, Stage.HEARING}
UNTIL_DECIDED = TRIED | {Stage.DELIBERATION}
NOTICE = "inspection_notice"
"""The rule on how long before an inspection everybody is told of it (EV 43)."""

COMES = T(
    "The court inspects on %(at)s: %(where)s. You, your representative or an adult relative of your household should be there, or join online; the inspection is held even if nobody comes. You may explain things and say what the court is to look at with care.",
    at=HOUR,
    where=PLACE,
)


@resolver("inspection")
def find_inspection(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Inspection | None:
    """An inspection of the case."""
    return sitting.session.scalar(
        select(Inspection).where(Inspection.case_id == case.id, Inspection.reference == reference)
    )


_OFFER = Offer[Inspection]("inspection", "inspection")
waits, chosen = _OFFER.waits, _OFFER.chosen


def _options(case: Case, rows: Sequence[Inspection]) -> list[Option]:
    return [Option(one.reference, title_of(case, one)) for one in rows]


@choice_source("inspections_asked")
def inspections_asked(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Inspections that a party asks for, before the judge."""
    return _options(case, asked_for(sitting, case, actor))


@choice_source("inspections_fixed")
def inspections_fixed(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Inspections that are ordered and not held yet."""
    return _options(case, fixed(sitting, case, actor))


@choice_source("inspections_begun")
def inspections_begun(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Inspections whose hour has come and that are not recorded yet."""
    return _options(case, begun(sitting, case, actor))


@choice_source("inspections_to_sign")
def inspections_to_sign(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Records under which the actor's party has said nothing yet."""
    return _options(case, to_sign(sitting, case, actor))


@act(
    title=T("Ask for an inspection"),
    input=AskInspectionInput,
    by=set(PARTY_ROLES),
    at=TRIED,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("A party asks the court to inspect something"),
        T("Read what the court is asked to look at. The judge decides on what is in the file."),
        when_due=T(
            "Say what you think of it by the end of %(day)s. If you do not, the judge rules on what is there.", day=DAY
        ),
    ),
    source=law("CPL 83", "CPI 94, 95, 124", "EV 20"),
    means={Milestone.EXHIBITS_BROUGHT},
    topic=Topic.EVIDENCE,
    in_record=False,
    help=T("Where a copy, picture or film does not do: a thing, a place, or an account, page or device shown live."),
)
def ask_for_inspection(
    sitting: Sitting, case: Case, given: AskInspectionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask the court to look at a thing, a place or what stands online, within the time for evidence (EV 20); later it is
    taken and marked late. The others are heard before the judge rules.
    """
    me = sitting.party_of(case, actor)
    sitting.late = is_late(sitting, case, me)
    about: Exhibit | None = sitting.resolved("exhibit", given.exhibit) if given.exhibit else None
    number = sitting.next_number(case)
    request = EvidenceRequest(
        case_id=case.id,
        party_id=me.id,
        kind=RequestKind.INSPECTION,
        exhibit_id=about.id if about else None,
        exhibit=about,
        what=given.what,
        fact=given.fact,
        holder=given.place,
        grounds=given.grounds,
        entry_number=number,
        state=RequestState.OPEN,
    )
    wait_for_the_others(sitting, case, request, now)
    inspection = Inspection(
        case_id=case.id,
        party_id=me.id,
        request_id=request.id,
        exhibit_id=about.id if about else None,
        manner=given.manner,
        what=given.what,
        place=given.place,
        fact=given.fact,
        state=S.ASKED,
        entry_number=number,
    )
    sitting.session.add(inspection)
    sitting.session.flush()
    title = title_of(case, inspection)
    sitting.open_task(case, Role.JUDGE, desks.INSPECTION_ASKED, title, risk=40, subject=inspection.reference)
    return Recorded(title, {"inspection": inspection.reference, "request": request.reference})


def _fixed_for(sitting: Sitting, case: Case, day: date, hour: str) -> datetime:
    """The hour of an inspection, as long ahead as everybody has to be told before (EV 43). Raises InvalidInput."""
    begins = hour_of(sitting, case, day, hour, "at")
    try:
        rule = reckon_before(sitting.pack(case), NOTICE, begins)
    except NoSuchRule:
        rule = None
    if begins <= sitting.now:
        raise InvalidInput.at("on", T("The inspection lies in the past."))
    if rule is not None and rule.due_at < sitting.now:
        raise InvalidInput.at(
            "on",
            T(
                "The parties are told at least %(length)s before the inspection. Choose a later day.",
                length=rule.words,
            ),
        )
    return begins


def two_inspect(inspectors: str) -> None:
    """Two persons inspect, each on a line (CPI 97). Raises InvalidInput."""
    if len([line for line in inspectors.splitlines() if line.strip()]) < 2:
        words = T("Two persons inspect together; one line for each [CPI 97].")
        raise InvalidInput.at("inspectors", words)


def _check_who(manner: InspectionManner, inspectors: str, invited: str | None) -> None:
    """Two persons inspect, and on site somebody of the local organisation or a party's unit is invited (CPI 97; CPL 83).
    Raises InvalidInput.
    """
    two_inspect(inspectors)
    if manner is InspectionManner.ON_SITE and not invited:
        words = T("On site the court invites somebody of the local organisation or of a party’s unit [CPL 83].")
        raise InvalidInput.at("invited", words)


def _fix(sitting: Sitting, case: Case, inspection: Inspection, begins: datetime) -> None:
    """From now on everybody is called to this hour, and the clerk has a record to make after it."""
    inspection.state, inspection.begins_at = S.ORDERED, begins
    inspection.ordered_by, inspection.told = sitting.next_number(case), {}
    sitting.session.add(inspection)
    sitting.session.flush()
    sitting.close_tasks(case, desks.INSPECTION_RECORD, inspection.reference)
    sitting.open_task(
        case,
        Role.CLERK,
        desks.INSPECTION_RECORD,
        T("Hold the inspection of %(at)s and enter its record.", at=begins),
        risk=30,
        due_at=begins,
        subject=inspection.reference,
    )


def _facts(inspection: Inspection) -> dict[str, Any]:
    begins = inspection.begins_at
    return {
        "inspection": inspection.reference,
        "begins_at": begins.isoformat() if begins is not None else None,
        "manner": inspection.manner.value,
    }


def _fixed_words(inspection: Inspection) -> Text:
    return T(
        "Inspection of %(what)s on %(at)s: %(where)s",
        what=inspection.what,
        at=inspection.begins_at,
        where=inspection.place,
    )


@act(
    title=T("Rule on a request for an inspection"),
    input=InspectionRulingInput,
    by={Role.JUDGE},
    at=UNTIL_DECIDED,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on an inspection"),
        T("Read the ruling. There is nothing you have to do."),
        when_held=COMES,
    ),
    paper=RulingForm(T("Inspection"), WITH_THE_JUDGMENT, words=ASKED),
    source=law("CPL 83, 157", "CPI 95, 124", "EV 43"),
    means={Milestone.EXHIBITS_BROUGHT},
    desk=desks.INSPECTION_ASKED,
    topic=Topic.EVIDENCE,
    in_record=False,
    guard=waits(asked_for, source="CPI 124", reason=T("No party asks for an inspection.")),
)
def rule_on_inspection(
    sitting: Sitting, case: Case, given: InspectionRulingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Grant it or not with reasons, by a sealed ruling; one that grants it fixes what, where, when, who inspects and whom
    the court invites, and tells both sides in time (CPL 83; EV 43).
    """
    inspection = chosen(sitting, case, actor, given.inspection, asked_for)
    request = sitting.session.get_one(EvidenceRequest, inspection.request_id)
    sitting.close_windows(case, REPLY, WindowState.ENDED, subject=request.reference)
    sitting.close_tasks(case, desks.INSPECTION_ASKED, inspection.reference)
    request.ruled_entry, request.result = sitting.next_number(case), given.reasons
    if given.answer == "refuse":
        inspection.state, request.state = S.REFUSED, RequestState.REFUSED
        return Recorded(
            T("No inspection of %(what)s", what=inspection.what),
            {"inspection": inspection.reference, "answer": "refuse", "reasons": given.reasons},
        )
    assert given.manner is not None and given.inspectors is not None and given.on is not None and given.at is not None
    _check_who(given.manner, given.inspectors, given.invited)
    inspection.manner, inspection.place = given.manner, given.place or inspection.place
    inspection.inspectors, inspection.invited, inspection.care = given.inspectors, given.invited, given.care
    request.state = RequestState.ORDERED
    _fix(sitting, case, inspection, _fixed_for(sitting, case, given.on, given.at))
    return Recorded(_fixed_words(inspection), {**_facts(inspection), "answer": "allow", "reasons": given.reasons})


@act(
    title=T("Order an inspection of the court’s own motion"),
    input=OwnInspectionInput,
    by={Role.JUDGE},
    at=UNTIL_DECIDED,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("The court inspects something"),
        T("Read the ruling. There is nothing you have to do."),
        when_held=COMES,
    ),
    paper=RulingForm(
        T("Inspection"), WITH_THE_JUDGMENT, result="ground", ruled=T("The court inspects of its own motion.")
    ),
    source=law("CPL 67, 83, 157", "CPI 96, 124", "EV 12, 13, 43"),
    means={Milestone.EXHIBITS_BROUGHT},
    topic=Topic.EVIDENCE,
    in_record=False,
    help=T("Only to look at what a party has put before the court, or on one of the five grounds of the law [CPI 96]."),
)
def order_inspection(
    sitting: Sitting, case: Case, given: OwnInspectionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Order an inspection that nobody asked for: only of what a party has put before the court as evidence (CPI 124; EV
    12, 13), or on a ground that lets the court collect of its own motion (CPI 96).
    """
    about: Exhibit | None = sitting.resolved("exhibit", given.exhibit) if given.exhibit else None
    _check_who(given.manner, given.inspectors, given.invited)
    inspection = Inspection(
        case_id=case.id,
        exhibit_id=about.id if about else None,
        manner=given.manner,
        own_ground=given.ground,
        what=given.what,
        place=given.place,
        fact=given.fact,
        inspectors=given.inspectors,
        invited=given.invited,
        care=given.care,
        state=S.ORDERED,
        entry_number=sitting.next_number(case),
    )
    _fix(sitting, case, inspection, _fixed_for(sitting, case, given.on, given.at))
    return Recorded(
        _fixed_words(inspection), {**_facts(inspection), "ground": given.ground.value, "reasons": given.reasons}
    )


@act(
    title=T("Move an inspection or call it off"),
    input=ChangeInspectionInput,
    by={Role.JUDGE},
    at=UNTIL_DECIDED,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("An inspection is moved or called off"),
        T("The inspection is not held: do not come. There is nothing you have to do."),
        when_held=COMES,
    ),
    source=law("CPL 83", "EV 43"),
    means={Milestone.EXHIBITS_BROUGHT},
    topic=Topic.EVIDENCE,
    in_record=False,
    guard=waits(fixed, source="EV 43", reason=T("No inspection is fixed.")),
)
def change_inspection(
    sitting: Sitting, case: Case, given: ChangeInspectionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Hold an inspection at another hour, of which everybody is told again in time, or not at all (EV 43)."""
    inspection = chosen(sitting, case, actor, given.inspection, fixed)
    if given.answer == "call_off":
        inspection.state = S.CALLED_OFF
        _end_request(sitting, inspection, RequestState.GRANTED)
        sitting.close_tasks(case, desks.INSPECTION_RECORD, inspection.reference)
        return Recorded(
            T("The inspection of %(what)s is called off", what=inspection.what),
            {"inspection": inspection.reference, "answer": "call_off"},
        )
    assert given.on is not None and given.at is not None
    inspection.place = given.place or inspection.place
    _fix(sitting, case, inspection, _fixed_for(sitting, case, given.on, given.at))
    return Recorded(_fixed_words(inspection), {**_facts(inspection), "answer": "move"})


def _end_request(sitting: Sitting, inspection: Inspection, state: RequestState) -> None:
    if inspection.request_id is not None:
        sitting.session.get_one(EvidenceRequest, inspection.request_id).state = state


@act(
    title=T("Explain something for an inspection"),
    input=InspectionNoteInput,
    by=set(PARTY_ROLES),
    at=UNTIL_DECIDED,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("A party explains something for an inspection"),
        T("There is nothing you have to do. You may explain things for the inspection yourself until it is held."),
    ),
    source=law("EV 43"),
    means={Milestone.EXHIBITS_BROUGHT},
    topic=Topic.EVIDENCE,
    in_record=False,
    guard=waits(fixed, source="EV 43", reason=T("No inspection is fixed.")),
    help=T("What the court should know before it looks, and what it is to look at with care."),
)
def note_for_inspection(
    sitting: Sitting, case: Case, given: InspectionNoteInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Explain things for an inspection, or ask the court to mind what matters in it (EV 43)."""
    inspection = chosen(sitting, case, actor, given.inspection, fixed)
    me = sitting.party_of(case, actor)
    inspection.notes.append(InspectionNote(party_id=me.id, words=given.words, entry_number=sitting.next_number(case)))
    return Recorded(
        T("%(name)s on the inspection of %(what)s", name=me.name, what=inspection.what),
        {"inspection": inspection.reference},
    )


def on_served(sitting: Sitting, event: Served) -> None:
    """A party was told of the hour of an inspection (EV 43)."""
    for inspection in fixed_of(sitting, event):
        if event.party.label not in inspection.told:
            inspection.told = {**inspection.told, event.party.label: event.at.isoformat()}


def fixed_of(sitting: Sitting, event: Served) -> Sequence[Inspection]:
    """Inspections whose hour was fixed by an entry that was served now."""
    mine = (Inspection.case_id == event.case.id, Inspection.ordered_by.in_(event.entries))
    return sitting.session.scalars(select(Inspection).where(*mine, Inspection.state == S.ORDERED)).all()
