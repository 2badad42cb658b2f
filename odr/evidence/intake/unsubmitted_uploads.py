"""Uploads that nobody submitted as exhibits: how long they are kept, and the notice before one is erased.

Whoever sent a file has the court's word that nothing is silently lost. So its time counts
from what they last did with it; when it has run a letter goes out, and only one that a mail
server accepted sets the time of the notice running; what they ask to keep is kept; and in
the end a person decides (PIPL 19; UK GDPR 5(1)(e): no longer than the purpose needs).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry, Party
from odr.evidence.intake.belonging import along
from odr.evidence.models import Exhibit, Upload, UploadState
from odr.evidence.retention.models import LegalHold, NoticeState, UploadNotice
from odr.evidence.retention.rules import after
from odr.ground.background import each_alone
from odr.ground.db import Database
from odr.ground.silence import outward
from odr.ground.text import T, Text, side_by_side
from odr.identity.accounts.account_letters import Letter, site_of
from odr.identity.models import Account, AccountState, Mandate
from odr.procedure.rules.court_rules import RetentionRule
from odr.procedure.rules.pack import RulePack
from odr.service.channels import Handover, Outcome

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

log = logging.getLogger("odr.evidence.intake.unsubmitted_uploads")
RULE = "uploads"
OPEN = (NoticeState.WAITING, NoticeState.TOLD)
ACCEPTED = (Outcome.REACHED, Outcome.HANDED_OVER)
MOST_NAMES = 20
LONGEST_PAUSE = 30
"""Days between two tries to reach an address, at most; the first is a day after the try before."""
_looked: WeakKeyDictionary[Database, tuple[date, int]] = WeakKeyDictionary()
"""In which hour the last look was: once an hour is enough."""


@dataclass(frozen=True)
class Kept:
    """A file that nobody has submitted, and until when the rules have it kept."""

    upload: Upload
    until: date | None
    """None where the rules let nothing be erased."""
    notice: UploadNotice | None
    """The one that stands, once its time has run."""


@dataclass(frozen=True)
class Ruled:
    """The rule on such files as it stands today."""

    pack: RulePack
    rule: RetentionRule
    today: date

    def until(self, upload: Upload, named: Mapping[tuple[int, str], datetime]) -> date:
        """The last day on which the rule has a file kept: its time counts from what was last done with it."""
        done = (upload.completed_at, upload.kept_from, named.get((upload.account_id, upload.reference)))
        return after(max(at for at in done if at is not None).astimezone(self.pack.tz).date(), self.rule.after)


def ruled(court: Court) -> Ruled | None:
    """The rule of today; None where the pack lets nothing of it be erased."""
    today = court.clock.now().astimezone(court.settings.tz).date()
    pack = court.packs.in_force(court.settings.pack, today)
    rule = pack.retention.rules.get(RULE) if pack.retention is not None else None
    return Ruled(pack, rule, today) if rule is not None and rule.notice is not None else None


def note_used(sitting: Sitting, case: Case, entry: DocketEntry) -> None:
    """After an act: every file it named belongs to the case from now on, whatever it was sent for."""
    for upload in sitting.resolved_of("upload"):
        upload.used_at = upload.used_at or sitting.now


def unused() -> ColumnElement[bool]:
    """What makes a file one that nobody submitted: here whole, named by no act, the file of no filed digest, and no
    exhibit.
    """
    no_exhibit = ~select(Exhibit.id).where(Exhibit.upload_id == Upload.id).exists()
    return (Upload.state == UploadState.ANCHORED) & Upload.used_at.is_(None) & no_exhibit


def held_accounts(session: Session) -> set[int]:
    """Who is or was a party, or acted for one, in a case under a legal hold: nothing they sent is erased."""
    held = select(LegalHold.case_id).where(LegalHold.lifted_by.is_(None))
    parties = select(Party.account_id).where(Party.case_id.in_(held), Party.account_id.is_not(None))
    return set(
        session.scalars(
            parties.union(select(Mandate.account_id).where(Mandate.case_id.in_(held), Mandate.accepted_at.is_not(None)))
        )
    )


def named_in_writing(court: Court, session: Session, accounts: Iterable[int]) -> dict[tuple[int, str], datetime]:
    """Files of their own that people name in what they are still writing, by account and reference, with when it was
    last written.
    """
    found: dict[tuple[int, str], datetime] = {}
    wanted = sorted(set(accounts))
    for tell in court.hooks.naming:
        for named, at in tell(session, wanted).items():
            found[named] = max(at, found.get(named, at))
    # What belongs to a file is kept as long as the file.
    heads = {reference: (account, at) for (account, reference), at in found.items()}
    for reference, belonging in (along(session, list(heads)) if heads else {}).items():
        account, at = heads[reference]
        for each in belonging.files:
            found[account, each.reference] = max(at, found.get((account, each.reference), at))
    return found


def of_sender(court: Court, session: Session, account_id: int, most: int = 200) -> list[Kept]:
    """What somebody has sent and not submitted, what ends first before the rest."""
    rows = session.scalars(
        select(Upload).where(unused(), Upload.account_id == account_id).order_by(Upload.id).limit(most)
    ).all()
    standing = {notice.upload_id: notice for notice in open_notices(session, [account_id])}
    rule, named = ruled(court), named_in_writing(court, session, [account_id])
    found = [Kept(row, rule.until(row, named) if rule else None, standing.get(row.id)) for row in rows]
    return sorted(found, key=lambda one: (one.notice is None, one.until or date.max, one.upload.id))


def open_notices(session: Session, accounts: Sequence[int] | None = None) -> Sequence[UploadNotice]:
    """Notices between a file's time and its end, in order."""
    query = select(UploadNotice).where(UploadNotice.state.in_(OPEN)).order_by(UploadNotice.id)
    return session.scalars(query.where(UploadNotice.account_id.in_(accounts)) if accounts is not None else query).all()


