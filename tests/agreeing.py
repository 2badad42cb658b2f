"""Somebody agrees to act for a party while something else happens in the case: on PostgreSQL neither sees the other before it is committed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from odr.docket.models import Party, Role
from odr.ground.db import Database
from odr.identity.mandates import accept
from odr.identity.models import Mandate, MandateScope
from odr.procedure.models import Window, WindowState
from tests.patience import PATIENCE, until
from tests.scene import Scene


def some_window(session: Session, scene: Scene, lot: Random, party_id: int) -> Window:
    """A time limit of a party, in a state and with a day by lot."""
    due = scene.clock.now() + timedelta(days=lot.randrange(5)) if lot.random() < 0.8 else None
    state, now = lot.choice(list(WindowState)), scene.clock.now()
    like = session.scalars(select(Window).order_by(Window.id).limit(1)).one()
    return Window(
        case_id=scene.case_id,
        party_id=party_id,
        kind=like.kind,
        state=state,
        opened_at=now,
        due_at=due,
        working=like.working,
    )


def some_mandate(scene: Scene, lot: Random, party_id: int, account_id: int) -> Mandate:
    """A mandate of somebody for a party, signed and accepted by lot."""
    now = scene.clock.now()
    signed, accepted = (now if lot.random() < 0.7 else None for _ in range(2))
    scope = MandateScope.ORDINARY
    return Mandate(
        case_id=scene.case_id,
        party_id=party_id,
        account_id=account_id,
        scope=scope,
        from_at=now,
        signed_at=signed,
        accepted_at=accepted,
    )


def waiting(database: Database) -> int:
    """How many wait for what another holds."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with database.read() as session:
        return session.scalar(text(waiting)) or 0


def respondent(session: Session) -> int:
    """The number of the party that is claimed against."""
    return session.scalars(select(Party.id).where(Party.role == Role.RESPONDENT)).one()


def agree(scene: Scene, number: int) -> None:
    """Whoever was asked to act for a party does so."""
    with scene.court.database.write() as session:
        asked = session.get_one(Mandate, number)
        assert asked.account_id is not None
        accept(session, asked, asked.account_id, scene.clock.now(), most=2)


def agreed_meanwhile(scene: Scene, account: int, done: Callable[[Session, int], int]) -> int:
    """What ``done`` gives of the respondent, who asked somebody to act for them: they agree before it is committed."""
    database = scene.court.database
    with database.write() as session:
        party = respondent(session)
        asked = some_mandate(scene, Random(1), party, account)
        asked.signed_at, asked.accepted_at = scene.clock.now(), None
        session.add(asked)
        session.flush()
        number = asked.id
    with ThreadPoolExecutor(1) as pool:
        with database.write() as session:
            found = done(session, party)
            agreed = pool.submit(agree, scene, number)
            if not database.is_sqlite:
                until(lambda: agreed.done() or waiting(database), "the mandate waits, or is agreed")
        agreed.result(timeout=PATIENCE)
    return found
