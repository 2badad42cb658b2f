"""The record of an inspection: entered, an exhibit of the court, signed by who was there (CPL 83; CPI 97; EV 43)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import PARTY_ROLES, Case, Party, Role
from odr.docket.queries import parties
from odr.evidence import desks
from odr.evidence.exhibits.adding import add_exhibit
from odr.evidence.inspections.acts import UNTIL_DECIDED, chosen, two_inspect, waits
from odr.evidence.inspections.inputs import InspectionRecordInput, SignInspectionInput
from odr.evidence.inspections.models import Inspection, InspectionManner, InspectionSignature, InspectionState
from odr.evidence.inspections.queries import begun, to_sign
from odr.evidence.models import Category, Exhibit
from odr.evidence.requests.models import EvidenceRequest, RequestState
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, side_by_side
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act
from odr.procedure.forms.hours import hour_of
from odr.procedure.papers.language import language_of
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

INSPECTED = "inspected"
"""In the provenance of an exhibit: reference of the inspection of which it is the record, or a picture."""


def _check(sitting: Sitting, case: Case, inspection: Inspection, given: InspectionRecordInput) -> None:
    """What the law wants of every inspection. Raises InvalidInput, or ActNotOpen where it has to be held anew."""
    if not given.credentials:
        raise InvalidInput.at("credentials", T("Who inspects shows the credentials of the court first [CPL 83]."))
    two_inspect(given.inspectors)
    if inspection.manner is InspectionManner.ONLINE and not given.means:
        raise InvalidInput.at("means", T("Say with which device, program, network and account it was looked at."))
    began = hour_of(sitting, case, given.on, given.began, "began")
    if hour_of(sitting, case, given.on, given.ended, "ended") < began:
        raise InvalidInput.at("ended", T("The end is before the beginning."))
    if began > sitting.now:
        raise InvalidInput.at("began", T("The inspection has not begun yet."))
    if inspection.begins_at is not None and began < inspection.begins_at:
        raise InvalidInput.at("began", T("It was held before the hour that the parties were told."))
    untold = [party for party in parties(case) if _was_not_told(inspection, party, began, given.present)]
    if untold:
        raise ActNotOpen(
            T(
                "Nothing shows that %(names)s, who was not there, was told of the inspection before. Move it to another hour.",
                names=side_by_side(party.name for party in untold),
            ),
            source=sitting.pack(case).cited("EV 43"),
        )


def _was_not_told(inspection: Inspection, party: Party, began: datetime, present: list[str]) -> bool:
    """Absence does not hinder an inspection of which one was told (CPL 83; EV 43)."""
    told = inspection.told.get(party.label)
    return party.label not in present and (told is None or datetime.fromisoformat(told) > began)


def _exhibits(
    sitting: Sitting, case: Case, inspection: Inspection, given: InspectionRecordInput, now: datetime
) -> list[Exhibit]:
    """The record and what was made with it, as exhibits of the court: they stand beside those of who asked."""
    beside = case.party_if_any(inspection.party_id)
    if beside is None and inspection.about is not None:
        beside = case.party_if_any(inspection.about.party_id)
    locale = language_of(sitting, case)
    source = T("Inspected by the court on %(at)s", at=f"{given.on.isoformat()} {given.began}").render(locale)
    record = T("Record of the inspection of %(what)s", what=inspection.what)
    picture = T("Made at the inspection of %(what)s", what=inspection.what)
    return [
        add_exhibit(
            sitting,
            case,
            beside or parties(case)[0],
            sitting.resolved("upload", reference),
            title=" ".join((record if place == 0 else picture).render(locale).split())[:200],
            proves=inspection.fact,
            source=source,
            now=now,
            category=Category.INSPECTION,
            provenance={
                INSPECTED: inspection.reference,
                "made_with": (given.means or given.course)[:500],
                "made_at": f"{given.on.isoformat()} {given.began}–{given.ended}",
            },
            facts=inspection.about.facts if inspection.about is not None else (),
            summary=given.result[:1000] if place == 0 else None,
            of_court=True,
        )
        for place, reference in enumerate(dict.fromkeys([given.upload, *given.files]))
    ]


@act(
    title=T("Record an inspection"),
    input=InspectionRecordInput,
    by={Role.CLERK, Role.JUDGE},
    at=UNTIL_DECIDED,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.PLEADING,
        T("Record of an inspection"),
        T(
            "The record of the inspection is now an exhibit of the court. If you were there, sign it, or say why you do not. You may say in the examination whether it is authentic, lawful and relevant: when it is your turn, a letter names the day. If you say nothing, the case goes on."
        ),
    ),
    source=law("CPL 83", "CPI 124", "EV 43, 62"),
    means={Milestone.EXHIBITS_BROUGHT},
    desk=desks.INSPECTION_RECORD,
    topic=Topic.EVIDENCE,
    in_record=False,
    guard=waits(begun, source="EV 43", reason=T("There is no inspection to record yet.")),
)
def record_inspection(
    sitting: Sitting, case: Case, given: InspectionRecordInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Enter time, place, who inspected and who was there, what was done and seen, and who signed (EV 43). The signed
    record becomes an exhibit of the court, on which every party speaks before anything rests on it (CPI 103; EV 62).

    Whoever was told and stayed away hinders nothing; whoever was not told is told of another hour first (CPL 83).
    """
    inspection = chosen(sitting, case, actor, given.inspection, begun)
    if not {p.label for p in parties(case)}.issuperset(given.present):
        raise InvalidInput.at("present", T("Choose one of those listed."))
    _check(sitting, case, inspection, given)
    exhibits = _exhibits(sitting, case, inspection, given, now)
    labels = [exhibit.label for exhibit in exhibits]
    inspection.state, inspection.recorded_by = InspectionState.RECORDED, sitting.next_number(case)
    kept = given.model_dump(mode="json", exclude={"inspection", "upload", "files"})
    inspection.record = {**kept, "exhibits": labels}
    if inspection.request_id is not None:
        sitting.session.get_one(EvidenceRequest, inspection.request_id).state = RequestState.OBEYED
    sitting.close_tasks(case, desks.INSPECTION_RECORD, inspection.reference)
    return Recorded(
        T("Inspected: %(what)s. Record and files: %(labels)s", what=inspection.what, labels=side_by_side(labels)),
        {
            "inspection": inspection.reference,
            "exhibits": [
                {"exhibit": e.label, "sha256": e.upload.sha256, "receipt": e.upload.receipt} for e in exhibits
            ],
        },
    )


