"""Case numbers, and who sits in a case: drawn by rule and not by choice, with regard to leave."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

from sqlalchemy import Select, String, bindparam, cast, func, select
from sqlalchemy.orm import Session

from odr.docket.models import DECIDING_ROLES, Case, Role, Seat, Stage, office_of
from odr.filing import desks
from odr.filing.models import NumberSeries, Request, RequestKind, RequestState, StaffLeave
from odr.filing.registry.drawing import Draw, draw_among, waiting_seed
from odr.filing.registry.posts import fit
from odr.ground.db import insert_once
from odr.ground.errors import InvalidInput, NotFound
from odr.ground.text import T, Text, words_of
from odr.identity.models import Account, AccountRole, AccountState, Mandate
from odr.procedure.acts.events import BenchChanged
from odr.procedure.forms.inputs import CourtDate, CourtEmail, CourtModel, field

if TYPE_CHECKING:
    from odr.procedure.rules.pack import RulePack
    from odr.procedure.sitting import Sitting


def next_of_series(sitting: Sitting, pack: RulePack, kind: str) -> str:
    """The next number of the year in a series under the pack's pattern, for example ``(2026)浙0192执7号``."""
    year = sitting.now.astimezone(pack.tz).year
    wanted = select(NumberSeries).where(NumberSeries.kind == kind, NumberSeries.year == year).with_for_update()
    series = sitting.session.scalar(wanted) or _begun(sitting, wanted, NumberSeries(kind=kind, year=year, last=0))
    series.last += 1
    sitting.session.flush()
    return pack.case_number(kind, year=year, number=series.last, court=sitting.court.settings.court_short)


_REPRESENTED = select(Mandate.account_id).where(Mandate.case_id == bindparam("case"), Mandate.accepted_at.is_not(None))
_STEPPED_ASIDE = (
    select(Seat.account_id)
    .join(Request, Request.subject == cast(Seat.id, String))
    .where(
        Seat.case_id == bindparam("case"),
        Request.case_id == bindparam("case"),
        Request.kind == RequestKind.RECUSAL,
        Request.state == RequestState.GRANTED,
    )
)


def _begun(sitting: Sitting, wanted: Select[NumberSeries], first: NumberSeries) -> NumberSeries:
    """The series of a year, begun here or, at the same moment, by another clerk: then that one's, once it is there."""
    return first if insert_once(sitting.session, first) else sitting.session.scalars(wanted).one()


def case_number_for(sitting: Sitting, case: Case) -> str:
    """The next number of the year under the pack's pattern, for example ``(2026)浙0192民初123号``."""
    return next_of_series(sitting, sitting.pack(case), "first_instance")


def conflicted(session: Session, case: Case) -> set[int]:
    """Accounts that are parties or agreed to represent one in the case, now or before: what somebody else only wishes
    bars nobody; and whoever was challenged in it and had to step aside (CPL 47).
    """
    found = {p.account_id for p in case.parties if p.account_id is not None}
    if not case.is_blank:
        found |= set(session.scalars(_REPRESENTED, {"case": case.id}))
        found |= set(session.scalars(_STEPPED_ASIDE, {"case": case.id}))
    return found


HEARD_BY_OTHERS = "heard again by others"
"""Why a seat ended that was held when the case was sent back or a retrial ordered."""


def sat_before(session: Session, case: Case, role: Role) -> set[int]:
    """Who decided or helped to decide in an earlier round of a case that is heard again: they never sit in it again (CPL
    41; CPI 45).
    """
    if case.is_blank or role not in DECIDING_ROLES:
        return set()
    seats = session.scalars(select(Seat).where(Seat.case_id == case.id, Seat.role.in_(DECIDING_ROLES)))
    held = list(seats)
    ended = [s.until_at for s in held if s.reason == HEARD_BY_OTHERS and s.until_at is not None]
    return {s.account_id for s in held if ended and s.until_at is not None and s.from_at <= max(ended)}


def sits_already(session: Session, case: Case, role: Role) -> set[int]:
    """Who decides in the case now: nobody takes two of the seats of a panel (CPL 40)."""
    if case.is_blank or role not in DECIDING_ROLES:
        return set()
    held = select(Seat.account_id).where(
        Seat.case_id == case.id, Seat.role.in_(DECIDING_ROLES), Seat.until_at.is_(None)
    )
    return set(session.scalars(held))


def on_duty(session: Session, role: Role, today: date) -> list[Account]:
    """Everybody of the court in that role who is not on leave, by name."""
    return list(session.scalars(_at_work(select(Account), role, today).order_by(Account.name, Account.id)))


