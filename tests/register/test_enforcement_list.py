"""The list of persons who do not perform: conditions, warning, decision, term, objection, removal (DDL 1 to 12; PIV; RHC)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput, OutOfTime
from odr.ground.text import T, Text
from odr.procedure.acts.events import Served, ServiceFell
from odr.procedure.models import Task, Window, WindowState
from odr.procedure.papers.rulings import written_ruling
from odr.procedure.time.written_working import text_from_json
from odr.register.enforcement_list.audit import audit_case_listings, wrong_in
from odr.register.enforcement_list.models import ConsumptionOrder, ListingRequest, ListingState
from odr.register.enforcement_list.panel import listing_panel
from odr.register.enforcement_list.shown import totals
from odr.service.models import Packet
from tests.judgment.bench import Bench, to_the_cent
from tests.judgment.test_enforcement_settlement import enforced, pay
from tests.register.listing import (
    CODE,
    NAME,
    PERSON,
    as_person,
    bars,
    debtor,
    decide,
    entries,
    everything_public,
    keys,
    listed,
    newest,
    proposal,
    propose,
    proposed,
    request,
)

REPORT = dict.fromkeys(("money", "land", "things", "rights", "burdens", "changes"), "none")


def sound(bench: Bench) -> list[str]:
    """Whatever the audit finds."""
    with bench.court.database.read() as session:
        found = list(audit_case_listings(bench.court, session, session.get_one(Case, bench.case_id)))
    with bench.court.database.write() as session:
        return found + wrong_in(session)


def test_a_debtor_is_warned_heard_decided_on_and_public_only_once_served(bench: Bench) -> None:
    """The president decides only after the debtor's time to answer; the entry is found once the decision reached the
    debtor, by name and number together and never by one alone.
    """
    proposed(bench)
    with pytest.raises(ActNotOpen, match="can still answer"):
        decide(bench)
    bench.do("respondent/1", "answer_listing", {"answer": "We are about to pay."})
    decide(bench)
    assert newest(bench).state is ListingState.DECIDED and entries(bench.court) == [] and keys(bench.court) == 0
    bench.serve("respondent/1")
    (one,) = entries(bench.court)
    assert (one.name, one.masked, one.head, one.until, one.is_barred) == (
        NAME,
        "9133•••••••••••234",
        "Zhou Yi",
        None,
        True,
    )
    assert entries(bench.court, "haiyun ltd", "9133 0100 ma27 xy1234")
    # The number of the enforcement can be counted up to: with it the name alone would be enough.
    assert entries(bench.court, NAME, one.enforcement) == [] and entries(bench.court, NAME, bench.number) == []
    assert entries(bench.court, "Haiyun", CODE) == [] and entries(bench.court, NAME, CODE[:-1]) == []
    assert CODE not in everything_public(bench.court) and sound(bench) == []


def test_the_letters_of_an_enforcement_warn_of_the_list(bench: Bench) -> None:
    """The debtor reads of the list, with its article, in the letter that the enforcement begins, and with the notice (DDL 5)."""
    enforced(bench)
    bench.do("clerk", "record_measure", {"what": "The notice of enforcement was sent.", "on": "2026-03-20"})
    with bench.court.database.read() as session:
        letters = session.scalars(
            select(Packet).where(Packet.occasion.in_(("apply_for_enforcement", "record_measure")))
        ).all()
        told = {
            letter.occasion: text_from_json(letter.what_next).render("en") for letter in letters if letter.what_next
        }
    assert set(told) == {"apply_for_enforcement", "record_measure"}
    for words in told.values():
        assert "public list of persons who do not perform" in words and "art. 5" in words


def test_nobody_is_decided_on_before_the_warning_reached_them(bench: Bench) -> None:
    """The days to answer the warning run from receipt: however long it lies with nobody, the president decides on nothing, and
    where its service falls the days begin anew (DDL 5; COURT listing-warning).
    """
    enforced(bench)
    bench.do("judge", "propose_listing", proposal(bench))
    bench.wait(days=60)
    with pytest.raises(ActNotOpen, match="not reached the debtor"):
        decide(bench)
    bench.serve("respondent/1")
    with pytest.raises(ActNotOpen, match="can still answer"):
        decide(bench)
    bench.wait(days=12)
    decide(bench)
    assert newest(bench).state is ListingState.DECIDED


def test_who_has_performed_is_off_in_the_same_act_and_nothing_is_left(bench: Bench) -> None:
    """Paid in full, the entry is off at once, the bar on consumption with it; page, answers and records name nobody."""
    listed(bench)
    assert NAME in everything_public(bench.court)
    pay(bench, to_the_cent(bench.court, bench.case_id))
    row = newest(bench)
    assert (row.state, row.over_ground, row.salt, row.sealed) == (ListingState.REMOVED, "performed", None, "")
    told = everything_public(bench.court)
    assert NAME not in told and "Zhou Yi" not in told and keys(bench.court) == 0 and bars(bench) == ["lifted"]
    with bench.court.database.read() as session:
        assert "leave_list" in session.scalars(select(Packet.occasion)).all()
    assert sound(bench) == []


def test_a_term_holds_ends_by_itself_and_is_longer_only_where_the_law_says(bench: Bench) -> None:
    """Two years for a ground with a term; longer only for violence or several grounds; then the clock takes it off (DDL 2)."""
    enforced(bench)
    propose(bench, grounds=["evades"])
    bench.wait(days=12)
    with pytest.raises(InvalidInput, match="longer only"):
        decide(bench, longer="1")
    decide(bench)
    bench.serve("respondent/1")
    (one,) = entries(bench.court)
    assert one.until is not None and one.until.year == one.decided_on.year + 2
    with pytest.raises(InvalidInput, match="term still runs"):
        bench.do(
            "judge",
            "take_off_list",
            {"listing": newest(bench).reference, "ground": "nothing_found", "reasons": "Nothing was found twice."},
        )
    with pytest.raises(InvalidInput, match="with a term"):
        bench.do("claimant/1", "ask_to_end_listing", {"listing": newest(bench).reference, "words": "We agreed."})
    bench.wait(days=800)
    assert newest(bench).over_ground == "term" and entries(bench.court) == [] and sound(bench) == []


def test_several_grounds_may_last_longer(bench: Bench) -> None:
    """With several conditions the president may add up to three years (DDL 2)."""
    enforced(bench)
    propose(bench, grounds=["evades", "settlement"])
    bench.wait(days=12)
    decide(bench, longer="3")
    row = newest(bench)
    assert row.until is not None and row.decided_at is not None and row.until.year == row.decided_at.year + 5


@pytest.mark.parametrize("bar", ["security", "seized", "later", "unable"])
def test_who_is_not_able_or_gave_security_is_not_listed_for_being_able(bench: Bench, bar: str) -> None:
    """What article 3 names keeps the first ground from being used, and no other (DDL 3)."""
    enforced(bench)
    with pytest.raises(InvalidInput, match="being able"):
        bench.do("judge", "propose_listing", proposal(bench, bar=bar))
    propose(bench, bar=bar, grounds=["evades"])


def test_minors_are_never_listed(bench: Bench) -> None:
    """Neither somebody under eighteen by the day of birth, nor whoever has a guardian, at any step (DDL 4)."""
    enforced(bench)
    as_person(bench)
    born = bench.clock.now().date() - timedelta(days=365 * 17)
    told = {"number": PERSON, "head": None, "sex": "male"}
    with pytest.raises(InvalidInput, match="under 18"):
        bench.do("judge", "propose_listing", proposal(bench, **told, born_on=born.isoformat()))
    with pytest.raises(InvalidInput, match="day of birth"):
        bench.do("judge", "propose_listing", proposal(bench, **told))
    propose(bench, **told, born_on="1985-05-12")
    bench.wait(days=12)
    as_person(bench, guardian={"name": "Her mother"})
    with pytest.raises(ActNotOpen, match="guardian"):
        decide(bench)


def test_a_wrong_birthday_put_right_takes_a_child_off(bench: Bench) -> None:
    """Where the correction of an entry shows a minor, the entry is off in that act (DDL 4, 9)."""
    enforced(bench)
    as_person(bench)
    propose(bench, number=PERSON, head=None, sex="male", born_on="1985-05-12")
    bench.wait(days=12)
    decide(bench)
    bench.serve("respondent/1")
    assert entries(bench.court, NAME, PERSON)[0].age == 40
    bench.do(
        "clerk",
        "correct_listing",
        {"listing": newest(bench).reference, "born_on": "2012-05-12", "reasons": "The document says so."},
    )
    assert newest(bench).over_ground == "wrong" and entries(bench.court, NAME, PERSON) == [] and sound(bench) == []


def of_a_person(bench: Bench, **details: Any) -> None:
    """The debtor is a person of forty, warned of the list."""
    enforced(bench)
    as_person(bench, **details)
    propose(bench, number=PERSON, head=None, sex="male", born_on="1985-05-12")


CHILD = {
    "person": {"sex": "male", "born_on": "2012-01-01", "entry": 1, "verified": ["born_on", "sex"]},
    "verified": {"means": "document", "entry": 1},
}


def test_a_typed_birthday_that_the_registry_saw_otherwise_lists_nobody(bench: Bench) -> None:
    """What a judge or clerk types is refused where the registry saw another day on the document: at the proposal, the decision
    and the correction; a day that a party only told of themselves binds nobody (DDL 4, 9).
    """
    enforced(bench)
    told = {"number": PERSON, "head": None, "sex": "male", "born_on": "1985-05-12"}
    as_person(bench, **{**CHILD, "person": {**CHILD["person"], "born_on": "1986-01-01"}})
    with pytest.raises(InvalidInput, match="another day of birth"):
        bench.do("judge", "propose_listing", proposal(bench, **told))
    # Who they are was verified by other means, and the day only told.
    as_person(bench, person={"born_on": "2012-01-01", "entry": 1}, verified={"means": "video", "entry": 1})
    propose(bench, **told)
    bench.wait(days=12)
    as_person(bench, **{**CHILD, "person": {**CHILD["person"], "born_on": "1986-01-01"}})
    with pytest.raises(ActNotOpen, match="another day of birth"):
        decide(bench)
    as_person(bench)
    decide(bench)
    bench.serve("respondent/1")
    as_person(bench, **{**CHILD, "person": {**CHILD["person"], "born_on": "1985-05-12"}})
    wrong = {"listing": newest(bench).reference, "born_on": "2012-05-12", "reasons": "The extract says so."}
    with pytest.raises(InvalidInput, match="another day of birth"):
        bench.do("clerk", "correct_listing", wrong)
    assert entries(bench.court, NAME, PERSON)


def test_what_was_put_right_can_be_so(bench: Bench) -> None:
    """A person gets no legal representative, nobody a birthday that is still to come: the entry stays as it is (DDL 9)."""
    of_a_person(bench)
    bench.wait(days=12)
    decide(bench)
    bench.serve("respondent/1")
    put = {"listing": newest(bench).reference, "reasons": "The extract says so."}
    for wrong in ({"head": "Zhou Yi"}, {"born_on": "2099-01-01"}):
        with pytest.raises(InvalidInput, match=r"leave it empty|still to come"):
            bench.do("clerk", "correct_listing", put | wrong)
    (one,) = entries(bench.court, NAME, PERSON)
    assert one.is_person and one.head is None and newest(bench).over_ground is None


def test_no_party_reads_sex_or_birthday_in_the_docket(bench: Bench) -> None:
    """Every party reads the entries of the proposal and the correction: neither sex nor day of birth stands there (PUB 1)."""
    of_a_person(bench)
    bench.wait(days=12)
    decide(bench)
    bench.serve("respondent/1")
    right = {"listing": newest(bench).reference, "born_on": "1985-06-13", "reasons": "The document says so."}
    bench.do("clerk", "correct_listing", right)
    assert entries(bench.court, NAME, PERSON)[0].proof["entry"]["born_in"] == 1985
    with bench.court.database.read() as session:
        acts = ("propose_listing", "correct_listing")
        payloads = session.scalars(select(DocketEntry.payload).where(DocketEntry.act.in_(acts))).all()
    assert len(payloads) == 2
    for payload in payloads:
        assert "1985" not in payload.replace(PERSON, "") and '"male"' not in payload


def test_of_whoever_is_not_listed_after_all_no_number_is_kept(bench: Bench) -> None:
    """Where the president declines, neither the encrypted number nor sex and birthday stay (DDL 6)."""
    of_a_person(bench)
    bench.wait(days=12)
    decide(bench, answer="decline")
    row = newest(bench)
    assert (row.state, row.sealed, row.sex, row.born_on) == (ListingState.DECLINED, "", None, None) and sound(
        bench
    ) == []


def test_an_entry_put_right_is_found_by_what_is_right(bench: Bench) -> None:
    """After a correction the wrong number finds nobody, the right one does, and the records say that it changed (DDL 9)."""
    listed(bench)
    right = CODE[:-1] + "9"
    bench.do(
        "clerk",
        "correct_listing",
        {"listing": newest(bench).reference, "number": right, "reasons": "A digit was wrong."},
    )
    assert entries(bench.court) == [] and len(entries(bench.court, NAME, right)) == 1 and sound(bench) == []
    with pytest.raises(InvalidInput, match="put right"):
        bench.do("clerk", "correct_listing", {"listing": newest(bench).reference, "reasons": "Nothing, after all."})


def test_no_report_of_property_leads_to_a_judge_and_the_list(bench: Bench) -> None:
    """The order names its day and warns; after it a judge is asked, and the ground of article 1(4) opens; never before (PIV 10)."""
    enforced(bench)
    with pytest.raises(InvalidInput, match="not ordered to report"):
        bench.do("judge", "propose_listing", proposal(bench, grounds=["report"]))
    with pytest.raises(ActNotOpen, match="reached you"):
        bench.do("claimant/1", "report_property", REPORT)
    ordered = {"debtor": debtor(bench), "since": "2025-03-01"}
    bench.do("clerk", "order_property_report", ordered)
    # The days run from receipt: while nobody has the order, no time passes and nobody failed to report.
    bench.wait(days=15)
    with pytest.raises(InvalidInput, match="can still do so"):
        bench.do("judge", "propose_listing", proposal(bench, grounds=["report"]))
    with pytest.raises(ActNotOpen, match="has reached you"):
        bench.do("respondent/1", "report_property", REPORT)
    bench.serve("respondent/1")
    # A second order takes the place of the first; nobody failed by that.
    bench.do("judge", "order_property_report", {**ordered, "days": 20})
    with pytest.raises(InvalidInput, match="can still do so"):
        bench.do("judge", "propose_listing", proposal(bench, grounds=["report"]))
    bench.serve("respondent/1")
    bench.wait(days=15)
    with pytest.raises(InvalidInput, match="can still do so"):
        bench.do("judge", "propose_listing", proposal(bench, grounds=["report"]))
    bench.wait(days=10)
    with bench.court.database.read() as session:
        assert session.scalars(select(Task.kind).where(Task.kind == "no_report", Task.done_at.is_(None))).all()
    propose(bench, grounds=["report"])
    with bench.court.database.read() as session:
        assert not session.scalars(select(Task.kind).where(Task.kind == "no_report", Task.done_at.is_(None))).all()


def test_a_report_comes_and_is_for_the_court(bench: Bench) -> None:
    """What is reported is read by the debtor and the court, and lies on the judge's desk (PIV 5, 8)."""
    enforced(bench)
    bench.do("judge", "order_property_report", {"debtor": debtor(bench), "since": "2025-03-01", "days": 5})
    bench.serve("respondent/1")
    bench.do("respondent/1", "report_property", REPORT)
    with bench.court.database.read() as session:
        letter = session.scalars(select(Packet).where(Packet.occasion == "order_property_report")).one()
        assert letter.within is not None and text_from_json(letter.within).render("en") == "5 days"
        assert session.scalars(select(Window.state).where(Window.kind == "property_report")).all() == [WindowState.MET]
        assert session.scalars(select(Task.kind).where(Task.kind == "property_report", Task.done_at.is_(None))).all()


