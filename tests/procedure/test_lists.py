"""What is ticked together is a list first: for ten minutes it can be taken back, then it is done line by line."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from flask import Flask
from pydantic import BaseModel
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, DocketEntry, Outcome, Role, Seat, Stage
from odr.filing.inputs import AcceptInput
from odr.filing.names import ACCEPT_CLAIM
from odr.ground.text import T
from odr.ground.unavailable import no_room
from odr.identity.models import Account, AccountRole
from odr.payments.fee.acts import DeemInput
from odr.payments.models import BankLine, FeeAssessment
from odr.payments.names import DEEM_WITHDRAWN
from odr.procedure.lists.kinds import KINDS, ListKind, list_kind
from odr.procedure.lists.lists import Line, perform_lists, put_on_list, take_back
from odr.procedure.lists.models import ActList, ActListLine, LineState
from odr.procedure.models import Task
from odr.procedure.sitting import Sitting
from tests.filing.visitor import Forms, Visitor
from tests.scene import Scene

SIGN = "/today/sign"


@pytest.fixture
def app(small_scene: Scene) -> Flask:
    """The court's pages."""
    return create_app(court=small_scene.court)


@pytest.fixture
def judge(small_scene: Scene, app: Flask) -> Visitor:
    """The judge of three cases whose fee nobody paid in time."""
    for _ in range(3):
        small_scene.lodge()
        small_scene.accept("simple")
    for days in (0, 1, 9, 9):
        small_scene.later(days=days)
    return Visitor(app, small_scene, "judge")


def fees(scene: Scene) -> list[str]:
    """The unpaid fees, the oldest first."""
    with scene.court.database.read() as session:
        return list(session.scalars(select(FeeAssessment.reference).order_by(FeeAssessment.id)))


def listed(judge: Visitor, scene: Scene, **more: str) -> str:
    """All three rulings put on a list; its address."""
    judge.sign_in("judge")
    return judge.send(SIGN, SIGN, 303, ruling=fees(scene), count="3", **more).headers["Location"]


def lines(scene: Scene) -> list[LineState]:
    """Where the lines of all lists stand."""
    with scene.court.database.read() as session:
        return list(session.scalars(select(ActListLine.state).order_by(ActListLine.id)))


def ended(scene: Scene) -> int:
    """How many cases were ended by a ruling."""
    with scene.court.database.read() as session:
        return len(session.scalars(select(Case).where(Case.outcome == Outcome.DEEMED_WITHDRAWN)).all())


def test_a_list_is_done_when_its_time_has_come(judge: Visitor, small_scene: Scene) -> None:
    """For ten minutes nothing has happened, whatever the worker does; then every line stands on its docket, once."""
    here = listed(judge, small_scene)
    page = judge.get(here)
    assert "You sign 3 of 3 rulings ticked" in page and "nothing is done yet" in page
    small_scene.later(minutes=9)
    assert ended(small_scene) == 0 and lines(small_scene) == [LineState.WAITS] * 3
    small_scene.later(minutes=2)
    assert ended(small_scene) == 3 and perform_lists(small_scene.court) == 0
    page = judge.get(here)
    assert "Done: all 3 that were not taken back" in page and len(re.findall(r">Entry \d+<", page)) == 3
    with small_scene.court.database.read() as session:
        assert len(session.scalars(select(DocketEntry).where(DocketEntry.act == "deem_withdrawn")).all()) == 3
        assert session.scalars(select(ActList.ended_at)).one() is not None
    assert "Rulings on unpaid fees" in judge.get("/lists")


def test_somebody_says_now(judge: Visitor, small_scene: Scene) -> None:
    """Then it does not wait for its time."""
    here = listed(judge, small_scene)
    judge.send(here, f"{here}/now", 303)
    assert ended(small_scene) == 3 and lines(small_scene) == [LineState.DONE] * 3


def test_it_is_taken_back_one_by_one_or_whole(judge: Visitor, small_scene: Scene) -> None:
    """What was taken back has left nothing in any case and can be ticked again; what is done cannot be taken back."""
    here = listed(judge, small_scene)
    judge.send(here, f"{here}/back", 422)
    judge.send(here, f"{here}/back", 303, line=["2"])
    assert lines(small_scene) == [LineState.WAITS, LineState.TAKEN_BACK, LineState.WAITS]
    assert len(re.findall(r'name="ruling"', judge.get(SIGN))) == 1
    judge.send(here, f"{here}/back", 303, all="1")
    assert lines(small_scene) == [LineState.TAKEN_BACK] * 3 and "nothing was done" in judge.get(here)
    small_scene.later(minutes=11)
    assert ended(small_scene) == 0
    again = listed(judge, small_scene)
    judge.send(again, f"{again}/now", 303)
    with small_scene.court.database.read() as session:
        made = session.scalars(select(ActList.reference).order_by(ActList.id.desc())).first()
    assert made is not None and take_back(small_scene.court, small_scene.people["judge"], made, None) == 0
    assert ended(small_scene) == 3


def test_whose_right_it_was_is_asked_again(judge: Visitor, small_scene: Scene) -> None:
    """A line of a case that somebody else has now is not done and says why; the others are."""
    here = listed(judge, small_scene)
    with small_scene.court.database.write() as session:
        first = session.scalars(select(FeeAssessment.case_id).order_by(FeeAssessment.id)).first()
        seat = session.scalars(select(Seat).where(Seat.case_id == first, Seat.role == Role.JUDGE)).one()
        seat.until_at = small_scene.clock.now()
    small_scene.later(minutes=11)
    assert lines(small_scene) == [LineState.REFUSED, LineState.DONE, LineState.DONE]
    page = judge.get(here)
    assert "Not done: 1" in page and "You no longer serve in this case" in page


