"""Preservation: unseen until it is carried out, secured, reviewed once, and over with the case (CPL 103 to 111)."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Document, Role, Stage
from odr.docket.queries import entries_of
from odr.docket.visibility import reads_document, reads_entry
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.identity.models import AccountRole
from odr.judgment.models import Motion, Preservation
from odr.judgment.vocabulary import PreservationState
from odr.payments.books.paydesk import cashier
from odr.payments.fee.case_views import fee_views
from odr.payments.fee.fee_computation import Matter
from odr.payments.fee.unpaid import leads_to_ruling
from odr.payments.models import FeeAssessment, Refund
from odr.procedure.acts.resolvers import RESOLVERS
from odr.procedure.acts.tasks import DESKS
from odr.procedure.case.overview import case_page
from odr.procedure.models import Task
from odr.service.models import Packet
from odr.service.packet.papers import seal_proofs
from tests.box import looked_at
from tests.judgment.bench import Bench
from tests.payments.test_triggers import pay

ASKED = {
    "kind": "preservation",
    "asks": "Freeze the shop's account.",
    "grounds": "It is being emptied.",
    "amount": "8,000.00",
    "urgent": True,
}
RULING = {
    "result": "granted",
    "orders": "The account is frozen.",
    "reasons": "There is a risk of loss.",
    "security": "1,000.00",
    "language": "en",
}
SECRET = ("ask_for_ruling", "rule_on_preservation", "record_security", "assess_fee")


def motion_of(bench: Bench) -> str:
    """The newest motion."""
    with bench.court.database.read() as session:
        return session.scalars(select(Motion.reference).order_by(Motion.id.desc())).all()[0]


def preserved(bench: Bench) -> Preservation:
    """The one preservation."""
    with bench.court.database.read() as session:
        return session.scalars(select(Preservation)).one()


def seen_by(bench: Bench, who: str) -> str:
    """Everything a case page tells somebody, and which of the secret entries she reads."""
    with bench.court.database.read() as session:
        case, actor = session.get_one(Case, bench.case_id), bench.actor(who)
        page = case_page(bench.court.look(session), case, actor, "en")
        told = [str(d.title) for d in page.dues] + [f"{e.title} {e.words}" for e in page.entries]
        told += [e.act for name in SECRET for e in entries_of(session, case, name) if reads_entry(actor, e)]
        told += [
            d.title["en"]
            for d in session.scalars(select(Document).where(Document.kind == "ruling"))
            if reads_document(actor, d)
        ]
        return "\n".join(told)


def test_the_other_side_learns_of_a_preservation_when_it_is_carried_out(bench: Bench) -> None:
    """Application, fee, ruling, security and their clocks are unseen by the respondent until execution; then she reads
    all and has five days for a review.
    """
    bench.do("claimant/1", "ask_for_ruling", ASKED)
    bench.do("judge", "rule_on_preservation", RULING | {"motion": motion_of(bench)})
    row = preserved(bench)
    with pytest.raises(ActNotOpen):
        bench.do(
            "clerk",
            "execute_preservation",
            {"preservation": row.reference, "kind": "deposit", "what": "Account frozen"},
        )
    with pytest.raises(InvalidInput, match="asks for"):
        bench.do(
            "clerk", "record_security", {"preservation": row.reference, "amount": "999.99", "how": "letter of the bank"}
        )
    bench.do(
        "clerk", "record_security", {"preservation": row.reference, "amount": "1,000.00", "how": "letter of the bank"}
    )
    told = seen_by(bench, "respondent/1").casefold()
    assert not any(word in told for word in ("preserv", "freez", "frozen", "security", *SECRET)), told
    assert "preserv" in seen_by(bench, "claimant/1").casefold()
    with bench.court.database.read() as session:
        assert {p.party_id for p in session.scalars(select(Packet))} == {row.party_id}
    bench.do(
        "clerk", "execute_preservation", {"preservation": row.reference, "kind": "deposit", "what": "Account frozen"}
    )
    told = seen_by(bench, "respondent/1")
    assert (
        all(name in told for name in SECRET)
        and "Preservation carried out: Account frozen" in told
        and "Ruling: Preservation" in told
    )


def test_the_fee_of_a_preservation_is_unseen_until_it_is_carried_out(bench: Bench) -> None:
    """Asked for and paid, it stands neither on the other side's fee page nor in their docket, and in no form of theirs; when
    the preservation is carried out it does.
    """
    bench.do("claimant/1", "ask_for_ruling", ASKED)
    with bench.court.database.read() as session:
        (fee,) = session.scalars(select(FeeAssessment).where(FeeAssessment.matter == Matter.PRESERVATION))
        session.expunge(fee)
    pay(bench.court, bench.case_id, fee)

    def seen(who: str) -> tuple[int, int, bool]:
        with bench.court.database.read() as session:
            look, case, actor = bench.court.look(session), session.get_one(Case, bench.case_id), bench.actor(who)
            paid = [entry for entry in entries_of(session, case, "record_payment") if reads_entry(actor, entry)]
            found = RESOLVERS["assessment"](look, case, actor, fee.reference)
            return len(fee_views(look, case, actor)), len(paid), found is not None

    assert (seen("respondent/1"), seen("claimant/1"), seen("judge")) == ((0, 0, False), (1, 1, True), (1, 1, True))
    bench.do("judge", "rule_on_preservation", RULING | {"motion": motion_of(bench), "security": None})
    carried_out = {"preservation": preserved(bench).reference, "kind": "deposit", "what": "Account frozen"}
    bench.do("clerk", "execute_preservation", carried_out)
    assert seen("respondent/1") == (1, 1, True)


def test_what_lies_on_a_desk_for_a_preservation_gives_no_hint_of_it(bench: Bench) -> None:
    """Whoever has nothing to do reads who is waited for: not that since yesterday it is the judge, or the registry that freezes the
    account, nor until when.
    """

    def told(who: str) -> tuple[str, object]:
        with bench.court.database.read() as session:
            look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
            box = looked_at(look, case, bench.actor(who))
            return str(box.waits), box.until

    with bench.court.database.write() as session:
        for task in session.scalars(select(Task).where(Task.case_id == bench.case_id)):
            task.done_at = bench.clock.now()
    before = told("respondent/1")
    bench.do("claimant/1", "ask_for_ruling", ASKED)
    assert told("respondent/1") == before
    bench.do("judge", "rule_on_preservation", RULING | {"motion": motion_of(bench), "security": None})
    assert told("respondent/1") == before


def test_that_it_reached_the_applicant_is_unseen_by_the_other_side_too(bench: Bench) -> None:
    """The ruling and the notice of its fee were served: neither the docket nor a proof of service tells the respondent of it
    before it is carried out; then both do (CPL 103).
    """
    bench.do("claimant/1", "ask_for_ruling", ASKED)
    bench.do("judge", "rule_on_preservation", RULING | {"motion": motion_of(bench), "security": None})
    bench.serve("claimant/1")
    seal_proofs(bench.court)
    assert service_read_by(bench, "respondent/1") == []
    assert len(service_read_by(bench, "claimant/1")) == len(service_read_by(bench, "clerk")) == 4
    executed = {"preservation": preserved(bench).reference, "kind": "deposit", "what": "Account frozen"}
    bench.do("clerk", "execute_preservation", executed)
    assert service_read_by(bench, "respondent/1") == service_read_by(bench, "claimant/1")


def service_read_by(bench: Bench, who: str) -> list[str]:
    """Entries that something was served, and proofs of it, that somebody reads."""
    with bench.court.database.read() as session:
        case, actor = session.get_one(Case, bench.case_id), bench.actor(who)
        entries = [e for e in entries_of(session, case, "record_service") if reads_entry(actor, e)]
        proofs = session.scalars(select(Document).where(Document.kind == "proof_of_service").order_by(Document.id))
        return [
            *(json.loads(e.payload)["words"]["en"] for e in entries),
            *(d.title["en"] for d in proofs if reads_document(actor, d)),
        ]


def test_what_becomes_of_its_fee_is_unseen_as_long(bench: Bench) -> None:
    """The fee is objected to, corrected, and a part goes back: the other side reads none of it and is sent nothing before the
    preservation is carried out, and all of it then.
    """

    def read(who: str) -> list[str]:
        with bench.court.database.read() as session:
            since = select(DocketEntry).where(DocketEntry.case_id == bench.case_id, DocketEntry.number > before)
            mine = [entry.act for entry in session.scalars(since) if reads_entry(bench.actor(who), entry)]
            return [act for act in mine if act not in ("record_service", "execute_preservation")]

    with bench.court.database.read() as session:
        before = session.get_one(Case, bench.case_id).entry_count
    bench.do("claimant/1", "ask_for_ruling", ASKED)
    with bench.court.database.read() as session:
        (fee,) = session.scalars(select(FeeAssessment).where(FeeAssessment.matter == Matter.PRESERVATION))
        session.expunge(fee)
    pay(bench.court, bench.case_id, fee)
    wrong = {"assessment": fee.reference, "reasons": "Only 1,000 are to be frozen."}
    bench.do("claimant/1", "ask_fee_correction", wrong)
    bench.do("judge", "correct_fee", wrong | {"amount": "1,000.00"})
    with bench.court.database.read() as session:
        refund = session.scalars(select(Refund)).one().reference
    with bench.court.database.write() as session:
        me = bench.account("president").id
        session.add(AccountRole(account_id=me, role=Role.CASHIER, granted_at=bench.clock.now()))
        now, case = bench.clock.now(), session.get_one(Case, bench.case_id)
        actor = cashier(session, case, me, "Cashier", now, now)
    bench.do("cashier", "approve_refund", {"refund": refund}, actor=actor)
    told = read("claimant/1")
    assert told[-3:] == ["ask_fee_correction", "correct_fee", "approve_refund"] and len(told) == 6
    assert read("respondent/1") == []
    with bench.court.database.read() as session:
        assert {packet.party_id for packet in session.scalars(select(Packet))} == {fee.party_id}
    bench.do("judge", "rule_on_preservation", RULING | {"motion": motion_of(bench), "security": None})
    carried_out = {"preservation": preserved(bench).reference, "kind": "deposit", "what": "Account frozen"}
    bench.do("clerk", "execute_preservation", carried_out)
    assert read("respondent/1") == read("claimant/1") == [*told, "rule_on_preservation"]


def test_a_review_is_asked_for_in_time_and_lifts_what_was_frozen(bench: Bench) -> None:
    """From the service of the ruling each party has five days; a review that is granted lifts it and the clerk undoes
    the measures (CPI 171).
    """
    bench.do("claimant/1", "ask_for_ruling", ASKED)
    bench.do("judge", "rule_on_preservation", RULING | {"motion": motion_of(bench), "security": None})
    bench.do(
        "clerk",
        "execute_preservation",
        {"preservation": preserved(bench).reference, "kind": "deposit", "what": "Account frozen"},
    )
    review = {"asks": "Lift it.", "grounds": "I gave a bank's letter."}
    with pytest.raises(ActNotOpen, match="not started"):
        bench.do("respondent/1", "ask_for_preservation_review", review)
    with pytest.raises(InvalidInput):
        bench.do("respondent/1", "ask_for_ruling", {"kind": "preservation_review", **review})
    bench.serve("respondent/1")
    bench.do("respondent/1", "ask_for_preservation_review", review)
    with pytest.raises(ActNotOpen, match="already"):
        bench.do("respondent/1", "ask_for_preservation_review", review)
    bench.do(
        "judge", "give_ruling", {**RULING, "motion": motion_of(bench), "security": None, "orders": "It is lifted."}
    )
    assert preserved(bench).state is PreservationState.LIFTED
    with bench.court.database.read() as session:
        assert bench.court.look(session).tasks(session.get_one(Case, bench.case_id), DESKS["undo_preservation"])


def test_its_unpaid_fee_ends_no_claim(bench: Bench) -> None:
    """Whoever asked reads whose fee it is, and that it stays owed: nothing is ruled withdrawn for it (FEE 20; CPI 213)."""
    bench.do("claimant/1", "ask_for_ruling", ASKED)
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        box = looked_at(look, case, bench.actor("claimant/1"))
        steps = [step for step in (box.step, *box.later) if step is not None]
        (fee,) = [step for step in steps if "preservation" in str(step.title)]
        assert "stays owed" in str(fee.consequence) and "withdrawn (" not in str(fee.consequence)
        (row,) = session.scalars(select(FeeAssessment).where(FeeAssessment.matter == Matter.PRESERVATION))
        assert not leads_to_ruling(row)


def test_an_urgent_preservation_has_48_hours(bench: Bench) -> None:
    """The application lies on the judge's desk with its hours; late, the president sees it; the ruling closes both (CPL
    103).
    """
    bench.do("claimant/1", "ask_for_ruling", ASKED)
    bench.wait(hours=50)
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        assert look.tasks(case, DESKS["preservation_ruling"]) and look.tasks(case, DESKS["ruling_asked"])
    with pytest.raises(InvalidInput):
        bench.do("judge", "give_ruling", {**RULING, "motion": motion_of(bench)})
    bench.do(
        "judge", "rule_on_preservation", RULING | {"motion": motion_of(bench), "result": "refused", "security": None}
    )
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        assert not look.tasks(case, DESKS["ruling_asked"]) and not look.tasks(case, DESKS["preservation_ruling"])
        assert session.scalars(select(Preservation)).all() == []


def test_nothing_stays_frozen_for_a_case_that_is_over(bench: Bench) -> None:
    """After a dismissal of the action the judge lifts by ruling what was preserved for it, and its measures are undone (CPI
    166).
    """
    bench.do("claimant/1", "ask_for_ruling", ASKED)
    bench.do("judge", "rule_on_preservation", RULING | {"motion": motion_of(bench), "security": None})
    bench.do(
        "clerk",
        "execute_preservation",
        {"preservation": preserved(bench).reference, "kind": "deposit", "what": "Account frozen"},
    )
    bench.do(
        "judge", "give_ruling", {**RULING, "kind": "dismissal", "security": None, "orders": "The action is dismissed."}
    )
    assert preserved(bench).state is PreservationState.EXECUTED, "it holds while the ruling may be appealed from"
    bench.nobody_appeals()
    assert preserved(bench).state is PreservationState.EXECUTED, "the clock lifts nothing"
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        assert look.tasks(case, DESKS["lift_preservation"])
    with pytest.raises(InvalidInput, match="nothing but the preservation"):
        bench.do("judge", "give_ruling", {**RULING, "kind": "other", "security": None})
    bench.do("judge", "give_ruling", {**RULING, "kind": "preservation_review", "security": None, "orders": "Lifted."})
    assert preserved(bench).state is PreservationState.LIFTED
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        assert not look.tasks(case, DESKS["lift_preservation"]) and look.tasks(case, DESKS["undo_preservation"])


def test_a_transfer_takes_what_is_preserved_along(bench: Bench) -> None:
    """Nothing is undone; the registry sends the papers after the case (CPI 160; court rule)."""
    bench.do("claimant/1", "ask_for_ruling", ASKED)
    bench.do("judge", "rule_on_preservation", RULING | {"motion": motion_of(bench), "security": None})
    bench.do(
        "clerk",
        "execute_preservation",
        {"preservation": preserved(bench).reference, "kind": "deposit", "what": "Account frozen"},
    )
    with bench.court.database.write() as session:
        session.get_one(Case, bench.case_id).stage = Stage.HEARING
    bench.do(
        "judge",
        "transfer_case",
        {"ground": "exclusive", "court": "Ningbo Internet Court", "reasons": "The seat is there."},
    )
    assert preserved(bench).state is PreservationState.EXECUTED
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        assert look.tasks(case, DESKS["pass_on_preservation"]) and not look.tasks(case, DESKS["undo_preservation"])


def test_a_granted_review_of_a_refusal_orders_what_was_refused(bench: Bench) -> None:
    """The review is about the refused application: granted, it preserves, and touches nothing else (CPI 171)."""
    bench.do("claimant/1", "ask_for_ruling", ASKED)
    bench.do("judge", "rule_on_preservation", RULING | {"motion": motion_of(bench), "security": None})
    first = preserved(bench).reference
    bench.do("claimant/1", "ask_for_ruling", ASKED)
    bench.do(
        "judge", "rule_on_preservation", RULING | {"motion": motion_of(bench), "result": "refused", "security": None}
    )
    bench.serve("claimant/1")
    bench.do("claimant/1", "ask_for_preservation_review", {"asks": "Order it.", "grounds": "They sell everything."})
    bench.do("judge", "give_ruling", {**RULING, "motion": motion_of(bench), "security": None, "orders": "Frozen."})
    with bench.court.database.read() as session:
        rows = session.scalars(select(Preservation).order_by(Preservation.id)).all()
        assert [r.state for r in rows] == [PreservationState.ORDERED] * 2 and rows[0].reference == first


def test_the_letter_on_a_preservation_carries_the_ruling(bench: Bench) -> None:
    """From its receipt the five days for a review run, so it has to be in the letter (CPI 171)."""
    bench.do("claimant/1", "ask_for_ruling", ASKED)
    bench.do("judge", "rule_on_preservation", RULING | {"motion": motion_of(bench), "security": None})
    bench.do(
        "clerk",
        "execute_preservation",
        {"preservation": preserved(bench).reference, "kind": "deposit", "what": "Account frozen"},
    )
    with bench.court.database.read() as session:
        ruling = session.scalars(select(Document.reference).where(Document.kind == "ruling")).one()
        packets = session.scalars(select(Packet).where(Packet.occasion == "execute_preservation")).all()
        assert packets and all(ruling in [d["reference"] for d in p.documents] for p in packets)
