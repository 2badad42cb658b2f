"""Acts of publication: proposed by the clerk, objected to by parties, approved by a judge, published; withheld, withdrawn,
corrected, put back.

Who proposes a text never approves it, and no clock publishes. What the public learns of each act is a record of the
ledger (:mod:`odr.register.publication.ledger`); what is said within the case is the entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from sqlalchemy import delete, func, select

from odr.docket.models import PARTY_ROLES, Case, Document, Role
from odr.ground.errors import ActNotOpen, CaseMovedOn, FieldFault, InvalidInput
from odr.ground.text import T, last_day, side_by_side, words_of
from odr.identity.actors import Actor
from odr.identity.models import Account
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act
from odr.procedure.models import WindowState
from odr.procedure.papers.frame import SealedPaper, keep_document
from odr.procedure.rules.base import law
from odr.procedure.time.reckoning import end_of
from odr.register import desks, names
from odr.register.publication import ledger, rules_of_acts as open_when
from odr.register.publication.inputs import (
    ApprovalInput,
    CorrectionInput,
    ObjectionInput,
    PassageInput,
    ProposalInput,
    PublicationRef,
    ReasonInput,
    RestoreInput,
    WithdrawalInput,
)
from odr.register.publication.models import (
    Change,
    Publication,
    PublicationObjection,
    PublicationState,
    PublicationVersion,
    PublishedText,
)
from odr.register.publication.numbering import MASKING, put_on_desk, to_be_corrected
from odr.register.publication.public_pdf import sealed_pdf
from odr.register.publication.redacting import digest_of, fixed, key_of, naming_of, redaction_of, salted, seen, summary
from odr.register.redaction.structure import PublicText

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

OBJECTION = "publication_objection"
OWED = (desks.WITHHOLD, desks.WITHOUT_EFFECT, desks.MAKE_PUBLIC, desks.APPROVE_PUBLICATION, desks.PUBLISH)
"""Where a decision lies while it is neither public nor withheld."""
NOT_NOW = T("This is not open for that decision as it stands now. Look at it again.")


def _meant(sitting: Sitting, given: PublicationRef, name: str) -> Publication:
    row: Publication = sitting.resolved("publication", given.publication)
    if not open_when.open_in(row, name):
        raise InvalidInput.at("publication", NOT_NOW)
    return row


def _facts(row: Publication, **more: Any) -> dict[str, Any]:
    return {"publication": row.reference, "ledger_number": row.number, **more}


def _name(sitting: Sitting, account_id: int | None) -> str:
    account = sitting.session.get(Account, account_id) if account_id is not None else None
    return account.name if account is not None else ""


def _propose(sitting: Sitting, case: Case, row: Publication, given: ProposalInput, actor: Actor) -> None:
    """Make the public text of the choices and keep it for the judge. Raises InvalidInput while a candidate is open."""
    redaction = redaction_of(sitting, case, row, given.chosen)
    if seen(redaction) != given.seen:
        raise CaseMovedOn(
            T("The case has moved on since you opened this page."), T("Look at the candidates again, then send them.")
        )
    known = set(redaction.groups)
    strange = [
        one.number for one in given.choices if one.number not in known or one.number in fixed(redaction.candidates)
    ]
    if strange:
        raise InvalidInput.at("choices", T("On candidate %(number)s there is nothing to decide.", number=strange[0]))
    if redaction.open:
        numbers = side_by_side([str(number) for number in redaction.open])
        raise InvalidInput.at(
            "choices", T("These candidates are open: %(numbers)s. Decide each of them.", numbers=numbers)
        )
    row.choices = {key_of(redaction.groups[number]): choice for number, choice in given.chosen.items()}
    if given.passages:
        row.pointed = [*row.pointed, *_standing(row, given.passages)]
        redaction = redaction_of(sitting, case, row)
    text = salted(row, redaction.text)
    row.proposed, row.masked, row.naming = text.as_json(), summary(redaction, text), naming_of(redaction.candidates)
    row.proposed_sha256 = digest_of(row.proposed)
    row.proposed_by, row.proposed_entry = actor.account_id, sitting.next_number(case)
    row.approved_by, row.approved_entry, row.state = None, None, PublicationState.PROPOSED
    for desk in (desks.MAKE_PUBLIC, desks.APPROVE_PUBLICATION, desks.PUBLISH):
        sitting.close_tasks(case, desk, row.reference)
    words = T("Approve the public text of number %(number)s of the ledger", number=row.number)
    due_at = _to_be_approved_by(sitting, case, row)
    sitting.open_task(case, Role.JUDGE, desks.APPROVE_PUBLICATION, words, risk=40, due_at=due_at, subject=row.reference)


def _in_time(sitting: Sitting, case: Case, row: Publication) -> datetime | None:
    """Until when a text that is still to be made, approved or published is public in time (JDP 7); None where that is over."""
    if row.due_on is None or row.due_on < sitting.today:
        return None
    return end_of(sitting.pack(case), row.due_on)


def _to_be_approved_by(sitting: Sitting, case: Case, row: Publication) -> datetime | None:
    """Until when a judge approves: in time for the public, and at least the working day after the parties had theirs, for before that
    nobody can.
    """
    pack, by = sitting.pack(case), _in_time(sitting, case, row)
    ends = [window.due_at for window in sitting.windows(case, OBJECTION, subject=row.reference) if window.due_at]
    if not ends:
        return by
    after = end_of(pack, pack.working_calendar.add_working(last_day(max(ends), pack.tz), 1))
    return max(by, after) if by is not None else after


@act(
    title=T("Propose the public text of a decision"),
    input=ProposalInput,
    by={Role.CLERK},
    at=open_when.NUMBERED,
    guard=open_when.something_to_propose,
    while_stayed=True,
    source=law("JDP 3, 8, 10", "COURT publication"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("A decision of your case is to be public: read how"),
        T(
            "You can read the text that everybody is to see on the page of the case: names are replaced and private data cut. There is nothing you have to do."
        ),
        when_due=T(
            "You can read the text that everybody is to see on the page of the case: names are replaced and private data cut. If it shows something that should stay private, object by the end of %(day)s; if you say nothing, it goes to the judge as it stands.",
            day=DAY,
        ),
    ),
    page="publishing.desk",
    desk=desks.MAKE_PUBLIC,
    topic=Topic.DECISION,
    in_record=False,
)
def propose_publication(sitting: Sitting, case: Case, given: ProposalInput, *, actor: Actor, now: datetime) -> Recorded:
    """Propose a public text with every candidate decided; the parties may object while their time runs (JDP 8, 10).

    Proposed again, after an objection or before the approval, nobody gets time a second time; who came into the case since
    then, and whose time ended because the decision was withheld, has theirs.
    """
    row = _meant(sitting, given, names.PROPOSE_PUBLICATION)
    if not open_when.is_correction(row) and OBJECTION in sitting.pack(case).windows.rules:
        every = sitting.windows(case, OBJECTION, state=None, subject=row.reference)
        had = {window.party_id for window in every if window.state is not WindowState.ENDED}
        for party in case.parties:
            if party.left_at is None and party.id not in had:
                sitting.start_window(case, OBJECTION, party=party, subject=row.reference)
    _propose(sitting, case, row, given, actor)
    return Recorded(
        T("Public text of number %(number)s of the ledger proposed", number=row.number),
        _facts(row, text_sha256=row.proposed_sha256),
    )


@act(
    title=T("Object to the text that is to be public"),
    input=ObjectionInput,
    by=set(PARTY_ROLES),
    at=open_when.NUMBERED,
    guard=open_when.something_proposed,
    window=OBJECTION,
    meets=False,
    remedy=True,
    while_stayed=True,
    source=law("COURT publication-objection", "JDP 10"),
    topic=Topic.DECISION,
    in_record=False,
)
def object_to_publication(
    sitting: Sitting, case: Case, given: ObjectionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Object to what a proposed text shows. The words become candidates; the clerk decides them and proposes again.

    Raises InvalidInput for words that do not stand in the decision.
    """
    row = _meant(sitting, given, names.OBJECT_TO_PUBLICATION)
    party = sitting.party_of(case, actor)
    passages = _standing(row, given.passages)
    sitting.session.add(
        PublicationObjection(
            publication_id=row.id,
            party_id=party.id,
            passages=passages,
            reasons=given.reasons,
            entry_number=sitting.next_number(case),
        )
    )
    sitting.session.flush()
    row.state, row.approved_by, row.approved_entry = PublicationState.PENDING, None, None
    sitting.close_tasks(case, desks.APPROVE_PUBLICATION, row.reference)
    words = T("A party objects to the public text of number %(number)s of the ledger", number=row.number)
    due_at = _in_time(sitting, case, row)
    sitting.open_task(case, Role.CLERK, desks.MAKE_PUBLIC, words, risk=50, due_at=due_at, subject=row.reference)
    return Recorded(
        T("%(name)s objects to the public text of number %(number)s of the ledger", name=party.name, number=row.number),
        _facts(row, passages=len(given.passages)),
    )


