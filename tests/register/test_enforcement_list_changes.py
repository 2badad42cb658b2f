"""What the case itself changes about the list: another debtor, another name, a child, a settlement, an end (DDL 1, 4, 9, 10; RHC)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Party
from odr.ground.errors import ActNotOpen, CourtError, InvalidInput
from odr.procedure.papers.form import party_line
from odr.register.enforcement_list.models import ListingRequest, ListingState
from tests.judgment.bench import Bench
from tests.judgment.test_enforcement_settlement import enforced
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
    bench.do("judge", "propose_listing", proposal(bench, **GROWN))


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
    assert newest(bench).state is ListingState.DECLINED and newest(bench).sealed == "" and bars(bench) == ["refused"]
    bench.wait(days=40)
    with pytest.raises(CourtError):
        decide(bench)
    with pytest.raises(ActNotOpen, match="not barred|nobody"):
        bench.do("judge", "lift_consumption_bar", {"order": "x", "ground": "wrong", "reasons": "There is none here."})
    assert sound(bench) == []
    # What the heir does is the heir's own: the heir can be warned and listed for it.
    bench.do("judge", "propose_listing", proposal(bench, **GROWN))
    assert newest(bench).state is ListingState.PROPOSED


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
    as_person(bench, person={"born_on": "2012-01-01", "entry": 1}, verified={"means": "document", "entry": 1})
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
