"""The office of a firm: seen once, cases handed over within it, assistants put on them; one or two represent a party."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import select, update

from odr.app import create_app
from odr.docket.models import Case, DocketEntry, Party, Role
from odr.filing.parties.firm import handing, offices, roll
from odr.filing.parties.firm.models import Firm, FirmMember, Place, RollEntry
from odr.filing.parties.firm.offices import InOneOffice, InviteInput, OpenOfficeInput
from odr.filing.parties.firm.roll import RollInput, records_kept
from odr.filing.parties.mandates_on_docket import bring_mandates_to_docket, representatives_of, write_to_appointed
from odr.ground.canonical import sha256_hex
from odr.ground.errors import ActNotOpen, InvalidInput, NotFound
from odr.identity import mandates
from odr.identity.mandates import BothSides, Enough, ServesCourt
from odr.identity.models import Account, AccountRole, AccountState, Licence, Mandate, MandateScope
from tests.filing.visitor import Visitor
from tests.patience import PATIENCE
from tests.scene import Scene

Door = Callable[[str | None], Visitor]
PEOPLE = {"gu": "Gu Lan", "bai": "Bai Yu", "kong": "Kong Xi"}
FIRM = OpenOfficeInput(kind="lawyer", name="Lan and Partners", licence_number="31330000MD0123")


@pytest.fixture
def app(pending: Scene) -> Flask:
    """The court's pages."""
    return create_app(court=pending.court)


@pytest.fixture
def visitor(app: Flask, pending: Scene) -> Door:
    """Somebody at a browser."""
    return lambda name: Visitor(app, pending, name)


@pytest.fixture
def firm(pending: Scene) -> Scene:
    """Gu runs an office that the registry let in; Bai conducts cases in it, Kong assists. Gu and Bai are on the roll."""
    now = pending.clock.now()
    with pending.court.database.write() as session:
        for key, name in PEOPLE.items():
            account = Account(
                email=f"{key}@court.example", name=name, state=AccountState.ACTIVE, created_at=now, confirmed_at=now
            )
            session.add(account)
            session.flush()
            pending.people[key] = account.id
    with pending.court.database.write() as session:
        office = offices.open_office(session, pending.people["gu"], FIRM, now)
        offices.decide_office(session, pending.court.notary, office.reference, True, None, pending.people["clerk"], now)
        for key, place in (("bai", "lawyer"), ("kong", "clerk")):
            asked = InviteInput(email=f"{key}@court.example", place=place)
            member = offices.invite(session, office, asked, pending.people["gu"], now)
            offices.join(session, pending.people[key], member.reference, now)
        for key in ("gu", "bai"):
            enter(pending, session, key)
    return pending


def enter(scene: Scene, session: object, key: str) -> RollEntry:
    """Somebody of the office asks for the roll, and the registry puts them on it."""
    now = scene.clock.now()
    found = offices.membership(session, scene.people[key])  # type: ignore[arg-type]
    assert found is not None
    entry = roll.ask(session, scene.people[key], found[0], RollInput(licence_number="133302019"), now, now.date())  # type: ignore[arg-type]
    return roll.decide(session, scene.court.notary, entry.reference, True, None, scene.people["clerk"], now)  # type: ignore[arg-type]


def place_of(scene: Scene, key: str) -> str:
    with scene.court.database.read() as session:
        return session.scalars(
            select(FirmMember.reference).where(FirmMember.account_id == scene.people[key], FirmMember.left_at.is_(None))
        ).one()


def hand(scene: Scene, by: str, references: list[str], to: str, *, assist: bool = False) -> list[str]:
    now = scene.clock.now()
    with scene.court.database.write() as session:
        found = offices.membership(session, scene.people[by])
        assert found is not None
        office, me = found
        if assist:
            made = handing.put_on(session, office, me, references, place_of(scene, to), now)
        else:
            made = handing.hand_over(session, office, me, references, place_of(scene, to), now, now.date())
        return [mandate.reference for mandate in made]


def acting(scene: Scene) -> list[tuple[str, bool]]:
    """Who may act for a party now, and whether as assistant."""
    with scene.court.database.read() as session:
        case = session.get_one(Case, scene.case_id)
        return [(r.name, r.is_assistant) for r in representatives_of(scene.court.look(session), case)]


