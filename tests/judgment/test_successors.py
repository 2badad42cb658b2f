"""Who stands in a debtor's place in an enforcement, and how far an heir answers (CPL 243; CPI 470, 472, 473)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as drawn, strategies as st

from odr.docket.models import Case, PartyKind, Stage
from odr.filing.parties.audit import audit_parties
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.identity.actors import Actor
from odr.judgment.enforcement_remedies.successors.bound import Estate, estate_of
from odr.judgment.enforcement_remedies.successors.panel import successors_panel
from odr.judgment.queries import obligations_of
from odr.procedure.case.next_box import next_box
from tests.judgment.bench import Bench
from tests.judgment.test_enforcement_halted import paper
from tests.judgment.test_enforcement_security import desks, obligation
from tests.judgment.test_enforcement_settlement import enforced

HEIR: dict[str, Any] = {
    "ground": "heir",
    "name": "Li Heir",
    "kind": "person",
    "address": "8 Canal Road, Hangzhou",
    "reasons": "The certificate of death and the notary's certificate of who inherits.",
}
WHY = "The certificates show it."


def debtor(bench: Bench, kind: PartyKind = PartyKind.PERSON) -> str:
    """The debtor by reference, as a natural person unless told otherwise."""
    with bench.court.database.write() as session:
        party = next(p for p in session.get_one(Case, bench.case_id).parties if p.label == "respondent/1")
        party.kind = kind
        return party.reference


def ask(bench: Bench, **more: Any) -> None:
    """The creditor asks that the heir be the debtor."""
    bench.do("claimant/1", "ask_to_change_debtor", {**HEIR, "party": debtor(bench), **more})


def inherits(bench: Bench, worth: str = "1,000.00") -> None:
    """The heir stands in the dead debtor's place, within an estate."""
    enforced(bench)
    ask(bench)
    bench.do("judge", "rule_on_debtor", {"answer": "allow", "worth": worth, "reasons": WHY})


def estate(bench: Bench) -> Estate | None:
    """How far the debtor of now answers."""
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        party = next(p for p in case.parties if p.label == "respondent/1")
        return estate_of(bench.court.look(session), case, party.id)


def paid(bench: Bench, who: str, amount: str) -> None:
    """Somebody tells of a payment."""
    given = {"obligation": obligation(bench), "amount": amount, "on": bench.today}
    bench.do(who, "record_performance", given)


def test_from_the_request_to_the_last_of_the_estate(bench: Bench) -> None:
    """The creditor asks, the judge rules, the heir pays what they got, and owes no more (CPI 473)."""
    enforced(bench)
    ask(bench)
    assert "enforcement_debtor" in desks(bench)
    said = paper(bench, "rule_on_debtor", {"answer": "allow", "worth": "1,000.00", "reasons": WHY})
    for words in ("Li Heir", "1,000.00", "art. 473"):
        assert words in said, (words, said)
    bench.do("judge", "rule_on_debtor", {"answer": "allow", "worth": "1,000.00", "reasons": WHY})
    assert "enforcement_debtor" not in desks(bench)
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        party = next(p for p in case.parties if p.label == "respondent/1")
        assert (party.name, party.account_id) == ("Li Heir", None)
        assert list(audit_parties(bench.court, session, case)) == []
        panel = successors_panel(bench.court.look(session), case, bench.actor("claimant/1"))
        assert panel is not None and "1,000.00" in panel.data["rows"][0]["working"].render("en")
    paid(bench, "clerk", "400.00")
    found = estate(bench)
    assert found is not None and (found.used.minor, found.left.minor) == (40000, 60000)
    with pytest.raises(InvalidInput, match=r"600\.00"):
        paid(bench, "clerk", "600.01")
    paid(bench, "clerk", "600.00")
    with bench.court.database.read() as session:
        rows = obligations_of(session, session.get_one(Case, bench.case_id))
        assert all(o.done_at is not None for o in rows if o.amount_minor is not None)
    assert "enforcement_paid" in desks(bench)
    for who in ("claimant/1", "respondent/1"):
        with bench.court.database.read() as session:
            case = session.get_one(Case, bench.case_id)
            actor = bench.actor("claimant/1")
            if who == "respondent/1":
                party = next(p for p in case.parties if p.label == who)
                actor = Actor(party.role, None, party.name, case.id, party.id)
            box = next_box(bench.court.look(session), case, actor)
            assert box is not None and "paid all that the estate was worth" in str(box.waits), who
    bench.do("judge", "end_enforcement", {"state": "ended", "reasons": "The estate is used up."})
    assert bench.case().stage in (Stage.EFFECTIVE, Stage.CLOSED)


def test_what_is_refused(bench: Bench) -> None:
    """Others ask nothing, grounds fit the debtor, an heir has a bound and nobody else has one."""
    enforced(bench)
    with pytest.raises(ActNotOpen):
        bench.do("judge", "rule_on_debtor", {"answer": "refuse", "reasons": WHY})
    with pytest.raises(ActNotOpen, match="enforcing for"):
        bench.do("respondent/1", "ask_to_change_debtor", {**HEIR, "party": debtor(bench)})
    with pytest.raises(InvalidInput, match="happen to a person"):
        ask(bench, ground="body")
    ask(bench)
    with pytest.raises(ActNotOpen, match="already"):
        ask(bench)
    with pytest.raises(InvalidInput, match="no more is enforced"):
        bench.do("judge", "rule_on_debtor", {"answer": "allow", "reasons": WHY})
    for who in ("clerk", "claimant/1"):
        with pytest.raises(Forbidden):
            bench.do(who, "rule_on_debtor", {"answer": "refuse", "reasons": WHY})
    bench.do("judge", "rule_on_debtor", {"answer": "refuse", "reasons": WHY})
    assert "enforcement_debtor" not in desks(bench) and estate(bench) is None


def test_only_the_estate_is_enforced_against_where_every_heir_renounced(bench: Bench) -> None:
    """The debtor stays by name, nobody acts for the dead, and nobody dead is listed or barred (CPI 473)."""
    enforced(bench)
    ask(bench, ground="estate", name=None, kind=None, address=None)
    bench.do("judge", "rule_on_debtor", {"answer": "allow", "reasons": WHY})
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        party = next(p for p in case.parties if p.label == "respondent/1")
        assert party.account_id is None
        assert list(audit_parties(bench.court, session, case)) == []
        reference = party.reference
    with pytest.raises(InvalidInput, match="473"):
        bench.do("judge", "ask_for_consumption_bar", {"debtor": reference, "words": "He flies every week."})


@drawn(st.integers(1, 10**9), st.lists(st.integers(0, 10**9), max_size=8))
def test_never_more_than_the_estate_is_asked(worth: int, sums: list[int]) -> None:
    """Whatever is owed and paid as asked, the heir pays no more than they got, and all of it where that much is owed."""
    total = 0
    for owed in sums:
        total += Estate(worth, total, "CNY").asks(owed)
    found = Estate(worth, total, "CNY")
    assert total == min(worth, sum(sums)) and found.left_minor == worth - total
    assert found.used.minor + found.left.minor == worth