def keep_longer(court: Court, account_id: int, references: Sequence[str]) -> int:
    """The sender asks that files be kept: their time counts anew. Gives how many; somebody else's, or submitted ones,
    are none.
    """
    with court.database.write() as session:
        rows = session.scalars(
            select(Upload)
            .where(unused(), Upload.account_id == account_id, Upload.reference.in_(references))
            .with_for_update()
        ).all()
        for row in rows:
            row.kept_from = court.clock.now()
        for notice in open_notices(session, [account_id]):
            if notice.upload in rows:
                notice.state = NoticeState.MOOT
        return len(rows)


# -- the worker's part -------------------------------------------------------------


@outward
def tell_senders(court: Court) -> int:
    """For the worker: put what is due on the list, take off what is not any more, and write to the senders. Nothing is
    erased by it.

    Once an hour, outside the quiet hours. Gives how many people were told.
    """
    rule = ruled(court)
    local = court.clock.now().astimezone(court.settings.tz)
    awake = court.settings.quiet_until <= local.time() < court.settings.quiet_from
    if rule is None or not awake or _looked.get(court.database) == (local.date(), local.hour):
        return 0
    _looked[court.database] = (local.date(), local.hour)
    with court.database.read() as session:
        moot, due = _moot(court, session, rule), list(_due(court, session, rule))
    if moot or due:
        _write_list(court, rule, moot, due)
    return each_alone(
        _claimed(court).items(),
        lambda one: _tell(court, rule, *one),
        "somebody could not be told of files that are in no case",
    )


def _moot(court: Court, session: Session, rule: Ruled) -> list[int]:
    """Notices of files that were submitted, or with which their sender has gone on."""
    standing = open_notices(session)
    named = named_in_writing(court, session, {notice.account_id for notice in standing})
    free = (
        set(
            session.scalars(select(Upload.id).where(unused(), Upload.id.in_([notice.upload_id for notice in standing])))
        )
        if standing
        else set()
    )
    return [
        notice.id
        for notice in standing
        if notice.upload_id not in free or rule.until(notice.upload, named) >= rule.today
    ]