def held(scene: Scene, who: str) -> str:
    with scene.court.database.read() as session:
        return session.scalars(
            select(Mandate.reference).where(
                Mandate.account_id == scene.people[who], Mandate.revoked_at.is_(None), Mandate.delegated_by.is_(None)
            )
        ).one()


def test_a_licence_is_seen_once_and_counts_in_every_case(firm: Scene) -> None:
    """On the roll, the registry knows in every case as what somebody acts; taken off, in none. Both stand on record,
    under the digest that the public log holds.
    """
    firm.represent("li", "gu")
    with firm.court.database.read() as session:
        shown = representatives_of(firm.court.look(session), session.get_one(Case, firm.case_id))
    assert [str(r.entitled.render("en")) for r in shown if r.entitled] == ["Lawyer, Lan and Partners"]
    with firm.court.database.write() as session:
        entry = roll.standing(session, firm.people["gu"], firm.clock.now().date())
        assert entry is not None
        with pytest.raises(InvalidInput):
            roll.take_off(session, firm.court.notary, entry.reference, "", firm.people["clerk"], firm.clock.now())
        roll.take_off(session, firm.court.notary, entry.reference, "Struck off", firm.people["clerk"], firm.clock.now())
    with firm.court.database.read() as session:
        entry = session.scalars(select(RollEntry).where(RollEntry.account_id == firm.people["gu"])).one()
        shown = representatives_of(firm.court.look(session), session.get_one(Case, firm.case_id))
        references = [entry.receipt or "", entry.off_receipt or "", session.scalars(select(Firm)).one().receipt or ""]
        kept = records_kept(firm.court, session, references)
        digests = {firm.court.notary.receipt_files(session, one).named["receipt.json"].decode() for one in references}
    assert [r.entitled for r in shown] == [None]
    assert set(kept) == set(references) and len(digests) == 3
    assert all(
        any(sha256_hex(text.encode()) in body for body in digests)
        for text in (entry.record or "", entry.off_record or "")
    )


def test_a_case_goes_to_a_colleague_when_both_have_agreed(firm: Scene) -> None:
    """Handed over, the case stays with whoever conducts it until the colleague accepts and the client signs; the docket
    tells both, once. The assistant of the office goes over with it.
    """
    firm.represent("li", "gu", scope="special")
    first = held(firm, "gu")
    hand(firm, "gu", [first], "kong", assist=True)
    assert acting(firm) == [("Gu Lan", False), ("Kong Xi", True)]
    [waiting] = hand(firm, "gu", [first], "bai")
    assert acting(firm) == [("Gu Lan", False), ("Kong Xi", True)]
    assert write_to_appointed(firm.court) == 1
    with firm.court.database.write() as session:
        successor = mandates.find(session, waiting, firm.people["bai"])
        mandates.accept(session, successor, firm.people["bai"], firm.clock.now(), most=2)
        assert mandates.state_of(successor, firm.clock.now()).render("en") == "Waiting for the client’s signature"
    assert acting(firm) == [("Gu Lan", False), ("Kong Xi", True)]
    with firm.court.database.write() as session:
        mandates.sign(
            session,
            session.scalars(select(Mandate).where(Mandate.reference == waiting)).one(),
            firm.clock.now(),
            most=2,
        )
    assert acting(firm) == [("Bai Yu", False), ("Kong Xi", True)]
    while bring_mandates_to_docket(firm.court):
        pass
    with firm.court.database.read() as session:
        told = session.scalars(
            select(DocketEntry).where(DocketEntry.case_id == firm.case_id, DocketEntry.act == "record_mandate")
        ).all()
        results = [json.loads(entry.payload)["result"] for entry in told]
    assert sum(one["name"] == "Bai Yu" and "scope" in one for one in results) == 1
    assert sum(one["name"] == "Gu Lan" and "scope" not in one for one in results) == 1


def test_where_the_client_agreed_beforehand_accepting_is_enough(firm: Scene) -> None:
    """The client let them pass the case on: it goes over as soon as the colleague accepts."""
    firm.represent("li", "gu", may_pass_on=True)
    hand(firm, "gu", [held(firm, "gu")], "bai")
    firm.agree("bai")
    assert acting(firm) == [("Bai Yu", False)]


