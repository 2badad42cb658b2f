"""Records of a platform at a party's request (EV 14, 94; OLR 18)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Case, Role, Stage
from odr.evidence import names
from odr.evidence.exhibits.adding import add_exhibit
from odr.evidence.inputs import LATE_MEANS, WHY_LATE
from odr.evidence.models import Category, ExhibitState, Upload
from odr.evidence.requests.acts import open_late
from odr.evidence.sources.inputs import PlatformRecordsFact
from odr.evidence.sources.models import Platform, PlatformRequest, RecordKind
from odr.ground.errors import InvalidInput
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.models import WindowState
from odr.procedure.papers.language import language_of
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

BEFORE_DECISION = {Stage.LODGED, Stage.PENDING, Stage.HEARING}

LASTS = timedelta(days=30)


@guard("COURT platform-records")
def some_platform(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no platform can be asked: none is accredited."""
    found = sitting.session.scalar(
        built_once(lambda: select(Platform.id).where(Platform.revoked_at.is_(None)).limit(1))
    )
    return (
        None
        if found is not None
        else T("This court has accredited no platform yet. Send screenshots, or ask for an order to produce.")
    )


@choice_source("platforms")
def platforms(sitting: Sitting, case: Case | None, actor: Actor | None) -> list[Option]:
    """Platforms the court has accredited."""
    return [
        Option(p.key, p.name)
        for p in sitting.session.scalars(select(Platform).where(Platform.revoked_at.is_(None)).order_by(Platform.name))
    ]


@choice_source("record_kinds")
def record_kinds(sitting: Sitting, case: Case | None, actor: Actor | None) -> list[Option]:
    """What a platform may give of an order."""
    return [Option(kind.value, kind.label) for kind in RecordKind]


class AskPlatformRecordsInput(CourtModel):
    """Which platform is to give what of which order."""

    platform: Annotated[
        str,
        CourtText(1, 60, one_line=True),
        field(T("Platform"), T("Only platforms this court has accredited."), choices="platforms"),
    ]
    order_number: Annotated[str, CourtText(1, 100, one_line=True), field(T("Order number"))]
    kinds: Annotated[
        list[str],
        Field(min_length=1, max_length=4),
        field(T("What shall it give?"), options={kind.value: kind.label for kind in RecordKind}, widget="checkboxes"),
    ]
    proves: Annotated[str, CourtText(1, 1000), field(T("What are they to show?"), widget="textarea")]
    agrees: Annotated[
        bool,
        field(
            T("I agree that the platform gives these records of my order to the court"),
            T(
                "They become your exhibit and the other side reads them. The platform writes them and reads nothing of the case."
            ),
        ),
    ] = False
    why_late: Annotated[
        str | None, CourtText(0, 1000), field(WHY_LATE, LATE_MEANS, widget="textarea", asked="late_evidence_time")
    ] = None


@upcast(names.ASK_PLATFORM_RECORDS, from_version=1)
def _nobody_said_why(values: dict[str, Any]) -> dict[str, Any]:
    """Before, nobody was asked why it comes late."""
    return {**values, "why_late": None}


