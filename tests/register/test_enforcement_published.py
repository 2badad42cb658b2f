"""Rulings in an enforcement stand in the ledger: numbered when sealed, in effect once served on everybody, without effect where
another decision took their place, and public without the name of who is no party (JDP 3(2), 7; CPL 236, 238, 244, 269).
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, DocketEntry, Stage
from odr.procedure.audit.row_audit import audit_projections
from odr.register.publication import ledger
from odr.register.publication.models import Publication
from odr.register.search.facts import outcome
from tests.judgment.bench import Bench, to_the_cent
from tests.judgment.test_enforcement_halted import WAITS
from tests.judgment.test_enforcement_settlement import enforced, pay, signed
from tests.judgment.test_objections_in_enforcement import OBJECTS, newest, outside, rule
from tests.register.publishing import numbered, publish

BOTH = ("claimant/1", "respondent/1")


def served(bench: Bench) -> None:
    """Everything that was sent reached both sides."""
    for who in BOTH:
        bench.serve(who)


def last(bench: Bench) -> Publication:
    """The newest number of the case; the chain says what the rows say."""
    with bench.court.database.read() as session:
        assert ledger.wrong_in(session) == []
        case = session.get_one(Case, bench.case_id)
        assert not [one for one in audit_projections(bench.court, session, case) if "ledger" in one]
    return numbered(bench)[-1]


def test_every_ruling_of_an_enforcement_has_its_number(bench: Bench) -> None:
    """The halt by agreement, that of the law, the end: none of them ends the case, and each is missed where it is left out."""
    signed(bench)
    bench.do("claimant/1", "resume_enforcement", {"ground": "deceived", "facts": "It was empty."})
    bench.do("judge", "halt_enforcement", WAITS)
    bench.ends_for_now()
    assert bench.case().stage is Stage.EFFECTIVE
    assert [row.kind for row in numbered(bench)] == ["judgment", *["enforcement"] * 3]
    assert outcome(None, "enforcement") is None, "it decides on no claim"  # type: ignore[arg-type]


def test_it_has_effect_once_it_is_served_on_everybody(bench: Bench) -> None:
    """Before that nobody owes its publication; then it is due in seven working days (CPL 269; JDP 7)."""
    enforced(bench)
    served(bench)
    bench.do("judge", "halt_enforcement", WAITS)
    bench.serve("claimant/1")
    assert last(bench).effective_at is None
    bench.wait(days=2)
    bench.serve("respondent/1")
    row = last(bench)
    assert row.effective_at is not None and row.decided_on < row.effective_at.date()
    pack = bench.court.packs.in_force("cn", row.decided_on)
    assert row.due_on == pack.working_calendar.add_working(row.effective_at.astimezone(pack.tz).date(), 7)


def test_the_end_that_closes_the_case_is_one_of_them(bench: Bench) -> None:
    """Also when the case is over with it, and served after."""
    enforced(bench)
    pay(bench, to_the_cent(bench.court, bench.case_id))
    bench.do("judge", "end_enforcement", {"state": "done", "reasons": "Paid in full."})
    assert bench.case().stage is Stage.CLOSED
    assert (last(bench).kind, last(bench).effective_at) == ("enforcement", None)
    served(bench)
    assert last(bench).effective_at is not None


@pytest.mark.parametrize(("answer", "has"), [("stays", True), ("changed", False)])
def test_what_the_higher_court_changes_has_no_effect_any_more(bench: Bench, answer: str, has: bool) -> None:
    """A review halts nothing (CPL 236): in effect with its service, and no more where another ruling took its place."""
    enforced(bench)
    bench.do("respondent/1", "object_to_enforcement", OBJECTS)
    rule(bench, "unfounded")
    served(bench)
    assert last(bench).effective_at is not None
    bench.do("respondent/1", "ask_objection_review", {"words": "Twice the sum is frozen."})
    given = {"objection": newest(bench).reference, "reasons": "Number 9 of 2 April: the freeze is too wide."}
    bench.do("clerk", "record_objection_outcome", {**given, "answer": answer})
    assert (last(bench).effective_at is not None) is has


@pytest.mark.parametrize(
    "named",
    [
        {},
        {"name": "Shen Technology Co., Ltd.", "who": "organisation", "email": "law@shen.example"},
        {"name": "沈月", "email": "yue@people.example"},
    ],
)
def test_who_objected_from_outside_is_no_name_the_public_reads(bench: Bench, named: dict[str, Any]) -> None:
    """Whoever is no party stands in no party's place: name, address and e-mail are known to the docket, and replaced."""
    enforced(bench)
    outside(bench, **named)
    name, email = named.get("name", "Shen Yue"), named.get("email", "shen@people.example")
    reasons = f"{name}, Jiefang Road 1, wrote from {email} that the lorry is {name}'s."
    rule(bench, "founded", reasons=reasons)
    served(bench)
    with bench.court.database.read() as session:
        entry = session.scalars(select(DocketEntry.number).where(DocketEntry.act == "rule_on_enforcement_objection"))
        assert entry.one()
    row = publish(bench)
    page = create_app(court=bench.court).test_client().get(f"/decisions/{row.address}").text
    assert "lorry" in page
    for one in (name, email, "Jiefang Road 1"):
        assert one.lower() not in page.lower()