def test_an_assistant_who_serves_the_court_by_now_holds_nobody_up(firm: Scene) -> None:
    """The case goes over to the colleague; whoever may no longer assist in it stays behind."""
    firm.represent("li", "gu", may_pass_on=True)
    hand(firm, "gu", [held(firm, "gu")], "kong", assist=True)
    hand(firm, "gu", [held(firm, "gu")], "bai")
    with firm.court.database.write() as session:
        session.add(AccountRole(account_id=firm.people["kong"], role=Role.CLERK, granted_at=firm.clock.now()))
    firm.agree("bai")
    assert acting(firm) == [("Bai Yu", False)]


def test_what_waits_falls_away_with_the_mandate(firm: Scene) -> None:
    """The client ends the mandate: what waited to replace it can no longer be accepted. Asking again replaces what was
    asked before, and it can be taken back.
    """
    firm.represent("li", "gu", may_pass_on=True)
    first = held(firm, "gu")
    hand(firm, "gu", [first], "bai")
    [again] = hand(firm, "gu", [first], "bai")
    with firm.court.database.read() as session:
        waiting = session.scalars(
            select(Mandate.reference).where(Mandate.instead_of.is_not(None), Mandate.revoked_at.is_(None))
        ).all()
    assert waiting == [again]
    with firm.court.database.write() as session:
        office, me = offices.run_by(session, firm.people["gu"])
        handing.take_back(session, office, me, first, firm.clock.now())
    hand(firm, "gu", [first], "bai")
    firm.do("revoke_representative", "li", mandate=first)
    with pytest.raises(NotFound), firm.court.database.write() as session:
        last = session.scalars(
            select(Mandate).where(Mandate.instead_of.is_not(None)).order_by(Mandate.id.desc())
        ).first()
        assert last is not None
        mandates.accept(session, last, firm.people["bai"], firm.clock.now(), most=2)
    assert acting(firm) == []


@pytest.mark.parametrize(("by", "to"), [("gu", "bai"), ("bai", "gu")])
def test_nobody_takes_over_who_or_from_whom_left_the_firm(firm: Scene, by: str, to: str) -> None:
    """The client agreed to a colleague of the same firm: with Bai's leaving, what waited to come to them or from them
    is not handed over any more.
    """
    firm.represent("li", by, may_pass_on=True)
    [waiting] = hand(firm, by, [held(firm, by)], to)
    with firm.court.database.write() as session:
        found = offices.membership(session, firm.people["bai"])
        assert found is not None
        offices.leave(session, firm.court.notary, found[1], firm.people["bai"], firm.clock.now())
    with pytest.raises(NotFound), firm.court.database.write() as session:
        successor = mandates.find(session, waiting, firm.people[to])
        mandates.accept(session, successor, firm.people[to], firm.clock.now(), most=2)
    assert acting(firm) == [(PEOPLE[by], False)]


def test_a_licence_that_ended_by_itself_did_not_last_until_they_left(firm: Scene) -> None:
    """Who leaves long after the last day of their licence does not thereby have one until the day before."""
    ended = firm.clock.now().date()
    with firm.court.database.write() as session:
        entry = roll.standing(session, firm.people["bai"], ended)
        assert entry is not None
        session.get_one(Licence, entry.licence_id).until_on = entry.until_on = ended
    firm.clock.advance(timedelta(days=30))
    with firm.court.database.write() as session:
        found = offices.membership(session, firm.people["bai"])
        assert found is not None
        offices.leave(session, firm.court.notary, found[1], firm.people["bai"], firm.clock.now())
        assert session.scalars(select(Licence.until_on).where(Licence.account_id == firm.people["bai"])).all() == [
            ended
        ]


def test_a_licence_counts_to_the_end_of_its_last_day_at_the_court(firm: Scene) -> None:
    """Where the court sits the next day has begun for hours when it begins in Greenwich."""
    firm.represent("li", "gu")
    zone = firm.court.settings.tz
    last = firm.clock.now().astimezone(zone).date() + timedelta(days=1)
    with firm.court.database.write() as session:
        session.execute(update(Licence).where(Licence.account_id == firm.people["gu"]).values(until_on=last))
    told = []
    for at in (
        datetime.combine(last, time(23, 59), zone),
        datetime.combine(last + timedelta(days=1), time(0, 1), zone),
    ):
        with firm.court.database.read() as session:
            found = representatives_of(
                firm.court.look(session, at.astimezone(UTC)), session.get_one(Case, firm.case_id)
            )
            told.append([(one.name == PEOPLE["gu"], one.entitled is not None) for one in found])
    assert told == [[(True, True)], [(True, False)]]


