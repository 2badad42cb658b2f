"""Sums in instalments once one is late: what each side reads is owed, and what an application to enforce claims, is one (CPL
250, 264).
"""

from __future__ import annotations

import pytest
from sqlalchemy import select

from odr.docket.models import Party, PartyKind, Role
from odr.ground.errors import InvalidInput
from odr.judgment.enforcement.effect import instalments, left_of
from odr.judgment.models import EnforcementCase, Obligation
from odr.payments.fee.fee_computation import Matter
from odr.payments.models import FeeAssessment
from tests.judgment.bench import Bench
from tests.judgment.test_enforcement_settlement import says
from tests.judgment.test_what_is_owed import box, lines, page
from tests.kept import kept
from tests.procedure.test_asked_once import asked


@kept
def in_instalments(bench: Bench, parts: int = 4) -> None:
    """8,000.00 in so many monthly parts, in effect."""
    pay = {"kind": "pay", "relief": bench.relief(1), "amount": "8,000.00", "instalments": parts}
    sides = {"debtor": "respondent/1", "creditor": "claimant/1"}
    bench.issue(orders=[pay | sides, {"kind": "dismiss"}])
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)
    bench.wait(days=16)


def another_debtor(bench: Bench) -> None:
    """Mei owes Li 700.00 today and 900.00 in a year by the same judgment, each by itself."""
    with bench.court.database.write() as session:
        first = session.scalars(select(Obligation).order_by(Obligation.id)).first()
        assert first is not None
        whole = {"case_id": first.case_id, "kind": PartyKind.PERSON, "address": "2 Court Road", "online": True}
        who = {"role": Role.RESPONDENT, "ordinal": 2, "name": "Mei", "account_id": bench.account("mei").id}
        mei = Party(**whole, **who, joined_at=bench.clock.now())
        session.add(mei)
        session.flush()
        owed = {"case_id": first.case_id, "instrument": first.instrument, "debtor_id": mei.id, "currency": "CNY"}
        owed |= {"creditor_id": first.creditor_id, "entry_number": first.entry_number}
        rows = [
            Obligation(**owed, amount_minor=70_000, due_on=first.due_on),
            Obligation(**owed, amount_minor=90_000, due_on=first.due_on.replace(year=first.due_on.year + 1)),
        ]
        session.add_all(rows)


def claimed(bench: Bench) -> int:
    """What the application to enforce claims in all, in minor units."""
    with bench.court.database.read() as session:
        rows = session.scalars(select(EnforcementCase)).one().claimed
    return sum(row["principal"] + row["interest"] + row["late"] for row in rows)


def test_one_late_instalment_makes_all_the_rest_due_on_every_page_alike(bench: Bench) -> None:
    """Not late: the next part. Late: both sides read all that is left, of which parts it is made and why; that very sum, with its
    interest, is claimed.
    """
    in_instalments(bench)
    assert "pay CNY 2,000.00 to Li" in says(bench, "respondent/1")
    waits = page(bench, "respondent/1", "").split("What it costs to wait")[1].split("</table>")[0]
    assert "2,000.00" in waits and "8,000.00" not in waits, "what has its own later day is not waited with now"
    bench.wait(days=20)
    assert says(bench, "respondent/1").startswith("You are late: pay CNY 8,00")
    assert "has not paid CNY 8,000.00" in says(bench, "claimant/1")
    for who in ("claimant/1", "respondent/1"):
        told = lines(box(bench, who))
        assert "everything that is left" in told["All at once"] and "2,000.00" in told["Of this"], told
    whole = says(bench, "respondent/1").split("pay CNY ")[1].split(" to ")[0]
    assert page(bench, "claimant/1", "/enforcement").count("2,000.00") == 4
    bench.do("claimant/1", "apply_for_enforcement", {})
    assert claimed(bench) == int(whole.replace(",", "").replace(".", ""))
    assert "still owes CNY 8,000.00" in says(bench, "claimant/1")


def test_an_instalment_whose_last_day_is_a_day_off_is_paid_in_time_on_the_next_working_day(bench: Bench) -> None:
    """Like any time limit: nobody's payments are all due because a bank was closed (CPL 85)."""
    in_instalments(bench, 8)
    with bench.court.database.read() as session:
        days = list(session.scalars(select(Obligation.due_on).order_by(Obligation.id)))
        calendar = bench.court.look(session).pack(bench.case()).working_calendar
    plain = [day for day, _ in instalments(800_000, 8, days[0])]
    assert not all(map(calendar.is_working, plain)) and all(map(calendar.is_working, days))
    assert days == sorted(set(days)) and all(day >= before for day, before in zip(days, plain, strict=True))


def test_two_late_instalments_are_told_in_one_sum(bench: Bench) -> None:
    """Where no late part makes the rest due, what is late is what both read and what is claimed; what is to come stands apart."""
    in_instalments(bench)
    with bench.court.database.write() as session:
        for row in session.scalars(select(Obligation)):
            row.accelerates = False
    bench.wait(days=50)
    assert "has not paid CNY 4,000.00" in says(bench, "claimant/1")
    told = lines(box(bench, "claimant/1"))
    assert "All at once" not in told and "2,000.00" in told["Also from Haiyun Ltd"]
    assert page(bench, "claimant/1", "/enforcement").count("2,000.00") == 2
    bench.do("claimant/1", "apply_for_enforcement", {})
    with bench.court.database.read() as session:
        assert [row["principal"] for row in session.scalars(select(EnforcementCase)).one().claimed] == [200_000] * 2