def test_the_creditor_who_asks_reads_the_report(bench: Bench) -> None:
    """Whoever the court enforces for asks, and reads at once what the debtor reported; before that, and for the debtor's part,
    nobody else does, and the docket notes who asked (PIV 8).
    """
    enforced(bench)
    bench.do("judge", "order_property_report", {"debtor": debtor(bench), "since": "2025-03-01"})
    bench.serve("respondent/1")
    asked = {"debtor": debtor(bench)}
    with pytest.raises(ActNotOpen, match="has reported"):
        bench.do("claimant/1", "read_property_report", asked)
    bench.do("respondent/1", "report_property", {**REPORT, "money": "An account with 12,000 yuan"})

    def read(who: str) -> list[str]:
        with bench.court.database.read() as session:
            case, me = session.get_one(Case, bench.case_id), bench.actor(who)
            found = listing_panel(bench.court.look(session), case, me)
        return [words for one in (found.data["reports"] if found is not None else ()) for _, words in one.rows]

    assert read("claimant/1") == []
    with pytest.raises(ActNotOpen, match="not enforcing"):
        bench.do("respondent/1", "read_property_report", asked)
    bench.do("claimant/1", "read_property_report", asked)
    assert "An account with 12,000 yuan" in read("claimant/1") and len(read("claimant/1")) == len(REPORT)
    assert read("respondent/1") == []
    bench.do("respondent/1", "report_property", {**REPORT, "money": "Nothing any more"})
    assert "Nothing any more" in read("claimant/1")