def _due(court: Court, session: Session, rule: Ruled) -> Iterator[tuple[int, int, date]]:
    """Files whose time has run and that are on no list yet, of people who are under no hold: upload, account, last day."""
    standing = select(UploadNotice.upload_id).where(UploadNotice.state.in_(OPEN))
    # No later than this instant can a file have come whose time has run; the day itself is reckoned for each.
    latest = court.clock.now() - timedelta(days=(after(rule.today, rule.rule.after) - rule.today).days - 4)
    query = (
        select(Upload)
        .where(unused(), Upload.id.not_in(standing), func.coalesce(Upload.kept_from, Upload.completed_at) <= latest)
        .order_by(Upload.id)
    )
    held, named, known = held_accounts(session), dict[tuple[int, str], datetime](), set[int]()
    for upload in session.scalars(query).yield_per(500):
        if upload.account_id in held:
            continue
        if upload.account_id not in known:
            known.add(upload.account_id)
            named |= named_in_writing(court, session, [upload.account_id])
        until = rule.until(upload, named)
        if until < rule.today:
            yield upload.id, upload.account_id, until


def _write_list(court: Court, rule: Ruled, moot: Sequence[int], due: Sequence[tuple[int, int, date]]) -> None:
    with court.database.write() as session:
        for notice in session.scalars(
            select(UploadNotice).where(UploadNotice.id.in_(moot), UploadNotice.state.in_(OPEN)).with_for_update()
        ):
            notice.state = NoticeState.MOOT
        listed = set(session.scalars(select(UploadNotice.upload_id).where(UploadNotice.state.in_(OPEN))))
        for upload_id, account_id, until in due:
            if upload_id not in listed:
                row = UploadNotice(
                    upload_id=upload_id,
                    account_id=account_id,
                    rule=RULE,
                    pack=rule.pack.named,
                    due_on=until,
                    prepared_at=court.clock.now(),
                )
                session.add(row)


def _claimed(court: Court) -> dict[int, list[int]]:
    """Account → notices to be told of now. Taken before anything is sent: two workers write no two letters."""
    now, found = court.clock.now(), dict[int, list[int]]()
    with court.database.write() as session:
        query = (
            select(UploadNotice)
            .where(UploadNotice.state == NoticeState.WAITING)
            .order_by(UploadNotice.id)
            .with_for_update(skip_locked=True, of=UploadNotice)
        )
        for row in session.scalars(query):
            if row.tried_at is not None and now - row.tried_at < timedelta(
                days=min(2 ** (row.tries - 1), LONGEST_PAUSE)
            ):
                continue
            row.tries, row.tried_at = row.tries + 1, now
            found.setdefault(row.account_id, []).append(row.id)
    return found


def _tell(court: Court, rule: Ruled, account_id: int, numbers: Sequence[int]) -> int:
    """Write to one person about all of their files. Only a letter that was accepted counts; 1 if it was."""
    assert rule.rule.notice is not None, "a rule without a notice tells nobody"
    until = after(rule.today, rule.rule.notice)
    with court.database.read() as session:
        account = session.get(Account, account_id)
        names = [
            row.upload.filename
            for row in session.scalars(
                select(UploadNotice).where(UploadNotice.id.in_(numbers)).order_by(UploadNotice.id)
            )
        ]
    # Who cannot sign in could not keep anything either.
    reached = account is not None and account.state is AccountState.ACTIVE
    made = (
        _hand_over(court, letter_to(court, account, rule, until, names))
        if reached and account is not None
        else Handover(Outcome.LATER, "account closed")
    )
    with court.database.write() as session:
        for row in session.scalars(
            select(UploadNotice)
            .where(UploadNotice.id.in_(numbers), UploadNotice.state == NoticeState.WAITING)
            .with_for_update()
        ):
            row.said = made.said[:300]
            if made.outcome in ACCEPTED:
                row.state, row.told_at, row.until_on = NoticeState.TOLD, court.clock.now(), until
    return int(made.outcome in ACCEPTED)


