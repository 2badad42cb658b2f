"""Posts of those who serve the court, with their terms, and what they are trained for: what the lot of a seat goes by besides leave.

Entered by the president or an administrator, on record and in the public log, and ended, never erased. Nothing is reckoned from
it and nobody is compared by it: it says who may be given a case on a day.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

from sqlalchemy import Date, ForeignKey, Index, String, Text as Words, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from odr.docket.models import Case, Role, office_of
from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.errors import ActNotOpen, InvalidInput, NotFound
from odr.ground.text import T, Text
from odr.identity.accounts import outbox
from odr.identity.accounts.account_letters import Letter, site_of
from odr.identity.models import Account
from odr.notary.administration import administration_act
from odr.notary.canonical import JSON
from odr.notary.notary import Notary
from odr.notary.rehash.rounds import Holding
from odr.procedure.forms.inputs import CourtDate, CourtEmail, CourtModel, field
from odr.procedure.receipt_files import in_row
from odr.procedure.rules.insight import DistributionRules

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.rules.pack import RulePack

FORMAT = "court-staff/1"
POSTS = (Role.JUDGE, Role.ASSESSOR, Role.ASSISTANT, Role.CLERK)
"""Whose seats fall by lot, and who helps them."""


class TermKind(enum.Enum):
    """What somebody has for a time."""

    POST = "post"  # a post at the court: the capacity in which cases are given to them
    TRAINING = "training"  # a training that some kinds of case need


class StaffTerm(Base):
    """A post or a training of somebody who serves the court, from a day on."""

    __tablename__ = "staff_term"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[TermKind] = mapped_column(enum_column(TermKind))
    what: Mapped[str] = mapped_column(String(40))
    """The role of a post, or the key of a training in the rules."""
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date | None] = mapped_column(Date)
    """The last day; none where the term has no end."""
    set_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    record: Mapped[str] = mapped_column(Words)
    receipt: Mapped[str] = mapped_column(Reference, unique=True)
    ended_on: Mapped[date | None] = mapped_column(Date)
    """The day from which it holds no more, where it was ended before its last day."""
    end_record: Mapped[str | None] = mapped_column(Words)
    end_receipt: Mapped[str | None] = mapped_column(Reference, unique=True)
    __table_args__ = (Index("ix_staff_term_account_id", "account_id", "kind"),)

    def holds_on(self, day: date) -> bool:
        """Whether it holds on a day."""
        within = self.from_on <= day and (self.until_on is None or day <= self.until_on)
        return within and (self.ended_on is None or day < self.ended_on)


class PostInput(CourtModel):
    """A post somebody takes up."""

    email: Annotated[str, CourtEmail(), field(T("E-mail address of the person"))]
    what: Annotated[str, field(T("Post"), choices="posts", widget="select")]
    from_on: Annotated[CourtDate, field(T("First day"))]
    until_on: Annotated[CourtDate | None, field(T("Last day"), T("Leave it empty if the term has no end."))] = None


class TrainingInput(CourtModel):
    """A training somebody has."""

    trained: Annotated[str, CourtEmail(), field(T("E-mail address of the person"))]
    training: Annotated[str, field(T("Training they have"), choices="trainings", widget="select")]
    valid_from: Annotated[CourtDate, field(T("Valid from"))]
    valid_until: Annotated[CourtDate | None, field(T("Valid until"), T("Leave it empty if it has no last day."))] = None


@dataclass(frozen=True)
class Held:
    """A post or training as the page tells it."""

    term: StaffTerm
    name: str
    what: Text
    holds: bool


def enter(
    notary: Notary,
    session: Session,
    given: PostInput | TrainingInput,
    known: Collection[str],
    by: int,
    now: datetime,
    rules: DistributionRules | None = None,
) -> StaffTerm:
    """Enter a post or a training, on record and in the public log. ``known`` is what can be chosen. Raises InvalidInput, also for
    a term longer than the ``rules`` know it.
    """
    if isinstance(given, PostInput):
        kind, names = TermKind.POST, ("email", "what", "from_on", "until_on")
    else:
        kind, names = TermKind.TRAINING, ("trained", "training", "valid_from", "valid_until")
    email, what, first, last = (getattr(given, name) for name in names)
    account = session.scalar(select(Account).where(Account.email == email.casefold()))
    if account is None or not account.staff_roles:
        raise InvalidInput.at(names[0], T("Nobody who serves this court has that address."))
    if what not in known:
        raise InvalidInput.at(names[1], T("Choose one of those listed."))
    if kind is TermKind.POST and Role(what) not in account.staff_roles:
        raise InvalidInput.at(names[1], T("They do not have that role: two administrators give it first."))
    if last is not None and last < first:
        raise InvalidInput.at(names[3], T("The last day is before the first."))
    most = rules.terms.get(what) if kind is TermKind.POST and rules is not None else None
    if most is not None and (last is None or last >= _years_after(first, most.years)):
        raise InvalidInput.at(names[3], T("A term of this post lasts %(years)s years at most.", years=most.years))
    said = {
        "type": FORMAT,
        "act": "entered",
        "kind": kind.value,
        "what": what,
        "who": account.reference,
        "from": first.isoformat(),
        "until": last.isoformat() if last is not None else None,
        "by": _reference(session, by),
        "at": now.isoformat(),
    }
    record, receipt = administration_act(notary, session, dict[str, JSON](said), now=now)
    term = StaffTerm(
        account_id=account.id,
        kind=kind,
        what=what,
        from_on=first,
        until_on=last,
        set_by=by,
        at=now,
        record=record,
        receipt=receipt,
    )
    session.add(term)
    session.flush()
    return term


def _years_after(day: date, years: int) -> date:
    """The same day so many years later; the first of March where that year has no such day."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def end(notary: Notary, session: Session, reference: str, today: date, by: int, now: datetime) -> StaffTerm:
    """End a post or a training as of today, on record. Raises NotFound, ActNotOpen where it holds no more."""
    term = session.scalar(select(StaffTerm).where(StaffTerm.reference == reference).with_for_update())
    if term is None:
        raise NotFound
    if term.ended_on is not None or (term.until_on is not None and term.until_on < today):
        raise ActNotOpen(T("It holds no more."))
    term.ended_on = today
    said: dict[str, JSON] = {
        "type": FORMAT,
        "act": "ended",
        "entered": term.receipt,
        "on": today.isoformat(),
        "by": _reference(session, by),
        "at": now.isoformat(),
    }
    term.end_record, term.end_receipt = administration_act(notary, session, said, now=now)
    return term