def test_a_creditor_asks_and_is_answered(bench: Bench) -> None:
    """A request is answered by a refusal with reasons or by the president's decision, and by no proposal: the fifteen days run on
    until then, on the president's desk; only the creditor asks, once at a time (DDL 5).
    """
    enforced(bench)
    asked = {"debtor": debtor(bench), "ground": "able", "facts": "It opened two shops."}
    with pytest.raises(ActNotOpen, match="not enforcing"):
        bench.do("respondent/1", "ask_for_listing", asked)
    bench.do("claimant/1", "ask_for_listing", asked)
    with pytest.raises(InvalidInput, match="already"):
        bench.do("claimant/1", "ask_for_listing", asked)
    bench.do("judge", "refuse_listing", {"request": request(bench), "reasons": "It gave security that holds."})
    bench.do("claimant/1", "ask_for_listing", asked)
    propose(bench)
    bench.serve("respondent/1")
    with pytest.raises(ActNotOpen, match="No request"):
        bench.do("judge", "refuse_listing", {"request": request(bench), "reasons": "It is with the president."})
    with bench.court.database.read() as session:
        rows = session.scalars(select(Window).where(Window.kind == "listing_request").order_by(Window.id)).all()
        assert [window.state for window in rows] == [WindowState.MET, WindowState.OPEN]
        (task,) = session.scalars(select(Task).where(Task.kind == "listing", Task.done_at.is_(None))).all()
        assert task.due_at == rows[1].due_at
        assert not session.scalars(select(Task).where(Task.kind == "listing_request", Task.done_at.is_(None))).all()
    with pytest.raises(Forbidden):
        bench.do(
            "judge",
            "decide_listing",
            {"listing": newest(bench).reference, "answer": "list", "reasons": "Its conditions are met."},
        )
    bench.wait(days=10)
    decide(bench, answer="decline")
    with bench.court.database.read() as session:
        assert session.scalars(select(ListingRequest.answer).order_by(ListingRequest.id)).all() == [
            "refused",
            "refused",
        ]
        states = session.scalars(select(Window.state).where(Window.kind == "listing_request")).all()
    assert states == [WindowState.MET, WindowState.MET]


