"""Applications to read a decision: lodged, answered by the registry, looked at once more by the president. No flask.

Each step is an act of the court that belongs to no case: it is kept byte for byte and its digest stands in the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.errors import ActNotOpen, Cited, Forbidden, InvalidInput, NotFound, TooMany
from odr.ground.keyset import Key, Listed, page_of
from odr.ground.text import T, Text
from odr.identity.accounts.account_letters import Letter, site_of
from odr.identity.models import Account
from odr.notary.administration import FORMAT, administration_act
from odr.notary.canonical import JSON
from odr.notary.rehash.rounds import Holding
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.receipt_files import in_row
from odr.procedure.rules.court_rules import ViewingRules
from odr.procedure.rules.pack import RulePack
from odr.procedure.time.reckoning import reckon
from odr.register.publication.models import Publication
from odr.register.search.facts import DECIDING, JUDGED
from odr.register.viewing.models import ViewingApplication, ViewingRecord, ViewingState
from odr.register.viewing.rules import Answer, Ground, answers, must_refuse

if TYPE_CHECKING:
    from odr.procedure.court import Court

EXAMPLE = "(2026)浙0192民初6号"
MOST_OPEN = 5
"""Applications of one account that wait at the same time."""
REVIEWABLE = (ViewingState.REFUSED,)


class ViewingInput(CourtModel):
    """Which decision is meant, and why it is wanted (CPI 254)."""

    about: Annotated[
        str,
        CourtText(3, 300, one_line=True),
        field(T("Number of the case, or the names of its parties"), T("For example %(number)s.", number=EXAMPLE)),
    ]
    reason: Annotated[
        str, CourtText(5, 2000), field(T("Why do you want to read it?"), T("In a few words."), widget="textarea")
    ]


class AnswerInput(CourtModel):
    """What the registry answers: which case was found, and the answer with its reason."""

    number: Annotated[
        str | None,
        CourtText(0, 100, one_line=True),
        field(T("Number of the case that is meant"), T("Empty where no case of this court is meant.")),
    ] = None
    answer: Annotated[
        Literal["guide", "grant", "refuse"],
        field(
            T("What is answered?"),
            options={
                Answer.GUIDE.value: T("It is public: say where it is read"),
                Answer.GRANT.value: T("It is not public: the redacted text may be read"),
                Answer.REFUSE.value: T("It may not be read"),
            },
            widget="radios",
        ),
    ]
    ground: Annotated[
        Literal["no_effect", "elsewhere", "protected", "no_judgment"] | None,
        field(T("If not, why?"), options={one.value: one.label for one in Ground}, widget="radios"),
    ] = None
    words: Annotated[str, CourtText(5, 2000), field(T("In words, for who applied"), widget="textarea")]


class ObjectionInput(CourtModel):
    """Why the refusal is to be looked at again."""

    words: Annotated[str, CourtText(5, 2000), field(T("Why is the refusal not right?"), widget="textarea")]


class ReviewInput(CourtModel):
    """What the president decides on a refusal."""

    answer: Annotated[
        Literal["uphold", "again"],
        field(
            T("What is decided?"),
            options={
                "uphold": T("The refusal stands"),
                "again": T("The refusal is set aside; the registry answers anew"),
            },
            widget="radios",
        ),
    ]
    words: Annotated[str, CourtText(5, 2000), field(T("Reasons"), widget="textarea")]


def rules_of(pack: RulePack) -> ViewingRules:
    """The rules on reading decisions. Raises NotFound where there are none."""
    if pack.viewing is None:
        raise NotFound
    return pack.viewing


def _law(pack: RulePack) -> Cited | None:
    """On what a refusal of a step rests: the practice of the court that fills in what the law leaves open (CPI 255)."""
    return pack.cited("CPI 255", "COURT reading")


def apply(
    court: Court, session: Session, pack: RulePack, account_id: int, given: ViewingInput, now: datetime
) -> ViewingApplication:
    """Lodge an application; the registry answers by the day the rules give. Raises TooMany where several wait."""
    rule = rules_of(pack)
    waiting = (ViewingState.WAITING, ViewingState.REVIEW)
    mine = select(func.count()).where(
        ViewingApplication.account_id == account_id, ViewingApplication.state.in_(waiting)
    )
    if (session.scalar(mine) or 0) >= MOST_OPEN:
        raise TooMany(
            T("Several applications of yours wait for their answer."), T("Wait until one of them is answered.")
        )
    due = reckon(pack, rule.answer, now, article=str(rule.article)).due_at
    row = ViewingApplication(account_id=account_id, about=given.about, reason=given.reason, asked_at=now, due_at=due)
    session.add(row)
    session.flush()
    _record(court, session, row, "apply_to_read", now, about=given.about, reason=given.reason)
    return row


def answer(
    court: Court, session: Session, pack: RulePack, reference: str, given: AnswerInput, by: Account, now: datetime
) -> ViewingApplication:
    """Answer an application as the law leaves it (CPI 255). Raises InvalidInput for an answer it does not leave, Forbidden
    for who applied themselves.
    """
    row = _locked(session, pack, reference, ViewingState.WAITING)
    if row.account_id == by.id:
        raise Forbidden(T("Nobody answers their own application."), source=_law(pack))
    found = decision_in(session, given.number) if given.number else None
    must, chosen = must_refuse(found), Answer(given.answer)
    if chosen not in answers(found):
        raise InvalidInput.at("answer", _why_not(found, chosen))
    if chosen is Answer.REFUSE:
        ground = must or (Ground(given.ground) if given.ground else None)
        if ground is None or (must is None and ground is not Ground.PROTECTED):
            raise InvalidInput.at("ground", T("This decision may only be refused for secrets or privacy."))
        if given.ground is not None and must is not None and given.ground != must.value:
            raise InvalidInput.at("ground", T("The ground here is another: %(ground)s.", ground=must.label))
        row.ground = ground.value
        ends = reckon(pack, rules_of(pack).ask_review, now, article=str(rules_of(pack).review_article))
        row.state, row.review_until = ViewingState.REFUSED, ends.due_at
    else:
        row.state = ViewingState.GUIDED if chosen is Answer.GUIDE else ViewingState.GRANTED
        row.ground = None
    row.publication_id = found.id if found is not None else None
    row.words, row.answered_by, row.answered_at = given.words, by.id, now
    _record(
        court,
        session,
        row,
        "answer_application_to_read",
        now,
        answer=chosen.value,
        ground=row.ground,
        words=given.words,
        decision=found.number if found is not None else None,
        by=by.reference,
    )
    return row


def _why_not(found: Publication | None, chosen: Answer) -> Text:
    ground = must_refuse(found)
    if ground is not None:
        return T("The law leaves only a refusal: %(ground)s.", ground=ground.label)
    if chosen is Answer.GRANT:
        return T("No redacted text of it is approved. Have it made public or approved first; until then this waits.")
    return T("As things stand with this decision, the law does not allow this answer.")


def object_to(
    court: Court,
    session: Session,
    pack: RulePack,
    reference: str,
    account_id: int,
    given: ObjectionInput,
    now: datetime,
) -> ViewingApplication:
    """Ask the president, once, to look at a refusal again. Raises ActNotOpen after its time or a second time."""
    row = _locked(session, pack, reference, ViewingState.REFUSED, account_id)
    if row.objection is not None:
        raise ActNotOpen(T("A review is asked for once."), source=_law(pack))
    if row.review_until is None or now > row.review_until:
        raise ActNotOpen(T("The time to ask for a review is over."), source=_law(pack))
    row.objection, row.state = given.words, ViewingState.REVIEW
    row.due_at = reckon(pack, rules_of(pack).review, now, article=str(rules_of(pack).review_article)).due_at
    _record(court, session, row, "ask_review_of_refusal_to_read", now, words=given.words)
    return row


def review(
    court: Court, session: Session, pack: RulePack, reference: str, given: ReviewInput, by: Account, now: datetime
) -> ViewingApplication:
    """Decide on a refusal: it stands, or the registry answers anew. Raises Forbidden for who refused, or applied."""
    row = _locked(session, pack, reference, ViewingState.REVIEW)
    if by.id in (row.answered_by, row.account_id):
        raise Forbidden(T("Whoever refused, or applied, does not decide on the refusal."), source=_law(pack))
    row.reviewed_by, row.review_words = by.id, given.words
    row.state = ViewingState.UPHELD if given.answer == "uphold" else ViewingState.WAITING
    if row.state is ViewingState.WAITING:
        row.due_at = reckon(pack, rules_of(pack).answer, now, article=str(rules_of(pack).article)).due_at
    _record(
        court, session, row, "decide_on_refusal_to_read", now, answer=given.answer, words=given.words, by=by.reference
    )
    return row


def _locked(
    session: Session, pack: RulePack, reference: str, state: ViewingState, account_id: int | None = None
) -> ViewingApplication:
    query = select(ViewingApplication).where(ViewingApplication.reference == reference).with_for_update()
    if account_id is not None:
        query = query.where(ViewingApplication.account_id == account_id)
    row = session.scalar(query)
    if row is None:
        raise NotFound
    if row.state is not state:
        raise ActNotOpen(T("This application was answered meanwhile."), source=_law(pack))
    return row


def _record(court: Court, session: Session, row: ViewingApplication, act: str, now: datetime, **said: JSON) -> None:
    told: dict[str, JSON] = {"type": FORMAT, "act": act, "application": row.reference, "at": now.isoformat(), **said}
    record, receipt = administration_act(court.notary, session, told, now=now)
    session.add(ViewingRecord(application_id=row.id, record=record, receipt=receipt, at=now))
    session.flush()


def decision_in(session: Session, number: str) -> Publication | None:
    """The numbered decision that somebody means who names a case: its judgment that is in effect, else what ended it otherwise, the
    last of several; a fine or what was ruled on the way only where nothing else was decided. Brackets may be of either width.
    """
    bare = "".join(number.split())
    spelled = {bare, bare.replace("（", "(").replace("）", ")"), bare.replace("(", "（").replace(")", "）"), number}
    query = select(Publication).join(Case, Case.id == Publication.case_id).where(Case.number.in_(spelled))
    return max(session.scalars(query), key=_how_likely_meant, default=None)


def _how_likely_meant(row: Publication) -> tuple[bool, bool, bool, int]:
    in_effect = row.effective_at is not None and row.lost_at is None
    return row.kind in DECIDING, in_effect, row.kind == JUDGED, row.number


@dataclass(frozen=True)
class Asked:
    """An application with whoever applied, for the desk."""

    row: ViewingApplication
    applicant: str


def mine(session: Session, account_id: int, after: str | None) -> Listed[ViewingApplication]:
    """A person's own applications, newest first."""
    query = select(ViewingApplication).where(ViewingApplication.account_id == account_id)
    found = page_of(session, query, (Key(ViewingApplication.id, descending=True),), after)
    return found.of([row[0] for row in found.rows])


