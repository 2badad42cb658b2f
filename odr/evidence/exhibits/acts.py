"""Acts of evidence: submitting an exhibit, and taking one back."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Case
from odr.evidence import names
from odr.evidence.choices import exhibits_to_withdraw
from odr.evidence.exhibits.access import is_kept
from odr.evidence.exhibits.adding import add_exhibit, is_late
from odr.evidence.exhibits.checklist import items_for
from odr.evidence.exhibits.queries import brought_any
from odr.evidence.exhibits.sealing import ask_for_seal, prepare_submission
from odr.evidence.inputs import ExhibitInput, FactNumbers, Summary
from odr.evidence.intake.belonging import belonging_to, copied
from odr.evidence.models import BEFORE_DECISION, ORDERED, Exhibit, ExhibitState, Upload
from odr.evidence.requests.acts import open_late
from odr.evidence.requests.queries import produced_by
from odr.evidence.sources.early_fetches import origin, told_of
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.events import ClaimLodged
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.procedure.papers.language import language_of
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@act(
    title=T("Submit an exhibit"),
    input=ExhibitInput,
    by=set(PARTY_ROLES),
    at=BEFORE_DECISION,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("New exhibit of another party"),
        T(
            "You may say in the examination whether it is authentic, lawful and relevant: when it is your turn, a letter names the day. If it came late, you may say then, too, that you object. If you say nothing, the case goes on."
        ),
        names.SUBMIT_EXHIBIT,
    ),
    source=law("CPL 66", "EV 19"),
    means={Milestone.EXHIBITS_BROUGHT, Milestone.OWN_AFFAIR},
    topic=Topic.EVIDENCE,
    in_record=False,
    version=2,
    prepare=prepare_submission,
    page="many.page",
)
def submit_exhibit(sitting: Sitting, case: Case, given: ExhibitInput, *, actor: Actor, now: datetime) -> Recorded:
    """Put a file that the court already holds and has anchored into the case (EV 19).

    After the party's evidence period it is taken and marked late; whether it is
    admitted is the judge's ruling (CPI 101, 102), never the clock's.
    """
    party = sitting.party_of(case, actor)
    upload: Upload = sitting.resolved("upload", given.upload)
    along = belonging_to(sitting.session, upload)
    if given.secret and not given.why_secret:
        raise InvalidInput.at("why_secret", T("Say what must be kept from whom, and why."))
    if copied(along) and not given.why_secret:
        raise InvalidInput.at("why_secret", T("Say what you blurred or cut away in the copy, and why."))
    produced = produced_by(sitting, case, party, upload)
    in_time_of_order = produced is not None and not json.loads(produced.payload)["late"]
    came_late = not in_time_of_order and is_late(sitting, case, party)
    known = {item.key for item in items_for(sitting.pack(case).cause(case.cause), party.role)}
    meets = tuple(dict.fromkeys(given.meets))
    if not known.issuperset(meets):
        raise InvalidInput.at("meets", T("Choose one of those listed."))
    # Of what the court fetched itself before there was a case, the court says where it comes from, and nobody else.
    told = origin(sitting.session, upload, lambda: language_of(sitting, case)) or {
        "source": given.source,
        "category": given.category,
        "provenance": given.provenance.model_dump() if given.provenance else {},
    }
    if produced is not None:
        told["provenance"] = {**told["provenance"], ORDERED: str(produced.number)}
    fetched = told_of(sitting.session, upload)
    exhibit = add_exhibit(
        sitting,
        case,
        party,
        upload,
        title=given.title,
        proves=given.proves,
        now=now,
        state=ExhibitState.LATE if came_late else ExhibitState.SUBMITTED,
        meets=meets,
        language=given.language,
        facts=given.facts,
        summary=given.summary,
        along=along,
        **told,
    )
    if given.secret or copied(along):
        ask_for_seal(sitting, case, exhibit, given.why_secret or "", whole=given.secret)
    if came_late:
        sitting.late = True
        open_late(sitting, case, exhibit, given.why_late, now)
    result = {
        "exhibit": exhibit.label,
        "reference": exhibit.reference,
        # Of a file kept from others the entry gives no digest: without a salt it would tell whoever guesses what the file
        # says that they guessed right. The receipt holds it, salted, and opens to who may open the file.
        **_told_of(exhibit, upload),
        "media_type": upload.media_type,
        "receipt": upload.receipt,
        **({"files": [_part(exhibit, each) for each in along]} if along else {}),
        **({} if is_kept(exhibit, upload) else fetched),
    }
    return Recorded(T("Exhibit %(label)s submitted: %(title)s", label=exhibit.label, title=exhibit.title), result)


def _told_of(exhibit: Exhibit, upload: Upload) -> dict[str, Any]:
    return {} if is_kept(exhibit, upload) else {"sha256": upload.sha256, "size": upload.size}


def _part(exhibit: Exhibit, upload: Upload) -> dict[str, Any]:
    """What the entry says of a further picture, or of a copy that the others see."""
    kind = upload.part_kind.value if upload.part_kind else ""
    return {"as": kind, **_told_of(exhibit, upload), "media_type": upload.media_type, "receipt": upload.receipt}


@upcast(names.SUBMIT_EXHIBIT, from_version=1)
def of_no_numbered_fact(given: dict[str, Any]) -> dict[str, Any]:
    """An exhibit of the first version named no numbered facts and had no summary."""
    return {**given, "facts": [], "summary": None}


@guard("EV 19")
def has_brought_an_exhibit(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only whoever has brought an exhibit can say more of it."""
    return None if brought_any(sitting.session, case, actor.party_id) else T("You have brought no exhibit yet.")


