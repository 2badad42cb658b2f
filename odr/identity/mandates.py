"""Mandates: who acts for a party, how far, and since when (CPL 61–63)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from odr.docket.models import PARTY_ROLES, Case, Party, Role, Seat
from odr.docket.visibility import same_side
from odr.ground.errors import CourtError, InvalidInput, NotFound
from odr.ground.keyset import Key, Listed, page_of
from odr.ground.text import T, Text
from odr.identity.accounts import links
from odr.identity.accounts.account_letters import Letter
from odr.identity.accounts.accounts import Means
from odr.identity.models import Account, GivenMandate, Licence, LinkPurpose, Mandate, MandateScope, Qualification

SCOPE_WORDS = {
    MandateScope.ORDINARY: T("Ordinary powers: conduct the case"),
    MandateScope.SPECIAL: T("Special powers: also admit, waive or change claims, settle, counterclaim and appeal"),
    MandateScope.STATUTORY: T("Guardian: acts in the party’s place [CPL 60]"),
}
GIVEN = (MandateScope.ORDINARY, MandateScope.SPECIAL)
"""What a party can give with their signature; guardianship comes from the law or from the court."""
_WAITS = Mandate.revoked_at.is_(None) & (Mandate.signed_at.is_(None) | Mandate.accepted_at.is_(None))
"""Mandates on which not both have agreed yet."""
NOT_YOURSELF = T("This is your own address. Write the one of the person who is to act.")


class ServesCourt(CourtError):
    """Who serves the court, or serves in the case, represents nobody."""

    status = 409
    problem = "serves-court"

    def __init__(self) -> None:
        super().__init__(T("Who serves the court, or serves in this case, represents nobody in it."))


class BothSides(CourtError):
    """One person may not act for opposing parties of one case."""

    status = 409
    problem = "both-sides"

    def __init__(self) -> None:
        super().__init__(T("This person already acts in the case for another side, or is a party to it."))


class Enough(CourtError):
    """A party has as many representatives as the rules allow (CPL 61)."""

    status = 409
    problem = "enough-representatives"

    def __init__(self, most: int) -> None:
        super().__init__(
            T(
                "This party already has %(most)s representatives, and more are not allowed. One of the mandates ends first.",
                most=most,
            )
        )


def offer(
    session: Session,
    party: Party,
    representative: Account,
    scope: MandateScope,
    *,
    from_at: datetime,
    until_at: datetime | None,
    now: datetime,
) -> Mandate:
    """A representative offers to act for a party; nothing is in force until the client signs.

    Raises BothSides, ServesCourt, InvalidInput.
    """
    refuse_court(session, party.case_id, representative)
    refuse_both_sides(session, party, representative.id)
    mandate = _new(session, party, representative, scope, from_at=from_at, until_at=until_at, now=now)
    mandate.accepted_at = now
    session.flush()
    return mandate


def appoint(
    session: Session,
    party: Party,
    address: str,
    scope: MandateScope,
    *,
    until_at: datetime | None,
    now: datetime,
    may_pass_on: bool = False,
) -> Mandate:
    """A party signs a mandate for whoever has an account with the ``address``; it counts, and bars anybody from
    anything, only when that person has accepted. Nobody learns by it who has an account, whom they stand by, or that
    they serve the court: whether they may act is asked when they accept.

    Raises InvalidInput.
    """
    own = session.get(Account, party.account_id) if party.account_id is not None else None
    if own is not None and own.email == address:
        raise InvalidInput.at("email", NOT_YOURSELF)
    mandate = _new(session, party, None, scope, from_at=now, until_at=until_at, now=now)
    mandate.address, mandate.signed_at, mandate.may_pass_on = address, now, may_pass_on
    session.flush()
    return mandate


def _new(
    session: Session,
    party: Party,
    representative: Account | None,
    scope: MandateScope,
    *,
    from_at: datetime,
    until_at: datetime | None,
    now: datetime,
) -> Mandate:
    if party.role not in PARTY_ROLES or party.left_at is not None:
        raise NotFound
    if until_at is not None and until_at <= max(from_at, now):
        raise InvalidInput.at("until", T("The mandate would end before it begins."))
    mandate = Mandate(
        case_id=party.case_id,
        party_id=party.id,
        account_id=representative.id if representative is not None else None,
        scope=scope,
        from_at=from_at,
        until_at=until_at,
    )
    session.add(mandate)
    return mandate


def signing_letter(means: Means, session: Session, mandate: Mandate, machine_now: datetime) -> Letter:
    """The letter by which the client signs on their telephone; earlier ones end. Raises InvalidInput without an
    address.
    """
    party, case = session.get_one(Party, mandate.party_id), session.get_one(Case, mandate.case_id)
    representative = session.get_one(Account, mandate.account_id)
    if not party.email:
        raise InvalidInput.at("email", T("The court has no email address of the client."))
    first = T(
        "%(name)s asks to act for you in case %(number)s. Please read the mandate and sign it.",
        name=representative.name,
        number=case.number or case.reference,
    )
    if (before := replaced_by(session, mandate)) is not None:
        first = T(
            "%(name)s asks to act for you in case %(number)s in place of %(before)s, who is with the same firm. Please read the mandate and sign it.",
            name=representative.name,
            number=case.number or case.reference,
            before=before.name,
        )
    subject = f"mandate/{mandate.reference}"
    links.void(session, LinkPurpose.SIGN_MANDATE, machine_now, subject=subject)
    token = links.issue(session, LinkPurpose.SIGN_MANDATE, machine_now, subject=subject)
    return Letter(
        party.email,
        T("Sign the mandate of your representative"),
        (
            first,
            T("If you do not know this person, do not sign; you need do nothing."),
        ),
        party.locale,
        means.site,
        token,
    )


def replaced_by(session: Session, mandate: Mandate) -> Account | None:
    """Whom a colleague takes over from; None for a mandate that replaces none."""
    if mandate.instead_of is None:
        return None
    return session.get_one(Account, session.get_one(Mandate, mandate.instead_of).account_id)


def by_link(session: Session, token: str, machine_now: datetime) -> Mandate:
    """The unsigned mandate that a link is for; looking does not use it up. Raises NotFound."""
    return _of_subject(session, links.look(session, LinkPurpose.SIGN_MANDATE, token, machine_now).subject)


def sign_by_link(
    session: Session, token: str, *, now: datetime, machine_now: datetime, most: int | None, may_pass_on: bool = False
) -> Mandate:
    """The client signs with the link sent to them. Raises NotFound, BothSides, Enough."""
    mandate = _of_subject(session, links.use(session, LinkPurpose.SIGN_MANDATE, token, machine_now).subject)
    sign(session, mandate, now, most=most)
    mandate.may_pass_on = may_pass_on
    return mandate


def sign(session: Session, mandate: Mandate, now: datetime, *, most: int | None) -> Mandate:
    """The client signs; whether the person may act for this side is asked again. ``most`` is how many may act for one
    party by the rules of the case. Raises NotFound, BothSides, ServesCourt, Enough.
    """
    _held(session, mandate)
    if mandate.signed_at is not None or mandate.revoked_at is not None:
        raise NotFound
    _ask_again(session, mandate, mandate.account_id)
    mandate.signed_at = now
    _begin_if_agreed(session, mandate, now, most)
    return mandate


def accept(session: Session, mandate: Mandate, account_id: int, now: datetime, *, most: int | None) -> Mandate:
    """Who is to act agrees: from now on the mandate counts, if the client has signed. ``most`` as for :func:`sign`.
    Raises NotFound for anybody else's and for one that ended, BothSides, ServesCourt, Enough.
    """
    account = session.get_one(Account, account_id)
    _held(session, mandate)
    over = mandate.revoked_at is not None or (mandate.until_at is not None and mandate.until_at <= now)
    origin = mandate.delegated_by if mandate.delegated_by is not None else mandate.instead_of
    source = session.get(Mandate, origin) if origin is not None else None
    if (
        not _is_asked(mandate, account)
        or mandate.accepted_at is not None
        or over
        or (source is not None and not source.is_live(now))
    ):
        raise NotFound
    _ask_again(session, mandate, account_id)
    mandate.account_id, mandate.accepted_at = account_id, now
    _begin_if_agreed(session, mandate, now, most)
    return mandate


def _held(session: Session, mandate: Mandate) -> None:
    """The mandate as it stands now, held until the end: one that somebody ends meanwhile replaces nobody."""
    session.flush()
    hold_cases(session, Mandate.id == mandate.id)
    session.get_one(Mandate, mandate.id, with_for_update=True, populate_existing=True)


def hold_cases(session: Session, *which: ColumnElement[bool]) -> None:
    """The cases and parties of some mandates before these and whoever acts, as acts hold them: the dates and the papers of whoever acts
    are laid with the mandate, by triggers that wait for the acts of the case and for a paper that is laid into the party's inbox.
    """
    _hold(session, Case.id, select(Mandate.case_id).where(*which))
    _hold(session, Party.id, select(Mandate.party_id).where(*which))


def _hold(session: Session, number: InstrumentedAttribute[int], which: Select[int]) -> None:
    # On SQLite the transaction holds the whole file from its beginning.
    if session.get_bind().dialect.name != "sqlite":
        session.execute(select(number).where(number.in_(which)).order_by(number).with_for_update(key_share=True)).all()


def _begin_if_agreed(session: Session, mandate: Mandate, now: datetime, most: int | None) -> None:
    """Where client and representative agree: nobody acts beyond the number allowed, and whoever is replaced no longer
    does (CPL 61, 63).
    """
    session.flush()
    if mandate.signed_at is None or mandate.accepted_at is None:
        return
    if mandate.instead_of is not None:
        replaced = session.get_one(Mandate, mandate.instead_of, with_for_update=True, populate_existing=True)
        if not replaced.is_live(now):
            # What is handed over is what there is: with the mandate before, the wish to replace it has ended.
            raise NotFound
        helpers = session.scalars(
            select(Mandate).where(Mandate.delegated_by == replaced.id, Mandate.in_force(now))
        ).all()
        revoke(session, replaced, now)
        for helper in helpers:
            if helper.office_id is not None and helper.account_id != mandate.account_id:
                _go_over(session, mandate, session.get_one(Account, helper.account_id), helper.office_id, now)
    refuse_more(session, mandate, now, most)


def _go_over(session: Session, mandate: Mandate, helper: Account, office_id: int, now: datetime) -> None:
    """An assistant goes over with the case; who may no longer assist in it stays behind, and holds nobody else up."""
    try:
        refuse_court(session, mandate.case_id, helper)
        refuse_both_sides(session, session.get_one(Party, mandate.party_id), helper.id)
    except (ServesCourt, BothSides):
        return
    put_on(session, mandate, helper, office_id, now)


def refuse_more(session: Session, mandate: Mandate, now: datetime, most: int | None) -> None:
    """Raises Enough where the mandate makes one representative more than the rules allow a party (CPL 61); assistants of
    a representative, and who acts in a party's place by law, do not count.
    """
    counts = mandate.delegated_by is None and mandate.scope is not MandateScope.STATUTORY
    if most is None or not counts:
        return
    # Two that are agreed at the same time must see each other; who only names the party is waited for by neither.
    session.get_one(Party, mandate.party_id, with_for_update={"key_share": True}, populate_existing=True)
    others = (
        Mandate.party_id == mandate.party_id,
        Mandate.id != mandate.id,
        Mandate.delegated_by.is_(None),
        Mandate.scope != MandateScope.STATUTORY,
        Mandate.in_force(now),
    )
    if (session.scalar(select(func.count()).select_from(Mandate).where(*others)) or 0) >= most:
        raise Enough(most)


def _is_asked(mandate: Mandate, account: Account) -> bool:
    """Whether it is for this person to accept: named by themselves, or by the address they sign in with."""
    return mandate.account_id == account.id or (mandate.account_id is None and mandate.address == account.email)


def _ask_again(session: Session, mandate: Mandate, account_id: int | None) -> None:
    # Two mandates of one person agreed at the same time must see each other.
    account = session.get_one(Account, account_id, with_for_update=True, populate_existing=True)
    refuse_court(session, mandate.case_id, account)
    refuse_both_sides(session, session.get_one(Party, mandate.party_id), account.id, but=mandate.id)


QUALIFICATION_WORDS = {
    Qualification.LAWYER: T("Lawyer"),
    Qualification.LEGAL_WORKER: T("Legal worker of a local office"),
    Qualification.RELATIVE: T("Close relative of the party"),
    Qualification.EMPLOYEE: T("Employee of the party"),
    Qualification.RECOMMENDED: T("Recommended by a community, unit or organisation"),
}
EVERYWHERE = frozenset({Qualification.LAWYER, Qualification.LEGAL_WORKER})
"""Qualifications that are somebody's own: seen once, they count in every case (CPI 88)."""