def test_whoever_is_listed_asks_is_refused_and_turns_to_the_higher_court(bench: Bench) -> None:
    """Fifteen days for the court, ten from service for the listed, the higher court's word ends it; meanwhile it stays (DDL
    11, 12).
    """
    listed(bench)
    with pytest.raises(ActNotOpen, match="not on the list"):
        bench.do("claimant/1", "ask_about_listing", {"about": "never", "words": "It is not right."})
    bench.do("respondent/1", "ask_about_listing", {"about": "never", "words": "We could not pay."})
    with pytest.raises(ActNotOpen, match="asked already"):
        bench.do("respondent/1", "ask_about_listing", {"about": "over", "words": "We could not pay."})
    first = request(bench)
    bench.do("judge", "decide_on_listing", {"request": first, "answer": "refuse", "reasons": "It had the money."})
    assert entries(bench.court)
    bench.serve("respondent/1")
    bench.do("respondent/1", "ask_listing_review", {"words": "The judge overlooked the statement of the bank."})
    bench.do(
        "clerk",
        "record_listing_review",
        {"request": first, "answer": "end", "reasons": "Decision 12 of the higher court."},
    )
    assert newest(bench).over_ground == "review" and entries(bench.court) == [] and sound(bench) == []


def test_what_is_to_be_put_right_has_its_day(bench: Bench) -> None:
    """A well-founded request is carried out within three working days, and the clerk's task says by when (DDL 12)."""
    listed(bench)
    bench.do("respondent/1", "ask_about_listing", {"about": "inaccurate", "words": "The name of the head is another."})
    given = {"request": request(bench), "answer": "correct", "reasons": "The extract of the register says so."}
    bench.do("judge", "decide_on_listing", given)
    with bench.court.database.read() as session:
        (task,) = session.scalars(select(Task).where(Task.kind == "correct_listing", Task.done_at.is_(None)))
        pack = bench.court.look(session).pack(session.get_one(Case, bench.case_id))
        today = bench.clock.now().astimezone(pack.tz).date()
        assert task.due_at is not None
        last = (task.due_at - timedelta(seconds=1)).astimezone(pack.tz).date()
        assert last == pack.working_calendar.add_working(today, 3)