def tell(court: Court, session: Session, pack: RulePack, term: StaffTerm) -> None:
    """Write to the person whose post or training was entered or ended: it says which cases they are given."""
    account = session.get_one(Account, term.account_id)
    what = what_of(pack, term)
    if term.ended_on is not None:
        said = T("From %(day)s on this holds no more for you: %(what)s.", day=term.ended_on, what=what)
    elif term.until_on is not None:
        said = T("Entered for you, %(first)s to %(last)s: %(what)s.", first=term.from_on, last=term.until_on, what=what)
    else:
        said = T("Entered for you, from %(day)s on: %(what)s.", day=term.from_on, what=what)
    goes_by = T(
        "New cases are given out by it; what is on your desk already stays there until it is handed over. If it is wrong, tell the president of the court. It stands in the public log."
    )
    letter = Letter(
        account.email,
        T("A post or training of yours at the court"),
        (said, goes_by),
        account.locale or "zh-Hans",
        site=site_of(court.settings.base_url),
    )
    outbox.write(court, session, [letter])


def _reference(session: Session, account_id: int) -> str:
    return session.get_one(Account, account_id).reference


def terms_of(session: Session, accounts: Collection[int]) -> Mapping[int, Sequence[StaffTerm]]:
    """Posts and trainings of some people, by person."""
    found: dict[int, list[StaffTerm]] = {}
    for term in session.scalars(select(StaffTerm).where(StaffTerm.account_id.in_(accounts)).order_by(StaffTerm.id)):
        found.setdefault(term.account_id, []).append(term)
    return found


def has_post(terms: Collection[StaffTerm], role: Role, day: date, *, needs: bool) -> bool:
    """Whether somebody may be given a case in a role on a day. Pure. Of whom a post was entered, it holds; of whom none ever was,
    the role is enough unless the rules ask for a post (``needs``).
    """
    mine = [one for one in terms if one.kind is TermKind.POST and one.what == role.value]
    return any(one.holds_on(day) for one in mine) if mine else not needs


def is_trained(terms: Collection[StaffTerm], wanted: Collection[str], day: date) -> bool:
    """Whether somebody has every training a case needs on a day. Pure."""
    have = {one.what for one in terms if one.kind is TermKind.TRAINING and one.holds_on(day)}
    return have.issuperset(wanted)


def trainings_for(rules: DistributionRules | None, case: Case, role: Role) -> set[str]:
    """The trainings the rules ask for in a case of that cause or procedure."""
    every = rules.trainings.items() if rules is not None else ()
    return {
        key
        for key, one in every
        if role.value in one.roles and (case.cause in one.causes or case.track.value in one.tracks)
    }


def fit(
    session: Session, pack: RulePack, case: Case, role: Role, people: Sequence[Account], day: date
) -> tuple[list[Account], dict[str, int]]:
    """Those of some people who may be given a case, and how many are left out for want of a post, or of a training."""
    role = office_of(role)
    terms, rules = terms_of(session, [one.id for one in people]), pack.distribution
    needs = rules is not None and role.value in rules.needs_post
    posted = [one for one in people if has_post(terms.get(one.id, ()), role, day, needs=needs)]
    wanted = trainings_for(rules, case, role)
    trained = [one for one in posted if is_trained(terms.get(one.id, ()), wanted, day)]
    return trained, {"post": len(people) - len(posted), "training": len(posted) - len(trained)}


def standing(session: Session, pack: RulePack, kind: TermKind, today: date) -> list[Held]:
    """Posts or trainings that hold or will, in the order of names."""
    ahead = or_(StaffTerm.until_on.is_(None), StaffTerm.until_on >= today) & StaffTerm.ended_on.is_(None)
    rows = session.execute(
        select(StaffTerm, Account.name)
        .join(Account, Account.id == StaffTerm.account_id)
        .where(StaffTerm.kind == kind, ahead)
        .order_by(Account.name, StaffTerm.from_on, StaffTerm.id)
    )
    return [Held(term, name, what_of(pack, term), term.holds_on(today)) for term, name in rows]


def what_of(pack: RulePack, term: StaffTerm) -> Text:
    """The post or training in words."""
    if term.kind is TermKind.POST:
        return Role(term.what).label
    training = pack.distribution.trainings.get(term.what) if pack.distribution is not None else None
    return training.title if training is not None else T("A training the rules no longer ask for")


def records_kept(court: Court, session: Session, references: Sequence[str]) -> Mapping[str, Holding]:
    """What was put on record of posts and trainings, by these receipts."""
    entered = session.scalars(select(StaffTerm).where(StaffTerm.receipt.in_(references)))
    found = {row.receipt: in_row(f"post or training {row.id}", row.record.encode()) for row in entered}
    ended = session.scalars(select(StaffTerm).where(StaffTerm.end_receipt.in_(references)))
    return found | {
        str(row.end_receipt): in_row(f"end of post or training {row.id}", (row.end_record or "").encode())
        for row in ended
    }