def licence_of(session: Session, account_id: int, case_id: int, today: date) -> Licence | None:
    """What the registry has seen that entitles somebody to act in a case; None where nothing, or it has ended."""
    return session.scalar(
        select(Licence)
        .where(
            Licence.account_id == account_id,
            or_(Licence.case_id.is_(None), Licence.case_id == case_id),
            or_(Licence.until_on.is_(None), Licence.until_on >= today),
        )
        .order_by(Licence.id.desc())
        .limit(1)
    )


def place_guardian(session: Session, party: Party, guardian: Account, now: datetime) -> Mandate:
    """Let a guardian act in a party's place from now on (CPL 60); what shows it is looked at by the registry. Raises
    BothSides.
    """
    _hold(session, Party.id, select(Party.id).where(Party.id == party.id))
    session.get(Account, guardian.id, with_for_update=True, populate_existing=True)
    refuse_both_sides(session, party, guardian.id)
    acts = {"scope": MandateScope.STATUTORY, "from_at": now, "signed_at": now, "accepted_at": now}
    placed = Mandate(case_id=party.case_id, party_id=party.id, account_id=guardian.id, **acts)
    session.add(placed)
    session.flush()
    return placed


def guardians_of(session: Session, party: Party, now: datetime) -> list[Mandate]:
    """Who acts in a party's place now."""
    held = (
        select(Mandate)
        .where(Mandate.party_id == party.id, Mandate.scope == MandateScope.STATUTORY, Mandate.revoked_at.is_(None))
        .order_by(Mandate.id)
    )
    return [mandate for mandate in session.scalars(held) if mandate.is_live(now)]


