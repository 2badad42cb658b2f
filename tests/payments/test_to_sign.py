"""A judge signs like rulings on unpaid fees together, after a look at those that differ, once identified."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, DocketEntry, Document, Outcome, Party, Role, Seat, Stage
from odr.payments.fee.to_sign import to_sign
from odr.payments.models import BankLine, FeeAssessment
from tests.filing.visitor import Visitor
from tests.payments.conftest import PayCourt
from tests.payments.test_nothing_lost import second_claimant
from tests.scene import Scene


@pytest.fixture
def app(small_scene: Scene) -> Flask:
    """The court's pages."""
    return create_app(court=small_scene.court)


def unpaid(scene: Scene, number: int) -> list[int]:
    """That many accepted claims whose fee nobody paid in time; the ids of their cases."""
    cases = []
    for _ in range(number):
        scene.lodge()
        scene.accept("simple")
        cases.append(scene.case_id)
    for days in (0, 1, 9, 9):
        scene.later(days=days)
    return cases


def transfer(scene: Scene, case_id: int, payer: str) -> None:
    """Money of the same sum that nobody found a fee for."""
    now = scene.clock.now()
    with scene.court.database.write() as session:
        fee = session.scalars(select(FeeAssessment).where(FeeAssessment.case_id == case_id)).one()
        session.add(
            BankLine(
                fingerprint=f"{case_id}",
                booked_on=date(2026, 3, 6),
                amount_minor=1,
                currency=fee.currency,
                payer=payer,
                purpose=f"fee {fee.transfer_code}",
                imported_at=now,
            )
        )


def test_like_rulings_are_signed_together(small_scene: Scene, app: Flask) -> None:
    """Four alike, one whose money may have come: four are signed with one identity, the fifth is read singly."""
    cases = unpaid(small_scene, 5)
    transfer(small_scene, cases[0], "Li Min")
    judge = Visitor(app, small_scene, "judge")
    page = judge.get("/today/sign")
    assert len(re.findall(r'name="ruling"', page)) == 4
    assert "is credited to no fee yet" in page
    with small_scene.court.database.read() as session:
        found = to_sign(small_scene.court.look(session), small_scene.people["judge"])
        chosen = [one.fee.reference for one in found.alike.rows]
        assert [one.case.id for one in found.differing] == cases[:1]
    judge.send("/today/sign", "/today/sign", 422, ruling=chosen, count="3")
    listed = judge.send("/today/sign", "/today/sign", 303, ruling=chosen, count="4").headers["Location"]
    assert "You sign 4 of 4 rulings ticked" in judge.get(listed)
    assert 'name="ruling"' not in judge.get("/today/sign"), "what waits on a list is not offered twice"
    small_scene.later(minutes=11)
    assert "all 4 that were not taken back" in judge.get(listed)
    with small_scene.court.database.read() as session:
        ended = session.scalars(select(Case).where(Case.id.in_(cases[1:]))).all()
        assert {case.outcome for case in ended} == {Outcome.DEEMED_WITHDRAWN}
        assert session.get_one(Case, cases[0]).stage is Stage.PENDING
        papers = session.scalars(select(Document.case_id).where(Document.kind == "ruling")).all()
        assert set(papers) == set(cases[1:])


def test_each_of_several_unpaid_fees_of_one_case_has_its_own_reasons(small_scene: Scene, app: Flask) -> None:
    """Two claimants of one case have not paid: each ruling says who did not pay what (CPI 213)."""
    (case_id,) = unpaid(small_scene, 1)
    second_claimant(PayCourt(small_scene.court, small_scene.clock), case_id, 80_000_00)
    for days in (9, 9):
        small_scene.later(days=days)
    judge = Visitor(app, small_scene, "judge")
    with small_scene.court.database.read() as session:
        fees = session.scalars(select(FeeAssessment).where(FeeAssessment.case_id == case_id)).all()
        payers = {fee.reference: session.get_one(Party, fee.party_id).name for fee in fees}
    assert len(set(payers.values())) == 2
    judge.get("/today/sign")
    judge.send("/today/sign", "/today/sign", 303, ruling=list(payers), count="2")
    small_scene.later(minutes=11)
    with small_scene.court.database.read() as session:
        ruled = session.scalars(select(DocketEntry.payload).where(DocketEntry.act == "deem_withdrawn")).all()
    given = [json.loads(payload)["input"] for payload in ruled]
    assert {one["assessment"] for one in given} == payers.keys()
    assert all(payers[one["assessment"]] in one["reasons"] for one in given)