def test_a_late_instalment_of_one_makes_nothing_due_that_another_owes(bench: Bench) -> None:
    """Haiyun is late with its instalments; of what Mei owes only what is late is claimed, and each bears their own fee (FEE
    38).
    """
    in_instalments(bench)
    another_debtor(bench)
    bench.wait(days=20)
    bench.do("claimant/1", "apply_for_enforcement", {})
    with bench.court.database.read() as session:
        found = session.scalars(select(EnforcementCase)).one().claimed
        assert [row["principal"] for row in found] == [200_000] * 4 + [70_000]
        fees = select(FeeAssessment.party_id).where(FeeAssessment.matter == Matter.ENFORCEMENT)
        assert len(set(session.scalars(fees))) == 2


def references(bench: Bench) -> list[str]:
    """What is owed, the earliest first."""
    with bench.court.database.read() as session:
        return list(session.scalars(select(Obligation.reference).order_by(Obligation.due_on)))


def left(bench: Bench) -> list[int]:
    """What is left of each instalment, without interest, in minor units."""
    with bench.court.database.read() as session:
        look, rows = bench.court.look(session), session.scalars(select(Obligation).order_by(Obligation.due_on))
        return [money.minor for row in rows if (money := left_of(look, row)) is not None]


def test_several_instalments_are_paid_in_one_payment(bench: Bench) -> None:
    """5,000.00 reported of the first part and confirmed: two parts are paid and half of the third; nobody owes again what they
    paid.
    """
    in_instalments(bench)
    today = bench.clock.now().date().isoformat()
    first = references(bench)[0]
    bench.do("respondent/1", "record_performance", {"obligation": first, "amount": "5,000.00", "on": today})
    assert box(bench, "respondent/1").is_quiet, "who has paid and said so is not told to pay again"
    bench.do("claimant/1", "confirm_performance", {"obligation": first, "arrived": True})
    assert left(bench) == [0, 0, 100_000, 200_000]
    assert "pay CNY 1,000.00 to Li" in says(bench, "respondent/1")
    bench.do("clerk", "record_performance", {"obligation": references(bench)[2], "amount": "3,000.00", "on": today})
    bench.do("clerk", "close_case", {})


def test_what_is_paid_late_of_one_instalment_pays_its_interest_before_the_next(bench: Bench) -> None:
    """What is over counts from its own day: interest and all the rest to the cent leave nothing."""
    in_instalments(bench)
    bench.wait(days=47)
    whole = says(bench, "respondent/1").split("pay CNY ")[1].split(" to ")[0]
    today = bench.clock.now().date().isoformat()
    bench.do("claimant/1", "record_performance", {"obligation": references(bench)[0], "amount": whole, "on": today})
    bench.do("clerk", "close_case", {})


def test_one_payment_is_not_counted_twice(bench: Bench) -> None:
    """Reported by the debtor, the creditor answers it and does not note it besides; once answered with no, they may."""
    in_instalments(bench)
    paid = {"obligation": references(bench)[0], "amount": "500.00", "on": bench.clock.now().date().isoformat()}
    bench.do("respondent/1", "record_performance", paid)
    with pytest.raises(InvalidInput, match="whether it arrived"):
        bench.do("claimant/1", "record_performance", paid)
    bench.do("claimant/1", "confirm_performance", {"obligation": paid["obligation"], "arrived": False})
    bench.do("claimant/1", "record_performance", paid | {"amount": "300.00"})
    assert left(bench)[0] == 170_000


def test_of_two_payments_of_one_instalment_the_later_counts_towards_the_next(bench: Bench) -> None:
    """What came in time has paid the first part in time, in whichever order they were told: no interest for delay is owed."""
    in_instalments(bench)
    in_time = bench.clock.now().date().isoformat()
    bench.wait(days=20)
    today, first = bench.clock.now().date().isoformat(), references(bench)[0]
    for day in (today, in_time):
        bench.do("respondent/1", "record_performance", {"obligation": first, "amount": "2,000.00", "on": day})
    bench.do("claimant/1", "confirm_performance", {"obligation": first, "arrived": True})
    assert left(bench) == [0, 0, 200_000, 200_000]
    with bench.court.database.read() as session:
        done = session.scalars(select(Obligation.done_at).order_by(Obligation.due_on)).all()
    assert [at is not None for at in done] == [True, True, False, False]


@pytest.mark.parametrize("late", [False, True])
def test_what_was_paid_on_twelve_parts_is_asked_for_at_once(bench: Bench, late: bool) -> None:
    """However many parts a sum is paid in, the page asks once what came, for each side, before a part is late and after."""
    in_instalments(bench, 12)
    bench.wait(days=40 if late else 1)
    for who in ("claimant/1", "respondent/1"):
        with asked(bench.court.database) as seen:
            page(bench, who, "")
        assert sum("FROM performance" in statement for statement, _ in seen) <= 1, who