def count_on_duty(session: Session, role: Role, today: date, most: int) -> int:
    """How many they are, as far as ``most``."""
    some = _at_work(select(Account.id), role, today).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _at_work(query: Select[Any], role: Role, today: date) -> Select[Any]:
    away = select(StaffLeave.account_id).where(
        StaffLeave.from_on <= today, StaffLeave.until_on >= today, StaffLeave.ended_at.is_(None)
    )
    return query.join(AccountRole, AccountRole.account_id == Account.id).where(
        AccountRole.role == office_of(role),
        AccountRole.revoked_at.is_(None),
        Account.state == AccountState.ACTIVE,
        Account.id.not_in(away),
    )


def draw(sitting: Sitting, case: Case, role: Role, *, but: Collection[int] = ()) -> Draw | None:
    """Somebody of the role without a conflict and there, by a lot that is weighted by what lies on their desks.

    In the draw are those within a tenth, or ``reach`` units of the pack, of the smallest load, the less the more tickets: a lot
    that always fell on one person could be steered. Whose post does not hold today, and who lacks a training the case needs, is
    not in it (:mod:`odr.filing.registry.posts`). ``but`` may not come back. Who said beforehand that they cannot
    come, or is on duty, is left out while anybody else remains.
    """
    session = sitting.session
    today = sitting.today
    rows, unfit = fit(session, sitting.pack(case), case, role, on_duty(session, role, today), today)
    barred = _barred(session, case, role, but)
    loads = loads_of(sitting, role)
    free = [(account, loads.get(account.id, 0)) for account in rows if account.id not in barred]
    if not free:
        return None
    busy = (
        {one for elsewhere in sitting.court.hooks.elsewhere for one in elsewhere(sitting, role)} if free[1:] else set()
    )
    there = [one for one in free if one[0].id not in busy] or free
    least = min(load for _, load in there)
    few = [(account, load) for account, load in there if load <= least + max(least // 10, _reach(sitting, case))]
    left_out = {
        "conflict": len(rows) - len(free),
        "elsewhere": len(free) - len(there),
        "load": len(there) - len(few),
        **unfit,
    }
    return draw_among(sitting, case, role, few, left_out)


def _reach(sitting: Sitting, case: Case) -> int:
    pack = sitting.pack(case)
    if pack.distribution is not None:
        return pack.distribution.unit * pack.distribution.reach
    return max(track.weight for track in pack.tracks.list.values())


def loads_of(sitting: Sitting, role: Role) -> dict[int, int]:
    """Weight of the open cases on each account's desk in a role, as judge in whichever seat; how much a case weighs its procedure
    says.
    """
    office = office_of(role)
    seats = [one for one in Role if office_of(one) is office]
    rows = sitting.session.execute(
        select(Seat.account_id, Case.track, Case.pack_id, Case.pack_version, func.count())
        .join(Case, Case.id == Seat.case_id)
        .where(Seat.role.in_(seats), Seat.until_at.is_(None), Case.stage != Stage.CLOSED)
        .group_by(Seat.account_id, Case.track, Case.pack_id, Case.pack_version)
    )
    found: dict[int, int] = {}
    for account_id, track, pack_id, version, count in rows:
        weight = sitting.court.packs.get(pack_id, version).tracks.list[track.value].weight
        found[account_id] = found.get(account_id, 0) + weight * count
    return found


def choose(sitting: Sitting, case: Case, role: Role, *, but: Collection[int] = ()) -> Account | None:
    """Whom the draw falls on, or None where nobody is free. The entry being written, or the next one of the case, says
    how it was drawn.
    """
    drawn = draw(sitting, case, role, but=but)
    if drawn is None:
        return None
    sitting.seated(case, {"role": role.value, **drawn.to_json()})
    return drawn.account


def draw_seat(sitting: Sitting, case: Case, role: Role, *, but: Collection[int] = ()) -> Draw | None:
    """Seat somebody by rule; without anybody free a task goes to the president. The caller puts the draw on record."""
    drawn = draw(sitting, case, role, but=but)
    if drawn is None:
        if not sitting.tasks(case, desks.NO_SEAT, role.value):
            title = nobody_could(sitting, case, role, but)
            sitting.open_task(case, Role.PRESIDENT, desks.NO_SEAT, title, risk=80, subject=role.value)
        return None
    sit_down(sitting, case, drawn.account, role)
    return drawn


def could_sit(sitting: Sitting, case: Case, role: Role, *, but: Collection[int] = ()) -> list[Account]:
    """Whom the lot could fall on today for a seat in a case."""
    today = sitting.today
    rows, _ = fit(sitting.session, sitting.pack(case), case, role, _free(sitting, case, role, but), today)
    return rows


def may_sit(sitting: Sitting, case: Case, role: Role, account: Account) -> bool:
    """Whether somebody whom a rule names, and not the lot, may be given the case today: by post and training as in the lot."""
    today = sitting.today
    rows, _ = fit(sitting.session, sitting.pack(case), case, role, [account], today)
    return bool(rows)


def _barred(session: Session, case: Case, role: Role, but: Collection[int]) -> set[int]:
    return conflicted(session, case) | set(but) | sat_before(session, case, role) | sits_already(session, case, role)


def _free(sitting: Sitting, case: Case, role: Role, but: Collection[int]) -> list[Account]:
    today = sitting.today
    barred = _barred(sitting.session, case, role, but)
    return [one for one in on_duty(sitting.session, role, today) if one.id not in barred]


def nobody_could(sitting: Sitting, case: Case, role: Role, but: Collection[int] = ()) -> Text:
    """Why the seat stays empty: a conflict, or a post or training that somebody has only to be entered with."""
    if _free(sitting, case, role, but):
        return T(
            "Whoever is free of conflict has no post that holds today, or lacks a training this case needs, to sit as %(role)s. Enter it, then fill the seat.",
            role=role.label,
        )
    return T(
        "Nobody is here who is free of conflict and could sit as %(role)s. Give somebody that role, then fill the seat.",
        role=role.label,
    )


def sit_down(sitting: Sitting, case: Case, account: Account, role: Role) -> None:
    """Seat somebody, and tell the rooms where it is one of those who decide: the seat is no longer empty."""
    sitting.session.add(Seat(case_id=case.id, account_id=account.id, role=role, from_at=sitting.now))
    sitting.session.flush()
    sitting.close_tasks(case, desks.NO_SEAT, role.value)
    if role in DECIDING_ROLES:
        sitting.announce(BenchChanged(case))


def take_seat(sitting: Sitting, case: Case, role: Role, *, but: Collection[int] = ()) -> Account | None:
    """As :func:`draw_seat`, put on record with the entry being written or the next one of the case; who sits now."""
    drawn = draw_seat(sitting, case, role, but=but)
    if drawn is None:
        return None
    sitting.seated(case, {"role": role.value, **drawn.to_json()})
    return drawn.account


def take_seats(sitting: Sitting, case: Case, role: Role, count: int) -> list[Account]:
    """Seat so many by lot, each on record; as many as are there, and a task for the president where that is not enough."""
    found: list[Account] = []
    while len(found) < count and (one := take_seat(sitting, case, role)) is not None:
        found.append(one)
    return found


def seat_clerk(sitting: Sitting, case: Case, account_id: int | None, because: Text) -> None:
    """Seat a clerk for the reason given, where they have no conflict and a post that holds, if one is asked for; else one is drawn.
    Either stands on record.
    """
    if (
        account_id is None
        or account_id in conflicted(sitting.session, case)
        or not may_sit(sitting, case, Role.CLERK, sitting.session.get_one(Account, account_id))
    ):
        take_seat(sitting, case, Role.CLERK)
        return
    account = sitting.session.get_one(Account, account_id)
    sit_down(sitting, case, account, Role.CLERK)
    sitting.seated(
        case,
        {
            "role": Role.CLERK.value,
            "named": account.name,
            "because": words_of(because),
            "next": waiting_seed(sitting, case).commitment,
        },
    )


def seated_clerk(session: Session, case: Case) -> int | None:
    """Whose desk a claim is on."""
    return session.scalar(
        select(Seat.account_id).where(Seat.case_id == case.id, Seat.role == Role.CLERK, Seat.until_at.is_(None))
    )


def leave_of(session: Session, since: date) -> list[tuple[StaffLeave, str]]:
    """Who is or will be on leave, with names, the first to leave on top."""
    rows = session.execute(
        select(StaffLeave, Account.name)
        .join(Account, Account.id == StaffLeave.account_id)
        .where(StaffLeave.until_on >= since, StaffLeave.ended_at.is_(None))
        .order_by(StaffLeave.from_on)
    )
    return [(leave, name) for leave, name in rows]


def grant_leave(session: Session, given: LeaveInput, by: int, now: datetime) -> StaffLeave:
    """Put somebody of the court on leave: no new case is given to them meanwhile. Raises InvalidInput."""
    account = session.scalar(select(Account).where(Account.email == given.email.casefold()))
    if account is None or not account.staff_roles:
        raise InvalidInput.at("email", T("Nobody who serves this court has that address."))
    if given.until_on < given.from_on:
        raise InvalidInput.at("until_on", T("The last day of leave is before the first."))
    leave = StaffLeave(account_id=account.id, from_on=given.from_on, until_on=given.until_on, set_by=by, at=now)
    session.add(leave)
    session.flush()
    return leave


def end_leave(session: Session, leave_id: int, now: datetime) -> None:
    """They are back: cases are given to them again. Raises NotFound."""
    leave = session.get(StaffLeave, leave_id)
    if leave is None or leave.ended_at is not None:
        raise NotFound
    leave.ended_at = now


class LeaveInput(CourtModel):
    """Who of the court is away, from when to when."""

    email: Annotated[str, CourtEmail(), field(T("E-mail address of the person"))]
    from_on: Annotated[CourtDate, field(T("First day of leave"))]
    until_on: Annotated[CourtDate, field(T("Last day of leave"))]
