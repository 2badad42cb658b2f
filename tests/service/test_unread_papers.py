"""The papers that lie unopened for an account are those of whom it is or acts for, whatever happened before."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from odr.docket.models import Party
from odr.identity.models import Account, Mandate
from odr.procedure.case.coming_dates.models import ComingDate
from odr.procedure.models import WindowState
from odr.register.first_pages.home_page import unread_papers
from odr.service.models import InboxItem, Packet, ServiceAttempt, UnreadPaper
from odr.service.vocabulary import AttemptState, Channel
from tests.agreeing import agree, agreed_meanwhile, respondent, some_mandate, some_window, waiting
from tests.patience import PATIENCE, until
from tests.scene import Scene
from tests.service.conftest import BOTH_ENGINES


def _gone_through(session: Session, account_id: int) -> list[int]:
    """What every paper, party and mandate says."""
    agreed = [
        one.party_id
        for one in session.scalars(select(Mandate).where(Mandate.account_id == account_id))
        if one.signed_at and one.accepted_at and not one.revoked_at
    ]
    parties = [
        one.id
        for one in session.scalars(select(Party))
        if one.left_at is None and (one.account_id == account_id or one.id in agreed)
    ]
    theirs = session.scalars(select(InboxItem).where(InboxItem.party_id.in_(parties), InboxItem.read_at.is_(None)))
    return sorted(one.id for one in theirs)


def _kept(session: Session, account_id: int) -> list[int]:
    found = select(UnreadPaper.item_id).where(UnreadPaper.account_id == account_id)
    return sorted(session.connection().scalars(found))


def _paper(session: Session, scene: Scene, party_id: int) -> InboxItem:
    """A paper as the worker lays it into the inbox."""
    like = session.scalars(select(Packet).order_by(Packet.id).limit(1)).one()
    now = scene.clock.now()
    attempt = ServiceAttempt(
        packet_id=like.id,
        party_id=party_id,
        channel=Channel.PLATFORM,
        state=AttemptState.SENT,
        starts_at=now,
        tries=1,
    )
    session.add(attempt)
    session.flush()
    item = InboxItem(
        attempt_id=attempt.id, packet_id=like.id, party_id=party_id, subject="Notice", body="Notice", placed_at=now
    )
    session.add(item)
    session.flush()
    return item


def _step(session: Session, scene: Scene, lot: Random, accounts: list[int]) -> None:
    """Something that happens: a paper comes, is opened or goes; a mandate comes, changes or goes; a party gets another account, leaves
    or is back.
    """
    now = scene.clock.now()
    party = lot.choice(session.scalars(select(Party.id).order_by(Party.id)).all())
    papers = session.scalars(select(InboxItem.id).order_by(InboxItem.id)).all()
    mandates = session.scalars(select(Mandate.id).order_by(Mandate.id)).all()
    paper, mandate = lot.choice([*papers, 0]), lot.choice([*mandates, 0])
    changed = lot.choice(
        [
            {"revoked_at": lot.choice([None, now])},
            {"accepted_at": lot.choice([None, now])},
            {"account_id": lot.choice(accounts)},
            {"party_id": party},
        ]
    )
    steps: list[Callable[[], object]] = [
        lambda: _paper(session, scene, party),
        lambda: _paper(session, scene, party),
        lambda: session.execute(update(InboxItem).where(InboxItem.id == paper).values(read_at=lot.choice([None, now]))),
        lambda: session.execute(delete(InboxItem).where(InboxItem.id == paper)) if lot.random() < 0.2 else None,
        lambda: session.add(some_mandate(scene, lot, party, lot.choice(accounts))),
        lambda: session.execute(update(Mandate).where(Mandate.id == mandate).values(**changed)),
        lambda: session.execute(delete(Mandate).where(Mandate.id == mandate)) if lot.random() < 0.2 else None,
        lambda: session.execute(
            update(Party).where(Party.id == party).values(account_id=lot.choice([*accounts, None]))
        ),
        lambda: session.execute(update(Party).where(Party.id == party).values(left_at=lot.choice([None, now]))),
    ]
    lot.choice(steps)()
    session.flush()


@BOTH_ENGINES
@pytest.mark.parametrize("seed", range(2))
def test_what_is_kept_is_what_going_through_all_finds(scene: Scene, seed: int) -> None:
    """Of each account, after every step."""
    lot = Random(seed)
    scene.lodge()
    scene.accept()
    with scene.court.database.read() as session:
        accounts = list(session.scalars(select(Account.id).order_by(Account.id).limit(3)))
    looked = 0
    for number in range(90):
        with scene.court.database.write() as session:
            _step(session, scene, lot, accounts)
        with scene.court.database.read() as session:
            for account in accounts:
                found = _gone_through(session, account)
                looked += len(found)
                assert _kept(session, account) == found, (number, account)
    assert looked > 100


def test_a_mandate_that_is_over_shows_no_paper(small_scene: Scene) -> None:
    """It is still agreed to; whose papers somebody sees is asked by today's date."""
    scene, lot = small_scene, Random(1)
    scene.lodge()
    scene.accept()
    account = scene.people["stranger"]
    with scene.court.database.write() as session:
        party = respondent(session)
        agreed = some_mandate(scene, lot, party, account)
        agreed.signed_at = agreed.accepted_at = scene.clock.now()
        agreed.until_at = scene.clock.now() + timedelta(days=3)
        session.add(agreed)
        paper = _paper(session, scene, party).id
    with scene.court.database.read() as session:
        assert paper in _kept(session, account)
        assert unread_papers(scene.court.look(session), account).total == len(_gone_through(session, account)) > 0
    scene.later(days=4)
    with scene.court.database.read() as session:
        assert paper in _kept(session, account)
        shown = unread_papers(scene.court.look(session), account)
        assert (shown.total, list(shown.rows)) == (0, [])