def test_what_somebody_ends_while_it_is_accepted_begins_nothing(scene: Scene) -> None:
    """On PostgreSQL two write at once: whoever read a mandate before its end does not accept it afterwards."""
    database, now = scene.court.database, scene.clock.now()
    if database.is_sqlite:
        pytest.skip("on SQLite whoever writes is alone")
    scene.pend()
    with database.write() as session:
        gu = Account(
            email="gu@court.example", name="Gu Lan", state=AccountState.ACTIVE, created_at=now, confirmed_at=now
        )
        session.add(gu)
        session.flush()
        claimant = session.scalars(
            select(Party).where(Party.case_id == scene.case_id, Party.role == Role.CLAIMANT)
        ).one()
        wished = mandates.appoint(session, claimant, gu.email, MandateScope.ORDINARY, until_at=None, now=now)
        number, lawyer = wished.id, gu.id

    def end() -> None:
        with database.write() as other:
            mandates.revoke(other, other.get_one(Mandate, number), now)

    with database.write() as session:
        read_before = session.get_one(Mandate, number)
        assert read_before.revoked_at is None
        ending = threading.Thread(target=end)
        ending.start()
        ending.join(PATIENCE)
        with pytest.raises(NotFound):
            mandates.accept(session, read_before, lawyer, now, most=2)


def test_who_may_hand_over_what_and_to_whom(firm: Scene) -> None:
    """Only who runs the office hands over the cases of others; only who is on the roll takes over; nobody takes over
    whom the other side has, and then none of the ticked cases goes.
    """
    firm.represent("li", "gu")
    firm.represent("haiyun", "bai")
    mine, theirs = held(firm, "gu"), held(firm, "bai")
    with pytest.raises(NotFound):
        hand(firm, "bai", [mine], "bai")
    with pytest.raises(NotFound):
        hand(firm, "kong", [mine], "kong", assist=True)
    with pytest.raises(InvalidInput, match="on the roll"):
        hand(firm, "gu", [mine], "kong")
    with pytest.raises(InvalidInput) as refused:
        hand(firm, "gu", [mine, theirs], "bai")
    assert len(refused.value.faults) == 2
    with firm.court.database.read() as session:
        assert session.scalars(select(Mandate).where(Mandate.instead_of.is_not(None))).all() == []
    with pytest.raises(BothSides), firm.court.database.write() as session:
        mandate = session.scalars(select(Mandate).where(Mandate.reference == theirs)).one()
        mandates.put_on(session, mandate, session.get_one(Account, firm.people["gu"]), 1, firm.clock.now())


def test_who_leaves_keeps_their_clients_and_loses_what_the_office_gave(firm: Scene) -> None:
    """The assistant's cases end for them with the office; a lawyer's own mandates stay, and they are on no roll. The
    last who runs an office with others in it cannot leave; the last of all closes it.
    """
    firm.represent("li", "gu")
    hand(firm, "gu", [held(firm, "gu")], "kong", assist=True)
    now, notary = firm.clock.now(), firm.court.notary

    def leaves(key: str) -> None:
        with firm.court.database.write() as session:
            found = offices.membership(session, firm.people[key])
            assert found is not None
            offices.leave(session, notary, found[1], firm.people[key], now)

    with pytest.raises(InvalidInput):
        leaves("gu")
    leaves("kong")
    assert acting(firm) == [("Gu Lan", False)]
    with firm.court.database.write() as session:
        office, _ = offices.run_by(session, firm.people["gu"])
        offices.give_place(session, office, place_of(firm, "bai"), Place.HEAD, now)
    leaves("gu")
    assert acting(firm) == [("Gu Lan", False)]
    with firm.court.database.read() as session:
        assert roll.standing(session, firm.people["gu"], now.date()) is None
        assert roll.standing(session, firm.people["bai"], now.date()) is not None
    leaves("bai")
    with firm.court.database.read() as session:
        assert session.scalars(select(Firm.ended_at)).one() is not None