def test_the_time_for_the_higher_court_ends(bench: Bench) -> None:
    """Ten days after service of the refusal nobody can turn to the higher court any more (DDL 12)."""
    listed(bench)
    bench.do("respondent/1", "ask_about_listing", {"about": "inaccurate", "words": "The name of the head is another."})
    bench.do(
        "judge", "decide_on_listing", {"request": request(bench), "answer": "refuse", "reasons": "The extract says so."}
    )
    bench.serve("respondent/1")
    bench.wait(days=14)
    with pytest.raises(OutOfTime):
        bench.do("respondent/1", "ask_listing_review", {"words": "We forgot about the day."})
    assert entries(bench.court)


def test_a_creditor_who_had_a_debtor_taken_off_waits_six_months(bench: Bench) -> None:
    """What the creditor asked off cannot be asked on for six months; the court of its own motion can (DDL 10)."""
    listed(bench)
    bench.do(
        "claimant/1", "ask_to_end_listing", {"listing": newest(bench).reference, "words": "We agreed on instalments."}
    )
    bench.do(
        "judge",
        "decide_on_listing",
        {"request": request(bench), "answer": "end", "reasons": "The creditor asked for it."},
    )
    assert newest(bench).over_ground == "creditor" and entries(bench.court) == []
    asked = {"debtor": debtor(bench), "ground": "settlement", "facts": "Nothing was paid after all."}
    with pytest.raises(ActNotOpen, match="again after"):
        bench.do("claimant/1", "ask_for_listing", asked)
    bench.wait(days=190)
    bench.do("claimant/1", "ask_for_listing", asked)
    assert sound(bench) == []