@guard("EV 19")
def has_an_exhibit_to_withdraw(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only what was brought and still stands can be taken back."""
    return None if exhibits_to_withdraw(sitting, case, actor) else T("You have brought no exhibit that stands.")


class DescribeExhibitInput(CourtModel):
    """What an exhibit of one's own is to show, said anew."""

    exhibit: Annotated[
        str, RefTo("exhibit"), field(T("Exhibit"), T("One of your own side."), choices="own_side_exhibits")
    ]
    proves: Annotated[str, CourtText(1, 1000), field(T("What does it show?"), widget="textarea")]
    facts: FactNumbers = []
    summary: Summary = None


@act(
    title=T("Say anew what an exhibit shows"),
    input=DescribeExhibitInput,
    by=set(PARTY_ROLES),
    at=BEFORE_DECISION,
    guard=has_brought_an_exhibit,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("What an exhibit is to prove has been restated"),
        T(
            "You may say in the examination whether it is authentic, lawful and relevant: when it is your turn, a letter names the day. If you say nothing, the case goes on."
        ),
    ),
    source=law("EV 19"),
    means={Milestone.EXHIBITS_BROUGHT},
    topic=Topic.EVIDENCE,
    in_record=False,
    help=T(
        "Which numbered facts one of your exhibits is to show, and what is in it. File and origin stay as they are."
    ),
)
def describe_exhibit(
    sitting: Sitting, case: Case, given: DescribeExhibitInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Say what one's own exhibit is to prove and what is in it, as far as it can be said now (EV 19); the file, its
    source and its receipt stay untouched.
    """
    exhibit: Exhibit = sitting.resolved("exhibit", given.exhibit)
    if exhibit.owner_id != actor.party_id or "commissioned" in exhibit.provenance:
        raise InvalidInput.at("exhibit", T("Only the party who submitted an exhibit says what it is to show."))
    exhibit.proves, exhibit.facts, exhibit.summary = given.proves, sorted(set(given.facts)), given.summary
    return Recorded(
        T("What exhibit %(label)s is to show", label=exhibit.label), {"exhibit": exhibit.label, "facts": exhibit.facts}
    )


class WithdrawExhibitInput(CourtModel):
    """Taking an exhibit back; it stays on record."""

    exhibit: Annotated[str, RefTo("exhibit"), field(T("Exhibit"), choices="exhibits_to_withdraw")]
    reason: Annotated[str, CourtText(1, 1000), field(T("Why?"), widget="textarea")]


@act(
    title=T("Withdraw an exhibit"),
    input=WithdrawExhibitInput,
    by=set(PARTY_ROLES),
    at=BEFORE_DECISION,
    guard=has_an_exhibit_to_withdraw,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("An exhibit has been withdrawn"),
        T("It stays on record, and you may still rely on it. There is nothing you have to do."),
    ),
    source=law("EV 19"),
    means={Milestone.OWN_AFFAIR, Milestone.EXHIBITS_BROUGHT},
    topic=Topic.EVIDENCE,
    in_record=False,
)
def withdraw_exhibit(
    sitting: Sitting, case: Case, given: WithdrawExhibitInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Take back one's own exhibit; it stays on record, and the other side may rely on it."""
    exhibit: Exhibit = sitting.resolved("exhibit", given.exhibit)
    if exhibit.owner_id != actor.party_id:
        raise InvalidInput.at("exhibit", T("Only the party who submitted an exhibit may withdraw it."))
    if "commissioned" in exhibit.provenance:
        raise InvalidInput.at("exhibit", T("A report that the court commissioned is nobody’s to withdraw."))
    if ORDERED in exhibit.provenance:
        raise InvalidInput.at("exhibit", T("What the court ordered to be produced is nobody’s to withdraw."))
    exhibit.state = ExhibitState.WITHDRAWN
    return Recorded(T("Exhibit %(label)s withdrawn", label=exhibit.label), {"exhibit": exhibit.label})


def on_claim_lodged(sitting: Sitting, event: ClaimLodged) -> None:
    """The files that go with a claim become exhibits, in entries after it; of those that are exhibits already, what
    they show is said anew where it changed.
    """
    case, actor = event.case, event.actor
    if not event.files:
        return
    here = {e.upload.reference: e for e in sitting.session.scalars(select(Exhibit).where(Exhibit.case_id == case.id))}
    for line in event.files:
        shows, exhibit = list(line.facts), here.get(line.upload)
        if exhibit is None:
            submitted = ExhibitInput(
                upload=line.upload,
                title=line.title,
                proves=line.proves,
                facts=shows,
                source=line.source,
                secret=line.secret,
                why_secret=line.why_secret,
            )
            sitting.then(names.SUBMIT_EXHIBIT, submitted, actor=actor)
            continue
        if line.secret and exhibit.seal is None and exhibit.party_id == actor.party_id:
            # Said when the claim was corrected: nobody else was served yet.
            ask_for_seal(sitting, case, exhibit, line.why_secret or "")
        if (exhibit.proves, exhibit.facts) != (line.proves, shows) and exhibit.party_id == actor.party_id:
            anew = DescribeExhibitInput(
                exhibit=exhibit.reference, proves=line.proves, facts=shows, summary=exhibit.summary
            )
            sitting.then(names.DESCRIBE_EXHIBIT, anew, actor=actor)
