"""The dates of an account are those of the open time limits, fixed hearings and inspections of whom it is or acts for, whatever happened before."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party, Role
from odr.evidence.inspections.models import Inspection, InspectionManner, InspectionState
from odr.evidence.inspections.triggers import INSPECTIONS
from odr.filing.agenda.agenda import MOST, agenda_of, page_of_agenda
from odr.hearing.courtroom.calendar.triggers import HEARINGS
from odr.hearing.models import Hearing
from odr.hearing.vocabulary import HearingState, Mode
from odr.identity.models import Account, Mandate
from odr.procedure.case.coming_dates.dates import gather_anew, next_dates
from odr.procedure.case.coming_dates.models import Coming
from odr.procedure.case.coming_dates.triggers import LIMITS
from odr.procedure.models import Window, WindowState
from tests.agreeing import agreed_meanwhile, some_mandate, some_window
from tests.scene import Scene

Found = list[tuple[datetime, int]]


def _gone_through(session: Session, account_id: int, kind: Coming) -> Found:
    """What every limit, hearing, party and mandate says."""
    agreed = [
        one.party_id
        for one in session.scalars(select(Mandate).where(Mandate.account_id == account_id))
        if one.signed_at and one.accepted_at and not one.revoked_at
    ]
    theirs = [
        one
        for one in session.scalars(select(Party))
        if one.left_at is None and (one.account_id == account_id or one.id in agreed)
    ]
    parties, cases = {one.id for one in theirs}, {one.case_id for one in theirs}
    if kind is Coming.LIMIT:
        return sorted(
            (one.due_at, one.id)
            for one in session.scalars(select(Window))
            if one.party_id in parties and one.state is WindowState.OPEN and one.due_at is not None
        )
    if kind is Coming.INSPECTION:
        return sorted(
            (one.begins_at, one.id)
            for one in session.scalars(select(Inspection))
            if one.case_id in cases and one.state is InspectionState.ORDERED and one.begins_at is not None
        )
    fixed = (HearingState.SUMMONED, HearingState.ADJOURNING)
    return sorted(
        (one.begins_at, one.id)
        for one in session.scalars(select(Hearing))
        if one.case_id in cases and one.state in fixed
    )


def _kept(session: Session, account_id: int, kind: Coming) -> Found:
    return [(one.at, one.subject) for one in next_dates(session, account_id, kind, MOST)]


def _hearing(scene: Scene, lot: Random, ordinal: int) -> Hearing:
    return Hearing(
        case_id=scene.case_id,
        ordinal=ordinal,
        mode=Mode.OFFLINE,
        begins_at=scene.clock.now() + timedelta(hours=lot.randrange(90)),
        place="Courtroom 3",
        state=lot.choice(list(HearingState)),
        summoned_by=1,
    )


def _inspection(scene: Scene, lot: Random) -> Inspection:
    return Inspection(
        case_id=scene.case_id,
        manner=InspectionManner.ONLINE,
        what="The page of the order",
        place="The video room",
        fact="What it says",
        begins_at=scene.clock.now() + timedelta(hours=lot.randrange(90)),
        state=lot.choice(list(InspectionState)),
        entry_number=1,
        ordered_by=1,
    )


def _step(session: Session, scene: Scene, lot: Random, number: int, accounts: list[int]) -> None:
    """Something that happens: a limit, a hearing or a mandate comes, changes or goes; a party gets another account, leaves or is back."""
    now = scene.clock.now()
    party = lot.choice(session.scalars(select(Party.id).order_by(Party.id)).all())
    hours = timedelta(hours=lot.randrange(90))
    comes = (
        lambda: session.add(some_window(session, scene, lot, party)),
        lambda: session.add(_hearing(scene, lot, number)),
        lambda: session.add(_inspection(scene, lot)),
        lambda: session.add(some_mandate(scene, lot, party, lot.choice(accounts))),
        lambda: session.execute(
            update(Party).where(Party.id == party).values(account_id=lot.choice([*accounts, None]))
        ),
        lambda: session.execute(update(Party).where(Party.id == party).values(left_at=lot.choice([None, now]))),
    )
    changes: dict[type[Window] | type[Hearing] | type[Inspection] | type[Mandate], dict[str, Any]] = {
        Window: lot.choice(
            [{"state": lot.choice(list(WindowState))}, {"due_at": lot.choice([None, now + hours])}, {"party_id": party}]
        ),
        Hearing: lot.choice([{"state": lot.choice(list(HearingState))}, {"begins_at": now + hours}]),
        Inspection: lot.choice([{"state": lot.choice(list(InspectionState))}, {"begins_at": now + hours}]),
        Mandate: lot.choice(
            [
                {"revoked_at": lot.choice([None, now])},
                {"accepted_at": lot.choice([None, now])},
                {"account_id": lot.choice(accounts)},
            ]
        ),
    }
    if lot.random() < 0.5:
        lot.choice(comes)()
        session.flush()
        return
    table, values = lot.choice(list(changes.items()))
    # The first limit stays: others are made like it.
    some = session.scalars(select(table.id).order_by(table.id)).all()[1:]
    if some:
        one = table.id == lot.choice(some)
        session.execute(delete(table).where(one) if lot.random() < 0.2 else update(table).where(one).values(**values))


@pytest.mark.parametrize("seed", range(2))
def test_what_is_kept_is_what_going_through_all_finds(scene: Scene, seed: int) -> None:
    """Of each account and each kind, after every step; and gathered anew it is the same."""
    lot = Random(seed)
    scene.lodge()
    with scene.court.database.read() as session:
        accounts = list(session.scalars(select(Account.id).order_by(Account.id).limit(3)))
    looked = 0
    for number in range(150):
        with scene.court.database.write() as session:
            _step(session, scene, lot, number, accounts)
        with scene.court.database.read() as session:
            for account in accounts:
                for kind in Coming:
                    found = _gone_through(session, account, kind)
                    looked += len(found)
                    assert _kept(session, account, kind) == found, (number, account, kind)
    assert looked > 100
    with scene.court.database.write() as session:
        before = {(account, kind): _kept(session, account, kind) for account in accounts for kind in Coming}
        gather_anew(session, LIMITS)
        gather_anew(session, HEARINGS)
        gather_anew(session, INSPECTIONS)
        assert {(account, kind): _kept(session, account, kind) for account, kind in before} == before


def test_pages_of_an_agenda_put_together_are_the_whole(scene: Scene) -> None:
    """Of many dates, some of one moment, some no longer in force: each stands on one page, in order, and none is left out."""
    lot = Random(1)
    scene.lodge()
    with scene.court.database.write() as session:
        party = session.scalars(select(Party).where(Party.role == Role.CLAIMANT)).one()
        account = party.account_id
        assert account is not None
        other = session.scalars(select(Party.id).where(Party.role == Role.RESPONDENT)).one()
        over = some_mandate(scene, lot, other, account)
        over.signed_at = over.accepted_at = scene.clock.now() - timedelta(days=9)
        over.from_at, over.until_at = scene.clock.now() - timedelta(days=9), scene.clock.now() - timedelta(days=1)
        session.add(over)
        for number in range(60):
            session.add(some_window(session, scene, lot, lot.choice([party.id, party.id, other])))
            session.add(_hearing(scene, lot, number))
            session.add(_inspection(scene, lot))
        for _ in range(30):
            # Before all others, and none of theirs: no page is empty for these.
            before = some_window(session, scene, lot, other)
            before.state, before.due_at = WindowState.OPEN, scene.clock.now() - timedelta(days=2)
            session.add(before)
    with scene.court.database.read() as session:
        court = scene.court.look(session)
        whole = agenda_of(court, account)
        pages, after, begun = [], None, False
        while True:
            page = page_of_agenda(court, account, after, 7)
            assert 0 < len(page.lines) <= 7 and page.begun == begun
            pages += page.lines
            after, begun = page.next, True
            if after is None:
                break
        assert whole.whole_until is None and len(whole.lines) > 20
        assert {line.window is None for line in whole.lines} == {True, False}
        assert {line.appointment.endpoint for line in whole.lines if line.appointment} == {
            "hearing.page",
            "inspections.listing",
        }
        assert [line.order for line in pages] == [line.order for line in whole.lines]
        assert all(line.is_own for line in whole.lines)


def test_a_mandate_agreed_while_an_act_opens_a_limit_has_its_date(scene: Scene) -> None:
    """Neither sees what the other has not committed: who agrees waits for the act, and nothing is missing or there twice."""
    lot, account = Random(1), scene.people["stranger"]
    scene.lodge()

    def opens(session: Session, party: int) -> int:
        session.get_one(Case, scene.case_id, with_for_update=True)
        opened = some_window(session, scene, lot, party)
        opened.state, opened.due_at = WindowState.OPEN, scene.clock.now() + timedelta(days=3)
        session.add(opened)
        session.flush()
        return opened.id

    opened = agreed_meanwhile(scene, account, opens)
    with scene.court.database.read() as session:
        found = _gone_through(session, account, Coming.LIMIT)
        assert opened in [number for _, number in found]
        assert _kept(session, account, Coming.LIMIT) == found