def _standing(row: Publication, passages: Sequence[PassageInput]) -> list[str]:
    """The words somebody pointed at. Raises InvalidInput for what does not stand in the decision."""
    cells = [words for _, _, words in PublicText.from_json(row.original).cells()]
    missing = [place for place, one in enumerate(passages) if not any(one.words in words for words in cells)]
    if missing:
        where = T("These words do not stand in the decision like this.")
        raise InvalidInput([FieldFault(("passages", place, "words"), where) for place in missing])
    return [one.words for one in passages]


@act(
    title=T("Approve the public text of a decision"),
    input=ApprovalInput,
    by={Role.JUDGE},
    at=open_when.NUMBERED,
    guard=open_when.something_to_approve,
    while_stayed=True,
    source=law("COURT publication", "JDP 4, 8, 10"),
    strong=True,
    page="publishing.approve",
    desk=desks.APPROVE_PUBLICATION,
    topic=Topic.DECISION,
    in_record=False,
)
def approve_publication(sitting: Sitting, case: Case, given: ApprovalInput, *, actor: Actor, now: datetime) -> Recorded:
    """Approve the text that was read, to the last sign; never by whoever proposed it, and not while parties may object.

    Raises CaseMovedOn for another text than was read.
    """
    row = _meant(sitting, given, names.APPROVE_PUBLICATION)
    if row.proposed_by == actor.account_id:
        raise ActNotOpen(T("You proposed this text. Another person of the court approves it."))
    if row.proposed_sha256 != given.text_sha256:
        raise CaseMovedOn(T("The text was proposed anew since you opened this page."), T("Read it again."))
    every = sitting.windows(case, OBJECTION, state=None, subject=row.reference)
    if any(window.state in (WindowState.OPEN, WindowState.HALTED) for window in every):
        raise ActNotOpen(T("The parties can still object to this text. It is approved when their time is over."))
    kind = open_when.rules_in(sitting, case).kinds[row.kind]
    if kind.withheld is not None and not given.despite:
        raise InvalidInput.at("despite", T("This kind is not published as a rule. Say which interest needs it."))
    row.state, row.approved_by = PublicationState.APPROVED, actor.account_id
    row.approved_entry = sitting.next_number(case)
    sitting.close_tasks(case, desks.APPROVE_PUBLICATION, row.reference)
    words = T("Publish number %(number)s of the ledger", number=row.number)
    due_at = _in_time(sitting, case, row)
    sitting.open_task(case, Role.CLERK, desks.PUBLISH, words, risk=40, due_at=due_at, subject=row.reference)
    return Recorded(
        T("Public text of number %(number)s of the ledger approved", number=row.number),
        _facts(row, text_sha256=row.proposed_sha256),
    )