def test_offices_hold_each_person_once_and_nobody_of_the_court(firm: Scene) -> None:
    """One belongs to one office; a judge to none; an invitation is for its address alone; two firms of one licence are
    not let in.
    """
    now = firm.clock.now()
    with firm.court.database.write() as session:
        with pytest.raises(InOneOffice):
            offices.open_office(session, firm.people["kong"], FIRM, now)
        with pytest.raises(ServesCourt):
            offices.open_office(session, firm.people["judge"], FIRM, now)
        office, _ = offices.run_by(session, firm.people["gu"])
        asked = offices.invite(
            session, office, InviteInput(email="Stranger@court.example", place="clerk"), firm.people["gu"], now
        )
        with pytest.raises(NotFound):
            offices.join(session, firm.people["haiyun"], asked.reference, now)
        twin = offices.open_office(session, firm.people["stranger"], FIRM, now)
        with pytest.raises(InvalidInput):
            offices.decide_office(session, firm.court.notary, twin.reference, True, None, firm.people["clerk"], now)
        with pytest.raises(InOneOffice):
            offices.join(session, firm.people["stranger"], asked.reference, now)


def test_one_or_two_represent_a_party(pending: Scene) -> None:
    """A third cannot be appointed, nor accept what was asked before there were two; when one ends there is room again
    (CPL 61). Assistants do not count.
    """
    now = pending.clock.now()
    with pending.court.database.write() as session:
        for key, name in PEOPLE.items():
            session.add(
                Account(
                    email=f"{key}@court.example", name=name, state=AccountState.ACTIVE, created_at=now, confirmed_at=now
                )
            )
        session.flush()
        pending.people |= {
            key: session.scalars(select(Account.id).where(Account.email == f"{key}@court.example")).one()
            for key in PEOPLE
        }
    for key in PEOPLE:
        pending.do("appoint_representative", "li", email=f"{key}@court.example")
    pending.agree("gu")
    pending.agree("bai")
    with pytest.raises(Enough):
        pending.agree("kong")
    with pytest.raises(ActNotOpen, match="2 representatives"):
        pending.do("appoint_representative", "li", email="stranger@court.example")
    with pending.court.database.write() as session:
        mandate = session.scalars(select(Mandate).where(Mandate.reference == held(pending, "gu"))).one()
        helper = mandates.delegate(session, mandate, "stranger@court.example", now)
        mandates.accept(session, helper, pending.people["stranger"], now, most=2)
    pending.do("revoke_representative", "li", mandate=held(pending, "bai"))
    pending.agree("kong")
    assert [name for name, assists in acting(pending) if not assists] == ["Gu Lan", "Kong Xi"]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(st.sampled_from(["hand", "agree", "sign", "end", "back", "assist"]), max_size=8))
def test_whatever_the_order_one_conducts_a_case_and_nobody_for_both_sides(firm: Scene, steps: list[str]) -> None:
    """However handing over, accepting, signing and ending follow each other: the client has at most one of the firm who
    conducts the case, and assistants only beside one.
    """
    with firm.court.database.write() as session:
        for mandate in session.scalars(select(Mandate).where(Mandate.revoked_at.is_(None))):
            mandate.revoked_at = firm.clock.now()
    firm.clock.advance(timedelta(seconds=1))
    with firm.court.database.write() as session:
        client = next(p for p in session.get_one(Case, firm.case_id).parties if p.account_id == firm.people["li"])
        given = mandates.appoint(
            session, client, "gu@court.example", MandateScope.ORDINARY, until_at=None, now=firm.clock.now()
        )
        mandates.accept(session, given, firm.people["gu"], firm.clock.now(), most=2)
    for step in steps:
        now = firm.clock.now()
        try:
            with firm.court.database.write() as session:
                office, me = offices.run_by(session, firm.people["gu"])
                own = session.scalars(
                    select(Mandate).where(Mandate.delegated_by.is_(None), Mandate.in_force(now)).order_by(Mandate.id)
                ).first()
                waits = session.scalars(
                    select(Mandate)
                    .where(Mandate.instead_of.is_not(None), Mandate.revoked_at.is_(None))
                    .order_by(Mandate.id.desc())
                ).first()
                reference = own.reference if own is not None else ""
                to = place_of(firm, "bai" if own is not None and own.account_id == firm.people["gu"] else "gu")
                if step == "hand":
                    handing.hand_over(session, office, me, [reference], to, now, now.date())
                elif step == "assist":
                    handing.put_on(session, office, me, [reference], place_of(firm, "kong"), now)
                elif step == "back":
                    handing.take_back(session, office, me, reference, now)
                elif step == "end" and own is not None:
                    mandates.revoke(session, own, now)
                elif step == "agree" and waits is not None and waits.account_id is not None:
                    mandates.accept(session, waits, waits.account_id, now, most=2)
                elif step == "sign" and waits is not None:
                    mandates.sign(session, waits, now, most=2)
        except (NotFound, InvalidInput):
            pass
        names = acting(firm)
        conducting = [name for name, assists in names if not assists]
        assert len(conducting) <= 1
        assert conducting or not names


