"""Fines and detention in an enforcement: bounds, hearing, the president, review, payment, days, early end, never a child (CPL 114 to 119)."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Stage
from odr.docket.visibility import reads_entry
from odr.ground.errors import ActNotOpen, CourtError, Forbidden, InvalidInput, OutOfTime
from odr.ground.text import Money, Text
from odr.identity.actors import CLOCK_ACTOR
from odr.operations.worker import sweep_windows
from odr.payments.books.bookings import book_payment, paid_on
from odr.payments.fee.fee_computation import Matter
from odr.payments.fee.relief import fees_of
from odr.payments.inputs import PaymentInput
from odr.payments.models import AssessmentState, Channel, FactKind, FeeAssessment, Payment, Refund, StripeFact
from odr.procedure.audit.row_audit import audit_projections
from odr.procedure.models import Task, Window, WindowState
from odr.procedure.papers.rulings import written_ruling
from odr.register.enforcement_list.sanctions.models import Custody, Sanction, SanctionState
from odr.register.enforcement_list.sanctions.panel import sanction_panel
from odr.register.enforcement_list.standing import LOOKED_AFTER
from odr.register.publication import ledger
from odr.service.models import Packet
from tests.judgment.bench import Bench, to_the_cent
from tests.judgment.test_enforcement_settlement import PROPOSAL, enforced, pay
from tests.kept import kept
from tests.register.listing import as_person, debtor

BORN = "1985-05-12"


def proposal(bench: Bench, **changes: Any) -> dict[str, Any]:
    """What a judge fills in to propose a fine of the respondent, a company."""
    return {
        "debtor": debtor(bench),
        "ground": "able",
        "done_on": bench.clock.now().date().isoformat(),
        "facts": "It sells every day and pays nothing.",
        "fine": "60,000.00",
        **changes,
    }


def of_person(bench: Bench, **changes: Any) -> dict[str, Any]:
    """The same of a person, with ten days of detention."""
    return proposal(bench, **{"fine": "2,000.00", "days": 10, "born_on": BORN, **changes})


def newest(bench: Bench) -> Sanction:
    """The newest fine or detention."""
    with bench.court.database.read() as session:
        return session.scalars(select(Sanction).order_by(Sanction.id.desc())).first()  # type: ignore[return-value]


def decide(bench: Bench, **changes: Any) -> None:
    """The president orders what is proposed."""
    row = newest(bench)
    given: dict[str, Any] = {
        "sanction": row.reference,
        "answer": "order",
        "reasons": "The conditions are met.",
        **changes,
    }
    if "fine" not in given and row.fine_minor:
        given["fine"] = {"minor": row.fine_minor, "currency": "CNY"}
    if "days" not in given and row.days:
        given["days"] = row.days
    bench.do("president", "decide_sanction", given)


@kept
def heard(bench: Bench) -> None:
    """A person who owes was told of a fine and ten days of detention, and said nothing."""
    enforced(bench)
    as_person(bench)
    bench.do("judge", "propose_sanction", of_person(bench))
    bench.serve("respondent/1")
    bench.wait(days=8)


@kept
def ordered(bench: Bench) -> None:
    """The president ordered both, and the decision was served."""
    heard(bench)
    decide(bench)
    bench.serve("respondent/1")


def begin(bench: Bench) -> None:
    """The person is handed to the police now."""
    now = bench.clock.now().astimezone(bench.court.settings.tz)
    given = {
        "sanction": newest(bench).reference,
        "on": now.date().isoformat(),
        "at": now.strftime("%H:%M"),
        "place": "Detention house of the district",
        "family": "Her brother was told by telephone at once.",
    }
    bench.do("clerk", "record_detention", given)


def notice(bench: Bench) -> FeeAssessment:
    """The notice by which the newest fine is paid."""
    with bench.court.database.read() as session:
        row = session.scalars(select(Sanction).order_by(Sanction.id.desc())).first()
        assert row is not None
        return session.get_one(FeeAssessment, row.assessment_id)


def pay_fine(bench: Bench, minor: int) -> None:
    """Money for the fine came in by card."""
    found, now = notice(bench), bench.clock.now()
    paid = Money(minor, found.currency)
    told = {"stripe_id": f"pi_{found.reference}", "intent": f"pi_{found.reference}", "ours": found.reference, "rank": 2}
    with bench.court.database.write() as session:
        session.add(StripeFact(kind=FactKind.INTENT, at=now, amount_minor=minor, currency=found.currency, **told))
    given = PaymentInput(
        assessment=found.reference,
        channel=Channel.CARD,
        amount=paid,
        source=f"stripe/pi_{found.reference}",
        received_at=now,
    )
    with bench.court.sit() as sitting:
        sitting.perform("record_payment", sitting.session.get_one(Case, bench.case_id), given, actor=CLOCK_ACTOR)


def pay_if_due(bench: Bench) -> None:
    """The whole of the newest fine comes in, if it is still open."""
    if notice(bench).state is AssessmentState.DUE:
        pay_fine(bench, notice(bench).amount_minor)


def panel(bench: Bench, who: str) -> str:
    """What somebody reads of it on the page of the case."""
    with bench.court.database.read() as session:
        look = bench.court.look(session)
        found = sanction_panel(look, session.get_one(Case, bench.case_id), bench.actor(who))
        if found is None:
            return ""
        lines = [each for one in found.data["told"] for each in (one.what, one.next) if each is not None]
        lines += [act.title for act in found.data["acts"]]
        return "\n".join(line.render("en") for line in lines)


def test_the_creditor_asks_the_judge_proposes_the_debtor_is_heard_and_the_president_decides(bench: Bench) -> None:
    """Nobody is fined before they could answer, by anybody but the president, or beyond what they were heard on (CPL 119)."""
    enforced(bench)
    asked = {
        "debtor": debtor(bench),
        "ground": "able",
        "done_on": bench.clock.now().date().isoformat(),
        "facts": "It opened a second shop last week.",
    }
    with pytest.raises((Forbidden, ActNotOpen)):
        bench.do("respondent/1", "ask_for_sanction", asked)
    bench.do("claimant/1", "ask_for_sanction", asked)
    with pytest.raises(InvalidInput, match="waits for an answer"):
        bench.do("claimant/1", "ask_for_sanction", asked)
    assert newest(bench).state is SanctionState.ASKED and "a judge proposes it" in panel(bench, "claimant/1")
    bench.do("judge", "propose_sanction", proposal(bench))
    with bench.court.database.read() as session:
        assert len(session.scalars(select(Sanction)).all()) == 1
    with pytest.raises(ActNotOpen, match="not reached"):
        decide(bench)
    bench.serve("respondent/1")
    with pytest.raises(ActNotOpen, match="can still answer"):
        decide(bench)
    assert "answer by" in panel(bench, "respondent/1") and "Answer a proposed" in panel(bench, "respondent/1")
    bench.do("respondent/1", "answer_sanction", {"answer": "The second shop belongs to somebody else."})
    with pytest.raises(Forbidden):
        bench.do(
            "judge",
            "decide_sanction",
            {"sanction": newest(bench).reference, "answer": "decline", "reasons": "No reason."},
        )
    with pytest.raises(InvalidInput, match="heard on less"):
        decide(bench, fine="70,000.00")
    decide(bench, fine="50,000.00")
    row = newest(bench)
    assert (row.state, row.fine_minor, row.custody) == (SanctionState.DECIDED, 5_000_000, Custody.NONE)
    bench.serve("respondent/1")
    assert "Next for you: pay" in panel(bench, "respondent/1") and "Still to be paid" in panel(bench, "claimant/1")


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"fine": "49,999.99"}, "at least"),
        ({"fine": "1,000,000.01"}, "at most"),
        ({"fine": None}, "Name a fine"),
        ({"days": 5}, "not detained"),
        ({"officer": "Zhou Yi, director", "born_on": BORN, "fine": "100,000.01"}, "at most"),
        ({"officer": "Zhou Yi, director", "born_on": BORN, "fine": None, "days": 16}, "At most 15"),
        ({"officer": "Zhou Yi, director"}, "day of birth"),
        ({"officer": "Zhou Yi, director", "born_on": "2012-01-01", "fine": "10.00"}, "under 18"),
        ({"born_on": BORN}, "Only a person"),
        ({"fine": {"minor": 6_000_000, "currency": "USD"}}, "currency"),
        ({"done_on": "2030-01-01"}, "still to come"),
        ({"ground": "report"}, "not ordered to report"),
        ({"ground": "consumption"}, "not barred"),
    ],
)
def test_nothing_is_proposed_outside_the_law(bench: Bench, given: dict[str, Any], fault: str) -> None:
    """An organisation from 50,000 to 1,000,000 and never detained, a person up to 100,000 and 15 days, no child (CPL 118)."""
    enforced(bench)
    with pytest.raises(InvalidInput, match=fault):
        bench.do("judge", "propose_sanction", proposal(bench, **given))


def test_the_bounds_of_the_law_are_in_it(bench: Bench) -> None:
    """100,000 and 15 days of an officer, 1,000,000 of an organisation."""
    enforced(bench)
    bench.do("judge", "propose_sanction", proposal(bench, fine="1,000,000.00"))
    bench.do(
        "judge",
        "propose_sanction",
        proposal(bench, ground="hides", officer="Zhou Yi, director", born_on=BORN, fine="100,000.00", days=15),
    )
    row = newest(bench)
    assert (row.officer, row.fine_minor, row.days) == ("Zhou Yi, director", 10_000_000, 15)
    with bench.court.database.read() as session:
        entry = session.scalars(select(DocketEntry).order_by(DocketEntry.number.desc())).first()
        assert entry is not None and BORN not in entry.payload


def test_a_child_is_never_fined_or_detained(bench: Bench) -> None:
    """Neither by the day of birth on the document, nor where a guardian acts; who was a child when it was done counts."""
    enforced(bench)
    as_person(bench, guardian={"name": "Shen"})
    with pytest.raises(ActNotOpen, match="guardian"):
        bench.do("judge", "propose_sanction", of_person(bench))
    as_person(bench)
    young = (bench.clock.now().date() - timedelta(days=365 * 18)).isoformat()
    with pytest.raises(InvalidInput, match="under 18"):
        bench.do("judge", "propose_sanction", of_person(bench, born_on=young))
    assert newest(bench) is None


def test_a_guardian_appointed_later_ends_it(bench: Bench) -> None:
    """A detention ordered of somebody who turns out unable to act is not carried out."""
    ordered(bench)
    as_person(bench, guardian={"name": "Shen"})
    bench.do(
        "clerk", "record_measure", {"what": "An account was looked at.", "on": bench.clock.now().date().isoformat()}
    )
    row = newest(bench)
    assert (row.custody, row.over_ground) == (Custody.DROPPED, "never")


def test_for_the_same_conduct_nobody_is_fined_twice(bench: Bench) -> None:
    """New conduct can be; the same cannot (CPI 184)."""
    ordered(bench)
    done_on = newest(bench).done_on.isoformat()
    with pytest.raises(InvalidInput, match="same conduct"):
        bench.do("judge", "propose_sanction", of_person(bench, done_on=done_on))
    bench.wait(days=3)
    bench.do("judge", "propose_sanction", of_person(bench))
    assert newest(bench).state is SanctionState.PROPOSED


def test_the_decision_says_what_the_law_wants_and_the_letter_until_when(bench: Bench) -> None:
    """Who, for what, by which article, how much, how many days, and the review within three days (CPL 119; CPI 185)."""
    heard(bench)
    row = newest(bench)
    with bench.court.database.read() as session:
        look, act = bench.court.look(session), bench.court.table["decide_sanction"]
        given = act.input.model_validate(
            {
                "sanction": row.reference,
                "answer": "order",
                "fine": {"minor": 200000, "currency": "CNY"},
                "days": 10,
                "reasons": "The conditions are met.",
            },
            context={"currency": "CNY"},
        )
        _, paper = written_ruling(look, act, session.get_one(Case, bench.case_id), given, bench.actor("president"))
    lines = [*paper.orders, paper.remedy]
    said = "\n".join(line.render("en") if isinstance(line, Text) else str(line) for line in lines)
    for words in ("10 days", "2,000.00", "art. 118", "art. 114(6)", "within 3 days", "carried out meanwhile"):
        assert words in said, (words, said)


def test_the_higher_court_is_asked_within_three_days_and_can_revoke_it(bench: Bench) -> None:
    """What was paid goes back, and nobody is detained for it any more (CPI 185, 186)."""
    ordered(bench)
    pay_fine(bench, 200_000)
    bench.do("respondent/1", "ask_sanction_review", {"words": "I had paid in part."})
    with pytest.raises((ActNotOpen, OutOfTime)):
        bench.do("respondent/1", "ask_sanction_review", {"words": "Once more."})
    given = {"sanction": newest(bench).reference, "reasons": "Number 7 of 1 April: too hard."}
    with pytest.raises(InvalidInput, match="heavier"):
        bench.do("clerk", "record_sanction_review", given | {"answer": "changed", "fine": "2,000.01"})
    bench.do("clerk", "record_sanction_review", given | {"answer": "lifted"})
    row = newest(bench)
    assert (row.state, row.fine_minor, row.days, row.custody) == (SanctionState.LIFTED, 0, 0, Custody.DROPPED)
    with bench.court.database.read() as session:
        assert [one.amount_minor for one in session.scalars(select(Refund))] == [200_000]
        open_ = session.scalars(select(Window.kind).where(Window.state == WindowState.OPEN)).all()
    assert not {"sanction_review", "sanction_review_decision", "fine_payment", "detention"} & set(open_)
    with pytest.raises(InvalidInput, match="same conduct"):
        bench.do("judge", "propose_sanction", of_person(bench, done_on=row.done_on.isoformat()))


def test_after_three_days_the_decision_stands(bench: Bench) -> None:
    """The remedy is over; the fine is payable all the same from the first day (CPL 119: it does not halt execution)."""
    ordered(bench)
    bench.wait(days=6)
    with pytest.raises((OutOfTime, ActNotOpen)):
        bench.do("respondent/1", "ask_sanction_review", {"words": "Too late."})
    assert notice(bench).state is AssessmentState.DUE


def test_a_lowered_fine_that_is_not_paid_is_asked_for_anew(bench: Bench) -> None:
    """Of what is open only the rest is asked for; of what was paid the rest goes back (CPI 186)."""
    ordered(bench)
    first = notice(bench).reference
    bench.do("respondent/1", "ask_sanction_review", {"words": "It is too much."})
    bench.do(
        "clerk",
        "record_sanction_review",
        {"sanction": newest(bench).reference, "answer": "changed", "fine": "500.00", "days": 3, "reasons": "Number 8."},
    )
    row, second = newest(bench), notice(bench)
    assert (row.fine_minor, row.days, row.custody) == (50_000, 3, Custody.DUE)
    assert second.reference != first and second.amount_minor == 50_000 and second.state is AssessmentState.DUE
    pay_fine(bench, 50_000)
    assert notice(bench).state is AssessmentState.PAID


def test_a_fine_is_paid_to_the_court_and_is_no_fee(bench: Bench) -> None:
    """It stands on the payer’s page with its day; no relief touches it; late it is put before the judge, and paid it leaves the desk."""
    enforced(bench)
    bench.do("judge", "propose_sanction", proposal(bench))
    bench.serve("respondent/1")
    bench.wait(days=8)
    decide(bench)
    bench.serve("respondent/1")
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        window = session.scalars(
            select(Window).where(Window.kind == "fine_payment", Window.state == WindowState.OPEN)
        ).one()
        assert window.due_at - bench.clock.now() > timedelta(days=9)
        assert notice(bench).reference not in {one.reference for one in fees_of(look, case, None)}
    bench.wait(days=12)
    with bench.court.database.read() as session:
        desks = session.scalars(select(Task.kind).where(Task.done_at.is_(None))).all()
    assert "fine_unpaid" in desks and notice(bench).state is AssessmentState.DUE
    pay_fine(bench, 6_000_000)
    with bench.court.database.read() as session:
        desks = session.scalars(select(Task.kind).where(Task.done_at.is_(None))).all()
        assert paid_on(session, session.get_one(FeeAssessment, notice(bench).id)) == Money(6_000_000, "CNY")
    assert "fine_unpaid" not in desks and "The fine is paid" in panel(bench, "respondent/1")


def test_a_detention_lasts_its_days_to_the_hour_and_ends_by_itself(bench: Bench) -> None:
    """From the hour at the police, whatever holiday comes; the clock frees, and nobody has to ask (CPL 118; CPI 180)."""
    ordered(bench)
    with pytest.raises(InvalidInput, match="ordered later"):
        bench.do(
            "clerk",
            "record_detention",
            {
                "sanction": newest(bench).reference,
                "on": (bench.clock.now().date() - timedelta(days=2)).isoformat(),
                "at": "09:00",
                "place": "Detention house",
                "family": "Her brother was told.",
            },
        )
    begin(bench)
    row = newest(bench)
    assert row.custody is Custody.HELD and row.detained_at is not None
    with bench.court.database.read() as session:
        window = session.scalars(select(Window).where(Window.kind == "detention")).one()
        until = row.detained_at + timedelta(days=10)
        assert until - timedelta(hours=1) < window.due_at <= until
    bench.wait(days=9)
    assert newest(bench).custody is Custody.HELD
    bench.wait(days=2)
    assert (newest(bench).custody, newest(bench).over_ground) == (Custody.OVER, "term")


def test_nobody_is_held_longer_because_the_case_is_stayed(bench: Bench) -> None:
    """The worker frees on the day also while the case stands still: a stay halts the case, no detention (CPL 118, 153)."""
    ordered(bench)
    begin(bench)
    bench.do("judge", "give_ruling", STAY)
    bench.clock.advance(timedelta(days=11))
    sweep_windows(bench.court)
    assert (newest(bench).custody, newest(bench).over_ground) == (Custody.OVER, "term")
    assert bench.case().stayed_at is not None


STAY = {
    "kind": "stay",
    "result": "granted",
    "orders": "The case is stayed.",
    "reasons": "A party has died and her heirs are looked for.",
    "language": "en",
}


def test_who_is_held_admits_it_and_the_president_releases(bench: Bench) -> None:
    """Asked once at a time; refused it can be asked again; released the days end (CPL 118; CPI 182)."""
    ordered(bench)
    begin(bench)
    words = {"words": "I was wrong, and pay on Friday."}
    bench.do("respondent/1", "ask_for_release", words)
    with pytest.raises(ActNotOpen):
        bench.do("respondent/1", "ask_for_release", words)
    given = {"sanction": newest(bench).reference, "reasons": "As the file shows it."}
    bench.do("president", "decide_release", given | {"answer": "stay"})
    bench.do("respondent/1", "ask_for_release", words)
    bench.do("president", "decide_release", given | {"answer": "release"})
    assert (newest(bench).custody, newest(bench).over_ground) == (Custody.OVER, "released")
    bench.wait(days=12)
    assert newest(bench).over_ground == "released"


def test_who_performs_before_the_decision_is_neither_fined_nor_detained(bench: Bench) -> None:
    """The proposal falls in the same act, and the debtor reads so (PIV 11; COURT sanction-performed)."""
    heard(bench)
    pay(bench, to_the_cent(bench.court, bench.case_id))
    assert (newest(bench).state, newest(bench).over_ground) == (SanctionState.DECLINED, "performed")
    with bench.court.database.read() as session:
        assert "end_sanction" in session.scalars(select(Packet.occasion)).all()


def test_who_performs_after_it_goes_free_by_the_president_alone_and_the_fine_stays(bench: Bench) -> None:
    """Not begun, the detention is dropped; under way, it is put before the president once; a fine ordered stays to be paid."""
    ordered(bench)
    begin(bench)
    pay(bench, to_the_cent(bench.court, bench.case_id))
    assert newest(bench).custody is Custody.HELD
    with bench.court.database.read() as session:
        waits = session.scalars(select(Task).where(Task.kind == "release", Task.done_at.is_(None))).all()
    assert len(waits) == 1
    given = {"sanction": newest(bench).reference, "reasons": "Everything is performed."}
    bench.do("president", "decide_release", given | {"answer": "release"})
    assert newest(bench).custody is Custody.OVER and notice(bench).state is AssessmentState.DUE


def test_what_is_not_begun_is_dropped_when_everything_is_performed(bench: Bench) -> None:
    """A detention ordered is not carried out any more; the fine stays due (PIV 11; COURT sanction-performed)."""
    ordered(bench)
    pay(bench, to_the_cent(bench.court, bench.case_id))
    row = newest(bench)
    assert (row.custody, row.over_ground, row.state) == (Custody.DROPPED, "performed", SanctionState.DECIDED)
    assert notice(bench).state is AssessmentState.DUE


def test_violence_does_not_fall_by_paying(bench: Bench) -> None:
    """Whoever threatened an officer can be fined although the debt is paid (CPL 114(5))."""
    enforced(bench)
    as_person(bench)
    bench.do("judge", "propose_sanction", of_person(bench, ground="resists"))
    bench.serve("respondent/1")
    pay(bench, to_the_cent(bench.court, bench.case_id))
    assert newest(bench).state is SanctionState.PROPOSED and bench.case().stage in (Stage.EFFECTIVE, Stage.ENFORCEMENT)


def test_a_request_is_refused_with_reasons(bench: Bench) -> None:
    """Its asker reads why, and can ask again."""
    enforced(bench)
    asked = {
        "debtor": debtor(bench),
        "ground": "able",
        "done_on": bench.clock.now().date().isoformat(),
        "facts": "It opened a second shop last week.",
    }
    bench.do("claimant/1", "ask_for_sanction", asked)
    bench.do(
        "judge", "refuse_sanction", {"sanction": newest(bench).reference, "reasons": "Nothing shows that it can pay."}
    )
    assert newest(bench).state is SanctionState.REFUSED
    bench.do("claimant/1", "ask_for_sanction", asked)


def test_the_books_balance_whatever_was_paid(bench: Bench) -> None:
    """Part of a fine came in and it is revoked: all of it goes back."""
    ordered(bench)
    with bench.court.database.write() as session:
        found = session.get_one(FeeAssessment, notice(bench).id)
        book_payment(session, found, Channel.COUNTER, Money(70_000, "CNY"), "counter/part", bench.clock.now())
    bench.do("respondent/1", "ask_sanction_review", {"words": "It is too much."})
    bench.do(
        "clerk",
        "record_sanction_review",
        {"sanction": newest(bench).reference, "answer": "lifted", "reasons": "Number 9 of 2 April."},
    )
    with bench.court.database.read() as session:
        assert sum(one.amount_minor for one in session.scalars(select(Refund))) == 70_000


def moves(bench: Bench, lot: random.Random) -> list[Callable[[], Any]]:
    """Everything that somebody may try at the moment; most of it is refused at most moments."""
    day = bench.clock.now().date()
    row = newest(bench)
    last = {"sanction": row.reference if row is not None else "none", "reasons": "As the file shows it."}
    done_on = (day - timedelta(days=lot.choice((0, 0, 9, 60)))).isoformat()
    money = {"fine": lot.choice((None, "10.00", "99,999.99", "100,000.00", "100,000.01"))}
    days = {"days": lot.choice((None, 1, 7, 15, 16))}
    ground = lot.choice(("able", "hides", "resists", "report"))
    born = (day - timedelta(days=lot.choice((365 * 12, 365 * 17, 365 * 40)))).isoformat()
    asked = {"debtor": debtor(bench), "ground": ground, "done_on": done_on, "facts": "It sells every day."}
    hour = bench.clock.now().astimezone(bench.court.settings.tz)
    return [
        lambda: bench.do("claimant/1", "ask_for_sanction", asked),
        lambda: bench.do("judge", "refuse_sanction", last),
        lambda: bench.do("judge", "propose_sanction", asked | money | days | {"born_on": born}),
        lambda: bench.do("respondent/1", "answer_sanction", {"answer": "No."}),
        lambda: bench.serve("respondent/1"),
        lambda: bench.do("president", "decide_sanction", last | money | days | {"answer": "order"}),
        lambda: decide(bench),
        lambda: bench.do("president", "decide_sanction", last | {"answer": "decline"}),
        lambda: bench.do(
            "clerk",
            "record_detention",
            {
                "sanction": last["sanction"],
                "on": hour.date().isoformat(),
                "at": hour.strftime("%H:%M"),
                "place": "Detention house",
                "family": "Her brother was told.",
            },
        ),
        lambda: bench.do("respondent/1", "ask_for_release", {"words": "I was wrong."}),
        lambda: bench.do("president", "decide_release", last | {"answer": lot.choice(("release", "stay"))}),
        lambda: bench.do("respondent/1", "ask_sanction_review", {"words": "Look at it."}),
        lambda: bench.do(
            "clerk",
            "record_sanction_review",
            last | {"answer": lot.choice(("stays", "changed", "lifted"))} | money | days,
        ),
        lambda: bench.wait(days=lot.choice((1, 3, 8, 20))),
        lambda: row is not None and row.assessment_id is not None and pay_if_due(bench),
        lambda: lot.random() < 0.3 and pay(bench, to_the_cent(bench.court, bench.case_id)),
        lambda: lot.random() < 0.1 and as_person(bench, guardian={"name": "Shen"}),
        lambda: bench.do("judge", "end_enforcement", last | {"state": "ended"}),
        lambda: bench.ends_for_now(),
        lambda: bench.do("claimant/1", "apply_for_enforcement", {}),
    ]


def holds(bench: Bench) -> None:
    """What must be so after every act."""
    with bench.court.database.read() as session:
        now = bench.clock.now()
        rows = session.scalars(select(Sanction)).all()
        decided = [row for row in rows if row.state in (SanctionState.DECIDED, SanctionState.LIFTED)]
        for row in decided:
            assert row.fine_minor <= 10_000_000 and row.days <= 15, "beyond the law"
            acts = session.scalars(select(DocketEntry.act).where(DocketEntry.number == row.decided_entry)).all()
            assert "decide_sanction" in acts, "without the president"
            heard_of = session.scalars(
                select(Window.state).where(Window.kind == "sanction_answer", Window.subject == row.reference)
            ).all()
            assert {WindowState.MET, WindowState.LAPSED} & set(heard_of), "without being heard"
            if row.custody is Custody.HELD:
                assert row.detained_at is not None and now < row.detained_at + timedelta(days=row.days)
        for one in decided:
            for other in decided:
                same = other.id > one.id and other.ground == one.ground and SanctionState.LIFTED is not one.state
                assert not same or (one.decided_at is not None and other.done_on > one.decided_at.date()), "twice"
        asked = session.scalars(select(FeeAssessment).where(FeeAssessment.matter == Matter.FINE)).all()
        due = {one.id for one in asked if one.state is AssessmentState.DUE}
        assert due <= {row.assessment_id for row in decided if row.fine_minor}, (
            "a fine that nobody ordered is asked for"
        )
        for one in asked:
            back = sum(
                refund.amount_minor
                for refund in session.scalars(select(Refund))
                if session.get_one(Payment, refund.payment_id).assessment_id == one.id
            )
            kept_ = paid_on(session, one).minor - back
            owner = next((row for row in decided if row.assessment_id == one.id), None)
            assert kept_ <= (owner.fine_minor if owner is not None else 0), "more is kept than was ordered"
        case = session.get_one(Case, bench.case_id)
        found = audit_projections(bench.court, session, case)
        assert not [one for one in found if ": sanction" in one or "ledger" in one]
        lines = ledger.lines(session)
        assert ledger.account(lines, len(lines))["rest"] == 0 and ledger.wrong_in(session) == []
        assert sum(line.kind == "sanction" for line in lines.values()) == len(decided), "ordered without a number"


@pytest.mark.parametrize("seed", range(3))
def test_no_order_of_acts_fines_twice_detains_too_long_or_keeps_too_much(bench: Bench, seed: int) -> None:
    """Sixty random acts of everybody, in any order."""
    lot = random.Random(seed)
    ordered(bench)
    done = 0
    for _ in range(60):
        try:
            lot.choice(moves(bench, lot))()
            done += 1
        except (CourtError, ValueError):
            pass
        holds(bench)
    assert done >= 8


def test_an_enforcement_that_ended_or_was_settled_detains_nobody(bench: Bench) -> None:
    """What presses somebody to perform ends with what it presses for (PIV 11; CPL 241, 268)."""
    ordered(bench)
    bench.do("judge", "end_enforcement", {"state": "ended", "reasons": "The creditor takes it back."})
    row = newest(bench)
    assert (row.custody, row.over_ground, row.state) == (Custody.DROPPED, "ended", SanctionState.DECIDED)
    with pytest.raises((ActNotOpen, InvalidInput)):
        begin(bench)


def test_a_settlement_that_both_signed_ends_the_proposal_and_what_is_not_begun(bench: Bench) -> None:
    """Before the decision the proposal falls; violence against an officer does not."""
    heard(bench)
    bench.do("judge", "propose_sanction", of_person(bench, ground="resists"))
    bench.do("respondent/1", "propose_enforcement_settlement", PROPOSAL)
    bench.do("claimant/1", "answer_enforcement_settlement", {"answer": "sign"})
    with bench.court.database.read() as session:
        rows = session.scalars(select(Sanction).order_by(Sanction.id)).all()
    assert [(row.state, row.over_ground) for row in rows] == [
        (SanctionState.DECLINED, "settled"),
        (SanctionState.PROPOSED, None),
    ]


def test_who_is_held_when_the_parties_settle_is_put_before_the_president(bench: Bench) -> None:
    """The clock alone frees nobody for it, and nobody is forgotten."""
    ordered(bench)
    begin(bench)
    bench.do("judge", "end_enforcement", {"state": "ended", "reasons": "The creditor takes it back."})
    assert newest(bench).custody is Custody.HELD
    with bench.court.database.read() as session:
        assert len(session.scalars(select(Task).where(Task.kind == "release", Task.done_at.is_(None))).all()) == 1


def test_where_somebody_is_held_and_what_the_family_was_told_is_not_for_the_creditor(bench: Bench) -> None:
    """The debtor’s side and the court read it; the others read that somebody is held, and until when."""
    ordered(bench)
    begin(bench)
    with bench.court.database.read() as session:
        entry = session.scalars(select(DocketEntry).where(DocketEntry.act == "record_detention")).one()
        told = session.scalars(select(Packet).where(Packet.occasion == "record_detention")).all()
        assert "brother" in entry.payload and "brother" not in panel(bench, "claimant/1")
        assert not reads_entry(bench.actor("claimant/1"), entry)
        assert all(reads_entry(bench.actor(who), entry) for who in ("respondent/1", "judge", "clerk", "president"))
        owes = session.get_one(Case, bench.case_id).party(newest(bench).party_id)
        assert {packet.party_id for packet in told} == {owes.id}
    assert "In detention until" in panel(bench, "claimant/1")


def test_whoever_is_held_is_released_wherever_the_case_stands(bench: Bench) -> None:
    """A case that is heard anew or closed keeps nobody in detention for want of an open act (CPL 118; CPI 182, 185)."""
    for name in (
        "record_detention",
        "ask_for_release",
        "decide_release",
        "ask_sanction_review",
        "record_sanction_review",
    ):
        act = bench.court.table[name]
        assert act.at >= LOOKED_AFTER and act.while_stayed, name


def test_an_organisation_and_its_officer_answer_beside_each_other_each_once(bench: Bench) -> None:
    """For the same conduct both can be fined (CPL 114), and neither again (CPI 184)."""
    enforced(bench)
    officer = {"officer": "Zhou Yi, director", "born_on": BORN, "fine": "1,000.00"}
    bench.do("judge", "propose_sanction", proposal(bench))
    bench.do("judge", "propose_sanction", proposal(bench, **officer))
    for again in ({}, officer):
        with pytest.raises(InvalidInput, match="waits for an answer"):
            bench.do("judge", "propose_sanction", proposal(bench, **again))


def test_no_fine_is_collected_before_the_decision_reached_whoever_is_fined(bench: Bench) -> None:
    """The ten days run from receipt, however late that is (COURT sanction-payment)."""

    def unpaid() -> bool:
        with bench.court.database.read() as session:
            return "fine_unpaid" in session.scalars(select(Task.kind).where(Task.done_at.is_(None))).all()

    heard(bench)
    decide(bench)
    bench.wait(days=11)
    with bench.court.database.read() as session:
        assert session.scalars(select(Window).where(Window.kind == "sanction_review")).all() == []
    assert not unpaid()
    bench.serve("respondent/1")
    bench.wait(days=9)
    assert not unpaid()
    bench.wait(days=3)
    assert unpaid()
