"""Random acts about the list: in no order does one leave a debtor listed who has performed, or a minor; every public entry rests on
a served decision; the chain adds up and the audit finds nothing (DDL 4, 5, 10).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case, PartyKind
from odr.ground.errors import CourtError
from odr.judgment.models import EnforcementCase
from odr.judgment.queries import obligations_of
from odr.judgment.vocabulary import EnforcementState
from odr.procedure.models import Task
from odr.register.enforcement_list.audit import audit_case_listings, wrong_in
from odr.register.enforcement_list.models import ConsumptionOrder, Listing, ListingKey, ListingState
from odr.register.enforcement_list.rules import age_on
from odr.register.enforcement_list.shown import look_up
from odr.service.models import Packet
from tests.judgment.bench import Bench, to_the_cent
from tests.judgment.test_enforcement_settlement import enforced, pay
from tests.register.listing import PERSON, as_person, debtor, newest, proposal, request

GUARDIAN = "mei@people.example"
GROUNDS = ("able", "resists", "evades", "report", "consumption", "settlement")


def agreement(day: date) -> dict[str, Any]:
    """What a debtor proposes in the place of what is enforced."""
    return {"amount": "6,000.00", "instalments": [{"on": (day + timedelta(days=60)).isoformat(), "amount": "6,000.00"}]}


def moves(bench: Bench, lot: random.Random) -> list[Callable[[], Any]]:
    """Everything that somebody may try at the moment; most of it is refused at most moments."""
    day = bench.clock.now().date()
    born = lot.choice(
        (day - timedelta(days=365 * 12), day - timedelta(days=365 * 17 + 300), day - timedelta(days=365 * 40))
    )
    told = {"number": PERSON, "head": None, "sex": "female", "born_on": born.isoformat()}
    reasons = {"reasons": "As the file shows it."}

    def of(reference: str) -> dict[str, Any]:
        return {"listing": reference, **reasons}

    def last() -> str:
        row = newest(bench)
        return row.reference if row is not None else "none"

    return [
        lambda: bench.do(
            "judge",
            "propose_listing",
            proposal(
                bench, **told, grounds=lot.sample(GROUNDS, lot.randint(1, 2)), bar=lot.choice(("none", "security"))
            ),
        ),
        lambda: bench.do(
            "president",
            "decide_listing",
            {**of(last()), "answer": lot.choice(("list", "list", "decline")), "longer": lot.choice("012")},
        ),
        lambda: bench.do("respondent/1", "answer_listing", {"answer": "No."}),
        lambda: bench.serve("respondent/1"),
        lambda: bench.do(
            "claimant/1", "ask_for_listing", {"debtor": debtor(bench), "ground": "able", "facts": "It has the money."}
        ),
        lambda: bench.do("judge", "refuse_listing", {"request": request(bench), **reasons}),
        lambda: bench.do("clerk", "order_property_report", {"debtor": debtor(bench), "since": "2025-01-01"}),
        lambda: bench.do(
            "judge",
            "take_off_list",
            {**of(last()), "ground": lot.choice(("wrong", "active", "nothing_found", "stayed"))},
        ),
        lambda: bench.do("clerk", "correct_listing", {**of(last()), "born_on": born.isoformat()}),
        lambda: bench.do(
            "respondent/1",
            "ask_about_listing",
            {"about": lot.choice(("never", "inaccurate", "over")), "words": "It is wrong."},
        ),
        lambda: bench.do("claimant/1", "ask_to_end_listing", {"listing": last(), "words": "We agreed."}),
        lambda: bench.do(
            "judge",
            "decide_on_listing",
            {"request": request(bench), "answer": lot.choice(("end", "correct", "refuse")), **reasons},
        ),
        lambda: bench.do("respondent/1", "ask_listing_review", {"words": "Look at it."}),
        lambda: bench.do(
            "clerk",
            "record_listing_review",
            {"request": request(bench), "answer": lot.choice(("stays", "end")), **reasons},
        ),
        lambda: bench.do("judge", "end_enforcement", {"state": lot.choice(("ended", "settled", "done")), **reasons}),
        lambda: bench.ends_for_now(),
        lambda: bench.do("respondent/1", "propose_enforcement_settlement", agreement(day)),
        lambda: bench.do("claimant/1", "answer_enforcement_settlement", {"answer": lot.choice(("sign", "decline"))}),
        lambda: bench.do(
            "claimant/1",
            "resume_enforcement",
            {"ground": lot.choice(("deceived", "not_kept")), "facts": "The account was empty."},
        ),
        lambda: (
            lot.random() < 0.4
            and bench.do(
                "judge",
                "substitute_party",
                {
                    "party": debtor(bench),
                    "ground": lot.choice(("wrong_name", "wrong_name", "death")),
                    "name": lot.choice(("Zhou Xiaomei", "Zhou Yi", "Zhou Er")),
                    "kind": lot.choice(("person",) * 7 + ("company",)),
                    "address": "Hangzhou",
                    **reasons,
                },
            )
        ),
        lambda: (
            lot.random() < 0.3
            and bench.do(
                "clerk",
                "verify_identity",
                {"party": debtor(bench), "means": "document", "sex": "female", "born_on": born.isoformat()},
            )
        ),
        lambda: (
            lot.random() < 0.1
            and bench.do(
                "judge",
                "appoint_guardian",
                {
                    "party": debtor(bench),
                    "email": GUARDIAN,
                    "name": "Shen Xiao",
                    "ties": "appointed",
                    "reasons": "The debtor cannot act.",
                },
            )
        ),
        lambda: bench.do(
            "claimant/1", "ask_for_consumption_bar", {"debtor": debtor(bench), "words": "She flies every week."}
        ),
        lambda: bench.do(
            "president",
            "decide_consumption_bar",
            {"debtor": debtor(bench), "answer": lot.choice(("bar", "decline")), **reasons},
        ),
        lambda: bench.do("claimant/1", "apply_for_enforcement", {}),
        lambda: bench.wait(days=lot.choice((3, 12, 40, 400))),
        lambda: pay(bench, lot.choice(("10.00", to_the_cent(bench.court, bench.case_id)))),
    ]


def holds(bench: Bench) -> None:
    """What must be so after every act."""
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        keys = set(session.scalars(select(ListingKey.listing_id)))
        today = bench.clock.now().date()
        owing = {o.debtor_id for o in obligations_of(session, case) if o.done_at is None}
        for row in session.scalars(select(Listing)):
            is_public = row.state is ListingState.LISTED
            assert (row.id in keys) == is_public
            if not is_public:
                continue
            assert row.party_id in owing, "somebody who has performed is listed"
            party = case.party(row.party_id)
            assert "guardian" not in party.details, "somebody for whom a guardian acts is listed"
            person = party.details.get("person") or {}
            born = person.get("born_on") if "born_on" in person.get("verified", ()) else None
            assert born is None or age_on(date.fromisoformat(born), today) >= 18, "a child the registry knows is listed"
            since = [one for one in party.details.get("before", []) if one["until_entry"] > row.entry_number]
            assert party.kind is PartyKind.PERSON and all(
                one["ground"] == "wrong_name" and one["kind"] == "person" for one in since
            ), "somebody is listed for what another did"
            (shown,) = [
                one for one in look_up(bench.court.look(session), party.name, PERSON) if one.number == row.number
            ]
            assert shown.name == party.name
            enforcement = session.get_one(EnforcementCase, row.enforcement_id)
            assert enforcement.state is not EnforcementState.BARRED
            assert enforcement.state is not EnforcementState.ENDED or row.until is not None, "listed after the end"
            assert row.born_on is not None and age_on(row.born_on, today) >= 18, "a minor is listed"
            served = select(Packet.id).where(
                Packet.occasion == "decide_listing",
                Packet.party_id == row.party_id,
                Packet.effective_at == row.served_at,
            )
            assert row.served_at is not None and session.scalars(served).first() is not None, "listed without service"
        barred = set(session.scalars(select(ConsumptionOrder.party_id).where(ConsumptionOrder.state == "ordered")))
        assert barred <= owing, "somebody who has performed is barred"
        asked = set(session.scalars(select(ConsumptionOrder.party_id).where(ConsumptionOrder.state == "asked")))
        waits = session.scalars(select(Task.id).where(Task.kind == "consumption_bar", Task.done_at.is_(None))).all()
        assert len(waits) == len(asked), "a task about a bar that nobody can do, or none for one that was asked for"
        for order in session.scalars(select(ConsumptionOrder).where(ConsumptionOrder.state == "ordered")):
            came = session.get(Listing, order.listing_id) if order.listing_id is not None else None
            assert came is None or came.over_ground not in ("wrong", "review", "not_enforced", "replaced")
        found = list(audit_case_listings(bench.court, session, case))
    with bench.court.database.write() as session:
        assert found + wrong_in(session) == []


@pytest.mark.parametrize("seed", range(6))
def test_no_order_of_acts_leaves_a_wrong_entry(bench: Bench, seed: int) -> None:
    """Eighty random acts of everybody, in any order."""
    lot = random.Random(seed)
    enforced(bench)
    as_person(bench)
    if seed % 2:  # Half of them begin with somebody on the list.
        grown = {"number": PERSON, "head": None, "sex": "female", "born_on": "1985-05-12"}
        bench.do("judge", "propose_listing", proposal(bench, **grown, grounds=lot.sample(("able", "evades"), 1)))
        bench.serve("respondent/1")
        bench.wait(days=12)
        bench.do(
            "president",
            "decide_listing",
            {"listing": newest(bench).reference, "answer": "list", "reasons": "As the file shows it."},
        )
        bench.serve("respondent/1")
        holds(bench)
    done = 0
    for _ in range(80):
        try:
            lot.choice(moves(bench, lot))()
            done += 1
        except (CourtError, ValueError):
            pass
        holds(bench)
    assert done >= 5