def test_a_judge_takes_an_entry_off(bench: Bench) -> None:
    """Wrongly listed, it is off in the moment a judge says so, and counts as put right (DDL 9)."""
    listed(bench)
    with pytest.raises(InvalidInput, match="has not asked"):
        bench.do(
            "judge",
            "take_off_list",
            {"listing": newest(bench).reference, "ground": "creditor", "reasons": "It was said by telephone."},
        )
    bench.do(
        "judge",
        "take_off_list",
        {"listing": newest(bench).reference, "ground": "wrong", "reasons": "Security had been given."},
    )
    assert newest(bench).over_ground == "wrong" and entries(bench.court) == [] and sound(bench) == []
    # What it was listed for is owed still: it can be listed again (DDL 10).
    propose(bench, grounds=["evades"])


def test_what_is_not_enforced_any_more_lists_nobody(bench: Bench) -> None:
    """An enforcement that was ended takes an entry without a term off (DDL 10(7))."""
    listed(bench)
    bench.do("judge", "end_enforcement", {"state": "ended", "reasons": "There is nothing to be had."})
    assert newest(bench).over_ground == "ended" and entries(bench.court) == [] and sound(bench) == []


def test_a_bar_that_stands_after_the_enforcement_ended_is_looked_at(bench: Bench) -> None:
    """Ended by ruling, nothing is enforced any more: a judge lifts the bar or lets it stand, and nobody stays barred unseen. Ended
    for now, everything goes on as it was (RHC 9).
    """

    def lies() -> bool:
        with bench.court.database.read() as session:
            return session.scalar(select(Task.id).where(Task.kind == "bar_stands", Task.done_at.is_(None))) is not None

    listed(bench)
    bench.ends_for_now()
    assert bars(bench) == ["ordered"] and not lies()
    bench.do("claimant/1", "apply_for_enforcement", {})
    bench.do("judge", "end_enforcement", {"state": "ended", "reasons": "The creditor asks for nothing more."})
    assert newest(bench).over_ground == "ended" and bars(bench) == ["ordered"] and lies()
    with bench.court.database.read() as session:
        order = session.scalars(select(ConsumptionOrder.reference)).one()
    given = {"order": order, "ground": "consent", "reasons": "The creditor asks for nothing more."}
    bench.do("judge", "lift_consumption_bar", given)
    assert bars(bench) == ["lifted"] and not lies()