PDF = "public"


def prepare_publishing(court: Court, case: Case, given: BaseModel, actor: Actor) -> Mapping[str, Any]:
    """Set and seal the public text as a PDF before the Sitting; nothing where nothing is approved."""
    with court.database.read() as session:
        row = session.scalar(
            select(Publication).where(
                Publication.case_id == case.id, Publication.reference == getattr(given, "publication", "")
            )
        )
        if row is None or row.state is not PublicationState.APPROVED or row.proposed is None:
            return {}
        text = PublicText.from_json(row.proposed)
        earlier = select(func.count()).where(PublicationVersion.publication_id == row.id)
        version = (session.scalar(earlier) or 0) + 1
    return {PDF: sealed_pdf(court, row, text, version, signer=actor.name)}


@act(
    title=T("Publish a decision"),
    input=PublicationRef,
    by={Role.CLERK},
    at=open_when.NUMBERED,
    guard=open_when.something_to_publish,
    while_stayed=True,
    source=law("JDP 3, 7"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("A decision of your case is public"),
        T(
            "Everybody can read it now on the public pages of the court, with names replaced and private data cut. If you find something in it that should stay private, tell the clerk: it is taken down first and looked at then."
        ),
    ),
    prepare=prepare_publishing,
    desk=desks.PUBLISH,
    topic=Topic.DECISION,
    in_record=False,
)
def publish_decision(sitting: Sitting, case: Case, given: PublicationRef, *, actor: Actor, now: datetime) -> Recorded:
    """Publish the approved text: a version of its own, its digest in the ledger, all formats from these very words (JDP 7)."""
    row = _meant(sitting, given, names.PUBLISH_DECISION)
    paper = sitting.prepared.get(PDF)
    if not isinstance(paper, SealedPaper) or paper.text_sha256 != row.proposed_sha256 or row.proposed is None:
        raise ActNotOpen(T("The sealed paper was not prepared."))
    document = keep_document(
        sitting,
        case,
        paper.content,
        paper.reference,
        kind="publication",
        title=words_of(T("Public text of a decision")),
        locale=row.language,
    )
    document.is_public = True
    version = _new_version(sitting, case, row, document)
    row.state, row.since_at, row.proposed = PublicationState.PUBLISHED, now, None
    reason = row.correcting or row.reason
    row.reason = row.correcting = None
    for desk in (desks.MAKE_PUBLIC, desks.APPROVE_PUBLICATION, desks.PUBLISH):
        sitting.close_tasks(case, desk, row.reference)
    ledger.record(
        sitting,
        row,
        ledger.PUBLISHED,
        by=actor,
        version=version.number,
        change=version.change.value,
        text_sha256=version.sha256,
        approved_by=version.approved_by,
        proposed_by=version.proposed_by,
        docket_entry=version.entry_number,
        **({"reason": reason} if reason is not None else {}),
    )
    return Recorded(
        T("Number %(number)s of the ledger published", number=row.number),
        _facts(
            row,
            version=version.number,
            text_sha256=version.sha256,
            document=document.reference,
            sha256=document.sha256,
            document_receipt=document.receipt,
        ),
    )