def test_one_that_differs_is_not_signed_with_the_others(small_scene: Scene, app: Flask) -> None:
    """Named all the same, it is refused with everything else: a transfer may have come since the page was opened."""
    cases = unpaid(small_scene, 2)
    judge = Visitor(app, small_scene, "judge")
    with small_scene.court.database.read() as session:
        fees = session.scalars(select(FeeAssessment.reference).where(FeeAssessment.case_id.in_(cases))).all()
    judge.get("/today/sign")
    transfer(small_scene, cases[1], "Somebody")
    answer = judge.send("/today/sign", "/today/sign", 422, ruling=list(fees), count="2").text
    assert "differs from the others now" in answer
    with small_scene.court.database.read() as session:
        assert {session.get_one(Case, each).stage for each in cases} == {Stage.PENDING}


def test_signing_asks_who_one_is(small_scene: Scene, app: Flask) -> None:
    """Proved too long ago, nothing is signed: the judge is asked to confirm that it is they, once for all."""
    cases = unpaid(small_scene, 2)
    judge = Visitor(app, small_scene, "judge")
    with small_scene.court.database.read() as session:
        fees = session.scalars(select(FeeAssessment.reference).where(FeeAssessment.case_id.in_(cases))).all()
    small_scene.clock.advance(timedelta(minutes=16))
    page = judge.send("/today/sign", "/today/sign", 422, ruling=list(fees)[:1], count="1").text
    assert 'href="#identity_password"' in page and len(re.findall(r'name="ruling"[^>]*checked', page)) == 1
    with small_scene.court.database.read() as session:
        assert {session.get_one(Case, each).stage for each in cases} == {Stage.PENDING}


def test_all_cases_are_found_by_party_stage_and_who_is_waited_for(small_scene: Scene, app: Flask) -> None:
    """The judge's list says who is waited for, and keeps what was looked for in its address."""
    unpaid(small_scene, 3)
    judge = Visitor(app, small_scene, "judge")
    page = judge.get("/today/cases?q=haiyun&waits=me&stage=pending")
    assert "3 cases" in page and 'value="haiyun"' in page and "/do/deem_withdrawn" in page
    assert "No case of yours is like this." in judge.get("/today/cases?q=nobody+of+this+name")
    assert "No case of yours is like this." in judge.get("/today/cases?waits=president")


def test_a_word_in_the_file_finds_the_case(small_scene: Scene, app: Flask) -> None:
    """Facts, requests and exhibits of her cases are searched, and it is said where the word stands; no case of others."""
    small_scene.lodge()
    small_scene.accept("simple")
    judge = Visitor(app, small_scene, "judge")
    page = judge.get("/today/cases?q=additive")
    assert "1 case" in page and "Stands in: fact 2" in page.replace("\n", "")
    assert "request 1" in judge.get("/today/cases?q=price+back")
    assert "Stands in" not in judge.get("/today/cases")
    assert "No case of yours is like this." in judge.get("/today/cases?q=unmentioned+word")
    with small_scene.court.database.write() as session:
        for seat in session.scalars(select(Seat).where(Seat.role == Role.JUDGE)):
            seat.until_at = small_scene.clock.now()
    assert "No case of yours is like this." in judge.get("/today/cases?q=additive")