@act(
    title=T("Sign the record of an inspection"),
    input=SignInspectionInput,
    by=set(PARTY_ROLES),
    at=UNTIL_DECIDED,
    strong=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("A party signed the record of an inspection, or did not"),
        T("There is nothing you have to do. It is on the docket."),
        for_information=True,
    ),
    source=law("CPL 83", "EV 43"),
    means={Milestone.EXHIBITS_BROUGHT},
    topic=Topic.EVIDENCE,
    in_record=False,
    guard=waits(to_sign, source="CPL 83", reason=T("There is no record of an inspection for you to sign.")),
    help=T("For who was there. What you do not sign stays in the case with your reason."),
)
def sign_inspection(
    sitting: Sitting, case: Case, given: SignInspectionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Sign the record of an inspection that one attended, with remarks, or say why not (CPL 83; EV 43)."""
    inspection = chosen(sitting, case, actor, given.inspection, to_sign)
    me = sitting.party_of(case, actor)
    signed = given.answer == "sign"
    inspection.signatures.append(
        InspectionSignature(
            party_id=me.id,
            signed=signed,
            words=given.words,
            name=actor.name,
            entry_number=sitting.next_number(case),
        )
    )
    words = (
        T("%(name)s signed the record of the inspection of %(what)s", name=me.name, what=inspection.what)
        if signed
        else T("%(name)s does not sign the record of the inspection of %(what)s", name=me.name, what=inspection.what)
    )
    return Recorded(words, {"inspection": inspection.reference, "signed": signed})