def versions_of(sitting: Sitting, row: Publication) -> list[PublicationVersion]:
    """Every version of a decision's public text, the first on top."""
    query = select(PublicationVersion).where(PublicationVersion.publication_id == row.id)
    return list(sitting.session.scalars(query.order_by(PublicationVersion.number)))


def _new_version(sitting: Sitting, case: Case, row: Publication, document: Document) -> PublicationVersion:
    earlier = versions_of(sitting, row)
    digest = row.proposed_sha256 or ""
    change = Change.FIRST if not earlier else Change.RENDERED if earlier[-1].sha256 == digest else Change.CONTENT
    version = PublicationVersion(
        publication_id=row.id,
        number=len(earlier) + 1,
        sha256=digest,
        change=change,
        reason=row.correcting or row.reason,
        masked=row.masked,
        proposed_by=_name(sitting, row.proposed_by),
        approved_by=_name(sitting, row.approved_by),
        entry_number=sitting.next_number(case),
        document_id=document.id,
        at=sitting.now,
    )
    sitting.session.add(version)
    sitting.session.flush()
    sitting.session.add(PublishedText(version_id=version.id, text=row.proposed or {}))
    sitting.session.flush()
    return version


@act(
    title=T("Withhold a decision from publication"),
    input=ReasonInput,
    by={Role.JUDGE},
    at=open_when.NUMBERED,
    guard=open_when.something_to_withhold,
    while_stayed=True,
    source=law("JDP 4"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("A decision of your case is not published"),
        T(
            "The public ledger names its number and the reason, and nobody of the case. There is nothing you have to do."
        ),
        for_information=True,
    ),
    strong=True,
    desk=OWED,
    topic=Topic.DECISION,
    in_record=False,
)
def withhold(sitting: Sitting, case: Case, given: ReasonInput, *, actor: Actor, now: datetime) -> Recorded:
    """Keep a decision from being published, for a reason of the list with its article (JDP 4); the ledger names both."""
    row = _meant(sitting, given, names.WITHHOLD)
    reason = open_when.rules_in(sitting, case).withheld.get(given.reason)
    if reason is None:
        raise InvalidInput.at("reason", T("Choose one of those listed."))
    row.state, row.since_at, row.reason, row.proposed = PublicationState.WITHHELD, now, given.reason, None
    sitting.close_windows(case, OBJECTION, WindowState.ENDED, subject=row.reference)
    for desk in OWED:
        sitting.close_tasks(case, desk, row.reference)
    ledger.record(
        sitting,
        row,
        ledger.WITHHELD,
        by=actor,
        reason=given.reason,
        article=str(reason.article),
        docket_entry=sitting.next_number(case),
    )
    return Recorded(
        T("Number %(number)s of the ledger withheld: %(reason)s", number=row.number, reason=reason.title), _facts(row)
    )


