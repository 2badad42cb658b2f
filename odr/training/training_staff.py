"""Accounts of the training court, and the codes its people need to sign in."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pyotp
from sqlalchemy import select

from odr.docket.models import Role
from odr.filing.parties.firm import offices, roll
from odr.filing.parties.firm.offices import InviteInput, OpenOfficeInput
from odr.filing.parties.firm.roll import RollInput
from odr.hearing.courtroom.calendar.hours import OwnHoursInput, RoomInput, add_hours, add_room
from odr.hearing.courtroom.calendar.models import CourtRoom, RoomKind
from odr.identity.models import Account, AccountRole, AccountState
from odr.identity.sign_in import one_time_codes
from odr.identity.sign_in.keys import keyring
from odr.identity.sign_in.passwords import Passwords
from odr.settlement.mediators.entries import MediatorEntryInput, decide_entry, own_entries, propose_entry

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from odr.procedure.court import Court

PASSWORD = "a-court-to-train-in"
PEOPLE = (
    ("li@parties.example", "李文 Li Wen", None, "en"),
    ("wu@parties.example", "吴敏 Wu Min", None, "zh-Hans"),
    ("haiyun@parties.example", "Haiyun Information Technology Co., Ltd.", None, "zh-Hans"),
    ("moyun@parties.example", "墨韵书店 Moyun Books", None, "zh-Hans"),
    ("chengguang@parties.example", "澄光数码 Chengguang Digital", None, "zh-Hans"),
    ("shanxing@parties.example", "山行户外 Shanxing Outdoor", None, "zh-Hans"),
    ("gu@lawyers.example", "顾兰 Gu Lan", None, "en"),
    ("bai@lawyers.example", "白宇 Bai Yu", None, "zh-Hans"),
    ("kong@lawyers.example", "孔西 Kong Xi", None, "en"),
    ("clerk@court.example", "孙洁 Sun Jie", Role.CLERK, "en"),
    ("judge@court.example", "陈瑶 Chen Yao", Role.JUDGE, "en"),
    ("lu@court.example", "陆清 Lu Qing", Role.JUDGE, "en"),
    ("fang@court.example", "方圆 Fang Yuan", Role.ASSESSOR, "zh-Hans"),
    ("jiang@court.example", "蒋平 Jiang Ping", Role.ASSESSOR, "zh-Hans"),
    ("president@court.example", "何平 He Ping", Role.PRESIDENT, "en"),
    ("cashier@court.example", "周宁 Zhou Ning", Role.CASHIER, "en"),
    ("mediator@court.example", "林和 Lin He", Role.MEDIATOR, "en"),
    ("admin@court.example", "高远 Gao Yuan", Role.ADMIN, "en"),
)
"""Address, name, role at the court (none: a party), language."""
VOLUME_PEOPLE = (
    ("jin@court.example", "金沐 Jin Mu", Role.JUDGE, "zh-Hans"),
    ("ruan@court.example", "阮青 Ruan Qing", Role.JUDGE, "en"),
    ("clerk2@court.example", "许可 Xu Ke", Role.CLERK, "zh-Hans"),
    ("clerk3@court.example", "戴宁 Dai Ning", Role.CLERK, "en"),
    ("cao@parties.example", "曹雨", None, "zh-Hans"),
    ("deng@parties.example", "邓杰", None, "zh-Hans"),
    ("feng@parties.example", "冯琳", None, "zh-Hans"),
    ("miller@parties.example", "Anna Miller", None, "en"),
    ("pan@parties.example", "潘越", None, "zh-Hans"),
    ("qiu@parties.example", "邱月", None, "zh-Hans"),
    ("xingchen@parties.example", "星辰数码有限公司", None, "zh-Hans"),
    ("yunfan@parties.example", "云帆旅行社有限公司", None, "zh-Hans"),
    ("lantian@parties.example", "蓝天网络科技有限公司", None, "zh-Hans"),
    ("songhe@parties.example", "松鹤茶业有限公司", None, "zh-Hans"),
)
"""Who comes besides when the court is filled with many cases (:mod:`odr.training.volume.filling`)."""


def secret_of(email: str) -> str:
    """The authenticator secret of a training account: derived, so that it survives a reset."""
    return b32encode(hashlib.sha256(f"training/{email}".encode()).digest()[:20]).decode()


def make_accounts(court: Court, session: Session) -> dict[str, Account]:
    """Every training account that is not there yet, by address."""
    made, now = let_in(court, session, PEOPLE), court.clock.machine_now()
    _publish_mediators(session, made, now)
    _open_rooms(session, made, now)
    _open_firm(court, session, made, now)
    return made


def let_in(court: Court, session: Session, people: Iterable[tuple[str, str, Role | None, str]]) -> dict[str, Account]:
    """The accounts of these people by address; who is not there yet is let in, with the password of everybody."""
    hashed = Passwords(cheap=court.settings.argon2_cheap).hash(PASSWORD)
    ring, now, made = keyring(court.settings.secret_key), court.clock.machine_now(), {}
    for email, name, role, locale in people:
        account = session.scalar(select(Account).where(Account.email == email))
        if account is None:
            account = Account(
                email=email,
                name=name,
                password_hash=hashed,
                state=AccountState.ACTIVE,
                locale=locale,
                created_at=now,
                confirmed_at=now,
                identity_verified_at=now if role is None else None,
            )
            session.add(account)
            session.flush()
            if role is not None:
                account.totp_secret = one_time_codes.seal_secret(ring, secret_of(email))
                session.add(AccountRole(account_id=account.id, role=role, granted_at=now, name=account.name))
                session.flush()
                session.refresh(account, ["roles"])
        made[email] = account
    return made


def _open_firm(court: Court, session: Session, people: dict[str, Account], now: datetime) -> None:
    """A firm has its office: Gu runs it, Bai conducts cases, Kong assists. The registry has seen it and both licences."""
    gu, clerk = people["gu@lawyers.example"], people["clerk@court.example"]
    if offices.membership(session, gu.id) is not None:
        return
    asked = OpenOfficeInput(kind="lawyer", name="顾兰律师事务所", licence_number="31330000MD0000001X")
    firm = offices.open_office(session, gu.id, asked, now)
    offices.decide_office(session, court.notary, firm.reference, True, None, clerk.id, now)
    for email, place in (("bai@lawyers.example", "lawyer"), ("kong@lawyers.example", "clerk")):
        member = offices.invite(session, firm, InviteInput.model_validate({"email": email, "place": place}), gu.id, now)
        offices.join(session, people[email].id, member.reference, now)
    for lawyer, number in ((gu, "13330201910000001"), (people["bai@lawyers.example"], "13330202110000002")):
        entry = roll.ask(session, lawyer.id, firm, RollInput(licence_number=number), now, now.date())
        roll.decide(session, court.notary, entry.reference, True, None, clerk.id, now)


ROOMS = (
    ("第一法庭", RoomKind.COURTROOM, 40),
    ("第三法庭", RoomKind.COURTROOM, 24),
    ("线上第一法庭", RoomKind.VIDEO, 50),
)
HEARING_TIMES = (("09:00", "12:00"), ("14:00", "17:00"))


def _open_rooms(session: Session, people: dict[str, Account], now: datetime) -> None:
    """The training court has rooms, and its judges hear cases on weekdays, so that its calendar can be tried."""
    if session.scalar(select(CourtRoom.id).limit(1)) is not None:
        return
    president, since = people["president@court.example"], (now - timedelta(days=1000)).date()
    for name, kind, seats in ROOMS:
        add_room(session, RoomInput(name=name, kind=kind, seats=seats, from_on=since), president.id, now)
    for judge in (one for one in people.values() if Role.JUDGE in one.staff_roles):
        hear_on_weekdays(session, judge, president, since, now)


def hear_on_weekdays(session: Session, judge: Account, president: Account, since: date, now: datetime) -> None:
    """A judge hears cases on weekdays, mornings and afternoons."""
    for begins, ends in HEARING_TIMES:
        given = OwnHoursInput(weekdays=["0", "1", "2", "3", "4"], begins=begins, ends=ends, slot=60, from_on=since)
        add_hours(session, given, president.id, now, account_id=judge.id)


MEDIATES = {
    "organisation": None,
    "fields": ["online_shopping", "online_service"],
    "good_at": "网络购物纠纷、网络服务纠纷。Disputes of buyers, sellers and platforms, since 2014.",
    "speaks": ["en", "zh-Hans"],
    "cost": "free",
    "cost_words": None,
    "at_once": 20,
}
"""What the list of mediators says of the training court's mediator."""


def _publish_mediators(session: Session, people: dict[str, Account], now: datetime) -> None:
    """The mediator stands on the published list, from which parties choose (OMR 5)."""
    mediator, president = people["mediator@court.example"], people["president@court.example"]
    if own_entries(session, mediator.id)[0] is not None:
        return
    entry = propose_entry(session, mediator.id, MediatorEntryInput.model_validate(MEDIATES), now)
    decide_entry(session, entry.reference, True, None, president.id, now)


def codes_now(court: Court) -> list[tuple[str, str, str]]:
    """Address, name and present code of everybody at the training court with a second factor."""
    if not court.settings.is_training:
        return []
    at, everybody = court.clock.machine_now(), PEOPLE + VOLUME_PEOPLE
    with court.database.read() as session:
        here = set(session.scalars(select(Account.email).where(Account.email.in_(one[0] for one in everybody))))
    return [
        (email, name, pyotp.TOTP(secret_of(email)).at(at))
        for email, name, role, _ in everybody
        if role is not None and email in here
    ]