def revoke(session: Session, mandate: Mandate, now: datetime) -> None:
    """End the mandate at once, what was delegated from it, and what waits to replace it (CPL 63); what was done before
    stays done.
    """
    hold_cases(session, Mandate.id == mandate.id)
    waits = (Mandate.instead_of == mandate.id) & _WAITS
    session.execute(
        update(Mandate)
        .where(or_(Mandate.id == mandate.id, Mandate.delegated_by == mandate.id, waits), Mandate.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    session.refresh(mandate)


def delegate(session: Session, mandate: Mandate, address: str, now: datetime) -> Mandate:
    """Let whoever has an account with the ``address`` act under a mandate once they have accepted: ordinary powers only,
    no longer than the mandate, not to be passed on. Whether they may is asked when they accept.

    Raises NotFound for a mandate not in force, InvalidInput.
    """
    if not mandate.is_live(now) or mandate.delegated_by is not None or mandate.scope is MandateScope.STATUTORY:
        # A guardian appoints a representative on the docket, as the party would (CPL 61).
        raise NotFound
    if session.get_one(Account, mandate.account_id).email == address:
        raise InvalidInput.at("email", NOT_YOURSELF)
    delegated = Mandate(
        case_id=mandate.case_id,
        party_id=mandate.party_id,
        address=address,
        scope=MandateScope.ORDINARY,
        delegated_by=mandate.id,
        from_at=now,
        until_at=mandate.until_at,
        signed_at=now,
    )
    session.add(delegated)
    session.flush()
    return delegated


def pass_on(session: Session, mandate: Mandate, to: Account, now: datetime) -> Mandate:
    """Have a colleague take over with the same powers: nothing changes until they accept and, unless the client agreed
    beforehand, the client signs. Asking again takes the place of what was asked before.

    Raises NotFound for a mandate not in force or of an assistant or guardian, InvalidInput, BothSides, ServesCourt.
    """
    if not mandate.is_live(now) or mandate.delegated_by is not None or mandate.scope is MandateScope.STATUTORY:
        raise NotFound
    if to.id == mandate.account_id:
        raise InvalidInput.at("to", T("They act in this case already."))
    party = session.get_one(Party, mandate.party_id)
    if not mandate.may_pass_on and not party.email:
        raise InvalidInput.at(
            "to",
            T(
                "The court has no e-mail address of the client. They appoint the colleague themselves, in their case or at the registry."
            ),
        )
    refuse_court(session, mandate.case_id, to)
    refuse_both_sides(session, party, to.id)
    for before in session.scalars(select(Mandate).where(Mandate.instead_of == mandate.id, _WAITS)):
        revoke(session, before, now)
    successor = _new(session, party, to, mandate.scope, from_at=now, until_at=mandate.until_at, now=now)
    successor.instead_of, successor.may_pass_on = mandate.id, mandate.may_pass_on
    successor.signed_at = now if mandate.may_pass_on else None
    session.flush()
    return successor


def end_handing(session: Session, account_id: int, now: datetime) -> None:
    """Nobody takes over any more what waits to be handed to somebody, or from them to a colleague."""
    theirs = select(Mandate.id).where(Mandate.account_id == account_id)
    waits = select(Mandate).where(
        Mandate.instead_of.is_not(None), _WAITS, (Mandate.account_id == account_id) | Mandate.instead_of.in_(theirs)
    )
    for mandate in session.scalars(waits).all():
        revoke(session, mandate, now)


def put_on(session: Session, mandate: Mandate, assistant: Account, office_id: int, now: datetime) -> Mandate:
    """An office puts one of its people on a case as assistant, with ordinary powers and no longer than the mandate; they
    agreed to it when they joined the office. Putting them on again changes nothing.

    Raises NotFound for a mandate not in force or of an assistant or guardian, InvalidInput, BothSides, ServesCourt.
    """
    if not mandate.is_live(now) or mandate.delegated_by is not None or mandate.scope is MandateScope.STATUTORY:
        raise NotFound
    if assistant.id == mandate.account_id:
        raise InvalidInput.at("person", T("They act in this case already."))
    theirs = select(Mandate).where(Mandate.delegated_by == mandate.id, Mandate.account_id == assistant.id)
    for there in session.scalars(theirs):
        if there.is_live(now):
            return there
    placed = Mandate(
        case_id=mandate.case_id,
        party_id=mandate.party_id,
        account_id=assistant.id,
        scope=MandateScope.ORDINARY,
        delegated_by=mandate.id,
        office_id=office_id,
        from_at=now,
        until_at=mandate.until_at,
        signed_at=now,
        accepted_at=now,
    )
    session.add(placed)
    session.flush()
    _ask_again(session, placed, assistant.id)
    return placed


def refuse_court(session: Session, case_id: int, account: Account) -> None:
    """Raises ServesCourt for who holds an office of the court, or serves or served in the case otherwise than as a
    witness.
    """
    served = (
        select(Seat.id)
        .where(Seat.case_id == case_id, Seat.account_id == account.id, Seat.role != Role.WITNESS)
        .limit(1)
    )
    if account.staff_roles or session.scalar(served) is not None:
        raise ServesCourt


def refuse_both_sides(session: Session, party: Party, account_id: int, *, but: int | None = None) -> None:
    """Raises BothSides when the person is somebody of another side in the case, or has agreed to act for one; what
    others wish of them bars nothing.
    """
    others = session.scalars(select(Party).where(Party.case_id == party.case_id)).all()
    if any(other.account_id == account_id and not same_side(other, party) for other in others):
        raise BothSides
    agreed = (Mandate.accepted_at.is_not(None), Mandate.revoked_at.is_(None))
    held = select(Mandate).where(Mandate.case_id == party.case_id, Mandate.account_id == account_id, *agreed)
    sides = {other.id: other for other in others}
    # A mandate that has run out still bars: they know the confidences of the other side.
    if any(mandate.id != but and not same_side(sides[mandate.party_id], party) for mandate in session.scalars(held)):
        raise BothSides


def held_by(session: Session, account_id: int, after: str | None = None) -> Listed[tuple[Mandate, Case, Party]]:
    """The mandates a person holds or has offered, newest first, with case and client."""
    mine = (
        select(Mandate, Case, Party)
        .join(Case, Case.id == Mandate.case_id)
        .join(Party, Party.id == Mandate.party_id)
        .where(_theirs(session, account_id))
    )
    page = page_of(session, mine, (Key(Mandate.id, descending=True),), after)
    return page.of([(mandate, case, party) for mandate, case, party in page.rows])


def _theirs(session: Session, account_id: int) -> ColumnElement[bool]:
    """Mandates that somebody holds, offered, or is asked to take by their address."""
    email = session.get_one(Account, account_id).email
    return or_(Mandate.account_id == account_id, Mandate.account_id.is_(None) & (Mandate.address == email))


def asked_to_act(session: Session, account_id: int) -> int:
    """How many mandates wait until a person accepts them."""
    waiting = (
        _theirs(session, account_id),
        Mandate.signed_at.is_not(None) | Mandate.instead_of.is_not(None),
        Mandate.accepted_at.is_(None),
        Mandate.revoked_at.is_(None),
    )
    return session.scalar(select(func.count()).select_from(Mandate).where(*waiting)) or 0


def given_by(session: Session, account_id: int, after: str | None = None) -> Listed[tuple[Mandate, Case, str]]:
    """The mandates a party has been asked for or has given, newest first, with case and who acts: by the address that
    was written while they have not accepted, by their name afterwards.
    """
    mine = (
        select(Mandate, Case, Account.name)
        .join(Case, Case.id == Mandate.case_id)
        .join(GivenMandate, GivenMandate.mandate_id == Mandate.id)
        .outerjoin(Account, Account.id == Mandate.account_id)
        .where(GivenMandate.account_id == account_id)
    )
    page = page_of(session, mine, (Key(GivenMandate.mandate_id, descending=True),), after)
    return page.of(
        [
            (mandate, case, mandate.address if mandate.address and mandate.accepted_at is None else name or "")
            for mandate, case, name in page.rows
        ]
    )


def find(session: Session, reference: str, account_id: int) -> Mandate:
    """A mandate by its reference, for its client or its representative. Raises NotFound for anybody else."""
    mandate = session.scalar(
        select(Mandate)
        .join(Party, Party.id == Mandate.party_id)
        .where(Mandate.reference == reference, or_(_theirs(session, account_id), Party.account_id == account_id))
    )
    if mandate is None:
        raise NotFound
    return mandate


def client_of(session: Session, number: str, email: str) -> Party | None:
    """The party to a numbered case whose mailbox this is; None when there is none, which no page tells apart."""
    return session.scalar(
        select(Party)
        .join(Case, Case.id == Party.case_id)
        .where(Case.number == number, Party.email == email, Party.left_at.is_(None))
        .limit(1)
    )


def state_of(mandate: Mandate, now: datetime) -> Text:
    """How a mandate stands, in words."""
    if mandate.revoked_at is not None:
        return T("Ended on %(at)s", at=mandate.revoked_at)
    if mandate.signed_at is None and (mandate.accepted_at is not None or mandate.instead_of is None):
        return T("Waiting for the client’s signature")
    if mandate.accepted_at is None:
        return T("Waiting until the representative accepts")
    if mandate.until_at is not None and mandate.until_at <= now:
        return T("Ran out on %(at)s", at=mandate.until_at)
    return T("In force") if mandate.from_at <= now else T("In force from %(at)s", at=mandate.from_at)


def _of_subject(session: Session, subject: str | None) -> Mandate:
    mandate = session.scalar(select(Mandate).where(Mandate.reference == (subject or "").removeprefix("mandate/")))
    if mandate is None or mandate.revoked_at is not None or mandate.signed_at is not None:
        raise NotFound(T("This code or link has been used or is too old. Ask for a new one."))
    return mandate
