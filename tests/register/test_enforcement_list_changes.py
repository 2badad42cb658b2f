"""What the case itself changes about the list: another debtor, another name, a child, a settlement, an end (DDL 1, 4, 9, 10; RHC)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Party
from odr.ground.errors import ActNotOpen, CourtError, InvalidInput
from odr.judgment.models import EnforcementCase, Motion, Obligation
from odr.procedure.models import Task
from odr.procedure.papers.form import party_line
from odr.register.enforcement_list.listing import asked_off_until
from odr.register.enforcement_list.models import ListingRequest, ListingState
from tests.judgment import test_enforcement_time as time_passed
from tests.judgment.bench import Bench, to_the_cent
from tests.judgment.test_enforcement_settlement import HALT, PROPOSAL, enforced, pay
from tests.register.listing import (
    CODE,
    NAME,
    PERSON,
    as_person,
    bars,
    debtor,
    decide,
    entries,
    keys,
    listed,
    newest,
    proposal,
    propose,
    proposed,
    request,
)
from tests.register.test_enforcement_list import sound

GROWN = {"number": PERSON, "head": None, "sex": "male", "born_on": "1985-05-12"}
HEIR = "Zhou Xiaomei"


def person_proposed(bench: Bench) -> None:
    """A natural person is warned of the list."""
    enforced(bench)
    as_person(bench)
    propose(bench, **GROWN)


def person_listed(bench: Bench) -> None:
    """A natural person is on the list."""
    person_proposed(bench)
    bench.wait(days=12)
    decide(bench)
    bench.serve("respondent/1")
    assert entries(bench.court, NAME, PERSON)


def substitute(bench: Bench, ground: str = "death", name: str = HEIR, kind: str = "person") -> None:
    """Somebody else stands in the debtor's place, or under another name."""
    bench.do(
        "judge",
        "substitute_party",
        {
            "party": debtor(bench),
            "ground": ground,
            "name": name,
            "kind": kind,
            "address": "Hangzhou",
            "reasons": "The extract of the register says so.",
        },
    )


def party(bench: Bench) -> Party:
    """The debtor."""
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        found = next(p for p in case.parties if p.label == "respondent/1")
        session.expunge_all()
        return found


def words(bench: Bench, act: str) -> list[str]:
    """What the docket says of each act of this kind."""
    with bench.court.database.read() as session:
        query = select(DocketEntry).where(DocketEntry.case_id == bench.case_id, DocketEntry.act == act)
        return [one.payload for one in session.scalars(query.order_by(DocketEntry.number))]


def test_an_heir_is_not_on_the_list(bench: Bench) -> None:
    """The debtor dies: entry and bar end in the same act, under the name of whoever was listed; the heir's head says nothing of
    the dead man.
    """
    person_listed(bench)
    with bench.court.database.write() as session:
        mine = next(p for p in session.get_one(Case, bench.case_id).parties if p.label == "respondent/1")
        seen = {"person": {"sex": "male", "born_on": "1985-05-12", "entry": 1}, "verified": {"means": "document"}}
        mine.details = {**mine.details, **seen, "identity_shown": {"entry": 1}}
    substitute(bench)
    row = newest(bench)
    assert (row.state, row.over_ground, row.sealed) == (ListingState.REMOVED, "replaced", "")
    assert (row.sex, row.born_on) == (None, None)
    assert entries(bench.court, NAME, PERSON) == [] == entries(bench.court, HEIR, PERSON) and keys(bench.court) == 0
    assert bars(bench) == ["lifted"] and sound(bench) == []
    (left,), (lifted,) = words(bench, "leave_list"), words(bench, "lift_consumption_bar")
    assert HEIR not in left and HEIR not in lifted and NAME in left
    heir = party(bench)
    assert not {"person", "verified", "identity_shown"} & set(heir.details)
    with bench.court.database.read() as session:
        told = party_line(bench.court.look(session), session.get_one(Party, heir.id)).details
    assert "1985" not in str(told) and "12 May" not in str(told)


def test_an_heir_takes_over_no_warning_and_no_request(bench: Bench) -> None:
    """A proposal, a request and an order to report of the dead man wait for nobody."""
    person_proposed(bench)
    bench.do("clerk", "order_property_report", {"debtor": debtor(bench), "since": "2025-01-01"})
    bench.do("judge", "ask_for_consumption_bar", {"debtor": debtor(bench), "words": "He flies every week."})
    substitute(bench)
    row = newest(bench)
    assert (row.state, row.sealed, row.sex, row.born_on) == (ListingState.DECLINED, "", None, None)
    assert bars(bench) == ["refused"]
    bench.wait(days=40)
    with pytest.raises(CourtError):
        decide(bench)
    with pytest.raises(ActNotOpen, match="barred for nobody"):
        bench.do("judge", "lift_consumption_bar", {"order": "x", "ground": "wrong", "reasons": "There is none here."})
    assert sound(bench) == []
    # What the heir does is the heir's own: the heir can be warned and listed for it.
    bench.do("judge", "propose_listing", proposal(bench, **GROWN))
    assert newest(bench).state is ListingState.PROPOSED