def waiting(session: Session, states: Sequence[ViewingState], after: str | None) -> Listed[Asked]:
    """What waits for an answer, the next day due first."""
    query = (
        select(ViewingApplication, Account.name)
        .join(Account, Account.id == ViewingApplication.account_id)
        .where(ViewingApplication.state.in_(states))
    )
    found = page_of(session, query, (Key(ViewingApplication.due_at, datetime), Key(ViewingApplication.id)), after)
    return found.of([Asked(row, name) for row, name in found.rows])


def letter_to(court: Court, account: Account, row: ViewingApplication) -> Letter:
    """That an application was answered, and where the answer is read; nothing of the case stands in it."""
    locale = account.locale or "zh-Hans"
    return Letter(
        account.email,
        T("The answer to your application to read a decision"),
        (
            T("The court answered your application. The answer and its reason stand on your page."),
            T("If it was not allowed, the page says until when you can ask the president to look at it again."),
        ),
        locale,
        site=site_of(court.settings.base_url),
        page=T("Reading decisions"),
    )


def records_kept(court: Court, session: Session, references: Sequence[str]) -> Mapping[str, Holding]:
    """The steps of applications with these receipts."""
    rows = session.scalars(select(ViewingRecord).where(ViewingRecord.receipt.in_(references)))
    return {row.receipt: in_row(f"application to read {row.application_id}", row.record.encode()) for row in rows}