def test_who_pays_after_the_warning_is_never_decided_on(bench: Bench) -> None:
    """Performed before the decision, the proposal is over by itself and nothing was ever public."""
    proposed(bench)
    pay(bench, to_the_cent(bench.court, bench.case_id))
    assert newest(bench).state is ListingState.DECLINED and newest(bench).number is None and sound(bench) == []


def test_a_country_without_a_list_offers_nothing(bench: Bench) -> None:
    """Where the rules know no list its page says so, and nobody is found (ew)."""
    pack = bench.court.packs.in_force("ew", bench.clock.now().date())
    assert pack.enforcement_list is None and pack.consumption is None and "listing_answer" not in pack.windows.rules


def test_costly_consumption_is_barred_one_thing_allowed_and_lifted(bench: Bench) -> None:
    """On request or of the court's own motion; of a company those who answer for it; one thing by leave; lifted by reason (RHC)."""
    enforced(bench)
    bench.do("claimant/1", "ask_for_consumption_bar", {"debtor": debtor(bench), "words": "Its head flies every week."})
    ordered = {"debtor": debtor(bench), "answer": "bar", "reasons": "It does not pay and spends."}
    with pytest.raises(InvalidInput, match="answers for"):
        bench.do("president", "decide_consumption_bar", ordered)
    bench.do(
        "president", "decide_consumption_bar", {**ordered, "people": "Zhou Yi, legal representative\nWu Er, manager"}
    )
    assert bars(bench) == ["ordered"]
    with pytest.raises(ActNotOpen, match="not barred for you"):
        bench.do("claimant/1", "ask_for_leave", {"what": "A flight", "on": "2026-12-01", "why": "To a fair."})
    day = (bench.clock.now() + timedelta(days=3)).date().isoformat()
    bench.do(
        "respondent/1",
        "ask_for_leave",
        {"what": "One flight to a doctor", "on": day, "why": "An operation.", "own_money": True},
    )
    with bench.court.database.read() as session:
        from odr.register.enforcement_list.models import ConsumptionLeave, ConsumptionOrder

        leave = session.scalars(select(ConsumptionLeave.reference)).one()
        order = session.scalars(select(ConsumptionOrder.reference)).one()
    bench.do("judge", "rule_on_leave", {"leave": leave, "answer": "allow", "reasons": "The hospital confirms it."})
    propose(bench, grounds=["consumption"])
    bench.do(
        "judge", "lift_consumption_bar", {"order": order, "ground": "security", "reasons": "A bank stands for it."}
    )
    assert bars(bench) == ["lifted"]