def test_an_heir_failed_no_report_that_another_was_ordered(bench: Bench) -> None:
    """The days of the dead man's report are over: the ground opens against him, and never against the heir (DDL 1(4); PIV 10)."""
    enforced(bench)
    as_person(bench)
    bench.do("judge", "order_property_report", {"debtor": debtor(bench), "since": "2025-03-01", "days": 5})
    bench.serve("respondent/1")
    bench.wait(days=7)
    substitute(bench)
    with pytest.raises(InvalidInput, match="not ordered to report"):
        bench.do("judge", "propose_listing", proposal(bench, **GROWN | {"grounds": ["report"]}))


def test_a_request_about_the_dead_is_over(bench: Bench) -> None:
    """What a creditor asked against the dead man is answered by his death; against the heir it can be asked."""
    enforced(bench)
    asked = {"debtor": debtor(bench), "ground": "able", "facts": "It opened two shops."}
    bench.do("claimant/1", "ask_for_listing", asked)
    substitute(bench, "merger", "Newyun Ltd", "organisation")
    with bench.court.database.read() as session:
        assert [one.answer for one in session.scalars(select(ListingRequest))] == ["over"]
    bench.do("claimant/1", "ask_for_listing", asked)


def test_a_name_written_wrongly_is_put_right_in_the_entry(bench: Bench) -> None:
    """The same person under the right name: the entry is found by it, and the chain says that it changed (DDL 9)."""
    listed(bench)
    substitute(bench, "wrong_name", "Haiyun Trading Ltd", "organisation")
    (one,) = entries(bench.court, "Haiyun Trading Ltd", CODE)
    assert one.name == "Haiyun Trading Ltd" and entries(bench.court) == [] and len(one.records) == 3
    assert bars(bench) == ["ordered"] and sound(bench) == []
    (told,) = words(bench, "correct_listing")
    assert "Haiyun Trading Ltd" in told


def test_a_name_of_another_kind_is_another_debtor(bench: Bench) -> None:
    """A company that turns out to be a person: the entry said it of a company, and ends."""
    listed(bench)
    substitute(bench, "wrong_name", "Zhou Yi", "person")
    assert newest(bench).over_ground == "replaced" and keys(bench.court) == 0 and sound(bench) == []


def test_whoever_the_registry_knows_to_be_a_child_is_not_listed(bench: Bench) -> None:
    """The day of birth in the document that the registry saw counts, whatever is typed (DDL 4)."""
    enforced(bench)
    as_person(
        bench,
        person={"born_on": "2012-01-01", "entry": 1, "verified": ["born_on"]},
        verified={"means": "document", "entry": 1},
    )
    with pytest.raises(CourtError, match="Nobody under 18"):
        bench.do("judge", "propose_listing", proposal(bench, **GROWN))


def test_whoever_turns_out_to_be_a_child_comes_off(bench: Bench) -> None:
    """The registry sees the document of somebody who is listed: a child, and off in the same act as wrong, with the bar (DDL 4, 9)."""
    person_listed(bench)
    seen = {"party": debtor(bench), "means": "document", "sex": "male", "born_on": "2012-05-12"}
    bench.do("clerk", "verify_identity", seen)
    assert newest(bench).over_ground == "wrong" and keys(bench.court) == 0
    assert bars(bench) == ["lifted"] and sound(bench) == []


@pytest.mark.parametrize("details", [{"guardian": {"name": "Her mother"}}])
def test_nobody_with_a_guardian_becomes_public_by_service(bench: Bench, details: dict[str, Any]) -> None:
    """Decided on before it was known that a guardian acts: the service shows nobody, and the entry ends (DDL 4)."""
    person_proposed(bench)
    bench.wait(days=12)
    decide(bench)
    as_person(bench, **details)
    bench.serve("respondent/1")
    assert newest(bench).over_ground == "wrong" and keys(bench.court) == 0 and sound(bench) == []


def settle(bench: Bench) -> None:
    """The debtor proposes an agreement, and the creditor signs."""
    bench.do("respondent/1", "propose_enforcement_settlement", PROPOSAL)
    bench.do("claimant/1", "answer_enforcement_settlement", {"answer": "sign"})


DECEIVED = {"ground": "deceived", "facts": "The account it showed me was empty."}


