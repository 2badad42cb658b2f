"""Nobody gets a place in a case by somebody else's word: it is offered, opens nothing and bars nobody before a yes."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Party, Role, Seat
from odr.ground.errors import ActNotOpen, NotFound
from odr.hearing import vocabulary
from odr.hearing.courtroom import seat_offers
from odr.hearing.courtroom.seating import seat
from odr.hearing.models import SeatOffer, Witness
from odr.identity import mandates
from odr.identity.actors import actors_in
from odr.identity.models import Account, MandateScope
from odr.procedure.models import Task
from tests.scene import Scene


def offered(scene: Scene, who: str, role: Role = Role.EXPERT) -> str:
    """A place offered to somebody by their address; gives the offer's reference."""
    with scene.court.sit() as sitting:
        case = sitting.session.get_one(Case, scene.case_id)
        witness = Witness(
            case_id=case.id,
            role=role,
            name="Whoever",
            email=scene.account(who).email,
            about="x",
            manner=vocabulary.TestimonyManner.WRITTEN,
            state=vocabulary.RequestState.GRANTED,
            entry_number=1,
        )
        sitting.session.add(witness)
        sitting.session.flush()
        seat(sitting, case, witness, role)
        return sitting.session.scalars(select(SeatOffer.reference)).one()


def roles_of(scene: Scene, who: str) -> list[Role]:
    """In which capacities somebody is in the case."""
    with scene.court.database.read() as session:
        case, account = session.get_one(Case, scene.case_id), session.get_one(Account, scene.people[who])
        return [actor.role for actor in actors_in(session, account, case, scene.clock.now())]


@pytest.mark.parametrize("role", [Role.WITNESS, Role.EXPERT])
def test_an_offered_place_opens_nothing_and_bars_nobody(small_scene: Scene, role: Role) -> None:
    """The other side's lawyer, named as its expert, still represents; and is then no expert any more."""
    small_scene.pend()
    reference = offered(small_scene, "stranger", role)
    assert roles_of(small_scene, "stranger") == []
    with small_scene.court.database.write() as session:
        party = session.scalars(select(Party).where(Party.role == Role.RESPONDENT)).one()
        lawyer = session.get_one(Account, small_scene.people["stranger"])
        mandate = mandates.offer(
            session,
            party,
            lawyer,
            MandateScope.ORDINARY,
            from_at=small_scene.clock.now(),
            until_at=None,
            now=small_scene.clock.now(),
        )
        mandates.sign(session, mandate, small_scene.clock.now(), most=2)
    assert roles_of(small_scene, "stranger") == [Role.RESPONDENT]
    with small_scene.court.database.write() as session, pytest.raises(ActNotOpen):
        seat_offers.accept(
            small_scene.court, session, reference, small_scene.people["stranger"], small_scene.clock.now()
        )


def test_only_their_own_yes_makes_a_seat(small_scene: Scene) -> None:
    """Nobody accepts for somebody else, and each offer once."""
    small_scene.pend()
    reference, now = offered(small_scene, "stranger"), small_scene.clock.now()
    with small_scene.court.database.write() as session, pytest.raises(NotFound):
        seat_offers.accept(small_scene.court, session, reference, small_scene.people["li"], now)
    with small_scene.court.database.write() as session:
        seat_offers.accept(small_scene.court, session, reference, small_scene.people["stranger"], now)
        with pytest.raises(NotFound):
            seat_offers.accept(small_scene.court, session, reference, small_scene.people["stranger"], now)
    assert roles_of(small_scene, "stranger") == [Role.EXPERT]


def test_who_says_no_gets_no_seat_and_the_clerk_learns_of_it(small_scene: Scene) -> None:
    """A task names them."""
    small_scene.pend()
    reference = offered(small_scene, "stranger")
    with small_scene.court.sit() as sitting:
        seat_offers.decline(sitting, reference, small_scene.people["stranger"])
    with small_scene.court.database.read() as session:
        assert session.scalars(select(Seat).where(Seat.role == Role.EXPERT)).all() == []
        assert [task for task in session.scalars(select(Task)) if task.kind == "witness_account"]


@pytest.mark.parametrize("who", ["clerk", "president", "cashier", "admin", "li"])
def test_court_staff_and_parties_cannot_be_chosen(small_scene: Scene, who: str) -> None:
    """Also those who do not serve in this very case."""
    small_scene.pend()
    with pytest.raises(ActNotOpen):
        offered(small_scene, who)