def test_who_lost_the_role_does_nothing_any_more(judge: Visitor, small_scene: Scene) -> None:
    """Whoever is no judge when the time has come has signed nothing."""
    listed(judge, small_scene)
    with small_scene.court.database.write() as session:
        for role in session.scalars(select(AccountRole).where(AccountRole.account_id == small_scene.people["judge"])):
            role.revoked_at = small_scene.clock.machine_now()
    small_scene.later(minutes=11)
    assert lines(small_scene) == [LineState.REFUSED] * 3 and ended(small_scene) == 0


def test_what_differs_since_is_not_done(judge: Visitor, small_scene: Scene) -> None:
    """A transfer that may be for one of the fees came meanwhile: that ruling waits for the judge, alone."""
    here, now = listed(judge, small_scene), small_scene.clock.now()
    with small_scene.court.database.write() as session:
        fee = session.scalars(select(FeeAssessment).order_by(FeeAssessment.id)).first()
        assert fee is not None
        session.add(
            BankLine(
                fingerprint="late",
                booked_on=date(2026, 3, 20),
                amount_minor=1,
                currency=fee.currency,
                payer="Somebody",
                purpose=f"fee {fee.transfer_code}",
                imported_at=now,
            )
        )
    small_scene.later(minutes=11)
    assert lines(small_scene) == [LineState.REFUSED, LineState.DONE, LineState.DONE]
    assert "money may have come" in judge.get(here)
    with small_scene.court.database.read() as session:
        waits = session.scalars(select(Task).where(Task.kind == "fee_unpaid", Task.done_at.is_(None))).all()
        assert len(waits) == 1 and session.get_one(Case, waits[0].case_id).stage is Stage.PENDING


def test_what_failed_for_want_of_room_waits(judge: Visitor, small_scene: Scene) -> None:
    """That nothing can be kept is of the court and not of the line: it is not refused for good, but done in a later round."""
    full = [no_room()]

    def before(sitting: Sitting, case: Case, account: Account, given: BaseModel) -> None:
        if full:
            raise full.pop()

    kind = list_kind(ListKind("full", Role.JUDGE, T("Judge"), "to_sign.listing", lambda *_: T("Judge"), before=before))
    court = small_scene.court
    with court.database.read() as session:
        found = [
            Line(
                fee.case_id, DeemInput(assessment=fee.reference, reasons="Nobody paid the fee in time."), fee.reference
            )
            for fee in session.scalars(select(FeeAssessment).order_by(FeeAssessment.id))
        ]
    try:
        me = small_scene.people["judge"]
        put_on_list(court, kind, me, DEEM_WITHDRAWN, found, key="once", ticked=3, proved=True)
        small_scene.clock.advance(timedelta(minutes=11))
        assert perform_lists(court) == 2
        assert lines(small_scene) == [LineState.WAITS, LineState.DONE, LineState.DONE]
        assert perform_lists(court) == 1 and ended(small_scene) == 3
    finally:
        del KINDS[kind.name]


def test_a_form_sent_twice_is_one_list(judge: Visitor, small_scene: Scene) -> None:
    """And what waits on one list stands on no other."""
    found, headers = Forms(), {"Origin": judge.origin}
    judge.sign_in("judge")
    found.feed(judge.get(SIGN))
    sent = {**found.found[SIGN], "ruling": fees(small_scene), "count": "3"}
    first, again = (judge.client.post(SIGN, base_url=judge.origin, data=sent, headers=headers) for _ in range(2))
    assert first.status_code == 303 and again.headers["Location"] == first.headers["Location"]
    other = judge.client.post(SIGN, base_url=judge.origin, data={**sent, "key": "other"}, headers=headers)
    assert other.status_code == 422 and len(lines(small_scene)) == 3


def test_a_form_sent_at_once_is_one_list(scene: Scene) -> None:
    """Pressed twice, the button is answered twice with the same list, on either database."""
    scene.lodge()
    kind = KINDS["registry"]
    lined = [Line(scene.case_id, AcceptInput(track="simple"), "one case")]
    barrier = Barrier(8)

    def put(_: int) -> str:
        barrier.wait()
        return put_on_list(scene.court, kind, scene.people["clerk"], ACCEPT_CLAIM, lined, key="once", ticked=1)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(put, range(8)))) == 1
    assert lines(scene) == [LineState.WAITS]


def test_a_list_is_its_maker_s(judge: Visitor, small_scene: Scene, app: Flask) -> None:
    """Nobody else sees it, has it done or takes it back."""
    here = listed(judge, small_scene)
    clerk = Visitor(app, small_scene, "clerk")
    clerk.get(here, 404)
    token = re.search(r'name="csrf_token" value="([^"]+)"', clerk.get("/lists"))
    assert token is not None
    for what in ("now", "back"):
        data, headers = {"csrf_token": token[1], "all": "1"}, {"Origin": clerk.origin}
        answer = clerk.client.post(f"{here}/{what}", base_url=clerk.origin, data=data, headers=headers)
        assert answer.status_code == 404
    assert lines(small_scene) == [LineState.WAITS] * 3
    Visitor(app, small_scene, "li").get(here, 404)