def open_tasks(bench: Bench, kind: str) -> int:
    """How many tasks of a kind lie on a desk."""
    with bench.court.database.read() as session:
        return len(session.scalars(select(Task.id).where(Task.kind == kind, Task.done_at.is_(None))).all())


@pytest.mark.parametrize("ground", ["wrong", "active"])
def test_the_bar_goes_with_an_entry_that_should_never_have_been(bench: Bench, ground: str) -> None:
    """Off as wrong, the bar that came with the entry is lifted in the same act; off because the debtor performs actively, what
    is owed is owed still and the bar holds (RHC 1, 9).
    """
    listed(bench)
    bench.do(
        "judge",
        "take_off_list",
        {"listing": newest(bench).reference, "ground": ground, "reasons": "Security had been given."},
    )
    assert bars(bench) == [{"wrong": "lifted", "active": "ordered"}[ground]]


def test_what_is_not_enforced_bars_nobody(bench: Bench) -> None:
    """The debtor says that the time to apply had passed, and the court rules so: the bar is lifted with the entry (RHC 1, 9)."""
    listed(bench)
    bench.do("respondent/1", "ask_for_ruling", time_passed.ASKED)
    with bench.court.database.read() as session:
        motion = session.scalars(select(Motion.reference).order_by(Motion.id.desc())).first()
    bench.do("judge", "give_ruling", {**time_passed.RULED, "motion": motion})
    assert newest(bench).over_ground == "not_enforced" and bars(bench) == ["lifted"] and sound(bench) == []


def test_what_is_owed_to_somebody_else_keeps_no_bar(bench: Bench) -> None:
    """Everything the court enforced is paid; what the debtor owes to another, who had nothing enforced, keeps no bar (RHC 9)."""
    listed(bench)
    amount = to_the_cent(bench.court, bench.case_id)
    with bench.court.database.write() as session:
        mine = session.scalars(select(Obligation)).first()
        assert mine is not None
        others = next(p for p in session.get_one(Case, bench.case_id).parties if p.id == mine.debtor_id)
        copied = {c.key: getattr(mine, c.key) for c in Obligation.__table__.columns if c.key not in ("id", "reference")}
        owed = {"creditor_id": others.id, "amount_minor": None, "currency": None, "what": "Take the sign down."}
        session.add(Obligation(**{**copied, **owed}))
    pay(bench, amount)
    assert newest(bench).over_ground == "performed" and bars(bench) == ["lifted"]


def test_a_bar_that_was_asked_for_comes_with_the_list(bench: Bench) -> None:
    """A creditor asked for the bar, then the president lists the debtor: one bar, and nothing is left on the desk."""
    enforced(bench)
    bench.do("claimant/1", "ask_for_consumption_bar", {"debtor": debtor(bench), "words": "It flies first class."})
    assert open_tasks(bench, "consumption_bar") == 1
    propose(bench)
    bench.wait(days=12)
    decide(bench)
    assert bars(bench) == ["ordered"] and open_tasks(bench, "consumption_bar") == 0


@pytest.mark.parametrize("is_halted", [True, False])
def test_nobody_is_listed_while_an_agreement_is_kept(bench: Bench, is_halted: bool) -> None:
    """Warned, then settled: the proposal is over in the act that settles; not kept, the debtor can be warned again (DDL 1(6))."""
    proposed(bench)
    settle(bench)
    if is_halted:
        bench.do("judge", "end_enforcement", HALT)
    bench.wait(days=12)
    assert (newest(bench).state, newest(bench).over_ground) == (ListingState.DECLINED, "settled")
    with pytest.raises(CourtError):
        decide(bench)
    bench.do("claimant/1", "resume_enforcement", DECEIVED)
    bench.do("judge", "propose_listing", proposal(bench, grounds=["settlement"]))
    assert newest(bench).state is ListingState.PROPOSED and sound(bench) == []


@pytest.mark.parametrize("is_halted", [True, False])
def test_an_entry_goes_on_with_the_enforcement_that_is_resumed(bench: Bench, is_halted: bool) -> None:
    """Nobody ruled that the enforcement ends: the entry stays, under the number by which the same is enforced now."""
    listed(bench)
    (before,) = entries(bench.court)
    settle(bench)
    if is_halted:
        bench.do("judge", "end_enforcement", HALT)
    assert entries(bench.court)
    bench.do("claimant/1", "resume_enforcement", DECEIVED)
    (after,) = entries(bench.court)
    with bench.court.database.read() as session:
        numbers = list(session.scalars(select(EnforcementCase.number).order_by(EnforcementCase.id)))
    assert [before.enforcement, after.enforcement] == numbers and bars(bench) == ["ordered"] and sound(bench) == []
    bench.do("judge", "end_enforcement", {"state": "ended", "reasons": "The creditor asks for nothing more."})
    assert newest(bench).over_ground == "ended" and sound(bench) == []


