"""Acts by which a party asks for the capture of a web page, and its entry as an exhibit of the court's making."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from sqlalchemy import func, select

from odr.docket.models import PARTY_ROLES, Case, Party, Role, Stage
from odr.evidence.exhibits.adding import add_exhibit, is_late
from odr.evidence.inputs import LATE_MEANS, WHY_LATE
from odr.evidence.models import BEFORE_DECISION, CaptureState, Category, Exhibit, ExhibitState, Upload, WebCapture
from odr.evidence.requests.acts import open_late
from odr.evidence.sources.inputs import CaptureRecord
from odr.evidence.sources.webpage.capturer import WHY, NotCaptured, browser, plain_address
from odr.evidence.sources.webpage.words import KINDS, provenance_of, title_of
from odr.ground.errors import InvalidInput, NotFound
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.exhibit_titles import ExhibitTitle
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.papers.language import language_of
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

MOST_WAITING = 5
"""Pages of one party that wait at the same time."""


@guard("COURT capture")
def can_look(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why the court cannot look at pages now."""
    if browser() is None:
        return T(
            "The court has no browser installed that could look at a page. Take a picture of your screen, save the page, and submit both."
        )
    waiting = built_once(
        lambda: select(func.count()).where(
            WebCapture.case_id == case.id,
            WebCapture.party_id == actor.party_id,
            WebCapture.state.in_((CaptureState.WAITING, CaptureState.WORKING)),
        )
    )
    if (sitting.session.scalar(waiting) or 0) >= MOST_WAITING:
        return T("Several pages wait to be captured for you. Wait until one of them is done.")
    return None


class CaptureInput(CourtModel):
    """A page on the web that the court is to look at and keep."""

    url: Annotated[
        str,
        CourtText(8, 2000, one_line=True),
        field(
            T("Address of the page"),
            T("Begins with https:// or http://. The court sees what a stranger sees: it does not sign in."),
        ),
    ]
    title: Annotated[
        str,
        ExhibitTitle(most=150),
        field(T("What is it?"), T("For example: the shop’s page of the article.")),
    ]
    proves: Annotated[str, CourtText(1, 1000), field(T("What does it show?"), widget="textarea")]
    why_late: Annotated[
        str | None,
        CourtText(0, 1000),
        field(WHY_LATE, LATE_MEANS, widget="textarea", asked="late_evidence_time"),
    ] = None


@act(
    title=T("Have the court capture a web page"),
    input=CaptureInput,
    by=set(PARTY_ROLES),
    at=BEFORE_DECISION,
    guard=can_look,
    source=law("CPL 67", "EV 93, 94"),
    means={Milestone.EXHIBITS_BROUGHT},
    topic=Topic.EVIDENCE,
    in_record=False,
    help=T(
        "The court’s own browser opens the page within minutes and keeps a picture of it, the page as one file, and a record of how it was fetched. "
        "All three become exhibits of yours."
    ),
)
def ask_for_capture(sitting: Sitting, case: Case, given: CaptureInput, *, actor: Actor, now: datetime) -> Recorded:
    """Put a page on the worker's list: what the court itself has seen need not be believed of a party (EV 93, 94)."""
    try:
        url = plain_address(given.url)
    except NotCaptured as error:
        raise InvalidInput.at("url", error.message) from error
    party = sitting.party_of(case, actor)
    came_late = is_late(sitting, case, party)
    row = WebCapture(
        case_id=case.id,
        party_id=party.id,
        account_id=actor.account_id,
        url=url,
        title=given.title,
        proves=given.proves,
        is_late=came_late,
        why_late=given.why_late,
        entry_number=sitting.next_number(case),
        asked_at=now,
        touched_at=sitting.court.clock.machine_now(),
    )
    sitting.session.add(row)
    sitting.session.flush()
    return Recorded(T("The court is to capture the page %(url)s", url=url), {"capture": row.reference, "url": url})


@act(
    title=T("Web page captured"),
    input=CaptureRecord,
    by={Role.CLOCK},
    at=set(Stage),
    listed=False,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.PLEADING,
        T("Result of the court’s capture of a web page"),
        T(
            "If it could be captured, it is now an exhibit; if not, the docket says why. If it is not your own exhibit, you may say in the examination whether it is authentic, lawful and relevant: when it is your turn, a letter names the day. If you say nothing, the case goes on."
        ),
    ),
    source=law("CPL 67", "EV 93, 94"),
    means={Milestone.EXHIBITS_BROUGHT},
    in_record=False,
)
def record_capture(sitting: Sitting, case: Case, given: CaptureRecord, *, actor: Actor, now: datetime) -> Recorded:
    """Enter what the court's browser saw as three exhibits of who asked, or say why nothing came of it."""
    row = sitting.session.scalar(
        select(WebCapture).where(WebCapture.case_id == case.id, WebCapture.reference == given.capture)
    )
    if row is None:
        raise NotFound
    if given.why is None and case.stage not in BEFORE_DECISION:
        given = CaptureRecord(capture=given.capture, why="decided")
    if given.why is not None:
        row.state, row.why = CaptureState.FAILED, given.why
        why = WHY.get(given.why, WHY["unreachable"])
        return Recorded(
            T("The page %(url)s could not be captured: %(why)s", url=row.url, why=why),
            {"capture": row.reference, "why": given.why},
        )
    row.state = CaptureState.DONE
    party = case.party(row.party_id)
    exhibits = [_exhibit(sitting, case, party, row, given, kind, now) for kind in KINDS]
    if row.is_late:
        sitting.late = True
        for exhibit in exhibits:
            open_late(sitting, case, exhibit, row.why_late, now)
    files = [
        {"exhibit": e.label, "sha256": e.upload.sha256, "size": e.upload.size, "receipt": e.upload.receipt}
        for e in exhibits
    ]
    words = T(
        "The court captured the page %(url)s: exhibits %(first)s to %(last)s",
        url=row.url,
        first=exhibits[0].label,
        last=exhibits[-1].label,
    )
    return Recorded(words, {"capture": row.reference, "files": files})


def _exhibit(
    sitting: Sitting, case: Case, party: Party, row: WebCapture, given: CaptureRecord, kind: str, now: datetime
) -> Exhibit:
    upload = sitting.session.scalars(
        select(Upload).where(Upload.reference == getattr(given, kind), Upload.account_id == row.account_id)
    ).one()
    locale = language_of(sitting, case)
    return add_exhibit(
        sitting,
        case,
        party,
        upload,
        title=title_of(kind, row.title).render(locale)[:200],
        proves=row.proves,
        now=now,
        category=Category.WEB,
        source=T("Captured by the court itself from %(url)s", url=given.url or row.url).render(locale)[:1000],
        provenance={name: text.render(locale)[:500] for name, text in provenance_of(given).items()},
        state=ExhibitState.LATE if row.is_late else ExhibitState.SUBMITTED,
    )