@act(
    title=T("Have a platform give its records to the court"),
    input=AskPlatformRecordsInput,
    version=2,
    by=set(PARTY_ROLES),
    at=BEFORE_DECISION,
    guard=some_platform,
    source=law("EV 14", "OLR 18"),
    means={Milestone.EXHIBITS_BROUGHT},
    topic=Topic.EVIDENCE,
    in_record=False,
    help=T(
        "Order, payment, delivery and chat come signed from the platform itself. You get a code; give it to the platform."
    ),
)
def ask_platform_records(
    sitting: Sitting, case: Case, given: AskPlatformRecordsInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Let an accredited platform write its records of one order into the case, for thirty days; the code opens nothing
    to it.
    """
    if not given.agrees:
        raise InvalidInput.at("agrees", T("Without your consent the platform may give nothing."))
    platform = sitting.session.scalar(
        select(Platform).where(Platform.key == given.platform, Platform.revoked_at.is_(None))
    )
    if platform is None:
        raise InvalidInput.at("platform", T("Choose one of those listed."))
    known = {kind.value for kind in RecordKind}
    if not set(given.kinds) <= known:
        raise InvalidInput.at("kinds", T("Choose one of those listed."))
    me = sitting.party_of(case, actor)
    request = PlatformRequest(
        case_id=case.id,
        party_id=me.id,
        account_id=me.account_id or actor.account_id,
        platform_id=platform.id,
        order_number=given.order_number,
        kinds=sorted(set(given.kinds)),
        proves=given.proves,
        why_late=given.why_late,
        asked_entry=sitting.next_number(case),
        until=now + LASTS,
    )
    sitting.session.add(request)
    sitting.session.flush()
    result = {"code": request.reference, "platform": platform.key, "until": request.until.isoformat()}
    words = T(
        "%(name)s asks %(platform)s for its records of order %(order)s. The party gives the platform this code by the end of %(day)s: %(code)s",
        day=(now + LASTS).astimezone(sitting.pack(case).tz).date(),
        name=me.name,
        platform=platform.name,
        order=given.order_number,
        code=request.reference,
    )
    return Recorded(words, result)


@act(
    title=T("A platform’s records came in"),
    input=PlatformRecordsFact,
    by={Role.CLOCK},
    at=BEFORE_DECISION,
    listed=False,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.PLEADING,
        T("Records of a platform are now an exhibit"),
        T(
            "If it is not your own exhibit, you may say in the examination whether it is authentic, lawful and relevant: when it is your turn, a letter names the day. If you say nothing, the case goes on."
        ),
    ),
    source=law("EV 14, 94", "OLR 18"),
    means={Milestone.EXHIBITS_BROUGHT},
    in_record=False,
)
def record_platform_records(
    sitting: Sitting, case: Case, given: PlatformRecordsFact, *, actor: Actor, now: datetime
) -> Recorded:
    """Make signed records the exhibit of the party that asked for them, with their provenance (EV 93, 94).

    Late is what was asked for after the party's time for evidence, not what came after it.
    """
    request = sitting.session.scalars(
        select(PlatformRequest)
        .where(PlatformRequest.reference == given.request, PlatformRequest.case_id == case.id)
        .with_for_update()
    ).one()
    if request.exhibit_id is not None:
        raise InvalidInput.at("request", T("These records are here already."))
    platform, party = (
        sitting.session.get_one(Platform, request.platform_id),
        case.party(request.party_id),
    )
    upload = sitting.session.scalars(select(Upload).where(Upload.reference == given.upload)).one()
    lapsed = [
        w
        for w in sitting.windows(case, "evidence", party=party, state=WindowState.LAPSED)
        if w.closed_by is not None and w.closed_by < request.asked_entry
    ]
    late = bool(lapsed) and not sitting.windows(case, "evidence", party=party)
    exhibit = add_exhibit(
        sitting,
        case,
        party,
        upload,
        title=T("Records of %(platform)s", platform=platform.name).render(language_of(sitting, case))[:200],
        proves=request.proves,
        source=T("Signed by %(platform)s and given to the court at the party’s request", platform=platform.name).render(
            language_of(sitting, case)
        ),
        now=now,
        category=Category.MESSAGES if request.kinds == [RecordKind.CHAT.value] else Category.RECORDS,
        provenance={
            "signed_by": platform.name,
            "key": platform.public_key,
            "request": request.reference,
            "order": request.order_number,
        },
        state=ExhibitState.LATE if late else ExhibitState.SUBMITTED,
    )
    if late:
        sitting.late = True
        open_late(sitting, case, exhibit, request.why_late, now)
    request.exhibit_id, request.sha256 = exhibit.id, given.sha256
    result = {
        "exhibit": exhibit.label,
        "reference": exhibit.reference,
        "sha256": upload.sha256,
        "size": upload.size,
        "media_type": upload.media_type,
        "receipt": upload.receipt,
        "platform": platform.key,
        "public_key": platform.public_key,
    }
    return Recorded(
        T("Exhibit %(label)s came from %(platform)s, signed", label=exhibit.label, platform=platform.name), result
    )