@BOTH_ENGINES
def test_a_mandate_agreed_while_a_paper_is_laid_in_shows_it(scene: Scene) -> None:
    """Neither sees what the other has not committed: who agrees waits for the paper."""
    account = scene.people["stranger"]
    scene.lodge()
    scene.accept()
    paper = agreed_meanwhile(scene, account, lambda session, party: _paper(session, scene, party).id)
    with scene.court.database.read() as session:
        assert paper in _gone_through(session, account)
        assert _kept(session, account) == _gone_through(session, account)


@BOTH_ENGINES
def test_a_mandate_and_a_paper_never_wait_for_each_other(scene: Scene) -> None:
    """Whoever acts for a party already agrees to more while a paper comes: the paper waits and holds nothing that the mandate still
    needs. Of two that wait for each other PostgreSQL breaks one off.
    """
    lot, database, now = Random(1), scene.court.database, scene.clock.now()
    scene.lodge()
    scene.accept()
    account = scene.people["stranger"]
    with database.write() as session:
        party = respondent(session)
        # They act for the party already, and are given more.
        agreed, asked = some_mandate(scene, lot, party, account), some_mandate(scene, lot, party, account)
        agreed.signed_at = agreed.accepted_at = asked.signed_at = now
        asked.accepted_at = None
        limit = some_window(session, scene, lot, party)
        limit.state, limit.due_at = WindowState.OPEN, now + timedelta(days=3)
        session.add_all((agreed, asked, limit))
        _paper(session, scene, party)
        number = asked.id

    def lay() -> None:
        with database.write() as other:
            _paper(other, scene, party)

    with ThreadPoolExecutor(2) as pool:
        with database.write() as session:
            # The dates of the case are laid anew before its papers: held here, they stop the mandate between its account and its party.
            assert session.scalars(
                select(ComingDate.id).where(ComingDate.account_id == account).with_for_update()
            ).all()
            done = [pool.submit(agree, scene, number)]
            if not database.is_sqlite:
                until(lambda: waiting(database) == 1, "the mandate is stopped")
            done.append(pool.submit(lay))
            if not database.is_sqlite:
                until(lambda: waiting(database) == 2, "the paper waits behind it")
        for one in done:
            one.result(timeout=PATIENCE)
    with database.read() as session:
        assert len(_kept(session, account)) >= 2
        assert _kept(session, account) == _gone_through(session, account)