def _hand_over(court: Court, letter: Letter) -> Handover:
    try:
        made: Handover = court.ports.mail.hand_over(
            letter.to, letter.subject.render(letter.locale), letter.text, None, letter.locale
        )
    except Exception as error:
        log.exception(
            "a notice of files that were never submitted could not be handed over; it is tried again, and nothing is erased meanwhile"
        )
        return Handover(Outcome.LATER, type(error).__name__)
    return made


def letter_to(court: Court, account: Account, rule: Ruled, until: date, names: Sequence[str]) -> Letter:
    """The letter to a sender: what, when, and how to keep it."""
    some = side_by_side((name if len(name) <= 60 else f"{name[:57]}…" for name in names[:MOST_NAMES]), ";")
    what: Text = T("They are: %(names)s", names=some)
    if len(names) > MOST_NAMES:
        what = T("They are: %(names)s; and %(count)s more", names=some, count=len(names) - MOST_NAMES)
    return Letter(
        account.email,
        T("Files you sent will be erased unless you keep them"),
        (
            T(
                "You sent the court files and have not submitted them in a claim or a case. You can look at them, and keep what you want to keep with one button."
            ),
            what,
            T(
                "What you neither keep nor submit by the end of %(day)s may be erased after that. The rule: %(rule)s (%(article)s).",
                day=until,
                rule=rule.rule.meaning,
                article=rule.pack.cite(rule.rule.article),
            ),
            T(
                "You can also download them from that page. Whatever is erased, its fingerprint stays on record, and nothing you have submitted is touched."
            ),
        ),
        account.locale,
        site_of(court.settings.base_url),
        page=T("Files you have sent"),
    )


# -- before a person decides ---------------------------------------------------------


def why_not(
    court: Court,
    session: Session,
    notice: UploadNotice,
    rule: Ruled | None,
    held: set[int],
    named: Mapping[tuple[int, str], datetime],
) -> Text | None:
    """Why a file may not be erased now, whatever a list says."""
    if rule is None:
        return T("The rules of this court let nothing be erased here.")
    if notice.state is not NoticeState.TOLD or notice.until_on is None or notice.told_at is None:
        return T("Its sender was not told yet: no mail server has accepted the letter.")
    if notice.account_id in held:
        return T("Its sender is in a case under a legal hold: nothing of it is erased.")
    if (
        session.scalar(select(Upload.id).where(Upload.id == notice.upload_id, unused())) is None
        or rule.until(notice.upload, named) >= rule.today
    ):
        return T("Whoever sent it can go on sending it.")
    account = session.get(Account, notice.account_id)
    if account is None or account.state is not AccountState.ACTIVE:
        return T("Its sender cannot sign in, and so could not keep it.")
    if notice.until_on >= rule.today:
        return T("Its sender can keep it until %(day)s.", day=notice.until_on)
    return None


def erased_of(session: Session, account_id: int, most: int = 100) -> Sequence[UploadNotice]:
    """What was erased of what somebody sent, the newest first."""
    mine = (UploadNotice.account_id == account_id, UploadNotice.state == NoticeState.ERASED)
    return session.scalars(select(UploadNotice).where(*mine).order_by(UploadNotice.id.desc()).limit(most)).all()


def count_of(session: Session, account_id: int) -> tuple[int, date | None]:
    """How many files somebody was told of that are not kept yet, and the first day on which one may still be kept."""
    mine = (UploadNotice.account_id == account_id, UploadNotice.state == NoticeState.TOLD)
    count, first = session.execute(select(func.count(), func.min(UploadNotice.until_on)).where(*mine)).one()
    return count, first
