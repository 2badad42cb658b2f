"""Who is on the list, or fined, for what is enforced: what has a later day, and what another debtor agreed, neither keeps nor frees
anybody (DDL 10; CPL 241).
"""

from __future__ import annotations

from odr.register.enforcement_list.models import ListingState
from tests.judgment.bench import Bench
from tests.judgment.test_instalments import another_debtor, in_instalments
from tests.judgment.test_what_an_agreement_covers import agree, obligations, one_part_enforced, paid
from tests.register.listing import decide, entries, newest, propose


def test_a_listing_ends_when_what_was_enforced_is_performed(bench: Bench) -> None:
    """The part that was late is paid: the entry goes, though parts of later months are still to come (DDL 10(1))."""
    one_part_enforced(bench)
    propose(bench)
    bench.wait(days=12)
    decide(bench)
    bench.serve("respondent/1")
    assert len(entries(bench.court)) == 1
    paid(bench, obligations(bench)[0], "2,100.00")
    bench.do("judge", "end_enforcement", {"state": "done", "reasons": "The part is paid."})
    bench.wait(days=5)
    assert newest(bench).state is ListingState.REMOVED and entries(bench.court) == []


def test_what_one_debtor_agreed_ends_no_proposal_against_another(bench: Bench) -> None:
    """Mei settles what she owes; that Haiyun is put on the list is decided on as before."""
    in_instalments(bench)
    another_debtor(bench)
    bench.wait(days=20)
    bench.do("claimant/1", "apply_for_enforcement", {})
    propose(bench)
    agree(bench, "respondent/2", {"amount": "600.00", "instalments": [{"on": "2026-05-20", "amount": "600.00"}]})
    bench.wait(days=12)
    assert newest(bench).state is ListingState.PROPOSED
    decide(bench)
    bench.serve("respondent/1")
    assert len(entries(bench.court)) == 1