def test_the_pages_from_the_first_form_to_a_case_handed_over(pending: Scene, visitor: Door) -> None:
    """A lawyer opens an office, the registry lets it in and sees the licence; a colleague joins; a case goes over on the
    list, and a refusal leaves every tick where it was.
    """
    now = pending.clock.now()
    with pending.court.database.write() as session:
        for key, name in PEOPLE.items():
            account = Account(
                email=f"{key}@court.example", name=name, state=AccountState.ACTIVE, created_at=now, confirmed_at=now
            )
            session.add(account)
            session.flush()
            pending.people[key] = account.id
    gu, bai, clerk = visitor("gu"), visitor("bai"), visitor("clerk")
    gu.send("/firm", "/firm", kind="lawyer", name="Lan and Partners", licence_number="12", status=422)
    gu.send("/firm", "/firm", kind="lawyer", name="Lan and Partners", licence_number="31330000MD0123")
    assert "Waits for the registry" in gu.get("/firm")
    with pending.court.database.read() as session:
        office = session.scalars(select(Firm)).one().reference
    assert "Lan and Partners" in clerk.get("/registry/roll")
    clerk.send("/registry/roll", f"/registry/roll/{office}", decision="refuse_office", status=422)
    clerk.send("/registry/roll", f"/registry/roll/{office}", decision="open")
    gu.send("/firm", "/firm/invite", email="bai@court.example", place="lawyer")
    with pending.court.database.read() as session:
        invitation = session.scalars(select(FirmMember).where(FirmMember.joined_at.is_(None))).one().reference
    bai.send("/firm", f"/firm/invitations/{invitation}", answer="join")
    for person in (gu, bai):
        person.send("/firm", "/firm/roll", licence_number="133302019", until="")
    with pending.court.database.read() as session:
        entries = session.scalars(select(RollEntry.reference)).all()
    for entry in entries:
        clerk.send("/registry/roll", f"/registry/roll/{entry}", decision="admit")
    assert "Gu Lan" in visitor(None).get("/roll?q=lan") and "133302019" not in visitor(None).get("/roll")
    pending.represent("li", "gu")
    mine = held(pending, "gu")
    refused = gu.send("/firm/cases", "/firm/cases", mandates=[mine], to="", status=422)
    assert f'value="{mine}" checked' in refused.text
    gu.send("/firm/cases", "/firm/cases", mandates=[mine], to=place_of(pending, "bai"))
    assert "Goes to Bai Yu once they accept and the client has signed." in gu.get("/firm/cases")
    assert "Accept this mandate" in bai.get("/account/mandates")
    gu.send("/firm/cases", "/firm/cases", mandates=[mine], to=place_of(pending, "gu"), do="assist", status=422)
    gu.send("/firm/cases", "/firm/cases", mandates=[mine], to=place_of(pending, "bai"), do="assist")
    with pending.court.database.read() as session:
        placed = session.scalars(select(Mandate).where(Mandate.office_id.is_not(None))).one()
        found = session.scalars(select(Firm)).one()
        letter = handing.told_assistant(session, found, [placed], "court.example")
    assert letter.to == "bai@court.example" and str(pending.case().number) in letter.text
    assert visitor("kong").raw("/firm/cases").status_code == 404
    assert bai.raw("/registry/roll").status_code in (403, 404)