def _take_down(sitting: Sitting, case: Case, row: Publication) -> None:
    """Nobody finds it in public any more; what was sealed of it stays in the case."""
    ids = [one.document_id for one in versions_of(sitting, row) if one.document_id is not None]
    for document in sitting.session.scalars(select(Document).where(Document.id.in_(ids))):
        document.is_public = False


@act(
    title=T("Withdraw a published decision"),
    input=WithdrawalInput,
    by={Role.JUDGE, Role.CLERK},
    at=open_when.NUMBERED,
    guard=open_when.something_public,
    while_stayed=True,
    source=law("JDP 16"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("A published decision of your case is withdrawn"),
        T(
            "Nobody can read it in public any more; the public ledger names its number and the reason. There is nothing you have to do."
        ),
        for_information=True,
    ),
    topic=Topic.DECISION,
    in_record=False,
)
def withdraw_publication(
    sitting: Sitting, case: Case, given: WithdrawalInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Take a public text down at once (JDP 16): first taken down, then looked at. One that is wrong is put right and published again,
    which lies on the clerk's desk.
    """
    row = _meant(sitting, given, names.WITHDRAW_PUBLICATION)
    _withdraw(sitting, case, row, given.reason, actor)
    to_be_corrected(sitting, case, row)
    return Recorded(
        T(
            "Number %(number)s of the ledger withdrawn: %(reason)s",
            number=row.number,
            reason=_title(sitting, case, given.reason),
        ),
        _facts(row),
    )


def _title(sitting: Sitting, case: Case, reason: str) -> Any:
    return open_when.rules_in(sitting, case).withdrawn[reason].title


def _withdraw(sitting: Sitting, case: Case, row: Publication, key: str, actor: Actor) -> None:
    reason = open_when.rules_in(sitting, case).withdrawn.get(key)
    if reason is None:
        raise InvalidInput.at("reason", T("Choose one of those listed."))
    _take_down(sitting, case, row)
    row.state, row.since_at, row.reason = PublicationState.WITHDRAWN, sitting.now, key
    sitting.close_tasks(case, desks.DECIDE_ON_PUBLIC, row.reference)
    ledger.record(
        sitting,
        row,
        ledger.WITHDRAWN,
        by=actor,
        reason=key,
        article=str(reason.article),
        docket_entry=sitting.next_number(case),
    )


@act(
    title=T("Correct the public text of a decision"),
    input=CorrectionInput,
    by={Role.CLERK},
    at=open_when.NUMBERED,
    guard=open_when.something_to_correct,
    while_stayed=True,
    source=law("JDP 16"),
    page="publishing.desk",
    topic=Topic.DECISION,
    in_record=False,
)
def correct_publication(
    sitting: Sitting, case: Case, given: CorrectionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Propose another masking of what is or was public (JDP 16). The old text is down at once and its words are taken away;
    its digest stays. A judge approves the new one as any other.
    """
    row = _meant(sitting, given, names.CORRECT_PUBLICATION)
    if row.state is PublicationState.PUBLISHED:
        _withdraw(sitting, case, row, given.reason, actor)
    elif given.reason not in open_when.rules_in(sitting, case).withdrawn:
        raise InvalidInput.at("reason", T("Choose one of those listed."))
    ids = [one.id for one in versions_of(sitting, row)]
    sitting.session.execute(delete(PublishedText).where(PublishedText.version_id.in_(ids)))
    _propose(sitting, case, row, given, actor)
    # The public reads why it is not there as the ledger says it; why it is put right comes with the new text.
    row.correcting = given.reason
    return Recorded(
        T("Another public text of number %(number)s of the ledger proposed", number=row.number),
        _facts(row, text_sha256=row.proposed_sha256),
    )


@act(
    title=T("Put a withdrawn or withheld decision back"),
    input=RestoreInput,
    by={Role.JUDGE},
    at=open_when.NUMBERED,
    guard=open_when.something_to_restore,
    while_stayed=True,
    source=law("COURT publication", "JDP 3"),
    strong=True,
    topic=Topic.DECISION,
    in_record=False,
)
def restore_publication(sitting: Sitting, case: Case, given: RestoreInput, *, actor: Actor, now: datetime) -> Recorded:
    """Put the very text back that was withdrawn, or take up again what was withheld and is then published as any other.

    Raises ActNotOpen for a text that was withdrawn for what it shows, or whose words were taken away: it is corrected and
    approved anew, by two people.
    """
    row = _meant(sitting, given, names.RESTORE_PUBLICATION)
    if row.state is PublicationState.WITHDRAWN and row.reason == MASKING:
        raise ActNotOpen(
            T(
                "This text was withdrawn for what it shows. Correct it, and have the new text approved by a second person."
            )
        )
    for desk in (desks.TAKE_UP_AGAIN, desks.MAKE_PUBLIC):
        sitting.close_tasks(case, desk, row.reference)
    if row.state is PublicationState.WITHHELD:
        row.state, row.since_at, row.reason = PublicationState.PENDING, now, None
        ledger.record(sitting, row, ledger.REOPENED, by=actor, docket_entry=sitting.next_number(case))
        if row.effective_at is not None:
            put_on_desk(sitting, case, row, open_when.rules_in(sitting, case))
        return Recorded(T("Number %(number)s of the ledger taken up again", number=row.number), _facts(row))
    newest = versions_of(sitting, row)[-1]
    if sitting.session.scalar(select(func.count()).where(PublishedText.version_id == newest.id)) == 0:
        raise ActNotOpen(T("The words of this text were taken away. Correct it, and have the new text approved."))
    document = sitting.session.get(Document, newest.document_id)
    if document is not None:
        document.is_public = True
    row.state, row.since_at, row.reason = PublicationState.PUBLISHED, now, None
    ledger.record(
        sitting, row, ledger.RESTORED, by=actor, text_sha256=newest.sha256, docket_entry=sitting.next_number(case)
    )
    return Recorded(T("Number %(number)s of the ledger is public again", number=row.number), _facts(row))