def test_ended_for_now_takes_nobody_off(bench: Bench) -> None:
    """Ended for now, the entry stays until a judge finds that two searches showed nothing; asked for again, it goes on with the new
    number (DDL 10(4), 10(7)).
    """
    listed(bench)
    off = {"listing": newest(bench).reference, "ground": "nothing_found", "reasons": "Two searches found nothing."}
    with pytest.raises(InvalidInput, match="not ended for now"):
        bench.do("judge", "take_off_list", off)
    bench.ends_for_now()
    assert entries(bench.court) and bars(bench) == ["ordered"]
    bench.do("claimant/1", "apply_for_enforcement", {})
    assert len(entries(bench.court)) == 1 and sound(bench) == []
    bench.ends_for_now()
    bench.do("judge", "take_off_list", off)
    assert newest(bench).over_ground == "nothing_found" and sound(bench) == []


def test_a_review_is_of_the_refusal_whose_days_run(bench: Bench) -> None:
    """Two refusals, the first served: the words go to the higher court about the first, and about the second only once that was
    served too (DDL 12).
    """
    listed(bench)
    asked = []
    for about in ("never", "over"):
        bench.do("respondent/1", "ask_about_listing", {"about": about, "words": "We could not pay."})
        asked.append(request(bench))
        refused = {"request": asked[-1], "answer": "refuse", "reasons": "It had the money."}
        bench.do("judge", "decide_on_listing", refused)
        if about == "never":
            bench.serve("respondent/1")
    bench.do("respondent/1", "ask_listing_review", {"words": "The first refusal is wrong."})

    def reviewed() -> list[str | None]:
        with bench.court.database.read() as session:
            return [one.review for one in session.scalars(select(ListingRequest).order_by(ListingRequest.id))]

    assert reviewed() == ["The first refusal is wrong.", None]
    bench.serve("respondent/1")
    bench.do("respondent/1", "ask_listing_review", {"words": "And the second."})
    assert reviewed() == ["The first refusal is wrong.", "And the second."]


def test_only_the_creditor_who_had_it_ended_waits(bench: Bench) -> None:
    """The six months are of the creditor and the debtor concerned: another creditor of the case asks at once (DDL 10)."""

    listed(bench)
    bench.do("claimant/1", "ask_to_end_listing", {"listing": newest(bench).reference, "words": "We agreed."})
    met = {"request": request(bench), "answer": "end", "reasons": "The creditor asked for it."}
    bench.do("judge", "decide_on_listing", met)
    with bench.court.database.read() as session:
        sitting, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        by = {p.label: p.id for p in case.parties}
        mine, theirs = by["claimant/1"], by["respondent/1"]
        assert asked_off_until(sitting, case, mine, theirs) is not None
        assert asked_off_until(sitting, case, mine, mine) is None
        assert asked_off_until(sitting, case, theirs, theirs) is None
    with pytest.raises(CourtError, match="again after"):
        asked = {"debtor": debtor(bench), "ground": "settlement", "facts": "Nothing was paid after all."}
        bench.do("claimant/1", "ask_for_listing", asked)


def test_an_entry_is_put_right_only_with_what_can_be(bench: Bench) -> None:
    """A person gets no legal representative, an organisation no day of birth, and nobody was born tomorrow."""
    person_listed(bench)
    right = {"listing": newest(bench).reference, "reasons": "The extract says so."}
    with pytest.raises(InvalidInput, match="no legal representative"):
        bench.do("clerk", "correct_listing", {**right, "head": "Zhou Yi"})
    with pytest.raises(InvalidInput, match="still to come"):
        bench.do("clerk", "correct_listing", {**right, "born_on": "2099-01-01"})
    (one,) = entries(bench.court, NAME, PERSON)
    assert one.is_person and one.age is not None


def test_what_was_only_asked_for_ends_with_the_enforcement(bench: Bench) -> None:
    """Ended before the president answered, the request is over, and with the next enforcement it can be made again."""
    enforced(bench)
    asked = {"debtor": debtor(bench), "words": "It flies first class."}
    bench.do("claimant/1", "ask_for_consumption_bar", asked)
    bench.ends_for_now()
    assert bars(bench) == ["refused"] and open_tasks(bench, "consumption_bar") == 0
    bench.do("claimant/1", "apply_for_enforcement", {})
    bench.do("claimant/1", "ask_for_consumption_bar", asked)
    assert bars(bench) == ["refused", "asked"] and open_tasks(bench, "consumption_bar") == 1