def test_a_bar_ends_when_everything_is_performed(bench: Bench) -> None:
    """Nobody has to ask: with the last payment the bar is lifted (RHC 9)."""
    enforced(bench)
    bench.do("judge", "ask_for_consumption_bar", {"debtor": debtor(bench), "words": "It spends and does not pay."})
    bench.do(
        "president",
        "decide_consumption_bar",
        {"debtor": debtor(bench), "answer": "bar", "people": "Zhou Yi, head", "reasons": "It does not pay and spends."},
    )
    pay(bench, to_the_cent(bench.court, bench.case_id))
    assert bars(bench) == ["lifted"]


def test_kept_records(bench: Bench, tmp_path: Path) -> None:
    """The docket keeps no whole number of an identity document, neither of a proposal nor of a correction."""
    listed(bench)
    bench.do(
        "clerk",
        "correct_listing",
        {"listing": newest(bench).reference, "number": CODE[:-1] + "9", "reasons": "A digit was wrong."},
    )
    with bench.court.database.read() as session:
        payloads = session.scalars(select(DocketEntry.payload)).all()
    assert not any(CODE[:-1] in payload for payload in payloads)


def test_an_entry_is_hidden_again_where_its_service_falls(bench: Bench) -> None:
    """Where a judge finds that the decision never reached the debtor, nobody finds the entry until it does; another day of service
    changes nothing.
    """
    listed(bench)
    row = newest(bench)
    for moved, found in ((True, 1), (False, 0)):
        with bench.court.sit() as sitting:
            case = sitting.session.get_one(Case, bench.case_id)
            event = ServiceFell(case, case.party(row.party_id), "decide_listing", (row.decided_entry or 0,), moved)
            sitting.follow(case, lambda event=event: sitting.announce(event))  # type: ignore[misc]
        assert len(entries(bench.court)) == found and sound(bench) == []
    assert newest(bench).state is ListingState.DECIDED and NAME not in everything_public(bench.court)
    with bench.court.sit() as sitting:
        case = sitting.session.get_one(Case, bench.case_id)
        served = Served(
            case, case.party(row.party_id), "decide_listing", bench.clock.now(), T("x"), (row.decided_entry or 0,)
        )
        sitting.follow(case, lambda: sitting.announce(served))
        counted = totals(sitting)
    # Served again, it is one entry all the same: ever listed once, off never.
    assert (counted.listed, counted.removed, counted.standing) == (1, 0, 1) and sound(bench) == []


def test_the_decision_says_why_for_how_long_and_what_is_barred(bench: Bench) -> None:
    """The paper of the president names each condition with its article, what was done, the term, and what is barred until when
    with what follows otherwise (DDL 5; RHC 5).
    """
    enforced(bench)
    propose(bench, grounds=["evades"])
    bench.wait(days=12)
    act, who = bench.court.table["decide_listing"], bench.actor("president")
    given = act.input.model_validate(
        {"listing": newest(bench).reference, "answer": "list", "reasons": "It moved its stock."}
    )
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        _, paper = written_ruling(bench.court.look(session), act, case, given, who)
    said = "\n".join(line.render("en") if isinstance(line, Text) else line for line in paper.orders)
    for words in (NAME, "art. 1(3)", "It sells every day", "2 years", "flights", "can be fined or detained"):
        assert words in said
