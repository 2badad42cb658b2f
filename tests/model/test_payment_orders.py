"""The law of payment orders, written from the articles, against every way an order can take (CPL 225 to 228; CPI 426 to 441)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from random import Random

import pytest

from odr.docket.models import Case, Role, Stage
from odr.ground.errors import CourtError
from odr.identity.actors import CLOCK_ACTOR
from odr.judgment.payment_order.inputs import NothingSaid
from odr.judgment.payment_order.queries import payment_order_of
from odr.procedure.audit.docket_audit import audit_case
from tests.judgment.test_payment_order import asks, lawsuits, number, ordered, served
from tests.model.days import is_over
from tests.model.record import Entry, Record
from tests.scene import Scene
from tests.settlement.test_before_filing import reads

NONE_OF_IT = {"cannot_pay", "later", "other_way"}
"""What is no objection (CPI 436)."""
STANDS = {"doubt", "not_to_be_taken", "to_be_dismissed", "to_be_ended"}
"""On what an objection stands (CPI 435)."""


def order_of(record: Record) -> Entry | None:
    """The entry that made the order."""
    return next(iter(record.of("issue_payment_order")), None)


def only_the_applicant_hears_of_it_before_the_order(record: Record) -> Iterator[str]:
    """Nothing reaches the debtor before the order, and then the order is with it (CPL 227)."""
    order, debtor = order_of(record), record.respondents[0]
    for packet in record.packets:
        if packet.party_id == debtor.id and (order is None or min(packet.entry_ids) < order.number):
            yield f"{packet.occasion} went to the debtor before the order"


def it_binds_fifteen_days_after_receipt(record: Record) -> Iterator[str]:
    """Received, fifteen days over, and no objection without a ruling (CPL 227; CPI 431)."""
    order, debtor = order_of(record), record.respondents[0]
    for effect in record.of("put_payment_order_in_effect"):
        assert order is not None
        paper = record.arrived(debtor, "issue_payment_order", order.number)
        if paper is None or paper.effective_at is None:
            yield "in effect, and it never reached the debtor"
        elif not is_over(paper.effective_at, 15, record.now):
            yield "in effect before the fifteen days were over"
        made = len([e for e in record.of("object_to_payment_order") if e.number < effect.number])
        ruled = len([e for e in record.of("rule_on_payment_objection") if e.number < effect.number])
        if made != ruled:
            yield "in effect while an objection waits"


def what_lapsed_is_owed_by_nobody(record: Record) -> Iterator[str]:
    """Of the sums only those stand that no objection made lapse, and none once the procedure ended (CPI 430, 432, 435)."""
    asked = record.of("ask_for_payment_order")[0].result["demands"]
    gone: set[int] = set()
    for ruling in record.of("rule_on_payment_objection"):
        if ruling.given["result"] == "upheld":
            gone |= set(ruling.result["demands"])
    if record.of("end_payment_order"):
        gone = set(range(1, len(asked) + 1))
    stands = sorted(one["minor"] for n, one in enumerate(asked, 1) if n not in gone)
    owed = sorted(o.amount_minor or 0 for o in record.obligations if o.what is not None)
    if owed and owed != stands:
        yield f"owed is {owed}, what stands is {stands}"
    if not stands and record.obligations:
        yield "the fee is owed of an order that lapsed (FEE 36)"


def rulings_are_by_the_form_alone(record: Record) -> Iterator[str]:
    """Upheld, dismissed or withdrawn, each on what the interpretation names (CPI 435, 436, 437)."""
    for ruling in record.of("rule_on_payment_objection"):
        result, ground = ruling.given["result"], ruling.given.get("ground")
        if result == "dismissed" and ground not in NONE_OF_IT:
            yield f"dismissed on {ground}: the merits were looked into"
        if result == "upheld" and ground not in STANDS:
            yield f"upheld on {ground}"
        if result == "withdrawn" and not record.of("withdraw_payment_objection"):
            yield "leave that nobody asked for"
    withdrawn = [e.number for e in record.of("rule_on_payment_objection") if e.given["result"] == "withdrawn"]
    if withdrawn and any(e.number > withdrawn[0] for e in record.of("object_to_payment_order")):
        yield "objected again after leave to withdraw"


def it_goes_over_unless_the_applicant_says_no(record: Record) -> Iterator[str]:
    """Seven days after the applicant received the ruling, and never against their word (CPI 438, 439)."""
    applicant = next(p for p in record.parties if p.role is Role.CLAIMANT)
    for over in record.of("go_over_to_lawsuit"):
        paper = record.arrived(applicant, None, over.given["lapse"])
        if paper is None or paper.effective_at is None or not is_over(paper.effective_at, 7, record.now):
            yield "a lawsuit before the seven days were over"
        if any(e.number < over.number for e in record.of("refuse_lawsuit")) and over.result["case"]:
            yield "a lawsuit against the applicant's word"


def what_was_received_is_not_taken_back(record: Record) -> Iterator[str]:
    """Withdrawn only before the debtor had the order; not served only after thirty days (CPI 430)."""
    order = order_of(record)
    for ending in record.of("end_payment_order"):
        paper = record.arrived(record.respondents[0], "issue_payment_order") if order is not None else None
        if ending.given["ground"] == "not_served" and (paper is not None or order is None):
            yield "ended as not served, and it was served or never made"
        if ending.given["ground"] == "not_served" and order is not None and not is_over(order.at, 30, record.now):
            yield "ended as not served before the thirty days"
        if ending.given["ground"] == "withdrawn" and not record.of("withdraw_payment_order"):
            yield "withdrawn, and nobody took it back"


def no_judgment_comes_of_it(record: Record) -> Iterator[str]:
    """No way leads from an application to a judgment in the same case."""
    if record.decisions or record.claims:
        yield "a claim or a judgment stands in the case of a payment order"


LAW = (
    only_the_applicant_hears_of_it_before_the_order,
    it_binds_fifteen_days_after_receipt,
    what_lapsed_is_owed_by_nobody,
    rulings_are_by_the_form_alone,
    it_goes_over_unless_the_applicant_says_no,
    what_was_received_is_not_taken_back,
    no_judgment_comes_of_it,
)


def broken(scene: Scene) -> list[str]:
    """What of the law is broken in the case as it stands."""
    with scene.court.database.read() as session:
        record = Record(session, scene.case_id, scene.clock.now())
        return [f"{rule.__name__}: {words}" for rule in LAW for words in rule(record)]


def moves(scene: Scene, lot: Random) -> None:
    """Somebody tries something, in time or not: what the court refuses is nothing done."""
    why = {"reasons": "Whatever comes by the lot.", "case_number": number(scene)}
    results = {"upheld": sorted(STANDS | NONE_OF_IT), "dismissed": sorted(STANDS | NONE_OF_IT), "withdrawn": [None]}
    result = lot.choice(sorted(results))
    tries = [
        lambda: scene.do("take_payment_order", "clerk", result="taken"),
        lambda: scene.pay(),
        lambda: scene.do("issue_payment_order", "judge", **why),
        lambda: scene.do("end_payment_order", "judge", ground=lot.choice(["withdrawn", "not_served", "sued"]), **why),
        lambda: scene.do("withdraw_payment_order", "li"),
        lambda: scene.join(),
        lambda: scene.do("object_to_payment_order", "haiyun", demands=lot.choice([[1], [2], [1, 2]]), words="No."),
        lambda: scene.do("object_to_payment_order", "haiyun", demands=[1, 2], words="Nothing of it is owed."),
        lambda: scene.do("withdraw_payment_objection", "haiyun"),
        lambda: scene.do(
            "rule_on_payment_objection", "judge", result=result, ground=lot.choice(results[result]), **why
        ),
        lambda: scene.do("refuse_lawsuit", "li"),
        lambda: scene.do("apply_for_enforcement", "li"),
        lambda: reads(scene, "li"),
        lambda: scene.later(days=lot.choice([1, 4, 8, 16, 31])),
    ]
    with contextlib.suppress(CourtError, LookupError, IndexError):
        lot.choice(tries)()


@pytest.mark.slow
@pytest.mark.parametrize("beginning", [asks, ordered, served])
@pytest.mark.parametrize("seed", range(3))
def test_whatever_anybody_does_the_law_of_payment_orders_holds(
    small_scene: Scene, beginning: Callable[[Scene], object], seed: int
) -> None:
    """Twenty things tried by the lot from each beginning, and the law looked at after each; the docket is whole at the end."""
    scene, lot = small_scene, Random(seed)
    beginning(scene)
    for _ in range(20):
        moves(scene, lot)
        assert broken(scene) == []
    with scene.court.database.read() as session:
        case = Record(session, scene.case_id, scene.clock.now()).case
        assert list(audit_case(session, case)) == []
        row = payment_order_of(session, case)
        assert row is not None and (case.stage is Stage.CLOSED) == (row.state.value == "over")
    assert all(one.title for one in lawsuits(scene))


def test_the_law_sees_an_order_that_binds_too_early(small_scene: Scene) -> None:
    """The rules are no decoration: an effect before the fifteen days are over is found."""
    scene = small_scene
    served(scene)
    with scene.court.sit() as sitting:
        case = sitting.session.get_one(Case, scene.case_id)
        sitting.perform("put_payment_order_in_effect", case, NothingSaid(), actor=CLOCK_ACTOR)
    assert [words.partition(":")[0] for words in broken(scene)] == ["it_binds_fifteen_days_after_receipt"]
